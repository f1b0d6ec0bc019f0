#include "opts/socket_inspection.hpp"

#include "net/network_error.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace echopool::client {
namespace {

bool same_letter(unsigned char a, unsigned char b) noexcept { return std::tolower(a) == std::tolower(b); }

bool contains(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same_letter) != text.end();
}

bool equal(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

/// A word that is an option's whole name means that option alone.
bool is_meant(const SocketOption& option, std::string_view word) {
  const auto options = socket_options();
  const bool is_name =
      std::any_of(options.begin(), options.end(), [&](const auto& each) { return equal(each.name, word); });
  return is_name ? equal(option.name, word) : contains(option.name, word) || contains(option.meaning, word);
}

void grant(int fd, OptionReport& report, const std::string& asked) {
  report.asked = asked;
  report.refused = set_socket_option(fd, *report.option, asked);
  if (report.refused != 0) return;
  report.granted = read_socket_option(fd, *report.option);
  report.granted_note = grant_note(*report.option, asked, report.granted, report.limit);
}

}  // namespace

bool OptionReport::is_unknown() const noexcept { return option->kind != OptionKind::action && fresh.is_unknown(); }

SocketInspection::SocketInspection(const SocketKind& kind) : kind_{kind} {
  socket_ = UniqueFd{::socket(kind.v6 ? AF_INET6 : AF_INET, (kind.udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0)};
  if (!socket_) throw NetworkError{errno, "cannot make a socket: " + explain(errno, Transport::tcp)};
}

bool SocketInspection::has(const SocketOption& option) const noexcept {
  switch (option.scope) {
    case OptionScope::tcp:
      return !kind_.udp;
    case OptionScope::udp:
      return kind_.udp;
    case OptionScope::v4:
      return !kind_.v6;
    case OptionScope::v6:
      return kind_.v6;
    case OptionScope::all:
      break;
  }
  return true;
}

std::vector<OptionReport> SocketInspection::report(const std::vector<std::string>& words,
                                                   const std::vector<OptionWish>& wishes) const {
  std::vector<OptionReport> reports;
  for (const SocketOption& option : socket_options()) {
    const bool wished =
        std::any_of(wishes.begin(), wishes.end(), [&](const auto& wish) { return wish.option == &option; });
    const bool named =
        std::any_of(words.begin(), words.end(), [&](const auto& word) { return is_meant(option, word); });
    const bool wanted = named || (words.empty() && wishes.empty());
    if (!wished && !(wanted && has(option))) continue;
    OptionReport report;
    report.option = &option;
    report.fresh = read_socket_option(socket_.get(), option);
    if (!option.limit.empty()) report.limit = read_sysctl(option.limit);
    reports.push_back(std::move(report));
  }
  for (const OptionWish& wish : wishes)
    for (OptionReport& report : reports)
      if (report.option == wish.option) grant(socket_.get(), report, wish.asked);
  return reports;
}

}  // namespace echopool::client
