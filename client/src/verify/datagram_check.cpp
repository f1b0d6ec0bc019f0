#include "verify/datagram_check.hpp"

#include <algorithm>

namespace echopool::client {
namespace {

/// Where `answer` first differs from what was sent.
Mismatch difference(ByteView sent, ByteView answer, std::uint64_t offset) {
  const auto [in_sent, in_answer] = std::mismatch(sent.begin(), sent.end(), answer.begin(), answer.end());
  Mismatch result{offset + static_cast<std::uint64_t>(in_sent - sent.begin()), std::nullopt, std::nullopt};
  if (in_sent != sent.end()) result.expected = *in_sent;
  if (in_answer != answer.end()) result.actual = *in_answer;
  return result;
}

}  // namespace

bool DatagramCheck::has_room(std::size_t size) const {
  return awaited_ == 0 || (awaited_ < most_datagrams && awaited_bytes_ + size <= most_bytes);
}

bool DatagramCheck::sending(ByteView datagram, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  if (!answered_.wait_for(lock, stop, patience_, [&] { return has_room(datagram.size()); })) {
    if (stop.stop_requested()) return false;
    awaited_ = 0;
    awaited_bytes_ = 0;
  }
  Sent sent{{}, datagram.size(), sent_bytes_};
  if (verify_) sent.bytes.assign(datagram.begin(), datagram.end());
  unanswered_.push_back(std::move(sent));
  sent_bytes_ += datagram.size();
  awaited_ += 1;
  awaited_bytes_ += datagram.size();
  return true;
}

bool DatagramCheck::is_duplicate(ByteView datagram) const {
  return std::any_of(done_.begin(), done_.end(), [&](const auto& old) { return std::ranges::equal(old, datagram); });
}

std::optional<Mismatch> DatagramCheck::received(ByteView datagram) {
  const std::lock_guard lock{mutex_};
  auto match = unanswered_.begin();
  if (verify_) {
    match = std::find_if(match, unanswered_.end(),
                         [&](const Sent& sent) { return std::ranges::equal(sent.bytes, datagram); });
    if (match == unanswered_.end()) {
      if (is_duplicate(datagram)) return std::nullopt;
      if (unanswered_.empty()) return difference({}, datagram, sent_bytes_);
      return difference(unanswered_.front().bytes, datagram, unanswered_.front().offset);
    }
  }
  if (match == unanswered_.end()) return std::nullopt;
  awaited_ -= std::min<std::size_t>(awaited_, 1);
  awaited_bytes_ -= std::min(awaited_bytes_, match->size);
  if (verify_) done_.push_back(std::move(match->bytes));
  if (done_.size() > remembered) done_.pop_front();
  unanswered_.erase(match);
  answered_.notify_one();
  return std::nullopt;
}

std::size_t DatagramCheck::unanswered() const {
  const std::lock_guard lock{mutex_};
  return unanswered_.size();
}

}  // namespace echopool::client
