#include "deadlock/peer_queues.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace echopool::client {
namespace {

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 query;
};

void copy_address(const Endpoint& endpoint, __be32* into) noexcept {
  std::memcpy(into, endpoint.address().data(), endpoint.family() == Endpoint::Family::v6 ? 16 : 4);
}

/// The peer's socket has our addresses the other way round.
Request request_for(const Endpoint& local, const Endpoint& peer) noexcept {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.query.sdiag_family = peer.family() == Endpoint::Family::v6 ? AF_INET6 : AF_INET;
  request.query.sdiag_protocol = IPPROTO_TCP;
  request.query.idiag_states = ~0U;
  request.query.id.idiag_sport = htons(peer.port());
  request.query.id.idiag_dport = htons(local.port());
  copy_address(peer, request.query.id.idiag_src);
  copy_address(local, request.query.id.idiag_dst);
  request.query.id.idiag_cookie[0] = request.query.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

}  // namespace

PeerSocketLookup::PeerSocketLookup(const Endpoint& local, const Endpoint& peer)
    : local_{local}, peer_{peer}, netlink_{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)} {
  const timeval limit{1, 0};
  if (netlink_) ::setsockopt(netlink_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

std::optional<PeerQueues> PeerSocketLookup::look() const noexcept {
  const Request request = request_for(local_, peer_);
  if (!netlink_ || ::send(netlink_.get(), &request, sizeof request, 0) < 0) return std::nullopt;
  alignas(nlmsghdr) std::array<std::byte, 4096> answer;
  const ssize_t size = ::recv(netlink_.get(), answer.data(), answer.size(), 0);
  constexpr std::size_t needed = NLMSG_LENGTH(sizeof(inet_diag_msg));
  nlmsghdr header{};
  if (size < static_cast<ssize_t>(needed)) return std::nullopt;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  inet_diag_msg message{};
  std::memcpy(&message, answer.data() + NLMSG_HDRLEN, sizeof message);
  return PeerQueues{message.idiag_rqueue, message.idiag_wqueue};
}

}  // namespace echopool::client
