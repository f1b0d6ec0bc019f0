// The native syslog sink: syslog(3), through Boost.Log's backend.
#include "logging/syslog_backend.hpp"
#include "unique_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>

namespace echopool {
namespace {

namespace sinks = boost::log::sinks;
namespace keywords = boost::log::keywords;

/// glibc keeps the pointer given to openlog(3) after any one writer is gone, so idents live as long as the program.
const char* kept_ident(const std::string& ident) {
  static std::mutex mutex;
  static std::set<std::string> idents;
  const std::lock_guard lock{mutex};
  return idents.insert(ident).first->c_str();
}

/// syslog(3). Whatever may wait for glibc's syslog lock, which a hung daemon makes it hold for ever, is done in open(),
/// write() and the destructor: on the sink thread.
class NativeSyslogWriter final : public SyslogWriter {
 public:
  NativeSyslogWriter(const std::string& facility, const std::string& ident)
      : facility_{backend_facility(facility)}, ident_{kept_ident(ident)} {}

  ~NativeSyslogWriter() override {
    const std::lock_guard lock{set_up};
    backend_.reset();
  }

  void open() override {
    if (!backend_) {
      const std::lock_guard lock{set_up};
      backend_.emplace(keywords::use_impl = sinks::syslog::native, keywords::facility = facility_,
                       keywords::ident = std::string{ident_});
      map_severity(*backend_);
      ::openlog(ident_, LOG_PID | LOG_NDELAY, facility_);  // the backend asks for no pid
    }
    require_daemon();
  }

  void write(const LogLine& line) override {
    send(*backend_, line.level, line.text);
    require_daemon();
  }

 private:
  /// syslog(3) does not tell when no daemon listens. Connecting a datagram socket does, and never waits.
  void require_daemon() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    static_assert(sizeof(_PATH_LOG) <= sizeof(address.sun_path));
    std::memcpy(address.sun_path, _PATH_LOG, sizeof(_PATH_LOG));
    if (::connect(probe_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return;
    if (errno == ENOENT || errno == ECONNREFUSED)
      throw std::system_error{errno, std::generic_category(), "no syslog daemon at " _PATH_LOG};
  }

  /// The backends of a process share one openlog(3) and closelog(3), counted inside Boost.Log where the thread
  /// sanitizer sees no order. Held by sink threads only.
  static inline std::mutex set_up;

  const sinks::syslog::facility facility_;
  const char* const ident_;
  std::optional<sinks::syslog_backend> backend_;
  UniqueFd probe_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

}  // namespace

std::unique_ptr<LineWriter> make_native_syslog_writer(const std::string& facility, const std::string& ident) {
  return std::make_unique<NativeSyslogWriter>(facility, ident);
}

}  // namespace echopool
