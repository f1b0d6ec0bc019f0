// The client's probes: any bytes may be taken for one; those that are one say so, and those that are not are told apart
// from the one they claim to be.
#include "fuzz.hpp"
#include "verify/probe.hpp"

#include <algorithm>
#include <vector>

using namespace echopool;
using namespace echopool::client;
using echopool::fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto datagram = std::as_bytes(std::span{data, size});
  const auto identity = read_probe(datagram);
  if (identity) {
    static_cast<void>(resembles(datagram, *identity));
    const auto damage = find_damage(datagram, *identity);
    if (damage)
      require(*damage <= std::max<std::size_t>(size, identity->length));
    else
      require(size == identity->length);
  }

  fuzz::Reader input{data, size};
  ProbeIdentity mine;
  mine.run = input.take<std::uint64_t>();
  mine.stream = input.take<std::uint16_t>();
  mine.sequence = input.take<std::uint64_t>();
  mine.scheduled_ns = input.take<std::int64_t>();
  mine.sent_ns = input.take<std::int64_t>();
  mine.length = static_cast<std::uint32_t>(probe_header + input.take<std::uint16_t>() % 2000);
  std::vector<std::byte> written(mine.length);
  write_probe(written, mine);
  require(read_probe(written) == mine && !find_damage(written, mine) && resembles(written, mine));
  const auto at = input.take<std::uint16_t>() % written.size();
  const auto flips = input.take<std::uint8_t>();
  if (flips == 0) return 0;
  written[at] ^= std::byte{flips};
  if (at < probe_header) require(read_probe(written) != mine);
  require(find_damage(written, mine) == at);
  return 0;
}
