// A Server is its threads and sockets: there is no second one like it.
// error: use of deleted function .echopool::Server::Server\(const echopool::Server&\)
#include <echopool/server.hpp>
using namespace echopool;

void serve(Server& server) {
#ifdef MISTAKE
  Server another = server;
#else
  Server& another = server;
#endif
  another.start();
}
