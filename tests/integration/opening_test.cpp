// Protocols in which the server speaks first.
// Tests: session_runner
#include "disciplines.hpp"
#include "eventually.hpp"
#include "handed_over.hpp"
#include "printing.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace echopool;
using namespace echopool::test;

namespace {

class SpeakingFirst {
 public:
  SpeakingFirst(const ServerSettings& settings, Handler handler) : server_{settings} {
    server_.serve_tcp(loopback(), std::move(handler), {.opens = Opens::server});
    server_.start();
  }
  [[nodiscard]] Client connect() const { return Client{server_.endpoints().front()}; }
  [[nodiscard]] bool ended_for(EndReason reason, std::uint64_t times = 1) const {
    return eventually([&] { return server_.stats().ended_for(reason) == times && server_.stats().open == 0; });
  }
  Server* operator->() noexcept { return &server_; }

 private:
  Server server_;
};

Next greet_and_answer(Session& peer) {
  if (peer.opening()) {
    peer.write("hello\n");
    return Next::again;
  }
  const auto line = peer.read_line();
  if (!line) return Next::close;
  peer.write("you said " + std::string{*line} + "\n");
  return Next::again;
}

}  // namespace

ECHOPOOL_TEST(a_greeting_comes_before_any_input) {
  SpeakingFirst server{settings_for(idle), greet_and_answer};
  Client client = server.connect();
  BOOST_TEST(client.receive(6) == "hello\n");
  client.send("one\n");
  BOOST_TEST(client.receive(13) == "you said one\n");
  client.finish_sending();
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(server.ended_for(EndReason::peer_closed));
}

ECHOPOOL_TEST(the_opening_call_comes_once_however_early_input_comes) {
  std::atomic<int> openings{0};
  SpeakingFirst server{settings_for(idle), [&](Session& peer) {
                         if (peer.opening()) ++openings;
                         return greet_and_answer(peer);
                       }};
  Client client = server.connect();
  client.send("one\ntwo\n");
  client.finish_sending();
  BOOST_TEST(client.receive_all() == "hello\nyou said one\nyou said two\n");
  BOOST_TEST(openings == 1);
}

ECHOPOOL_TEST(a_service_may_say_its_piece_and_close) {
  SpeakingFirst server{settings_for(idle), [](Session& peer) {
                         peer.write("12:00\n");
                         return Next::close;
                       }};
  Client client = server.connect();
  BOOST_TEST(client.receive_all() == "12:00\n");
  client.close();
  BOOST_TEST(server.ended_for(EndReason::handler_closed));
}

ECHOPOOL_TEST(each_connection_of_a_factory_is_opened) {
  SpeakingFirst server{settings_for(idle), [] {
                         return [calls = 0](Session& peer) mutable {
                           if (!peer.opening() && !peer.read_line()) return Next::close;
                           peer.write(std::to_string(++calls));
                           return Next::again;
                         };
                       }};
  for (int i = 0; i < 3; ++i) {
    Client client = server.connect();
    BOOST_TEST(client.receive(1) == "1");
    client.send("\n");
    BOOST_TEST(client.receive(1) == "2");
  }
}

ECHOPOOL_TEST(reading_in_the_opening_call_is_a_handler_error) {
  std::atomic<int> refused{0};
  SpeakingFirst server{settings_for(idle), [&](Session& peer) {
                         try {
                           static_cast<void>(peer.read_line());
                         } catch (const std::logic_error&) {
                           ++refused;
                         }
                         std::array<std::byte, 1> byte;
                         const IoResult result = peer.try_read_some(byte);
                         if (result.status == IoStatus::failed && result.error == EAGAIN) ++refused;
                         static_cast<void>(peer.read_some(byte));
                         return Next::again;
                       }};
  Client client = server.connect();
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(server.ended_for(EndReason::handler_error));
  BOOST_TEST(refused == 2);
}

ECHOPOOL_TEST(what_the_opening_call_throws_harms_no_other_connection) {
  std::atomic<bool> fails{true};
  SpeakingFirst server{settings_for(idle), [&](Session& peer) {
                         if (fails) throw std::runtime_error{"on purpose"};
                         return greet_and_answer(peer);
                       }};
  Client client = server.connect();
  BOOST_TEST(client.ended_cleanly());
  client.close();
  BOOST_TEST(server.ended_for(EndReason::handler_error));
  fails = false;
  BOOST_TEST(server.connect().receive(6) == "hello\n");
}

ECHOPOOL_TEST(a_peer_that_never_answers_the_greeting_idles_out) {
  ServerSettings settings = settings_for(idle);
  settings.timeouts.idle = 100ms;
  SpeakingFirst server{settings, greet_and_answer};
  Client client = server.connect();
  BOOST_TEST(client.receive_all() == "hello\n");
  client.close();
  BOOST_TEST(server.ended_for(EndReason::idle_timeout));
}

BOOST_AUTO_TEST_CASE(many_are_greeted_by_few_workers_when_parked) {
  ServerSettings settings = settings_for(IdleConnections::park);
  settings.pool.workers = 2;
  SpeakingFirst server{settings, greet_and_answer};
  std::vector<Client> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(server.connect());
  for (Client& client : clients) BOOST_TEST(client.receive(6) == "hello\n");
}

BOOST_AUTO_TEST_CASE(one_connection_without_a_pool_is_opened_too) {
  AcceptedConnection connection;
  connection.client.send("one\n");
  connection.client.finish_sending();
  const auto reason = run_connection(InheritedSocket{connection.accepted.release()}, Handler{greet_and_answer}, {},
                                     {.opens = Opens::server});
  BOOST_TEST(connection.client.receive_all() == "hello\nyou said one\n");
  BOOST_TEST(reason == EndReason::peer_closed);
}
