// A directory of a test's own, removed with all that is in it. For tests only.
#pragma once

#include <filesystem>
#include <string>

namespace echopool::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  /// The path of something in it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A file's contents; empty when there is no such file.
[[nodiscard]] std::string contents(const std::string& path);
/// How often `part` is in `text`.
[[nodiscard]] std::size_t count_of(const std::string& part, const std::string& text);

}  // namespace echopool::test
