#include "watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace hostile {

Watch::Watch() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (epoll_ < 0) die("epoll_create1");
}

Watch::~Watch() { ::close(epoll_); }

void Watch::add(int descriptor, std::uint32_t events, Party party, std::uint32_t index) {
  control(EPOLL_CTL_ADD, descriptor, events, party, index);
}

void Watch::change(int descriptor, std::uint32_t events, Party party, std::uint32_t index) {
  control(EPOLL_CTL_MOD, descriptor, events, party, index);
}

void Watch::remove(int descriptor) { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void Watch::control(int operation, int descriptor, std::uint32_t events, Party party, std::uint32_t index) {
  epoll_event event{.events = events, .data = {.u64 = std::uint64_t{static_cast<std::uint8_t>(party)} << 32 | index}};
  if (::epoll_ctl(epoll_, operation, descriptor, &event) != 0) die("epoll_ctl");
}

std::span<const Event> Watch::wait(TimePoint until) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  const auto timeout = std::clamp(left, milliseconds{0}, milliseconds{1000});
  const int count = ::epoll_wait(epoll_, ready_.data(), most, static_cast<int>(timeout.count()));
  if (count < 0 && errno != EINTR) die("epoll_wait");
  const auto found = static_cast<std::size_t>(std::max(count, 0));
  for (std::size_t i = 0; i < found; ++i) {
    const std::uint64_t mark = ready_[i].data.u64;
    events_[i] = {static_cast<Party>(mark >> 32), static_cast<std::uint32_t>(mark), ready_[i].events};
  }
  return std::span{events_}.first(found);
}

}  // namespace hostile
