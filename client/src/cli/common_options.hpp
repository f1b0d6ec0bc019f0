// The options that several subcommands share, and what they mean. Internal. Pure functions, any thread.
#pragma once

#include "cli/arguments.hpp"
#include "measure/histogram.hpp"
#include "net/dialer.hpp"
#include "net/socket_setup.hpp"

#include <fstream>
#include <string>

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

/// --hdr: a distribution in HdrHistogram's form into a file, which is opened before the run, so that a path that cannot
/// be written is told in time.
[[nodiscard]] Option hdr_option();
class HdrFile {
 public:
  /// Throws UsageError.
  explicit HdrFile(const Arguments& arguments);
  /// Does nothing without the option. Returns what went wrong, or nothing.
  [[nodiscard]] std::string write(const Histogram& samples);

 private:
  std::string path_;
  std::ofstream file_;
};

/// Letters mean different things in different families of tools; those of ping(8) are ping's alone.
enum class SocketLetters { none, of_ping };

/// --ttl, --tos, --fragment, --receive-buffer, --send-buffer.
[[nodiscard]] OptionGroup socket_setup_options(SocketLetters letters);
[[nodiscard]] SocketSetup setup_of(const Arguments& arguments);

}  // namespace echopool::client
