#include "logging/line_receiver.hpp"

#include "logging/line_count.hpp"
#include "logging/log_line.hpp"

#include <cerrno>
#include <exception>
#include <mutex>
#include <shared_mutex>

namespace echopool {

/// A linked list, so that it needs no destructor: lines may be logged while static objects are destroyed.
class Receivers {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

  void add(LineReceiver& receiver) noexcept {
    receiver.next_ = first_;
    first_ = &receiver;
  }

  void remove(LineReceiver& receiver) noexcept {
    LineReceiver** at = &first_;
    while (*at != nullptr && *at != &receiver) at = &(*at)->next_;
    if (*at != nullptr) *at = receiver.next_;
  }

  void give(LogLevel level, std::string_view line, const LineReceiver* except) const noexcept {
    if (empty()) return;
    const auto now = std::chrono::system_clock::now();
    for (LineReceiver* each = first_; each != nullptr; each = each->next_)
      if (each != except) each->take(level, now, line);
  }

 private:
  LineReceiver* first_ = nullptr;
};

namespace {

/// Held shared while a line is handed over and exclusively while receivers come and go, never while anything waits.
constinit std::shared_mutex gate;
constinit Receivers receivers;  // guarded by gate

void tell(const LineReceiver& except, LogLevel level, std::string_view event,
          std::initializer_list<LogField> fields) noexcept try {
  if (log_enabled(level)) receivers.give(level, LineBuffer{event, fields}.view(), &except);
} catch (const std::exception&) {  // bad_alloc, for an endpoint's text
  lost_lines.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void exchange_receivers(std::span<LineReceiver* const> out, std::span<LineReceiver* const> in) noexcept {
  const std::unique_lock lock{gate};
  for (LineReceiver* each : in) receivers.add(*each);
  for (LineReceiver* each : out) receivers.remove(*each);
}

void hand_over(LogLevel level, std::string_view line) noexcept {
  const int saved_errno = errno;
  {
    const std::shared_lock lock{gate};
    receivers.give(level, line, nullptr);
  }
  errno = saved_errno;
}

bool tell_others(const LineReceiver& except, LogLevel level, std::string_view event,
                 std::initializer_list<LogField> fields) noexcept {
  const std::shared_lock lock{gate};
  tell(except, level, event, fields);
  return !receivers.empty() && log_enabled(level);  // at a start the level comes after the receivers
}

void tell_others_within_take(const LineReceiver& except, LogLevel level, std::string_view event,
                             std::initializer_list<LogField> fields) noexcept {
  tell(except, level, event, fields);
}

}  // namespace echopool
