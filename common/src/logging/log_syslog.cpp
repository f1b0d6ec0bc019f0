// The syslog sinks, through Boost.Log's syslog backend. BOOST_LOG_USE_NATIVE_SYSLOG must be defined here, before its
// header: without it the backend knows only UDP, and sends to 127.0.0.1:514 where nobody listens.
#define BOOST_LOG_USE_NATIVE_SYSLOG

#include "logging/log_writer.hpp"
#include "logging/syslog_protocol.hpp"
#include "unique_fd.hpp"

#include <echopool/error.hpp>

#include <boost/log/core/record_view.hpp>
#include <boost/log/sinks/syslog_backend.hpp>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>

namespace echopool {
namespace {

namespace sinks = boost::log::sinks;
namespace keywords = boost::log::keywords;

sinks::syslog::facility to_boost(const std::string& facility) {
  return sinks::syslog::make_facility(syslog_facility(facility).value());
}

/// glibc keeps the pointer given to openlog(3) after any one writer is gone, so idents live as long as the program.
const char* kept_ident(const std::string& ident) {
  static std::mutex mutex;
  static std::set<std::string> idents;
  const std::lock_guard lock{mutex};
  return idents.insert(ident).first->c_str();
}

/// The backend takes its severity from a function of the record; ours is that of the line being written.
class SyslogWriter : public LineWriter {
 protected:
  void send(sinks::syslog_backend& backend, LogLevel level, const std::string& text) {
    severity_ = syslog_severity(level);
    backend.consume(boost::log::record_view{}, text);
  }
  void map_severity(sinks::syslog_backend& backend) {
    backend.set_severity_mapper(
        [this](const boost::log::record_view&) { return sinks::syslog::make_level(severity_); });
  }

 private:
  int severity_ = LOG_INFO;
};

/// syslog(3). Whatever may wait for glibc's syslog lock, which a hung daemon makes it hold for ever, is done in open(),
/// write() and the destructor: on the sink thread.
class NativeSyslogWriter final : public SyslogWriter {
 public:
  NativeSyslogWriter(const std::string& facility, const std::string& ident)
      : facility_{to_boost(facility)}, ident_{kept_ident(ident)} {}

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
  /// syslog(3) does not tell when nobody listens. Connecting a datagram socket does, and never waits.
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

struct RemoteAddress {
  std::string numeric;
  bool is_v6;
};

RemoteAddress resolve(const std::string& remote, const HostPort& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  std::array<char, NI_MAXHOST> text{};
  int error = ::getaddrinfo(target.host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
  if (error == 0)
    error = ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  if (error == 0) return {text.data(), found->ai_family == AF_INET6};
  throw StartError{0, "cannot find the host of log.remote '" + remote + "' (" + ::gai_strerror(error) +
                          "); check its name, or write its address"};
}

/// RFC 3164 over UDP. The backend adds priority, time and host name; ident and pid are ours to add.
class RemoteSyslogWriter final : public SyslogWriter {
 public:
  RemoteSyslogWriter(const std::string& remote, const std::string& facility, const std::string& ident)
      : RemoteSyslogWriter{split_host_port(remote).value(), remote, facility, ident} {}

  void write(const LogLine& line) override {
    text_.assign(tag_).append(line.text);
    if (text_.size() > room_) cut(text_);
    send(backend_, line.level, text_);
  }

 private:
  RemoteSyslogWriter(const HostPort& target, const std::string& remote, const std::string& facility,
                     const std::string& ident)
      : RemoteSyslogWriter{resolve(remote, target), target.port, facility, ident} {}

  RemoteSyslogWriter(const RemoteAddress& address, std::uint16_t port, const std::string& facility,
                     const std::string& ident)
      : backend_{keywords::use_impl = sinks::syslog::udp_socket_based, keywords::facility = to_boost(facility),
                 keywords::ip_version = address.is_v6 ? sinks::v6 : sinks::v4},
        tag_{ident + "[" + std::to_string(::getpid()) + "]: "} {
    backend_.set_target_address(address.numeric, port);
    map_severity(backend_);
    std::array<char, HOST_NAME_MAX + 1> host{};
    ::gethostname(host.data(), host.size() - 1);
    constexpr std::size_t datagram = 1024;  // RFC 3164 section 4.1; the backend cuts there without a word
    room_ = datagram - std::strlen("<191>Jan 31 23:59:59  ") - std::strlen(host.data());
  }

  /// Shortens a line so that it is seen to be cut, between two UTF-8 characters.
  void cut(std::string& text) const {
    constexpr std::string_view ellipsis = "\u2026";
    std::size_t end = room_ - ellipsis.size();
    while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text.append(ellipsis);
  }

  sinks::syslog_backend backend_;
  const std::string tag_;
  std::size_t room_ = 0;
  std::string text_;
};

}  // namespace

std::unique_ptr<LineWriter> make_native_syslog_writer(const std::string& facility, const std::string& ident) {
  return std::make_unique<NativeSyslogWriter>(facility, ident);
}

std::unique_ptr<LineWriter> make_remote_syslog_writer(const std::string& remote, const std::string& facility,
                                                      const std::string& ident) {
  return std::make_unique<RemoteSyslogWriter>(remote, facility, ident);
}

}  // namespace echopool
