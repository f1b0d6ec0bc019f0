// Preloaded into a program (LD_PRELOAD, ld.so(8)), makes the wall clock jump: each look at it finds it ten years
// behind, right, or ten years ahead of the time, by turns. Other clocks are as they are.
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

time_t jump() noexcept {
  constexpr time_t ten_years = 315'360'000;
  static std::atomic<int> looks{0};
  return (looks++ % 3 - 1) * ten_years;
}

}  // namespace

#define ECHOPOOL_CALLABLE extern "C" __attribute__((visibility("default")))

ECHOPOOL_CALLABLE int clock_gettime(clockid_t clock, timespec* time) {
  using Real = int (*)(clockid_t, timespec*);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += jump();
  return result;
}

ECHOPOOL_CALLABLE int gettimeofday(timeval* time, void* zone) {
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  *time = {exact.tv_sec, exact.tv_nsec / 1000};
  static_cast<void>(zone);
  return 0;
}

ECHOPOOL_CALLABLE time_t time(time_t* into) {
  timespec exact{};
  clock_gettime(CLOCK_REALTIME, &exact);
  if (into != nullptr) *into = exact.tv_sec;
  return exact.tv_sec;
}
