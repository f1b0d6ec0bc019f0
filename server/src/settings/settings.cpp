#include "limits/access_list.hpp"

#include <echopool/settings.hpp>

#include <string>
#include <utility>

namespace echopool {
namespace {

constexpr std::size_t most_workers = 4096;
constexpr std::size_t most_connections = 10'000'000;
constexpr ByteSize least_stack = 128_KiB;
constexpr std::size_t most_batch = 1024;
constexpr std::chrono::hours longest{24 * 365};

/// Collects the sentences about what is wrong.
class Checks {
 public:
  void that(bool right, const std::string& sentence) {
    if (!right) list_.push_back(sentence);
  }
  void limit(const char* name, const Timeout& timeout) {
    using namespace std::chrono_literals;
    that(!timeout || (*timeout >= 1ms && *timeout <= longest), std::string{name} + " must be off, or 1 ms to one year");
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

}  // namespace

std::vector<std::string> ServerSettings::validate() const {
  Checks check;
  check.that(pool.workers >= 1 && pool.workers <= most_workers, "pool.workers must be 1 to 4096");
  check.that(pool.stack_size >= least_stack, "pool.stack_size must be at least 128 KiB");
  check.that(pool.stack_size <= 1024_MiB, "pool.stack_size must be at most 1 GiB");
  check.limit("pool.queue_timeout", pool.queue_timeout);
  check.limit("timeouts.idle", timeouts.idle);
  check.limit("timeouts.receive", timeouts.receive);
  check.limit("timeouts.message", timeouts.message);
  check.limit("timeouts.send", timeouts.send);
  check.limit("timeouts.session", timeouts.session);
  check.limit("timeouts.linger", timeouts.linger);
  check.that(timeouts.drain >= std::chrono::milliseconds{0} && timeouts.drain <= longest,
             "timeouts.drain must be 0 to one year");
  check.that(limits.connections >= 1 && limits.connections <= most_connections,
             "limits.connections must be 1 to 10,000,000");
  check.that(!limits.per_source || *limits.per_source >= 1, "limits.per_source must be off, or at least 1");
  check.that(!limits.accept_rate || *limits.accept_rate >= 1, "limits.accept_rate must be off, or at least 1");
  check.that(limits.output_total >= limits.output, "limits.output_total must be at least limits.output");
  check.that(socket.backlog >= 1 && socket.backlog <= 65'535, "socket.backlog must be 1 to 65535");
  check.limit("socket.user_timeout", socket.user_timeout);
  check.that(udp.batch >= 1 && udp.batch <= most_batch, "udp.batch must be 1 to 1024");
  check.that(!udp.rate_per_source || *udp.rate_per_source >= 1, "udp.rate_per_source must be off, or at least 1");
  check.that(!udp.rate_total || *udp.rate_total >= 1, "udp.rate_total must be off, or at least 1");
  for (const std::string& problem : AccessList::problems(access)) check.that(false, problem);
  return check.take();
}

}  // namespace echopool
