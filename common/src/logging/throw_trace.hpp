// Remembers, while switched on, the stack of every exception at its throw. The library replaces __cxa_throw, the C++
// ABI's function behind `throw`, for that; switched off it costs one relaxed load a throw. Internal. Any thread.
#pragma once

#include <cstddef>
#include <span>

namespace echopool {

/// Code addresses of a stack, innermost first: return addresses, so each call is in the instruction before.
using StackAddresses = std::span<const void* const>;

void trace_throws(bool on) noexcept;

/// The stack, at its throw, of the exception this thread is handling. Empty when there is no exception, or when it was
/// thrown by another thread, without `throw` (std::make_exception_ptr), before tracing was on, or several throws ago.
/// Valid until this thread throws again.
[[nodiscard]] StackAddresses trace_of_current_exception() noexcept;

}  // namespace echopool
