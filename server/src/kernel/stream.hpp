// A connected byte stream: what a session and the dispatchers know of a connection's socket. Internal. Belongs to one
// thread at a time; only the stream's owner closes it.
//
// Plain TCP is one kind (TcpStream). A kind that decrypts may hold bytes that the kernel knows nothing of, and may find
// nothing to deliver although the socket is readable: has_pending() and short_read_means_empty() say so, and nothing
// outside the stream asks the kernel instead.
#pragma once

#include "kernel/system_calls.hpp"
#include "unique_fd.hpp"

#include <echopool/io_result.hpp>
#include <echopool/literals.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace echopool {

class Stream {
 public:
  Stream(UniqueFd fd, SystemCalls& calls) noexcept : calls_{&calls}, fd_{std::move(fd)} {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The socket, for epoll(7), poll(2) and getsockname(2). What is read from it or written to it goes through here.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] SystemCalls& calls() const noexcept { return *calls_; }

  /// Waits at most `wait` (nullopt: for ever) for input. `interrupted`: a signal came; nothing was read.
  [[nodiscard]] virtual IoResult receive(std::span<std::byte> into, Timeout wait) noexcept = 0;
  /// Takes what is there without waiting. `would_block`: nothing is.
  [[nodiscard]] virtual IoResult try_receive(std::span<std::byte> into) noexcept = 0;

  /// Sends all of it within `wait`, counted over all partial sends; `bytes` is exact in every case.
  [[nodiscard]] virtual IoResult send_all(std::span<const std::byte> bytes, Timeout wait) noexcept = 0;
  /// Sends what there is room for, without waiting. `would_block`: not all of it; `bytes` says how much.
  [[nodiscard]] virtual IoResult try_send(std::span<const std::byte> bytes) noexcept = 0;

  /// Whether a read would not wait: there is input, an end or an error. Looks, and takes nothing.
  [[nodiscard]] virtual bool has_input() noexcept = 0;
  /// Whether a read would find bytes that the kernel no longer has.
  [[nodiscard]] virtual bool has_pending() const noexcept = 0;
  /// Whether a read that found less than it asked for proves that the kernel has no more. It does for plain sockets,
  /// unless there is an end or urgent data (tcp(7)).
  [[nodiscard]] virtual bool short_read_means_empty() const noexcept = 0;

  /// Tells the peer that nothing more will be sent; reading goes on.
  virtual void finish() noexcept = 0;
  /// The coming close(2) discards what is unsent and resets the connection (SO_LINGER with 0, socket(7)).
  virtual void reset_on_close() noexcept = 0;

  /// Bytes waiting to be read (SIOCINQ) and bytes not yet acknowledged by the peer (SIOCOUTQ), tcp(7); 0 if unknown.
  [[nodiscard]] virtual std::size_t unread() noexcept = 0;
  [[nodiscard]] virtual std::size_t unsent() noexcept = 0;

 private:
  SystemCalls* calls_;
  UniqueFd fd_;
};

}  // namespace echopool
