#include "logging/log_line.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace echopool;
using namespace std::string_literals;

namespace {

std::string line(std::string_view event, std::initializer_list<LogField> fields = {}) {
  return std::string{LineBuffer{event, fields}.view()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_of_value_is_written) {
  const auto peer = Endpoint::parse("[2001:db8::1]:7");
  const auto lowest = std::numeric_limits<std::int64_t>::min();
  const auto highest = std::numeric_limits<std::uint64_t>::max();
  BOOST_TEST(line("connection closed", {{"id", 17U},
                                        {"peer", peer},
                                        {"reason", "peer_closed"},
                                        {"low", lowest},
                                        {"high", highest},
                                        {"duration_ms", 1500ms},
                                        {"on", true}}) ==
             "connection closed id=17 peer=[2001:db8::1]:7 reason=peer_closed low=-9223372036854775808 "
             "high=18446744073709551615 duration_ms=1500 on=1");
  BOOST_TEST(line("started") == "started");
}

BOOST_AUTO_TEST_CASE(a_value_that_could_be_misread_is_quoted) {
  BOOST_TEST(line("e", {{"a", ""}}) == R"(e a="")");
  BOOST_TEST(line("e", {{"a", "two words"}}) == R"(e a="two words")");
  BOOST_TEST(line("e", {{"a", "x=y"}}) == R"(e a="x=y")");
  BOOST_TEST(line("e", {{"a", R"(say "hi")"}}) == R"(e a="say \"hi\"")");
  BOOST_TEST(line("e", {{"a", R"(C:\n)"}}) == R"(e a="C:\\n")");
}

BOOST_AUTO_TEST_CASE(nothing_in_a_value_can_begin_a_line_or_move_a_terminal) {
  BOOST_TEST(line("e", {{"a", "x\nid=1"}}) == R"(e a="x\nid=1")");
  BOOST_TEST(line("e", {{"a", "\t\r\x1b[2J\x7f"}}) == R"(e a="\t\x0d\x1b[2J\x7f")");
  BOOST_TEST(line("e", {{"a", "nul\0 inside"s}}) == R"(e a="nul\x00 inside")");
  BOOST_TEST(line("e", {{"a",
                         "\xc2\x9b"
                         "2J"}}) == R"(e a="\xc2\x9b2J")");  // U+009B is CSI, as ESC [ is
  BOOST_TEST(line("e\nf", {{"k\n", 1}}) == R"(e\nf k\n=1)");
}

BOOST_AUTO_TEST_CASE(a_line_is_always_valid_utf8) {
  BOOST_TEST(line("e", {{"a", "grüße€𝄞"}}) == "e a=\"grüße€𝄞\"");
  BOOST_TEST(line("e", {{"a", "\xff"}}) == R"(e a="\xff")");                  // no lead byte
  BOOST_TEST(line("e", {{"a", "\xc3"}}) == R"(e a="\xc3")");                  // cut short
  BOOST_TEST(line("e", {{"a", "\xc0\xaf"}}) == R"(e a="\xc0\xaf")");          // overlong /
  BOOST_TEST(line("e", {{"a", "\xe0\x80\xaf"}}) == R"(e a="\xe0\x80\xaf")");  // the same in three bytes
  BOOST_TEST(line("e", {{"a", "\xed\xa0\x80"}}) == R"(e a="\xed\xa0\x80")");  // a surrogate
  BOOST_TEST(line("e", {{"a", "\xf4\x90\x80\x80"}}) == R"(e a="\xf4\x90\x80\x80")");
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_where_a_reader_can_see_it) {
  const auto whole = std::string(LineBuffer::capacity - 4, 'x');
  BOOST_TEST(line("e", {{"a", whole}}) == "e a=" + whole);
  BOOST_TEST(line("e", {{"a", whole + "x"}}) == "e a=" + std::string(1020 - 4, 'x') + "…");
  const auto quoted = line("e", {{"a", " " + std::string(5000, 'x')}, {"b", 1}});
  BOOST_TEST(quoted.size() == LineBuffer::capacity);
  BOOST_TEST(quoted.ends_with("x…\""));
}

BOOST_AUTO_TEST_CASE(a_cut_never_halves_a_character_or_an_escape) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string start(1000 + shift, 'x');
    std::string many;
    for (int i = 0; i < 20; ++i) many += "€";
    const auto characters = line("e", {{"a", start + many}});
    BOOST_TEST(characters.size() <= LineBuffer::capacity);
    BOOST_TEST((characters.size() - std::string{"e a=\"…\""}.size() - start.size()) % 3 == 0U);
    const auto escapes = line("e", {{"a", start + std::string(20, '\x01')}});
    BOOST_TEST(escapes.size() <= LineBuffer::capacity);
    BOOST_TEST((escapes.ends_with("\\x01…\"") || escapes.ends_with("x…\"")));
  }
}

BOOST_AUTO_TEST_CASE(times_are_utc_with_milliseconds) {
  using namespace std::chrono;
  BOOST_TEST(utc_timestamp(system_clock::time_point{}) == "1970-01-01T00:00:00.000Z");
  BOOST_TEST(utc_timestamp(system_clock::time_point{} - 1ms) == "1969-12-31T23:59:59.999Z");
  BOOST_TEST(utc_timestamp(sys_days{2261y / December / 31} + 9h + 8min + 7s + 65ms) == "2261-12-31T09:08:07.065Z");
  BOOST_TEST(utc_timestamp(sys_days{2028y / February / 29} + 23h + 59min + 58s + 7ms) == "2028-02-29T23:59:58.007Z");
}
