// Which thread owns a connection that may be parked: one atomic word for each slot, and a thread owns the connection in
// a slot only after it has changed that word. Internal. Every function may be called from any thread within its stated
// rule.
//
//   free ──admit──▶ arming ──end_arming──▶ parked ──claim──▶ running ──leave──▶ free
//                     ▲                      ▲                 │ │
//                     │                      └──────rest───────┘ │
//                     └────────────────begin_arming──────────────┘
//
// `arming` lasts as long as the epoll_ctl(2) call that makes the connection's events flow. An event can be there before
// that call has returned; the worker that takes it waits until it has, so that no descriptor is closed under a call
// that uses it. The word also counts how often the slot was armed, and an event carries the count it was armed with: an
// event that comes late, for a connection that is gone or was armed again since, claims nothing.
//
// An edge-triggered connection is parked without a call: its events flow on. One that comes while the connection runs
// is noted in the word, and the owner then cannot rest() but must arm it again, which makes the kernel look.
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
  using Slot = std::uint32_t;

  /// A slot and how often it was armed: what an epoll event carries.
  struct Key {
    Slot slot;
    std::uint32_t arming;
    [[nodiscard]] std::uint64_t packed() const noexcept { return std::uint64_t{slot} << 32 | arming; }
    static Key unpack(std::uint64_t bits) noexcept {
      return {static_cast<Slot>(bits >> 32), static_cast<std::uint32_t>(bits)};
    }
  };

  /// What can be seen of a slot without owning it.
  struct View {
    bool occupied = false;
    bool parked = false;
    std::uint32_t arming = 0;
    int fd = -1;  ///< only to look whether it is ready: the connection may have ended meanwhile, and it be another's
    WaitFor waits_for = WaitFor::message;
    std::uint64_t source = 0;  ///< source_key() of the peer
    WaitTimes times{};
  };

  explicit ParkingLot(std::size_t slots);

  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }

  /// Puts the connection into a free slot, whose state is `arming` then. Requires that fewer than size() slots are
  /// taken.
  [[nodiscard]] Key admit(std::unique_ptr<Connection> connection, TimePoint now);
  /// The owner gives the connection up, before the epoll_ctl(2) call: arming.
  [[nodiscard]] Key begin_arming(Slot slot, TimePoint now) noexcept;
  /// After that call: parked, and any thread may claim it. Requires a key of admit() or begin_arming() by this thread.
  void end_arming(Key key) noexcept;
  /// Instead of end_arming(), when the call failed: the caller owns the connection again.
  void fail_arming(Key key) noexcept;

  /// The owner gives the connection up, and its events flow already: parked. Returns false if an event came while it
  /// was running; the caller then still owns it.
  [[nodiscard]] bool rest(Key key, TimePoint now) noexcept;

  /// Returns the connection, which the caller owns from here on. Returns nullptr if the key is out of date, or another
  /// thread owns it; that thread hears of it when it wants to rest().
  [[nodiscard]] Connection* claim(Key key) noexcept;
  /// The owner takes the connection away; the slot is free. Requires that the caller owns it.
  [[nodiscard]] std::unique_ptr<Connection> leave(Slot slot);

  [[nodiscard]] View view(Slot slot) const noexcept;

 private:
  enum State : std::uint64_t { free_state, running, arming_state, parked };

  struct Cell {
    std::atomic<std::uint64_t> word{free_state};  // arming << 3 | noted << 2 | State
    std::atomic<TimePoint::rep> opened{0};
    std::atomic<TimePoint::rep> active{0};
    std::atomic<TimePoint::rep> began{0};
    std::atomic<WaitFor> waits_for{WaitFor::message};
    std::atomic<int> fd{-1};
    std::atomic<std::uint64_t> source{0};
    std::unique_ptr<Connection> connection;  // the owner's
  };

  /// Makes the connection's wait visible to other threads, before it is given up.
  static void publish(Cell& cell, TimePoint now) noexcept;

  std::vector<Cell> cells_;
  std::mutex mutex_;
  std::vector<Slot> free_;  // guarded by mutex_; the last one left is the next one taken
};

}  // namespace echopool
