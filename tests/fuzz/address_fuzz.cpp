// Endpoints, address blocks, durations and sizes: what is taken as one is written as what is read as the same again.
#include "cidr.hpp"
#include "fuzz.hpp"
#include "options/units.hpp"
#include "quantity.hpp"

#include <echopool/endpoint.hpp>

#include <string>

using namespace echopool;
using namespace std::chrono_literals;
using echopool::fuzz::require;

namespace {

template <class Read, class Write>
void reads_what_it_writes(std::string_view text, Read read, Write write) {
  try {
    const auto value = read(text);
    require(read(write(value)) == value);
  } catch (const std::invalid_argument& error) {
    require(error.what()[0] != '\0');
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::as_text(data, size);
  reads_what_it_writes(text, Endpoint::parse, [](const Endpoint& value) { return value.to_string(); });
  reads_what_it_writes(text, Cidr::parse, [](const Cidr& value) { return value.to_string(); });
  reads_what_it_writes(
      text, [](std::string_view from) { return to_duration(from, 0ms, 1000h); }, exact_duration);
  reads_what_it_writes(
      text, [](std::string_view from) { return to_size(from, 0_B, ByteSize{std::size_t{1} << 40}); },
      [](ByteSize value) { return exact_size(value.bytes()); });
  reads_what_it_writes(
      text, [](std::string_view from) { return to_number(from, 0, UINT64_MAX); },
      [](std::uint64_t value) { return std::to_string(value); });
  try {
    const Cidr block = Cidr::parse(text);
    require(block.contains(Endpoint{block.family, block.address, 1}));
  } catch (const std::invalid_argument&) {
    return 0;
  }
  return 0;
}
