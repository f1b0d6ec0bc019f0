// The server to talk to, as a person writes it. Internal. Plain values, any thread.
#pragma once

#include "net/network_error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace echopool::client {

enum class FamilyChoice { any, v4, v6 };

struct Target {
  std::string host = "127.0.0.1";
  std::string port = "51423";  ///< a number or a service name of getservbyname(3)
  Transport transport = Transport::tcp;
  FamilyChoice family = FamilyChoice::any;

  /// `HOST:PORT` or `[v6]:PORT`, for messages.
  [[nodiscard]] std::string to_string() const;
};

/// Reads the words after the options: nothing, `HOST`, `HOST PORT`, `HOST:PORT`, `[v6]:PORT`, `:PORT`, each perhaps
/// behind `tcp://` or `udp://`. What is left out comes from `defaults`. Throws std::invalid_argument saying what is
/// wrong and how to write it.
[[nodiscard]] Target parse_target(const std::vector<std::string>& words, Target defaults = {});

}  // namespace echopool::client
