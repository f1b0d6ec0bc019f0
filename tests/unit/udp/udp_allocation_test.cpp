#include "datagrams.hpp"
#include "limits/access_list.hpp"
#include "sockaddr.hpp"
#include "udp/udp_server.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

using namespace echopool;
using echopool::test::loopback;
using echopool::test::UdpPeer;

namespace {

std::atomic<std::uint64_t> allocations{0};

/// Asks `count` times and returns how often memory was allocated meanwhile, by any thread.
std::uint64_t allocations_of(int count, const UdpPeer& peer) {
  std::array<char, 1400> datagram{};
  const std::uint64_t before = allocations;
  for (int i = 0; i < count; ++i) {
    if (::send(peer.fd(), datagram.data(), datagram.size(), 0) < 0) std::abort();
    if (::recv(peer.fd(), datagram.data(), datagram.size(), 0) < 0) std::abort();
  }
  return allocations - before;
}

std::uint64_t allocations_with(const DatagramHandler& handler) {
  ServerSettings settings;
  settings.udp.rate_per_source = settings.udp.rate_total = 1'000'000'000;
  const LiveSettings live{settings};
  const Live<AccessList> access{AccessList{{{"127.0.0.0/8"}, {}}}};
  UdpServer server{live, access, SystemCalls::real()};
  const SocketAddress where = to_sockaddr(server.bind(loopback(), {}, handler).front());
  server.start();
  UdpPeer peer;
  BOOST_REQUIRE(::connect(peer.fd(), where.get(), where.length) == 0);
  static_cast<void>(allocations_of(10, peer));
  return allocations_of(1'000, peer);
}

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

BOOST_AUTO_TEST_CASE(an_echoed_datagram_allocates_nothing) {
  BOOST_TEST(allocations_with([](Datagram& datagram) { datagram.reply(datagram.data()); }) == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_kind_allocates_nothing_once_there_was_one_of_its_size) {
  static constexpr std::array<std::byte, 1400> answer{};
  BOOST_TEST(allocations_with([](Datagram& datagram) { datagram.reply(answer); }) == 0U);
}

BOOST_AUTO_TEST_CASE(an_allocation_would_be_noticed) {
  BOOST_TEST(allocations_with([](Datagram& datagram) {
               const auto memory = std::make_unique<std::array<std::byte, 64>>();
               datagram.reply(*memory);
             }) >= 1'000U);
}
