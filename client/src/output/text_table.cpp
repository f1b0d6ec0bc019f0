#include "output/text_table.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace echopool::client {
namespace {

constexpr std::size_t gap = 2;

}  // namespace

TextTable TextTable::transposed() const {
  TextTable result;
  for (std::size_t column = 0; !rows_.empty() && column < rows_.front().size(); ++column) {
    std::vector<std::string> row;
    for (const auto& source : rows_) {
      assert(source.size() == rows_.front().size());
      row.push_back(source[column]);
    }
    result.add(std::move(row));
  }
  return result;
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> result;
  for (const auto& row : rows_) {
    result.resize(std::max(result.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) result[i] = std::max(result[i], row[i].size());
  }
  return result;
}

std::size_t TextTable::width() const {
  const auto columns = widths();
  return columns.empty() ? 0 : std::reduce(columns.begin(), columns.end()) + gap * (columns.size() - 1);
}

std::string TextTable::line(std::size_t row) const {
  const auto columns = widths();
  const auto& cells = rows_.at(row);
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(columns[i] - cells[i].size(), ' ');
    if (i > 0) text.append(gap, ' ');
    text += i == 0 ? cells[i] + padding : padding + cells[i];
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string TextTable::to_string() const {
  std::string text;
  for (std::size_t row = 0; row < rows_.size(); ++row) text += line(row) + "\n";
  return text;
}

}  // namespace echopool::client
