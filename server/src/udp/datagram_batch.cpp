#include "udp/datagram_batch.hpp"

#include "sockaddr.hpp"

#include <cerrno>
#include <cstring>
#include <span>

namespace echopool {
namespace {

/// The largest UDP payload is 65,527 bytes (IPv6 without jumbograms, RFC 8200 section 3), so nothing is ever truncated.
constexpr std::size_t buffer_size = 65'536;

/// Buffers a power of two apart would share a few cache sets. 25 lines more between them spread short datagrams over
/// all of the first-level cache's sets, and longer ones over the second level's.
constexpr std::size_t buffer_stride = buffer_size + std::size_t{25} * 64;

template <class Info>
Info read_info(const cmsghdr* header) noexcept {
  Info info;
  std::memcpy(&info, CMSG_DATA(header), sizeof info);
  return info;
}

template <class Info>
std::size_t write_info(std::span<std::byte> control, int level, int type, const Info& info) noexcept {
  cmsghdr header{};
  header.cmsg_level = level;
  header.cmsg_type = type;
  header.cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(control.data(), &header, sizeof header);
  std::memcpy(control.data() + CMSG_LEN(0), &info, sizeof info);
  return CMSG_SPACE(sizeof info);
}

Endpoint v4_destination(const in_pktinfo& info, std::uint16_t port) noexcept {
  Endpoint::Bytes bytes{};
  std::memcpy(bytes.data(), &info.ipi_addr, sizeof info.ipi_addr);
  return Endpoint{Endpoint::Family::v4, bytes, port};
}

Endpoint v6_destination(const in6_pktinfo& info, std::uint16_t port) noexcept {
  Endpoint::Bytes bytes{};
  std::memcpy(bytes.data(), &info.ipi6_addr, sizeof info.ipi6_addr);
  const bool link_local = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr);
  return Endpoint{Endpoint::Family::v6, bytes, port, link_local ? info.ipi6_ifindex : 0};
}

void read_destination(msghdr& header, const UdpListener& from, DatagramPath& path) noexcept {
  const std::uint16_t port = from.local.port();
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      const auto info = read_info<in_pktinfo>(control);
      path.destination = v4_destination(info, port);
      // For a broadcast the kernel gives an address of ours that would do as the source of an answer. It gives none for
      // what came before IP_PKTINFO was set, as a socket from inetd has it waiting: an answer from a broadcast address
      // is refused by the kernel then.
      path.to_us = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr || info.ipi_spec_dst.s_addr == htonl(INADDR_ANY);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      const Endpoint destination = v6_destination(read_info<in6_pktinfo>(control), port);
      if (destination.unmapped() != destination) continue;  // an IPv4 datagram: IP_PKTINFO says more
      path.destination = destination;
      path.to_us = true;
    }
  }
}

}  // namespace

DatagramBatch::DatagramBatch(std::size_t capacity)
    : buffers_{std::make_unique_for_overwrite<std::byte[]>(capacity * buffer_stride)},
      slots_(capacity),
      received_(capacity),
      answers_(capacity) {
  for (std::size_t i = 0; i < capacity; ++i) {
    Slot& slot = slots_[i];
    slot.received = {buffers_.get() + i * buffer_stride, buffer_size};
    msghdr& header = received_[i].msg_hdr;
    header.msg_name = &slot.peer;
    header.msg_iov = &slot.received;
    header.msg_iovlen = 1;
    header.msg_control = slot.control.data();
    make_ready(i);
  }
}

// The kernel writes over these in every message it fills.
void DatagramBatch::make_ready(std::size_t i) noexcept {
  msghdr& header = received_[i].msg_hdr;
  header.msg_namelen = sizeof(sockaddr_in6);
  header.msg_controllen = sizeof(Slot::control);
}

int DatagramBatch::receive(const UdpListener& from, SystemCalls& calls) noexcept {
  for (std::size_t i = 0; i < taken_; ++i) make_ready(i);
  taken_ = 0;
  queued_ = 0;
  const int count =
      calls.recvmmsg(from.socket.get(), received_.data(), static_cast<unsigned>(capacity()), MSG_DONTWAIT);
  if (count > 0) taken_ = static_cast<std::size_t>(count);
  return count;
}

const DatagramPath& DatagramBatch::describe(std::size_t i, const UdpListener& from) noexcept {
  Slot& slot = slots_[i];
  msghdr& header = received_[i].msg_hdr;
  const Endpoint peer = to_endpoint(static_cast<const sockaddr*>(header.msg_name), header.msg_namelen);
  slot.path = {from.takes_mapped ? peer.unmapped() : peer, {}, false};
  read_destination(header, from, slot.path);

  Datagram& datagram = slot.datagram;
  datagram.data_ = {static_cast<const std::byte*>(slot.received.iov_base), received_[i].msg_len};
  datagram.peer_ = slot.path.peer;
  datagram.local_ = slot.path.destination;
  datagram.answered_ = false;
  return slot.path;
}

bool DatagramBatch::truncated(std::size_t i) const noexcept {
  return (received_[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
}

// The interface index stays 0, so that the route decides; but a link-local address means nothing without one (RFC
// 4007).
std::size_t DatagramBatch::write_source(Slot& slot) noexcept {
  const Endpoint& source = slot.path.destination;
  if (source.family() == Endpoint::Family::v4) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source.address().data(), sizeof info.ipi_spec_dst);
    return write_info(slot.answer_control, IPPROTO_IP, IP_PKTINFO, info);
  }
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, source.address().data(), sizeof info.ipi6_addr);
  info.ipi6_ifindex = source.scope();
  return write_info(slot.answer_control, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

void DatagramBatch::take_answer(std::size_t i) noexcept {
  Slot& slot = slots_[i];
  const Datagram& datagram = slot.datagram;
  if (!datagram.answered_) return;
  // sendmmsg(2) only reads what an iovec points to.
  slot.answer = {const_cast<std::byte*>(datagram.reply_.data()), datagram.reply_.size()};
  msghdr& header = answers_[queued_++].msg_hdr;
  header.msg_name = &slot.peer;
  header.msg_namelen = received_[i].msg_hdr.msg_namelen;
  header.msg_iov = &slot.answer;
  header.msg_iovlen = 1;
  header.msg_control = slot.answer_control.data();
  header.msg_controllen = write_source(slot);
}

// sendmmsg(2) stops at the first message that fails and tells why only when it is the first of a call.
DatagramBatch::Sent DatagramBatch::send(const UdpListener& through, SystemCalls& calls) noexcept {
  Sent sent;
  std::size_t next = 0;
  while (next < queued_) {
    const int count =
        calls.sendmmsg(through.socket.get(), &answers_[next], static_cast<unsigned>(queued_ - next), MSG_DONTWAIT);
    if (count <= 0) {
      if (count < 0 && errno == EINTR) continue;
      ++sent.failed;
      ++next;
      continue;
    }
    for (const std::size_t end = next + static_cast<std::size_t>(count); next < end; ++next)
      sent.bytes += answers_[next].msg_len;
    sent.answered += static_cast<std::uint64_t>(count);
  }
  queued_ = 0;
  return sent;
}

}  // namespace echopool
