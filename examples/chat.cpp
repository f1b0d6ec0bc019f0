// A chat room: what one says, all others read. Every member has a worker and an outbox of limited size, so one that
// does not read delays nobody: it misses what no longer fits, and is given up after `timeouts.send`.
//     chat [ADDRESS]                   default 127.0.0.1:7000; try: echopool talk 127.0.0.1 7000, several times
#include <echopool/log.hpp>
#include <echopool/server.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

using namespace echopool;

namespace {

struct Member {
  const int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);  // readable when there is something in the outbox
  std::string outbox;                                       // guarded by the room's mutex
  ~Member() { close(bell); }
};

struct Room {
  std::mutex mutex;  // nobody waits for a peer while holding it
  std::vector<std::weak_ptr<Member>> members;
  std::shared_ptr<Member> enter() {
    auto member = std::make_shared<Member>();
    const std::lock_guard lock{mutex};
    std::erase_if(members, [](const auto& one) { return one.expired(); });
    members.push_back(member);
    return member;
  }
  void say(const Member& speaker, const std::string& line) {
    const std::lock_guard lock{mutex};
    for (const auto& one : members) {
      const auto member = one.lock();
      if (!member || member.get() == &speaker || member->outbox.size() > 64 * 1024) continue;  // its loss
      member->outbox += line;
      eventfd_write(member->bell, 1);
    }
  }
  std::string take_outbox(Member& member) {
    const std::lock_guard lock{mutex};
    eventfd_t rung = 0;
    eventfd_read(member.bell, &rung);
    return std::exchange(member.outbox, {});
  }
};

/// One call is a member's whole stay.
void stay(Session& peer, Room& room) {
  const auto member = room.enter();
  for (;;) {
    if (!peer.wait_input(member->bell))
      peer.write(room.take_outbox(*member));
    else if (const auto line = peer.read_line(1_KiB))
      room.say(*member, peer.peer().to_string() + ": " + std::string{*line} + "\n");
    else
      return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Logging logging{{.sinks = {LogSink::standard_error}}};
  ServerSettings settings;
  settings.pool.workers = settings.limits.connections = 200;  // nobody is let in who would find no worker
  settings.timeouts.idle = 1h;
  Room room;
  Server server{settings};
  const auto handler = [&room](Session& peer) { stay(peer, room); };
  server.serve_tcp(Endpoint::parse(argc > 1 ? argv[1] : "127.0.0.1:7000"), handler, {.opens = Opens::server});
  return server.run_until_signal({SIGINT, SIGTERM});
}
