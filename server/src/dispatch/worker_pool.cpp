#include "dispatch/worker_pool.hpp"

#include <signal.h>

#include <mutex>

namespace echopool {
namespace {

constexpr int wake_signal = SIGURG;

/// The WakeSignals that live. The disposition is the whole process's, and so are these.
std::mutex wake_mutex;
std::size_t wake_users = 0;        // guarded by wake_mutex, as is what follows
struct sigaction own_disposition;  // the disposition before the first user

void unblock_wake_signal() noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, wake_signal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace

WorkerPool::WorkerPool(const LiveSettings& settings, const StopState& stop, SessionTotals& totals)
    : settings_{settings}, stop_{stop}, totals_{totals} {}

void WorkerPool::start(const PoolSettings& settings, const Body& body) {
  for (std::size_t i = 0; i < settings.workers; ++i) {
    auto seat = std::make_unique<Seat>(settings_, stop_, totals_);
    seat->thread = Thread{"worker-" + std::to_string(i + 1), settings.stack_size, [body, worker = &seat->worker] {
                            unblock_wake_signal();
                            body(*worker);
                          }};
    seats_.push_back(std::move(seat));
  }
}

void WorkerPool::interrupt_waiting() noexcept {
  for (const auto& seat : seats_)
    if (seat->worker.waiting() && seat->thread.joinable()) seat->thread.signal(wake_signal);
}

void WorkerPool::cut_off() noexcept {
  for (const auto& seat : seats_) seat->worker.cut_off();
}

std::size_t WorkerPool::join_for(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::size_t running = 0;
  for (const auto& seat : seats_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (!seat->thread.join_for(std::max(left, std::chrono::milliseconds{0}))) ++running;
  }
  return running;
}

void WorkerPool::join() {
  for (const auto& seat : seats_) seat->thread.join();
}

WakeSignal::WakeSignal() noexcept {
  const std::lock_guard lock{wake_mutex};
  if (wake_users++ != 0) return;
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ::sigaction(wake_signal, &action, &own_disposition);
}

WakeSignal::~WakeSignal() {
  const std::lock_guard lock{wake_mutex};
  if (--wake_users == 0) ::sigaction(wake_signal, &own_disposition, nullptr);
}

}  // namespace echopool
