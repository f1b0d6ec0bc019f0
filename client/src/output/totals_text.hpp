// What became of the probes, in words. Internal. Pure functions, any thread.
#pragma once

#include "verify/probe_ledger.hpp"

#include <string>

namespace echopool::client {

/// `10 sent, 9 answered (10 % loss), 1 lost, 2 duplicate`: classes without a probe are left out.
[[nodiscard]] std::string describe(const ProbeTotals& totals);

}  // namespace echopool::client
