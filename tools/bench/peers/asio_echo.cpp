// An echo server on Boost.Asio as its documentation would have it: asynchronous, NODELAY, 64 KiB a connection.
// usage: asio_echo PORT [THREADS]   (one io_context; with several threads a strand per connection)
#include <boost/asio.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace {

using boost::asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_{std::move(socket)} {}

  void read() {
    socket_.async_read_some(boost::asio::buffer(data_), [self = shared_from_this()](auto error, std::size_t size) {
      if (!error) self->write(size);
    });
  }

 private:
  void write(std::size_t size) {
    boost::asio::async_write(socket_, boost::asio::buffer(data_, size),
                             [self = shared_from_this()](auto error, std::size_t) {
                               if (!error) self->read();
                             });
  }

  tcp::socket socket_;
  std::array<char, 65536> data_;
};

class Server {
 public:
  Server(boost::asio::io_context& io, unsigned short port, bool strands)
      : io_{io}, acceptor_{io, {boost::asio::ip::address_v4::loopback(), port}}, strands_{strands} {
    accept();
  }
  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    const auto handler = [this](auto error, tcp::socket socket) {
      if (!error) {
        socket.set_option(tcp::no_delay{true});
        std::make_shared<Session>(std::move(socket))->read();
      }
      accept();
    };
    if (strands_)
      acceptor_.async_accept(boost::asio::make_strand(io_), handler);
    else
      acceptor_.async_accept(handler);
  }

  boost::asio::io_context& io_;
  tcp::acceptor acceptor_;
  bool strands_;
};

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
  boost::asio::io_context io{threads};
  const Server server{io, static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 0), threads > 1};
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back([&io] { io.run(); });
  io.run();
}
