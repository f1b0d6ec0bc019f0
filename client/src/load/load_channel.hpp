// One connection of a load run, or one slot for connections that come and go. Internal. Belongs to its worker's thread.
#pragma once

#include "load/load_context.hpp"

#include <cstdint>
#include <optional>

namespace echopool::client {

class LoadChannel {
 public:
  virtual ~LoadChannel() = default;

  /// Opens what it needs before the run begins; datagrams and streams connect. `first` is a connection that is there
  /// already, or nothing.
  virtual void prepare(Connection first) = 0;
  /// False while it still waits to be connected for the first time.
  [[nodiscard]] virtual bool prepared() const = 0;
  /// The run begins. Closed loop: with as many requests as may be under way.
  virtual void begin() = 0;
  /// Open loop: a request is due. It is sent now, or as soon as possible; the delay counts.
  virtual void request(Nanoseconds due) = 0;
  /// epoll(7) says so.
  virtual void ready(std::uint32_t events) = 0;
  /// Every few milliseconds: whatever depends on time.
  virtual void tick(Nanoseconds now) = 0;
  /// Requests that are under way or wait to be sent.
  [[nodiscard]] virtual std::uint64_t outstanding() const = 0;
  /// When the oldest of those was due; nullopt: there is none.
  [[nodiscard]] virtual std::optional<Nanoseconds> oldest() const = 0;
  /// The run is over: what is outstanding is lost.
  virtual void finish() = 0;
};

}  // namespace echopool::client
