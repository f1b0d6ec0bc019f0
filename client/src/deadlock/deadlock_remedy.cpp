#include "deadlock/deadlock_remedy.hpp"

#include "measure/format.hpp"
#include "net/network_error.hpp"
#include "net/waiting.hpp"
#include "thread.hpp"
#include "verify/pattern.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <vector>

namespace echopool::client {
namespace {

class Attempt {
 public:
  Attempt(const Connection& connection, std::uint64_t key, const RemedySettings& settings)
      : fd_{connection.socket.get()}, key_{key}, settings_{settings}, into_(65'536) {
    report_.planned = settings.bytes;
    report_.sent = settings.written;
    limit_sends(settings.patience);
  }

  RemedyReport run(Remedy remedy) {
    const Nanoseconds start = monotonic_now();
    switch (remedy) {
      case Remedy::reader_thread:
        with_reader();
        break;
      case Remedy::read_between:
        with_reading_between();
        break;
      case Remedy::smaller:
        with_less();
        break;
      case Remedy::timeout:
        with_timeout();
        break;
    }
    report_.duration = monotonic_now() - start;
    return report_;
  }

 private:
  void with_reader() {
    Thread writer{"writer", 256_KiB, [this] {
                    write_until(settings_.bytes);
                    ::shutdown(fd_, SHUT_WR);
                  }};
    read_until(std::nullopt);
    if (!report_.good()) ::shutdown(fd_, SHUT_RDWR);  // so that the writer does not wait for ever
    writer.join();
    finish();
  }

  void with_reading_between() {
    while (report_.sent < settings_.bytes && report_.good()) {
      write_until(std::min<std::uint64_t>(report_.sent + settings_.chunk, settings_.bytes));
      read_until(report_.sent);
    }
    close_and_finish();
  }

  void with_less() {
    write_until(settings_.bytes);
    close_and_finish();
  }

  void with_timeout() {
    limit_sends(settings_.limit);
    write_until(settings_.bytes);
    if (write_error_ == EAGAIN) {
      report_.timed_out = true;
      write_error_ = 0;
    }
    close_and_finish();
  }

  void close_and_finish() {
    ::shutdown(fd_, SHUT_WR);
    if (report_.good()) read_until(std::nullopt);
    finish();
  }

  void limit_sends(Nanoseconds limit) const {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(limit).count();
    const timeval time{micros / 1'000'000, micros % 1'000'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
  }

  /// A plain blocking writer.
  void write_until(std::uint64_t end) {
    std::vector<std::byte> chunk(settings_.chunk);
    while (report_.sent < end) {
      const auto block = std::span{chunk}.first(std::min<std::uint64_t>(chunk.size(), end - report_.sent));
      fill_pattern(block, key_, report_.sent);
      const ssize_t put = ::send(fd_, block.data(), block.size(), MSG_NOSIGNAL);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) {
        write_error_ = errno;
        return;
      }
      report_.sent += static_cast<std::uint64_t>(put);
    }
  }

  /// Reads and verifies up to an offset, or to the server's end.
  void read_until(std::optional<std::uint64_t> end) {
    while (!end || report_.verified < *end) {
      const auto patience = std::chrono::ceil<std::chrono::milliseconds>(settings_.patience);
      switch (wait_for(fd_, POLLIN, settings_.interrupt_fd, patience)) {
        case Wait::cancelled:
          return fail("interrupted");
        case Wait::timed_out:
          return fail("nothing more came for " + format_duration(settings_.patience));
        case Wait::ready:
          break;
      }
      const ssize_t got = ::recv(fd_, into_.data(), into_.size(), MSG_DONTWAIT);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) return fail(explain(errno, Transport::tcp));
      if (got == 0) {
        report_.ended = true;
        if (end) fail("the server ended the connection");
        return;
      }
      const auto bytes = std::span{into_}.first(static_cast<std::size_t>(got));
      if (const auto at = find_difference(bytes, key_, report_.verified)) {
        report_.corrupt_at = report_.verified + *at;
        return fail("the byte at offset " + format_count(*report_.corrupt_at) + " is not what was sent");
      }
      report_.verified += bytes.size();
    }
  }

  void fail(const std::string& why) {
    if (report_.failure.empty()) report_.failure = why;
  }

  void finish() {
    if (write_error_ == EAGAIN) fail("nothing could be sent for " + format_duration(settings_.patience));
    if (write_error_ != 0) fail("cannot send: " + explain(write_error_, Transport::tcp));
    if (report_.verified < report_.sent) fail("only " + format_count(report_.verified) + " came back");
    if (report_.verified > report_.sent) fail("more came back than was sent");
  }

  const int fd_;
  const std::uint64_t key_;
  const RemedySettings settings_;
  std::vector<std::byte> into_;
  RemedyReport report_;
  int write_error_ = 0;
};

}  // namespace

RemedyReport apply_remedy(Remedy remedy, const Connection& connection, std::uint64_t key,
                          const RemedySettings& settings) {
  return Attempt{connection, key, settings}.run(remedy);
}

}  // namespace echopool::client
