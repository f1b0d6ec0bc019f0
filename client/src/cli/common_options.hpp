// The options that several subcommands share, and what they mean. Internal. Pure functions, any thread.
#pragma once

#include "cli/arguments.hpp"
#include "net/dialer.hpp"
#include "net/socket_setup.hpp"

namespace echopool::client {

/// -u, -4, -6, --source, --source-port.
[[nodiscard]] OptionGroup target_options();

/// The target that the words and the options name. Throws UsageError.
[[nodiscard]] Target target_of(const Arguments& arguments);

/// --source and --source-port as the address to bind to. Throws UsageError.
[[nodiscard]] Endpoint source_of(const Arguments& arguments);

/// --connect-timeout, and its value.
[[nodiscard]] Option connect_timeout_option();
[[nodiscard]] Timeout connect_limit_of(const Arguments& arguments);

/// Letters mean different things in different families of tools; those of ping(8) are ping's alone.
enum class SocketLetters { none, of_ping };

/// --ttl, --tos, --fragment, --receive-buffer, --send-buffer.
[[nodiscard]] OptionGroup socket_setup_options(SocketLetters letters);
[[nodiscard]] SocketSetup setup_of(const Arguments& arguments);

}  // namespace echopool::client
