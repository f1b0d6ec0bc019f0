#include "thread.hpp"

#include <echopool/error.hpp>

#include <pthread.h>
#include <signal.h>

#include <cassert>

namespace echopool {
namespace {

/// Blocks every signal in the calling thread, but those that a thread causes by a fault of its own (signal(7)) and the
/// profiler's; undone at the end.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF}) ::sigdelset(&all, own);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Thread::Thread(const std::string& name, ByteSize stack, std::function<void()> body) {
  boost::thread::attributes attributes;
  attributes.set_stack_size(stack.bytes());
  const SignalsBlocked inherited;  // by the new thread, from its first instruction on
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

void Thread::signal(int number) {
  assert(thread_.joinable());
  ::pthread_kill(thread_.native_handle(), number);
}

}  // namespace echopool
