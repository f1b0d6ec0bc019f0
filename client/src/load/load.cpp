#include "load/load.hpp"

#include "net/waiting.hpp"
#include "verify/pattern.hpp"

#include <poll.h>

#include <algorithm>

namespace echopool::client {
namespace {

constexpr std::chrono::milliseconds look_interval{100};

}  // namespace

double LoadReport::rate() const noexcept {
  const auto seconds = std::chrono::duration<double>{counts.span()}.count();
  return seconds > 0 ? static_cast<double>(counts.answered) / seconds : 0;
}

double LoadReport::loss() const noexcept {
  const std::uint64_t due = counts.answered + counts.corrupt + counts.lost;
  return due == 0 ? 0 : static_cast<double>(due - counts.answered) / static_cast<double>(due);
}

Load::Load(const LoadSettings& settings, int interrupt_fd, Listener listener)
    : settings_{settings}, interrupt_fd_{interrupt_fd}, listener_{std::move(listener)}, budget_{settings.requests} {
  const std::uint64_t key = random_key();
  for (std::size_t i = 0; i < settings_.threads; ++i) {
    const std::size_t first = settings_.connections * i / settings_.threads;
    const std::size_t last = settings_.connections * (i + 1) / settings_.threads;
    workers_.push_back(std::make_unique<LoadWorker>(settings_, budget_, key, first, last));
  }
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

void Load::collect_rows() {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    for (LoadInterval& row : workers_[i]->take_rows()) waiting_rows_[i].push_back(std::move(row));
  const auto all_have_one = [&] {
    return std::all_of(waiting_rows_.begin(), waiting_rows_.end(), [](const auto& rows) { return !rows.empty(); });
  };
  while (all_have_one()) {
    LoadInterval total;
    for (auto& rows : waiting_rows_) {
      total.answered += rows.front().answered;
      total.errors += rows.front().errors;
      total.response.merge(rows.front().response);
      rows.erase(rows.begin());
    }
    listener_.row(report_.rows.size(), total);
    report_.rows.push_back(std::move(total));
  }
}

bool Load::is_behind() const {
  return settings_.is_open_loop() &&
         !std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->has_sent_all(); });
}

void Load::watch() {
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
    collect_rows();
  }
  report_.duration = std::max(monotonic_now() - measure_from, Nanoseconds{0});
  if (give_up_at && settings_.is_open_loop()) report_.duration = *settings_.duration;
  budget_.stop();
  for (const auto& worker : workers_) worker->wake();
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
  if (report_.interrupted) {
    for (const auto& worker : workers_) worker->abandon();
  } else {
    for (const auto& worker : workers_) worker->start(start_);
    watch();
  }
  threads_.clear();  // joins
  collect_rows();
  for (const auto& worker : workers_) report_.counts.merge(worker->counts());
  throw_if_nobody_connected();
  return report_;
}

}  // namespace echopool::client
