// Everything that touches Boost.Log's core.
#include "log_feeder.hpp"

#include "line_count.hpp"
#include "log_backend.hpp"
#include "log_line.hpp"

#include <boost/log/attributes/attribute_set.hpp>
#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sinks/async_frontend.hpp>
#include <boost/log/sinks/bounded_fifo_queue.hpp>
#include <boost/log/utility/exception_handler.hpp>
#include <boost/smart_ptr/make_shared_object.hpp>

#include <signal.h>

#include <cerrno>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace echopool {
namespace {

namespace logging = boost::log;
namespace sinks = boost::log::sinks;

/// Held shared while a line is handed over and exclusively while feeders come and go, never while anything waits.
constinit std::shared_mutex gate;
constinit std::size_t connected = 0;  ///< feeders that get lines; with none the core would print on standard output
constinit bool is_exiting = false;

/// What this thread is handing over: the core calls the sinks' functions below on the same thread.
struct HandOver {
  bool ours = false;                  ///< and not a record of the program's own use of Boost.Log
  const LineCount* except = nullptr;  ///< the sink that shall not get the line
  LineCount* target = nullptr;        ///< the sink whose queue is asked to take it
  LineCount* full = nullptr;          ///< a sink whose queue had no room for it
};
constinit thread_local HandOver handing{};

struct CountOverflow {
  template <class Lock>
  static bool on_overflow(const logging::record_view&, Lock&) noexcept {
    handing.full = handing.target;
    handing.full->lose(1);
    return false;
  }
  static void on_queue_space_available() noexcept {}
  static void interrupt() noexcept {}
};

using AsynchronousSink =
    sinks::asynchronous_sink<WriterBackend, sinks::bounded_fifo_queue<log_queue_capacity, CountOverflow>>;

class CountedSink final : public AsynchronousSink {
 public:
  CountedSink(const boost::shared_ptr<WriterBackend>& backend, LineCount& count)
      : AsynchronousSink{backend, /*start_thread=*/false}, count_{count} {
    set_exception_handler(logging::make_exception_suppressor());  // without it one would end the process
  }

  bool will_consume(const logging::attribute_value_set& /*values*/) override {
    if (!handing.ours || handing.except == &count_) return false;
    count_.issue();
    return true;
  }

  void consume(const logging::record_view& record) override {
    handing.target = &count_;
    AsynchronousSink::consume(record);
  }

 private:
  LineCount& count_;
};

void push(LogLevel level, std::string_view line, const LineCount* except) {
  static const logging::attribute_set no_attributes;
  const auto core = logging::core::get();
  handing = {.ours = true, .except = except};
  if (logging::record record = core->open_record(no_attributes)) {
    using logging::attributes::make_attribute_value;
    const LogAttributes::Stamp stamp{level, std::chrono::system_clock::now()};
    record.attribute_values().insert(LogAttributes::get().message, make_attribute_value(std::string{line}));
    record.attribute_values().insert(LogAttributes::get().stamp, make_attribute_value(stamp));
    core->push_record(std::move(record));
  }
}

/// Tells the other sinks that one has begun to fail.
void push_outage(const LineCount& count, std::string_view error) {
  if (!log_enabled(LogLevel::error)) return;
  const LineBuffer line{"log sink failed", {{"sink", to_string(count.sink())}, {"error", error}}};
  push(LogLevel::error, line.view(), &count);
}

/// Runs `hand` while the feeders stay as they are; gives false when there are none. An exception, which can only be
/// bad_alloc, costs the line.
template <class Hand>
bool while_connected(Hand hand) noexcept {
  const int saved_errno = errno;
  bool is_connected = true;
  try {
    const std::shared_lock lock{gate};
    is_connected = connected > 0 && !is_exiting;
    if (is_connected) hand();
  } catch (...) {
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

struct Feeder::State {
  State(LogSink name, std::unique_ptr<LineWriter> writer)
      : count{name},
        backend{boost::make_shared<WriterBackend>(
            std::move(writer), count,
            [this](std::string_view error) { return while_connected([&] { push_outage(count, error); }); })},
        sink{boost::make_shared<CountedSink>(backend, count)} {}

  /// The thread's life. The writer is opened and destroyed here because both may hang.
  void run() noexcept {
    backend->open();
    sink->run();
    sink->feed_records();
    backend->close();
  }

  const logging::core_ptr core = logging::core::get();
  LineCount count;
  const boost::shared_ptr<WriterBackend> backend;
  const boost::shared_ptr<CountedSink> sink;
};

Feeder::Feeder(LogSink sink, std::unique_ptr<LineWriter> writer)
    : state_{std::make_shared<State>(sink, std::move(writer))} {
  static const SilenceAtExit silence_at_exit;
  const SignalsBlocked blocked;
  thread_ = Thread{"log-" + std::string{to_string(sink)}, 256_KiB, [state = state_] { state->run(); }};
}

Feeder::~Feeder() {
  const bool is_new = !std::exchange(is_stopped_, true);
  if (is_new) state_->sink->stop();
  if (join_until(std::chrono::steady_clock::now() + std::chrono::seconds{is_new ? 1 : 0})) return;
  // A thread inside a hung write(2) or syslog(3) cannot be woken, and waiting for it would hang the program's end. It
  // keeps its state; when it does wake up it finds that it was abandoned, writes nothing more and ends.
  state_->backend->abandon();
  state_->count.lose_the_rest();
  thread_.abandon();
}

LogSink Feeder::sink() const noexcept { return state_->count.sink(); }

void Feeder::stop() {
  is_stopped_ = true;
  state_->sink->stop();
}

bool Feeder::join_until(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return thread_.join_for(std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0}));
}

void exchange_feeders(const Feeders& out, const Feeders& in) {
  const std::unique_lock lock{gate};
  for (const auto& feeder : in) feeder->state_->core->add_sink(feeder->state_->sink);
  for (const auto& feeder : out) feeder->state_->core->remove_sink(feeder->state_->sink);
  connected = connected + in.size() - out.size();
}

void hand_over(LogLevel level, std::string_view line) noexcept {
  while_connected([&] {
    push(level, line, nullptr);
    LineCount* const full = handing.full;
    if (full != nullptr && full->begin_outage())
      push_outage(*full, "its queue of " + std::to_string(log_queue_capacity) + " lines is full");
  });
}

}  // namespace echopool
