// The epoll set of parked connections: how each is watched, and which are ready. Internal. Owned by the ParkDispatcher;
// wait() belongs to the workers, the rest may be called from any thread.
//
// The set is the run queue: there is no other hand-over between two workers. A connection is watched in one of two ways
// (epoll_ctl(2)). EPOLLET while it sends messages that one read takes whole: parking it then costs no call.
// EPOLLONESHOT while it streams, has output or whole messages kept, or talks alone: no worker is woken for it while it
// is served, and arming it again puts it at the tail.
#pragma once

#include "dispatch/park/parking_lot.hpp"
#include "unique_fd.hpp"
#include "wake_fd.hpp"

#include <poll.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace echopool {

class EpollSet {
 public:
  /// How a connection is watched when it is armed.
  enum class Watch : std::uint8_t {
    edge,  ///< input, EPOLLET
    once,  ///< input, EPOLLONESHOT
    room,  ///< room for output, EPOLLONESHOT
    end,   ///< the peer's reset and nothing else, EPOLLONESHOT
    turn,  ///< input or room, EPOLLONESHOT: with input already read, or a greeting to send, it can go on at once
  };

  /// What one call of epoll_wait(2) found.
  struct Ready {
    std::span<const epoll_event> events;  ///< of connections
    bool released = false;                ///< release() was called
  };

  /// `calls` must outlive the set. Throws StartError.
  explicit EpollSet(SystemCalls& calls);

  /// The epoll_ctl(2) calls. They return false, with errno, if the kernel refuses.
  [[nodiscard]] bool add(int fd, ParkingLot::Key key, Watch watch) noexcept;
  [[nodiscard]] bool arm(int fd, ParkingLot::Key key, Watch watch) noexcept;
  void remove(int fd) noexcept;

  /// Waits until connections are ready, a signal comes, or release() was called. Writes into `events`.
  [[nodiscard]] Ready wait(std::span<epoll_event> events) noexcept;
  /// Puts a mark behind all that is ready now. The housekeeper's, as are the next two.
  void place_mark() noexcept;
  /// Whether a worker has come to the mark: what was ready before it has been taken.
  [[nodiscard]] bool mark_was_reached() const noexcept { return mark_reached_.load(std::memory_order_acquire); }
  /// How many of these connections are ready: `waits` has their descriptors and what each waits for (poll(2)).
  [[nodiscard]] std::size_t count_ready(std::span<pollfd> waits) noexcept;
  /// From now on wait() does not wait.
  void release() noexcept { released_.wake(); }

  [[nodiscard]] static ParkingLot::Key key_of(const epoll_event& event) noexcept {
    return ParkingLot::Key::unpack(event.data.u64);
  }
  /// Whether a turn finds something: input, the peer's end, an error, or room. Urgent data alone is nothing to it.
  [[nodiscard]] static bool is_worth_a_turn(const epoll_event& event) noexcept;
  /// Whether a read that found less than it asked for may have left something in the kernel: an end that is still to be
  /// read, or data behind an urgent mark, before which a read stops (tcp(7)).
  [[nodiscard]] static bool leaves_doubt(const epoll_event& event) noexcept;

 private:
  [[nodiscard]] bool control(int operation, int fd, ParkingLot::Key key, Watch watch) noexcept;

  SystemCalls& calls_;
  UniqueFd epoll_;
  WakeFd mark_;  // readable for good
  std::atomic<bool> mark_reached_{true};
  WakeFd released_;  // level-triggered and never drained: once awake, every worker sees it
};

}  // namespace echopool
