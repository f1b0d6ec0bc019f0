// What every fuzz target needs. For tests only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

/// Called with one input after the other, by libFuzzer or by replay.cpp. Always returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace echopool::fuzz {

/// What must hold for every input.
// Clang 14 has no std::source_location.
inline void require(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: does not hold\n", file, line);
  std::abort();
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Numbers from the input's beginning; zeros when it is used up.
class Reader {
 public:
  Reader(const std::uint8_t* data, std::size_t size) : rest_{data, size} {}

  template <class Number>
  Number take() noexcept {
    Number number{};
    const std::size_t size = rest_.size() < sizeof number ? rest_.size() : sizeof number;
    if (size != 0) std::memcpy(&number, rest_.data(), size);
    rest_ = rest_.subspan(size);
    return number;
  }
  [[nodiscard]] std::span<const std::uint8_t> take_bytes(std::size_t most) noexcept {
    const auto bytes = rest_.first(rest_.size() < most ? rest_.size() : most);
    rest_ = rest_.subspan(bytes.size());
    return bytes;
  }
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace echopool::fuzz
