#include "accept/admission.hpp"

namespace echopool {

void Admission::reconfigure(const ServerSettings& settings) {
  auto access = std::make_shared<const AccessList>(settings.access);
  const std::lock_guard lock{mutex_};
  access_ = std::move(access);
  per_source_ = settings.limits.per_source;
}

std::optional<RefuseReason> Admission::check(const Endpoint& peer, Ticket& ticket) {
  const std::lock_guard lock{mutex_};
  if (!access_->admits(peer)) return RefuseReason::access;
  if (per_source_ && !seats_.count_source(ticket, peer, *per_source_)) return RefuseReason::per_source;
  return std::nullopt;
}

std::shared_ptr<const AccessList> Admission::access() const {
  const std::lock_guard lock{mutex_};
  return access_;
}

}  // namespace echopool
