#include "logging/log_line.hpp"
#include "logging/log_writer.hpp"
#include "logging/syslog_protocol.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace echopool {
namespace {

/// Whether systemd has connected descriptor 2 to the journal: JOURNAL_STREAM names its device and inode
/// (systemd.exec(5)).
bool is_journal_stream() {
  const char* const named = std::getenv("JOURNAL_STREAM");
  struct ::stat status {};
  if (named == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return named == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

/// The journal stamps lines itself and reads their priority from a `<6>` in front (sd-daemon(3)); any other reader gets
/// the time and the level in words.
class StandardErrorWriter final : public LineWriter {
 public:
  void write(const LogLine& line) override {
    text_.clear();
    if (journal_) {
      text_.append("<").append(std::to_string(syslog_severity(line.level))).append(">");
    } else {
      text_.append(utc_timestamp(line.time)).append(" ").append(to_string(line.level)).append(" ");
    }
    text_.append(line.text).append("\n");
    for (std::string_view rest = text_; !rest.empty();) rest.remove_prefix(write_some(rest));
  }

 private:
  static std::size_t write_some(std::string_view text) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written >= 0) return static_cast<std::size_t>(written);
    const int error = errno;
    if (error == EAGAIN) {  // a process that shares the terminal or pipe has made it non-blocking
      pollfd stderr_ready{STDERR_FILENO, POLLOUT, 0};
      ::poll(&stderr_ready, 1, -1);
    } else if (error != EINTR) {
      throw std::system_error{error, std::generic_category(), "standard error"};
    }
    return 0;
  }

  const bool journal_ = is_journal_stream();
  std::string text_;
};

}  // namespace

std::unique_ptr<LineWriter> make_standard_error_writer() { return std::make_unique<StandardErrorWriter>(); }

}  // namespace echopool
