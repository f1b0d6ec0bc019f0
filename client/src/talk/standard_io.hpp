// Standard input in pieces and standard output in full, both ready to be told to stop. Internal. Each object belongs to
// one thread; neither owns its descriptor.
#pragma once

#include "verify/answer_check.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace echopool::client {

/// Reads a descriptor block by block, or line by line.
class InputPieces {
 public:
  enum class Cut {
    blocks,  ///< what one read(2) returns
    lines,   ///< without the newline: an empty line is an empty piece; a last line may lack its newline
  };

  /// No piece is longer than `limit`: a longer line comes in several.
  InputPieces(int fd, Cut cut, std::size_t limit) : fd_{fd}, cut_{cut}, limit_{limit}, block_(limit) {}

  /// The next piece, valid until the next call; nullopt at the end, on an error (see error()), or when `cancel_fd`
  /// became readable.
  [[nodiscard]] std::optional<ByteView> next(int cancel_fd);
  /// errno of the read that failed, or 0.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// True once the input has ended by itself.
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  [[nodiscard]] std::optional<ByteView> next_block(int cancel_fd);
  [[nodiscard]] std::optional<ByteView> next_line(int cancel_fd);

  const int fd_;
  const Cut cut_;
  const std::size_t limit_;
  std::vector<std::byte> block_;
  std::vector<std::byte> line_;  // the piece handed out in `lines`
  ByteView rest_;                // of block_, not yet cut into lines
  int error_ = 0;
  bool ended_ = false;
};

/// Writes all of `bytes`. Returns 0, errno, or ECANCELED when `cancel_fd` became readable first.
[[nodiscard]] int write_all(int fd, ByteView bytes, int cancel_fd);

}  // namespace echopool::client
