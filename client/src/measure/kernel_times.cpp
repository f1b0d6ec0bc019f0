#include "measure/kernel_times.hpp"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace echopool::client {
namespace {

constexpr std::size_t most_unanswered = 65'536;

/// Big enough for a time stamp and an extended error with its address.
using Control = std::array<std::byte, 512>;

Nanoseconds software_stamp(const cmsghdr* control) noexcept {
  scm_timestamping stamps{};
  std::memcpy(&stamps, CMSG_DATA(control), sizeof stamps);
  return std::chrono::seconds{stamps.ts[0].tv_sec} + Nanoseconds{stamps.ts[0].tv_nsec};
}

bool is_extended_error(const cmsghdr* control) noexcept {
  return (control->cmsg_level == SOL_IP && control->cmsg_type == IP_RECVERR) ||
         (control->cmsg_level == SOL_IPV6 && control->cmsg_type == IPV6_RECVERR);
}

}  // namespace

Reception receive_with_times(int fd, std::span<std::byte> into) noexcept {
  alignas(cmsghdr) Control control;
  iovec block{into.data(), into.size()};
  msghdr message{};
  message.msg_iov = &block;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Reception reception;
  reception.size = ::recvmsg(fd, &message, MSG_DONTWAIT);
  if (reception.size < 0) return reception;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPING) continue;
    const Nanoseconds stamp = software_stamp(part);
    if (stamp.count() > 0) reception.kernel_time = stamp;
  }
  return reception;
}

std::uint64_t queue_drops(int fd) noexcept {
  std::array<std::uint32_t, SK_MEMINFO_VARS> figures{};
  socklen_t length = sizeof figures;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, figures.data(), &length) != 0) return 0;
  return figures[SK_MEMINFO_DROPS];
}

KernelTimes::KernelTimes(int fd) noexcept : fd_{fd} {
  const int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
                    SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
  enabled_ = ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

int KernelTimes::collect() {
  int network_error = 0;
  for (;;) {
    alignas(cmsghdr) Control control;
    std::array<std::byte, 64> payload;
    iovec block{payload.data(), payload.size()};
    msghdr message{};
    message.msg_iov = &block;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(fd_, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return network_error;
    std::optional<Nanoseconds> stamp;
    std::optional<std::uint32_t> id;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
      if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPING) stamp = software_stamp(part);
      if (!is_extended_error(part)) continue;
      sock_extended_err error{};
      std::memcpy(&error, CMSG_DATA(part), sizeof error);
      if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
        id = error.ee_data;
      else
        network_error = static_cast<int>(error.ee_errno);
    }
    if (sent_.size() >= most_unanswered) sent_.clear();
    if (stamp && id) sent_.emplace(*id, *stamp);
  }
}

std::optional<Nanoseconds> KernelTimes::round_trip(std::uint32_t id, std::optional<Nanoseconds> received) {
  const auto sent = sent_.find(id);
  if (!enabled_ || sent == sent_.end()) return std::nullopt;
  const Nanoseconds departure = sent->second;
  sent_.erase(sent);
  if (!received || *received < departure) return std::nullopt;
  return *received - departure;
}

}  // namespace echopool::client
