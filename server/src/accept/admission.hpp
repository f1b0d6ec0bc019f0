// Decides about a connection that has just been accepted, before it costs anything: who may come in, and how many from
// one source. Internal. check() is called by the acceptor; reconfigure() by any thread.
#pragma once

#include "limits/access_list.hpp"
#include "limits/ticket.hpp"

#include <echopool/settings.hpp>
#include <echopool/stats.hpp>

#include <memory>
#include <mutex>
#include <optional>

namespace echopool {

class Admission {
 public:
  Admission(Seats& seats, const ServerSettings& settings) : seats_{seats} { reconfigure(settings); }

  /// Throws std::invalid_argument, and changes nothing, when an access list cannot be read.
  void reconfigure(const ServerSettings& settings);

  /// nullopt: welcome, with `ticket` counted against its source as well if that is limited.
  [[nodiscard]] std::optional<RefuseReason> check(const Endpoint& peer, Ticket& ticket);

  [[nodiscard]] std::shared_ptr<const AccessList> access() const;

 private:
  Seats& seats_;
  mutable std::mutex mutex_;
  std::shared_ptr<const AccessList> access_;  // guarded by mutex_
  std::optional<std::size_t> per_source_;     // likewise
};

}  // namespace echopool
