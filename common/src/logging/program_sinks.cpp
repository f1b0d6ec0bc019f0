#include "logging/program_sinks.hpp"

#include <boost/log/attributes/attribute_set.hpp>
#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sinks/sink.hpp>
#include <boost/smart_ptr/make_shared_object.hpp>

#include <array>
#include <string>

namespace echopool {
namespace {

namespace logging = boost::log;

/// A sink that takes nothing. With no sink at all the core would print on standard output.
class NoSink final : public logging::sinks::sink {
 public:
  NoSink() : sink{false} {}
  bool will_consume(const logging::attribute_value_set& /*record*/) override { return false; }
  void consume(const logging::record_view& /*record*/) override {}
  void flush() override {}
};

}  // namespace

struct ProgramSinks::Core {
  const logging::core_ptr core = logging::core::get();  ///< kept: exit(3) may destroy Boost.Log's own pointer first
  const boost::shared_ptr<logging::sinks::sink> no_sink = boost::make_shared<NoSink>();
  const logging::attribute_set no_attributes;
  const logging::attribute_name message{"Message"};
};

ProgramSinks::ProgramSinks() : core_{std::make_unique<Core>()} {
  core_->core->add_sink(core_->no_sink);
  exchange_receivers({}, std::array<LineReceiver*, 1>{this});
}

ProgramSinks::~ProgramSinks() {
  exchange_receivers(std::array<LineReceiver*, 1>{this}, {});
  core_->core->remove_sink(core_->no_sink);
}

void ProgramSinks::take(LogLevel /*level*/, std::chrono::system_clock::time_point /*time*/,
                        std::string_view line) noexcept {
  try {
    if (logging::record record = core_->core->open_record(core_->no_attributes)) {
      record.attribute_values().insert(core_->message, logging::attributes::make_attribute_value(std::string{line}));
      core_->core->push_record(std::move(record));
    }
  } catch (...) {  // of the program's sinks: set_exception_handler() of the core tells the program
  }
}

}  // namespace echopool
