#include "limits/token_bucket.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>

using namespace std::chrono_literals;
using echopool::Rate;
using echopool::TokenBucket;

namespace {

const TokenBucket::Time start{1h};

int take_all(TokenBucket& bucket, const Rate& rate, TokenBucket::Time now) {
  int taken = 0;
  while (bucket.take(rate, now)) ++taken;
  return taken;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_new_bucket_gives_its_burst_and_then_nothing) {
  TokenBucket bucket;
  BOOST_TEST(take_all(bucket, {100, 7}, start) == 7);
  BOOST_TEST(!bucket.take({100, 7}, start + 9'999'999ns));
  BOOST_TEST(bucket.take({100, 7}, start + 10ms));
  BOOST_TEST(!bucket.take({100, 7}, start + 10ms));
}

BOOST_AUTO_TEST_CASE(saved_tokens_never_exceed_the_burst) {
  TokenBucket bucket;
  take_all(bucket, {100, 7}, start);
  BOOST_TEST(take_all(bucket, {100, 7}, start + 24h * 365 * 200) == 7);
}

BOOST_AUTO_TEST_CASE(refilling_is_exact_at_rates_that_do_not_divide_a_second) {
  for (const std::uint32_t per_second : {1U, 3U, 7U, 999U, 1'000'003U}) {
    const Rate rate{per_second, 2};
    TokenBucket bucket;
    int taken = take_all(bucket, rate, start);
    const auto end = start + 2s;
    for (auto now = start; now < end;) {
      now = std::min(now + bucket.wait(rate, now), end);
      taken += take_all(bucket, rate, now);
    }
    BOOST_TEST(taken == static_cast<int>(2 + 2 * per_second));
  }
}

BOOST_AUTO_TEST_CASE(asking_often_earns_no_less_than_asking_seldom) {
  const Rate rate{3, 100};
  TokenBucket often;
  TokenBucket seldom;
  take_all(often, rate, start);
  take_all(seldom, rate, start);
  std::minstd_rand random{7};
  auto now = start;
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    now += std::chrono::nanoseconds{random() % 200'000};
    taken += take_all(often, rate, now);
  }
  BOOST_TEST(taken == take_all(seldom, rate, now));
}

BOOST_AUTO_TEST_CASE(no_span_of_time_sees_more_than_rate_and_burst_allow) {
  const Rate rate{1000, 50};
  TokenBucket bucket;
  std::minstd_rand random{11};
  auto now = start;
  std::int64_t taken = 0;
  for (int i = 0; i < 50'000; ++i) {
    now += std::chrono::microseconds{random() % 100};
    taken += bucket.take(rate, now) ? 1 : 0;
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - start).count();
    BOOST_REQUIRE(taken <= 50 + elapsed / 1000);
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - start).count();
  BOOST_TEST(taken >= elapsed / 1000);
}

BOOST_AUTO_TEST_CASE(wait_tells_the_nanosecond_at_which_a_token_comes) {
  const Rate rate{3, 1};
  TokenBucket bucket;
  BOOST_TEST(bucket.wait(rate, start).count() == 0);
  BOOST_TEST(bucket.take(rate, start));
  const auto wait = bucket.wait(rate, start);
  BOOST_TEST(wait.count() == 333'333'334);
  BOOST_TEST(!bucket.take(rate, start + wait - 1ns));
  BOOST_TEST(bucket.take(rate, start + wait));
}

BOOST_AUTO_TEST_CASE(a_clock_that_stands_still_or_goes_back_earns_nothing) {
  const Rate rate{1000, 10};
  TokenBucket bucket;
  BOOST_TEST(take_all(bucket, rate, start) == 10);
  BOOST_TEST(!bucket.take(rate, start - 1h));
  BOOST_TEST(!bucket.take(rate, start));
  BOOST_TEST(take_all(bucket, rate, start + 1ms) == 1);
}

BOOST_AUTO_TEST_CASE(a_bucket_follows_a_rate_that_changes) {
  TokenBucket bucket;
  BOOST_TEST(bucket.take({100, 10}, start));
  BOOST_TEST(take_all(bucket, {100, 3}, start) == 3);
  BOOST_TEST(take_all(bucket, {1000, 100}, start + 10ms) == 10);
}

BOOST_AUTO_TEST_CASE(a_rate_of_zero_lets_nothing_pass_for_ever) {
  TokenBucket bucket;
  BOOST_TEST(!bucket.take(Rate::of(0), start));
  BOOST_TEST(!bucket.take(Rate::of(0), start + 24h * 365 * 200));
  BOOST_TEST(bucket.wait(Rate::of(0), start) == std::chrono::nanoseconds::max());
}

BOOST_AUTO_TEST_CASE(the_greatest_rate_does_not_overflow) {
  const Rate rate{~0U, ~0U};
  TokenBucket bucket;
  BOOST_TEST(bucket.take(rate, start));
  BOOST_TEST(bucket.take(rate, TokenBucket::Time::max()));
  BOOST_TEST(bucket.credit(rate, TokenBucket::Time::max()) == (std::uint64_t{~0U} - 1) * 1'000'000'000U);
}

BOOST_AUTO_TEST_CASE(a_burst_is_a_tenth_of_a_second_but_ten_where_the_rate_allows) {
  BOOST_TEST(Rate::of(100'000).burst == 10'000U);
  BOOST_TEST(Rate::of(1'000).burst == 100U);
  BOOST_TEST(Rate::of(50).burst == 10U);
  BOOST_TEST(Rate::of(10).burst == 10U);
  BOOST_TEST(Rate::of(1).burst == 1U);
}
