#include "output/json.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace echopool::client {
namespace {

namespace bj = boost::json;

/// The length of the UTF-8 sequence at the front (RFC 3629), or 0.
std::size_t sequence_length(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool overlong = first == 0xe0 && at(1) < 0xa0;
    const bool surrogate = first == 0xed && at(1) >= 0xa0;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool out_of_range = (first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) >= 0x90);
    return continues(1) && continues(2) && continues(3) && !out_of_range ? 4 : 0;
  }
  return 0;
}

bj::string to_utf8(std::string_view text) {
  bj::string result;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    result += length == 0 ? bj::string_view{"\xef\xbf\xbd"} : bj::string_view{text.data(), length};
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

bj::value convert(const Json& json) {
  struct Visitor {
    bj::value operator()(std::nullptr_t) const { return nullptr; }
    bj::value operator()(bool value) const { return value; }
    bj::value operator()(std::int64_t value) const { return value; }
    bj::value operator()(std::uint64_t value) const { return value; }
    bj::value operator()(double value) const { return std::isfinite(value) ? bj::value(value) : bj::value(nullptr); }
    bj::value operator()(const std::string& value) const { return to_utf8(value); }
    bj::value operator()(const Json::Array& array) const {
      bj::array result;
      for (const Json& item : array) result.push_back(convert(item));
      return result;
    }
    bj::value operator()(const Json::Object& object) const {
      bj::object result;
      for (const auto& [key, value] : object) result[key] = convert(value);
      return result;
    }
  };
  return std::visit(Visitor{}, json.value());
}

}  // namespace

std::string Json::to_string() const { return bj::serialize(convert(*this)); }

}  // namespace echopool::client
