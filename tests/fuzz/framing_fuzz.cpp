// Framed handlers over a stream that comes in pieces: the input is a framing, a plan of pieces, and the stream. The
// same messages and the same end as in one piece, for every plan. Tests: session_runner
#include "fuzz.hpp"

#include <echopool/framing.hpp>
#include <echopool/testing.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace echopool;
using echopool::fuzz::require;

namespace {

struct Found {
  std::vector<std::string> messages;
  std::optional<EndReason> ended;
  bool operator==(const Found&) const = default;
};

Handler handler(unsigned framing, std::size_t limit, Found& found) {
  auto f = [&found](Session&, std::string_view message) {
    found.messages.emplace_back(message);
    return Next::again;
  };
  switch (framing % 7) {
    case 0:
      return lines(ByteSize{limit}, f);
    case 1:
      return delimited("\n\n", ByteSize{limit}, f);
    case 2:
      return delimited("aab", ByteSize{limit}, f);
    case 3:
      return frames<std::uint8_t>(ByteSize{limit}, f);
    case 4:
      return frames<std::uint16_t>(ByteSize{limit}, f);
    case 5:
      return frames<std::uint64_t>(ByteSize{limit}, f);
    default:
      return blocks<3>(f);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Reader input{data, size};
  const auto framing = input.take<std::uint8_t>();
  const std::size_t limit = input.take<std::uint8_t>();
  const auto plan = input.take_bytes(input.take<std::uint8_t>() % 16);
  const auto rest = input.take_bytes(size);
  const std::string stream{reinterpret_cast<const char*>(rest.data()), rest.size()};

  Found whole;
  testing::ScriptedPeer in_one{handler(framing, limit, whole)};
  whole.ended = in_one.sends(stream).finishes().run().ended;
  for (const std::string& message : whole.messages) require(framing % 7 == 6 || message.size() <= limit);
  require(whole.ended == EndReason::peer_closed || whole.ended == EndReason::message_too_long);

  Found cut;
  testing::ScriptedPeer in_pieces{handler(framing, limit, cut)};
  std::size_t at = 0;
  for (const std::uint8_t length : plan) {
    in_pieces.sends(std::string_view{stream}.substr(at, length));
    at = std::min(stream.size(), at + length);
    if (length % 2 == 0) in_pieces.pauses(std::chrono::milliseconds{1});  // the turn ends, and the rest is kept
  }
  cut.ended = in_pieces.sends(std::string_view{stream}.substr(at)).finishes().run().ended;
  require(cut == whole);
  return 0;
}
