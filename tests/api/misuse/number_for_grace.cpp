// Nor can a grace period be a bare number.
// error: cannot convert .int. to .std::chrono::milliseconds.|could not convert
#include <echopool/server.hpp>
using namespace echopool;

void end(Server& server) {
#ifdef MISTAKE
  server.stop(10);
#else
  server.stop(10s);
#endif
}
