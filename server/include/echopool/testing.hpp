// Tests a handler without sockets and without waiting: a peer that follows a script and keeps what it is sent.
// Installed. Plain objects of one thread; time passes only as the script says, and the time limits are the real ones.
#pragma once

#include <echopool/datagram.hpp>
#include <echopool/endpoint.hpp>
#include <echopool/export.hpp>
#include <echopool/handler.hpp>
#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace echopool::testing {

/// What running a script came to.
struct Outcome {
  std::size_t calls = 0;           ///< how often the handler was called
  std::optional<EndReason> ended;  ///< why the connection ended; nullopt: the handler said Next::again and is waiting
  std::exception_ptr thrown;       ///< what the handler let out; null: nothing
};

/// Where a scripted peer speaks from: 192.0.2.1:50000 (RFC 5737).
inline constexpr Endpoint somewhere{Endpoint::Family::v4, {192, 0, 2, 1}, 50'000};

/// One connection between a handler and a script. Write the script, run() it, look at received() and at the Outcome:
///
///     ScriptedPeer peer{answer};
///     peer.sends("PI").sends("NG\n").finishes();   // one read gets one piece at most
///     const Outcome outcome = peer.run();
///     // peer.received() == "PONG\n", outcome.ended == EndReason::peer_closed
///
/// The handler runs as it does on a worker that parks its connections, with the same reads, limits and ends. When the
/// script is over without finishes(), the peer is silent: between two messages run() returns, and the script can be
/// continued; in the middle of one the time limits strike.
class ECHOPOOL_EXPORT ScriptedPeer {
 public:
  /// `opens` and `limits` are what Server::serve_tcp and ServerSettings::timeouts would be.
  explicit ScriptedPeer(Handler handler, Opens opens = Opens::client, const TimeoutSettings& limits = {});
  /// The same for a service that is told more.
  ScriptedPeer(Handler handler, const ServiceSettings& service, const TimeoutSettings& limits = {});
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  /// The script, in order: what the peer does next.
  ScriptedPeer& sends(std::string_view piece);
  ScriptedPeer& finishes();  ///< it will send no more, and still reads
  ScriptedPeer& resets();    ///< it is gone: ECONNRESET
  /// Time passes before what it does next.
  ScriptedPeer& pauses(std::chrono::milliseconds time);

  /// The circumstances. The `n`-th read or write of the socket, counted from 1, fails with the errno `error`; EAGAIN:
  /// there is no input or no room at that moment; where a read or write waits, a time limit has passed. For a handler
  /// that is to survive all of them, make every n fail in turn, until operations() is less than n.
  ScriptedPeer& fail_operation(std::size_t n, int error);
  ScriptedPeer& from(const Endpoint& peer);  ///< Session::peer(); `somewhere` otherwise
  ScriptedPeer& while_stopping();            ///< the server is being stopped: Session::stopping()

  /// Follows the script as far as it goes. What has ended stays so.
  Outcome run();

  /// All that the handler has written so far.
  [[nodiscard]] std::string_view received() const noexcept;
  /// Whether the handler will write no more: Session::shutdown_write(), or the connection has ended.
  [[nodiscard]] bool received_end() const noexcept;
  /// Reads and writes of the socket so far.
  [[nodiscard]] std::size_t operations() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a datagram handler answers; nullopt: nothing. What it throws comes through.
[[nodiscard]] ECHOPOOL_EXPORT std::optional<std::string> answer_to(std::string_view datagram,
                                                                   const DatagramHandler& handler,
                                                                   const Endpoint& peer = somewhere);

}  // namespace echopool::testing
