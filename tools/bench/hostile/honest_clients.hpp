// The clients that want to be served: closed loops, whose answers are counted, and newcomers, whose waits are taken.
// Of the program hostile, one thread.
#pragma once

#include "watch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hostile {

/// What they speak with, and how much comes back.
struct Conversation {
  std::uint16_t port;
  std::string message;
  std::size_t answer;  ///< bytes
};

class HonestClients {
 public:
  HonestClients(Watch& watch, Conversation what) : watch_{watch}, what_{std::move(what)} {}

  /// Connects the loops, and makes newcomers, one every `every`, until `seconds` are over.
  void begin(double seconds, Clock::duration every);
  void on_loop(std::uint32_t index, std::uint32_t events);
  void on_newcomer(std::uint32_t index, std::uint32_t events);
  /// What is due: a newcomer, the end. Newcomers that still wait when the time is over have a second more.
  void turn(TimePoint now);
  [[nodiscard]] TimePoint next_turn() const;
  [[nodiscard]] bool is_running() const noexcept { return running_; }
  /// One JSON object; when they are no longer running.
  [[nodiscard]] std::string report() const;

 private:
  struct Client {
    Socket socket;
    bool connected = false;
    std::size_t missing = 0;
  };
  struct Newcomer {
    Client client;
    TimePoint begun;
    TimePoint done;  ///< when served; when it was given up if it was not
    bool served = false;
  };

  void dial(Client& client, Party party, std::uint32_t index);
  void say(Client& client);
  /// Whether it may go on: it is connected now, or has been.
  bool advance(Client& client, std::uint32_t events);
  void end_loops(TimePoint now);
  [[nodiscard]] bool all_served() const;

  Watch& watch_;
  Conversation what_;
  Clock::duration every_{};
  TimePoint begun_, end_, next_newcomer_;
  std::vector<Client> loops_;
  std::vector<Newcomer> newcomers_;
  std::uint64_t answers_ = 0;
  std::uint64_t broken_ = 0;
  double seconds_ = 0;
  bool running_ = false;
};

}  // namespace hostile
