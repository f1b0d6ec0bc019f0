#include "opts/socket_option_rows.hpp"

#include <linux/in.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <sys/socket.h>

#include <array>

// Names that headers older than the kernel may lack (linux/tcp.h, net/udplite.h of the kernel).
#ifndef TCP_AO_ADD_KEY
#define TCP_AO_ADD_KEY 38
#endif
#ifndef TCP_AO_DEL_KEY
#define TCP_AO_DEL_KEY 39
#endif
#ifndef TCP_AO_INFO
#define TCP_AO_INFO 40
#endif
#ifndef TCP_AO_GET_KEYS
#define TCP_AO_GET_KEYS 41
#endif
#ifndef TCP_AO_REPAIR
#define TCP_AO_REPAIR 42
#endif
#ifndef TCP_IS_MPTCP
#define TCP_IS_MPTCP 43
#endif
#ifndef TCP_RTO_MAX_MS
#define TCP_RTO_MAX_MS 44
#endif
#ifndef TCP_RTO_MIN_US
#define TCP_RTO_MIN_US 45
#endif
#ifndef TCP_DELACK_MAX_US
#define TCP_DELACK_MAX_US 46
#endif
#ifndef UDPLITE_SEND_CSCOV
#define UDPLITE_SEND_CSCOV 10
#endif
#ifndef UDPLITE_RECV_CSCOV
#define UDPLITE_RECV_CSCOV 11
#endif

namespace echopool {
namespace {

using enum OptionKind;
using Scope = OptionScope;

constexpr std::array rows{
    SocketOption{"TCP_AO_ADD_KEY", IPPROTO_TCP, TCP_AO_ADD_KEY, action, Scope::tcp, "",
                 "add a key that signs segments (RFC 5925; Linux 6.7)"},
    SocketOption{"TCP_AO_DEL_KEY", IPPROTO_TCP, TCP_AO_DEL_KEY, action, Scope::tcp, "", "take such a key away"},
    SocketOption{"TCP_AO_GET_KEYS", IPPROTO_TCP, TCP_AO_GET_KEYS, structure, Scope::tcp, "",
                 "the keys that sign segments (read only)"},
    SocketOption{"TCP_AO_INFO", IPPROTO_TCP, TCP_AO_INFO, structure, Scope::tcp, "",
                 "which of them is in use, and its counters"},
    SocketOption{"TCP_AO_REPAIR", IPPROTO_TCP, TCP_AO_REPAIR, structure, Scope::tcp, "",
                 "the state of signing, for TCP_REPAIR"},
    SocketOption{"TCP_CC_INFO", IPPROTO_TCP, TCP_CC_INFO, structure, Scope::tcp, "",
                 "what the congestion control knows (read only)"},
    SocketOption{"TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, text, Scope::tcp,
                 "net/ipv4/tcp_allowed_congestion_control", "congestion control algorithm"},
    SocketOption{"TCP_CORK", IPPROTO_TCP, TCP_CORK, flag, Scope::tcp, "",
                 "send full segments only, for at most 200 ms, until switched off"},
    SocketOption{"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds, Scope::tcp, "",
                 "a listener is woken only when there is data; rounded to the times of SYN-ACK retransmissions"},
    SocketOption{"TCP_DELACK_MAX_US", IPPROTO_TCP, TCP_DELACK_MAX_US, integer, Scope::tcp, "",
                 "acknowledgements are delayed at most this many microseconds (Linux 6.15)"},
    SocketOption{"TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, integer, Scope::tcp, "net/ipv4/tcp_fastopen",
                 "a listener takes data in the SYN: how many such requests may wait"},
    SocketOption{"TCP_FASTOPEN_CONNECT", IPPROTO_TCP, TCP_FASTOPEN_CONNECT, flag, Scope::tcp, "net/ipv4/tcp_fastopen",
                 "connect() waits for the first send() and puts its data in the SYN"},
    SocketOption{"TCP_FASTOPEN_KEY", IPPROTO_TCP, TCP_FASTOPEN_KEY, structure, Scope::tcp, "",
                 "the key of this listener's Fast Open cookies"},
    SocketOption{"TCP_FASTOPEN_NO_COOKIE", IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, flag, Scope::tcp, "",
                 "Fast Open without cookies: for closed networks"},
    SocketOption{"TCP_INFO", IPPROTO_TCP, TCP_INFO, structure, Scope::tcp, "",
                 "all that the kernel knows about the connection; 'echopool deadlock' reads it (read only)"},
    SocketOption{"TCP_INQ", IPPROTO_TCP, TCP_INQ, flag, Scope::tcp, "",
                 "recvmsg() tells how much more there is to read"},
    SocketOption{"TCP_IS_MPTCP", IPPROTO_TCP, TCP_IS_MPTCP, flag, Scope::tcp, "",
                 "the connection is a multipath one (read only)"},
    SocketOption{"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, integer, Scope::tcp, "net/ipv4/tcp_keepalive_probes",
                 "unanswered keepalive probes until the connection is given up"},
    SocketOption{"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, seconds, Scope::tcp, "net/ipv4/tcp_keepalive_time",
                 "silence before the first keepalive probe"},
    SocketOption{"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, seconds, Scope::tcp, "net/ipv4/tcp_keepalive_intvl",
                 "between keepalive probes"},
    SocketOption{"TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, seconds, Scope::tcp, "net/ipv4/tcp_fin_timeout",
                 "how long a closed connection waits for the peer's end (FIN_WAIT2)"},
    SocketOption{"TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG, integer, Scope::tcp, "",
                 "largest segment to send and to announce"},
    SocketOption{"TCP_MD5SIG", IPPROTO_TCP, TCP_MD5SIG, action, Scope::tcp, "", "sign every segment (RFC 2385)"},
    SocketOption{"TCP_MD5SIG_EXT", IPPROTO_TCP, TCP_MD5SIG_EXT, action, Scope::tcp, "",
                 "TCP_MD5SIG for a whole network of peers"},
    SocketOption{"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, flag, Scope::tcp, "",
                 "send at once: without it a small write waits for the answer to the last (Nagle)"},
    SocketOption{"TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes, Scope::tcp, "net/ipv4/tcp_notsent_lowat",
                 "poll() says writable only while less than this waits unsent: shorter queues, fresher data"},
    SocketOption{"TCP_QUEUE_SEQ", IPPROTO_TCP, TCP_QUEUE_SEQ, integer, Scope::tcp, "",
                 "sequence number of the chosen queue, for TCP_REPAIR"},
    SocketOption{"TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, flag, Scope::tcp, "",
                 "acknowledge at once; not permanent, the kernel goes back by itself"},
    SocketOption{"TCP_REPAIR", IPPROTO_TCP, TCP_REPAIR, flag, Scope::tcp, "",
                 "take a connection apart and move it (CAP_NET_ADMIN; CRIU)"},
    SocketOption{"TCP_REPAIR_OPTIONS", IPPROTO_TCP, TCP_REPAIR_OPTIONS, action, Scope::tcp, "",
                 "options that were negotiated, for TCP_REPAIR"},
    SocketOption{"TCP_REPAIR_QUEUE", IPPROTO_TCP, TCP_REPAIR_QUEUE, integer, Scope::tcp, "",
                 "which queue to look at, for TCP_REPAIR: 1 receive, 2 send"},
    SocketOption{"TCP_REPAIR_WINDOW", IPPROTO_TCP, TCP_REPAIR_WINDOW, structure, Scope::tcp, "",
                 "windows, for TCP_REPAIR"},
    SocketOption{"TCP_RTO_MAX_MS", IPPROTO_TCP, TCP_RTO_MAX_MS, milliseconds, Scope::tcp, "net/ipv4/tcp_rto_max_ms",
                 "longest wait before a retransmission (Linux 6.15)"},
    SocketOption{"TCP_RTO_MIN_US", IPPROTO_TCP, TCP_RTO_MIN_US, integer, Scope::tcp, "net/ipv4/tcp_rto_min_us",
                 "shortest wait before a retransmission, in microseconds (Linux 6.15)"},
    SocketOption{"TCP_SAVED_SYN", IPPROTO_TCP, TCP_SAVED_SYN, structure, Scope::tcp, "",
                 "the client's SYN, kept by TCP_SAVE_SYN (read only)"},
    SocketOption{"TCP_SAVE_SYN", IPPROTO_TCP, TCP_SAVE_SYN, integer, Scope::tcp, "",
                 "keep the client's SYN for TCP_SAVED_SYN to read"},
    SocketOption{"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, integer, Scope::tcp, "net/ipv4/tcp_syn_retries",
                 "SYNs sent again before connect() gives up"},
    SocketOption{"TCP_THIN_DUPACK", IPPROTO_TCP, TCP_THIN_DUPACK, flag, Scope::tcp, "", "does nothing any more"},
    SocketOption{"TCP_THIN_LINEAR_TIMEOUTS", IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, flag, Scope::tcp,
                 "net/ipv4/tcp_thin_linear_timeouts", "thin streams retransmit without growing pauses"},
    SocketOption{"TCP_TIMESTAMP", IPPROTO_TCP, TCP_TIMESTAMP, integer, Scope::tcp, "net/ipv4/tcp_timestamps",
                 "the clock of the TCP timestamp option (RFC 7323)"},
    SocketOption{"TCP_TX_DELAY", IPPROTO_TCP, TCP_TX_DELAY, integer, Scope::tcp, "",
                 "hold every segment back this many microseconds: an emulated long path (needs the fq queue)"},
    SocketOption{"TCP_ULP", IPPROTO_TCP, TCP_ULP, text, Scope::tcp, "net/ipv4/tcp_available_ulp",
                 "a layer upon TCP in the kernel: tls"},
    SocketOption{"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds, Scope::tcp, "",
                 "give the connection up when sent data stays unacknowledged this long (RFC 5482); 0: the system's"},
    SocketOption{"TCP_WINDOW_CLAMP", IPPROTO_TCP, TCP_WINDOW_CLAMP, bytes, Scope::tcp, "",
                 "largest window to offer to the peer"},
    SocketOption{"TCP_ZEROCOPY_RECEIVE", IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, structure, Scope::tcp, "",
                 "map received pages into memory instead of copying"},

    SocketOption{"UDPLITE_RECV_CSCOV", IPPROTO_UDP, UDPLITE_RECV_CSCOV, integer, Scope::udp, "",
                 "bytes that a received checksum must cover; for UDP-Lite (RFC 3828)"},
    SocketOption{"UDPLITE_SEND_CSCOV", IPPROTO_UDP, UDPLITE_SEND_CSCOV, integer, Scope::udp, "",
                 "bytes that a sent checksum covers; for UDP-Lite (RFC 3828)"},
    SocketOption{"UDP_CORK", IPPROTO_UDP, UDP_CORK, flag, Scope::udp, "",
                 "gather what is sent into one datagram until switched off"},
    SocketOption{"UDP_ENCAP", IPPROTO_UDP, UDP_ENCAP, integer, Scope::udp, "",
                 "the socket carries a tunnel: 2 ESP, 3 L2TP"},
    SocketOption{"UDP_GRO", IPPROTO_UDP, UDP_GRO, flag, Scope::udp, "",
                 "receive several datagrams of one size as one large buffer"},
    SocketOption{"UDP_NO_CHECK6_RX", IPPROTO_UDP, UDP_NO_CHECK6_RX, flag, Scope::udp, "",
                 "accept IPv6 datagrams without checksums"},
    SocketOption{"UDP_NO_CHECK6_TX", IPPROTO_UDP, UDP_NO_CHECK6_TX, flag, Scope::udp, "",
                 "send IPv6 datagrams without checksums"},
    SocketOption{"UDP_SEGMENT", IPPROTO_UDP, UDP_SEGMENT, integer, Scope::udp, "",
                 "cut one large buffer into datagrams of this size (GSO)"},
};

}  // namespace

std::span<const SocketOption> transport_level_options() noexcept { return rows; }

}  // namespace echopool
