// Our lines in a program's own Boost.Log sinks: the one reason why Boost.Log's core sees them. Our sinks do not depend
// on it. Internal. Belongs to the Logging object.
#pragma once

#include "logging/line_receiver.hpp"

#include <memory>

namespace echopool {

/// While it lives, every line is also a record for Boost.Log's core, its text in the attribute "Message", and
/// Boost.Log's default sink, the console, is off. Without a sink of the program's own the core makes no record.
class ProgramSinks final : public LineReceiver {
 public:
  ProgramSinks();
  ~ProgramSinks() override;

  void take(LogLevel level, std::chrono::system_clock::time_point time, std::string_view line) noexcept override;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace echopool
