// What a protocol is to the framework: a function called whenever there is input, or one call for a whole conversation.
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

/// Who speaks first on a new connection.
enum class Opens : std::uint8_t {
  client,  ///< the handler is called when the peer has sent something
  /// The handler is called once at accept, before there is input: Session::opening() is true in that call, and it must
  /// not read (a read throws std::logic_error, and the connection ends as `handler_error`). Then as above. A handler
  /// for a whole conversation is called at accept too, and may read.
  server,
};

/// `Next(Session&)`: called for every message. It should read one message, answer it and return; between two calls the
/// connection is parked and costs no worker.
template <class F>
concept MessageHandler = std::is_invocable_r_v<Next, F&, Session&>;

/// `void(Session&)`: called once, for the whole conversation; the connection ends when it returns. It keeps its worker
/// all that time, also while it waits: `pool.workers` such conversations at once, and nobody else is served. Give it a
/// Server of its own, or a pool that is larger than the conversations there can be (`limits.connections`). Each of its
/// reads is a message of its own: it waits for its first byte as long as `timeouts.idle`, then `timeouts.receive` and
/// `timeouts.message` count.
template <class F>
concept ConversationHandler = std::is_invocable_v<F&, Session&> && std::is_void_v<std::invoke_result_t<F&, Session&>>;

template <class F>
concept SessionHandler = MessageHandler<F> || ConversationHandler<F>;

/// `() -> handler`: called once for each connection, on the worker that runs it first.
template <class F>
concept HandlerFactory =
    !std::is_invocable_v<F&, Session&> && std::is_invocable_v<F&> && SessionHandler<std::invoke_result_t<F&>>;

/// One protocol: a handler shared by all connections, or a factory that gives each connection a handler, and so a
/// state, of its own. Made implicitly from either by Server::serve_tcp. What it is made from is copied and must be
/// callable from many threads at once; a handler made by a factory is called by one at a time. What it refers to must
/// outlive the Server: declare it before.
class Handler {
 public:
  /// A handler, whatever it was made from.
  using Call = std::function<Next(Session&)>;
  /// Makes one for each connection.
  using Factory = std::function<Call()>;

  /// From a handler that all connections share.
  template <SessionHandler F>
  Handler(F handler)  // NOLINT(google-explicit-constructor)
      : shared_{as_call(std::move(handler))}, conversation_{ConversationHandler<F>} {}

  /// From a factory: a handler for each connection.
  template <HandlerFactory F>
  Handler(F factory)  // NOLINT(google-explicit-constructor)
      : factory_{[make = std::move(factory)]() mutable { return as_call(make()); }},
        conversation_{ConversationHandler<std::invoke_result_t<F&>>} {}

  /// Anything else does not compile, and the compiler says what would.
  template <class F>
  requires(!std::is_same_v<F, Handler> && !SessionHandler<F> && !HandlerFactory<F>)
      Handler(F)  // NOLINT(google-explicit-constructor)
  {
    static_assert(SessionHandler<F>,
                  "a handler is Next(Session&) or void(Session&), or a function without parameters that makes one");
  }

  /// The shared handler; empty when there is a factory.
  [[nodiscard]] const Call& shared() const noexcept { return shared_; }
  /// The factory; empty when there is a shared handler.
  [[nodiscard]] const Factory& factory() const noexcept { return factory_; }
  /// Whether one call is a whole conversation.
  [[nodiscard]] bool is_conversation() const noexcept { return conversation_; }

 private:
  template <class F>
  static Call as_call(F handler) {
    if constexpr (MessageHandler<F>)
      return Call{std::move(handler)};
    else
      return Call{[converse = std::move(handler)](Session& peer) mutable {
        converse(peer);
        return Next::close;
      }};
  }

  Call shared_;
  Factory factory_;
  bool conversation_ = false;
};

}  // namespace echopool
