// Closes connections the way their end asks for: at once, by a reset, or lingering until the peer has all we sent.
// Internal. Owned by the Server. close() may be called from any thread; run() by the housekeeper.
#pragma once

#include "housekeeping/housekeeper.hpp"
#include "kernel/stop_state.hpp"
#include "session/connection.hpp"
#include "session/session_end.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

class Closer {
 public:
  /// `linger`: how long a peer may take to finish; nullopt: connections are closed at once. The references must outlive
  /// it. Throws StartError.
  Closer(Counters& counters, const StopState& stop, SystemCalls& calls, Housekeeper& housekeeper, Timeout linger);

  /// The handler that belongs to the connection alone, if there is one, is destroyed here, on the calling thread.
  void close(std::unique_ptr<Connection> connection, const SessionEnd& end);

  /// The chore of the lingering closes: run() when fd() is readable or the time comes that it returned last. Once the
  /// server cuts connections off nothing lingers: what does is reset.
  [[nodiscard]] std::optional<TimePoint> run(TimePoint now);
  [[nodiscard]] int fd() const noexcept { return epoll_.get(); }

  void set_linger(Timeout linger) noexcept;

 private:
  struct Lingering {
    std::unique_ptr<Connection> connection;
    SessionEnd end;
    std::size_t first_unsent = 0;  ///< SIOCOUTQ when it began to linger
    std::size_t unsent = 0;        ///< SIOCOUTQ when it was last extended
  };
  using Entries = std::multimap<TimePoint, Lingering>;
  using Arrivals = std::vector<std::pair<std::unique_ptr<Connection>, SessionEnd>>;

  /// Shuts the sending side down and reads what the peer still sends, until its end or the time limit; only then the
  /// connection is concluded. Closing with unread input instead would make the kernel reset the connection and could
  /// destroy data that the peer has not read yet (RFC 1122 section 4.2.2.13).
  void linger(std::unique_ptr<Connection> connection, const SessionEnd& end);
  void take_in(Arrivals&& arrivals);
  /// Waits for the peer's end. False: there is no memory for that, and the connection stays the caller's.
  [[nodiscard]] bool watch(std::unique_ptr<Connection>& connection, const SessionEnd& end) noexcept;
  void read_ready() noexcept;
  /// Reads and throws away. True when the peer has finished or is gone.
  bool drained(Connection& connection) noexcept;
  void end_overdue(TimePoint now, bool all) noexcept;
  /// Whether the peer takes what is left so fast that lingering goes on. If not, and something is left, it is given up:
  /// the connection will be reset.
  [[nodiscard]] bool still_takes(Lingering& lingering) noexcept;
  void extend(Entries::iterator entry, TimePoint now) noexcept;
  void finish(Entries::iterator entry) noexcept;

  Counters& counters_;
  const StopState& stop_;
  SystemCalls& calls_;
  Housekeeper& housekeeper_;
  std::atomic<std::int64_t> linger_ms_;
  UniqueFd epoll_;

  std::mutex mutex_;
  Arrivals arrivals_;  // guarded by mutex_

  Entries entries_;  // the housekeeper's, as is what follows
  std::map<int, Entries::iterator> by_descriptor_;
};

}  // namespace echopool
