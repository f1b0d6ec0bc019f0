// Framed handlers: the same messages however the input is cut, limits that are met and exceeded, ends.
// Tests: session_runner
#include "printing.hpp"

#include <echopool/framing.hpp>
#include <echopool/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace echopool;
using echopool::testing::Outcome;
using echopool::testing::ScriptedPeer;
using Messages = std::vector<std::string>;

namespace {

/// What a framed handler was called with.
struct Seen {
  Messages messages;
  std::optional<EndReason> ended;

  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  for (const std::string& message : seen.messages) out << '[' << message << "] ";
  return out << (seen.ended ? to_string(*seen.ended) : "goes on");
}

/// `make(f)` makes the handler of f.
template <class Make>
Seen read(const Messages& pieces, Make make) {
  Seen seen;
  ScriptedPeer peer{make([&seen](Session&, std::string_view message) {
    seen.messages.emplace_back(message);
    return Next::again;
  })};
  for (const std::string& piece : pieces) peer.sends(piece);
  seen.ended = peer.finishes().run().ended;
  return seen;
}

/// The input in one piece, cut in two and in three at every place, and byte by byte.
template <class Make>
void check_every_split(const std::string& input, Make make, const Seen& expected) {
  BOOST_TEST(read({input}, make) == expected);
  for (std::size_t i = 0; i < input.size(); ++i)
    for (std::size_t j = i; j <= input.size(); ++j)
      BOOST_TEST(read({input.substr(0, i), input.substr(i, j - i), input.substr(j)}, make) == expected);
  Messages bytes;
  for (const char byte : input) bytes.emplace_back(1, byte);
  BOOST_TEST(read(bytes, make) == expected);
}

const auto as_lines = [](auto f) { return lines(4_B, std::move(f)); };
const auto as_delimited = [](auto f) { return delimited("--=", 4_B, std::move(f)); };
const auto as_frames = [](auto f) { return frames<std::uint16_t>(4_B, std::move(f)); };
const auto as_blocks = [](auto f) { return blocks<3>(std::move(f)); };

constexpr auto closed = EndReason::peer_closed;
constexpr auto too_long = EndReason::message_too_long;

std::string frame(std::string_view payload) { return std::string{'\0', static_cast<char>(payload.size())} += payload; }

}  // namespace

BOOST_AUTO_TEST_CASE(lines_are_the_same_in_every_split) {
  check_every_split("one\ntwo\r\n\n\r\nfour\r\n", as_lines, {{"one", "two", "", "", "four"}, closed});
}

BOOST_AUTO_TEST_CASE(only_one_carriage_return_before_the_newline_is_no_part_of_a_line) {
  check_every_split("a\r\r\n\rb\n", as_lines, {{"a\r", "\rb"}, closed});
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_its_limit_ends_the_connection_in_every_split) {
  check_every_split("four\nfive5\nsix\n", as_lines, {{"four"}, too_long});
  check_every_split("four\r\nfour\rx\n", as_lines, {{"four"}, too_long});
  check_every_split("four\nno end", as_lines, {{"four"}, too_long});
}

BOOST_AUTO_TEST_CASE(delimited_messages_are_the_same_in_every_split) {
  check_every_split("one--=--=---=--four--=", as_delimited,
                    {{
                         "one",
                         "",
                         "-",
                     },
                     too_long});
  check_every_split("a--b--=-=--=four--=", as_delimited, {{"a--b", "-=", "four"}, closed});
  check_every_split("four--=fiveeee", as_delimited, {{"four"}, too_long});
}

BOOST_AUTO_TEST_CASE(frames_are_the_same_in_every_split) {
  check_every_split(frame("one") + frame("") + frame("four"), as_frames, {{"one", "", "four"}, closed});
  check_every_split(frame("four") + frame("five5"), as_frames, {{"four"}, too_long});
}

BOOST_AUTO_TEST_CASE(blocks_are_the_same_in_every_split) {
  check_every_split("onetwosix", as_blocks, {{"one", "two", "six"}, closed});
}

BOOST_AUTO_TEST_CASE(what_has_come_of_a_message_when_the_peer_finishes_is_dropped) {
  check_every_split("one\ntw", as_lines, {{"one"}, closed});
  check_every_split("one--=two--", as_delimited, {{"one"}, closed});
  check_every_split(frame("one") + std::string{'\0', '\3', 't', 'w'}, as_frames, {{"one"}, closed});
  check_every_split("onetw", as_blocks, {{"one"}, closed});
  check_every_split("", as_lines, {{}, closed});
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_limit_ends_the_connection_before_the_payload_comes) {
  int calls = 0;
  const auto f = [&calls](Session&, std::string_view) { return ++calls, Next::again; };
  for (const std::string& header : {std::string(7, '\0') + '\5', std::string(8, '\xff')}) {
    ScriptedPeer peer{frames<std::uint64_t>(4_B, f)};
    BOOST_TEST(peer.sends(header).run().ended == too_long);
  }
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(a_length_is_read_in_network_byte_order) {
  std::size_t size = 0;
  const auto f = [&size](Session&, std::string_view message) { return size = message.size(), Next::again; };
  ScriptedPeer one{frames<std::uint8_t>(1_KiB, f)};
  one.sends("\xff" + std::string(255, 'x')).run();
  BOOST_TEST(size == 255U);
  ScriptedPeer four{frames<std::uint32_t>(1_MiB, f)};
  four.sends(std::string{'\0', '\1', '\2', '\3'} + std::string(0x10203, 'x')).run();
  BOOST_TEST(size == 0x10203U);
}

BOOST_AUTO_TEST_CASE(many_messages_in_one_piece_are_all_served_and_answered_in_order) {
  std::string input;
  std::string expected;
  for (int i = 0; i < 1'000; ++i) {
    input += std::to_string(i) + "\n";
    expected += std::to_string(i) + "!\n";
  }
  ScriptedPeer peer{lines(8_B, [](Session& session, std::string_view line) {
    session.write(std::string{line} + "!\n");
    return Next::again;
  })};
  const Outcome outcome = peer.sends(input).run();
  BOOST_TEST(outcome.calls == 1'000U);
  BOOST_TEST(peer.received() == expected);
}

BOOST_AUTO_TEST_CASE(half_a_message_runs_into_the_limits_of_a_message) {
  TimeoutSettings limits;
  limits.receive = 10s;
  limits.message = 25s;
  const auto f = [](Session&, std::string_view) { return Next::again; };
  ScriptedPeer silent{lines(1_KiB, f), Opens::client, limits};
  BOOST_TEST(silent.sends("half").run().ended == EndReason::receive_timeout);
  ScriptedPeer drip{lines(1_KiB, f), Opens::client, limits};
  for (int i = 0; i < 5; ++i) drip.sends("x").pauses(9s);
  BOOST_TEST(drip.sends("\n").run().ended == EndReason::message_timeout);
}

BOOST_AUTO_TEST_CASE(f_may_close_and_what_is_behind_its_message_is_not_served) {
  ScriptedPeer peer{lines(1_KiB, [](Session& session, std::string_view line) {
    session.write(line);
    return Next::close;
  })};
  BOOST_TEST(peer.sends("bye\nmore\n").run().ended == EndReason::handler_closed);
  BOOST_TEST(peer.received() == "bye");
}

BOOST_AUTO_TEST_CASE(incomplete_from_f_is_as_again) {
  Messages seen;
  ScriptedPeer peer{lines(1_KiB, [&seen](Session&, std::string_view line) {
    seen.emplace_back(line);
    return Next::incomplete;
  })};
  peer.sends("one\ntwo\n").finishes().run();
  BOOST_TEST(seen == (Messages{"one", "two"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(f_may_read_what_follows_its_message_in_every_split) {
  const std::string input = "5\nhello2\nhi";
  for (std::size_t i = 0; i <= input.size(); ++i) {
    Messages bodies;
    ScriptedPeer peer{lines(1_KiB, [&bodies](Session& session, std::string_view line) {
      std::string body(std::stoul(std::string{line}), ' ');
      if (!session.read_exact(std::as_writable_bytes(std::span{body}))) return Next::close;
      bodies.push_back(body);
      return Next::again;
    })};
    peer.sends(input.substr(0, i)).pauses(1s).sends(input.substr(i)).finishes().run();
    BOOST_TEST(bodies == (Messages{"hello", "hi"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(f_that_is_noexcept_may_read_too_and_waits) {
  std::string body(3, ' ');
  ScriptedPeer peer{lines(1_KiB, [&body](Session& session, std::string_view) noexcept {
    return session.read_exact(std::as_writable_bytes(std::span{body})) ? Next::again : Next::close;
  })};
  peer.sends("header\nb").pauses(1s).sends("ody").run();
  BOOST_TEST(body == "bod");
}

BOOST_AUTO_TEST_CASE(a_factory_makes_a_function_for_each_connection) {
  int made = 0;
  const Handler handler{lines(1_KiB, [&made] {
    ++made;
    return [count = 0](Session& session, std::string_view) mutable {
      session.write(std::to_string(++count));
      return Next::again;
    };
  })};
  ScriptedPeer one{handler};
  ScriptedPeer two{handler};
  one.sends("a\nb\nc\n").run();
  two.sends("a\n").run();
  BOOST_TEST(one.received() == "123");
  BOOST_TEST(two.received() == "1");
  BOOST_TEST(made == 2);
}

BOOST_AUTO_TEST_CASE(functions_and_factories_may_be_movable_only_and_what_is_made_need_not_be_movable) {
  struct Fixed {
    Fixed() = default;
    Fixed(const Fixed&) = delete;
    Fixed& operator=(const Fixed&) = delete;
    Next operator()(Session& session, std::string_view line) {
      session.write(line);
      return Next::again;
    }
  };
  ScriptedPeer fixed{blocks<2>([held = std::make_unique<int>(1)] { return Fixed{}; })};
  fixed.sends("hi").run();
  BOOST_TEST(fixed.received() == "hi");
  ScriptedPeer moved{delimited(";", 1_KiB, [held = std::make_unique<std::string>("ho")](Session& session, auto) {
    session.write(*held);
    return Next::again;
  })};
  moved.sends("x;").run();
  BOOST_TEST(moved.received() == "ho");
}

BOOST_AUTO_TEST_CASE(a_service_that_speaks_first_is_opened_with_an_empty_message) {
  ScriptedPeer peer{lines(1_KiB,
                          [](Session& session, std::string_view line) {
                            session.write(session.opening() ? "hello\n" : std::string{line} + "!\n");
                            return Next::again;
                          }),
                    Opens::server};
  peer.sends("\nx\n").run();
  BOOST_TEST(peer.received() == "hello\n!\nx!\n");
}

BOOST_AUTO_TEST_CASE(an_empty_function_or_delimiter_is_refused_where_the_handler_is_made) {
  BOOST_CHECK_THROW(lines(1_KiB, std::function<Next(Session&, std::string_view)>{}), std::invalid_argument);
  BOOST_CHECK_THROW(lines(1_KiB, std::function<std::function<Next(Session&, std::string_view)>()>{}),
                    std::invalid_argument);
  BOOST_CHECK_THROW(delimited("", 1_KiB, [](Session&, std::string_view) { return Next::again; }),
                    std::invalid_argument);
  ScriptedPeer made{blocks<1>([] { return std::function<Next(Session&, std::string_view)>{}; })};
  BOOST_TEST(made.sends("x").run().ended == EndReason::handler_error);
}
