// A bounded hand-over from one producer to many consumers. Internal. All functions may be called from any thread,
// but only one thread may produce: what wait_for_room() promised is then still true for its try_push().
//
// Guarantees: items leave in the order they came; every consumer that waits counts as one more place, so a capacity of
// 0 means "hand over only to somebody who is waiting"; after close() nothing more is taken in, and
// pop() gives nullopt when the queue is empty.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace echopool {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_{capacity} {}

  /// Waits until an item can be pushed: true. False: closed.
  [[nodiscard]] bool wait_for_room() {
    std::unique_lock lock{mutex_};
    producer_waits_ = true;
    room_.wait(lock, [this] { return closed_ || has_room(); });
    producer_waits_ = false;
    return !closed_;
  }

  /// Takes the item, or leaves it alone when there is no room. `waits`: no consumer was free, the item stays for now.
  [[nodiscard]] bool try_push(T& item, bool& waits) {
    {
      const std::lock_guard lock{mutex_};
      if (closed_ || !has_room()) return false;
      items_.push_back(std::move(item));
      waits = items_.size() > consumers_waiting_;
    }
    filled_.notify_one();
    return true;
  }

  /// Waits for an item; nullopt: closed.
  [[nodiscard]] std::optional<T> pop() {
    std::unique_lock lock{mutex_};
    ++consumers_waiting_;
    if (producer_waits_) room_.notify_one();
    filled_.wait(lock, [this] { return closed_ || !items_.empty(); });
    --consumers_waiting_;
    if (items_.empty()) return std::nullopt;
    std::optional<T> item{std::move(items_.front())};
    items_.pop_front();
    if (producer_waits_) room_.notify_one();
    return item;
  }

  /// Takes the oldest item if `unwanted(item)`; nullopt when there is none such.
  template <class Predicate>
  [[nodiscard]] std::optional<T> pop_front_if(Predicate unwanted) {
    const std::lock_guard lock{mutex_};
    if (items_.empty() || !unwanted(items_.front())) return std::nullopt;
    std::optional<T> item{std::move(items_.front())};
    items_.pop_front();
    if (producer_waits_) room_.notify_one();
    return item;
  }

  /// What `look(item)` says of the oldest item; nullopt when there is none.
  template <class Look>
  [[nodiscard]] auto peek_front(Look look) const -> std::optional<decltype(look(std::declval<const T&>()))> {
    const std::lock_guard lock{mutex_};
    if (items_.empty()) return std::nullopt;
    return look(items_.front());
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return items_.size();
  }
  /// How many wait in pop().
  [[nodiscard]] std::size_t idle_consumers() const {
    const std::lock_guard lock{mutex_};
    return consumers_waiting_;
  }

  /// Takes nothing more. What is in the queue can still be popped, or taken out with take_rest().
  void close() {
    {
      const std::lock_guard lock{mutex_};
      closed_ = true;
    }
    room_.notify_all();
    filled_.notify_all();
  }

  [[nodiscard]] std::deque<T> take_rest() {
    std::deque<T> rest;
    const std::lock_guard lock{mutex_};
    rest.swap(items_);
    return rest;
  }

 private:
  [[nodiscard]] bool has_room() const noexcept { return items_.size() < capacity_ + consumers_waiting_; }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<T> items_;  // guarded by mutex_, as is all that follows
  std::size_t consumers_waiting_ = 0;
  bool producer_waits_ = false;
  bool closed_ = false;
};

}  // namespace echopool
