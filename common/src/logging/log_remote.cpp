// The remote syslog sink: RFC 3164 over UDP, through Boost.Log's backend.
#include "logging/syslog_backend.hpp"

#include <echopool/error.hpp>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>

namespace echopool {
namespace {

namespace sinks = boost::log::sinks;
namespace keywords = boost::log::keywords;

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

/// The backend adds priority, time and host name; ident and pid are ours to add.
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
      : backend_{keywords::use_impl = sinks::syslog::udp_socket_based, keywords::facility = backend_facility(facility),
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

std::unique_ptr<LineWriter> make_remote_syslog_writer(const std::string& remote, const std::string& facility,
                                                      const std::string& ident) {
  return std::make_unique<RemoteSyslogWriter>(remote, facility, ident);
}

}  // namespace echopool
