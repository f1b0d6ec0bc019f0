#include "hostile_peers.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace hostile {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t dialled_at_once = 20;  // and then a pause, so that no backlog overflows for that alone
constexpr auto dial_pause = 1ms;
constexpr auto quiet = 300ms;    // without progress they have come as far as they can
constexpr auto rounds = 1100ms;  // for those that act again and again: each once at least
constexpr auto too_long = 6s;    // a server that stands still takes no more connections
// More than any server keeps of a connection and the kernel holds for it; without an end the kernel's memory for TCP
// would run out (tcp_mem, tcp(7)) and all connections of the machine would suffer, whichever server has them.
constexpr std::size_t written_at_most = 256 * 1024;
// What hostile peers leave to the server is not to be in their own buffers. With segments as large as those of loopback
// the kernel would make the server's send buffers 2.6 MB each; these are Ethernet's.
constexpr Sizes small{.receive_buffer = 4'096, .send_buffer = 4'096, .segment = 1'448};
// The reset comes when the answer has begun: the question must be out by then.
constexpr Sizes room_to_write{.receive_buffer = 4'096, .send_buffer = 65'536, .segment = 1'448};

Clock::duration interval_of(Kind kind) {
  switch (kind) {
    case Kind::drip:
      return 200ms;
    case Kind::slow_read:
    case Kind::reset:
      return 1s;
    default:
      return 0s;
  }
}

}  // namespace

Kind kind_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Kind>, 7> names{{{"half", Kind::half},
                                                                    {"drip", Kind::drip},
                                                                    {"never-read", Kind::never_read},
                                                                    {"slow-read", Kind::slow_read},
                                                                    {"half-closed", Kind::half_closed},
                                                                    {"silent", Kind::silent},
                                                                    {"reset", Kind::reset}}};
  for (const auto& [known, kind] : names)
    if (known == name) return kind;
  throw std::invalid_argument{"there are no hostile peers called " + std::string{name}};
}

HostilePeers::HostilePeers(Watch& watch, std::uint16_t port, Protocol protocol, Kind kind, std::size_t count)
    : watch_{watch},
      port_{port},
      protocol_{std::move(protocol)},
      kind_{kind},
      peers_(count),
      dialled_{static_cast<std::uint32_t>(count)} {}

void HostilePeers::begin(TimePoint now) {
  dialled_ = 0;
  begun_ = progress_ = next_dial_ = now;
  opened_ = TimePoint::max();
  if (const auto interval = interval_of(kind_); interval > 0s) {
    between_acts_ = interval / static_cast<int>(peers_.size());
    next_act_ = now + interval;
  }
}

void HostilePeers::dial(std::uint32_t index) {
  peers_[index] = {};
  peers_[index].socket = Socket::dial(port_, kind_ == Kind::reset ? room_to_write : small);
  watch_.add(peers_[index].socket.descriptor(), EPOLLOUT, Party::hostile, index);
}

void HostilePeers::greet(std::uint32_t index) {
  Peer& peer = peers_[index];
  const auto no_more_events = [&] { watch_.remove(peer.socket.descriptor()); };
  switch (kind_) {
    case Kind::silent:
      return no_more_events();
    case Kind::half:
      peer.socket.send(protocol_.half);
      return no_more_events();
    case Kind::drip:
      peer.socket.send(protocol_.drip);
      return no_more_events();
    case Kind::half_closed:
      peer.socket.send(protocol_.message + protocol_.half);
      peer.finished = peer.socket.finish();
      return no_more_events();
    case Kind::never_read:
    case Kind::slow_read:
      watch_.change(peer.socket.descriptor(), EPOLLOUT | EPOLLET, Party::hostile, index);
      return write_all_there_is_room_for(peer);
    case Kind::reset:
      watch_.change(peer.socket.descriptor(), EPOLLIN, Party::hostile, index);
      peer.socket.send(protocol_.bulk);
  }
}

void HostilePeers::write_all_there_is_room_for(Peer& peer) {
  while (peer.written < written_at_most) {
    const auto rest = std::string_view{protocol_.bulk}.substr(peer.written % protocol_.bulk.size());
    const auto sent = peer.socket.send(rest);
    if (!sent) return watch_.remove(peer.socket.descriptor());
    if (*sent == 0) return;
    peer.written += *sent;
    progress_ = Clock::now();
  }
  watch_.remove(peer.socket.descriptor());
}

void HostilePeers::on_event(std::uint32_t index, std::uint32_t events) {
  Peer& peer = peers_[index];
  if (!peer.socket.is_open()) return;
  if (!peer.connected) {
    progress_ = Clock::now();
    if ((events & EPOLLOUT) == 0 || !peer.socket.is_connected()) return peer.socket.reset();
    peer.connected = true;
    return greet(index);
  }
  if (kind_ == Kind::reset) {
    if ((events & (EPOLLHUP | EPOLLERR)) == 0) ++resets_mid_answer_;
    return peer.socket.reset();
  }
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return watch_.remove(peer.socket.descriptor());
  if (writes()) write_all_there_is_room_for(peer);
}

void HostilePeers::act(std::uint32_t index) {
  Peer& peer = peers_[index];
  ++acts_;
  if (kind_ == Kind::reset) {
    if (peer.connected && peer.socket.is_open()) ++resets_unanswered_;
    peer.socket.reset();
    return dial(index);
  }
  if (!peer.connected) return;
  if (kind_ == Kind::drip) {
    if (peer.socket.send("x").value_or(0) == 1) ++peer.dripped;
  } else {
    peer.socket.take(1);
  }
}

void HostilePeers::turn(TimePoint now) {
  if (dialled_ < peers_.size() && now >= next_dial_) {
    for (std::uint32_t i = 0; i < dialled_at_once && dialled_ < peers_.size(); ++i) dial(dialled_++);
    next_dial_ = now + dial_pause;
    if (dialled_ == peers_.size()) opened_ = progress_ = now;
  }
  while (now >= next_act_) {
    if (actor_ < dialled_) act(actor_);
    actor_ = (actor_ + 1) % static_cast<std::uint32_t>(peers_.size());
    next_act_ += between_acts_;
  }
}

TimePoint HostilePeers::next_turn() const { return dialled_ < peers_.size() ? next_dial_ : next_act_; }

bool HostilePeers::is_settled(TimePoint now) const {
  if (now - begun_ > too_long) return true;
  if (dialled_ < peers_.size()) return false;
  if (kind_ == Kind::reset || kind_ == Kind::drip) return now - opened_ > rounds;
  const bool all_came = std::all_of(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.connected; });
  return all_came && now - progress_ > quiet;
}

/// Whether it does what its kind is to do, and has not been sent away. Resets are counted instead.
bool HostilePeers::does_it(const Peer& peer, const Facts& facts) const {
  switch (kind_) {
    case Kind::silent:
      return facts.established && facts.acknowledged <= 1;  // the one is the SYN
    case Kind::half:
      return facts.established && peer.socket.unsent() == 0;
    case Kind::drip:
      return facts.established && peer.dripped > 0;
    case Kind::never_read:
    case Kind::slow_read:
      return facts.established && (peer.written >= written_at_most || peer.socket.unsent() > 0);
    case Kind::half_closed:
      return peer.finished && peer.socket.unsent() == 0;
    case Kind::reset:
      return false;
  }
  return false;
}

std::string HostilePeers::state() const {
  std::uint64_t connected = 0, does = 0, dripped = 0, acknowledged = 0, received = 0;
  for (const Peer& peer : peers_) {
    if (!peer.socket.is_open() || !peer.connected) continue;
    const auto facts = peer.socket.facts();
    ++connected;
    does += does_it(peer, facts) ? 1 : 0;
    dripped += peer.dripped;
    acknowledged += facts.acknowledged;
    received += facts.received;
  }
  std::string text = "{";
  for (const auto& [name, value] : {std::pair{"connected", connected},
                                    {"doing", does},
                                    {"dripped", dripped},
                                    {"acknowledged", acknowledged},
                                    {"received", received},
                                    {"acts", acts_},
                                    {"resets_mid_answer", resets_mid_answer_},
                                    {"resets_unanswered", resets_unanswered_}})
    text += std::string{text.size() > 1 ? ", \"" : "\""} + name + "\": " + std::to_string(value);
  return text + "}";
}

void HostilePeers::leave() {
  for (Peer& peer : peers_) peer.socket.reset();
  next_act_ = TimePoint::max();
  dialled_ = static_cast<std::uint32_t>(peers_.size());
}

}  // namespace hostile
