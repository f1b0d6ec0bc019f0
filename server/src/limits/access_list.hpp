// Who may talk to the server: allow and deny lists of address blocks, made ready for quick look-up. Internal. Immutable
// after construction, any thread.
#pragma once

#include <echopool/endpoint.hpp>
#include <echopool/settings.hpp>

#include <string>
#include <vector>

namespace echopool {

/// The longest matching prefix wins, a tie denies. With an empty allow list everything that is not denied is admitted;
/// otherwise what matches nothing is denied. An IPv4-mapped IPv6 address is the IPv4 address it carries.
class AccessList {
 public:
  /// Throws std::invalid_argument naming the entry that is no address block.
  explicit AccessList(const AccessSettings& settings);

  /// Returns a sentence for each entry of the lists that is no address block; empty if all can be used.
  [[nodiscard]] static std::vector<std::string> problems(const AccessSettings& settings);

  /// One binary search, whatever the lists. The port plays no part.
  [[nodiscard]] bool admits(const Endpoint& peer) const noexcept;

 private:
  /// From `first` up to the next span's first, every address has the same verdict.
  struct Span {
    Endpoint::Bytes first;
    bool admitted;
  };
  using Spans = std::vector<Span>;

  static Spans flatten(const AccessSettings& settings, Endpoint::Family family, bool otherwise);

  bool otherwise_;  ///< the verdict on what no block contains
  Spans v4_;
  Spans v6_;
};

}  // namespace echopool
