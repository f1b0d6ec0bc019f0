#include "dispatch/park/park_dispatcher.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace echopool {
namespace {

std::optional<TimePoint> earliest(std::initializer_list<std::optional<TimePoint>> times) noexcept {
  std::optional<TimePoint> first;
  for (const auto& time : times)
    if (time && (!first || *time < *first)) first = time;
  return first;
}

/// A message that has begun, and output that is kept, are finished also while draining: the turn that does so ends the
/// connection.
constexpr bool is_under_way(WaitFor what) noexcept { return waits_for_more(what) || what == WaitFor::room; }

}  // namespace

ParkDispatcher::ParkDispatcher(const LiveSettings& settings, SessionRunner& runner, Closer& closer,
                               Housekeeper& housekeeper, const StopState& stop, SessionTotals& totals,
                               SystemCalls& calls)
    : runner_{runner},
      closer_{closer},
      housekeeper_{housekeeper},
      stop_{stop},
      totals_{totals},
      calls_{calls},
      workers_{settings.get()->pool.workers},
      lot_{settings.get()->limits.connections},
      set_{calls},
      standby_{calls.processors(), [this] { standby_.unwatched() ? stall_check_.request() : busy_check_.request(); }},
      stall_check_{workers_, standby_, housekeeper, calls},
      busy_check_{workers_, standby_, lot_, set_, totals, housekeeper},
      sticky_turn_{runner, standby_},
      limits_{settings, lot_, calls.now()},
      input_share_{settings, lot_, totals, housekeeper} {}

std::optional<RefuseReason> ParkDispatcher::admit(std::unique_ptr<Connection>& connection) {
  const TimePoint now = calls_.now();
  const int fd = connection->stream->fd();
  if (connection->opening) connection->waits_for = WaitFor::turn;
  const Watch watch = prepare(*connection, Watch::edge);
  const WaitTimes times{.opened = connection->opened, .active = now, .began = now};
  const ParkingLot::Key key = lot_.admit(std::move(connection), now);
  if (!set_.add(fd, key, watch)) {
    connection = lot_.leave(key.slot);  // no other thread can have seen it
    return RefuseReason::resources;
  }
  lot_.end_arming(key);
  if (limits_.schedule(key.slot, WaitFor::message, times)) housekeeper_.nudge();
  return std::nullopt;
}

bool ParkDispatcher::evict(std::uint64_t source) {
  std::optional<ParkingLot::Key> idlest;
  TimePoint since = TimePoint::max();
  for (Slot slot = 0; slot < lot_.size(); ++slot) {
    const auto view = lot_.view(slot);
    if (!view.parked || view.source != source || view.waits_for == WaitFor::turn || view.times.active >= since)
      continue;
    since = view.times.active;
    idlest = {slot, view.arming};
  }
  Connection* connection = idlest ? lot_.claim(*idlest) : nullptr;
  if (connection == nullptr) return false;
  end_from_outside(idlest->slot, *connection, {.reason = EndReason::evicted});
  return true;
}

void ParkDispatcher::serve(Worker& worker) {
  StallCheck::Post& post = stall_check_.join();
  std::array<epoll_event, ReadyBatch::capacity> events;
  BatchSize size;
  BlockingSense sense{standby_.limits(workers_)};
  LoneTalker alone;
  for (;;) {
    standby_.watch(post.duty);
    const auto [ready, released] = set_.wait(std::span{events}.first(size.next()));
    standby_.serve(post.duty, sense.blocks());
    if (!ready.empty()) {
      post.batch.publish(ready);
      if (ready.size() > 1) stall_check_.request();
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

bool ParkDispatcher::serve_batch(std::span<const epoll_event> ready, LoneTalker& alone, StallCheck::Post& post,
                                 Worker& worker) {
  const std::size_t count = ready.size();
  if (count > 1) alone.forget();
  for (std::size_t i = 0; i < count; ++i) {
    post.batch.advance(i + 1);
    const epoll_event& event = ready[i];
    Connection* connection = take(event);
    if (connection == nullptr) continue;
    const Slot slot = EpollSet::key_of(event).slot;
    if (connection->ending) {
      end(slot, *std::exchange(connection->ending, nullptr));
      continue;
    }
    const bool stays = count == 1 && alone.is_it(connection->id, calls_.now()) && sticky_turn_.try_begin(worker);
    if (stays || connection->handler->is_conversation()) standby_.excuse(post.duty);
    if (!stays) {
      run(event, *connection, worker);
      continue;
    }
    if (const auto how = sticky_turn_.serve(*connection, worker))
      end(slot, *how);
    else
      park(slot, *connection, Watch::once);
    return false;
  }
  return true;
}

Connection* ParkDispatcher::take(const epoll_event& event) {
  return EpollSet::is_worth_a_turn(event) ? lot_.claim(EpollSet::key_of(event)) : nullptr;
}

void ParkDispatcher::run(const epoll_event& event, Connection& connection, Worker& worker) {
  const auto key = EpollSet::key_of(event);
  if (const auto how = runner_.turn(connection, worker, Input::ready)) return end(key.slot, *how);
  const bool waits_for_input = connection.waits_for == WaitFor::message || connection.waits_for == WaitFor::rest;
  const bool read_all = worker.io.input().kernel_was_empty() && !EpollSet::leaves_doubt(event);
  if (waits_for_input && read_all && connection.edge_triggered) {
    const TimePoint now = calls_.now();
    schedule(key.slot, connection, now);
    const bool has_begun = is_under_way(connection.waits_for);
    if (lot_.rest(key, now)) return has_begun ? void() : mind_draining(key);
  }
  park(key.slot, connection, read_all ? Watch::edge : Watch::once);
}

void ParkDispatcher::park(Slot slot, Connection& connection, Watch watch) {
  watch = prepare(connection, watch);
  const int fd = connection.stream->fd();
  const TimePoint now = calls_.now();
  schedule(slot, connection, now);
  const bool has_begun = is_under_way(connection.waits_for);
  const ParkingLot::Key key = lot_.begin_arming(slot, now);
  if (!set_.arm(fd, key, watch)) {
    const int error = errno;
    lot_.fail_arming(key);
    return end(slot, {.reason = EndReason::reset, .error = error});
  }
  const bool wants_share = connection.waits_for == WaitFor::share;
  lot_.end_arming(key);  // from here on it may be another thread's
  if (wants_share) input_share_.request();
  if (!has_begun) mind_draining(key);
}

ParkDispatcher::Watch ParkDispatcher::prepare(Connection& connection, Watch wanted) noexcept {
  // Its worker waits for what comes, and no other is to be woken by it.
  if (connection.handler->is_conversation()) wanted = Watch::once;
  if (connection.waits_for == WaitFor::room) wanted = Watch::room;
  if (connection.waits_for == WaitFor::turn) wanted = Watch::turn;
  if (connection.waits_for == WaitFor::share) wanted = Watch::end;
  connection.edge_triggered = wanted == Watch::edge;
  return wanted;
}

void ParkDispatcher::schedule(Slot slot, const Connection& connection, TimePoint now) noexcept {
  if (connection.waits_for == WaitFor::message) return;  // the entry that there is comes early enough
  const WaitTimes times{.opened = connection.opened, .active = now, .began = connection.wait_began()};
  if (limits_.schedule(slot, connection.waits_for, times)) housekeeper_.nudge();
}

void ParkDispatcher::mind_draining(ParkingLot::Key key) {
  if (stop_.draining()) end_waiting(key);
}

void ParkDispatcher::end_waiting(ParkingLot::Key key) {
  Connection* connection = lot_.claim(key);
  if (connection == nullptr) return;
  // Something may have begun since the caller looked.
  if (is_under_way(connection->waits_for)) return park(key.slot, *connection, Watch::edge);
  end(key.slot, {.reason = EndReason::stopping});
}

void ParkDispatcher::end_overdue(ParkingLot::Key key, TimePoint now) {
  Connection* connection = lot_.claim(key);
  if (connection == nullptr) return;
  const auto reason = limits_.exceeded(key.slot, now);
  if (!reason || (*reason != EndReason::session_limit && is_ready(*connection)))
    return park(key.slot, *connection, Watch::edge);
  if (*reason == EndReason::send_timeout && connection->output &&
      connection->output->peer_has_taken_enough(now, connection->stream->unsent()))
    return park(key.slot, *connection, Watch::edge);
  SessionEnd how{.reason = *reason};
  if (*reason == EndReason::send_timeout) how.stall = diagnose_stall(*connection);
  end_from_outside(key.slot, *connection, how);
}

bool ParkDispatcher::is_ready(Connection& connection) noexcept {
  if (connection.waits_for == WaitFor::share) return false;
  if (connection.waits_for == WaitFor::room || connection.waits_for == WaitFor::turn) {
    pollfd room{.fd = connection.stream->fd(), .events = POLLOUT, .revents = 0};
    return calls_.poll(&room, 1, 0) > 0;
  }
  return connection.stream->has_input();
}

void ParkDispatcher::end_from_outside(Slot slot, Connection& connection, const SessionEnd& how) {
  if (!connection.own_handler || connection.ending) return end(slot, how);
  try {
    connection.ending = std::make_unique<SessionEnd>(how);
  } catch (const std::bad_alloc&) {
    return end(slot, how);
  }
  connection.waits_for = WaitFor::turn;
  park(slot, connection, Watch::turn);
}

void ParkDispatcher::end(Slot slot, const SessionEnd& how) {
  auto connection = lot_.leave(slot);
  // While it lingers, its input is not for the workers.
  if (connection->edge_triggered && close_mode(how) == CloseMode::linger) set_.remove(connection->stream->fd());
  closer_.close(std::move(connection), how);
}

void ParkDispatcher::release_workers() {
  set_.release();
  standby_.release();
}

void ParkDispatcher::drain() {
  for (Slot slot = 0; slot < lot_.size(); ++slot) {
    // What is running or being armed just now is ended by its worker, which reads the state when it has parked.
    const auto view = lot_.view(slot);
    if (view.parked && !is_under_way(view.waits_for)) end_waiting({slot, view.arming});
  }
}

void ParkDispatcher::cut_off() {
  for (Slot slot = 0; slot < lot_.size(); ++slot)
    if (const auto view = lot_.view(slot); view.parked && lot_.claim({slot, view.arming}) != nullptr)
      end(slot, {.reason = EndReason::stopping, .cut_off = true});
}

std::optional<TimePoint> ParkDispatcher::sweep(TimePoint now) {
  std::vector<ParkingLot::Key> over;
  const auto next = limits_.look(over, now);
  for (const ParkingLot::Key key : over) end_overdue(key, now);
  const auto check = stall_check_.check(now, [this](ParkingLot::Key key) {
    if (Connection* connection = lot_.claim(key)) park(key.slot, *connection, Watch::edge);
  });
  const auto share =
      input_share_.hand_out(now, [this](ParkingLot::Key key, bool favoured) { return give_share(key, favoured); });
  return earliest({next, check, share, busy_check_.check(now)});
}

void ParkDispatcher::add_gauges(Stats& stats) const {
  for (Slot slot = 0; slot < lot_.size(); ++slot) {
    const auto view = lot_.view(slot);
    if (!view.parked) continue;
    ++stats.parked;
    if (waits_for_more(view.waits_for)) ++stats.incomplete;
    if (view.waits_for == WaitFor::room) ++stats.flushing;
  }
  stats.ready = busy_check_.count_ready();
  stats.busy_workers = workers_ - std::min(workers_, standby_.not_serving());
}

bool ParkDispatcher::give_share(ParkingLot::Key key, bool favoured) {
  Connection* connection = lot_.claim(key);
  if (connection == nullptr) return false;
  if (favoured) totals_.favoured.store(connection->id, std::memory_order_relaxed);
  connection->waits_for = WaitFor::rest;
  park(key.slot, *connection, Watch::edge);
  return true;
}

void ParkDispatcher::reconfigure() {
  limits_.start_anew();
  housekeeper_.nudge();
}

}  // namespace echopool
