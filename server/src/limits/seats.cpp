#include "limits/seats.hpp"

#include "limits/source_key.hpp"

#include <algorithm>

namespace echopool {

Ticket& Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    give_back();
    seats_ = std::exchange(other.seats_, nullptr);
    source_ = other.source_;
  }
  return *this;
}

void Ticket::give_back() noexcept {
  if (Seats* seats = std::exchange(seats_, nullptr)) seats->give_back(source_);
}

bool Seats::wait_for_room() {
  std::unique_lock lock{mutex_};
  ++waiting_;
  changed_.wait(lock, [this] { return closed_ || taken_ < limit_; });
  --waiting_;
  return !closed_;
}

std::optional<Ticket> Seats::try_take() {
  const std::lock_guard lock{mutex_};
  if (taken_ >= limit_) return std::nullopt;
  ++taken_;
  return Ticket{*this};
}

bool Seats::count_source(Ticket& ticket, const Endpoint& peer, std::optional<std::size_t> limit) {
  assert(ticket.seats_ == this && !ticket.source_);
  const std::uint64_t key = source_key(peer);
  const std::lock_guard lock{mutex_};
  const auto it = sources_.try_emplace(key, 0).first;
  if (limit && it->second >= *limit) {
    if (it->second == 0) sources_.erase(it);
    return false;
  }
  ++it->second;
  ticket.source_ = key;
  return true;
}

std::optional<std::uint64_t> Seats::greediest_source() const {
  const std::lock_guard lock{mutex_};
  const auto most = std::ranges::max_element(sources_, {}, [](const auto& source) { return source.second; });
  return most == sources_.end() || most->second < 2 ? std::nullopt : std::optional{most->first};
}

void Seats::give_back(const std::optional<std::uint64_t>& source) noexcept {
  bool wake = false;
  {
    const std::lock_guard lock{mutex_};
    assert(taken_ > 0);
    --taken_;
    if (source) {
      if (const auto it = sources_.find(*source); it != sources_.end() && --it->second == 0) sources_.erase(it);
    }
    wake = waiting_ != 0;
  }
  if (wake) changed_.notify_all();
}

void Seats::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  changed_.notify_all();
}

void Seats::set_limit(std::size_t connections) {
  {
    const std::lock_guard lock{mutex_};
    limit_ = connections;
  }
  changed_.notify_all();
}

bool Seats::is_full() const {
  const std::lock_guard lock{mutex_};
  return taken_ >= limit_;
}

std::size_t Seats::taken() const {
  const std::lock_guard lock{mutex_};
  return taken_;
}

bool Seats::wait_for_room_until(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock{mutex_};
  ++waiting_;
  const bool room = changed_.wait_until(lock, until, [this] { return closed_ || taken_ < limit_; });
  --waiting_;
  return room && !closed_;
}

bool Seats::wait_until_empty(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock{mutex_};
  ++waiting_;
  const bool empty = changed_.wait_until(lock, until, [this] { return taken_ == 0; });
  --waiting_;
  return empty;
}

}  // namespace echopool
