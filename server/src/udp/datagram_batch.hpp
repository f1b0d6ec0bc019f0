// The datagrams of one recvmmsg(2) and their answers, in buffers allocated once. Internal. Belongs to the UDP thread.
#pragma once

#include "kernel/system_calls.hpp"
#include "udp/datagram_admission.hpp"
#include "udp/udp_listener.hpp"

#include <echopool/datagram.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace echopool {

/// receive(), then for each datagram describe() and, if it may be answered, its handler and take_answer(); then send().
class DatagramBatch {
 public:
  /// What became of the answers.
  struct Sent {
    std::uint64_t answered = 0;
    std::uint64_t bytes = 0;
    std::uint64_t failed = 0;
  };

  /// Room for `capacity` datagrams of any size. It is address space: memory is used as far as datagrams reach into it.
  explicit DatagramBatch(std::size_t capacity);
  DatagramBatch(const DatagramBatch&) = delete;
  DatagramBatch& operator=(const DatagramBatch&) = delete;

  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }

  /// Takes what is there without waiting. How many, or -1 and errno. Ends the life of the datagrams before.
  int receive(const UdpListener& from, SystemCalls& calls) noexcept;

  /// The `i`-th of those just received: its addresses, and the datagram made ready for a handler.
  [[nodiscard]] const DatagramPath& describe(std::size_t i, const UdpListener& from) noexcept;
  [[nodiscard]] Datagram& datagram(std::size_t i) noexcept {
    assert(i < taken_);
    return slots_[i].datagram;
  }
  [[nodiscard]] bool truncated(std::size_t i) const noexcept;

  /// Queues the answer that the handler gave to the `i`-th, if it gave one.
  void take_answer(std::size_t i) noexcept;

  /// Sends the queued answers. One that cannot be sent is given up and does not stop the rest.
  Sent send(const UdpListener& through, SystemCalls& calls) noexcept;

 private:
  struct Slot {
    sockaddr_in6 peer{};  // as large as either family needs
    iovec received{};
    iovec answer{};
    DatagramPath path;
    Datagram datagram;
    // Both families' destinations, and room for what an inherited socket may have asked for besides.
    alignas(cmsghdr) std::array<std::byte, 192> control{};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))> answer_control{};
  };

  void make_ready(std::size_t i) noexcept;
  static std::size_t write_source(Slot& slot) noexcept;

  std::unique_ptr<std::byte[]> buffers_;
  std::vector<Slot> slots_;
  std::vector<mmsghdr> received_;
  std::vector<mmsghdr> answers_;
  std::size_t taken_ = 0;
  std::size_t queued_ = 0;
};

}  // namespace echopool
