#include "logging/line_receiver.hpp"
#include "logging/log_line.hpp"
#include "logging/stack_frames.hpp"
#include "logging/throw_tracer.hpp"

#include <echopool/log.hpp>

#include <boost/core/demangle.hpp>

#include <cxxabi.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <typeinfo>

namespace echopool {
namespace {

constinit std::atomic<std::uint64_t> traces{0};

void add_current_exception(LineBuffer& line) {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return line.add({"type", std::current_exception() ? "unknown" : "none"});
  line.add({"type", boost::core::demangle(type->name())});
  try {
    throw;
  } catch (const std::exception& exception) {
    line.add({"what", exception.what()});
  } catch (...) {  // has nothing to say
  }
}

void log_current_exception(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  LineBuffer line{event, fields};
  add_current_exception(line);
  const StackAddresses stack = stack_of_current_exception();
  if (stack.empty()) return hand_over(level, line.view());

  // Lines of several threads mix; the number tells which belong together.
  const auto trace = 1 + traces.fetch_add(1, std::memory_order_relaxed);
  line.add({"trace", trace});
  hand_over(level, line.view());
  std::size_t number = 0;
  for (const std::string& frame : describe_frames(stack))
    hand_over(level, LineBuffer{"traceback", {{"trace", trace}, {"frame", number++}, {"at", frame}}}.view());
}

}  // namespace

void log_exception(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) noexcept {
  if (!log_enabled(level)) return;
  const int saved_errno = errno;
  try {
    log_current_exception(level, event, fields);
  } catch (...) {  // bad_alloc while describing it
    log_event(level, event, fields);
  }
  errno = saved_errno;
}

}  // namespace echopool
