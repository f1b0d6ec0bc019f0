#include "kernel/tcp_stream.hpp"
#include "session/session_runner.hpp"
#include "testing/scripted_calls.hpp"

#include <echopool/testing.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace echopool {

/// What may make a Datagram besides the UDP thread.
struct TestDatagram {
  static std::optional<std::string> answer(std::span<const std::byte> data, const DatagramHandler& handler,
                                           const Endpoint& peer) {
    Datagram datagram;
    datagram.data_ = data;
    datagram.peer_ = peer;
    datagram.local_ = peer.with_port(7);
    handler(datagram);
    if (!datagram.answered_) return std::nullopt;
    return std::string{reinterpret_cast<const char*>(datagram.reply_.data()), datagram.reply_.size()};
  }
};

namespace testing {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

ServerSettings with(const TimeoutSettings& limits) {
  ServerSettings settings;
  settings.timeouts = limits;
  return settings;
}

}  // namespace

struct [[gnu::visibility("hidden")]] ScriptedPeer::Impl {
  Impl(Handler handler, const ServiceSettings& service, const TimeoutSettings& given)
      : tested{std::move(handler)}, watched{watch()}, limits{given}, live{with(given)} {
    connection.opening = service.opens == Opens::server;
    connection.reads_wait = service.reads == Reads::wait;
    calls.receive_limit = limits.receive.value_or(milliseconds{0});
    calls.send_limit = limits.send.value_or(milliseconds{0});
  }

  /// The handler, with its calls counted and what it throws kept.
  Handler watch() {
    if (tested.is_conversation()) return Handler{[this](Session& peer) { static_cast<void>(call(peer)); }};
    if (!tested.can_unwind()) return Handler{Waiting{this}};
    return Handler{[this](Session& peer) { return call(peer); }};
  }

  /// For a handler whose reads wait where they are.
  struct Waiting {
    Impl* peer;
    static constexpr bool can_unwind = false;
    Next operator()(Session& session) const { return peer->call(session); }
  };

  Next call(Session & peer) {
    ++outcome.calls;
    try {
      if (Handler::Call* shared = tested.shared()) return (*shared)(peer);
      if (!own) own = tested.make();
      return (*own)(peer);
    } catch (...) {
      outcome.thrown = std::current_exception();
      throw;
    }
  }

  /// Lets the time of a parked connection pass until there is what it waits for. False: it has ended meanwhile, or
  /// nothing comes.
  bool wait() {
    if (connection.opening || connection.waits_for == WaitFor::turn) return true;
    const TimePoint now = calls.now();
    const auto deadline = deadline_of(connection.waits_for, {connection.opened, now, connection.wait_began()}, limits);
    const milliseconds silent = calls.silence();
    const milliseconds rest = deadline ? std::chrono::duration_cast<milliseconds>(deadline->when - now) : silent + 1ms;
    calls.pass(std::min(silent, rest));
    const bool comes = !calls.script.empty() && silent < rest;
    // In the middle of a message a silent peer meets the limits; between two, the script may go on later.
    const bool strikes = connection.waits_for != WaitFor::message || !calls.script.empty() || silent >= rest;
    if (!comes && deadline && strikes) {
      calls.pass(rest - std::min(silent, rest));
      outcome.ended = deadline->reason;
    }
    return comes && !outcome.ended;
  }

  Outcome run() {
    while (!outcome.ended && wait())
      if (const auto end = runner.turn(connection, worker, Input::ready)) outcome.ended = end->reason;
    return outcome;
  }

  void add(ScriptedCalls::Step step) {
    step.pause = std::exchange(calls.pause_after, milliseconds{0});
    calls.script.push_back(std::move(step));
  }

  Outcome outcome;
  Handler tested;
  std::unique_ptr<Handler::Call> own;
  Handler watched;
  TimeoutSettings limits;
  ScriptedCalls calls;
  StopState stop;
  Counters counters;
  LiveSettings live;
  SessionTotals kept;
  Worker worker{live, stop, kept};
  SessionRunner runner{counters, stop};
  Connection connection{
      .ticket = {},
      .stream = std::make_unique<TcpStream>(UniqueFd{}, ArmedTimeouts{limits.receive, limits.send}, calls),
      .peer = somewhere,
      .handler = &watched,
      .id = 1,
      .opened = calls.now()};
};

ScriptedPeer::ScriptedPeer(Handler handler, Opens opens, const TimeoutSettings& limits)
    : ScriptedPeer{std::move(handler), ServiceSettings{.opens = opens}, limits} {}

ScriptedPeer::ScriptedPeer(Handler handler, const ServiceSettings& service, const TimeoutSettings& limits)
    : impl_{std::make_unique<Impl>(std::move(handler), service, limits)} {}

ScriptedPeer::~ScriptedPeer() = default;

ScriptedPeer& ScriptedPeer::sends(std::string_view piece) {
  if (!piece.empty()) impl_->add({.data = std::string{piece}});
  return *this;
}

ScriptedPeer& ScriptedPeer::finishes() {
  impl_->add({});
  return *this;
}

ScriptedPeer& ScriptedPeer::resets() {
  impl_->add({.data = {}, .error = ECONNRESET});
  return *this;
}

ScriptedPeer& ScriptedPeer::pauses(milliseconds time) {
  impl_->calls.pause_after += time;
  return *this;
}

ScriptedPeer& ScriptedPeer::fail_operation(std::size_t n, int error) {
  impl_->calls.failing_operation = n;
  impl_->calls.failure = error;
  return *this;
}

ScriptedPeer& ScriptedPeer::from(const Endpoint& peer) {
  impl_->connection.peer = peer;
  return *this;
}

ScriptedPeer& ScriptedPeer::while_stopping() {
  impl_->stop.begin_draining();
  return *this;
}

Outcome ScriptedPeer::run() { return impl_->run(); }

std::string_view ScriptedPeer::received() const noexcept { return impl_->calls.sent; }

bool ScriptedPeer::received_end() const noexcept { return impl_->calls.shut_down || impl_->outcome.ended; }

std::size_t ScriptedPeer::operations() const noexcept { return impl_->calls.operations; }

std::optional<std::string> answer_to(std::string_view datagram, const DatagramHandler& handler, const Endpoint& peer) {
  return TestDatagram::answer(std::as_bytes(std::span{datagram}), handler, peer);
}

}  // namespace testing
}  // namespace echopool
