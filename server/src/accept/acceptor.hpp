// Takes connections from the kernel and hands them on. One thread, "acceptor". Internal. start() and stop() by the
// Server; nothing but stop() ends the accept loop.
#pragma once

#include "accept/admission.hpp"
#include "accept/tcp_listener.hpp"
#include "dispatch/dispatcher.hpp"
#include "limits/log_limiter.hpp"
#include "refuse/refusals.hpp"
#include "settings/live_settings.hpp"
#include "stats/counters.hpp"
#include "thread.hpp"
#include "wake_fd.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace echopool {

class Acceptor {
 public:
  /// All references must outlive the acceptor.
  Acceptor(const LiveSettings& settings, Seats& seats, Admission& admission, Refusals& refusals, Counters& counters,
           SystemCalls& calls);
  ~Acceptor() { stop(); }

  /// Throws StartError. The listeners are listening.
  void start(std::vector<TcpListener> listeners, Dispatcher& dispatcher);
  /// Accepts nothing more, and does not wait for the thread. Any thread, also before start().
  void request_stop();
  /// Returns when the thread has ended and the listeners are closed.
  void stop();

  /// Sets changed options on the listeners. Any thread.
  void reconfigure();

 private:
  void run();
  /// Waits until the limits allow one more connection. Returns false when stopping.
  [[nodiscard]] bool wait_until_allowed();
  void wait_for_listeners();
  /// One connection of each listener that has some, in turn, and again. Requires that one connection is allowed.
  void accept_round();
  /// Returns whether the listener may have another one.
  [[nodiscard]] bool accept_one(TcpListener& listener);
  void take_over(const TcpListener& listener, UniqueFd fd, const Endpoint& peer);
  /// As accept_one().
  [[nodiscard]] bool handle_error(TcpListener& listener, int error);
  /// Leaves the connections in the backlog for a while: a resource is exhausted.
  void back_off(int error);
  /// Sleeps until then or until stop().
  void sleep_until(TimePoint until);
  [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  Seats& seats_;
  Admission& admission_;
  Refusals& refusals_;
  Counters& counters_;
  SystemCalls& calls_;
  Dispatcher* dispatcher_ = nullptr;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> changed_{false};

  // The acceptor's thread only:
  LiveSettings::Reader settings_;
  std::vector<TcpListener> listeners_;
  std::vector<pollfd> poll_set_;  ///< wake_, then the listeners in their order
  ListenOptions options_;
  std::chrono::milliseconds pause_{0};
  LogLimiter limit_lines_;
  LogLimiter rate_lines_;
  LogLimiter pauses_;
  int failures_in_a_row_ = 0;
  std::uint64_t next_id_ = 1;

  Thread thread_;
};

}  // namespace echopool
