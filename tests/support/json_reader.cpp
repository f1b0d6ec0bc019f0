#include "json_reader.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace echopool::test {

namespace bj = boost::json;

JsonReader::JsonReader(const std::string& text) {
  const bool one_line = !text.empty() && text.find('\n') == text.size() - 1;
  if (!one_line) throw std::runtime_error{"not one line of JSON: '" + text + "'"};
  root_ = std::make_unique<bj::value>(bj::parse(text));
}

JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;

const bj::value* JsonReader::find(std::string_view path) const {
  const bj::value* current = root_.get();
  while (current != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const auto key = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (current->is_array())
      current = current->get_array().if_contains(std::stoul(std::string{key}));
    else
      current =
          current->is_object() ? current->get_object().if_contains(bj::string_view{key.data(), key.size()}) : nullptr;
  }
  return current;
}

const bj::value& JsonReader::at(std::string_view path) const {
  const bj::value* found = find(path);
  if (found == nullptr) throw std::runtime_error{"no '" + std::string{path} + "' in " + bj::serialize(*root_)};
  return *found;
}

double JsonReader::number(std::string_view path) const { return at(path).to_number<double>(); }
std::string JsonReader::text(std::string_view path) const { return std::string{at(path).as_string()}; }
bool JsonReader::boolean(std::string_view path) const { return at(path).as_bool(); }
bool JsonReader::is_null(std::string_view path) const { return at(path).is_null(); }
bool JsonReader::has(std::string_view path) const { return find(path) != nullptr; }

std::size_t JsonReader::size(std::string_view path) const {
  const bj::value& value = at(path);
  return value.is_array() ? value.get_array().size() : value.as_object().size();
}

}  // namespace echopool::test
