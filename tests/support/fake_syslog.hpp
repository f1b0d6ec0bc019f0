// A syslog daemon that only listens, at a path or a UDP address, and a /dev of the test's own to put it in. For tests
// only; a socket belongs to one thread.
#pragma once

#include "unique_fd.hpp"

#include <echopool/endpoint.hpp>

#include <functional>
#include <optional>
#include <string>

namespace echopool::test {

class FakeSyslog {
 public:
  /// A datagram socket at `path`, as a local syslog daemon has at /dev/log.
  explicit FakeSyslog(const std::string& path);
  /// A UDP socket, as a remote one has.
  explicit FakeSyslog(const Endpoint& address);

  /// The UDP address, with its real port.
  [[nodiscard]] Endpoint endpoint() const;
  /// The next datagram; waits for it, 20 s at most.
  [[nodiscard]] std::optional<std::string> receive();
  /// How many datagrams come before none has come for a while. What hangs in sending goes on.
  [[nodiscard]] std::size_t drain();

 private:
  UniqueFd fd_;
};

/// `<PRI>Mmm dd hh:mm:ss rest` (RFC 3164 section 4.1), taken apart.
struct SyslogMessage {
  int facility = -1;  ///< as in <syslog.h>: a multiple of 8
  int severity = -1;
  std::string rest;
};
/// nullopt when the text is nothing of the kind.
[[nodiscard]] std::optional<SyslogMessage> parse_syslog(const std::string& text);

/// Runs `body` in a child process that has an empty /dev to itself, in a mount namespace of its own, and returns what
/// `body` returns. The child must have no other threads when it is forked; Boost.Test is not to be used in it.
[[nodiscard]] std::string with_own_dev(const std::function<std::string()>& body);
/// Whether the kernel lets us.
[[nodiscard]] bool may_have_own_dev();

}  // namespace echopool::test
