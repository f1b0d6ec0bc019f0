// The peers that do, or leave undone, what a server should not suffer from. Of the program hostile, one thread.
#pragma once

#include "protocol.hpp"
#include "watch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hostile {

enum class Kind : std::uint8_t {
  half,         ///< half a message, then silence
  drip,         ///< a byte of an endless message every 200 ms
  never_read,   ///< writes a quarter of a megabyte, or as much of it as is taken, and never reads
  slow_read,    ///< the same, and reads a byte a second
  half_closed,  ///< a message and a half, the end of its output, then silence
  silent,       ///< connects and says nothing
  reset,        ///< once a second: connects, writes, resets when the answer has begun and cannot be complete
};

/// Throws std::invalid_argument when there is none of this name.
[[nodiscard]] Kind kind_named(std::string_view name);

class HostilePeers {
 public:
  HostilePeers(Watch& watch, std::uint16_t port, Protocol protocol, Kind kind, std::size_t count);

  /// All of them come, a few at a time.
  void begin(TimePoint now);
  void on_event(std::uint32_t index, std::uint32_t events);
  /// What is due: newcomers among them, a byte of each that drips, a reset.
  void turn(TimePoint now);
  [[nodiscard]] TimePoint next_turn() const;
  /// Whether all are connected and have come as far as they can, or too long has passed for that.
  [[nodiscard]] bool is_settled(TimePoint now) const;
  /// One JSON object: what they do, as the kernel sees it.
  [[nodiscard]] std::string state() const;
  /// All are reset.
  void leave();

 private:
  struct Peer {
    Socket socket;
    bool connected = false;
    bool finished = false;      ///< has said that nothing more will come
    std::uint64_t dripped = 0;  ///< bytes
    std::size_t written = 0;    ///< bytes, of those that write without reading
  };

  void dial(std::uint32_t index);
  void greet(std::uint32_t index);
  void write_all_there_is_room_for(Peer& peer);
  void act(std::uint32_t index);
  [[nodiscard]] bool writes() const noexcept { return kind_ == Kind::never_read || kind_ == Kind::slow_read; }
  [[nodiscard]] bool does_it(const Peer& peer, const Facts& facts) const;

  Watch& watch_;
  std::uint16_t port_;
  Protocol protocol_;
  Kind kind_;
  std::vector<Peer> peers_;
  Clock::duration between_acts_{};  ///< of one peer and of the next
  TimePoint begun_, opened_, progress_, next_dial_, next_act_ = TimePoint::max();
  std::uint32_t dialled_;    ///< how many have come; all before begin() and after leave()
  std::uint32_t actor_ = 0;  ///< whose turn it is
  std::uint64_t acts_ = 0;
  std::uint64_t resets_mid_answer_ = 0;
  std::uint64_t resets_unanswered_ = 0;
};

}  // namespace hostile
