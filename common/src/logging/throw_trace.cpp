// enable_tracebacks(): remembers, while switched on, the stack of every exception at its throw. An archive of its own:
// it replaces __cxa_throw, and only a program that links it on purpose may have that done to it.
#include "logging/throw_tracer.hpp"

#include <echopool/export.hpp>
#include <echopool/traceback.hpp>

#include <boost/stacktrace/safe_dump_to.hpp>

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <typeinfo>

namespace echopool {
namespace {

constexpr std::size_t most_frames = 48;
constexpr std::size_t kept_throws = 4;  ///< a handler may throw and catch others before it logs its own

struct Throw {
  const void* exception = nullptr;
  std::uint64_t age = 0;  ///< of the exception's address, see below
  std::size_t size = 0;
  std::array<const void*, most_frames> frames{};
};

struct Throws {
  std::array<Throw, kept_throws> ring{};
  std::size_t next = 0;
};
constinit thread_local Throws throws{};
constinit std::atomic<bool> is_on{false};

/// An exception's address may be used again as soon as it is destroyed, by any thread. Every allocation of an exception
/// moves the count of its address on, so a trace with an older count belongs to an exception that is gone. Addresses
/// share counts; where two meet a trace is missed, but never mistaken for another's.
constinit std::array<std::atomic<std::uint64_t>, 1024> ages{};

std::atomic<std::uint64_t>& age_of(const void* exception) noexcept {
  // Fibonacci hashing: threads allocate from arenas that differ in the high bits alone.
  const std::uint64_t hash = std::uint64_t{reinterpret_cast<std::uintptr_t>(exception)} * 0x9e3779b97f4a7c15U;
  return ages[hash >> 54];
}

[[gnu::noinline]] void remember(const void* exception) noexcept {
  Throw& slot = throws.ring[throws.next++ % kept_throws];
  slot.exception = exception;
  slot.age = age_of(exception).load(std::memory_order_relaxed);
  constexpr std::size_t ours = 2;  // this function and __cxa_throw
  slot.size =
      boost::stacktrace::safe_dump_to(ours, slot.frames.data(), sizeof(slot.frames)) - 1;  // less the final null
}

template <class Function>
Function next_definition(const char* name) noexcept {
  void* const found = ::dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();  // there is no C++ runtime below us
  Function function = nullptr;
  std::memcpy(&function, &found, sizeof(function));
  return function;
}

void switch_on(bool on) noexcept {
  for (auto& age : ages) age.fetch_add(1, std::memory_order_relaxed);  // none was counted while it was off
  is_on.store(on, std::memory_order_relaxed);
}

/// Empty when there is no exception, or when it was thrown by another thread, without `throw`
/// (std::make_exception_ptr), before tracing was on, or several throws ago.
StackAddresses find_stack() noexcept {
  const std::exception_ptr current = std::current_exception();  // empty for an exception of another language
  const void* exception = nullptr;
  static_assert(sizeof(current) == sizeof(exception), "libstdc++: the address of the exception object");
  std::memcpy(&exception, static_cast<const void*>(&current), sizeof(exception));
  if (exception == nullptr) return {};
  const auto age = age_of(exception).load(std::memory_order_relaxed);
  for (const Throw& slot : throws.ring)
    if (slot.exception == exception && slot.age == age) return {slot.frames.data(), slot.size};
  return {};
}

constexpr ThrowTracer tracer{switch_on, find_stack};

}  // namespace

void enable_tracebacks() noexcept { use_throw_tracer(tracer); }

}  // namespace echopool

extern "C" {

ECHOPOOL_EXPORT void* __cxa_allocate_exception(std::size_t size) noexcept {
  using Allocate = void* (*)(std::size_t) noexcept;
  static const auto next = echopool::next_definition<Allocate>("__cxa_allocate_exception");
  void* const exception = next(size);
  if (echopool::is_on.load(std::memory_order_relaxed))
    echopool::age_of(exception).fetch_add(1, std::memory_order_relaxed);
  return exception;
}

// NOLINTNEXTLINE(bugprone-reserved-identifier): its name is the C++ ABI's
[[noreturn]] ECHOPOOL_EXPORT void __cxa_throw(void* exception, std::type_info* type, void (*destroy)(void*)) {
  using Throw = void (*)(void*, std::type_info*, void (*)(void*));
  static const auto next = echopool::next_definition<Throw>("__cxa_throw");
  if (echopool::is_on.load(std::memory_order_relaxed)) echopool::remember(exception);
  next(exception, type, destroy);
  std::abort();  // not reached
}

}  // extern "C"
