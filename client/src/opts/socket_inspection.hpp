// A new socket asked for its options, before and after something is set. Internal. One thread at a time.
#pragma once

#include "opts/socket_option_values.hpp"
#include "unique_fd.hpp"

#include <optional>
#include <string>
#include <vector>

namespace echopool::client {

struct SocketKind {
  bool udp = false;
  bool v6 = false;
};

/// What an option is asked to be.
struct OptionWish {
  const SocketOption* option;
  std::string asked;
};

struct OptionReport {
  const SocketOption* option = nullptr;
  OptionReading fresh;  ///< of the new socket
  std::string limit;    ///< what /proc/sys says; empty: nothing
  std::optional<std::string> asked;
  int refused = 0;           ///< errno of setsockopt
  OptionReading granted;     ///< where something was asked for and not refused
  std::string granted_note;  ///< how that compares; may be empty

  /// This kernel has no such option, or none for this kind of socket.
  [[nodiscard]] bool is_unknown() const noexcept;
};

class SocketInspection {
 public:
  /// Throws NetworkError.
  explicit SocketInspection(const SocketKind& kind);

  /// The options that one of the words names, or has in its name or meaning, and those of the wishes; without either
  /// all of them. Wishes are granted or refused in their order, each after its option has been read.
  [[nodiscard]] std::vector<OptionReport> report(const std::vector<std::string>& words,
                                                 const std::vector<OptionWish>& wishes) const;

  [[nodiscard]] std::vector<UnnamedOption> unnamed() const { return unnamed_socket_options(socket_.get()); }

 private:
  [[nodiscard]] bool has(const SocketOption& option) const noexcept;

  SocketKind kind_;
  UniqueFd socket_;
};

}  // namespace echopool::client
