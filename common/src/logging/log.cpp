#include "logging/line_count.hpp"
#include "logging/line_receiver.hpp"
#include "logging/log_line.hpp"
#include "logging/program_sinks.hpp"
#include "logging/sink_thread.hpp"
#include "logging/throw_tracer.hpp"

#include <echopool/error.hpp>
#include <echopool/log.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

namespace echopool {
namespace {

constexpr int silent = 1 + static_cast<int>(LogLevel::critical);
constinit std::atomic<int> lowest_level{silent};             ///< of all lines
constinit std::atomic<int> lowest_connection_level{silent};  ///< of lines about single connections
constinit std::atomic<bool> is_alive{false};                 ///< a Logging object lives

void set_levels(int all, int connections) noexcept {
  lowest_level.store(all, std::memory_order_relaxed);
  lowest_connection_level.store(connections, std::memory_order_relaxed);
}

void apply(const LogSettings& settings) noexcept {
  const int level = static_cast<int>(settings.level);
  trace_throws(settings.traceback);
  set_levels(level, settings.connections ? level : silent);
}

/// Whether a running sink does what it would do when made anew. A file is always opened again, so that what moved the
/// old one (logrotate) gets what it waits for.
bool can_stay(LogSink sink, const LogSettings& before, const LogSettings& after) {
  const auto same = [&](auto member) { return before.*member == after.*member; };
  if (std::ranges::count(before.sinks, sink) == 0 || sink == LogSink::file) return false;
  return sink == LogSink::standard_error ||
         (same(&LogSettings::remote) && same(&LogSettings::facility) && same(&LogSettings::ident));
}

}  // namespace

bool log_enabled(LogLevel level) noexcept {
  return static_cast<int>(level) >= lowest_level.load(std::memory_order_relaxed);
}

bool log_connections_enabled(LogLevel level) noexcept {
  return static_cast<int>(level) >= lowest_connection_level.load(std::memory_order_relaxed);
}

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) noexcept {
  if (!log_enabled(level)) return;
  const int saved_errno = errno;
  try {
    hand_over(level, LineBuffer{event, fields}.view());
  } catch (...) {  // bad_alloc, for an endpoint's text
    lost_lines.fetch_add(1, std::memory_order_relaxed);
  }
  errno = saved_errno;
}

std::uint64_t log_lost() noexcept { return lost_lines.load(std::memory_order_relaxed); }

struct Logging::Impl {
  Impl() { settings.sinks.clear(); }

  LogSettings settings;  ///< as last applied
  SinkThreads sinks;
  SinkThreads retired;  ///< stopped, perhaps still writing
  std::optional<ProgramSinks> program_sinks;
  bool is_open = true;
  bool is_drained = true;  ///< what close() has found

  void retire(SinkThreads&& out) {
    for (const auto& thread : out) thread->stop();
    std::ranges::move(out, std::back_inserter(retired));
    out.clear();
  }
};

Logging::Logging(const LogSettings& settings) {
  if (is_alive.exchange(true)) throw std::logic_error{"only one echopool::Logging object may live at a time"};
  try {
    lost_lines.store(0, std::memory_order_relaxed);
    impl_ = std::make_unique<Impl>();
    reconfigure(settings);
  } catch (...) {
    is_alive.store(false);
    throw;
  }
}

Logging::~Logging() {
  close();
  is_alive.store(false);
}

void Logging::reconfigure(const LogSettings& settings) {
  if (!impl_->is_open) throw std::logic_error{"echopool::Logging is closed"};
  if (const auto wrong = settings.validate(); !wrong.empty()) throw StartError{0, wrong.front()};

  std::erase_if(impl_->retired, [](const auto& thread) { return thread->join_until({}); });
  SinkThreads in;
  for (const LogSink sink : settings.sinks) {
    if (can_stay(sink, impl_->settings, settings)) continue;
    // One hung thread for each sink is enough: reloading again and again must not gather threads.
    if (std::ranges::any_of(impl_->retired, [&](const auto& thread) { return thread->sink() == sink; }))
      throw StartError{0, "the log sink '" + std::string{to_string(sink)} +
                              "' still hangs since the last change of its settings; restart the program"};
    in.push_back(std::make_unique<SinkThread>(sink, make_line_writer(sink, settings)));
  }
  const auto stays = [&](const auto& thread) {
    return std::ranges::count(settings.sinks, thread->sink()) > 0 &&
           can_stay(thread->sink(), impl_->settings, settings);
  };
  const auto end = impl_->sinks.end();
  const auto first_out = std::stable_partition(impl_->sinks.begin(), end, stays);
  SinkThreads out{std::move_iterator{first_out}, std::move_iterator{end}};
  impl_->sinks.erase(first_out, end);

  exchange_sinks(out, in);
  if (!impl_->program_sinks) impl_->program_sinks.emplace();
  apply(settings);
  impl_->settings = settings;
  std::ranges::move(in, std::back_inserter(impl_->sinks));
  impl_->retire(std::move(out));
}

bool Logging::close(std::chrono::milliseconds deadline) {
  if (!std::exchange(impl_->is_open, false)) return impl_->is_drained;
  set_levels(silent, silent);
  trace_throws(false);
  impl_->program_sinks.reset();
  exchange_sinks(impl_->sinks, {});
  impl_->retire(std::move(impl_->sinks));
  const auto end = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(deadline, 24h);
  for (const auto& thread : impl_->retired) impl_->is_drained = thread->join_until(end) && impl_->is_drained;
  impl_->retired.clear();  // leaves those behind that hang
  return impl_->is_drained;
}

}  // namespace echopool
