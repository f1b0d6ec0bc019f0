// 30 of what? A time has a unit.
// error: no match for .operator=.
#include <echopool/settings.hpp>
using namespace echopool;

void set(ServerSettings& settings) {
#ifdef MISTAKE
  settings.timeouts.receive = 30;
#else
  settings.timeouts.receive = 30s;
#endif
}
