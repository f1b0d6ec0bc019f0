#include "load/load_worker.hpp"

#include "load/datagram_load.hpp"
#include "load/fresh_load.hpp"
#include "load/stream_load.hpp"

#include <echopool/error.hpp>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace echopool::client {
namespace {

/// How often time limits are looked at. Long, so that waiting for it costs no timer of its own (the kernel's tick, at
/// least 100 a second, is always earlier); datagrams, whose loss frees a place, need it shorter.
constexpr std::chrono::milliseconds tick_interval{50};
constexpr std::chrono::milliseconds datagram_tick{5};

std::unique_ptr<LoadChannel> make_channel(LoadContext& context, std::size_t number) {
  switch (context.settings.mode) {
    case LoadMode::stream:
      return std::make_unique<StreamLoad>(context, number);
    case LoadMode::datagram:
      return std::make_unique<DatagramLoad>(context, number);
    case LoadMode::fresh:
    case LoadMode::connect_only:
      break;
  }
  return std::make_unique<FreshLoad>(context, number);
}

Nanoseconds cpu_of_this_thread() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto time = [](const timeval& t) {
    return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec};
  };
  return time(usage.ru_utime) + time(usage.ru_stime);
}

void sleep_until(Nanoseconds moment) noexcept {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
  const timespec time{seconds.count(), (moment - seconds).count()};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

int make_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw StartError{errno, "cannot create an epoll set (too many open files? see ulimit -n)"};
  return fd;
}

}  // namespace

LoadWorker::LoadWorker(const LoadSettings& settings, RequestBudget& budget, Silence& silence, std::uint64_t run_key,
                       std::size_t first, std::size_t last)
    : settings_{settings}, epoll_{make_epoll()}, first_{first}, silence_{silence}, context_{settings, budget, run_key} {
  context_.epoll = epoll_.get();
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.fd(), &event);  // data.ptr null: the wake-up
  for (std::size_t number = first; number < last; ++number) channels_.push_back(make_channel(context_, number));
}

void LoadWorker::start(Nanoseconds at) noexcept {
  start_at_ = at.count();
  wake_.wake();
}

void LoadWorker::abandon() noexcept {
  abandoned_ = true;
  wake_.wake();
}

std::vector<LoadInterval> LoadWorker::take_rows() {
  const std::lock_guard lock{mutex_};
  return std::exchange(rows_, {});
}

void LoadWorker::run() {
  if (settings_.is_open_loop()) ::prctl(PR_SET_TIMERSLACK, 1UL);  // by default waits may end 50 us late
  for (const auto& channel : channels_) channel->prepare(std::exchange(adopted_, {}));
  while (start_at_ == 0 && !abandoned_) {
    const bool prepared = std::all_of(channels_.begin(), channels_.end(), [](auto& c) { return c->prepared(); });
    ready_ = prepared;
    wait(monotonic_now());
  }
  if (!abandoned_) work();
  const Nanoseconds end = monotonic_now();
  if (start_.count() > 0) tell_silence(end);
  end_schedule(end);
  if (settings_.interval && start_.count() > 0) close_row(end, end);
  for (const auto& channel : channels_) channel->finish();
  context_.count_ages(end);
}

void LoadWorker::work() {
  start_ = Nanoseconds{start_at_.load()};
  const Nanoseconds cpu_before = cpu_of_this_thread();
  context_.measure_from = start_ + settings_.warmup;
  if (settings_.duration) context_.measure_until = context_.measure_from + *settings_.duration;
  row_from_ = context_.measure_from;
  if (settings_.rate) {
    schedule_.emplace(start_, *settings_.rate, settings_.connections, first_, first_ + channels_.size());
    context_.send_interval = schedule_->interval();
  }
  sleep_until(start_);
  for (const auto& channel : channels_) channel->begin();
  for (Nanoseconds now = monotonic_now(); !is_over(now); now = monotonic_now()) {
    send_due(now);
    close_rows(now);
    wait(now);
  }
  context_.counts.cpu = cpu_of_this_thread() - cpu_before;
  context_.counts.worked = monotonic_now() - start_;
}

void LoadWorker::send_due(Nanoseconds now) {
  if (!schedule_) return;
  // A bounded burst, so that answers are taken in time even when sending is behind.
  for (int burst = 0; burst < 256 && schedule_->due() <= now; ++burst) {
    if (!context_.may_send(schedule_->due())) return end_schedule(now);
    channels_[schedule_->connection() - first_]->request(schedule_->due());
    schedule_->advance();
  }
  if (schedule_->due() >= context_.measure_until) end_schedule(now);
}

void LoadWorker::end_schedule(Nanoseconds now) {
  if (schedule_ && !context_.budget.used_up())
    for (; schedule_->due() < std::min(now, context_.measure_until); schedule_->advance())
      context_.count_unsent(schedule_->due());
  schedule_.reset();
  has_sent_all_ = true;
}

void LoadWorker::close_rows(Nanoseconds now) {
  if (!settings_.interval) return;
  for (;;) {
    const Nanoseconds border = row_from_ + *settings_.interval;
    const bool last = row_from_ < context_.measure_until && border >= context_.measure_until;
    const Nanoseconds end = last ? context_.measure_until : border;
    // The last row takes the answers that come a moment after the end, too; more would be a row of its own.
    if (now < end + (last ? *settings_.interval / 10 : Nanoseconds{0})) return;
    close_row(end, now);
  }
}

void LoadWorker::close_row(Nanoseconds at, Nanoseconds now) {
  const bool in_last = row_from_ < context_.measure_until && at > context_.measure_until;
  context_.row.from = row_from_ - context_.measure_from;
  context_.row.length = std::max((in_last ? context_.measure_until : at) - row_from_, Nanoseconds{0});
  context_.row.waiting = outstanding();
  if (const auto due = oldest(); due && *due < now) context_.row.oldest = now - *due;
  row_from_ += context_.row.length;
  const std::lock_guard lock{mutex_};
  rows_.push_back(std::exchange(context_.row, LoadInterval{}));
}

void LoadWorker::tell_silence(Nanoseconds now) {
  silence_.answered(context_.last_answer);
  // A datagram that is lost is never answered: that nothing comes after the last was sent says nothing.
  if (settings_.mode == LoadMode::datagram && context_.budget.spent()) return;
  if (const auto since = oldest()) silence_.waits(*since, now);
}

std::optional<Nanoseconds> LoadWorker::oldest() const {
  std::optional<Nanoseconds> result;
  for (const auto& channel : channels_)
    if (const auto due = channel->oldest()) result = result ? std::min(*result, *due) : due;
  return result;
}

std::uint64_t LoadWorker::outstanding() const {
  std::uint64_t total = 0;
  for (const auto& channel : channels_) total += channel->outstanding();
  return total;
}

bool LoadWorker::is_over(Nanoseconds now) {
  if (abandoned_) return true;
  if (!context_.budget.spent()) return false;
  if (!drain_until_) drain_until_ = now + settings_.timeout;
  return now >= *drain_until_ || outstanding() == 0;
}

void LoadWorker::wait(Nanoseconds now) {
  if (now >= next_tick_) {
    for (const auto& channel : channels_) channel->tick(now);
    if (start_.count() > 0) tell_silence(now);
    next_tick_ = now + (settings_.mode == LoadMode::stream ? tick_interval : datagram_tick);
  }
  Nanoseconds until = next_tick_;
  if (schedule_) until = std::min(until, schedule_->due());
  const Nanoseconds left = std::max(until - now, Nanoseconds{0});
  const timespec timeout{0, left.count()};
  std::array<epoll_event, 64> events;
  const int count = ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr)
      wake_.drain();
    else
      static_cast<LoadChannel*>(event.data.ptr)->ready(event.events);
  }
}

}  // namespace echopool::client
