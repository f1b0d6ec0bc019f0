#include "deadlock/deadlock_lesson.hpp"

#include "net/waiting.hpp"
#include "verify/pattern.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace echopool::client {
namespace {

constexpr std::chrono::milliseconds look_interval{50};

/// After the last byte, or when interrupted: how long nothing must move before the picture is taken to be final.
constexpr std::chrono::milliseconds rest{300};

/// Why the connection broke; 0: it has not.
int pending_error(int fd) noexcept {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

}  // namespace

DeadlockLesson::DeadlockLesson(const Connection& connection, std::uint64_t key, const LessonSettings& settings,
                               Watch watch)
    : connection_{connection},
      key_{key},
      settings_{settings},
      watch_{std::move(watch)},
      server_{connection.local, connection.peer} {}

LessonReport DeadlockLesson::run() {
  start_ = last_move_ = monotonic_now();
  last_ = look_at(connection_.socket.get());
  if (settings_.read_first)
    wait_for_answer();
  else
    write_all();
  return report_;
}

void DeadlockLesson::observe() {
  const TcpEvidence now = look_at(connection_.socket.get());
  if (!now.same_as(last_)) {
    last_ = now;
    last_move_ = monotonic_now();
  }
  report_.levels = levels_of(report_.written, 0, now, server_.look());
  watch_(report_.levels);
}

bool DeadlockLesson::pause(short events, Nanoseconds limit) {
  const Wait end = wait_for(connection_.socket.get(), events, settings_.interrupt_fd, look_interval);
  report_.interrupted = end == Wait::cancelled;
  // After a break the kernel has forgotten its figures: the last ones seen are kept.
  if (end == Wait::ready) report_.error = pending_error(connection_.socket.get());
  if (report_.interrupted || report_.error != 0) return false;
  observe();
  return monotonic_now() - last_move_ < limit;
}

bool DeadlockLesson::stands_still() const {
  return monotonic_now() - last_move_ >= std::min<Nanoseconds>(settings_.stall_limit, rest);
}

void DeadlockLesson::conclude(bool stalled) {
  report_.until_stall = last_move_ - start_;
  report_.stood_still = monotonic_now() - last_move_;
  report_.evidence.before = report_.evidence.after = last_;
  if (report_.error != 0) return;
  report_.evidence.stalled = stalled;
  report_.evidence.wants_to_send = report_.written < settings_.bytes && !settings_.read_first;
  report_.evidence.after = look_at(connection_.socket.get());
  report_.evidence.server = server_.look();
  report_.levels = levels_of(report_.written, 0, report_.evidence.after, report_.evidence.server);
  report_.verdict = judge(report_.evidence);
}

void DeadlockLesson::write_all() {
  std::vector<std::byte> chunk(settings_.chunk);
  const std::uint64_t most = std::max(settings_.bytes, settings_.most);
  Nanoseconds next_look = start_;
  while (report_.written < most) {
    const auto block = std::span{chunk}.first(std::min<std::uint64_t>(chunk.size(), most - report_.written));
    fill_pattern(block, key_, report_.written);
    // What a blocking send() would do, but for the waiting, which is done where it can be watched and ended.
    const ssize_t put = ::send(connection_.socket.get(), block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put > 0) {
      report_.written += static_cast<std::uint64_t>(put);
      last_move_ = monotonic_now();
      if (last_move_ >= next_look) {
        observe();
        next_look = last_move_ + look_interval;
      }
    } else if (errno == EAGAIN) {
      if (!pause(POLLOUT, settings_.stall_limit)) return conclude(stands_still());
    } else if (errno != EINTR) {
      report_.error = errno;
      return conclude(false);
    }
  }
  while (pause(0, rest)) continue;
  conclude(false);
}

void DeadlockLesson::wait_for_answer() {
  while (pause(0, settings_.stall_limit)) continue;
  conclude(stands_still());
}

}  // namespace echopool::client
