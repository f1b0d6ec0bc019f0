// The file sink writes by itself instead of through Boost.Log's text_file_backend, which does not notice a write that
// fails (a full disk) and leaves its descriptor open to child processes.
#include "logging/log_line.hpp"
#include "logging/log_writer.hpp"
#include "unique_fd.hpp"

#include <echopool/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace echopool {
namespace {

constexpr int kept_files = 4;  ///< rotated files: path.1, the newest, to path.4

class FileWriter final : public LineWriter {
 public:
  FileWriter(const std::string& path, ByteSize rotate_at) : path_{path}, rotate_at_{rotate_at.bytes()} {
    if (const int error = reopen(); error != 0)
      throw StartError{error, "cannot write to log.file '" + path +
                                  "'; its directory must exist and the user of the program must be allowed to write "
                                  "there"};
  }

  void write(const LogLine& line) override {
    text_.clear();
    if (broken_line_) text_.push_back('\n');
    text_.append(utc_timestamp(line.time)).append(" ").append(to_string(line.level)).append(" ");
    text_.append(line.text).append("\n");
    if (rotates_ && size_ > 0 && size_ + text_.size() > next_rotation_) rotate();
    for (std::string_view rest = text_; !rest.empty();) rest.remove_prefix(write_some(rest));
    broken_line_ = false;
  }

 private:
  /// Opens the file for appending; returns errno, 0 on success. O_NONBLOCK only for this call: opening a FIFO without a
  /// reader must fail instead of hanging.
  int reopen() {
    UniqueFd fd{::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640)};
    struct ::stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || ::fcntl(fd.get(), F_SETFL, O_APPEND) != 0) return errno;
    fd_ = std::move(fd);
    rotates_ = S_ISREG(status.st_mode);
    size_ = static_cast<std::size_t>(status.st_size);
    next_rotation_ = rotate_at_;
    return 0;
  }

  /// What cannot be rotated goes on growing rather than being lost, and is tried again a whole file later.
  void rotate() {
    for (int number = kept_files; number > 1; --number)
      static_cast<void>(std::rename(numbered(number - 1).c_str(), numbered(number).c_str()));  // there may be fewer
    const bool renamed = std::rename(path_.c_str(), numbered(1).c_str()) == 0;
    int error = renamed ? 0 : errno;
    if (renamed) error = reopen();
    if (error == 0) return;
    next_rotation_ = size_ + rotate_at_;
    log_event(LogLevel::error, "log file not rotated",
              {{"file", path_}, {"error", std::generic_category().message(error)}});
  }

  std::size_t write_some(std::string_view text) {
    const ssize_t written = ::write(fd_.get(), text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) return 0;
      throw std::system_error{errno, std::generic_category(), path_};
    }
    size_ += static_cast<std::size_t>(written);
    broken_line_ = true;
    return static_cast<std::size_t>(written);
  }

  [[nodiscard]] std::string numbered(int number) const { return path_ + "." + std::to_string(number); }

  const std::string path_;
  const std::size_t rotate_at_;
  UniqueFd fd_;
  bool rotates_ = false;  ///< a regular file, not a FIFO or a terminal
  std::size_t size_ = 0;
  std::size_t next_rotation_ = 0;  ///< the size at which a new file is begun
  bool broken_line_ = false;       ///< the disk was full in the middle of a line
  std::string text_;
};

}  // namespace

std::unique_ptr<LineWriter> make_file_writer(const std::string& path, ByteSize rotate_at) {
  return std::make_unique<FileWriter>(path, rotate_at);
}

}  // namespace echopool
