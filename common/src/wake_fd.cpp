#include "wake_fd.hpp"

#include <echopool/error.hpp>

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

namespace echopool {

WakeFd::WakeFd() : fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (!fd_) throw StartError{errno, "cannot create an eventfd (too many open files? see ulimit -n)"};
}

void WakeFd::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the descriptor is readable anyway.
  [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
}

void WakeFd::drain() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(fd_.get(), &count, sizeof count);
}

}  // namespace echopool
