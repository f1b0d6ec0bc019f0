// Who owns a connection that may be parked: one atomic word per place, and nobody owns a place without having changed
// its word. Internal. Every function may be called from any thread within its stated rule.
//
//   free ──admit──▶ arming ──armed──▶ parked ──claim──▶ running ──leave──▶ free
//                     ▲                 ▲                  │ │
//                     │                 └───────rest───────┘ │
//                     └──────────────────park────────────────┘
//
// `arming` lasts as long as the epoll_ctl(2) call that makes the connection's events flow. An event can be there before
// that call has returned; who gets it waits until it has, so that no descriptor is closed under a call that uses it.
// The word also counts how often the connection was armed, and an event carries the count it was armed with, so an
// event that comes late, for a connection that is gone or was armed again since, claims nothing.
//
// An edge-triggered connection is parked without a call: its events flow on. One that comes while the connection runs
// is noted in the word, and the owner then cannot rest() but must park(), which makes the kernel look again.
#pragma once

#include "session/connection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace echopool {

class ParkingLot {
 public:
  using Place = std::uint32_t;

  /// A place, as it was armed for a certain time: what an epoll event carries.
  struct Key {
    Place place;
    std::uint32_t arming;
    [[nodiscard]] std::uint64_t packed() const noexcept { return std::uint64_t{place} << 32 | arming; }
    static Key unpack(std::uint64_t bits) noexcept {
      return {static_cast<Place>(bits >> 32), static_cast<std::uint32_t>(bits)};
    }
  };

  /// What can be seen of a place without owning it.
  struct View {
    bool occupied = false;
    bool parked = false;
    std::uint32_t arming = 0;
    WaitFor waits_for = WaitFor::message;
    WaitTimes times{};
  };

  explicit ParkingLot(std::size_t places);

  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }

  /// A free place for the connection, arming. Requires that fewer than size() places are taken.
  [[nodiscard]] Key admit(std::unique_ptr<Connection> connection, TimePoint now);
  /// The owner gives the place up: arming. Before the epoll_ctl(2) call.
  [[nodiscard]] Key park(Place place, TimePoint now) noexcept;
  /// After the epoll_ctl(2) call: parked, and anybody's to claim. Only for who called admit() or park().
  void armed(Key key) noexcept;
  /// Instead of armed(), when that call failed: the caller owns the connection again.
  void keep(Key key) noexcept;

  /// The owner gives the place up, and its events flow already: parked. False: an event came while it was running, and
  /// the caller still owns the connection.
  [[nodiscard]] bool rest(Key key, TimePoint now) noexcept;

  /// The caller owns the connection from here on; nullptr: the key is out of date, or somebody else was quicker, and
  /// will hear of it when it wants to rest().
  [[nodiscard]] Connection* claim(Key key) noexcept;
  /// The owner takes the connection away; the place is free.
  [[nodiscard]] std::unique_ptr<Connection> leave(Place place);

  [[nodiscard]] View view(Place place) const noexcept;

 private:
  enum State : std::uint64_t { free_state, running, arming_state, parked };

  struct Cell {
    std::atomic<std::uint64_t> word{free_state};  // arming << 3 | noted << 2 | State
    std::atomic<TimePoint::rep> opened{0};
    std::atomic<TimePoint::rep> active{0};
    std::atomic<TimePoint::rep> began{0};
    std::atomic<WaitFor> waits_for{WaitFor::message};
    std::unique_ptr<Connection> connection;  // the owner's
  };

  /// What can be seen of the connection's wait, before it is given up.
  static void publish(Cell& cell, TimePoint now) noexcept;

  std::vector<Cell> cells_;
  std::mutex mutex_;
  std::vector<Place> free_;  // guarded by mutex_; the last one left is the next one taken
};

}  // namespace echopool
