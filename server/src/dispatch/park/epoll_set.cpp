#include "dispatch/park/epoll_set.hpp"

#include <echopool/error.hpp>

#include <algorithm>
#include <cerrno>

namespace echopool {
namespace {

// No keys of connections.
constexpr std::uint64_t release_event = ~std::uint64_t{0};
constexpr std::uint64_t mark_event = release_event - 1;

constexpr std::uint32_t interest_of(EpollSet::Watch watch) noexcept {
  switch (watch) {
    case EpollSet::Watch::edge:
      return std::uint32_t{EPOLLIN} | EPOLLRDHUP | EPOLLPRI | EPOLLET;
    case EpollSet::Watch::once:
      return std::uint32_t{EPOLLIN} | EPOLLONESHOT;
    case EpollSet::Watch::room:
      return std::uint32_t{EPOLLOUT} | EPOLLONESHOT;
    case EpollSet::Watch::end:
      return EPOLLONESHOT;  // EPOLLERR and EPOLLHUP come unasked
    case EpollSet::Watch::turn:
      return std::uint32_t{EPOLLIN} | EPOLLOUT | EPOLLONESHOT;
  }
  return 0;
}

}  // namespace

EpollSet::EpollSet(SystemCalls& calls) : calls_{calls}, epoll_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (!epoll_) throw StartError{errno, "cannot create an epoll set (too many open files? see ulimit -n)"};
  epoll_event event{.events = EPOLLIN, .data = {.u64 = release_event}};
  if (calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, released_.fd(), &event) != 0)
    throw StartError{errno, "cannot watch an eventfd"};
  mark_.wake();
  event = {.events = 0, .data = {.u64 = mark_event}};
  if (calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, mark_.fd(), &event) != 0)
    throw StartError{errno, "cannot watch an eventfd"};
}

bool EpollSet::add(int fd, ParkingLot::Key key, Watch watch) noexcept { return control(EPOLL_CTL_ADD, fd, key, watch); }

bool EpollSet::arm(int fd, ParkingLot::Key key, Watch watch) noexcept { return control(EPOLL_CTL_MOD, fd, key, watch); }

bool EpollSet::control(int operation, int fd, ParkingLot::Key key, Watch watch) noexcept {
  epoll_event event{.events = interest_of(watch), .data = {.u64 = key.packed()}};
  return calls_.epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void EpollSet::remove(int fd) noexcept { calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

EpollSet::Ready EpollSet::wait(std::span<epoll_event> events) noexcept {
  const int count = calls_.epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
  if (count <= 0) return {};  // EINTR
  const auto found = events.first(static_cast<std::size_t>(count));
  bool released = false;
  const auto last = std::remove_if(found.begin(), found.end(), [&](const epoll_event& event) {
    if (event.data.u64 < mark_event) return false;
    if (event.data.u64 == release_event)
      released = true;
    else
      mark_reached_.store(true, std::memory_order_release);
    return true;
  });
  return {.events = {found.begin(), last}, .released = released};
}

void EpollSet::place_mark() noexcept {
  mark_reached_.store(false, std::memory_order_release);
  epoll_event event{.events = std::uint32_t{EPOLLIN} | EPOLLONESHOT, .data = {.u64 = mark_event}};
  if (calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, mark_.fd(), &event) != 0)
    mark_reached_.store(true, std::memory_order_release);
}

std::size_t EpollSet::count_ready(std::span<pollfd> waits) noexcept {
  const int count = calls_.poll(waits.data(), waits.size(), 0);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool EpollSet::is_worth_a_turn(const epoll_event& event) noexcept {
  return (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLOUT)) != 0;
}

bool EpollSet::leaves_doubt(const epoll_event& event) noexcept {
  return (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) != 0;
}

}  // namespace echopool
