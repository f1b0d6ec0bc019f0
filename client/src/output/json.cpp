#include "output/json.hpp"

#include "utf8.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace echopool::client {
namespace {

namespace bj = boost::json;

bj::string to_utf8(std::string_view text) {
  bj::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
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
