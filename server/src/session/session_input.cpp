#include "session/session_input.hpp"

#include "session/session_output.hpp"

#include <algorithm>

namespace echopool {
namespace {

/// Input behind which a worker's buffer is handed over as a whole instead of being copied, when it is served soon.
constexpr std::size_t worth_handing_over = 4096;
/// How much of a message is read at first while `limits.input` is reached: a whole one is served, and what is kept of
/// one that is not is little.
constexpr std::size_t first_piece_beyond_limit = 4096;

}  // namespace

void SessionInput::bind(FirstByte first) {
  Connection& connection = *state_.connection;
  conversation_ = connection.handler != nullptr && connection.handler->is_conversation();
  state_.waits = first == FirstByte::may_wait || conversation_;
  state_.buffer.clear();  // a turn that ran out of memory has left the input of another connection
  end_seen_ = false;
  last_read_ = LastRead::none;
  need_ = {};
  seen_ = 0;
  asked_ = false;
  charge_.set(0);
  if (auto kept = std::move(connection.input)) {
    charge_.take(kept->charge);
    state_.buffer.take(std::move(kept->storage), kept->begin, kept->end);
    need_ = kept->need;
    seen_ = kept->seen;
    asked_ = kept->asked;
  }
  message_began_.reset();
  if (asked_ && waits_for_more(connection.waits_for)) message_began_ = connection.message_began;
  begin_message(false);
}

void SessionInput::unbind() {
  if (state_.buffer.empty()) {
    charge_.set(0);
    state_.buffer.clear();
    if (state_.buffer.capacity() > most_given_back) state_.buffer.grow(SessionState::buffer_size);
    return;
  }
  Connection& connection = *state_.connection;
  auto kept = std::make_unique<KeptInput>(state_.totals.input);
  const bool served_soon = !waits_for_more(connection.waits_for) && state_.buffer.size() >= worth_handing_over;
  if (served_soon || state_.buffer.is_large_and_full()) {
    auto whole = state_.buffer.hand_out();
    kept->storage = std::move(whole.storage);
    kept->begin = whole.begin;
    kept->end = whole.end;
  } else {
    kept->storage = state_.buffer.copy_out();
    kept->end = kept->storage.size();
  }
  charge_.set(kept->storage.size());
  kept->charge.take(charge_);
  kept->need = need_;
  kept->seen = seen_;
  kept->asked = asked_;
  connection.input = std::move(kept);
}

void SessionInput::begin_message(bool can_restart) noexcept {
  if (!asked_) message_began_.reset();  // else it is still the same message
  in_message_ = has_buffered();
  consumed_ = false;
  if (can_restart)
    state_.buffer.set_mark();
  else
    state_.buffer.drop_mark();
}

void SessionInput::end_message(bool restarted) noexcept {
  if (restarted) {
    state_.buffer.give_back();
  } else {
    need_ = {};
    seen_ = 0;
    asked_ = false;
  }
  state_.buffer.drop_mark();
}

bool SessionInput::begin_read() noexcept {
  if (conversation_)
    begin_message(false);
  else if (state_.connection->opening)
    return false;
  return true;
}

bool SessionInput::need_is_met() const noexcept {
  if (state_.buffer.size() < need_.bytes) return false;
  if (!need_.line) return true;
  return state_.buffer.find_newline(need_.line_from) || state_.buffer.size() - need_.line_from > need_.line_limit + 1;
}

void SessionInput::need_more() noexcept {
  seen_ = state_.buffer.size();
  need_ = {.bytes = seen_ + 1};
  asked_ = true;
}

SessionState::Limit SessionInput::receive_limit(std::optional<TimePoint> interrupted) noexcept {
  const TimeoutSettings& limits = state_.settings->timeouts;
  if (!interrupted && !limits.session) {
    if (!in_message_) return {limits.idle, EndReason::idle_timeout};
    if (!limits.message) return {limits.receive, EndReason::receive_timeout};
  }
  const TimePoint now = state_.calls().now();
  const TimePoint active = interrupted.value_or(now);
  if (!in_message_) return state_.limit_of(WaitFor::message, active, active, now);
  // The clock starts with the second read of a message: until then nothing has waited, and most messages need one.
  if (!message_began_) message_began_ = now;
  return state_.limit_of(WaitFor::rest, *message_began_, active, now);
}

IoResult SessionInput::note(IoResult result, std::size_t asked) noexcept {
  switch (result.status) {
    case IoStatus::ok:
      state_.received += result.bytes;
      if (result.bytes == asked)
        last_read_ = LastRead::full;
      else
        last_read_ = state_.connection->stream->short_read_means_empty() ? LastRead::emptied : LastRead::partial;
      return result;
    case IoStatus::end:
      if (state_.aborting.stop_requested()) return state_.fail(result, EndReason::stopping);
      end_seen_ = true;
      return result;
    case IoStatus::would_block:
      last_read_ = LastRead::emptied;
      return result;
    case IoStatus::interrupted:
    case IoStatus::timed_out:
      return result;
    default:
      return state_.fail(result, EndReason::reset);
  }
}

bool SessionInput::can_restart() const noexcept { return state_.buffer.marked() && !output_.wrote_in_call(); }

IoResult SessionInput::receive(std::span<std::byte> into) noexcept {
  if (end_seen_ || state_.failure) return {0, end_seen_ ? IoStatus::end : IoStatus::reset, 0};
  if (!state_.waits) {
    const IoResult result = note(state_.connection->stream->try_receive(into), into.size());
    if (result.status != IoStatus::would_block) {
      if (result.ok()) in_message_ = consumed_ = true;
      return result;
    }
    if (can_restart()) return result;
    if (!output_.send_collected()) return {0, IoStatus::reset, 0};
  }
  return receive_waiting(into);
}

IoResult SessionInput::receive_waiting(std::span<std::byte> into) noexcept {
  // An interrupted wait goes on for what is left of its limit, counted from the first interruption: before that no
  // clock was read.
  std::optional<TimePoint> interrupted;
  for (;;) {
    const SessionState::Limit limit = receive_limit(interrupted);
    if (limit.wait && *limit.wait <= std::chrono::milliseconds{0})
      return state_.fail({0, IoStatus::timed_out, 0}, limit.reason);
    const bool interruptible = state_.waits && !in_message_;
    if (interruptible && !begin_waiting()) return state_.fail({0, IoStatus::stopping, 0}, EndReason::stopping);
    const IoResult result = [&] {
      const WaitingWorker reads{state_.totals.reading};
      return note(state_.connection->stream->receive(into, limit.wait), into.size());
    }();
    if (interruptible) end_waiting();
    if (result.status == IoStatus::interrupted) {
      if (!interrupted) interrupted = state_.calls().now();
      continue;
    }
    if (result.status == IoStatus::timed_out) return state_.fail(result, limit.reason);
    if (result.ok()) in_message_ = consumed_ = true;
    return result;
  }
}

IoStatus SessionInput::look() {
  if (end_seen_) return IoStatus::end;
  if (state_.buffer.empty() && last_read_was_full() && state_.buffer.capacity() < buffer_for_streams)
    state_.buffer.grow(buffer_for_streams);
  const bool is_first = state_.buffer.empty();
  auto room = state_.buffer.room();
  if (is_first && is_input_limit_reached()) room = room.first(first_piece_beyond_limit);
  const IoResult result = note(state_.connection->stream->try_receive(room), room.size());
  state_.buffer.add(result.bytes);
  if (!is_first) charge_.set(state_.buffer.size());
  return result.status;
}

bool SessionInput::is_input_limit_reached() const noexcept {
  const std::size_t others = state_.totals.input.load(std::memory_order_relaxed) - charge_.bytes();
  return others + buffered_size() >= state_.settings->limits.input.bytes();
}

bool SessionInput::must_wait_for_share() const noexcept {
  if (!is_input_limit_reached()) return false;
  const Connection& connection = *state_.connection;
  if (state_.totals.favoured.load(std::memory_order_relaxed) == connection.id) return false;
  return connection.stream->has_pending() || connection.stream->unread() > 0;  // an end or an error can be read
}

IoStatus SessionInput::wait_for_more() {
  in_message_ = has_buffered();
  const auto room = state_.buffer.room();
  const IoResult result = receive_waiting(room);
  state_.buffer.add(result.bytes);
  return result.status;
}

IoStatus SessionInput::wait_for_first(std::chrono::milliseconds patience) noexcept {
  if (has_buffered()) return IoStatus::ok;
  const auto room = state_.buffer.room();  // it is empty, so that there is room
  const IoResult result = note(state_.connection->stream->receive(room, patience), room.size());
  state_.buffer.add(result.bytes);
  return result.status;
}

bool SessionInput::begin_waiting() noexcept {
  waiting_.store(true, std::memory_order_seq_cst);
  if (!state_.stop.draining()) return true;
  end_waiting();
  return false;
}

}  // namespace echopool
