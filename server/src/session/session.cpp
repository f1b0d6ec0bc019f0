#include "session/session_io.hpp"
#include "sockaddr.hpp"

#include <echopool/session.hpp>

#include <cerrno>
#include <stdexcept>

namespace echopool {
namespace {

/// An end that a handler should take as "there is no more", not as a failure: the peer finished, or the server or the
/// idle limit ended the wait before the first byte of a message.
bool is_clean_end(const IoResult& result, const SessionIo& io) noexcept {
  if (result.status == IoStatus::end) return true;
  if (!io.failure() || io.consumed_input()) return false;
  return io.failure()->reason == EndReason::idle_timeout ||
         (io.failure()->reason == EndReason::stopping && !io.aborting());
}

void begin_read(SessionIo& io) {
  if (!io.begin_read())
    throw std::logic_error{"a service that speaks first (Opens::server) must not read in its call at accept"};
}

}  // namespace

std::size_t Session::read_some(std::span<std::byte> into) {
  begin_read(io_);
  const IoResult result = io_.take(into);
  if (!result.ok() && !is_clean_end(result, io_)) io_.raise(result, "nothing could be read");
  return result.bytes;
}

std::span<const std::byte> Session::read_some() {
  begin_read(io_);
  std::span<const std::byte> found;
  const IoResult result = io_.take(found);
  if (!result.ok() && !is_clean_end(result, io_)) io_.raise(result, "nothing could be read");
  return found;
}

bool Session::read_exact(std::span<std::byte> into) {
  begin_read(io_);
  for (std::size_t have = 0; have < into.size();) {
    const IoResult result = io_.take(into.subspan(have));
    have += result.bytes;
    if (result.ok()) continue;
    if (have == 0 && is_clean_end(result, io_)) return false;
    if (result.status == IoStatus::end)
      io_.raise(IoErrorKind::truncated,
                "the peer finished after " + std::to_string(have) + " of " + std::to_string(into.size()) + " bytes");
    io_.raise(result, "a block could not be read");
  }
  return true;
}

std::optional<std::string_view> Session::read_line(ByteSize limit) {
  begin_read(io_);
  return io_.read_line(limit.bytes());
}

bool Session::input_ready() noexcept {
  if (io_.has_buffered()) return true;
  return !io_.end_seen() && !io_.failure() && io_.connection_->stream->unread() > 0;
}

bool Session::wait_input(int other) {
  begin_read(io_);
  return io_.wait_input(other);
}

void Session::write(std::span<const std::byte> bytes) {
  if (const IoResult result = io_.send_all(bytes); !result.ok())
    io_.raise(result,
              ("sent " + std::to_string(result.bytes) + " of " + std::to_string(bytes.size()) + " bytes").c_str());
}

void Session::write(std::string_view text) { write(std::as_bytes(std::span{text})); }

IoResult Session::try_read_some(std::span<std::byte> into) noexcept {
  if (!io_.begin_read()) return {0, IoStatus::failed, EAGAIN};
  return io_.take(into);
}

IoResult Session::try_write_all(std::span<const std::byte> bytes) noexcept { return io_.send_all(bytes); }

void Session::shutdown_write() noexcept { io_.connection_->stream->finish(); }

const Endpoint& Session::peer() const noexcept { return io_.connection_->peer; }

Endpoint Session::local() const noexcept { return local_endpoint(io_.connection_->stream->fd()); }

std::uint64_t Session::id() const noexcept { return io_.connection_->id; }

bool Session::opening() const noexcept { return io_.connection_->opening; }

bool Session::stopping() const noexcept { return io_.draining_.load(std::memory_order_relaxed); }

}  // namespace echopool
