#include "udp/udp_loop.hpp"

#include "poll_timeout.hpp"

#include <echopool/error.hpp>
#include <echopool/log.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <utility>

namespace echopool {
namespace {

using namespace std::chrono_literals;

constexpr int batches_per_turn = 8;  // then the other sockets get theirs
constexpr auto pause_length = 100ms;

std::optional<Rate> rate_of(const std::optional<std::uint32_t>& per_second) {
  if (!per_second) return std::nullopt;
  return Rate::of(*per_second);
}

void drop(UdpStats& batch, DropReason reason, std::uint64_t count = 1) noexcept {
  batch.dropped[static_cast<std::size_t>(reason)] += count;
}

}  // namespace

UdpLoop::UdpLoop(const LiveSettings& settings, const Live<AccessList>& access, SystemCalls& calls)
    : calls_{calls}, settings_{settings}, access_{access} {}

void UdpLoop::start(const std::vector<const UdpListener*>& listeners, Hooks hooks) {
  assert(!is_running());
  hooks_ = std::move(hooks);
  const std::size_t size = settings_.get().udp.batch;
  try {
    batch_.emplace(size);
  } catch (const std::bad_alloc&) {
    throw StartError{ENOMEM, "cannot allocate buffers for batches of " + std::to_string(size) +
                                 " datagrams; lower udp.batch or raise the limit on memory (ulimit -v)"};
  }
  for (const UdpListener* listener : listeners) {
    sockets_.push_back({*listener});
    own_ports_.push_back(listener->local.port());
    polled_.push_back({listener->socket.get(), POLLIN, 0});
  }
  polled_.push_back({wake_.fd(), POLLIN, 0});
  thread_ = Thread{"udp", 256_KiB, [this] {
                     hooks_.first();
                     run();
                   }};
}

void UdpLoop::stop() noexcept {
  stopping_.store(true, std::memory_order_relaxed);
  wake_.wake();
  thread_.join();
}

void UdpLoop::report_drops() noexcept {
  UdpStats so_far = stats();
  drop(so_far, DropReason::kernel, hooks_.overflows());
  drop_log_.report(so_far);
}

void UdpLoop::run() noexcept {
  while (!stopping_.load(std::memory_order_relaxed)) {
    wait();
    take_settings();
    for (std::size_t i = 0; i < sockets_.size(); ++i)
      if (polled_[i].revents != 0) serve(sockets_[i]);
    if (drop_log_.due() && calls_.now() >= *drop_log_.due()) report_drops();
  }
  report_drops();
}

/// Until a socket is readable, a paused one may be tried again, a report is due, or stop() is called.
void UdpLoop::wait() noexcept {
  const TimePoint now = calls_.now();
  std::optional<TimePoint> until = drop_log_.due();
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    const bool paused = sockets_[i].paused_until > now;
    polled_[i].fd = paused ? -1 : sockets_[i].listener.socket.get();  // poll(2) passes over negative ones
    if (paused) until = std::min(until.value_or(TimePoint::max()), sockets_[i].paused_until);
  }
  if (calls_.poll(polled_.data(), polled_.size(), poll_timeout(now, until)) >= 0) return;
  for (pollfd& polled : polled_) polled.revents = 0;
  if (errno != EINTR) std::this_thread::sleep_for(pause_length);  // no memory: nothing else can wait for us
}

void UdpLoop::take_settings() noexcept {
  const UdpSettings& udp = settings_.get().udp;
  per_source_ = rate_of(udp.rate_per_source);
  total_ = rate_of(udp.rate_total);
}

void UdpLoop::serve(Socket& socket) noexcept {
  for (int turn = 0; turn < batches_per_turn; ++turn) {
    const int count = batch_->receive(socket.listener, calls_);
    if (count < 0) {
      // Told that there is something and then that there is nothing: without POLLIN that would go on for ever.
      const bool ready = (polled_[static_cast<std::size_t>(&socket - sockets_.data())].revents & POLLIN) != 0;
      if (errno != EINTR && !(errno == EAGAIN && ready)) pause(socket, errno);
      return;
    }
    const TimePoint now = calls_.now();
    drop_log_.expect(now);
    answer(socket.listener, static_cast<std::size_t>(count), now);
    if (static_cast<std::size_t>(count) < batch_->capacity()) return;
  }
}

void UdpLoop::answer(const UdpListener& listener, std::size_t count, TimePoint now) noexcept {
  UdpStats batch;
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<DropReason> reason = admit(listener, i, now);
    Datagram& datagram = batch_->datagram(i);
    ++batch.received;
    batch.received_bytes += datagram.data().size();
    if (reason)
      drop(batch, *reason);
    else if (handle(listener, datagram, now))
      batch_->take_answer(i);
    else
      drop(batch, DropReason::handler_error);
  }
  counters_.add(batch);  // before sending: a peer that has its answer finds its question counted
  const DatagramBatch::Sent sent = batch_->send(listener, calls_);
  UdpStats answers;
  answers.answered = sent.answered;
  answers.answered_bytes = sent.bytes;
  drop(answers, DropReason::send_failed, sent.failed);
  counters_.add(answers);
}

std::optional<DropReason> UdpLoop::admit(const UdpListener& listener, std::size_t i, TimePoint now) noexcept {
  const DatagramPath& path = batch_->describe(i, listener);
  if (const auto reason = refusal(path, own_ports_)) return reason;
  if (!access_.get().admits(path.peer)) return DropReason::access;
  if (batch_->truncated(i)) return DropReason::truncated;
  if (per_source_ && !source_rates_.take(*per_source_, path.peer, now)) return DropReason::rate_per_source;
  if (total_ && !total_rate_.take(*total_, now)) return DropReason::rate_total;
  return std::nullopt;
}

/// The only place that catches what a datagram handler throws.
bool UdpLoop::handle(const UdpListener& listener, Datagram& datagram, TimePoint now) noexcept {
  try {
    listener.handler(datagram);
    return true;
  } catch (...) {
    if (handler_failures_.note(now) != 0)
      log_exception(LogLevel::error, "handler failed", {{"peer", datagram.peer()}, {"local", datagram.local()}});
    return false;
  }
}

void UdpLoop::pause(Socket& socket, int error) noexcept {
  const TimePoint now = calls_.now();
  socket.paused_until = now + pause_length;
  if (pauses_.note(now) == 0) return;
  const char* const name = ::strerrorname_np(error);
  log_event(
      LogLevel::warning, "receiving paused",
      {{"local", socket.listener.local}, {"error", name != nullptr ? name : "unknown"}, {"pause_ms", pause_length}});
}

}  // namespace echopool
