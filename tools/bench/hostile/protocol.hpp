// What honest clients and hostile peers say to a server, by the protocol it speaks. Of the program hostile.
#pragma once

#include <string>
#include <string_view>

namespace hostile {

struct Protocol {
  std::string message;  ///< 64 bytes, a whole one
  std::string half;     ///< the beginning of one
  std::string drip;     ///< the beginning of one that goes on with `x` for ever
  std::string bulk;     ///< whole messages, some 16 KiB, or such as have large answers
};

/// Throws std::invalid_argument when there is none of this name: echo, lines, http, thrift.
[[nodiscard]] Protocol protocol_named(std::string_view name);

}  // namespace hostile
