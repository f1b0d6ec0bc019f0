// What a protocol is to the framework: a function called whenever there is input, or one call for a whole conversation.
// Installed. A handler is called by many workers at once, but never by two for one connection.
#pragma once

#include <echopool/session.hpp>
#include <echopool/settings.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace echopool {

/// What becomes of a connection after a handler has returned.
enum class Next : std::uint8_t {
  again,       ///< this message is done: call me when there is more input (what is still buffered counts)
  incomplete,  ///< the message is not whole: keep its bytes, and call me when more has come
  yield,       ///< call me again when a worker is free, input or not
  close,       ///< end the connection; everything written still reaches the peer
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

/// One protocol: a handler shared by all connections, or a factory that makes a handler, and so a state, for each
/// connection. Made implicitly from either by Server::serve_tcp; copies share what they were made from. A shared
/// handler, and a factory, must be callable from many threads at once; a handler made by a factory is called by one at
/// a time. Both may be movable only, and what a factory returns need not be movable at all. What they refer to must
/// outlive the Server: declare it before.
///
/// A handler made for a connection is destroyed once, when its connection has ended, on any thread of the server but
/// the acceptor's; its destructor must not throw, and should not wait.
class Handler {
 public:
  /// A handler, whatever it was made from.
  class Call {
   public:
    Call() = default;
    virtual ~Call() = default;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    /// Calls it once.
    virtual Next operator()(Session& peer) = 0;
  };

  /// From a handler that all connections share. Throws std::invalid_argument when it is empty: a std::function without
  /// a target, or a null pointer to a function.
  template <SessionHandler F>
  Handler(F handler)  // NOLINT(google-explicit-constructor)
      : conversation_{ConversationHandler<F>}, can_unwind_{may_unwind<F>()} {
    require_target(handler);
    shared_ = std::make_shared<CallOf<F>>([&handler]() -> F&& { return std::move(handler); });
  }

  /// From a factory: a handler for each connection. Throws std::invalid_argument when it is empty.
  template <HandlerFactory F>
  Handler(F factory)  // NOLINT(google-explicit-constructor)
      : conversation_{ConversationHandler<Made<F>>}, can_unwind_{may_unwind<Made<F>>()} {
    require_target(factory);
    factory_ = std::make_shared<FactoryOf<F>>(std::move(factory));
  }

  /// Anything else does not compile, and the compiler says what would.
  template <class F>
  requires(!std::is_same_v<F, Handler> && !SessionHandler<F> && !HandlerFactory<F>)
      Handler(F)  // NOLINT(google-explicit-constructor)
  {
    static_assert(SessionHandler<F>,
                  "a handler is Next(Session&) or void(Session&), or a function without parameters that makes one");
  }

  /// The handler that all connections share; null when there is a factory.
  [[nodiscard]] Call* shared() const noexcept { return shared_.get(); }
  /// Calls the factory: a handler for one connection. Requires that there is a factory. Throws what the factory throws,
  /// and std::invalid_argument when the handler that it returned is empty.
  [[nodiscard]] std::unique_ptr<Call> make() const { return factory_->make(); }
  /// Whether one call is a whole conversation.
  [[nodiscard]] bool is_conversation() const noexcept { return conversation_; }
  /// Whether a read that would have to wait may pass an exception through it: it is not noexcept.
  [[nodiscard]] bool can_unwind() const noexcept { return can_unwind_; }

  /// Throws std::invalid_argument when `function` is empty: a std::function without a target, or a null pointer.
  template <class F>
  static void require_target(const F& function) {
    if constexpr (std::is_constructible_v<F, std::nullptr_t> && requires { function == nullptr; }) {
      if (function == nullptr)
        throw std::invalid_argument{"a handler is empty: a std::function without a target, or a null function pointer"};
    }
  }

 private:
  template <class F>
  using Made = std::remove_cvref_t<std::invoke_result_t<F&>>;

  template <class F>
  class CallOf final : public Call {
   public:
    /// `source()` becomes the handler in place, so that it is neither moved nor destroyed a second time.
    template <class Source>
    explicit CallOf(Source&& source) : handler_(source()) {
      require_target(handler_);
    }
    Next operator()(Session& peer) override {
      if constexpr (MessageHandler<F>) {
        return handler_(peer);
      } else {
        handler_(peer);
        return Next::close;
      }
    }

   private:
    F handler_;
  };

  class AnyFactory {
   public:
    AnyFactory() = default;
    virtual ~AnyFactory() = default;
    AnyFactory(const AnyFactory&) = delete;
    AnyFactory& operator=(const AnyFactory&) = delete;
    virtual std::unique_ptr<Call> make() = 0;
  };

  template <class F>
  class FactoryOf final : public AnyFactory {
   public:
    explicit FactoryOf(F factory) : factory_{std::move(factory)} {}
    std::unique_ptr<Call> make() override { return std::make_unique<CallOf<Made<F>>>(factory_); }

   private:
    F factory_;
  };

  /// A handler that calls another, a framed one, says itself what may pass through that.
  template <class F>
  static constexpr bool may_unwind() {
    if constexpr (requires { F::can_unwind; })
      return F::can_unwind;
    else
      return !std::is_nothrow_invocable_v<F&, Session&>;
  }

  std::shared_ptr<Call> shared_;
  std::shared_ptr<AnyFactory> factory_;
  bool conversation_ = false;
  bool can_unwind_ = true;
};

}  // namespace echopool
