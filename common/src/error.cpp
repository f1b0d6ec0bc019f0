#include <echopool/error.hpp>

#include <algorithm>

namespace echopool {
namespace {

std::string sentence(int error, std::string what) {
  if (error == 0) return what;
  return what.insert(std::min(what.find("; "), what.size()), ": " + std::generic_category().message(error));
}

}  // namespace

std::string_view to_string(IoErrorKind kind) noexcept {
  switch (kind) {
    case IoErrorKind::truncated:
      return "truncated";
    case IoErrorKind::receive_timeout:
      return "receive_timeout";
    case IoErrorKind::message_timeout:
      return "message_timeout";
    case IoErrorKind::send_timeout:
      return "send_timeout";
    case IoErrorKind::session_limit:
      return "session_limit";
    case IoErrorKind::message_too_long:
      return "message_too_long";
    case IoErrorKind::reset:
      return "reset";
    case IoErrorKind::stopping:
      return "stopping";
    case IoErrorKind::system:
      break;
  }
  return "system";
}

IoError::IoError(IoErrorKind kind, const std::string& what, int error)
    : std::runtime_error{what}, kind_{kind}, error_{error} {}

StartError::StartError(int error, const std::string& what)
    : std::system_error{error, std::generic_category(), what}, text_{sentence(error, what)} {}

}  // namespace echopool
