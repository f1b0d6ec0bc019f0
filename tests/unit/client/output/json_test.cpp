#include "output/json.hpp"

#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace echopool::client;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(every_kind_of_value_is_written_as_json_has_it) {
  const Json json{Json::Object{{"nothing", nullptr},
                               {"yes", true},
                               {"small", -1},
                               {"large", std::numeric_limits<std::uint64_t>::max()},
                               {"half", 0.5},
                               {"time_ns", std::chrono::nanoseconds{2us}},
                               {"text", "a \"quoted\"\nline"},
                               {"list", Json::Array{1, "two", Json::Object{}}},
                               {"known", std::optional<int>{3}},
                               {"unknown", std::optional<int>{}}}};
  BOOST_TEST(json.to_string() ==
             R"({"nothing":null,"yes":true,"small":-1,"large":18446744073709551615,"half":5E-1,"time_ns":2000,)"
             R"("text":"a \"quoted\"\nline","list":[1,"two",{}],"known":3,"unknown":null})");
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_null_and_never_nan) {
  BOOST_TEST(Json{std::nan("")}.to_string() == "null");
  BOOST_TEST(Json{std::numeric_limits<double>::infinity()}.to_string() == "null");
  BOOST_TEST(Json{0.0 / 1}.to_string() == "0E0");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_replaced_and_what_is_stays) {
  BOOST_TEST(Json{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"}.to_string() ==
             "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"");
  for (const char* wrong :
       {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    const std::string text = Json{std::string{"a"} + wrong + "b"}.to_string();
    BOOST_TEST(text.find(wrong) == std::string::npos);
    BOOST_TEST(text.find("\xef\xbf\xbd") != std::string::npos);
    BOOST_TEST(text.ends_with("b\""));
  }
}
