// A key-value store that speaks RESP, the protocol of redis-cli and redis-benchmark: PING, GET and SET.
//
//     resp_store [ADDRESS]             default 127.0.0.1:7000; try: redis-cli -p 7000
#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <cctype>
#include <charconv>
#include <csignal>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

using namespace echopool;

namespace {

struct Store {
  std::shared_mutex mutex;
  std::unordered_map<std::string, std::string> values;
};

std::size_t number(std::string_view text, char mark, std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (text.empty() || text[0] != mark || error != std::errc{} || end != text.data() + text.size() || value > most)
    throw std::invalid_argument{"a client broke the protocol"};  // its connection ends, and the log says so
  return value;
}

/// `*2 $3 GET $4 name`, each followed by CR LF; nullopt: the peer has finished.
std::optional<std::vector<std::string>> read_command(Session& peer) {
  const auto first = peer.read_line();
  if (!first) return std::nullopt;
  if (!first->empty() && first->front() != '*') return std::vector{std::string{*first}};  // typed by hand
  std::vector<std::string> words(number(*first, '*', 1024));
  for (std::string& word : words) {
    word.resize(number(peer.read_line().value_or(""), '$', 1 << 20) + 2);
    if (!peer.read_exact(std::as_writable_bytes(std::span{word}))) return std::nullopt;
    word.resize(word.size() - 2);
  }
  return words;
}

std::string bulk(const std::string& text) { return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n"; }

std::string execute(const std::vector<std::string>& words, Store& store) {
  std::string name = words.empty() ? "" : words[0];
  for (char& letter : name) letter = static_cast<char>(std::toupper(letter));
  if (name == "PING") return "+PONG\r\n";
  if (name == "GET" && words.size() == 2) {
    const std::shared_lock lock{store.mutex};
    const auto found = store.values.find(words[1]);
    return found == store.values.end() ? "$-1\r\n" : bulk(found->second);
  }
  if (name == "SET" && words.size() == 3) {
    const std::unique_lock lock{store.mutex};
    store.values.insert_or_assign(words[1], words[2]);
    return "+OK\r\n";
  }
  return "-ERR unknown command or wrong number of arguments\r\n";
}

}  // namespace

int main(int argc, char** argv) {
  const Logging logging{{.sinks = {LogSink::standard_error}}};
  Store store;
  Server server;
  const auto handler = [&store](Session& peer) {
    const auto words = read_command(peer);  // first: a read that finds too little has the handler called again later
    if (words) peer.write(execute(*words, store));
    return words ? Next::again : Next::close;
  };
  server.serve_tcp(Endpoint::parse(argc > 1 ? argv[1] : "127.0.0.1:7000"), handler);
  return server.run_until_signal({SIGINT, SIGTERM});
}
