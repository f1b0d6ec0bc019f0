#include "net/interrupts.hpp"

#include <echopool/error.hpp>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>

namespace echopool::client {
namespace {

/// timeout(1) and supervisors signal a process and then its group, so that one wish arrives twice.
class Request {
 public:
  /// Whether it is the same wish again: from the same process, and at once. Ctrl-C comes from no process.
  [[nodiscard]] bool repeated_by(const signalfd_siginfo& signal) {
    const auto now = std::chrono::steady_clock::now();
    const bool same = signal_ == signal.ssi_signo && signal.ssi_code == SI_USER && sender_ == signal.ssi_pid &&
                      now - at_ < std::chrono::seconds{1};
    signal_ = signal.ssi_signo;
    sender_ = signal.ssi_pid;
    if (!same) at_ = now;
    return same;
  }

 private:
  std::uint32_t signal_ = 0;
  std::uint32_t sender_ = 0;
  std::chrono::steady_clock::time_point at_{};
};

}  // namespace

Interrupts::Interrupts(bool quit_asks) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGINT);
  ::sigaddset(&wanted, SIGTERM);
  if (quit_asks) ::sigaddset(&wanted, SIGQUIT);
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  signals_ = UniqueFd{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!signals_) throw StartError{errno, "cannot create a signalfd (too many open files? see ulimit -n)"};
  thread_ = Thread{"interrupts", 64_KiB, [this] { take_signals(); }};
}

Interrupts::~Interrupts() {
  done_.wake();
  thread_.join();
}

void Interrupts::take_signals() {
  Request first;
  for (;;) {
    std::array<pollfd, 2> watched{{{signals_.get(), POLLIN, 0}, {done_.fd(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) return;
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo == SIGQUIT) {
      quit_.wake();
    } else if (first.repeated_by(signal)) {
      continue;
    } else if (requested_.exchange(true)) {
      ::_exit(130);
    } else {
      stop_.wake();
    }
  }
}

}  // namespace echopool::client
