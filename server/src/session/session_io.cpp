#include "session/session_io.hpp"

namespace echopool {

SessionIo::SessionIo(const StopState& stop, std::stop_token aborting, SessionTotals& totals)
    : state_{stop, std::move(aborting), totals} {
  for (Session& session : sessions_) session.io_ = this;
}

void SessionIo::bind(Connection& connection, const ServerSettings& settings, FirstByte first) {
  state_.connection = &connection;
  state_.settings = &settings;
  state_.failure.reset();
  state_.received = state_.sent = 0;
  output_.bind();
  input_.bind(first);
}

void SessionIo::unbind() {
  Connection& connection = *state_.connection;
  connection.received += state_.received;
  connection.sent += state_.sent;
  input_.unbind();
  state_.connection = nullptr;
}

Session& SessionIo::begin_call(bool can_restart) noexcept {
  state_.restarting = false;
  input_.begin_message(can_restart && !state_.waits);
  output_.begin_call();
  Session& session = sessions_[next_session_++ % sessions_.size()];
  active_ = &session;
  return session;
}

bool SessionIo::end_call() noexcept {
  active_ = nullptr;
  input_.end_message(state_.restarting);
  return state_.restarting;
}

}  // namespace echopool
