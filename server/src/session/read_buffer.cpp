#include "session/read_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace echopool {

std::span<std::byte> ReadBuffer::room() {
  if (mark_ == end_) mark_ = begin_ = end_ = 0;
  if (end_ == storage_.size() && mark_ > 0) {
    std::memmove(storage_.data(), storage_.data() + mark_, end_ - mark_);
    begin_ -= mark_;
    end_ -= mark_;
    mark_ = 0;
  }
  if (end_ == storage_.size()) storage_.resize(storage_.size() + std::max(storage_.size() / 4, large / 4));
  return std::span{storage_}.subspan(end_);
}

void ReadBuffer::grow(std::size_t size) noexcept try {
  assert(mark_ == end_);
  storage_ = std::vector<std::byte>(size);
  mark_ = begin_ = end_ = 0;
} catch (const std::bad_alloc&) {  // the one there is does as well
}

std::optional<std::size_t> ReadBuffer::find_newline(std::size_t from) const noexcept {
  const std::byte* first = storage_.data() + begin_;
  if (from >= size()) return std::nullopt;
  const void* found = std::memchr(first + from, '\n', size() - from);
  if (found == nullptr) return std::nullopt;
  return static_cast<std::size_t>(static_cast<const std::byte*>(found) - first);
}

std::vector<std::byte> ReadBuffer::copy_out() {
  const auto bytes = unread();
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  clear();
  return copy;
}

ReadBuffer::Whole ReadBuffer::hand_out() {
  if (spare_.empty()) spare_.resize(std::min(storage_.size(), 2 * large));  // no more than a stream needs
  Whole whole{std::exchange(storage_, std::move(spare_)), begin_, end_};
  spare_ = {};
  clear();
  return whole;
}

void ReadBuffer::take(std::vector<std::byte>&& storage, std::size_t begin, std::size_t end) {
  assert(empty());
  clear();
  if (storage.size() >= std::min(storage_.size(), large)) {
    spare_ = std::exchange(storage_, std::move(storage));
    begin_ = begin;
    end_ = end;
  } else {
    std::memcpy(storage_.data(), storage.data() + begin, end - begin);
    end_ = end - begin;
  }
  mark_ = begin_;
}

}  // namespace echopool
