// Session::read_line(), read_exact() and read_some() over a stream that comes in pieces: the input is the pieces and
// the calls. What is read is what was sent, in order and complete, and a cut-off message is never taken for an end.
#include "connections.hpp"
#include "fake_calls.hpp"
#include "fuzz.hpp"
#include "session/session_io.hpp"

#include <string>
#include <vector>

using namespace echopool;
using echopool::fuzz::require;
using echopool::test::FakeCalls;

namespace {

/// Lengths of pieces that are no pieces, but reads that fail.
constexpr std::uint8_t interrupted = 0;
constexpr std::uint8_t timed_out = 254;

struct Conversation {
  FakeCalls calls;
  ServerSettings settings;
  TimeoutSettings& limits = settings.timeouts;
  SessionTotals kept;
  StopState stop;
  std::stop_source aborting;
  Connection connection = test::make_connection({.opened = calls.clock, .calls = calls});
  SessionIo io{stop, aborting.get_token(), kept};
  Session* session = nullptr;
  std::string stream;  ///< all that will come
  std::size_t read = 0;

  void expect(std::string_view bytes) {
    require(std::string_view{stream}.substr(read).starts_with(bytes));
    read += bytes.size();
  }

  void read_line(std::size_t limit) {
    const auto line = session->read_line(ByteSize{limit});
    if (!line) return require(read == stream.size() || io.failure());
    require(line->size() <= limit);
    expect(*line);
    if (read < stream.size() && stream[read] == '\r') ++read;
    expect("\n");
  }

  void read_exact(std::size_t size) {
    std::vector<std::byte> into(size);
    if (session->read_exact(into)) return expect({reinterpret_cast<const char*>(into.data()), size});
    require(read == stream.size() || io.failure());
  }

  void read_some() {
    const auto found = session->read_some();
    if (found.empty()) return require(read == stream.size() || io.failure());
    expect({reinterpret_cast<const char*>(found.data()), found.size()});
  }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Reader input{data, size};
  Conversation conversation;
  const auto pieces = input.take<std::uint8_t>() % 16;
  const auto plan = input.take_bytes(32);
  for (int i = 0; i < pieces && !input.empty(); ++i) {
    const auto length = input.take<std::uint8_t>();
    if (length == interrupted || length == timed_out) {
      conversation.calls.receives.push_back(FakeCalls::fails(length == interrupted ? EINTR : EAGAIN));
      continue;
    }
    const auto bytes = input.take_bytes(length);
    const std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (text.empty()) break;
    conversation.stream += text;
    conversation.calls.receives.push_back(FakeCalls::data(text));
  }
  conversation.io.bind(conversation.connection, conversation.settings, FirstByte::may_wait);
  conversation.session = &conversation.io.begin_call(false);
  try {
    for (const std::uint8_t step : plan) {
      if (step % 8 == 7) {  // the turn is over: what was not read is kept for the next one
        conversation.io.unbind();
        conversation.io.bind(conversation.connection, conversation.settings, FirstByte::may_wait);
        conversation.session = &conversation.io.begin_call(false);
      } else if (step % 8 == 3) {
        conversation.read_some();
      } else if (step % 2 == 0) {
        conversation.read_line(step);
      } else {
        conversation.read_exact(step);
      }
      if (conversation.io.failure()) break;
    }
  } catch (const IoError& error) {
    require(error.what()[0] != '\0');
  }
  return 0;
}
