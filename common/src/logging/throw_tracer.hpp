// The seam between log_exception() and the archive that remembers stacks (throw_trace.cpp): the library asks for the
// stack of an exception, and a program that links the archive answers. Internal. Any thread, except where it says
// otherwise.
#pragma once

#include <echopool/export.hpp>

#include <span>

namespace echopool {

/// Code addresses of a stack, innermost first: return addresses, so each call is in the instruction before.
using StackAddresses = std::span<const void* const>;

/// Remembers stacks. Both functions may be called by any thread.
struct ThrowTracer {
  void (*switch_on)(bool on) noexcept;
  /// The stack, at its throw, of the exception that the calling thread is handling; empty when it is not known. Valid
  /// until this thread throws again.
  StackAddresses (*stack_of_current_exception)() noexcept;
};

/// `tracer` must live as long as the program. Exported for enable_tracebacks() alone, and called before there are other
/// threads.
ECHOPOOL_EXPORT void use_throw_tracer(const ThrowTracer& tracer) noexcept;

/// Does nothing in a program without a tracer.
void trace_throws(bool on) noexcept;

/// As ThrowTracer::stack_of_current_exception(); empty in a program without a tracer.
[[nodiscard]] StackAddresses stack_of_current_exception() noexcept;

}  // namespace echopool
