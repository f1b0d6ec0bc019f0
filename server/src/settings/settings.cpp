#include "limits/access_list.hpp"

#include <echopool/settings.hpp>

#include <stdexcept>

namespace echopool {
namespace {

constexpr std::size_t most_workers = 4096;
constexpr std::size_t most_connections = 10'000'000;
constexpr ByteSize least_stack = 128_KiB;
constexpr std::size_t most_batch = 1024;
constexpr std::chrono::hours longest{24 * 365};

class Complaints {
 public:
  void unless(bool right, const std::string& sentence) {
    if (!right) list_.push_back(sentence);
  }
  void limit(const char* name, const Timeout& timeout) {
    using namespace std::chrono_literals;
    unless(!timeout || (*timeout >= 1ms && *timeout <= longest),
           std::string{name} + " must be off, or 1 ms to one year");
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

}  // namespace

std::vector<std::string> ServerSettings::validate() const {
  Complaints complain;
  complain.unless(pool.workers >= 1 && pool.workers <= most_workers, "pool.workers must be 1 to 4096");
  complain.unless(pool.stack_size >= least_stack, "pool.stack_size must be at least 128 KiB");
  complain.unless(pool.stack_size <= 1024_MiB, "pool.stack_size must be at most 1 GiB");
  complain.limit("pool.queue_timeout", pool.queue_timeout);
  complain.limit("timeouts.idle", timeouts.idle);
  complain.limit("timeouts.receive", timeouts.receive);
  complain.limit("timeouts.message", timeouts.message);
  complain.limit("timeouts.send", timeouts.send);
  complain.limit("timeouts.session", timeouts.session);
  complain.limit("timeouts.linger", timeouts.linger);
  complain.unless(timeouts.drain >= std::chrono::milliseconds{0} && timeouts.drain <= longest,
                  "timeouts.drain must be 0 to one year");
  complain.unless(limits.connections >= 1 && limits.connections <= most_connections,
                  "limits.connections must be 1 to 10,000,000");
  complain.unless(!limits.per_source || *limits.per_source >= 1, "limits.per_source must be off, or at least 1");
  complain.unless(!limits.accept_rate || *limits.accept_rate >= 1, "limits.accept_rate must be off, or at least 1");
  complain.unless(limits.input >= 64_KiB, "limits.input must be at least 64 KiB");
  complain.unless(limits.output_total >= limits.output, "limits.output_total must be at least limits.output");
  complain.unless(socket.backlog >= 1 && socket.backlog <= 65'535, "socket.backlog must be 1 to 65535");
  complain.limit("socket.user_timeout", socket.user_timeout);
  complain.unless(udp.batch >= 1 && udp.batch <= most_batch, "udp.batch must be 1 to 1024");
  complain.unless(!udp.rate_per_source || *udp.rate_per_source >= 1, "udp.rate_per_source must be off, or at least 1");
  complain.unless(!udp.rate_total || *udp.rate_total >= 1, "udp.rate_total must be off, or at least 1");
  try {
    static_cast<void>(AccessList{access});
  } catch (const std::invalid_argument& error) {
    complain.unless(false, std::string{"access: "} + error.what());
  }
  return complain.take();
}

}  // namespace echopool
