// The seats of the server: one for each open connection, and, if asked for, a number of them per source. Internal.
// Seats may be used from any thread. A Ticket is a taken seat; its destructor gives the seat back, so a seat can
// neither leak nor be returned twice. A Ticket must not outlive its Seats.
#pragma once

#include <echopool/endpoint.hpp>
#include <echopool/settings.hpp>

#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace echopool {

class Seats;

class Ticket {
 public:
  Ticket() noexcept = default;
  Ticket(Ticket&& other) noexcept : seats_{std::exchange(other.seats_, nullptr)}, source_{other.source_} {}
  Ticket& operator=(Ticket&& other) noexcept;
  ~Ticket() { give_back(); }

 private:
  friend class Seats;
  explicit Ticket(Seats& seats) noexcept : seats_{&seats} {}
  void give_back() noexcept;

  Seats* seats_ = nullptr;
  std::optional<std::uint64_t> source_;  ///< set when the seat also counts against its source
};

class Seats {
 public:
  explicit Seats(std::size_t connections) noexcept : limit_{connections} {}
  ~Seats() { assert(taken_ == 0); }
  Seats(const Seats&) = delete;
  Seats& operator=(const Seats&) = delete;

  /// Waits until there is a free seat or close() is called; true in the first case. One acceptor waits, and takes
  /// all seats, so the seat is still there for its try_take().
  [[nodiscard]] bool wait_for_room();
  /// A seat, or nullopt when all are taken.
  [[nodiscard]] std::optional<Ticket> try_take();
  /// Counts the ticket against its source as well; false when the source has `limit` already. Throws std::bad_alloc.
  [[nodiscard]] bool count_source(Ticket& ticket, const Endpoint& peer, std::optional<std::size_t> limit);
  /// The key of the source that has most seats, and more than one; nullopt: there is none. Takes time in proportion to
  /// the sources.
  [[nodiscard]] std::optional<std::uint64_t> greediest_source() const;

  /// Wakes wait_for_room() for good.
  void close();
  void set_limit(std::size_t connections);

  [[nodiscard]] std::size_t taken() const;
  [[nodiscard]] bool is_full() const;
  /// Waits until there is a free seat: true, or false at `until`.
  [[nodiscard]] bool wait_for_room_until(std::chrono::steady_clock::time_point until);
  /// Waits until no seat is taken: true, or false at `until`.
  [[nodiscard]] bool wait_until_empty(std::chrono::steady_clock::time_point until);

 private:
  friend class Ticket;
  void give_back(const std::optional<std::uint64_t>& source) noexcept;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t limit_;  // guarded by mutex_, as is all that follows
  std::size_t taken_ = 0;
  std::size_t waiting_ = 0;
  bool closed_ = false;
  std::unordered_map<std::uint64_t, std::size_t> sources_;  // by source_key(), only those with a seat
};

}  // namespace echopool
