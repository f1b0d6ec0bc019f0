// Handlers for protocols whose messages have a visible end: lines, a delimiter, a length in front, blocks of one size.
// Installed. A framed handler is called as every handler is: by many workers at once, never by two for one connection.
//
//     server.serve_tcp(Endpoint::parse("*:7000"), lines(4_KiB, [](Session& peer, std::string_view line) {
//       peer.write(line == "PING" ? "PONG\n" : "ERR\n");
//       return Next::again;
//     }));
//
// Each function makes a handler of a function f, `Next(Session&, std::string_view message)`, which is called once for
// each whole message and never has to wait for one: what is not whole is kept while its connection is parked (under
// `pool.idle = hold` its worker waits), under `timeouts.receive` between two pieces and `timeouts.message` from its
// first byte. How the input is cut into pieces makes no difference. Instead of f there may be a factory of such
// functions, without parameters, which is called once for each connection: `lines(4_KiB, [] { return Conversation{};
// })`.
//
// - The message is valid until f reads, and no longer than its call. f may read more, what follows a header for
// example:
//   Session's reads go on behind the message, under their usual rules.
// - Of a service that speaks first (Opens::server), f is called at accept with an empty message; Session::opening() is
//   true in that call.
// - Next::again, yield and close mean what they mean elsewhere. Next::incomplete from f is as again: its message is
//   taken.
// - A message longer than `limit` ends the connection as `message_too_long`, as soon as that is certain; so at most
//   about `limit` bytes are kept of one connection's input.
// - What has come of a message when the peer finishes is dropped: f is not called, the connection ends as
// `peer_closed`.
// - Each function throws std::invalid_argument when f is empty, as a std::function without a target is.
#pragma once

#include <echopool/handler.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace echopool {

/// `Next(Session&, std::string_view message)`.
template <class F>
concept FramedFunction = std::is_invocable_r_v<Next, F&, Session&, std::string_view>;

/// `() -> Next(Session&, std::string_view message)`: called once for each connection, on the worker that runs it first.
template <class F>
concept FramedFactory = !FramedFunction<F> && std::is_invocable_v<F&> && FramedFunction<std::invoke_result_t<F&>>;

/// How messages are found; not for direct use.
namespace framing {

/// A whole message at the front of the input.
struct Message {
  std::size_t begin;  ///< where its text begins
  std::size_t size;   ///< of the text
  std::size_t whole;  ///< what belongs to it, with what stands in front of the text and behind it
};

/// Throws the IoError that ends the connection.
[[noreturn]] inline void too_long(const char* what, std::size_t limit) {
  throw IoError{IoErrorKind::message_too_long,
                std::string{"a "} + what + " is longer than " + std::to_string(limit) + " bytes"};
}

struct Lines {
  std::size_t limit;

  [[nodiscard]] std::optional<Message> find(std::string_view input, std::size_t seen) const {
    const auto newline = input.find('\n', seen);
    std::size_t size = newline == input.npos ? input.size() : newline;
    if (size > 0 && input[size - 1] == '\r') --size;  // of a line that is not whole, it may not be the one at its end
    if (size > limit) too_long("line", limit);
    if (newline == input.npos) return std::nullopt;
    return Message{0, size, newline + 1};
  }
};

struct Delimited {
  std::string delimiter;
  std::size_t limit;

  [[nodiscard]] std::optional<Message> find(std::string_view input, std::size_t seen) const {
    const std::size_t overlap = delimiter.size() - 1;  // bytes that were seen, and may be its beginning
    const auto end = input.find(delimiter, seen > overlap ? seen - overlap : 0);
    if (end == input.npos) {
      if (input.size() > overlap && input.size() - overlap > limit) too_long("message", limit);
      return std::nullopt;
    }
    if (end > limit) too_long("message", limit);
    return Message{0, end, end + delimiter.size()};
  }
};

template <class Length>
struct Frames {
  std::size_t limit;

  [[nodiscard]] std::optional<Message> find(std::string_view input, std::size_t) const {
    constexpr std::size_t header = sizeof(Length);
    if (input.size() < header) return std::nullopt;
    std::uint64_t size = 0;
    for (const char c : input.substr(0, header)) size = size << 8 | static_cast<unsigned char>(c);
    if (size > limit) too_long("frame", limit);
    if (input.size() - header < size) return std::nullopt;
    return Message{header, static_cast<std::size_t>(size), header + static_cast<std::size_t>(size)};
  }
};

template <std::size_t n>
struct Blocks {
  [[nodiscard]] std::optional<Message> find(std::string_view input, std::size_t) const noexcept {
    if (input.size() < n) return std::nullopt;
    return Message{0, n, n};
  }
};

/// The handler: finds one message and calls f with it.
template <class Framing, FramedFunction F>
class Framed {
 public:
  /// Reads of f wait on their worker when it is noexcept: see Handler.
  static constexpr bool can_unwind = !std::is_nothrow_invocable_v<F&, Session&, std::string_view>;

  /// `source()` becomes f in place.
  template <class Source>
  Framed(Framing how, Source&& source) : how_{std::move(how)}, f_(source()) {
    Handler::require_target(f_);
  }

  Next operator()(Session& peer) {
    if (peer.opening()) return f_(peer, std::string_view{});
    const auto bytes = peer.buffered();
    const std::string_view input{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const auto message = how_.find(input, peer.seen());
    if (!message) return Next::incomplete;
    peer.consume(message->whole);
    const Next next = f_(peer, input.substr(message->begin, message->size));
    return next == Next::incomplete ? Next::again : next;
  }

 private:
  Framing how_;
  F f_;
};

/// The factory: makes a framed handler for each connection.
template <class Framing, FramedFactory F>
class FramedHandlers {
 public:
  FramedHandlers(Framing how, F factory) : how_{std::move(how)}, factory_{std::move(factory)} {
    Handler::require_target(factory_);
  }

  auto operator()() {
    using Made = std::remove_cvref_t<std::invoke_result_t<F&>>;
    return Framed<Framing, Made>{how_, [this]() -> decltype(auto) { return factory_(); }};
  }

 private:
  Framing how_;
  F factory_;
};

template <class Framing, class F>
[[nodiscard]] auto framed(Framing how, F f) {
  static_assert(FramedFunction<F> || FramedFactory<F>,
                "the function of a framed handler is Next(Session&, std::string_view), or a function without "
                "parameters that makes one");
  if constexpr (FramedFunction<F>)
    return Framed<Framing, F>{std::move(how), [&f]() -> F&& { return std::move(f); }};
  else if constexpr (FramedFactory<F>)
    return FramedHandlers<Framing, F>{std::move(how), std::move(f)};
}

}  // namespace framing

/// Returns a handler for lines: f gets each without its "\n", nor a "\r" before that. `limit`: of a line, without its
/// end. f: see the top of this header.
template <class F>
[[nodiscard]] auto lines(ByteSize limit, F f) {
  return framing::framed(framing::Lines{limit.bytes()}, std::move(f));
}

/// Returns a handler for messages that end with `delimiter`, which f does not get. `limit`: of a message, without its
/// delimiter. f: see the top of this header. Throws std::invalid_argument when the delimiter is empty.
template <class F>
[[nodiscard]] auto delimited(std::string_view delimiter, ByteSize limit, F f) {
  if (delimiter.empty()) throw std::invalid_argument{"delimited(): the delimiter is empty"};
  return framing::framed(framing::Delimited{std::string{delimiter}, limit.bytes()}, std::move(f));
}

/// Returns a handler for messages behind their length in bytes, an unsigned integer of 1, 2, 4 or 8 bytes in network
/// byte order: `frames<std::uint32_t>(1_MiB, f)`. The length does not count itself, and f gets what follows it.
/// `limit`: of that; a length beyond it ends the connection before any of its payload is waited for. f: see the top of
/// this header.
template <class Length, class F>
[[nodiscard]] auto frames(ByteSize limit, F f) {
  static_assert(std::is_same_v<Length, std::uint8_t> || std::is_same_v<Length, std::uint16_t> ||
                    std::is_same_v<Length, std::uint32_t> || std::is_same_v<Length, std::uint64_t>,
                "the length of a frame is std::uint8_t, std::uint16_t, std::uint32_t or std::uint64_t");
  return framing::framed(framing::Frames<Length>{limit.bytes()}, std::move(f));
}

/// Returns a handler for messages of n bytes each: `blocks<512>(f)`. f: see the top of this header.
template <std::size_t n, class F>
[[nodiscard]] auto blocks(F f) {
  static_assert(n > 0, "a block has at least one byte");
  return framing::framed(framing::Blocks<n>{}, std::move(f));
}

}  // namespace echopool
