// Our own queues, and not Boost.Log's asynchronous_sink: that keeps whole records (six times the memory), destroys them
// on another thread through reference counts that the thread sanitizer cannot see, and offers no way to wait for its
// end with a deadline.
#include "logging/sink_thread.hpp"

#include "logging/line_count.hpp"
#include "logging/line_queue.hpp"
#include "logging/line_receiver.hpp"
#include "logging/reporting_writer.hpp"

#include <signal.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace echopool {
namespace {

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

}  // namespace

struct SinkThread::State final : LineReceiver {
  State(LogSink name, std::unique_ptr<LineWriter> line_writer)
      : count{name}, writer{std::move(line_writer), count, [this](std::string_view error) {
                              return tell_others(*this, LogLevel::error, "log sink failed",
                                                 {{"sink", to_string(count.sink())}, {"error", error}});
                            }} {}

  void take(LogLevel level, std::chrono::system_clock::time_point time, std::string_view line) noexcept override {
    try {
      count.issue();
      if (queue.push({level, time, std::string{line}})) return;
      count.lose(1);
      if (!count.begin_outage()) return;
      const std::string error = "its queue of " + std::to_string(log_queue_capacity) + " lines is full";
      tell_others_within_take(*this, LogLevel::error, "log sink failed",
                              {{"sink", to_string(count.sink())}, {"error", error}});
    } catch (const std::exception&) {  // bad_alloc
      count.lose(1);
    }
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
};

SinkThread::SinkThread(LogSink sink, std::unique_ptr<LineWriter> writer)
    : state_{std::make_shared<State>(sink, std::move(writer))} {
  const SignalsBlocked blocked;
  thread_ = Thread{"log-" + std::string{to_string(sink)}, 256_KiB, [state = state_] { state->run(); }};
}

SinkThread::~SinkThread() {
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
  const auto receivers = [](const SinkThreads& sinks) {
    std::vector<LineReceiver*> list;
    for (const auto& each : sinks) list.push_back(each->state_.get());
    return list;
  };
  exchange_receivers(receivers(out), receivers(in));
}

}  // namespace echopool
