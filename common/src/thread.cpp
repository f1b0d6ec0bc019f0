#include "thread.hpp"

#include <echopool/error.hpp>

#include <pthread.h>
#include <signal.h>

namespace echopool {

Thread::Thread(const std::string& name, ByteSize stack, std::function<void()> body) {
  boost::thread::attributes attributes;
  attributes.set_stack_size(stack.bytes());
  try {
    thread_ = boost::thread{attributes, [short_name = name.substr(0, 15), run = std::move(body)] {
                              ::pthread_setname_np(::pthread_self(), short_name.c_str());
                              run();
                            }};
  } catch (const boost::thread_resource_error& error) {
    throw StartError{error.code().value(), "cannot create thread " + name + " with a stack of " +
                                               std::to_string(stack.bytes() >> 10) +
                                               " KiB; ask for fewer threads or smaller stacks, or raise the limits on "
                                               "processes and memory (ulimit -u, ulimit -v, systemd TasksMax)"};
  }
}

void Thread::join() {
  if (thread_.joinable()) thread_.join();
}

bool Thread::join_for(std::chrono::milliseconds limit) {
  return !thread_.joinable() || thread_.try_join_for(boost::chrono::milliseconds{limit.count()});
}

void Thread::signal(int number) { ::pthread_kill(thread_.native_handle(), number); }

}  // namespace echopool
