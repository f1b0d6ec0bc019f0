#include "udp/udp_server.hpp"

#include "kernel/listener.hpp"
#include "poll_timeout.hpp"

#include <echopool/error.hpp>
#include <echopool/log.hpp>

#include <algorithm>
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

template <class T>
std::optional<Rate> rate_of(const std::optional<T>& per_second) {
  if (!per_second) return std::nullopt;
  return Rate::of(*per_second);
}

void drop(UdpStats& batch, DropReason reason, std::uint64_t count = 1) noexcept {
  batch.dropped[static_cast<std::size_t>(reason)] += count;
}

}  // namespace

UdpServer::UdpServer(const LiveSettings& settings, const Live<AccessList>& access, SystemCalls& calls)
    : calls_{calls}, batch_size_{settings.get()->udp.batch}, settings_{settings}, access_{access} {}

UdpServer::~UdpServer() { stop(); }

std::vector<Endpoint> UdpServer::bind(const Endpoint& where, const SocketSettings& settings,
                                      const DatagramHandler& handler) {
  std::vector<Endpoint> bound;
  for (UdpListener& listener : bind_each_family(
           "udp", where, [&](const Endpoint& one) { return UdpListener::bind(one, settings, handler, calls_); }))
    bound.push_back(add(std::move(listener)));
  return bound;
}

Endpoint UdpServer::adopt(UniqueFd socket, DatagramHandler handler) {
  return add(UdpListener::adopt(std::move(socket), std::move(handler), calls_));
}

Endpoint UdpServer::add(UdpListener listener) {
  const Endpoint local = listener.local;
  const std::uint32_t overflows = listener.overflows();
  const std::lock_guard lock{sockets_mutex_};
  sockets_.push_back({std::move(listener), overflows, {}});
  return local;
}

void UdpServer::start(const std::function<void()>& first) {
  if (sockets_.empty()) return;
  try {
    batch_.emplace(batch_size_);
  } catch (const std::bad_alloc&) {
    throw StartError{ENOMEM, "cannot allocate buffers for batches of " + std::to_string(batch_size_) +
                                 " datagrams; lower udp.batch or raise the limit on memory (ulimit -v)"};
  }
  own_ports_.clear();
  polled_.clear();
  for (const Socket& socket : sockets_) {
    own_ports_.push_back(socket.listener.local.port());
    polled_.push_back({socket.listener.socket.get(), POLLIN, 0});
  }
  polled_.push_back({wake_.fd(), POLLIN, 0});
  thread_ = Thread{"udp", 256_KiB, [this, first] {
                     first();
                     run();
                   }};
}

void UdpServer::stop() noexcept {
  const std::lock_guard one_at_a_time{stop_mutex_};
  stopping_.store(true, std::memory_order_relaxed);
  wake_.wake();
  thread_.join();
  count_overflows();
  const std::lock_guard lock{sockets_mutex_};
  sockets_.clear();
}

UdpStats UdpServer::stats() const {
  UdpStats stats = counters_.read();
  drop(stats, DropReason::kernel, count_overflows());
  return stats;
}

std::uint64_t UdpServer::count_overflows() const {
  const std::lock_guard lock{sockets_mutex_};
  for (const Socket& socket : sockets_) {
    const std::uint32_t overflows = socket.listener.overflows();
    overflowed_ += overflows - std::exchange(socket.overflows, overflows);
  }
  return overflowed_;
}

void UdpServer::run() noexcept {
  while (!stopping_.load(std::memory_order_relaxed)) {
    wait();
    take_settings();
    for (std::size_t i = 0; i < sockets_.size(); ++i)
      if (polled_[i].revents != 0) serve(sockets_[i]);
    if (drop_log_.due() && calls_.now() >= *drop_log_.due()) drop_log_.report(stats());
  }
  drop_log_.report(stats());
}

/// Until a socket is readable, a paused one may be tried again, a report is due, or stop() is called.
void UdpServer::wait() noexcept {
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

void UdpServer::take_settings() noexcept {
  const UdpSettings& udp = settings_.get().udp;
  per_source_ = rate_of(udp.rate_per_source);
  total_ = rate_of(udp.rate_total);
}

void UdpServer::serve(Socket& socket) noexcept {
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

void UdpServer::answer(const UdpListener& listener, std::size_t count, TimePoint now) noexcept {
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
  counters_.add(batch);  // before sending: who has an answer finds its question counted
  const DatagramBatch::Sent sent = batch_->send(listener, calls_);
  UdpStats answers;
  answers.answered = sent.answered;
  answers.answered_bytes = sent.bytes;
  drop(answers, DropReason::send_failed, sent.failed);
  counters_.add(answers);
}

std::optional<DropReason> UdpServer::admit(const UdpListener& listener, std::size_t i, TimePoint now) noexcept {
  const DatagramPath& path = batch_->describe(i, listener);
  if (const auto reason = refusal(path, own_ports_)) return reason;
  if (!access_.get().admits(path.peer)) return DropReason::access;
  if (batch_->truncated(i)) return DropReason::truncated;
  if (per_source_ && !source_rates_.take(*per_source_, path.peer, now)) return DropReason::rate_per_source;
  if (total_ && !total_rate_.take(*total_, now)) return DropReason::rate_total;
  return std::nullopt;
}

/// The only place that catches what a datagram handler throws.
bool UdpServer::handle(const UdpListener& listener, Datagram& datagram, TimePoint now) noexcept {
  try {
    listener.handler(datagram);
    return true;
  } catch (...) {
    if (handler_failures_.note(now) != 0)
      log_exception(LogLevel::error, "handler failed", {{"peer", datagram.peer()}, {"local", datagram.local()}});
    return false;
  }
}

void UdpServer::pause(Socket& socket, int error) noexcept {
  const TimePoint now = calls_.now();
  socket.paused_until = now + pause_length;
  if (pauses_.note(now) == 0) return;
  const char* const name = ::strerrorname_np(error);
  log_event(
      LogLevel::warning, "receiving paused",
      {{"local", socket.listener.local}, {"error", name != nullptr ? name : "unknown"}, {"pause_ms", pause_length}});
}

}  // namespace echopool
