#include "deadlock/buffer_picture.hpp"

#include "measure/format.hpp"

#include <algorithm>

namespace echopool::client {
namespace {

struct Row {
  std::string name;
  std::uint64_t bytes;
};

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string padding(width > text.size() ? width - text.size() : 0, ' ');
  return right ? padding + text : text + padding;
}

}  // namespace

BufferLevels levels_of(std::uint64_t written, std::uint64_t read, const TcpEvidence& evidence,
                       const std::optional<PeerQueues>& server) noexcept {
  BufferLevels levels;
  levels.written = written;
  levels.read = read;
  levels.client_send = evidence.unsent;
  levels.client_receive = evidence.unread;
  const std::uint64_t left_us = written - std::min(written, evidence.unsent);
  const std::uint64_t came_back = read + evidence.unread;
  levels.server_holds = left_us - std::min(left_us, came_back);
  if (server) {
    // The three figures are of slightly different moments while bytes are moving.
    levels.server_receive = std::min<std::uint64_t>(server->unread, levels.server_holds);
    // Bytes that our kernel has received but not yet acknowledged are in both; ours count.
    levels.server_send = std::min<std::uint64_t>(server->unsent, levels.server_holds - *levels.server_receive);
  }
  return levels;
}

std::vector<std::string> draw(const BufferLevels& levels, std::size_t width, bool utf8) {
  std::vector<Row> rows{{"client's send buffer", levels.client_send}};
  if (levels.server_receive) {
    const std::uint64_t program = levels.server_holds - *levels.server_receive - *levels.server_send;
    rows.push_back({"server's receive buffer", *levels.server_receive});
    rows.push_back({"server's program", program});
    rows.push_back({"server's send buffer", *levels.server_send});
  } else {
    rows.push_back({"server, all buffers", levels.server_holds});
  }
  rows.push_back({"client's receive buffer", levels.client_receive});
  std::uint64_t most = 1;
  for (const Row& row : rows) most = std::max(most, row.bytes);
  constexpr std::size_t name_width = 23;
  constexpr std::size_t size_width = 9;
  const std::size_t room = width > name_width + size_width + 12 ? width - name_width - size_width - 6 : 0;
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line = padded(row.name, name_width, false) + " " + padded(format_size(row.bytes), size_width, true);
    const auto length = (row.bytes * room + most - 1) / most;
    if (length > 0) line += "  ";
    for (std::uint64_t i = 0; i < length; ++i) line += utf8 ? "\u2588" : "#";
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace echopool::client
