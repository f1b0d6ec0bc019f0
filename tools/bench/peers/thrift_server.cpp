// Thrift's TThreadPoolServer, framed, binary protocol, as its tutorial would have it. Every call without arguments is
// answered with a string of the length of its name. usage: thrift_server PORT THREADS
#include <thrift/TProcessor.h>
#include <thrift/concurrency/ThreadFactory.h>
#include <thrift/concurrency/ThreadManager.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TThreadPoolServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TServerSocket.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace {

using namespace apache::thrift;

class Echo : public TProcessor {
 public:
  bool process(std::shared_ptr<protocol::TProtocol> in, std::shared_ptr<protocol::TProtocol> out, void*) override {
    std::string name;
    protocol::TMessageType type{};
    std::int32_t number = 0;
    in->readMessageBegin(name, type, number);
    in->skip(protocol::T_STRUCT);
    in->readMessageEnd();
    in->getTransport()->readEnd();
    out->writeMessageBegin(name, protocol::T_REPLY, number);
    out->writeStructBegin("result");
    out->writeFieldBegin("success", protocol::T_STRING, 0);
    out->writeString(name);
    out->writeFieldEnd();
    out->writeFieldStop();
    out->writeStructEnd();
    out->writeMessageEnd();
    out->getTransport()->writeEnd();
    out->getTransport()->flush();
    return true;
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto threads = static_cast<std::size_t>(argc > 2 ? std::atol(argv[2]) : 16);
  const auto manager = concurrency::ThreadManager::newSimpleThreadManager(threads);
  manager->threadFactory(std::make_shared<concurrency::ThreadFactory>());
  manager->start();
  server::TThreadPoolServer server{std::make_shared<Echo>(),
                                   std::make_shared<transport::TServerSocket>("127.0.0.1", std::atoi(argv[1])),
                                   std::make_shared<transport::TFramedTransportFactory>(),
                                   std::make_shared<protocol::TBinaryProtocolFactory>(), manager};
  server.serve();
}
