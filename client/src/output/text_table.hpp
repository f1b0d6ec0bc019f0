// Cells in columns: the first column to the left, the others to the right. Internal. Plain values, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace echopool::client {

class TextTable {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  /// Rows as columns; every row must be as long as the first.
  [[nodiscard]] TextTable transposed() const;
  /// Of the longest line.
  [[nodiscard]] std::size_t width() const;
  /// A row without a newline. Cells are counted as bytes: for ASCII.
  [[nodiscard]] std::string line(std::size_t row) const;
  [[nodiscard]] std::string to_string() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<std::vector<std::string>> rows_;
};

}  // namespace echopool::client
