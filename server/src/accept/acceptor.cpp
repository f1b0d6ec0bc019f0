#include "accept/acceptor.hpp"

#include "accept/accept_policy.hpp"
#include "kernel/tcp_stream.hpp"
#include "poll_timeout.hpp"
#include "session/session_end.hpp"
#include "sockaddr.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace echopool {
namespace {

using std::chrono::milliseconds;

constexpr ByteSize stack_size = 128_KiB;
constexpr int accepts_per_round =
    64;  // of each listener; then a reload and new listeners that are ready get their turn
constexpr milliseconds shortest_pause{50};
constexpr milliseconds longest_pause{500};
/// An error after which the next connection is tried at once, and that always comes again: a firewall or a security
/// module that leaves what it refuses in the backlog.
constexpr int most_failures_in_a_row = 64;

}  // namespace

Acceptor::Acceptor(const LiveSettings& settings, Seats& seats, Admission& admission, Refusals& refusals,
                   Counters& counters, SystemCalls& calls)
    : seats_{seats},
      admission_{admission},
      refusals_{refusals},
      counters_{counters},
      calls_{calls},
      settings_{settings},
      options_{listen_options(*settings.get())} {}

void Acceptor::start(std::vector<TcpListener> listeners, Dispatcher& dispatcher) {
  assert(!thread_.joinable());
  listeners_ = std::move(listeners);
  dispatcher_ = &dispatcher;
  poll_set_.push_back({.fd = wake_.fd(), .events = POLLIN, .revents = 0});
  for (const TcpListener& listener : listeners_)
    poll_set_.push_back({.fd = listener.fd.get(), .events = POLLIN, .revents = 0});
  thread_ = Thread{"acceptor", stack_size, [this] { run(); }};
}

void Acceptor::request_stop() {
  stopping_.store(true, std::memory_order_release);
  seats_.close();
  wake_.wake();
}

void Acceptor::stop() {
  request_stop();
  if (dispatcher_ != nullptr) dispatcher_->stop_admitting();
  thread_.join();
  listeners_.clear();
}

void Acceptor::reconfigure() {
  changed_.store(true, std::memory_order_release);
  wake_.wake();
}

void Acceptor::run() {
  while (wait_until_allowed()) {
    wait_for_listeners();
    // Workers run first: on a busy processor several pending connections are then accepted together, instead of one at
    // each wake-up and a switch of threads for each (sched_yield(2)).
    std::this_thread::yield();
    accept_round();
  }
}

bool Acceptor::wait_until_allowed() {
  if (seats_.is_full() && limit_lines_.note(calls_.now()) != 0)
    log_event(LogLevel::warning, "limit reached", {{"limit", "connections"}, {"open", seats_.taken()}});
  if (!admission_.wait_for_seat()) return false;
  if (admission_.overflow_waits() && !dispatcher_->wait_for_room()) return false;
  while (!stopping()) {
    const TimePoint now = calls_.now();
    const auto delay = admission_.rate_delay(now);
    if (delay == std::chrono::nanoseconds::zero()) return true;
    if (rate_lines_.note(now) != 0)
      log_event(LogLevel::warning, "limit reached", {{"limit", "accept_rate"}, {"open", seats_.taken()}});
    sleep_until(now + std::min<std::chrono::nanoseconds>(delay, std::chrono::seconds{1}));
  }
  return false;
}

void Acceptor::wait_for_listeners() {
  for (pollfd& entry : poll_set_) entry.revents = 0;
  if (calls_.poll(poll_set_.data(), poll_set_.size(), -1) < 0 && errno != EINTR)
    std::this_thread::sleep_for(shortest_pause);  // no memory: nothing else can wait for us
  if (poll_set_[0].revents != 0) wake_.drain();
  if (!changed_.exchange(false, std::memory_order_acq_rel)) return;
  options_ = listen_options(settings_.get());
  for (TcpListener& listener : listeners_) {
    apply_connection_options(listener.fd.get(), options_, calls_);
    listener.stale_options = true;
  }
}

void Acceptor::accept_round() {
  bool allowed = true;  // by the wait before poll(2)
  for (int n = 0; n < accepts_per_round; ++n) {
    bool more = false;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      short& ready = poll_set_[i + 1].revents;
      if (ready == 0) continue;
      if (!std::exchange(allowed, false) && !wait_until_allowed()) return;
      if (stopping()) return;
      if (accept_one(listeners_[i]))
        more = true;
      else
        ready = 0;
    }
    if (!more) return;
  }
}

bool Acceptor::accept_one(TcpListener& listener) {
  SocketAddress address;
  UniqueFd fd{calls_.accept4(listener.fd.get(), address.get(), &address.length, SOCK_CLOEXEC)};
  if (!fd) return handle_error(listener, errno);
  failures_in_a_row_ = 0;
  pause_ = milliseconds{0};
  counters_.add(counters_.accepted);
  const Endpoint peer = to_endpoint(address.get(), address.length);
  try {
    take_over(listener, std::move(fd), peer);
    return true;
  } catch (const std::bad_alloc&) {
    refusals_.count(peer, RefuseReason::resources);
    back_off(ENOMEM);
    return false;
  }
}

void Acceptor::take_over(const TcpListener& listener, UniqueFd fd, const Endpoint& peer) {
  const TimePoint now = calls_.now();
  auto stream = std::make_unique<TcpStream>(std::move(fd),
                                            ArmedTimeouts{options_.receive_timeout, options_.send_timeout}, calls_);
  auto admitted = admission_.admit(peer, now, [this](std::uint64_t source) { return dispatcher_->evict(source); });
  if (const auto* reason = std::get_if<RefuseReason>(&admitted)) return refusals_.refuse(*stream, peer, *reason);
  if (listener.inherited || listener.stale_options) apply_connection_options(stream->fd(), options_, calls_);

  auto connection =
      std::make_unique<Connection>(Connection{.ticket = std::move(std::get<Ticket>(admitted)),
                                              .stream = std::move(stream),
                                              .peer = peer,
                                              .handler = &listener.service->handler,
                                              .id = next_id_++,
                                              .opened = now,
                                              .opening = listener.service->settings.opens == Opens::server,
                                              .reads_wait = listener.service->settings.reads == Reads::wait});
  announce(*connection);
  if (const auto reason = dispatcher_->admit(connection)) refusals_.refuse(*connection->stream, peer, *reason);
}

bool Acceptor::handle_error(TcpListener& listener, int error) {
  const AcceptVerdict verdict = classify_accept_error(error);
  if (verdict == AcceptVerdict::wait) {
    failures_in_a_row_ = 0;
    listener.stale_options = false;  // the backlog is empty: all that comes is born with the options of now
    return false;
  }
  counters_.add(counters_.accept_errors);
  if (verdict == AcceptVerdict::retry && ++failures_in_a_row_ < most_failures_in_a_row) return true;
  failures_in_a_row_ = 0;
  if (verdict == AcceptVerdict::give_up) {
    log_event(LogLevel::critical, "listener lost", {{"error", std::generic_category().message(error)}});
    const auto index = static_cast<std::size_t>(&listener - listeners_.data());
    poll_set_[index + 1].fd = -1;  // poll(2) ignores it from now on
    return false;
  }
  back_off(error);
  return false;
}

void Acceptor::back_off(int error) {
  pause_ = std::clamp(pause_ * 2, shortest_pause, longest_pause);
  const TimePoint now = calls_.now();
  if (pauses_.note(now) != 0)
    log_event(LogLevel::error, "accept paused",
              {{"error", std::generic_category().message(error)}, {"pause_ms", pause_}, {"open", seats_.taken()}});
  sleep_until(now + pause_);
}

void Acceptor::sleep_until(TimePoint until) {
  while (!stopping()) {
    const int left = poll_timeout(calls_.now(), until);
    if (left == 0) return;
    pollfd woken{.fd = wake_.fd(), .events = POLLIN, .revents = 0};
    if (calls_.poll(&woken, 1, left) > 0 && !stopping()) wake_.drain();  // a reload; the next round looks at it
  }
}

}  // namespace echopool
