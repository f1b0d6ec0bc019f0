#include "parking_lot.hpp"

#include <thread>

namespace echopool {
namespace {

constexpr std::uint64_t state_mask = 3;

constexpr std::uint64_t next_turn(std::uint64_t word) noexcept { return ((word >> 2) + 1) << 2; }
constexpr std::uint32_t turn_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word >> 2); }

}  // namespace

ParkingLot::ParkingLot(std::size_t places) : cells_(places) {
  free_.reserve(places);
  for (std::size_t i = places; i > 0; --i) free_.push_back(static_cast<Place>(i - 1));
}

ParkingLot::Key ParkingLot::admit(std::unique_ptr<Connection> connection, TimePoint now) {
  Place place = 0;
  {
    const std::lock_guard lock{mutex_};
    place = free_.back();
    free_.pop_back();
  }
  Cell& cell = cells_[place];
  cell.opened.store(connection->opened.time_since_epoch().count(), std::memory_order_relaxed);
  cell.connection = std::move(connection);
  return park(place, now);
}

ParkingLot::Key ParkingLot::park(Place place, TimePoint now) noexcept {
  Cell& cell = cells_[place];
  cell.last_active.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  const std::uint64_t word = next_turn(cell.word.load(std::memory_order_relaxed)) | arming;
  cell.word.store(word, std::memory_order_release);
  return {place, turn_of(word)};
}

void ParkingLot::armed(Key key) noexcept {
  std::atomic<std::uint64_t>& word = cells_[key.place].word;
  // Nobody else changes the word while it says `arming`. Sequentially consistent for the sake of who parks while the
  // server begins to drain: see ParkDispatcher::run().
  word.store((word.load(std::memory_order_relaxed) & ~state_mask) | parked, std::memory_order_seq_cst);
}

void ParkingLot::keep(Key key) noexcept {
  std::atomic<std::uint64_t>& word = cells_[key.place].word;
  word.store((word.load(std::memory_order_relaxed) & ~state_mask) | running, std::memory_order_relaxed);
}

Connection* ParkingLot::claim(Key key) noexcept {
  if (key.place >= cells_.size()) return nullptr;
  Cell& cell = cells_[key.place];
  std::uint64_t seen = cell.word.load(std::memory_order_acquire);
  while (turn_of(seen) == key.turn && (seen & state_mask) == arming) {
    std::this_thread::yield();
    seen = cell.word.load(std::memory_order_acquire);
  }
  if (turn_of(seen) != key.turn || (seen & state_mask) != parked) return nullptr;
  const std::uint64_t mine = (seen & ~state_mask) | running;
  return cell.word.compare_exchange_strong(seen, mine, std::memory_order_acquire) ? cell.connection.get() : nullptr;
}

std::unique_ptr<Connection> ParkingLot::leave(Place place) {
  Cell& cell = cells_[place];
  auto connection = std::move(cell.connection);
  cell.word.store(next_turn(cell.word.load(std::memory_order_relaxed)) | free_state, std::memory_order_release);
  const std::lock_guard lock{mutex_};
  free_.push_back(place);
  return connection;
}

ParkingLot::View ParkingLot::view(Place place) const noexcept {
  const Cell& cell = cells_[place];
  const std::uint64_t word = cell.word.load(std::memory_order_seq_cst);
  const std::uint64_t state = word & state_mask;
  const auto time = [](const std::atomic<TimePoint::rep>& count) {
    return TimePoint{TimePoint::duration{count.load(std::memory_order_relaxed)}};
  };
  return {state != free_state, state == parked, turn_of(word), time(cell.opened), time(cell.last_active)};
}

}  // namespace echopool
