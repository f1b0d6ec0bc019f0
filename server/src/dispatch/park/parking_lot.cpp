#include "dispatch/park/parking_lot.hpp"

#include "limits/source_key.hpp"

#include <cassert>
#include <thread>

namespace echopool {
namespace {

constexpr std::uint64_t state_mask = 3;
constexpr std::uint64_t noted = 4;

constexpr std::uint64_t next_arming(std::uint64_t word) noexcept { return ((word >> 3) + 1) << 3; }
constexpr std::uint32_t arming_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word >> 3); }
constexpr std::uint64_t with_state(std::uint64_t word, std::uint64_t state) noexcept {
  return (word & ~(state_mask | noted)) | state;
}

}  // namespace

ParkingLot::ParkingLot(std::size_t slots) : cells_(slots) {
  free_.reserve(slots);
  for (std::size_t i = slots; i > 0; --i) free_.push_back(static_cast<Slot>(i - 1));
}

ParkingLot::Key ParkingLot::admit(std::unique_ptr<Connection> connection, TimePoint now) {
  Slot slot = 0;
  {
    const std::lock_guard lock{mutex_};
    assert(!free_.empty());
    slot = free_.back();
    free_.pop_back();
  }
  Cell& cell = cells_[slot];
  cell.opened.store(connection->opened.time_since_epoch().count(), std::memory_order_relaxed);
  cell.source.store(source_key(connection->peer), std::memory_order_relaxed);
  cell.fd.store(connection->stream->fd(), std::memory_order_relaxed);
  cell.connection = std::move(connection);
  return begin_arming(slot, now);
}

void ParkingLot::publish(Cell& cell, TimePoint now) noexcept {
  cell.active.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  cell.began.store(cell.connection->wait_began().time_since_epoch().count(), std::memory_order_relaxed);
  cell.waits_for.store(cell.connection->waits_for, std::memory_order_relaxed);
}

ParkingLot::Key ParkingLot::begin_arming(Slot slot, TimePoint now) noexcept {
  Cell& cell = cells_[slot];
  assert((cell.word.load() & state_mask) == running || (cell.word.load() & state_mask) == free_state);
  publish(cell, now);
  const std::uint64_t word = next_arming(cell.word.load(std::memory_order_relaxed)) | arming_state;
  cell.word.store(word, std::memory_order_release);
  return {slot, arming_of(word)};
}

void ParkingLot::end_arming(Key key) noexcept {
  std::atomic<std::uint64_t>& word = cells_[key.slot].word;
  assert(arming_of(word.load()) == key.arming && (word.load() & state_mask) == arming_state);
  // No other thread changes the word while its state is `arming`. Sequentially consistent because a server may begin to
  // drain just now: see ParkDispatcher::mind_draining().
  word.store(with_state(word.load(std::memory_order_relaxed), parked), std::memory_order_seq_cst);
}

void ParkingLot::fail_arming(Key key) noexcept {
  std::atomic<std::uint64_t>& word = cells_[key.slot].word;
  assert(arming_of(word.load()) == key.arming && (word.load() & state_mask) == arming_state);
  word.store(with_state(word.load(std::memory_order_relaxed), running), std::memory_order_relaxed);
}

bool ParkingLot::rest(Key key, TimePoint now) noexcept {
  Cell& cell = cells_[key.slot];
  std::uint64_t seen = cell.word.load(std::memory_order_relaxed);
  assert((seen & state_mask) == running);
  if ((seen & noted) != 0) return false;
  publish(cell, now);
  return cell.word.compare_exchange_strong(seen, with_state(seen, parked), std::memory_order_seq_cst);
}

Connection* ParkingLot::claim(Key key) noexcept {
  if (key.slot >= cells_.size()) return nullptr;
  Cell& cell = cells_[key.slot];
  std::uint64_t seen = cell.word.load(std::memory_order_acquire);
  for (;;) {
    if (arming_of(seen) != key.arming) return nullptr;
    switch (seen & state_mask) {
      case parked:
        if (cell.word.compare_exchange_weak(seen, with_state(seen, running), std::memory_order_acquire))
          return cell.connection.get();
        break;
      case running:
        if (cell.word.compare_exchange_weak(seen, seen | noted, std::memory_order_acquire)) return nullptr;
        break;
      case arming_state:
        std::this_thread::yield();
        seen = cell.word.load(std::memory_order_acquire);
        break;
      default:
        return nullptr;
    }
  }
}

std::unique_ptr<Connection> ParkingLot::leave(Slot slot) {
  Cell& cell = cells_[slot];
  assert((cell.word.load() & state_mask) == running || (cell.word.load() & state_mask) == arming_state);
  auto connection = std::move(cell.connection);
  cell.word.store(next_arming(cell.word.load(std::memory_order_relaxed)) | free_state, std::memory_order_release);
  const std::lock_guard lock{mutex_};
  free_.push_back(slot);
  return connection;
}

ParkingLot::View ParkingLot::view(Slot slot) const noexcept {
  const Cell& cell = cells_[slot];
  const std::uint64_t word = cell.word.load(std::memory_order_seq_cst);
  const std::uint64_t state = word & state_mask;
  const auto time = [](const std::atomic<TimePoint::rep>& count) {
    return TimePoint{TimePoint::duration{count.load(std::memory_order_relaxed)}};
  };
  return {.occupied = state != free_state,
          .parked = state == parked,
          .arming = arming_of(word),
          .fd = cell.fd.load(std::memory_order_relaxed),
          .waits_for = cell.waits_for.load(std::memory_order_relaxed),
          .source = cell.source.load(std::memory_order_relaxed),
          .times = {.opened = time(cell.opened), .active = time(cell.active), .began = time(cell.began)}};
}

}  // namespace echopool
