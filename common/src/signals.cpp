#include "signals.hpp"

#include <echopool/error.hpp>

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace echopool {
namespace {

using Clock = std::chrono::steady_clock;

timespec to_timespec(Clock::duration left) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds{left - seconds}.count()};
}

}  // namespace

SignalSet::SignalSet(std::initializer_list<int> signals) {
  ::sigemptyset(&set_);
  for (const int signal : signals) ::sigaddset(&set_, signal);
}

void SignalSet::block() const { ::pthread_sigmask(SIG_BLOCK, &set_, nullptr); }

bool SignalSet::is_blocked() const noexcept {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal)
    if (::sigismember(&set_, signal) == 1 && ::sigismember(&blocked, signal) != 1) return false;
  return true;
}

std::optional<int> SignalSet::wait(std::optional<std::chrono::milliseconds> limit) const {
  assert(is_blocked());
  const auto start = Clock::now();
  // A day at a time: what a caller may ask for need not fit into a timespec.
  const auto longest = std::chrono::hours{24};
  for (;;) {
    Clock::duration left = longest;
    if (limit && *limit < longest) left = std::max(Clock::duration{}, start + *limit - Clock::now());
    const timespec time = to_timespec(left);
    const int signal = ::sigtimedwait(&set_, nullptr, &time);
    if (signal > 0) return signal;
    // EINTR: a signal outside the set, or the debugger; the rest of the time is still to be waited.
    if (errno == EAGAIN && limit && Clock::now() - start >= *limit) return std::nullopt;
  }
}

SignalQueue::SignalQueue(const SignalSet& signals) {
  signals.block();
  fd_ = UniqueFd{::signalfd(-1, &signals.set_, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd_) throw StartError{errno, "cannot create a signalfd (too many open files? see ulimit -n)"};
}

void SignalQueue::take() const noexcept {
  signalfd_siginfo signal{};
  [[maybe_unused]] const auto taken = ::read(fd_.get(), &signal, sizeof signal);
}

}  // namespace echopool
