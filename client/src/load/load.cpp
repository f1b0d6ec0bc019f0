#include "load/load.hpp"

#include "net/waiting.hpp"
#include "verify/pattern.hpp"

#include <poll.h>

#include <algorithm>
#include <cmath>

namespace echopool::client {
namespace {

constexpr std::chrono::milliseconds look_interval{100};

}  // namespace

double LoadReport::rate() const noexcept {
  const auto seconds = std::chrono::duration<double>{duration}.count();
  return seconds > 0 ? static_cast<double>(counts.answered) / seconds : 0;
}

double LoadReport::loss() const noexcept {
  const std::uint64_t due = counts.due();
  return due == 0 ? 0 : static_cast<double>(due - counts.answered) / static_cast<double>(due);
}

std::uint64_t LoadReport::errors() const noexcept {
  std::uint64_t total = counts.due() - counts.answered + counts.broken_idle;
  for (const auto& [error, count] : counts.connect_errors) total += count;
  return total;
}

Load::Load(const LoadSettings& settings, int interrupt_fd, Listener listener, Connection first)
    : settings_{settings}, interrupt_fd_{interrupt_fd}, listener_{std::move(listener)}, budget_{settings.requests} {
  const std::uint64_t key = random_key();
  for (std::size_t i = 0; i < settings_.threads; ++i) {
    const std::size_t from = settings_.connections * i / settings_.threads;
    const std::size_t to = settings_.connections * (i + 1) / settings_.threads;
    workers_.push_back(std::make_unique<LoadWorker>(settings_, budget_, silence_, key, from, to));
  }
  if (settings_.mode == LoadMode::stream)
    workers_.front()->adopt(std::move(first));
  else if (first.socket && settings_.mode != LoadMode::datagram)
    ++report_.trial_connections;
  waiting_rows_.resize(workers_.size());
}

Load::~Load() {
  // Only after a failure are there threads left; they are joined next.
  for (const auto& worker : workers_) worker->abandon();
}

bool Load::interrupted(std::chrono::milliseconds wait) const {
  return wait_for(interrupt_fd_, POLLIN, -1, wait) == Wait::ready;
}

void Load::wait_prepared() {
  const auto prepared = [&] {
    return std::all_of(workers_.begin(), workers_.end(), [](auto& w) { return w->ready(); });
  };
  while (!prepared() && !report_.interrupted) report_.interrupted = interrupted(std::chrono::milliseconds{1});
}

LoadProgress Load::progress(Nanoseconds now) const {
  LoadProgress result;
  result.elapsed = now - start_;
  for (const auto& worker : workers_) {
    result.answered += worker->live().answered.load(std::memory_order_relaxed);
    result.errors += worker->live().errors.load(std::memory_order_relaxed);
  }
  return result;
}

void Load::add_row(LoadInterval row) {
  listener_.row(row);
  report_.rows.push_back(std::move(row));
}

void Load::collect_rows(bool at_end) {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    for (LoadInterval& row : workers_[i]->take_rows()) waiting_rows_[i].push_back(std::move(row));
  const auto has_one = [](const auto& rows) { return !rows.empty(); };
  const auto is_ready = [&] {
    return at_end ? std::any_of(waiting_rows_.begin(), waiting_rows_.end(), has_one)
                  : std::all_of(waiting_rows_.begin(), waiting_rows_.end(), has_one);
  };
  while (is_ready()) {
    LoadInterval total;
    for (auto& rows : waiting_rows_) {
      if (rows.empty()) continue;
      total.merge(rows.front());
      rows.erase(rows.begin());
    }
    // A worker's last row ends when it does: there may be nothing in it.
    if (!at_end || total.sent + total.answered + total.errors + total.waiting > 0) add_row(std::move(total));
  }
}

bool Load::is_behind() const {
  return settings_.is_open_loop() &&
         !std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->has_sent_all(); });
}

Nanoseconds Load::watch() {
  const Nanoseconds measure_from = start_ + settings_.warmup;
  std::optional<Nanoseconds> give_up_at;
  for (;;) {
    const Nanoseconds now = monotonic_now();
    std::chrono::milliseconds wait = look_interval;
    if (settings_.duration) {
      const Nanoseconds left = measure_from + *settings_.duration - now;
      // What was due before the end is still sent, unless the client cannot keep the rate at all: leaving it out would
      // leave out a wait.
      if (left.count() <= 0 && !give_up_at) give_up_at = now + settings_.timeout;
      if (left.count() <= 0 && (!is_behind() || now >= *give_up_at)) break;
      wait = std::min(wait, std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{1}));
    }
    if (budget_.spent()) break;
    if (interrupted(wait)) {
      report_.interrupted = true;
      break;
    }
    listener_.progress(progress(monotonic_now()));
    collect_rows(false);
  }
  const Nanoseconds stopped = monotonic_now();
  budget_.stop();
  for (const auto& worker : workers_) worker->wake();
  return stopped;
}

Nanoseconds Load::measured(Nanoseconds stopped, Nanoseconds end) const {
  const Nanoseconds from = start_ + settings_.warmup;
  const LoadCounts& counts = report_.counts;
  const bool all_answered = counts.answered == counts.due();
  Nanoseconds planned = stopped - from;
  if (!report_.interrupted && settings_.duration) {
    planned = *settings_.duration;
  } else if (!report_.interrupted) {
    planned = settings_.rate
                  ? Nanoseconds{std::llround(1e9 * static_cast<double>(*settings_.requests) / *settings_.rate)}
              : all_answered ? Nanoseconds{0}
                             : end - from;
  }
  return std::max({planned, counts.last_receive - from, Nanoseconds{0}});
}

void Load::throw_if_nobody_connected() const {
  const bool datagrams = settings_.mode == LoadMode::datagram;
  const LoadCounts& counts = report_.counts;
  if (counts.connections_opened > 0 || counts.connect_errors.empty()) return;
  const int error = counts.connect_errors.begin()->first;
  throw NetworkError{error, "cannot connect to " + settings_.peer.to_string() + ": " +
                                explain(error, datagrams ? Transport::udp : Transport::tcp)};
}

LoadReport Load::run() {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    threads_.emplace_back("load-" + std::to_string(i), 256_KiB, [worker = workers_[i].get()] { worker->run(); });
  wait_prepared();
  report_.started = realtime_now();
  start_ = monotonic_now() + std::chrono::milliseconds{1};  // so that every worker is there in time
  Nanoseconds stopped = start_;
  if (report_.interrupted) {
    for (const auto& worker : workers_) worker->abandon();
  } else {
    for (const auto& worker : workers_) worker->start(start_);
    stopped = watch();
  }
  threads_.clear();  // joins
  const Nanoseconds end = monotonic_now();
  collect_rows(true);
  for (const auto& worker : workers_) report_.counts.merge(worker->counts());
  report_.duration = measured(stopped, end);
  report_.silence = silence_.longest();
  report_.silence.from -= start_ + settings_.warmup;
  report_.silence.to -= start_ + settings_.warmup;
  throw_if_nobody_connected();
  return report_;
}

}  // namespace echopool::client
