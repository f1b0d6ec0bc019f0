#include "output/totals_text.hpp"

#include "measure/format.hpp"

#include <array>
#include <cstdio>

namespace echopool::client {
namespace {

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), share > 0 && share < 0.001 ? "%.4f %%" : "%.3g %%", share * 100);
  return text.data();
}

}  // namespace

std::string describe(const ProbeTotals& totals) {
  std::string text = format_count(totals.probes() - totals.send_failed) + " sent, " + format_count(totals.answered()) +
                     " answered (" + percent(totals.loss()) + " loss)";
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count > 0) text += ", " + format_count(count) + " " + what;
  };
  add(totals.lost, "lost");
  add(totals.late, "late");
  add(totals.corrupt, "corrupt");
  add(totals.truncated, "truncated");
  add(totals.refused, "refused");
  add(totals.send_failed, "not sent");
  add(totals.pending, "in flight");
  add(totals.duplicates, "duplicate");
  add(totals.reordered, "reordered");
  add(totals.strays, "stray");
  return text;
}

}  // namespace echopool::client
