// A distribution in the text form that HdrHistogram's tools read and plot (.hgrm). Internal. Pure function, any thread.
#pragma once

#include "measure/histogram.hpp"

#include <string>

namespace echopool::client {

/// Values in milliseconds; five lines for each halving of the distance to 100 %. What had not ended is in it with the
/// time that was seen, and a comment at the end says how many.
[[nodiscard]] std::string hdr_text(const Histogram& samples);

}  // namespace echopool::client
