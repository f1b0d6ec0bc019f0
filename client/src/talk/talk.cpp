#include "talk/talk.hpp"

#include "net/waiting.hpp"
#include "poll_timeout.hpp"
#include "talk/standard_io.hpp"
#include "thread.hpp"
#include "verify/datagram_check.hpp"
#include "verify/stream_check.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace echopool::client {
namespace {

constexpr std::size_t stream_block = 64 << 10;
constexpr std::size_t largest_datagram = 65'507;  // over IPv4: 65,535 less 20 for IP and 8 for UDP

std::unique_ptr<AnswerCheck> make_check(const TalkSettings& settings) {
  if (settings.transport == Transport::udp) return std::make_unique<DatagramCheck>(settings.verify);
  if (settings.verify) return std::make_unique<StreamCheck>();
  return nullptr;
}

}  // namespace

Talk::Talk(int socket, const TalkSettings& settings)
    : socket_{socket}, settings_{settings}, check_{make_check(settings)} {}

TalkReport Talk::run() {
  const auto start = Clock::now();
  touch();
  const std::stop_callback wake_both{stop_.get_token(), [this] { stop_fd_.wake(); }};
  {
    Thread writer{"talk-writer", 256_KiB, [this] { write_side(); }};
    Thread reader{"talk-reader", 256_KiB, [this] { read_side(); }};
    supervise();
    stop_.request_stop();
  }
  TalkReport report = sent_;
  report.received_bytes = received_.received_bytes;
  report.received_datagrams = received_.received_datagrams;
  report.mismatch = received_.mismatch;
  report.end = how_.value_or(TalkEnd::finished);
  report.error = error_;
  if (send_error_ != 0 && (report.end == TalkEnd::finished || report.end == TalkEnd::receive_failed)) {
    report.end = TalkEnd::send_failed;
    report.error = send_error_;
  }
  report.all_answered = !check_ || check_->complete();
  report.duration = Clock::now() - start;
  return report;
}

void Talk::end(TalkEnd how, int error) {
  {
    const std::lock_guard lock{mutex_};
    if (how_) return;
    how_ = how;
    error_ = error;
  }
  over_ = true;
  changed_.wake();
}

std::optional<std::pair<Talk::Clock::time_point, TalkEnd>> Talk::deadline() const {
  std::optional<std::pair<Clock::time_point, TalkEnd>> earliest;
  const auto consider = [&earliest](Clock::time_point at, TalkEnd how) {
    if (!earliest || at < earliest->first) earliest.emplace(at, how);
  };
  if (settings_.idle) {
    const Clock::time_point moved{Clock::duration{last_move_.load(std::memory_order_relaxed)}};
    consider(moved + *settings_.idle, TalkEnd::idle);
  }
  if (settings_.quit && input_done_) {
    const std::lock_guard lock{mutex_};
    consider(input_end_ + *settings_.quit, TalkEnd::quit);
  }
  return earliest;
}

void Talk::supervise() {
  while (!over_) {
    // In this order: what completes the answers is being delivered before it counts as received.
    const bool datagrams = settings_.transport == Transport::udp;
    if (datagrams && input_done_ && check_->complete() && !delivering_) return end(TalkEnd::finished);
    const auto limit = deadline();
    const int timeout = poll_timeout(Clock::now(), limit ? std::optional{limit->first} : std::nullopt);
    if (timeout == 0) return end(limit->second);
    std::array<pollfd, 2> watched{{{changed_.fd(), POLLIN, 0}, {settings_.interrupt_fd, POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), timeout);
    if (watched[1].revents != 0) return end(TalkEnd::interrupted);
    changed_.drain();
  }
}

void Talk::write_side() {
  const bool datagrams = settings_.transport == Transport::udp;
  InputPieces input{settings_.input, settings_.lines ? InputPieces::Cut::lines : InputPieces::Cut::blocks,
                    datagrams ? largest_datagram : stream_block};
  int error = 0;
  while (const auto piece = input.next(stop_fd_.fd())) {
    sent_.unsent_bytes = piece->size();
    if (check_ && !check_->sending(*piece, stop_.get_token())) return;
    error = send_piece(*piece);
    if (error != 0) break;
    touch();
  }
  sent_.input_ended = input.ended();
  if (input.error() != 0) return end(TalkEnd::input_failed, input.error());
  if (error == ECANCELED || (error == 0 && !input.ended())) return;
  if (error != 0 && datagrams) return end(TalkEnd::send_failed, error);
  if (error == 0 && !datagrams) ::shutdown(socket_, SHUT_WR);
  {
    // A stream that cannot be sent to may still have an answer for the reader: it decides when this is over.
    const std::lock_guard lock{mutex_};
    send_error_ = error;
    input_end_ = Clock::now();
  }
  input_done_ = true;
  changed_.wake();
}

int Talk::send_piece(ByteView piece) {
  const bool datagrams = settings_.transport == Transport::udp;
  while (true) {
    if (wait_for(socket_, POLLOUT, stop_fd_.fd()) == Wait::cancelled) return ECANCELED;
    const ssize_t put = ::send(socket_, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (put < 0) return errno;
    sent_.sent_bytes += static_cast<std::uint64_t>(put);
    sent_.unsent_bytes -= static_cast<std::uint64_t>(put);
    piece = piece.subspan(static_cast<std::size_t>(put));
    if (datagrams) ++sent_.sent_datagrams;
    if (piece.empty() || datagrams) return 0;
    touch();
  }
}

void Talk::read_side() {
  const bool datagrams = settings_.transport == Transport::udp;
  std::vector<std::byte> buffer(stream_block);
  for (;;) {
    if (wait_for(socket_, POLLIN, stop_fd_.fd()) == Wait::cancelled) return;
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return end(TalkEnd::receive_failed, errno);
    if (got == 0 && !datagrams) return end(TalkEnd::finished);
    touch();
    received_.received_bytes += static_cast<std::uint64_t>(got);
    if (datagrams) ++received_.received_datagrams;
    delivering_ = true;
    if (!deliver(ByteView{buffer.data(), static_cast<std::size_t>(got)})) return;
    delivering_ = false;
    if (datagrams && input_done_) changed_.wake();
  }
}

bool Talk::deliver(ByteView answer) {
  if (check_) {
    received_.mismatch = check_->received(answer);
    if (received_.mismatch) {
      end(TalkEnd::mismatch);
      return false;
    }
  }
  constexpr std::byte newline{'\n'};
  int error = write_all(settings_.output, answer, stop_fd_.fd());
  if (error == 0 && settings_.lines) error = write_all(settings_.output, ByteView{&newline, 1}, stop_fd_.fd());
  if (error == 0) return true;
  if (error != ECANCELED) end(TalkEnd::output_failed, error);
  return false;
}

}  // namespace echopool::client
