// Boost.Log's syslog backend, written to line by line instead of through records: what the native and the remote syslog
// have in common. Internal. Belongs to one sink's thread.
#pragma once

// Before the backend's header: without it the backend knows only UDP, and sends to 127.0.0.1:514 where nothing listens.
#define BOOST_LOG_USE_NATIVE_SYSLOG

#include "logging/log_writer.hpp"
#include "logging/syslog_protocol.hpp"

#include <boost/log/core/record_view.hpp>
#include <boost/log/sinks/syslog_backend.hpp>

#include <syslog.h>

#include <string>

namespace echopool {

[[nodiscard]] inline boost::log::sinks::syslog::facility backend_facility(const std::string& facility) {
  return boost::log::sinks::syslog::make_facility(syslog_facility(facility).value());
}

/// The backend takes its severity from a function of the record; ours is that of the line being written.
class SyslogWriter : public LineWriter {
 protected:
  void send(boost::log::sinks::syslog_backend& backend, LogLevel level, const std::string& text) {
    severity_ = syslog_severity(level);
    backend.consume(boost::log::record_view{}, text);
  }
  void map_severity(boost::log::sinks::syslog_backend& backend) {
    backend.set_severity_mapper(
        [this](const boost::log::record_view&) { return boost::log::sinks::syslog::make_level(severity_); });
  }

 private:
  int severity_ = LOG_INFO;
};

}  // namespace echopool
