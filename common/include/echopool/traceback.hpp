// Stack traces of exceptions for `LogSettings::traceback`. Installed. Call it in main(), before there are other threads
// and before the Logging object. It is in a static archive of its own (CMake: echopool::traceback, else
// -lechopool-traceback in front of -lechopool), because a program that links it gets its own __cxa_throw and
// __cxa_allocate_exception, the functions of the C++ ABI behind `throw`.
#pragma once

namespace echopool {

/// From now on a Logging object with `traceback` remembers the stack of every exception at its throw, and
/// log_exception() logs it. While `traceback` is off a throw costs one relaxed load more.
void enable_tracebacks() noexcept;

}  // namespace echopool
