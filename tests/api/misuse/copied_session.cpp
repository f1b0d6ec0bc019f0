// A Session lives as long as the call: it cannot be kept.
// error: use of deleted function .echopool::Session::Session\(const echopool::Session&\)
#include <echopool/server.hpp>
using namespace echopool;

Next handler(Session& peer) {
#ifdef MISTAKE
  Session kept = peer;
#else
  Session& kept = peer;
#endif
  kept.write("hello\n");
  return Next::close;
}
