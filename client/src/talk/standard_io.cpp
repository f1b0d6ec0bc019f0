#include "talk/standard_io.hpp"

#include "net/waiting.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace echopool::client {

std::optional<ByteView> InputPieces::next(int cancel_fd) {
  return cut_ == Cut::lines ? next_line(cancel_fd) : next_block(cancel_fd);
}

std::optional<ByteView> InputPieces::next_block(int cancel_fd) {
  for (;;) {
    if (wait_for(fd_, POLLIN, cancel_fd) == Wait::cancelled) return std::nullopt;
    const ssize_t got = ::read(fd_, block_.data(), block_.size());
    if (got > 0) return ByteView{block_.data(), static_cast<std::size_t>(got)};
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    error_ = got < 0 ? errno : 0;
    ended_ = got == 0;
    return std::nullopt;
  }
}

std::optional<ByteView> InputPieces::next_line(int cancel_fd) {
  line_.clear();
  for (;;) {
    if (rest_.empty()) {
      const auto block = ended_ ? std::nullopt : next_block(cancel_fd);
      if (!block) return ended_ && !line_.empty() ? std::optional{ByteView{line_}} : std::nullopt;
      rest_ = *block;
    }
    const auto newline = std::find(rest_.begin(), rest_.end(), std::byte{'\n'});
    const auto length = std::min(static_cast<std::size_t>(newline - rest_.begin()), limit_ - line_.size());
    line_.insert(line_.end(), rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(length));
    rest_ = rest_.subspan(length);
    const bool whole = !rest_.empty() && rest_.front() == std::byte{'\n'};
    if (whole) rest_ = rest_.subspan(1);
    if (whole || line_.size() == limit_) return ByteView{line_};
  }
}

int write_all(int fd, ByteView bytes, int cancel_fd) {
  // A pipe that is ready for writing takes PIPE_BUF bytes without blocking (pipe(7)), and not surely more; a regular
  // file never keeps us waiting.
  struct stat status {};
  const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const std::size_t most = regular ? bytes.size() : PIPE_BUF;
  while (!bytes.empty()) {
    if (wait_for(fd, POLLOUT, cancel_fd) == Wait::cancelled) return ECANCELED;
    const ssize_t put = ::write(fd, bytes.data(), std::min(bytes.size(), most));
    if (put < 0 && errno != EINTR && errno != EAGAIN) return errno;
    if (put > 0) bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return 0;
}

}  // namespace echopool::client
