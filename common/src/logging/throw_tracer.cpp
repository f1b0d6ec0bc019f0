#include "logging/throw_tracer.hpp"

#include <atomic>
#include <cassert>

namespace echopool {
namespace {

constinit std::atomic<const ThrowTracer*> tracer_in_use{nullptr};

}  // namespace

void use_throw_tracer(const ThrowTracer& tracer) noexcept {
  assert(tracer_in_use.load() == nullptr || tracer_in_use.load() == &tracer);
  tracer_in_use.store(&tracer);
}

void trace_throws(bool on) noexcept {
  if (const ThrowTracer* const tracer = tracer_in_use.load()) tracer->switch_on(on);
}

StackAddresses stack_of_current_exception() noexcept {
  const ThrowTracer* const tracer = tracer_in_use.load();
  return tracer == nullptr ? StackAddresses{} : tracer->stack_of_current_exception();
}

}  // namespace echopool
