// A time is no size.
// error: no match for .operator=.
#include <echopool/settings.hpp>
using namespace echopool;

void set(ServerSettings& settings) {
#ifdef MISTAKE
  settings.pool.stack_size = 256s;
#else
  settings.pool.stack_size = 256_KiB;
#endif
}
