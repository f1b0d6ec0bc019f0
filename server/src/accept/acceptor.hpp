// Takes connections from the kernel and hands them on. One thread, "acceptor". Internal. start() and stop() by the
// Server; nothing but stop() ends the accept loop.
#pragma once

#include "accept/admission.hpp"
#include "accept/refusal_log.hpp"
#include "dispatch/dispatcher.hpp"
#include "kernel/listener.hpp"
#include "limits/token_bucket.hpp"
#include "settings/live_settings.hpp"
#include "stats/counters.hpp"
#include "thread.hpp"
#include "wake_fd.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace echopool {

/// A listening socket and what is spoken on it.
struct Listener {
  UniqueFd fd;
  const Handler* handler;
  Opens opens = Opens::client;
  bool inherited = false;  ///< opened by somebody else: connections get their options one by one
};

class Acceptor {
 public:
  /// All references must outlive the acceptor.
  Acceptor(const LiveSettings& settings, Seats& seats, Admission& admission, Counters& counters, SystemCalls& calls);
  ~Acceptor() { stop(); }

  /// Throws StartError. The listeners are listening.
  void start(std::vector<Listener> listeners, Dispatcher& dispatcher);
  /// Returns when the thread has ended and the listeners are closed.
  void stop();

  /// The receive and send limits that a connection of these settings is born with.
  [[nodiscard]] static ListenOptions options(const ServerSettings& settings);
  /// Sets changed limits on the listeners. Any thread.
  void reconfigure();

 private:
  void run();
  /// Waits until the limits allow one more connection. False: stopping.
  [[nodiscard]] bool wait_for_turn();
  void wait_for_listeners();
  void accept_from(Listener& listener);
  void take_over(Listener& listener, UniqueFd fd, const Endpoint& peer);
  void refuse_socket(UniqueFd fd, const Endpoint& peer, RefuseReason reason);
  /// True: accept the next one.
  [[nodiscard]] bool handle_error(Listener& listener, int error);
  /// Leaves the connections in the backlog for a while: a resource is exhausted.
  void back_off(int error);
  /// Sleeps until then or until stop().
  void sleep_until(TimePoint until);
  [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  Seats& seats_;
  Admission& admission_;
  Counters& counters_;
  SystemCalls& calls_;
  Dispatcher* dispatcher_ = nullptr;
  WakeFd wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> changed_{false};

  // The acceptor's thread only:
  LiveSettings::Reader settings_;
  std::vector<Listener> listeners_;
  std::vector<pollfd> poll_set_;
  RefusalLog refusals_;
  TokenBucket rate_;
  ListenOptions inherited_;
  TimePoint options_certain_{};  ///< connections accepted before may have been born with older limits
  std::chrono::milliseconds pause_{0};
  std::optional<TimePoint> pause_logged_;
  std::uint64_t next_id_ = 1;

  Thread thread_;
};

}  // namespace echopool
