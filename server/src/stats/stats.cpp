#include "stats/end_reasons.hpp"

#include <echopool/stats.hpp>

namespace echopool {

std::string_view to_string(EndReason reason) noexcept { return row_of(reason).name; }

std::string_view to_string(RefuseReason reason) noexcept {
  switch (reason) {
    case RefuseReason::access:
      return "access";
    case RefuseReason::per_source:
      return "per_source";
    case RefuseReason::connections:
      return "connections";
    case RefuseReason::queue_full:
      return "queue_full";
    case RefuseReason::queue_timeout:
      return "queue_timeout";
    case RefuseReason::resources:
      return "resources";
    case RefuseReason::stopping:
      break;
  }
  return "stopping";
}

std::string_view to_string(DropReason reason) noexcept {
  switch (reason) {
    case DropReason::source_port:
      return "source_port";
    case DropReason::source_address:
      return "source_address";
    case DropReason::destination:
      return "destination";
    case DropReason::access:
      return "access";
    case DropReason::rate_per_source:
      return "rate_per_source";
    case DropReason::rate_total:
      return "rate_total";
    case DropReason::truncated:
      return "truncated";
    case DropReason::handler_error:
      return "handler_error";
    case DropReason::send_failed:
      return "send_failed";
    case DropReason::kernel:
      break;
  }
  return "kernel";
}

}  // namespace echopool
