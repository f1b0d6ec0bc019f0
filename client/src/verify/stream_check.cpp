#include "verify/stream_check.hpp"

#include <algorithm>

namespace echopool::client {

bool StreamCheck::sending(ByteView bytes, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  const auto has_room = [&] { return unanswered_ == 0 || unanswered_ + bytes.size() <= limit_; };
  if (!answered_.wait(lock, stop, has_room)) return false;
  blocks_.emplace_back(bytes.begin(), bytes.end());
  unanswered_ += bytes.size();
  return true;
}

std::optional<Mismatch> StreamCheck::received(ByteView bytes) {
  const std::lock_guard lock{mutex_};
  while (!bytes.empty()) {
    if (blocks_.empty()) return Mismatch{offset_, std::nullopt, bytes.front()};
    const ByteView expected = ByteView{blocks_.front()}.subspan(front_used_);
    const std::size_t size = std::min(expected.size(), bytes.size());
    const auto [at, found] =
        std::mismatch(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size), expected.begin());
    const auto equal = static_cast<std::size_t>(at - bytes.begin());
    offset_ += equal;
    if (equal < size) return Mismatch{offset_, *found, *at};
    unanswered_ -= size;
    front_used_ += size;
    if (front_used_ == blocks_.front().size()) {
      blocks_.pop_front();
      front_used_ = 0;
    }
    bytes = bytes.subspan(size);
  }
  answered_.notify_one();
  return std::nullopt;
}

bool StreamCheck::complete() const {
  const std::lock_guard lock{mutex_};
  return unanswered_ == 0;
}

}  // namespace echopool::client
