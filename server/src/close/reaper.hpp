// Ends what no worker should wait for: connections that linger until the peer has all we sent, and, through a sweep
// function, connections that waited longer than they may. One thread, "reaper". Internal.
//
// close(), linger() and nudge() may be called from any thread; everything else by the Server.
#pragma once

#include "kernel/system_calls.hpp"
#include "session/connection.hpp"
#include "session/session_end.hpp"
#include "thread.hpp"
#include "wake_fd.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

class Reaper {
 public:
  /// Ends what is due at `now` and says when it wants to be called next; nullopt: only after a nudge().
  using Sweep = std::function<std::optional<TimePoint>(TimePoint now)>;

  /// `linger`: how long a peer may take to finish; nullopt: connections are closed at once.
  Reaper(Counters& counters, SystemCalls& calls, Timeout linger);
  ~Reaper() { stop(); }

  /// Throws StartError. `sweep` runs on the reaper's thread.
  void start(Sweep sweep);

  /// Ends a connection the way its end asks for (close_mode): at once, by a reset, or by lingering.
  void close(std::unique_ptr<Connection> connection, const SessionEnd& end);

  /// Shuts the sending side down and reads what the peer still sends, until its end or the time limit; only then the
  /// connection is concluded. Closing with unread input instead would make the kernel reset the connection and could
  /// destroy data that the peer has not read yet (RFC 1122 section 4.2.2.13).
  void linger(std::unique_ptr<Connection> connection, const SessionEnd& end);

  /// Calls the sweep soon: something is due earlier than it last said.
  void nudge() noexcept { wake_.wake(); }
  void set_linger(Timeout linger) noexcept;

  /// From now on nothing lingers; what does is reset.
  void abort();
  void stop();

 private:
  struct Lingering {
    std::unique_ptr<Connection> connection;
    SessionEnd end;
  };
  using Entries = std::multimap<TimePoint, Lingering>;
  using Arrivals = std::vector<std::pair<std::unique_ptr<Connection>, SessionEnd>>;

  void run();
  void take_in(Arrivals&& arrivals);
  /// Waits for the peer's end. False: there is no memory for that, and the connection stays the caller's.
  [[nodiscard]] bool watch(std::unique_ptr<Connection>& connection, const SessionEnd& end) noexcept;
  /// Reads and throws away. True when the peer has finished or is gone.
  bool drained(Connection& connection) noexcept;
  void finish(Entries::iterator entry) noexcept;
  [[nodiscard]] int wait_ms(std::optional<TimePoint> next) noexcept;

  Counters& counters_;
  SystemCalls& calls_;
  std::atomic<std::int64_t> linger_ms_;
  UniqueFd epoll_;
  WakeFd wake_;
  Sweep sweep_;

  std::mutex mutex_;
  Arrivals arrivals_;      // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::atomic<bool> aborting_{false};

  Entries entries_;                                 // the reaper's thread only
  std::map<int, Entries::iterator> by_descriptor_;  // likewise
  Thread thread_;
};

}  // namespace echopool
