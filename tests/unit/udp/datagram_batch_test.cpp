#include "udp/datagram_batch.hpp"

#include "datagrams.hpp"
#include "loopback.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

using namespace echopool;
using echopool::test::loopback;
using echopool::test::pattern;
using echopool::test::UdpPeer;

namespace {

/// sendmmsg(2) takes at most this many at a time, or fails as scripted; recvmmsg(2) can mark a message as truncated.
class Faults : public SystemCalls {
 public:
  unsigned most_at_once = 1024;
  std::deque<int> send_errors;  ///< for the calls in turn; 0 is none
  int truncate = -1;

  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept override {
    const int taken = SystemCalls::recvmmsg(fd, messages, count, flags);
    if (truncate >= 0 && truncate < taken) messages[truncate].msg_hdr.msg_flags |= MSG_TRUNC;
    return taken;
  }
  int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept override {
    if (!send_errors.empty()) {
      const int error = send_errors.front();
      send_errors.pop_front();
      if (error != 0) {
        errno = error;
        return -1;
      }
    }
    return SystemCalls::sendmmsg(fd, messages, std::min(count, most_at_once), flags);
  }
};

struct Fixture {
  Faults calls;
  UdpListener listener = UdpListener::bind(Endpoint::parse("0.0.0.0:0"), {}, {}, calls);
  Endpoint server = loopback().with_port(listener.local.port());
  DatagramBatch batch{8};
  UdpPeer peer;

  /// Sends each text, takes them in one batch and has each answered with itself.
  DatagramBatch::Sent echo(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) peer.send(server, text);
    BOOST_REQUIRE(batch.receive(listener, calls) == static_cast<int>(texts.size()));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      static_cast<void>(batch.describe(i, listener));
      batch.datagram(i).reply(batch.datagram(i).data());
      batch.take_answer(i);
    }
    return batch.send(listener, calls);
  }

  std::vector<std::string> answers() {
    std::vector<std::string> all;
    while (auto received = peer.receive_now()) all.push_back(received->bytes);
    return all;
  }
};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_empty_socket_gives_nothing_and_does_not_wait, Fixture) {
  BOOST_TEST(batch.receive(listener, calls) == -1);
  BOOST_TEST(errno == EAGAIN);
}

BOOST_FIXTURE_TEST_CASE(a_datagram_tells_its_payload_its_sender_and_whom_it_was_sent_to, Fixture) {
  peer.send(Endpoint::parse("127.9.9.9:1").with_port(server.port()), "hello");
  BOOST_REQUIRE(batch.receive(listener, calls) == 1);
  const DatagramPath& path = batch.describe(0, listener);
  BOOST_TEST(path.to_us);
  BOOST_TEST(path.peer == peer.local());
  const Datagram& datagram = batch.datagram(0);
  BOOST_TEST(datagram.data().size() == 5U);
  BOOST_TEST(datagram.peer() == peer.local());
  BOOST_TEST(datagram.local().to_string() == "127.9.9.9:" + std::to_string(server.port()));
}

BOOST_FIXTURE_TEST_CASE(batches_of_all_sizes_follow_one_another, Fixture) {
  for (const std::vector<std::string>& texts :
       {std::vector<std::string>{"a"}, {}, {"", "b", pattern(65'507), "c"}, {"d", "", ""}, {pattern(1472), "e"}}) {
    if (texts.empty()) continue;
    std::size_t total = 0;
    for (const std::string& text : texts) total += text.size();
    const auto sent = echo(texts);
    BOOST_TEST(sent.answered == texts.size());
    BOOST_TEST(sent.bytes == total);
    BOOST_TEST(sent.failed == 0U);
    BOOST_TEST((answers() == texts));
  }
}

BOOST_FIXTURE_TEST_CASE(more_datagrams_than_fit_are_left_for_the_next_batch, Fixture) {
  for (int i = 0; i < 11; ++i) peer.send(server, std::to_string(i));
  BOOST_TEST(batch.receive(listener, calls) == 8);
  BOOST_TEST(batch.receive(listener, calls) == 3);
}

BOOST_FIXTURE_TEST_CASE(a_partial_send_is_continued, Fixture) {
  calls.most_at_once = 2;
  const std::vector<std::string> texts{"1", "2", "3", "4", "5"};
  BOOST_TEST(echo(texts).answered == 5U);
  BOOST_TEST((answers() == texts));
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_send_is_repeated, Fixture) {
  calls.send_errors = {EINTR, EINTR};
  BOOST_TEST(echo({"1", "2"}).failed == 0U);
  BOOST_TEST((answers() == std::vector<std::string>{"1", "2"}));
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_cannot_be_sent_does_not_stop_the_rest, Fixture) {
  calls.most_at_once = 1;
  for (const int error : {EAGAIN, ENOBUFS, ENOMEM, EPERM, EACCES, ECONNREFUSED, EINVAL, EMSGSIZE, ENETUNREACH}) {
    calls.send_errors = {0, error, 0, error};
    const auto sent = echo({"1", "2", "3", "4", "5"});
    BOOST_TEST(sent.answered == 3U);
    BOOST_TEST(sent.bytes == 3U);
    BOOST_TEST(sent.failed == 2U);
    BOOST_TEST((answers() == std::vector<std::string>{"1", "3", "5"}), error);
  }
}

BOOST_FIXTURE_TEST_CASE(when_no_answer_can_be_sent_each_is_given_up, Fixture) {
  calls.send_errors.assign(5, ENOBUFS);
  const auto sent = echo({"1", "2", "3", "4", "5"});
  BOOST_TEST(sent.failed == 5U);
  BOOST_TEST(answers().empty());
  BOOST_TEST(echo({"6"}).answered == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_truncated_datagram_is_told_apart, Fixture) {
  calls.truncate = 1;
  for (const char* text : {"1", "2", "3"}) peer.send(server, text);
  BOOST_REQUIRE(batch.receive(listener, calls) == 3);
  BOOST_TEST(!batch.truncated(0));
  BOOST_TEST(batch.truncated(1));
  BOOST_TEST(!batch.truncated(2));
}

BOOST_FIXTURE_TEST_CASE(an_answer_leaves_from_the_address_that_was_asked, Fixture) {
  const Endpoint other = Endpoint::parse("127.0.0.2:1").with_port(server.port());
  peer.send(other, "x");
  BOOST_REQUIRE(batch.receive(listener, calls) == 1);
  static_cast<void>(batch.describe(0, listener));
  batch.datagram(0).reply({});
  batch.take_answer(0);
  BOOST_TEST(batch.send(listener, calls).answered == 1U);
  BOOST_TEST(peer.receive().from == other);
}

BOOST_FIXTURE_TEST_CASE(the_last_reply_counts_and_may_be_anything, Fixture) {
  for (int i = 0; i < 5; ++i) peer.send(server, "question");
  BOOST_REQUIRE(batch.receive(listener, calls) == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    static_cast<void>(batch.describe(i, listener));
    Datagram& datagram = batch.datagram(i);
    std::string answer = "an answer of its own";  // gone before it is sent
    if (i == 0) datagram.reply(bytes_of(answer));
    if (i == 1) datagram.reply(datagram.data().subspan(2, 3));
    if (i == 2) datagram.reply({});
    if (i == 3) {
      datagram.reply(bytes_of(answer));
      datagram.reply(datagram.data());
    }
    answer.assign(answer.size(), '?');
    batch.take_answer(i);
  }
  BOOST_TEST(batch.send(listener, calls).answered == 4U);
  BOOST_TEST((answers() == std::vector<std::string>{"an answer of its own", "est", "", "question"}));
}

BOOST_FIXTURE_TEST_CASE(a_reply_that_no_datagram_can_hold_is_refused, Fixture) {
  peer.send(server, "x");
  BOOST_REQUIRE(batch.receive(listener, calls) == 1);
  static_cast<void>(batch.describe(0, listener));
  const std::string largest = pattern(65'507);
  BOOST_CHECK_THROW(batch.datagram(0).reply(bytes_of(largest + "x")), std::length_error);
  batch.datagram(0).reply(bytes_of(largest));
  batch.take_answer(0);
  BOOST_TEST(batch.send(listener, calls).bytes == 65'507U);
  BOOST_TEST((peer.receive().bytes == largest));
}

BOOST_FIXTURE_TEST_CASE(the_largest_ipv6_datagram_is_taken_and_answered_whole, Fixture) {
  const UdpListener v6 = UdpListener::bind(Endpoint::parse("[::1]:0"), {}, {}, calls);
  UdpPeer client{Endpoint::parse("[::1]:0")};
  const std::string largest = pattern(65'527);
  client.send(v6.local, largest);
  BOOST_REQUIRE(batch.receive(v6, calls) == 1);
  BOOST_TEST(batch.describe(0, v6).to_us);
  BOOST_TEST(!batch.truncated(0));
  batch.datagram(0).reply(batch.datagram(0).data());
  batch.take_answer(0);
  BOOST_TEST(batch.send(v6, calls).answered == 1U);
  BOOST_TEST((client.receive().bytes == largest));
}
