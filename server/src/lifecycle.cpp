#include "lifecycle.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace echopool {
namespace {

using std::chrono::steady_clock;

/// The server whose thread this is.
thread_local const Lifecycle* owner = nullptr;

}  // namespace

void Lifecycle::expect_built(const char* call) const {
  if (!is_built()) throw std::logic_error{std::string{call} + " has to come before start()"};
}

bool Lifecycle::is_built() const {
  const std::lock_guard lock{mutex_};
  return stage_ == Stage::built;
}

bool Lifecycle::has_started() const {
  const std::lock_guard lock{mutex_};
  return stage_ != Stage::built && stage_ != Stage::starting;
}

void Lifecycle::begin_start() {
  const std::lock_guard lock{mutex_};
  if (stage_ != Stage::built)
    throw std::logic_error{
        "a Server can be started once: this one runs, was stopped, or its start has failed; make a new one"};
  stage_ = Stage::starting;
}

void Lifecycle::finish_start() {
  {
    const std::lock_guard lock{mutex_};
    stage_ = Stage::running;
  }
  changed_.notify_all();
}

void Lifecycle::fail_start() noexcept {
  {
    const std::lock_guard lock{mutex_};
    stage_ = Stage::stopped;
  }
  changed_.notify_all();
  wanted_.wake();
}

bool Lifecycle::begin_stop(std::chrono::milliseconds grace) {
  if (owner == this)
    throw std::logic_error{
        "stop() was called on a thread of the server, which would wait for itself; call request_stop() there"};
  wanted_.wake();
  std::unique_lock lock{mutex_};
  const auto end = steady_clock::now() + grace;
  changed_.wait(lock, [this] { return stage_ != Stage::starting; });
  switch (stage_) {
    case Stage::running:
      stage_ = Stage::stopping;
      deadline_ = end;
      return true;
    case Stage::stopping:
      deadline_ = std::min(deadline_, end);
      changed_.wait(lock, [this] { return stage_ == Stage::stopped; });
      return false;
    case Stage::built:
    case Stage::starting:
    case Stage::stopped:
      break;
  }
  stage_ = Stage::stopped;
  return false;
}

void Lifecycle::finish_stop(const StopReport& report) {
  {
    const std::lock_guard lock{mutex_};
    stage_ = Stage::stopped;
    report_ = report;
  }
  changed_.notify_all();
}

bool Lifecycle::grace_is_over() const {
  const std::lock_guard lock{mutex_};
  return steady_clock::now() >= deadline_;
}

StopReport Lifecycle::report() const {
  const std::lock_guard lock{mutex_};
  return report_;
}

void Lifecycle::adopt_this_thread() const noexcept { owner = this; }

}  // namespace echopool
