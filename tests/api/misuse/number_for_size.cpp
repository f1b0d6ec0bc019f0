// 4 bytes or 4 KiB? A size says so.
// error: could not convert .4. from .int. to .echopool::ByteSize.|cannot convert
#include <echopool/server.hpp>
using namespace echopool;

bool wants_more(Session& peer) {
#ifdef MISTAKE
  return peer.read_line(4).has_value();
#else
  return peer.read_line(4_KiB).has_value();
#endif
}
