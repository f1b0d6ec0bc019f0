// What helps against the deadlock, and the proof: each remedy sends the same bytes and verifies every one that comes
// back. Internal. One thread calls; reader_thread starts one more.
#pragma once

#include "measure/clock.hpp"
#include "net/dialer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace echopool::client {

enum class Remedy {
  reader_thread,  ///< one thread writes, another reads
  read_between,   ///< after each chunk, read its echo
  smaller,        ///< send no more than the buffers hold
  timeout,        ///< SO_SNDTIMEO: an error instead of a wait for ever
};

struct RemedySettings {
  std::uint64_t bytes = 0;
  std::uint64_t written = 0;  ///< reader_thread: so much has already been written to this connection
  std::size_t chunk = 1024;
  Nanoseconds limit = std::chrono::seconds{2};      ///< timeout: of a send
  Nanoseconds patience = std::chrono::seconds{10};  ///< no byte for this long: it did not help
  int interrupt_fd = -1;
};

struct RemedyReport {
  std::uint64_t planned = 0;  ///< bytes
  std::uint64_t sent = 0;
  std::uint64_t verified = 0;  ///< came back, each as it was sent, in order
  std::optional<std::uint64_t> corrupt_at;
  bool timed_out = false;  ///< a send reached its limit
  bool ended = false;      ///< the server finished the connection after our end
  std::string failure;     ///< empty: every byte that was sent came back
  Nanoseconds duration{0};

  [[nodiscard]] bool good() const noexcept { return failure.empty(); }
};

[[nodiscard]] RemedyReport apply_remedy(Remedy remedy, const Connection& connection, std::uint64_t key,
                                        const RemedySettings& settings);

}  // namespace echopool::client
