#include "accept/acceptor.hpp"

#include "accept/accept_policy.hpp"
#include "kernel/tcp_stream.hpp"
#include "session/session_end.hpp"
#include "sockaddr.hpp"

#include <echopool/log.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <system_error>
#include <thread>

namespace echopool {
namespace {

using std::chrono::milliseconds;

constexpr ByteSize stack_size = 128_KiB;
constexpr int accepts_per_listener = 64;  // then the other listeners have their turn
constexpr milliseconds shortest_pause{50};
constexpr milliseconds longest_pause{500};
constexpr std::chrono::seconds pause_log_interval{1};
/// Longer than a connection can wait in a backlog before its client gives up.
constexpr std::chrono::seconds backlog_memory{180};

}  // namespace

Acceptor::Acceptor(const LiveSettings& settings, Seats& seats, Admission& admission, Counters& counters,
                   SystemCalls& calls)
    : seats_{seats},
      admission_{admission},
      counters_{counters},
      calls_{calls},
      settings_{settings},
      inherited_{options(*settings.get())} {}

ListenOptions Acceptor::options(const ServerSettings& settings) {
  const SocketSettings& socket = settings.socket;
  return {.backlog = socket.backlog,
          .reuse_address = socket.reuse_address,
          .reuse_port = socket.reuse_port,
          .keepalive = socket.keepalive,
          .nodelay = socket.nodelay,
          .user_timeout = socket.user_timeout,
          .receive_buffer = socket.receive_buffer,
          .send_buffer = socket.send_buffer,
          .receive_timeout = settings.timeouts.receive,
          .send_timeout = settings.timeouts.send};
}

void Acceptor::start(std::vector<Listener> listeners, Dispatcher& dispatcher) {
  listeners_ = std::move(listeners);
  dispatcher_ = &dispatcher;
  poll_set_.push_back({.fd = wake_.fd(), .events = POLLIN, .revents = 0});
  for (const Listener& listener : listeners_)
    poll_set_.push_back({.fd = listener.fd.get(), .events = POLLIN, .revents = 0});
  thread_ = Thread{"acceptor", stack_size, [this] { run(); }};
}

void Acceptor::stop() {
  stopping_.store(true, std::memory_order_release);
  seats_.close();
  if (dispatcher_ != nullptr) dispatcher_->stop_admitting();
  wake_.wake();
  thread_.join();
  listeners_.clear();
}

void Acceptor::reconfigure() {
  changed_.store(true, std::memory_order_release);
  wake_.wake();
}

void Acceptor::run() {
  while (wait_for_turn()) {
    wait_for_listeners();
    // Who is being served goes first: on a busy processor newcomers are then taken in together, instead of one at each
    // wake-up and a switch of threads for each (sched_yield(2)).
    std::this_thread::yield();
    refusals_.flush(calls_.now());
    for (std::size_t i = 0; i < listeners_.size() && !stopping(); ++i)
      if (poll_set_[i + 1].revents != 0) accept_from(listeners_[i]);
  }
  refusals_.flush(calls_.now(), true);
}

bool Acceptor::wait_for_turn() {
  if (settings_.get().pool.overflow == Overflow::wait && !(seats_.wait_for_room() && dispatcher_->wait_for_room()))
    return false;
  if (const auto per_second = settings_.get().limits.accept_rate) {
    const Rate rate = Rate::of(*per_second);
    while (!stopping() && !rate_.take(rate, calls_.now())) {
      const TimePoint now = calls_.now();
      sleep_until(now + std::min<std::chrono::nanoseconds>(rate_.wait(rate, now), std::chrono::seconds{1}));
    }
  }
  return !stopping();
}

void Acceptor::wait_for_listeners() {
  int timeout = -1;
  if (const auto next = refusals_.next())
    timeout =
        static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<milliseconds>(*next - calls_.now()).count()));
  for (pollfd& entry : poll_set_) entry.revents = 0;
  if (calls_.poll(poll_set_.data(), poll_set_.size(), timeout) < 0 && errno != EINTR)
    std::this_thread::sleep_for(shortest_pause);  // no memory: nothing else can wait for us
  if (poll_set_[0].revents != 0) wake_.drain();
  if (changed_.exchange(false, std::memory_order_acq_rel)) {
    inherited_ = options(settings_.get());
    options_certain_ = calls_.now() + backlog_memory;
    for (const Listener& listener : listeners_)
      if (listener.fd) apply_connection_options(listener.fd.get(), inherited_, calls_);
  }
}

void Acceptor::accept_from(Listener& listener) {
  for (int n = 0; n < accepts_per_listener; ++n) {
    if (n > 0 && !wait_for_turn()) return;
    SocketAddress address;
    UniqueFd fd{calls_.accept4(listener.fd.get(), address.get(), &address.length, SOCK_CLOEXEC)};
    if (!fd) {
      if (handle_error(listener, errno)) continue;
      return;
    }
    pause_ = milliseconds{0};
    counters_.add(counters_.accepted);
    const Endpoint peer = to_endpoint(address.get(), address.length);
    try {
      take_over(listener, std::move(fd), peer);
    } catch (const std::bad_alloc&) {
      counters_.add_refused(RefuseReason::resources);
      refusals_.note(RefuseReason::resources, peer, calls_.now());
      return back_off(ENOMEM);
    }
  }
}

void Acceptor::take_over(Listener& listener, UniqueFd fd, const Endpoint& peer) {
  const TimePoint now = calls_.now();
  auto ticket = seats_.try_take();
  if (!ticket) return refuse_socket(std::move(fd), peer, RefuseReason::connections);
  if (const auto reason = admission_.check(peer, *ticket)) return refuse_socket(std::move(fd), peer, *reason);
  if (listener.inherited || now < options_certain_) apply_connection_options(fd.get(), inherited_, calls_);

  const ArmedTimeouts armed{inherited_.receive_timeout, inherited_.send_timeout};
  auto connection =
      std::make_unique<Connection>(Connection{.ticket = std::move(*ticket),
                                              .stream = std::make_unique<TcpStream>(std::move(fd), armed, calls_),
                                              .peer = peer,
                                              .handler = listener.handler,
                                              .id = next_id_++,
                                              .opened = now,
                                              .opening = listener.opens == Opens::server});
  announce(*connection);
  if (const auto reason = dispatcher_->admit(connection)) {
    refusals_.note(*reason, peer, now);
    refuse(std::move(connection), *reason, counters_);
  }
}

void Acceptor::refuse_socket(UniqueFd fd, const Endpoint& peer, RefuseReason reason) {
  counters_.add_refused(reason);
  refusals_.note(reason, peer, calls_.now());
  TcpStream{std::move(fd), {}, calls_}.reset_on_close();
}

bool Acceptor::handle_error(Listener& listener, int error) {
  switch (classify_accept_error(error)) {
    case AcceptVerdict::wait:
      return false;
    case AcceptVerdict::retry:
      counters_.add(counters_.accept_errors);
      return true;
    case AcceptVerdict::give_up: {
      counters_.add(counters_.accept_errors);
      log_event(LogLevel::critical, "listener lost", {{"error", std::generic_category().message(error)}});
      const auto index = static_cast<std::size_t>(&listener - listeners_.data());
      poll_set_[index + 1].fd = -1;  // poll(2) ignores it from now on
      return false;
    }
    case AcceptVerdict::back_off:
      break;
  }
  counters_.add(counters_.accept_errors);
  back_off(error);
  return false;
}

void Acceptor::back_off(int error) {
  pause_ = std::clamp(pause_ * 2, shortest_pause, longest_pause);
  const TimePoint now = calls_.now();
  if (!pause_logged_ || now - *pause_logged_ >= pause_log_interval) {
    pause_logged_ = now;
    log_event(LogLevel::error, "accept paused",
              {{"error", std::generic_category().message(error)}, {"pause_ms", pause_}, {"open", seats_.taken()}});
  }
  sleep_until(now + pause_);
}

void Acceptor::sleep_until(TimePoint until) {
  while (!stopping()) {
    const auto left = std::chrono::ceil<milliseconds>(until - calls_.now()).count();
    if (left <= 0) return;
    pollfd woken{.fd = wake_.fd(), .events = POLLIN, .revents = 0};
    if (calls_.poll(&woken, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX))) > 0 && !stopping()) {
      wake_.drain();  // a reload; run() looks at it before the next wait
    }
  }
}

}  // namespace echopool
