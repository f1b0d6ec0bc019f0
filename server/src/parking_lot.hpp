// Who owns a connection that may be parked: one atomic word per place, and nobody owns a place without having changed
// its word. Internal. Every function may be called from any thread within its stated rule.
//
//   free ──admit──▶ arming ──armed──▶ parked ──claim──▶ running ──leave──▶ free
//                     ▲                                    │
//                     └───────────────park─────────────────┘
//
// `arming` lasts as long as the epoll_ctl(2) call that makes the connection's events flow. An event can be there before
// that call has returned; who gets it waits until it has, so that no descriptor is closed under a call that uses it.
// The word also counts turns, and an event carries the turn it was armed for, so an event that comes late, for a
// connection that is gone or was served since, claims nothing.
#pragma once

#include "connection.hpp"

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

  /// A place at a certain turn: what an epoll event carries.
  struct Key {
    Place place;
    std::uint32_t turn;
    [[nodiscard]] std::uint64_t packed() const noexcept { return std::uint64_t{place} << 32 | turn; }
    static Key unpack(std::uint64_t bits) noexcept {
      return {static_cast<Place>(bits >> 32), static_cast<std::uint32_t>(bits)};
    }
  };

  /// What can be seen of a place without owning it.
  struct View {
    bool occupied = false;
    bool parked = false;
    std::uint32_t turn = 0;
    TimePoint opened;
    TimePoint last_active;
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

  /// The caller owns the connection from here on; nullptr: the key is out of date, or somebody else was quicker.
  [[nodiscard]] Connection* claim(Key key) noexcept;
  /// The owner takes the connection away; the place is free.
  [[nodiscard]] std::unique_ptr<Connection> leave(Place place);

  [[nodiscard]] View view(Place place) const noexcept;

 private:
  enum State : std::uint64_t { free_state, running, arming, parked };

  struct Cell {
    std::atomic<std::uint64_t> word{free_state};  // turn << 2 | State
    std::atomic<TimePoint::rep> opened{0};
    std::atomic<TimePoint::rep> last_active{0};
    std::unique_ptr<Connection> connection;  // the owner's
  };

  std::vector<Cell> cells_;
  std::mutex mutex_;
  std::vector<Place> free_;  // guarded by mutex_; the last one left is the next one taken
};

}  // namespace echopool
