#include "dispatch/park/park_dispatcher.hpp"

#include <echopool/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

namespace echopool {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t release_event = ~std::uint64_t{0};
/// How long what is ready may stand behind a turn that blocks: one to two of these.
constexpr milliseconds look_interval{4};
constexpr int quiet_looks_to_rest = 2;
/// Then it is parked once, to see whether it is still alone.
constexpr int most_stays = 256;

/// Input, the peer's end, an error, or room for output: a turn finds something. Urgent data alone is nothing to it.
constexpr std::uint32_t something_to_do = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLOUT;
/// After a read that found less than it asked for, nothing is left in the kernel, unless one of these came with it: an
/// end that is still to be read, or urgent data, before whose mark a read stops (tcp(7)).
constexpr std::uint32_t doubts = EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI;

/// A message that has begun, and output that is kept, are finished also while draining: the turn that does so ends the
/// connection.
constexpr bool is_under_way(WaitFor what) noexcept { return what == WaitFor::rest || what == WaitFor::room; }

}  // namespace

ParkDispatcher::ParkDispatcher(const LiveSettings& settings, SessionRunner& runner, Reaper& reaper,
                               const std::atomic<bool>& draining, SystemCalls& calls)
    : runner_{runner},
      reaper_{reaper},
      draining_{draining},
      calls_{calls},
      lot_{settings.get()->limits.connections},
      epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      standby_{calls.processors(), [this] { ask_for_looks(); }},
      posts_(settings.get()->pool.workers),
      limits_{settings, lot_, calls.now()} {
  if (!epoll_) throw StartError{errno, "cannot create an epoll set (too many open files? see ulimit -n)"};
  // Level-triggered and never drained: once awake, every worker sees it.
  epoll_event event{.events = EPOLLIN, .data = {.u64 = release_event}};
  if (calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, released_.fd(), &event) != 0)
    throw StartError{errno, "cannot watch an eventfd"};
}

std::optional<RefuseReason> ParkDispatcher::admit(std::unique_ptr<Connection>& connection) {
  const TimePoint now = calls_.now();
  const int fd = connection->stream->fd();
  if (connection->opening) connection->waits_for = WaitFor::turn;
  const Watch watch = prepare(*connection, Watch::edge);
  const WaitTimes times{.opened = connection->opened, .active = now, .began = now};
  const ParkingLot::Key key = lot_.admit(std::move(connection), now);
  if (!arm(EPOLL_CTL_ADD, fd, key, watch)) {
    connection = lot_.leave(key.place);  // nobody else can have seen it
    return RefuseReason::resources;
  }
  if (limits_.schedule(key.place, WaitFor::message, times)) reaper_.nudge();
  return std::nullopt;
}

void ParkDispatcher::serve(Worker& worker) {
  Post& post = posts_[worker_count_.fetch_add(1, std::memory_order_relaxed)];
  std::array<epoll_event, ReadyBatch::capacity> events;
  BatchSize size;
  BlockingSense sense{standby_.limits(posts_.size())};
  LoneTalker alone;
  for (;;) {
    standby_.watch(post.duty);
    const int count = calls_.epoll_wait(epoll_.get(), events.data(), static_cast<int>(size.next()), -1);
    standby_.serve(post.duty, sense.blocks());
    if (count <= 0) continue;  // EINTR
    const auto last = std::remove_if(events.begin(), events.begin() + count,
                                     [](const epoll_event& event) { return event.data.u64 == release_event; });
    const std::span<const epoll_event> ready{events.begin(), last};
    const bool released = ready.size() != static_cast<std::size_t>(count);
    if (!ready.empty()) {
      post.batch.publish(ready);
      if (ready.size() > 1) ask_for_looks();
      const bool learns = size.learns_from(ready.size());
      const TimePoint start = learns ? calls_.exact_now() : TimePoint{};
      sense.begin(calls_);
      if (serve_batch(ready, alone, post, worker)) {
        sense.end(calls_);
        if (post.duty.excused()) sense.doubt();
        if (learns) size.took(ready.size(), calls_.exact_now() - start);
      }
      post.batch.clear();
    }
    if (released) return;
  }
}

bool ParkDispatcher::serve_batch(std::span<const epoll_event> ready, LoneTalker& alone, Post& post, Worker& worker) {
  const std::size_t count = ready.size();
  if (count > 1) alone.forget();
  for (std::size_t i = 0; i < count; ++i) {
    post.batch.advance(i + 1);
    const epoll_event& event = ready[i];
    Connection* connection = take(event);
    if (connection == nullptr) continue;
    const bool stays = count == 1 && alone.is_it(connection->id, calls_.now()) && may_stay(worker);
    if (stays || connection->handler->is_conversation()) standby_.excuse(post.duty);
    if (stays) {
      stay_with(ParkingLot::Key::unpack(event.data.u64), *connection, worker);
      return false;
    }
    run(event, *connection, worker);
  }
  return true;
}

bool ParkDispatcher::may_stay(Worker& worker) noexcept {
  return worker.settings.get().pool.workers > 1 && !staying_.exchange(true, std::memory_order_relaxed);
}

void ParkDispatcher::stay_with(ParkingLot::Key key, Connection& connection, Worker& worker) {
  // The first time it is still edge-triggered, and would wake others with what its worker waits for itself.
  const int most = connection.edge_triggered ? 1 : most_stays;
  Input input = Input::ready;
  std::optional<SessionEnd> how;
  for (int messages = 0; messages < most; ++messages) {
    how = runner_.turn(connection, worker, input);
    if (how || connection.waits_for != WaitFor::message) break;
    if (input == Input::expected && worker.io.turn_received() == 0) break;
    if (standby_.unwatched()) break;  // every other worker is blocked, and others wait
    input = Input::expected;
  }
  staying_.store(false, std::memory_order_relaxed);
  if (how) return end(key.place, *how);
  park(key.place, connection, Watch::once);
}

Connection* ParkDispatcher::take(const epoll_event& event) {
  if ((event.events & something_to_do) == 0) return nullptr;
  return lot_.claim(ParkingLot::Key::unpack(event.data.u64));
}

void ParkDispatcher::ask_for_looks() {
  if (!looking_.load(std::memory_order_seq_cst) && !looking_.exchange(true)) reaper_.nudge();
}

bool ParkDispatcher::needs_looks() const noexcept {
  return standby_.unwatched() ||
         std::any_of(posts_.begin(), posts_.end(), [](const Post& post) { return post.batch.has_waiting(); });
}

std::optional<TimePoint> ParkDispatcher::look_after_workers(TimePoint now) {
  if (!looking_.load(std::memory_order_acquire)) return std::nullopt;
  // The reaper comes here for other reasons too, and who has not moved for a moment does not stand still.
  const TimePoint exact = calls_.exact_now();
  if (exact - last_look_ < look_interval) return now + look_interval;
  last_look_ = exact;
  bool busy = false;
  for (Post& post : posts_) {
    const bool served = post.batch.is_served();  // first: what is published after it counts as a move
    const bool still = post.batch.stands_still();
    busy = busy || !still;
    if (!still || !served) continue;
    standby_.excuse(post.duty);
    post.batch.for_each_waiting([this](ParkingLot::Key key) { rescue(key); });
  }
  busy = busy || needs_looks();
  quiet_looks_ = busy ? 0 : quiet_looks_ + 1;
  if (quiet_looks_ < quiet_looks_to_rest) return now + look_interval;
  // A worker publishes what it serves, or leaves the set unwatched, and then looks at the flag; we clear the flag and
  // then look at the workers. One of us sees the other.
  quiet_looks_ = 0;
  looking_.store(false, std::memory_order_seq_cst);
  if (!needs_looks()) return std::nullopt;
  looking_.store(true, std::memory_order_seq_cst);
  return now + look_interval;
}

void ParkDispatcher::rescue(ParkingLot::Key key) {
  if (Connection* connection = lot_.claim(key)) park(key.place, *connection, Watch::edge);
}

void ParkDispatcher::run(const epoll_event& event, Connection& connection, Worker& worker) {
  const auto key = ParkingLot::Key::unpack(event.data.u64);
  if (const auto how = runner_.turn(connection, worker, Input::ready)) return end(key.place, *how);
  const bool waits_for_input = connection.waits_for == WaitFor::message || connection.waits_for == WaitFor::rest;
  const bool read_all = worker.io.input().kernel_was_empty() && (event.events & doubts) == 0;
  if (waits_for_input && read_all && connection.edge_triggered) {
    const TimePoint now = calls_.now();
    schedule(key.place, connection, now);
    const bool has_begun = is_under_way(connection.waits_for);
    if (lot_.rest(key, now)) return has_begun ? void() : mind_draining(key);
  }
  park(key.place, connection, read_all ? Watch::edge : Watch::once);
}

void ParkDispatcher::schedule(Place place, const Connection& connection, TimePoint now) noexcept {
  if (connection.waits_for == WaitFor::message) return;  // the entry that there is comes early enough
  const WaitTimes times{.opened = connection.opened, .active = now, .began = connection.wait_began()};
  if (limits_.schedule(place, connection.waits_for, times)) reaper_.nudge();
}

void ParkDispatcher::park(Place place, Connection& connection, Watch watch) {
  watch = prepare(connection, watch);
  const int fd = connection.stream->fd();
  const TimePoint now = calls_.now();
  schedule(place, connection, now);
  const bool has_begun = is_under_way(connection.waits_for);
  const ParkingLot::Key key = lot_.park(place, now);
  if (!arm(EPOLL_CTL_MOD, fd, key, watch)) {
    const int error = errno;
    lot_.keep(key);
    return end(place, {.reason = EndReason::reset, .error = error});
  }
  if (!has_begun) mind_draining(key);
}

ParkDispatcher::Watch ParkDispatcher::prepare(Connection& connection, Watch wanted) noexcept {
  // Its worker waits for what comes, and no other is to be woken by it.
  if (connection.handler->is_conversation()) wanted = Watch::once;
  if (connection.waits_for == WaitFor::room) wanted = Watch::room;
  if (connection.waits_for == WaitFor::turn) wanted = Watch::turn;
  connection.edge_triggered = wanted == Watch::edge;
  return wanted;
}

bool ParkDispatcher::arm(int operation, int fd, ParkingLot::Key key, Watch watch) noexcept {
  std::uint32_t interest = EPOLLONESHOT;
  switch (watch) {
    case Watch::edge:
      interest = std::uint32_t{EPOLLIN} | EPOLLRDHUP | EPOLLPRI | EPOLLET;
      break;
    case Watch::once:
      interest |= EPOLLIN;
      break;
    case Watch::room:
      interest |= EPOLLOUT;
      break;
    case Watch::turn:
      interest |= EPOLLIN | EPOLLOUT;
      break;
  }
  epoll_event event{.events = interest, .data = {.u64 = key.packed()}};
  if (calls_.epoll_ctl(epoll_.get(), operation, fd, &event) != 0) return false;
  lot_.armed(key);
  return true;
}

void ParkDispatcher::mind_draining(ParkingLot::Key key) {
  if (draining_.load(std::memory_order_seq_cst)) end_waiting(key);
}

void ParkDispatcher::end_waiting(ParkingLot::Key key) {
  Connection* connection = lot_.claim(key);
  if (connection == nullptr) return;
  // Something may have begun since the caller looked.
  if (is_under_way(connection->waits_for)) return park(key.place, *connection, Watch::edge);
  end(key.place, {.reason = EndReason::stopping});
}

void ParkDispatcher::end_overdue(ParkingLot::Key key, TimePoint now) {
  Connection* connection = lot_.claim(key);
  if (connection == nullptr) return;
  const auto reason = limits_.exceeded(key.place, now);
  if (!reason || (*reason != EndReason::session_limit && is_ready(*connection)))
    return park(key.place, *connection, Watch::edge);
  if (*reason == EndReason::send_timeout)
    return end(key.place, {.reason = *reason, .stall = diagnose_stall(*connection)});
  end(key.place, {.reason = *reason});
}

bool ParkDispatcher::is_ready(Connection& connection) noexcept {
  if (connection.waits_for == WaitFor::room || connection.waits_for == WaitFor::turn) {
    pollfd room{.fd = connection.stream->fd(), .events = POLLOUT, .revents = 0};
    return calls_.poll(&room, 1, 0) > 0;
  }
  return connection.stream->has_input();
}

void ParkDispatcher::end(Place place, const SessionEnd& how) {
  auto connection = lot_.leave(place);
  // While the reaper drains it, its input is nobody's here.
  if (connection->edge_triggered && close_mode(how) == CloseMode::linger)
    calls_.epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection->stream->fd(), nullptr);
  reaper_.close(std::move(connection), how);
}

void ParkDispatcher::release_workers() {
  released_.wake();
  standby_.release();
}

void ParkDispatcher::drain() {
  for (Place place = 0; place < lot_.size(); ++place) {
    // What is running or arming just now is ended by its worker, which looks at the draining flag when it has parked.
    const auto view = lot_.view(place);
    if (view.parked && !is_under_way(view.waits_for)) end_waiting({place, view.arming});
  }
}

void ParkDispatcher::cut_off() {
  for (Place place = 0; place < lot_.size(); ++place)
    if (const auto view = lot_.view(place); view.parked && lot_.claim({place, view.arming}) != nullptr)
      end(place, {.reason = EndReason::stopping, .cut_off = true});
}

std::optional<TimePoint> ParkDispatcher::sweep(TimePoint now) {
  std::vector<ParkingLot::Key> over;
  const auto next = limits_.look(over, now);
  for (const ParkingLot::Key key : over) end_overdue(key, now);
  const auto look = look_after_workers(now);
  return next && look ? std::min(next, look) : next ? next : look;
}

void ParkDispatcher::reconfigure() {
  limits_.start_anew();
  reaper_.nudge();
}

}  // namespace echopool
