#include "check/threshold.hpp"

#include "measure/format.hpp"
#include "quantity.hpp"

#include <chrono>

namespace echopool::client {
namespace {

std::optional<double> seconds(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto duration = parse_duration(negative ? text.substr(1) : text, NoUnit::is_seconds);
  if (!duration) return std::nullopt;
  const double value = std::chrono::duration<double>{*duration}.count();
  return negative ? -value : value;
}

}  // namespace

std::optional<Threshold> Threshold::parse(std::string_view text) {
  Threshold result;
  if (text.starts_with('@')) {
    result.inside_ = true;
    text.remove_prefix(1);
  }
  const auto colon = text.find(':');
  const auto end = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (colon != std::string_view::npos) {
    const auto start = text.substr(0, colon);
    result.start_ = start == "~" ? std::nullopt : start.empty() ? std::optional{0.0} : seconds(start);
    if (start != "~" && !result.start_) return std::nullopt;
  }
  const bool open_end = end.empty() && colon != std::string_view::npos;
  if (!open_end) {
    result.end_ = seconds(end);
    if (!result.end_) return std::nullopt;
  }
  if (result.start_ && result.end_ && *result.start_ > *result.end_) return std::nullopt;
  return result;
}

bool Threshold::alerts(double value) const noexcept {
  const bool within = (!start_ || value >= *start_) && (!end_ || value <= *end_);
  return within == inside_;
}

std::string Threshold::to_string() const {
  std::string text = inside_ ? "@" : "";
  if (!start_)
    text += "~:";
  else if (*start_ != 0 || !end_)
    text += plain_number(*start_) + ":";
  if (end_) text += plain_number(*end_);
  return text;
}

}  // namespace echopool::client
