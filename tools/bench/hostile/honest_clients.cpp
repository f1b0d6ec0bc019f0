#include "honest_clients.hpp"

#include <algorithm>
#include <cstdio>

namespace hostile {
namespace {

constexpr std::size_t loops = 16;
constexpr std::chrono::seconds patience{1};  // for newcomers, when the time is over
constexpr std::size_t most_taken = 65'536;

double seconds_of(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void HonestClients::begin(double seconds, Clock::duration every) {
  newcomers_.clear();
  loops_.clear();
  loops_.resize(loops);
  answers_ = broken_ = 0;
  every_ = every;
  begun_ = Clock::now();
  end_ = begun_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  next_newcomer_ = begun_ + every / 10;  // when the loops are under way
  running_ = true;
  for (std::uint32_t i = 0; i < loops; ++i) dial(loops_[i], Party::loop, i);
}

void HonestClients::dial(Client& client, Party party, std::uint32_t index) {
  client.connected = false;
  client.socket = Socket::dial(what_.port);
  watch_.add(client.socket.descriptor(), EPOLLOUT, party, index);
}

void HonestClients::say(Client& client) {
  client.missing = what_.answer;
  client.socket.send(what_.message);  // 64 bytes on a connection without any: there is always room
}

bool HonestClients::advance(Client& client, std::uint32_t events) {
  if (client.connected) return true;
  return (events & EPOLLOUT) != 0 && (client.connected = client.socket.is_connected());
}

void HonestClients::on_loop(std::uint32_t index, std::uint32_t events) {
  if (loops_.empty()) return;  // they were ended by an earlier event of the same batch
  Client& client = loops_[index];
  const bool connects = !client.connected;
  if (!advance(client, events)) {
    ++broken_;
    dial(client, Party::loop, index);
    return;
  }
  if (connects) {
    watch_.change(client.socket.descriptor(), EPOLLIN, Party::loop, index);
    say(client);
    return;
  }
  const auto taken = client.socket.take(most_taken);
  if (!taken || *taken > client.missing) {
    ++broken_;
    dial(client, Party::loop, index);
    return;
  }
  client.missing -= *taken;
  if (client.missing > 0) return;
  ++answers_;
  say(client);
}

void HonestClients::on_newcomer(std::uint32_t index, std::uint32_t events) {
  Newcomer& newcomer = newcomers_[index];
  Client& client = newcomer.client;
  const bool connects = !client.connected;
  if (!advance(client, events)) return client.socket.reset();
  if (connects) {
    watch_.change(client.socket.descriptor(), EPOLLIN, Party::newcomer, index);
    return say(client);
  }
  const auto taken = client.socket.take(most_taken);
  if (!taken || *taken > client.missing) return client.socket.reset();  // turned away: it counts as one that waits on
  client.missing -= *taken;
  if (client.missing > 0) return;
  newcomer.done = Clock::now();
  newcomer.served = true;
  client.socket = {};
}

void HonestClients::turn(TimePoint now) {
  if (!running_) return;
  if (now >= end_) {
    if (!loops_.empty()) end_loops(now);
    if (all_served() || now >= end_ + patience) {
      for (Newcomer& newcomer : newcomers_) {
        if (newcomer.served) continue;
        newcomer.done = now;
        newcomer.client.socket.reset();
      }
      running_ = false;
    }
  } else if (now >= next_newcomer_) {
    next_newcomer_ += every_;
    newcomers_.push_back({.client = {}, .begun = now, .done = now});
    const std::size_t index = newcomers_.size() - 1;
    dial(newcomers_[index].client, Party::newcomer, static_cast<std::uint32_t>(index));
  }
}

void HonestClients::end_loops(TimePoint now) {
  seconds_ = seconds_of(now - begun_);
  for (Client& client : loops_) client.socket.reset();
  loops_.clear();
}

bool HonestClients::all_served() const {
  return std::all_of(newcomers_.begin(), newcomers_.end(), [](const Newcomer& each) { return each.served; });
}

TimePoint HonestClients::next_turn() const {
  if (!running_) return TimePoint::max();
  return Clock::now() >= end_ ? Clock::now() + std::chrono::milliseconds{5} : std::min(end_, next_newcomer_);
}

std::string HonestClients::report() const {
  std::string waits;
  std::size_t unserved = 0;
  for (const Newcomer& newcomer : newcomers_) {
    if (!newcomer.served) ++unserved;
    waits += (waits.empty() ? "" : ", ") + std::to_string(seconds_of(newcomer.done - newcomer.begun) * 1e3);
  }
  return "{\"answers\": " + std::to_string(answers_) + ", \"seconds\": " + std::to_string(seconds_) +
         ", \"broken\": " + std::to_string(broken_) + ", \"unserved\": " + std::to_string(unserved) +
         ", \"waits_ms\": [" + waits + "]}";
}

}  // namespace hostile
