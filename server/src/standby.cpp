#include "standby.hpp"

#include <cerrno>

namespace echopool {

Standby::Standby() noexcept { ::sem_init(&calls_, 0, 0); }

Standby::~Standby() { ::sem_destroy(&calls_); }

// Whoever stands by says so and then looks whether anybody watches; whoever stops watching says so and then looks
// whether anybody stands by. Sequentially consistent, so that one of the two sees the other.

void Standby::watch() noexcept {
  if (watching_.fetch_add(1, std::memory_order_seq_cst) < watchers) return;
  watching_.fetch_sub(1, std::memory_order_seq_cst);
  standing_by_.fetch_add(1, std::memory_order_seq_cst);
  const bool needed = watching_.load(std::memory_order_seq_cst) == 0 || released_.load(std::memory_order_seq_cst);
  if (needed && take_one())
    watching_.fetch_add(1, std::memory_order_seq_cst);
  else
    while (::sem_wait(&calls_) != 0 && errno == EINTR) continue;  // who calls counts this worker among the watchers
}

void Standby::serve() noexcept {
  if (watching_.fetch_sub(1, std::memory_order_seq_cst) != 1 || !take_one()) return;
  watching_.fetch_add(1, std::memory_order_seq_cst);
  ::sem_post(&calls_);
}

void Standby::release() noexcept {
  released_.store(true, std::memory_order_seq_cst);
  while (take_one()) {
    watching_.fetch_add(1, std::memory_order_seq_cst);
    ::sem_post(&calls_);
  }
}

bool Standby::take_one() noexcept {
  int waiting = standing_by_.load(std::memory_order_seq_cst);
  while (waiting > 0)
    if (standing_by_.compare_exchange_weak(waiting, waiting - 1, std::memory_order_seq_cst)) return true;
  return false;
}

}  // namespace echopool
