// Uses libbacktrace, which comes with GCC, by itself: boost::stacktrace::frame reads the debugging information anew for
// every thread and never frees it, and leaves out inlined calls.
#include "logging/stack_frames.hpp"

#include <boost/core/demangle.hpp>

#include <dlfcn.h>

#if defined(ECHOPOOL_HAS_LIBBACKTRACE) && __has_include(<backtrace.h>)
#include <backtrace.h>
#define ECHOPOOL_USE_LIBBACKTRACE
#endif

#include <cstdint>
#include <exception>
#include <mutex>
#include <sstream>
#include <string_view>

namespace echopool {
namespace {

constexpr std::size_t longest_function = 400;  // leaves room for the file in a log line

std::string describe(const char* function, std::string_view place) {
  std::string text = function != nullptr ? boost::core::demangle(function) : "?";
  if (text.size() > longest_function) text.replace(longest_function, std::string::npos, "\u2026");
  return text.append(" (").append(place).append(")");
}

/// What the dynamic linker knows: exported functions and the module.
std::string describe_by_symbol(const char* address, const char* function) {
  Dl_info info{};
  if (::dladdr(address, &info) == 0) return describe(function, "?");
  const std::string_view path{info.dli_fname};
  std::ostringstream place;
  place << path.substr(path.rfind('/') + 1) << "+0x" << std::hex << address - static_cast<const char*>(info.dli_fbase);
  return describe(function != nullptr ? function : info.dli_sname, place.str());
}

#if defined(ECHOPOOL_USE_LIBBACKTRACE)
void ignore_error(void*, const char*, int) {}

/// Called by C code, which no exception may cross.
int add_line(void* frames, std::uintptr_t, const char* file, int line, const char* function) noexcept try {
  if (file != nullptr && function != nullptr)
    static_cast<std::vector<std::string>*>(frames)->push_back(
        describe(function, std::string{file} + ":" + std::to_string(line)));
  return 0;
} catch (const std::exception&) {
  return 1;  // out of memory: no more of this address
}

void set_name(void* name, std::uintptr_t, const char* symbol, std::uintptr_t, std::uintptr_t) {
  *static_cast<const char**>(name) = symbol;
}

void add_frames(std::vector<std::string>& frames, const char* address) {
  static std::mutex mutex;  // the state is made for one thread at a time
  const std::lock_guard lock{mutex};
  static ::backtrace_state* const state = ::backtrace_create_state(nullptr, 0, ignore_error, nullptr);
  const char* symbol = nullptr;
  const auto before = frames.size();
  if (state != nullptr) {
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    ::backtrace_pcinfo(state, number, add_line, ignore_error, &frames);
    if (frames.size() != before) return;
    ::backtrace_syminfo(state, number, set_name, ignore_error, &symbol);
  }
  frames.push_back(describe_by_symbol(address, symbol));
}
#else
void add_frames(std::vector<std::string>& frames, const char* address) {
  frames.push_back(describe_by_symbol(address, nullptr));
}
#endif

}  // namespace

std::vector<std::string> describe_frames(StackAddresses stack) {
  std::vector<std::string> frames;
  for (const void* const address : stack)
    add_frames(frames, static_cast<const char*>(address) - 1);  // it is where the call returns to
  return frames;
}

}  // namespace echopool
