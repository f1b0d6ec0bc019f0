// The values of socket options as text: read from the kernel, given to it, and what it made of them. Internal. Plain
// functions, any thread; the socket is the caller's.
#pragma once

#include "opts/socket_options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echopool::client {

/// The value as text, or the errno of getsockopt(2): ENOPROTOOPT or EOPNOTSUPP when this kernel, or this kind of
/// socket, does not know the option.
struct OptionReading {
  std::optional<std::string> value;
  std::optional<std::int64_t> number = std::nullopt;  ///< of the kinds that are an int
  int error = 0;

  [[nodiscard]] bool is_unknown() const noexcept;
};
[[nodiscard]] OptionReading read_socket_option(int fd, const SocketOption& option);

/// How to write a value for the option: `a size: 65536, 64K, 1M`; empty when its values are no text.
[[nodiscard]] std::string_view value_form(const SocketOption& option) noexcept;
/// Whether `text` is written so.
[[nodiscard]] bool is_value(const SocketOption& option, std::string_view text);

/// Sets what read_socket_option() writes; sizes may be `64K`, times `250ms`, flags `on` and `off`. Returns 0 or errno;
/// EINVAL also when the text is no value for the option, ENOTSUP when its values are no text.
[[nodiscard]] int set_socket_option(int fd, const SocketOption& option, std::string_view text);

/// What /proc/sys says, white space made single spaces; empty when there is no such file.
[[nodiscard]] std::string read_sysctl(std::string_view path);

/// What the kernel made of a wish it did not refuse, in words: `as asked`, `twice what was asked …`. `text` is_value(),
/// `limit` is what the option's sysctl says. Empty when there is nothing to compare.
[[nodiscard]] std::string grant_note(const SocketOption& option, std::string_view text, const OptionReading& granted,
                                     std::string_view limit);

}  // namespace echopool::client
