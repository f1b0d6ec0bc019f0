// What a Server and each of its services can be told: plain structs with working defaults, checked by validate().
// Installed. Plain values, any thread; a Server copies them.
#pragma once

#include <echopool/export.hpp>
#include <echopool/literals.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace echopool {

/// What happens to a connection that waits for input.
enum class IdleConnections : std::uint8_t {
  park,  ///< it waits in a shared epoll set and costs no thread
  hold,  ///< it keeps its worker: the classic thread-pool discipline
};

/// What happens to a new connection when there is no room for it.
enum class Overflow : std::uint8_t {
  wait,    ///< it stays in the kernel's backlog until there is
  refuse,  ///< it is reset at once
  /// It takes the place of another: of those of the source that has most, the one that has been idle longest is closed
  /// (park only). A source's only connection is left alone; where all sources have one, the new one is reset.
  evict,
};

/// The threads that run handlers, and how connections come to them.
struct PoolSettings {
  static constexpr std::size_t most_workers = 4096;     ///< the upper bound of `workers`
  static constexpr ByteSize least_stack = 128_KiB;      ///< the lower bound of `stack_size`
  static constexpr ByteSize most_stack = 1024_MiB;      ///< the upper bound of `stack_size`
  static constexpr std::size_t longest_queue = 65'536;  ///< the upper bound of `queue`

  std::size_t workers = 16;                      ///< threads that run handlers; all exist before the first accept
  IdleConnections idle = IdleConnections::park;  ///< what becomes of a connection that waits for input
  ByteSize stack_size = 256_KiB;                 ///< of each worker
  std::size_t queue = 64;                        ///< hold only: accepted connections that may wait for a worker
  Timeout queue_timeout = 5s;                    ///< hold only: a connection that has waited this long is reset
  Overflow overflow = Overflow::wait;            ///< what becomes of a new connection when there is no room
};

/// How long anything may take. nullopt is "for ever".
struct TimeoutSettings {
  static constexpr std::chrono::milliseconds shortest{1};       ///< the lower bound of each but `drain`
  static constexpr std::chrono::milliseconds longest = 8'760h;  ///< the upper bound of each: a year

  Timeout idle = 60s;     ///< between messages
  Timeout receive = 30s;  ///< one blocking read within a message (SO_RCVTIMEO, socket(7))
  Timeout message = 30s;  ///< a message from its first byte to its last
  /// Output that is kept: in each such time the peer has to take an eighth of what waits. A write that waits on its
  /// worker: all of it (SO_SNDTIMEO, socket(7)).
  Timeout send = 30s;
  Timeout session{};    ///< a connection's life
  Timeout linger = 2s;  ///< draining the input of a connection that we end, so that the peer gets all we sent
  std::chrono::milliseconds drain = 10s;  ///< run_until_signal: what is running may take this long to finish
};

/// How much of everything. What is beyond waits, or is refused as `pool.overflow` says.
struct LimitSettings {
  static constexpr std::size_t most_connections = 10'000'000;  ///< the upper bound of `connections`
  static constexpr std::uint32_t highest_rate = 100'000'000;   ///< the upper bound of every rate, also of UDP
  static constexpr ByteSize most_output = 1024_MiB;            ///< the upper bound of `output`
  static constexpr ByteSize most_output_total = 1048576_MiB;   ///< the upper bound of `output_total`
  static constexpr ByteSize least_input = 64_KiB;              ///< the lower bound of `input`
  static constexpr ByteSize most_input = 1048576_MiB;          ///< the upper bound of `input`

  std::size_t connections = 10'000;            ///< open at once
  std::optional<std::size_t> per_source{};     ///< open at once from one IPv4 address or one IPv6 /64
  std::optional<std::uint32_t> accept_rate{};  ///< new connections a second; more wait in the kernel's backlog
  ByteSize output = 256_KiB;       ///< park only: kept of one connection's output that its peer does not take
  ByteSize output_total = 64_MiB;  ///< park only: the same of all connections; a write beyond either waits
  /// Park only: kept of the unfinished messages of all connections. Beyond it nothing more of them is read, but of one
  /// at a time, the oldest.
  ByteSize input = 64_MiB;
};

/// Lists of `192.0.2.0/24`, `2001:db8::/32` or single addresses. The longest matching prefix wins, a tie denies. With
/// an empty allow list everything that is not denied is allowed; otherwise what matches nothing is denied.
struct AccessSettings {
  std::vector<std::string> allow{};  ///< the peers that may connect
  std::vector<std::string> deny{};   ///< the peers that may not
};

/// Socket options (socket(7), tcp(7)); set once on the listeners and inherited by connections.
struct SocketSettings {
  static constexpr int longest_backlog = 65'535;  ///< the upper bound of `backlog`

  int backlog = 511;                         ///< connections that may wait in the kernel to be accepted (listen(2))
  bool reuse_address = true;                 ///< TCP only: on UDP it would let another process steal datagrams
  bool reuse_port = false;                   ///< SO_REUSEPORT: another process of the same user may share the port
  bool keepalive = true;                     ///< SO_KEEPALIVE: notice peers that are gone without a word
  bool nodelay = true;                       ///< TCP_NODELAY: a small answer leaves at once
  Timeout user_timeout{};                    ///< TCP_USER_TIMEOUT
  std::optional<ByteSize> receive_buffer{};  ///< SO_RCVBUF; the kernel's choice without
  std::optional<ByteSize> send_buffer{};     ///< SO_SNDBUF
};

/// Limits of the UDP services; the rates are in datagrams a second, nullopt is "no limit".
struct UdpSettings {
  static constexpr std::size_t largest_batch = 1024;  ///< the upper bound of `batch`

  std::optional<std::uint32_t> rate_per_source = 1'000;  ///< datagrams a second answered to one source
  std::optional<std::uint32_t> rate_total = 100'000;     ///< datagrams a second answered in all
  std::size_t batch = 64;                                ///< datagrams taken in one recvmmsg(2)
};

/// Everything a Server can be told. The defaults work.
struct ServerSettings {
  PoolSettings pool;         ///< threads
  TimeoutSettings timeouts;  ///< times
  LimitSettings limits;      ///< numbers
  AccessSettings access;     ///< peers that may connect, and send datagrams
  SocketSettings socket;     ///< socket options
  UdpSettings udp;           ///< UDP

  /// What is wrong with these settings, one sentence each, naming the member; empty when they can be used.
  [[nodiscard]] ECHOPOOL_EXPORT std::vector<std::string> validate() const;
};

/// Which side speaks first on a new connection.
enum class Opens : std::uint8_t {
  client,  ///< the handler is called when the peer has sent something
  /// The handler is called once at accept, before there is input: Session::opening() is true in that call, and it must
  /// not read (a read throws std::logic_error, and the connection ends as `handler_error`). Then as above. A handler
  /// for a whole conversation is called at accept too, and may read.
  server,
};

/// What becomes of a read of a parked connection's handler for messages that finds too little. It makes no difference
/// under `pool.idle = hold`, to conversations, nor to handlers that are noexcept: their reads wait on their worker.
enum class Reads : std::uint8_t {
  /// The call ends (by an exception that is no std::exception), what it has read is given back, and the handler is
  /// called
  /// again from its beginning when that very read can be satisfied; meanwhile no worker is held. So read first, then
  /// act:
  /// what a handler does before such a read, it does twice. A write in the same call ends it: reads behind one wait.
  restart,
  /// The read waits on its worker, as long as `timeouts.receive` and `timeouts.message` allow: as many peers as there
  /// are
  /// workers can stop the service for that long by sending half a message. For handlers that must not be called twice
  /// for a message, where all peers are trusted; framing.hpp needs neither.
  wait,
};

/// What one TCP service can be told, besides what ServerSettings say for all of them. Written where the service is:
/// `serve_tcp(where, handler, {.opens = Opens::server})`.
struct ServiceSettings {
  Opens opens = Opens::client;   ///< which side speaks first
  Reads reads = Reads::restart;  ///< what a read does that finds too little
};

}  // namespace echopool
