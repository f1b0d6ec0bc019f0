#include "housekeeping/housekeeper.hpp"

#include "poll_timeout.hpp"

#include <algorithm>
#include <utility>

namespace echopool {
namespace {

constexpr ByteSize stack_size = 128_KiB;

}  // namespace

void Housekeeper::start(std::vector<Chore> chores, std::function<void()> begin) {
  chores_ = std::move(chores);
  begin_ = std::move(begin);
  ready_ = {{.fd = wake_.fd(), .events = POLLIN, .revents = 0}};
  for (const Chore& chore : chores_)
    if (chore.fd >= 0) ready_.push_back({.fd = chore.fd, .events = POLLIN, .revents = 0});
  thread_ = Thread{"housekeeper", stack_size, [this] { run(); }};
}

void Housekeeper::stop() {
  stopping_.store(true, std::memory_order_release);
  wake_.wake();
  thread_.join();
}

void Housekeeper::run() {
  if (begin_) begin_();
  for (;;) {
    const bool last = stopping_.load(std::memory_order_acquire);
    const TimePoint now = calls_.now();
    std::optional<TimePoint> next;
    for (const Chore& chore : chores_)
      if (const auto due = chore.work(now)) next = std::min(next.value_or(TimePoint::max()), *due);
    if (last) return;
    calls_.poll(ready_.data(), ready_.size(), poll_timeout(calls_.now(), next));
    if ((ready_.front().revents & POLLIN) != 0) wake_.drain();
  }
}

}  // namespace echopool
