#include "logging/stack_frames.hpp"
#include "logging/throw_tracer.hpp"

#include <echopool/traceback.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

using namespace echopool;

namespace {

struct Tracing {
  Tracing() {
    enable_tracebacks();
    trace_throws(true);
  }
  ~Tracing() { trace_throws(false); }
};

constexpr int throw_line = __LINE__ + 1;
[[gnu::noinline]] void throw_here(const char* what = "x") { throw std::runtime_error{what}; }
[[gnu::noinline]] void throw_number() { throw 42; }

/// The first frame of the exception being handled; empty without a trace.
std::string first_frame() {
  const auto frames = describe_frames(stack_of_current_exception());
  return frames.empty() ? "" : frames.front();
}

template <class Throw>
std::string first_frame_of(Throw thrower) {
  try {
    thrower();
  } catch (...) {
    return first_frame();
  }
  return "nothing thrown";
}

bool names(const std::string& frame, const std::string& function) { return frame.find(function) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(until_it_is_enabled_nothing_is_traced) {
  trace_throws(true);
  BOOST_TEST(first_frame_of([] { throw_here(); }) == "");
}

BOOST_FIXTURE_TEST_CASE(a_trace_begins_at_the_throw, Tracing) {
  const auto frame = first_frame_of([] { throw_here(); });
  BOOST_TEST(names(frame, "throw_here"));
  BOOST_TEST(names(frame, "throw_trace_test.cpp:" + std::to_string(throw_line) + ")"));
  BOOST_TEST(names(first_frame_of(throw_number), "throw_number"));
}

BOOST_FIXTURE_TEST_CASE(a_throw_inside_the_standard_library_is_traced, Tracing) {
  try {
    static_cast<void>(std::string{"x"}.at(7));
  } catch (const std::out_of_range&) {
    const auto frames = describe_frames(stack_of_current_exception());
    BOOST_REQUIRE(frames.size() > 2U);
    BOOST_TEST((names(frames[0], "::at(") || names(frames[1], "::at(")));  // the throw itself is in a helper
  }
}

BOOST_AUTO_TEST_CASE(while_off_nothing_is_traced) {
  BOOST_TEST(first_frame_of([] { throw_here(); }) == "");
  {
    const Tracing on;
    BOOST_TEST(first_frame_of([] { throw_here(); }) != "");
  }
  BOOST_TEST(first_frame_of([] { throw_here(); }) == "");
}

BOOST_FIXTURE_TEST_CASE(without_an_exception_there_is_no_trace, Tracing) {
  BOOST_TEST(stack_of_current_exception().empty());
  BOOST_TEST(first_frame_of([] { throw_here(); }) != "");
  BOOST_TEST(stack_of_current_exception().empty());
}

BOOST_FIXTURE_TEST_CASE(a_rethrown_exception_keeps_its_trace, Tracing) {
  const auto frame = first_frame_of([] {
    try {
      throw_here();
    } catch (...) {
      throw;
    }
  });
  BOOST_TEST(names(frame, "throw_here"));
  const auto by_pointer = first_frame_of([] {
    std::exception_ptr kept;
    try {
      throw_here();
    } catch (...) {
      kept = std::current_exception();
    }
    std::rethrow_exception(kept);
  });
  BOOST_TEST(names(by_pointer, "throw_here"));
}

BOOST_FIXTURE_TEST_CASE(an_exception_handled_meanwhile_does_not_take_its_place, Tracing) {
  const auto frame = first_frame_of([] {
    try {
      throw_here();
    } catch (...) {
      BOOST_TEST(names(first_frame_of(throw_number), "throw_number"));
      throw;
    }
  });
  BOOST_TEST(names(frame, "throw_here"));
}

BOOST_FIXTURE_TEST_CASE(an_exception_that_was_never_thrown_here_gets_no_trace_of_another, Tracing) {
  // The second object is most likely made where the first one was; without the count of its address it would inherit.
  for (int i = 0; i < 10; ++i) {
    BOOST_TEST(first_frame_of([] { throw_here(); }) != "");
    const auto made = std::make_exception_ptr(std::runtime_error{"made"});
    BOOST_TEST(first_frame_of([&] { std::rethrow_exception(made); }) == "");
  }
}

BOOST_FIXTURE_TEST_CASE(an_exception_of_another_thread_gets_no_trace_of_this_one, Tracing) {
  BOOST_TEST(first_frame_of([] { throw_here(); }) != "");
  auto result = std::async(std::launch::async, [] { throw_here("there"); });
  BOOST_TEST(first_frame_of([&] { result.get(); }) == "");
}

BOOST_FIXTURE_TEST_CASE(threads_do_not_mix_up_their_traces, Tracing) {
  constexpr int throws = 200;
  struct Seen {
    std::atomic<int> right{0};
    std::atomic<int> missing{0};  // two exceptions that share a count, which happens
  };
  std::array<Seen, 2> seen;
  std::array<std::thread, 2> threads;
  for (std::size_t t = 0; t < threads.size(); ++t)
    threads[t] = std::thread{[t, &seen] {
      for (int i = 0; i < throws; ++i) {
        const auto frame = t == 0 ? first_frame_of([] { throw_here(); }) : first_frame_of(throw_number);
        if (frame.empty()) seen[t].missing += 1;
        if (names(frame, t == 0 ? "throw_here" : "throw_number")) seen[t].right += 1;
      }
    }};
  for (auto& thread : threads) thread.join();
  for (const auto& thread : seen) {
    BOOST_TEST(thread.right + thread.missing == throws);
    BOOST_TEST(thread.right > throws / 2);
  }
}

BOOST_FIXTURE_TEST_CASE(a_deep_stack_is_cut_at_its_outer_end, Tracing) {
  static void (*volatile thrower)(const char*) = throw_here;  // or the compiler calls it an endless recursion
  struct Deep {
    [[gnu::noinline]] static int down(int depth) {
      if (depth > 0) return depth + down(depth - 1);
      thrower("deep");
      return 0;
    }
  };
  try {
    static_cast<void>(Deep::down(1000));
  } catch (...) {
    const auto stack = stack_of_current_exception();
    BOOST_TEST(stack.size() == 47U);
    BOOST_TEST(names(first_frame(), "throw_here"));
  }
}

BOOST_AUTO_TEST_CASE(an_address_without_a_function_is_still_a_frame) {
  const std::array<const void*, 1> nowhere{reinterpret_cast<const void*>(16)};
  BOOST_TEST(describe_frames(nowhere) == std::vector<std::string>{"? (?)"});
}
