// The buffer that input is read into: a worker's, used again for every connection it serves. Internal. Belongs to its
// worker.
//
//   0 ────── mark ────── begin ────── end ────── size
//   free     given back   unread       room
//            if the call
//            is restarted
//
// mark == begin as long as nothing may have to be given back.
#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace echopool {

class ReadBuffer {
 public:
  /// Its pages are there before the first connection needs them.
  explicit ReadBuffer(std::size_t size) : storage_(size) {}

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] std::span<const std::byte> unread() const noexcept {
    return std::span{storage_}.subspan(begin_, size());
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return storage_.size(); }

  /// Requires that n bytes are unread.
  void consume(std::size_t n) noexcept {
    assert(n <= size());
    begin_ += n;
    if (!marked_) mark_ = begin_;
  }

  /// What is consumed from here on can be given back.
  void set_mark() noexcept {
    marked_ = true;
    mark_ = begin_;
  }
  /// It no longer can.
  void drop_mark() noexcept {
    marked_ = false;
    mark_ = begin_;
  }
  [[nodiscard]] bool marked() const noexcept { return marked_; }
  [[nodiscard]] std::size_t consumed_since_mark() const noexcept { return begin_ - mark_; }
  /// Everything since the mark is unread again.
  void give_back() noexcept {
    assert(marked_);
    begin_ = mark_;
  }

  /// Room behind what is unread, at least one byte; grows the buffer only when it is full, by a quarter. Moves what is
  /// unread: views of it are no longer valid. Throws std::bad_alloc.
  [[nodiscard]] std::span<std::byte> room();
  /// n bytes were written into room().
  void add(std::size_t n) noexcept {
    assert(end_ + n <= storage_.size());
    end_ += n;
  }
  /// Makes an empty buffer this large, if there is memory.
  void grow(std::size_t size) noexcept;

  /// The offset of the first newline at or behind `from`, counted from the first unread byte.
  [[nodiscard]] std::optional<std::size_t> find_newline(std::size_t from) const noexcept;

  /// What is unread, in a vector of its own, or in this buffer's storage, which another takes the place of. Throws
  /// std::bad_alloc. The buffer is empty afterwards.
  [[nodiscard]] std::vector<std::byte> copy_out();
  struct Whole {
    std::vector<std::byte> storage;
    std::size_t begin;
    std::size_t end;
  };
  [[nodiscard]] Whole hand_out();
  /// The reverse: `storage` is copied from, or becomes the buffer's if it is as large, or `large`. Requires that the
  /// buffer is empty. Throws std::bad_alloc.
  void take(std::vector<std::byte>&& storage, std::size_t begin, std::size_t end);

  /// Storage of this size is handed over rather than copied, and little of it is room: a message that comes in many
  /// pieces would otherwise be copied for each of them.
  static constexpr std::size_t large = 64 * 1024;
  [[nodiscard]] bool is_large_and_full() const noexcept { return size() >= large && capacity() - size() <= size() / 4; }

  void clear() noexcept {
    mark_ = begin_ = end_ = 0;
    marked_ = false;
  }

 private:
  std::vector<std::byte> storage_;
  std::vector<std::byte> spare_;  ///< storage for the next hand_out(): pipelined input costs no allocation a turn
  std::size_t mark_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool marked_ = false;
};

}  // namespace echopool
