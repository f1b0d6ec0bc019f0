#include "check/echo_check.hpp"

#include "measure/format.hpp"
#include "net/dialer.hpp"
#include "net/network_error.hpp"
#include "net/resolver.hpp"
#include "net/waiting.hpp"
#include "verify/pattern.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace echopool::client {
namespace {

class EchoCheck {
 public:
  explicit EchoCheck(const CheckSettings& settings)
      : settings_{settings}, start_{monotonic_now()}, end_{start_ + settings.limit} {}

  CheckReport run() {
    try {
      connect();
      if (settings_.target.transport == Transport::udp)
        ask_with_datagrams();
      else
        ask_over_stream();
    } catch (const NetworkError& error) {
      report_.outcome = error.error() == ECONNREFUSED ? CheckOutcome::refused : CheckOutcome::failed;
      report_.problem = error.what();
    }
    report_.time = monotonic_now() - start_;
    return report_;
  }

 private:
  [[nodiscard]] std::chrono::milliseconds left() const {
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(end_ - monotonic_now()), std::chrono::milliseconds{0});
  }

  void connect() {
    const auto addresses = resolve(settings_.target);
    DialSettings dialing;
    dialing.limit = left() / static_cast<int>(addresses.size());
    dialing.source = settings_.source;
    connection_ = dial(settings_.target, addresses, dialing);
    report_.peer = connection_.peer;
    report_.connect = monotonic_now() - start_;
  }

  [[noreturn]] void fail(const std::string& what, int error) const {
    throw NetworkError{error, what + " " + connection_.peer.to_string() +
                                  (error == 0 ? "" : ": " + explain(error, settings_.target.transport))};
  }

  /// Whether more of the answer could not change the verdict.
  [[nodiscard]] bool is_decided(const std::string& answer) const {
    if (settings_.expect) return answer.find(*settings_.expect) != std::string::npos;
    return answer.size() >= settings_.send.size() || !settings_.send.starts_with(answer);
  }

  void judge(const std::string& answer) {
    report_.received = answer.size();
    if (settings_.expect ? is_decided(answer) : answer == settings_.send) {
      report_.outcome = CheckOutcome::echoed;
      return;
    }
    report_.outcome = CheckOutcome::mismatched;
    if (settings_.expect) {
      report_.problem = "the answer does not contain what was expected";
      return;
    }
    const auto equal = static_cast<std::size_t>(
        std::mismatch(answer.begin(), answer.end(), settings_.send.begin(), settings_.send.end()).first -
        answer.begin());
    report_.problem = equal == answer.size() ? "the answer ends after " + format_count(equal) + " of " +
                                                   format_bytes(settings_.send.size())
                                             : "the answer differs from what was sent at offset " + format_count(equal);
  }

  void ask_over_stream() {
    const int fd = connection_.socket.get();
    std::string answer;
    std::string_view rest = settings_.send;
    // Both at once: an answer that begins before all is sent must not stop the sending.
    while (!is_decided(answer)) {
      const auto events = static_cast<short>(rest.empty() ? POLLIN : POLLIN | POLLOUT);
      if (wait_for(fd, events, -1, left()) == Wait::timed_out) {
        report_.received = answer.size();
        if (settings_.expect && !answer.empty()) break;
        fail("no complete answer within " + format_duration(settings_.limit) + " from", 0);
      }
      if (!rest.empty()) {
        const ssize_t put = ::send(fd, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && errno != EAGAIN && errno != EINTR) fail("cannot send to", errno);
        if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
      }
      std::array<char, 65'536> block;
      const ssize_t got = ::recv(fd, block.data(), block.size(), MSG_DONTWAIT);
      if (got == 0) break;
      if (got < 0 && errno != EAGAIN && errno != EINTR) {
        report_.received = answer.size();
        fail("cannot receive from", errno);
      }
      if (got > 0) answer.append(block.data(), static_cast<std::size_t>(got));
    }
    judge(answer);
  }

  void ask_with_datagrams() {
    const int fd = connection_.socket.get();
    const auto each = left() / std::max(settings_.tries, 1U);
    while (report_.sent_datagrams < settings_.tries) {
      if (::send(fd, settings_.send.data(), settings_.send.size(), MSG_NOSIGNAL) < 0) fail("cannot send to", errno);
      ++report_.sent_datagrams;
      if (wait_for(fd, POLLIN, -1, std::max(each, std::chrono::milliseconds{1})) == Wait::timed_out) continue;
      std::string answer(65'536, '\0');
      const ssize_t got = ::recv(fd, answer.data(), answer.size(), MSG_DONTWAIT);
      if (got < 0) fail("cannot receive from", errno);
      answer.resize(static_cast<std::size_t>(got));
      return judge(answer);
    }
    fail("none of " + counted(settings_.tries, "datagram") + " was answered within " +
             format_duration(settings_.limit) + " by",
         0);
  }

  const CheckSettings settings_;
  const Nanoseconds start_;
  const Nanoseconds end_;
  Connection connection_;
  CheckReport report_;
};

}  // namespace

std::string make_nonce(std::size_t size) {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::uint64_t key = random_key();
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = digits[std::to_integer<std::size_t>(pattern_byte(key, i)) & 15];
  return text;
}

CheckReport check_echo(const CheckSettings& settings) { return EchoCheck{settings}.run(); }

}  // namespace echopool::client
