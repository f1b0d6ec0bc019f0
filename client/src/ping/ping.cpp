#include "ping/ping.hpp"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>

namespace echopool::client {

PingListener Ping::listener(PingListener next) {
  listener_ = [this, pass_on = std::move(next)](const PingEvent& event) {
    if (event.what == PingHappening::answer) {
      report_.round_trips.record(event.round_trip);
      report_.jitter.record(event.round_trip);
      if (event.kernel_round_trip)
        report_.kernel_round_trips.record(*event.kernel_round_trip);
      else
        report_.unstamped.record(event.round_trip);
    }
    if (event.what == PingHappening::disconnected) ++report_.disconnections;
    pass_on(event);
  };
  return listener_;
}

bool Ping::is_over(const PingChannel& channel, Nanoseconds now) const {
  if (settings_.deadline && now >= start_ + *settings_.deadline) return true;
  return !may_send() && channel.in_flight() == 0;
}

void Ping::send_if_due(PingChannel& channel, const PingListener& listener, Nanoseconds now) {
  if (!may_send()) return;
  if (settings_.adaptive ? channel.in_flight() > 0 : now < due_) return;
  if (settings_.tell_outstanding && sent_ > 0 && channel.in_flight() > 0)
    listener({.what = PingHappening::outstanding, .sequence = sent_ - 1});
  channel.send();
  ++sent_;
  // Being held up does not lead to a burst: the schedule goes on from here.
  due_ = std::max(due_ + settings_.interval, now);
}

std::optional<Nanoseconds> Ping::next_event(const PingChannel& channel) const {
  std::optional<Nanoseconds> next = channel.next_deadline();
  const auto consider = [&next](Nanoseconds at) { next = next ? std::min(*next, at) : at; };
  if (may_send() && !settings_.adaptive) consider(due_);
  if (may_send() && settings_.adaptive && channel.in_flight() == 0) consider(start_);
  if (settings_.deadline) consider(start_ + *settings_.deadline);
  return next;
}

bool Ping::wait(PingChannel& channel, Nanoseconds now) {
  timespec timeout{};
  const auto next = next_event(channel);
  if (next && *next > now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*next - now);
    timeout.tv_sec = seconds.count();
    timeout.tv_nsec = (*next - now - seconds).count();
  }
  const int wanted = settings_.progress_wanted == nullptr ? -1 : settings_.progress_wanted->fd();
  std::array<pollfd, 3> watched{
      {{channel.fd(), channel.events(), 0}, {settings_.interrupt_fd, POLLIN, 0}, {wanted, POLLIN, 0}}};
  ::ppoll(watched.data(), watched.size(), &timeout, nullptr);  // nothing to wait for: it is over
  if (watched[2].revents != 0) {
    settings_.progress_wanted->drain();
    progress_(snapshot(channel));
  }
  return watched[1].revents == 0;
}

PingReport Ping::snapshot(const PingChannel& channel) const {
  PingReport report = report_;
  const Nanoseconds now = monotonic_now();
  report.totals = channel.totals(now);
  report.queue_drops = channel.queue_drops();
  report.duration = now - start_;
  return report;
}

PingReport Ping::run(PingChannel& channel) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // by default the kernel rounds our waits to 50 us
  report_.started = realtime_now();
  start_ = due_ = monotonic_now();
  for (;;) {
    channel.receive();
    const Nanoseconds now = monotonic_now();
    if (is_over(channel, now)) break;
    send_if_due(channel, listener_, now);
    if (!wait(channel, monotonic_now())) {
      report_.interrupted = true;
      channel.receive();
      break;
    }
  }
  return snapshot(channel);
}

}  // namespace echopool::client
