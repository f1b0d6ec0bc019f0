#include "limits/access_list.hpp"

#include "cidr.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

namespace echopool {
namespace {

using Bytes = Endpoint::Bytes;

struct Block {
  Bytes first;
  Bytes last;
  bool admitted;
};

Bytes last_of(const Cidr& cidr) {
  Bytes last = cidr.address;
  const unsigned bits = cidr.family == Endpoint::Family::v4 ? 32 : 128;
  for (unsigned bit = cidr.prefix_length; bit < bits; ++bit)
    last[bit / 8] = static_cast<std::uint8_t>(last[bit / 8] | 0x80U >> bit % 8);
  return last;
}

/// The address after `last` in a family of `size` bytes; nullopt after the last of all.
std::optional<Bytes> after(Bytes last, std::size_t size) {
  for (std::size_t i = size; i-- > 0;)
    if (++last[i] != 0) return last;
  return std::nullopt;
}

void collect(const std::vector<std::string>& texts, bool admitted, Endpoint::Family family, std::vector<Block>& into) {
  for (const std::string& text : texts) {
    const Cidr cidr = Cidr::parse(text);
    if (cidr.family == family) into.push_back({cidr.address, last_of(cidr), admitted});
  }
}

}  // namespace

AccessList::AccessList(const AccessSettings& settings)
    : otherwise_{settings.allow.empty()},
      v4_{flatten(settings, Endpoint::Family::v4, otherwise_)},
      v6_{flatten(settings, Endpoint::Family::v6, otherwise_)} {}

bool AccessList::admits(const Endpoint& peer) const noexcept {
  const Endpoint plain = peer.unmapped();
  if (plain.family() == Endpoint::Family::any) return otherwise_;
  const Spans& spans = plain.family() == Endpoint::Family::v4 ? v4_ : v6_;
  const auto next = std::upper_bound(spans.begin(), spans.end(), plain.address(),
                                     [](const Bytes& address, const Span& span) { return address < span.first; });
  return next == spans.begin() ? otherwise_ : std::prev(next)->admitted;
}

std::vector<std::string> AccessList::problems(const AccessSettings& settings) {
  std::vector<std::string> result;
  const auto look = [&result](const char* list, const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) try {
        static_cast<void>(Cidr::parse(entry));
      } catch (const std::invalid_argument& error) {
        result.push_back(std::string{list} + ": " + error.what());
      }
  };
  look("access.allow", settings.allow);
  look("access.deny", settings.deny);
  return result;
}

// Blocks either nest or do not touch. Sorted with the outer before the inner, one walk with a stack of those that are
// open gives the addresses at which the innermost block, and so the verdict, changes.
AccessList::Spans AccessList::flatten(const AccessSettings& settings, Endpoint::Family family, bool otherwise) {
  std::vector<Block> blocks;
  collect(settings.allow, true, family, blocks);
  collect(settings.deny, false, family, blocks);
  // Of equal blocks the denying one comes last, and counts.
  std::sort(blocks.begin(), blocks.end(), [](const Block& left, const Block& right) {
    return std::tie(left.first, right.last, right.admitted) < std::tie(right.first, left.last, left.admitted);
  });

  Spans spans;
  std::vector<Block> open;
  const auto change = [&spans](const Bytes& first, bool admitted) {
    if (!spans.empty() && spans.back().first == first) spans.pop_back();
    spans.push_back({first, admitted});
  };
  const auto close_innermost = [&] {
    const auto next = after(open.back().last, family == Endpoint::Family::v4 ? 4 : 16);
    open.pop_back();
    if (next) change(*next, open.empty() ? otherwise : open.back().admitted);
  };
  for (const Block& block : blocks) {
    while (!open.empty() && open.back().last < block.first) close_innermost();
    open.push_back(block);
    change(block.first, block.admitted);
  }
  while (!open.empty()) close_innermost();
  return spans;
}

}  // namespace echopool
