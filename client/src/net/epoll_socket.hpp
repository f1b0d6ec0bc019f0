// A non-blocking socket that is in an epoll set while it is open. Internal. Belongs to its worker's thread.
#pragma once

#include "unique_fd.hpp"

#include <cstdint>

namespace echopool::client {

class EpollSocket {
 public:
  /// `data` is what epoll_wait(2) returns.
  EpollSocket(int epoll, void* data) noexcept : epoll_{epoll}, data_{data} {}

  void open(UniqueFd socket, std::uint32_t events);
  /// Changes what is waited for; no system call when nothing changes.
  void want(std::uint32_t events);
  void close() noexcept { socket_.reset(); }  // which takes it out of the set
  /// Sends a reset instead of finishing the connection in order.
  void close_with_reset() noexcept;

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  explicit operator bool() const noexcept { return static_cast<bool>(socket_); }

 private:
  const int epoll_;
  void* const data_;
  UniqueFd socket_;
  std::uint32_t events_ = 0;
};

}  // namespace echopool::client
