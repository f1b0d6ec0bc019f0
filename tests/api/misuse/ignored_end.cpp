// Whether there was a block at all cannot be overlooked.
// error: ignoring return value of .bool echopool::Session::read_exact
#include <echopool/server.hpp>

#include <array>
using namespace echopool;

Next handler(Session& peer) {
  std::array<std::byte, 4> header;
#ifdef MISTAKE
  peer.read_exact(header);
#else
  if (!peer.read_exact(header)) return Next::close;
#endif
  peer.write(header);
  return Next::again;
}
