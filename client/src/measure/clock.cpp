#include "measure/clock.hpp"

#include <array>
#include <cstdio>

namespace echopool::client {

std::string format_date(Nanoseconds realtime) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(realtime);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(realtime - seconds).count();
  const std::time_t time = seconds.count();
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 40> date{};
  const std::size_t length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(date.data() + length, date.size() - length, ".%06ldZ", static_cast<long>(micros));
  return date.data();
}

}  // namespace echopool::client
