#include "session/session_io.hpp"
#include "sockaddr.hpp"

#include <echopool/log.hpp>
#include <echopool/session.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace echopool {
namespace {

/// Going on would write to another client's connection, or read from it.
[[noreturn]] void end_process() noexcept {
  constexpr std::string_view sentence =
      "echopool: a Session was used outside the call of its handler; keep no reference to it, and hand it to no other "
      "thread\n";
  static_cast<void>(!::write(STDERR_FILENO, sentence.data(), sentence.size()));
  log_event(LogLevel::critical, "session misused");
  std::abort();
}

/// Every read of a handler begins here.
void begin_read(SessionInput& input) {
  if (!input.begin_read())
    throw std::logic_error{"a service that speaks first (Opens::server) must not read in its call at accept"};
}

}  // namespace

SessionIo& Session::io() const noexcept {
  if (io_->active_ != this) end_process();
  return *io_;
}

std::size_t Session::read_some(std::span<std::byte> into) {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  begin_read(io.input_);
  const IoResult result = io.input_.take(into);
  if (!result.ok() && !io.input_.is_clean_end(result)) io.state_.raise(result, "nothing could be read");
  return result.bytes;
}

std::span<const std::byte> Session::read_some() {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  begin_read(io.input_);
  std::span<const std::byte> found;
  const IoResult result = io.input_.take(found);
  if (!result.ok() && !io.input_.is_clean_end(result)) io.state_.raise(result, "nothing could be read");
  return found;
}

bool Session::read_exact(std::span<std::byte> into) {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  begin_read(io.input_);
  return io.input_.read_exact(into);
}

std::optional<std::string_view> Session::read_line(ByteSize limit) {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  begin_read(io.input_);
  return io.input_.read_line(limit.bytes());
}

std::span<const std::byte> Session::buffered() {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  begin_read(io.input_);
  return io.input_.buffered();
}

void Session::consume(std::size_t bytes) { io().input_.consume(bytes); }

std::size_t Session::seen() const noexcept { return io().input_.seen(); }

bool Session::input_ready() noexcept { return io().input_.input_ready(); }

bool Session::wait_input(int other) {
  SessionIo& io = this->io();
  begin_read(io.input_);
  return io.input_.wait_input(other);
}

void Session::write(std::span<const std::byte> bytes) {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  if (const IoResult result = io.output_.write(bytes, io.input_.has_buffered()); !result.ok())
    io.state_.raise(
        result, ("sent " + std::to_string(result.bytes) + " of " + std::to_string(bytes.size()) + " bytes").c_str());
}

void Session::write(std::string_view text) { write(std::as_bytes(std::span{text})); }

void Session::flush() {
  SessionIo& io = this->io();
  if (io.state_.restarting) throw Restart{};
  if (const IoResult result = io.output_.flush(); !result.ok()) io.state_.raise(result, "output could not be sent");
}

IoResult Session::try_read_some(std::span<std::byte> into) noexcept {
  SessionIo& io = this->io();
  if (io.state_.restarting || !io.input_.begin_read()) return {0, IoStatus::failed, EAGAIN};
  return io.input_.try_take(into);
}

IoResult Session::try_write_all(std::span<const std::byte> bytes) noexcept {
  SessionIo& io = this->io();
  if (io.state_.restarting) return {0, IoStatus::failed, EAGAIN};
  return io.output_.write(bytes, io.input_.has_buffered());
}

void Session::shutdown_write() noexcept { io().output_.finish(); }

const Endpoint& Session::peer() const noexcept { return io().state_.connection->peer; }

Endpoint Session::local() const noexcept { return local_endpoint(io().state_.connection->stream->fd()); }

std::uint64_t Session::id() const noexcept { return io().state_.connection->id; }

bool Session::opening() const noexcept { return io().state_.connection->opening; }

bool Session::stopping() const noexcept { return io().state_.stop.draining(); }

}  // namespace echopool
