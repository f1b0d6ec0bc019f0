#include "net/epoll_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace echopool::client {
namespace {

void control(int epoll, int operation, int fd, std::uint32_t events, void* data) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  if (::epoll_ctl(epoll, operation, fd, &event) != 0)
    throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
}

}  // namespace

void EpollSocket::open(UniqueFd socket, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_ADD, socket.get(), events, data_);
  socket_ = std::move(socket);
  events_ = events;
}

void EpollSocket::want(std::uint32_t events) {
  if (events == events_) return;
  control(epoll_, EPOLL_CTL_MOD, fd(), events, data_);
  events_ = events;
}

void EpollSocket::close_with_reset() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

}  // namespace echopool::client
