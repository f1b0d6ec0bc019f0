// A named boost::thread with a stack of known size that is joined by its destructor. Internal. Belongs to its creator.
//
// It blocks the signals of the process, whatever its creator does: they are for the program's own threads, and one that
// is delivered to a thread of ours would end a process that waits for it elsewhere.
#pragma once

#include <echopool/literals.hpp>

#include <boost/thread/thread_only.hpp>

#include <functional>
#include <string>

namespace echopool {

class Thread {
 public:
  Thread() = default;
  /// Starts `body`, which must not throw. Throws StartError, naming the thread and the remedy, when it cannot be
  /// created. The name is cut at 15 characters (pthread_setname_np(3)).
  Thread(const std::string& name, ByteSize stack, std::function<void()> body);
  Thread(Thread&&) = default;
  Thread& operator=(Thread&&) = default;
  ~Thread() { join(); }

  void join();
  /// Waits for at most `limit`. Returns true if the thread has ended.
  bool join_for(std::chrono::milliseconds limit);
  /// Lets go of a thread that cannot be joined, because it hangs in a system call for ever. All it uses must belong to
  /// it; it ends with the process.
  void abandon() { thread_.detach(); }
  /// pthread_kill(3). The thread must not have been joined.
  void signal(int number);
  [[nodiscard]] bool joinable() const noexcept { return thread_.joinable(); }

 private:
  boost::thread thread_;
};

}  // namespace echopool
