// An echo server on Boost.Asio's blocking operations as its documentation would have it: a thread for each connection,
// NODELAY, 64 KiB. usage: asio_blocking_echo PORT
#include <boost/asio.hpp>

#include <array>
#include <cstdlib>
#include <thread>
#include <utility>

namespace {

using boost::asio::ip::tcp;

void serve(tcp::socket socket) {
  std::array<char, 65536> data;
  boost::system::error_code error;
  socket.set_option(tcp::no_delay{true}, error);
  for (;;) {
    const std::size_t size = socket.read_some(boost::asio::buffer(data), error);
    if (error) return;
    boost::asio::write(socket, boost::asio::buffer(data, size), error);
    if (error) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0);
  boost::asio::io_context io;
  tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), port}};
  for (;;) std::thread{serve, acceptor.accept()}.detach();
}
