// A program that uses Boost.Log itself, besides ours.
#include "temporary_directory.hpp"

#include <echopool/log.hpp>

#include <boost/log/core.hpp>
#include <boost/log/expressions.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/sinks/text_ostream_backend.hpp>
#include <boost/log/trivial.hpp>
#include <boost/smart_ptr/make_shared_object.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>

using namespace echopool;
using namespace echopool::test;

namespace {

namespace logging = boost::log;

struct LogFile : TemporaryDirectory {
  LogFile() {
    settings.sinks = {LogSink::file};
    settings.file = *this / "log";
  }
  [[nodiscard]] bool holds(const std::string& text) const {
    return contents(settings.file).find(text) != std::string::npos;
  }
  LogSettings settings;
};

/// A sink of the program's own, which writes into memory.
class OwnSink {
 public:
  OwnSink() {
    const auto backend = boost::make_shared<logging::sinks::text_ostream_backend>();
    backend->add_stream(stream_);
    sink_ = boost::make_shared<Sink>(backend);
    logging::core::get()->add_sink(sink_);
  }
  ~OwnSink() { logging::core::get()->remove_sink(sink_); }
  OwnSink(const OwnSink&) = delete;
  OwnSink& operator=(const OwnSink&) = delete;

  [[nodiscard]] std::string text() const { return stream_->str(); }

 private:
  using Sink = logging::sinks::synchronous_sink<logging::sinks::text_ostream_backend>;
  boost::shared_ptr<std::ostringstream> stream_ = boost::make_shared<std::ostringstream>();
  boost::shared_ptr<Sink> sink_;
};

/// Logs when main's objects are gone, and Boost.Log's with them.
struct LogsAtExit {
  ~LogsAtExit() { log_event(LogLevel::info, "from a static destructor"); }
};
const LogsAtExit logs_at_exit;

}  // namespace

BOOST_FIXTURE_TEST_CASE(they_get_our_lines, LogFile) {
  const OwnSink own;
  log_event(LogLevel::error, "before");
  Logging logging{settings};
  log_event(LogLevel::info, "sold", {{"item", "rye bread"}});
  BOOST_TEST(logging.close());
  log_event(LogLevel::error, "after");
  BOOST_TEST(own.text() == "sold item=\"rye bread\"\n");
  BOOST_TEST(holds("info sold item=\"rye bread\"\n"));
}

BOOST_FIXTURE_TEST_CASE(their_records_stay_out_of_our_sinks, LogFile) {
  Logging logging{settings};
  BOOST_LOG_TRIVIAL(error) << "not ours\nat all";
  log_event(LogLevel::info, "ours");
  BOOST_TEST(logging.close());
  BOOST_TEST(holds("info ours\n"));
  BOOST_TEST(!holds("not ours"));
}

BOOST_FIXTURE_TEST_CASE(one_that_throws_costs_our_sinks_no_line, LogFile) {
  struct Throws final : logging::sinks::sink {
    Throws() : sink{false} {}
    bool will_consume(const logging::attribute_value_set&) override { return true; }
    void consume(const logging::record_view&) override { throw std::runtime_error{"full"}; }
    void flush() override {}
  };
  const auto throws = boost::make_shared<Throws>();
  logging::core::get()->add_sink(throws);
  Logging logging{settings};
  log_event(LogLevel::info, "sold");
  BOOST_TEST(logging.close());
  BOOST_TEST(holds("info sold\n"));
  BOOST_TEST(log_lost() == 0U);
  logging::core::get()->remove_sink(throws);
}

BOOST_FIXTURE_TEST_CASE(a_program_that_exits_in_the_middle_of_logging_ends_in_good_order, LogFile) {
  const pid_t child = ::fork();
  if (child == 0) {
    static_cast<void>(std::make_unique<Logging>(settings).release());  // never destroyed
    log_event(LogLevel::info, "in time");
    std::exit(0);  // NOLINT(concurrency-mt-unsafe)
  }
  int status = -1;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
}
