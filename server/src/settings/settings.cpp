#include "limits/access_list.hpp"

#include <echopool/settings.hpp>

#include <optional>
#include <string>
#include <utility>

namespace echopool {
namespace {

using std::to_string;

/// Collects the sentences about what is wrong.
class Checks {
 public:
  void that(bool right, const std::string& sentence) {
    if (!right) list_.push_back(sentence);
  }
  void range(const char* name, std::size_t value, std::size_t most) {
    that(value >= 1 && value <= most, std::string{name} + " must be 1 to " + to_string(most));
  }
  void limit(const char* name, const Timeout& timeout) {
    that(!timeout || (*timeout >= TimeoutSettings::shortest && *timeout <= TimeoutSettings::longest),
         std::string{name} + " must be off, or 1 ms to one year");
  }
  template <class Number>
  void limit(const char* name, const std::optional<Number>& number, std::size_t most) {
    that(!number || (*number >= 1 && *number <= most), std::string{name} + " must be off, or 1 to " + to_string(most));
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

}  // namespace

std::vector<std::string> ServerSettings::validate() const {
  Checks check;
  check.range("pool.workers", pool.workers, PoolSettings::most_workers);
  check.that(pool.stack_size >= PoolSettings::least_stack, "pool.stack_size must be at least 128 KiB");
  check.that(pool.stack_size <= PoolSettings::most_stack, "pool.stack_size must be at most 1 GiB");
  check.that(pool.queue <= PoolSettings::longest_queue,  // 0: a connection is handed to a free worker or refused
             "pool.queue must be at most " + to_string(PoolSettings::longest_queue));
  check.limit("pool.queue_timeout", pool.queue_timeout);
  check.limit("timeouts.idle", timeouts.idle);
  check.limit("timeouts.receive", timeouts.receive);
  check.limit("timeouts.message", timeouts.message);
  check.limit("timeouts.send", timeouts.send);
  check.limit("timeouts.session", timeouts.session);
  check.limit("timeouts.linger", timeouts.linger);
  check.that(timeouts.drain >= std::chrono::milliseconds{0} && timeouts.drain <= TimeoutSettings::longest,
             "timeouts.drain must be 0 to one year");
  check.range("limits.connections", limits.connections, LimitSettings::most_connections);
  check.limit("limits.per_source", limits.per_source, LimitSettings::most_connections);
  check.limit("limits.accept_rate", limits.accept_rate, LimitSettings::highest_rate);
  check.that(limits.output <= LimitSettings::most_output, "limits.output must be at most 1 GiB");
  check.that(limits.output_total <= LimitSettings::most_output_total, "limits.output_total must be at most 1 TiB");
  check.that(limits.output_total >= limits.output, "limits.output_total must be at least limits.output");
  check.that(limits.input >= LimitSettings::least_input && limits.input <= LimitSettings::most_input,
             "limits.input must be 64 KiB to 1 TiB");
  check.that(socket.backlog >= 1 && socket.backlog <= SocketSettings::longest_backlog,
             "socket.backlog must be 1 to " + to_string(SocketSettings::longest_backlog));
  check.limit("socket.user_timeout", socket.user_timeout);
  check.range("udp.batch", udp.batch, UdpSettings::largest_batch);
  check.limit("udp.rate_per_source", udp.rate_per_source, LimitSettings::highest_rate);
  check.limit("udp.rate_total", udp.rate_total, LimitSettings::highest_rate);
  for (const std::string& problem : AccessList::problems(access)) check.that(false, problem);
  return check.take();
}

}  // namespace echopool
