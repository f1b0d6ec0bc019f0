// The command line of one subcommand, taken apart by its option tables and read as values. Internal. Constant once
// parsed, any thread.
#pragma once

#include "cli/command.hpp"
#include "measure/format.hpp"
#include "net/target.hpp"

#include <echopool/literals.hpp>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace echopool::client {

/// A command line that makes no sense; what() says which word and how to write it.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Arguments {
 public:
  /// Throws UsageError. `--help` and `--version` are known everywhere and left to the caller.
  static Arguments parse(const Command& command, const std::vector<std::string>& words);

  [[nodiscard]] const Command& command() const noexcept { return *command_; }
  /// What is left after the options.
  [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }
  /// The whole command line, as typed after `echopool`.
  [[nodiscard]] const std::vector<std::string>& typed() const noexcept { return typed_; }

  /// Whether the option was given on the command line.
  [[nodiscard]] bool has(std::string_view name) const { return values_.find(name) != values_.end(); }

  // The option's last value, or else its default from the table. Asking for a value of an option that has neither, or
  // that is not in the table, is a std::logic_error. A value that cannot be read throws UsageError.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] Nanoseconds duration(std::string_view name) const;
  [[nodiscard]] std::uint64_t size(std::string_view name, std::uint64_t least, std::uint64_t most) const;
  [[nodiscard]] std::uint64_t count(std::string_view name, std::uint64_t least, std::uint64_t most) const;
  [[nodiscard]] double rate(std::string_view name) const;
  /// As duration(), rounded up to milliseconds; nullopt when the option has no value.
  [[nodiscard]] Timeout timeout(std::string_view name) const;
  /// Every value of an option that may be repeated.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

  [[nodiscard]] bool has_value(std::string_view name) const;

 private:
  [[nodiscard]] const Option& option(std::string_view name) const;
  [[noreturn]] void wrong(std::string_view name, const std::string& value, const std::string& remedy) const;

  const Command* command_ = nullptr;
  std::vector<std::string> typed_;
  std::vector<std::string> words_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// `a|b|c` taken apart.
[[nodiscard]] std::vector<std::string_view> split_choices(std::string_view text);

/// `--name` or `-l, --name`, for messages.
[[nodiscard]] std::string spelled(const Option& option);

}  // namespace echopool::client
