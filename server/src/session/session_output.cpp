#include "session/session_output.hpp"

#include <algorithm>
#include <memory>
#include <new>

namespace echopool {
namespace {

/// Answers are collected up to this size; a larger one costs more to copy than a call of its own.
constexpr std::size_t most_collected = 16 * 1024;

}  // namespace

SessionOutput::SessionOutput(SessionState& state) : state_{state} { collected_.reserve(most_collected); }

std::size_t SessionOutput::kept() const noexcept {
  const auto& output = state_.connection->output;
  return output ? output->rest().size() : 0;
}

IoResult SessionOutput::write(std::span<const std::byte> bytes, bool more_input) noexcept {
  if (state_.failure) return {0, IoStatus::reset, 0};
  if (bytes.empty()) return {};
  wrote_ = true;
  if (state_.waits) return send_waiting(bytes);
  if (collected_.size() + bytes.size() <= most_collected && (more_input || !collected_.empty())) {
    collected_.insert(collected_.end(), bytes.begin(), bytes.end());  // within the capacity: no allocation
    if (!more_input && !send_collected()) return {0, IoStatus::reset, 0};
    return {bytes.size(), IoStatus::ok, 0};
  }
  if (!send_collected()) return {0, IoStatus::reset, 0};
  return send_or_keep(bytes);
}

bool SessionOutput::send_collected() noexcept {
  if (collected_.empty()) return true;
  const IoResult result = state_.failure ? IoResult{0, IoStatus::reset, 0} : send_or_keep(collected_);
  collected_.clear();
  return result.ok();
}

IoResult SessionOutput::send_or_keep(std::span<const std::byte> bytes) noexcept {
  std::size_t done = 0;
  if (!state_.connection->output) {
    const IoResult result = state_.connection->stream->try_send(bytes);
    state_.sent += result.bytes;
    if (result.ok()) return result;
    if (result.status != IoStatus::would_block) return failed(result, EndReason::reset);
    done = result.bytes;
  }
  if (!keep(bytes.subspan(done))) {
    if (const IoResult flushed = flush_waiting(); !flushed.ok()) return {done, flushed.status, flushed.error};
    IoResult result = send_waiting(bytes.subspan(done));
    result.bytes += done;
    return result;
  }
  return {bytes.size(), IoStatus::ok, 0};
}

bool SessionOutput::keep(std::span<const std::byte> bytes) noexcept try {
  const LimitSettings& limits = state_.settings->limits;
  if (kept() + bytes.size() > limits.output.bytes()) return false;
  if (state_.totals.output.load(std::memory_order_relaxed) + bytes.size() > limits.output_total.bytes()) return false;
  auto& output = state_.connection->output;
  if (!output)
    output =
        std::make_unique<KeptOutput>(state_.totals.output, state_.calls().now(), state_.connection->stream->unsent());
  output->storage.insert(output->storage.end(), bytes.begin(), bytes.end());
  output->unsent += bytes.size();
  output->charge.set(output->rest().size());
  return true;
} catch (const std::bad_alloc&) {
  auto& output = state_.connection->output;
  if (output && output->rest().empty()) output.reset();
  return false;
}

bool SessionOutput::flush_kept() noexcept {
  auto& output = state_.connection->output;
  if (!output) return true;
  const IoResult result = state_.connection->stream->try_send(output->rest());
  state_.sent += result.bytes;
  output->begin += result.bytes;
  output->charge.set(output->rest().size());
  if (result.ok()) {
    if (output->finishes) state_.connection->stream->finish();
    output.reset();
    return true;
  }
  if (result.status != IoStatus::would_block) failed(result, EndReason::reset);
  return false;
}

IoResult SessionOutput::flush() noexcept {
  if (!send_collected()) return {0, IoStatus::reset, 0};
  return flush_waiting();
}

IoResult SessionOutput::flush_waiting() noexcept {
  if (state_.failure) return {0, IoStatus::reset, 0};
  auto& output = state_.connection->output;
  if (!output) return {};
  const IoResult result = send_waiting(output->rest());
  output->begin += result.bytes;
  output->charge.set(output->rest().size());
  if (result.ok()) output.reset();
  return result;
}

IoResult SessionOutput::send_waiting(std::span<const std::byte> bytes) noexcept {
  const TimeoutSettings& limits = state_.settings->timeouts;
  SessionState::Limit limit{limits.send, EndReason::send_timeout};
  if (limits.session) {
    const TimePoint now = state_.calls().now();
    limit = state_.limit_of(WaitFor::room, now, now, now);
  }
  const WaitingWorker writes{state_.totals.writing};
  const IoResult result = state_.connection->stream->send_all(bytes, limit.wait);
  state_.sent += result.bytes;
  if (result.ok()) return result;
  return failed(result, limit.reason);
}

void SessionOutput::finish() noexcept {
  if (!send_collected()) return;
  if (auto& output = state_.connection->output)
    output->finishes = true;
  else
    state_.connection->stream->finish();
}

IoResult SessionOutput::failed(IoResult result, EndReason timed_out_reason) noexcept {
  const bool timed_out = result.status == IoStatus::timed_out;
  const IoResult told = state_.fail(result, timed_out ? timed_out_reason : EndReason::reset);
  if (told.status == IoStatus::timed_out)
    state_.failure->stall = diagnose_stall(*state_.connection, state_.buffer.size());
  return told;
}

}  // namespace echopool
