// Everything that touches Boost.Log's core. Its records stay on the thread that logs: our sinks copy them into queues
// of our own, because asynchronous_sink would keep whole records (six times the memory), destroy them on another thread
// through reference counts that the thread sanitizer cannot see, and offers no way to wait for its end with a deadline.
#include "logging/sink_thread.hpp"

#include "logging/line_count.hpp"
#include "logging/line_queue.hpp"
#include "logging/log_line.hpp"
#include "logging/reporting_writer.hpp"

#include <boost/log/attributes/attribute_set.hpp>
#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/attributes/value_extraction.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/unlocked_frontend.hpp>
#include <boost/smart_ptr/make_shared_object.hpp>

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace echopool {
namespace {

namespace logging = boost::log;
namespace sinks = boost::log::sinks;

/// Held shared while a line is handed over and exclusively while sinks come and go, never while anything waits.
constinit std::shared_mutex gate;
constinit std::size_t connected = 0;  ///< sinks that get lines; with none the core would print on standard output
constinit bool is_exiting = false;

/// What this thread is handing over: the core asks the sinks for it on the same thread.
struct HandOver {
  bool ours = false;                  ///< and not a record of the program's own use of Boost.Log
  const LineCount* except = nullptr;  ///< the sink that shall not get the line
};
constinit thread_local HandOver handing{};

struct Stamp {
  LogLevel level;
  std::chrono::system_clock::time_point time;
};

/// The attributes of our records. A program's own sinks look for the text in "Message".
struct Attributes {
  const logging::attribute_name message{"Message"};
  const logging::attribute_name stamp{"EchopoolStamp"};

  static const Attributes& get() {
    static const Attributes instance;
    return instance;
  }
};

void push(LogLevel level, std::string_view line, const LineCount* except) {
  static const logging::attribute_set no_attributes;
  using logging::attributes::make_attribute_value;
  const auto core = logging::core::get();
  handing = {.ours = true, .except = except};
  if (logging::record record = core->open_record(no_attributes)) {
    const Stamp stamp{level, std::chrono::system_clock::now()};
    record.attribute_values().insert(Attributes::get().message, make_attribute_value(std::string{line}));
    record.attribute_values().insert(Attributes::get().stamp, make_attribute_value(stamp));
    core->push_record(std::move(record));
  }
  handing = {};
}

/// Tells the other sinks, if there is memory for it, that one has begun to fail.
void push_outage(const LineCount& count, std::string_view error) noexcept try {
  if (!log_enabled(LogLevel::error)) return;
  const LineBuffer line{"log sink failed", {{"sink", to_string(count.sink())}, {"error", error}}};
  push(LogLevel::error, line.view(), &count);
} catch (const std::exception&) {
  handing = {};
}

/// The end of Boost.Log's way: a record becomes a line in one sink's queue.
class QueueBackend final : public sinks::basic_sink_backend<sinks::concurrent_feeding> {
 public:
  QueueBackend(LineQueue& queue, LineCount& count) : queue_{queue}, count_{count} {}

  void consume(const logging::record_view& record) noexcept {
    try {
      count_.issue();
      const logging::attribute_value stamp_value = record[Attributes::get().stamp];
      const logging::attribute_value message = record[Attributes::get().message];
      const auto& stamp = stamp_value.extract_or_throw<Stamp>();
      if (queue_.push({stamp.level, stamp.time, message.extract_or_throw<std::string>()})) return;
      count_.lose(1);
      if (count_.begin_outage())
        push_outage(count_, "its queue of " + std::to_string(log_queue_capacity) + " lines is full");
    } catch (const std::exception&) {  // bad_alloc
      count_.lose(1);
    }
  }

 private:
  LineQueue& queue_;
  LineCount& count_;
};

/// Runs `hand` while the sinks stay as they are; gives false when there are none. An exception, which can only be
/// bad_alloc, costs the line.
template <class Hand>
bool while_connected(Hand hand) noexcept {
  const int saved_errno = errno;
  bool is_connected = true;
  try {
    const std::shared_lock lock{gate};
    is_connected = connected > 0 && !is_exiting;
    if (is_connected) hand();
  } catch (const std::exception&) {
    lost_lines.fetch_add(1, std::memory_order_relaxed);
  }
  handing = {};
  errno = saved_errno;
  return is_connected;
}

/// A new thread inherits the signal mask, and ours must not be the ones that a program's signals interrupt.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    ::sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  ::sigset_t before_{};
};

/// exit(3) may destroy Boost.Log's core while a Logging object lives. Made after the core, so destroyed before it.
struct SilenceAtExit {
  SilenceAtExit() { static_cast<void>(logging::core::get()); }
  SilenceAtExit(const SilenceAtExit&) = delete;
  SilenceAtExit& operator=(const SilenceAtExit&) = delete;
  ~SilenceAtExit() {
    const std::unique_lock lock{gate};
    is_exiting = true;
  }
};

}  // namespace

struct SinkThread::State {
  State(LogSink name, std::unique_ptr<LineWriter> line_writer)
      : count{name}, writer{std::move(line_writer), count, [this](std::string_view error) {
                              return while_connected([&] { push_outage(count, error); });
                            }} {
    sink->set_filter([this](const auto& /*values*/) { return handing.ours && handing.except != &count; });
  }

  /// The thread's life. The writer is opened and destroyed here because both may hang.
  void run() noexcept {
    writer.open();
    while (const auto line = queue.pop()) writer.write({line->level, line->time, line->text});
    writer.close();
  }

  LineCount count;
  LineQueue queue{log_queue_capacity};
  ReportingWriter writer;
  logging::core_ptr core = logging::core::get();  ///< for the owner: at exit the core may be gone before the sink
  const boost::shared_ptr<sinks::unlocked_sink<QueueBackend>> sink =
      boost::make_shared<sinks::unlocked_sink<QueueBackend>>(boost::make_shared<QueueBackend>(queue, count));
};

SinkThread::SinkThread(LogSink sink, std::unique_ptr<LineWriter> writer)
    : state_{std::make_shared<State>(sink, std::move(writer))} {
  static const SilenceAtExit silence_at_exit;
  const SignalsBlocked blocked;
  thread_ = Thread{"log-" + std::string{to_string(sink)}, 256_KiB, [state = state_] { state->run(); }};
}

SinkThread::~SinkThread() {
  state_->core.reset();
  const bool is_new = !std::exchange(is_stopped_, true);
  if (is_new) state_->queue.close();
  if (join_until(std::chrono::steady_clock::now() + std::chrono::seconds{is_new ? 1 : 0})) return;
  // A thread inside a hung write(2) or syslog(3) cannot be woken, and waiting for it would hang the program's end. It
  // keeps its state; when it does wake up it finds that it was abandoned, writes nothing more and ends.
  thread_.abandon();
  state_->writer.abandon();
  state_->count.lose_the_rest();
}

LogSink SinkThread::sink() const noexcept { return state_->count.sink(); }

void SinkThread::stop() {
  is_stopped_ = true;
  state_->queue.close();
}

bool SinkThread::join_until(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return thread_.join_for(std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0}));
}

void exchange_sinks(const SinkThreads& out, const SinkThreads& in) {
  const std::unique_lock lock{gate};
  for (const auto& thread : in) thread->state_->core->add_sink(thread->state_->sink);
  for (const auto& thread : out) thread->state_->core->remove_sink(thread->state_->sink);
  connected = connected + in.size() - out.size();
}

void hand_over(LogLevel level, std::string_view line) noexcept {
  while_connected([&] { push(level, line, nullptr); });
}

}  // namespace echopool
