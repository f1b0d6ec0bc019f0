// What a protocol is to the framework: a function called whenever there is input.
// Installed. A handler is called by many workers at once, but never by two for one connection.
#pragma once

#include <echopool/session.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace echopool {

/// What becomes of a connection after a handler has returned.
enum class Next : std::uint8_t {
  again,  ///< done for now: call me when there is more input
  close,  ///< end the connection; everything written still reaches the peer
};

/// One protocol: a `Next(Session&)` shared by all connections, or a factory `() -> handler` that gives each connection
/// a handler, and so a state, of its own. Made implicitly from either by Server::serve_tcp.
class Handler {
 public:
  using Call = std::function<Next(Session&)>;
  using Factory = std::function<Call()>;

  template <class F>
  requires std::is_invocable_r_v<Next, F&, Session&> Handler(F handler)
      : shared_{std::move(handler)} {}  // NOLINT(google-explicit-constructor)

  template <class F>
  requires(!std::is_invocable_v<F&, Session&> && std::is_invocable_v<F&> &&
           std::is_invocable_r_v<Next, std::invoke_result_t<F&>&, Session&>)
      Handler(F factory)  // NOLINT(google-explicit-constructor)
      : factory_{[make = std::move(factory)]() mutable { return Call{make()}; }} {}

  [[nodiscard]] const Call& shared() const noexcept { return shared_; }
  [[nodiscard]] const Factory& factory() const noexcept { return factory_; }

 private:
  Call shared_;
  Factory factory_;
};

}  // namespace echopool
