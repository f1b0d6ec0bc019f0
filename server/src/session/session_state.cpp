#include "session/session_state.hpp"

#include "stats/end_reasons.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace echopool {
namespace {

IoErrorKind kind_of(const Failure& failure) noexcept {
  if (const auto kind = row_of(failure.reason).error) return *kind;
  return failure.error == ECONNRESET || failure.error == EPIPE || failure.error == 0 ? IoErrorKind::reset
                                                                                     : IoErrorKind::system;
}

}  // namespace

SessionState::Limit SessionState::limit_of(WaitFor what, TimePoint began, TimePoint active,
                                           TimePoint now) const noexcept {
  const WaitTimes times{.opened = connection->opened, .active = active, .began = began};
  const auto deadline = deadline_of(what, times, settings->timeouts);
  if (!deadline) return {std::nullopt, EndReason::reset};
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(deadline->when - now);
  return {std::max(wait, std::chrono::milliseconds{0}), deadline->reason};
}

IoResult SessionState::fail(IoResult result, EndReason reason) noexcept {
  if (aborting.stop_requested()) {
    result.status = IoStatus::stopping;
    reason = EndReason::stopping;
  }
  if (!failure) failure = Failure{reason, result.error, std::nullopt};
  return result;
}

void SessionState::raise(const IoResult& result, const char* doing) const {
  const Failure why = failure.value_or(Failure{EndReason::reset, result.error, std::nullopt});
  std::string what = std::string{doing} + ": " + std::string{to_string(why.reason)};
  if (why.error != 0) what += " (" + std::generic_category().message(why.error) + ")";
  raise(kind_of(why), what, why.error);
}

void SessionState::raise(IoErrorKind kind, const std::string& what, int error) const {
  throw IoError{kind, what + ", connection " + std::to_string(connection->id), error};
}

}  // namespace echopool
