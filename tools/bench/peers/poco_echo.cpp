// An echo server on POCO's TCPServer as its documentation would have it: a thread for each connection, NODELAY, 64 KiB.
// usage: poco_echo PORT THREADS
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace {

class Echo : public Poco::Net::TCPServerConnection {
 public:
  using TCPServerConnection::TCPServerConnection;

  void run() override {
    auto& peer = socket();
    peer.setNoDelay(true);
    std::array<char, 65536> data;
    try {
      for (;;) {
        const int size = peer.receiveBytes(data.data(), static_cast<int>(data.size()));
        if (size <= 0) return;
        for (int sent = 0; sent < size;) sent += peer.sendBytes(data.data() + sent, size - sent);
      }
    } catch (const Poco::Exception&) {
      return;
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 2 ? std::atoi(argv[2]) : 16;
  Poco::ThreadPool pool{2, threads + 2, 60, 256 * 1024};
  auto* params = new Poco::Net::TCPServerParams;  // NOLINT: POCO counts the references
  params->setMaxThreads(threads);
  params->setMaxQueued(4096);
  Poco::Net::ServerSocket socket{
      Poco::Net::SocketAddress{"127.0.0.1", static_cast<Poco::UInt16>(argc > 1 ? std::atoi(argv[1]) : 0)}, 511};
  Poco::Net::TCPServer server{new Poco::Net::TCPServerConnectionFactoryImpl<Echo>, pool, socket, params};  // NOLINT
  server.start();
  std::printf("%d\n", static_cast<int>(socket.address().port()));
  std::fflush(stdout);
  for (;;) ::pause();
}
