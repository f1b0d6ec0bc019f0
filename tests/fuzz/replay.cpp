// Feeds every file of the given folders to the fuzz target, and each cut short as well: what ordinary builds run
// instead of libFuzzer.
#include "fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int count, char** arguments) {
  int files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator{arguments[i]}) {
      std::ifstream file{entry.path(), std::ios::binary};
      const std::string text{std::istreambuf_iterator<char>{file}, {}};
      std::cerr << entry.path().filename().string() << '\n';  // the last one named is the one that failed
      // A copy of its own for each length, so that the address sanitizer sees a read past its end.
      const std::size_t step = 1 + text.size() / 64;
      for (std::size_t size = 0; size < text.size(); size += step) {
        const std::string part{text, 0, size};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
      }
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
      ++files;
    }
  }
  std::cout << files << " inputs\n";
  return files == 0 ? 1 : 0;
}
