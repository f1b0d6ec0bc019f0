#include "pidfile.hpp"

#include "temporary_directory.hpp"

#include <echopool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace echopool;
using namespace echopool::test;

namespace {

std::string complaint(const std::string& path) {
  try {
    const Pidfile pidfile{path};
  } catch (const StartError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_file_holds_our_process_id_while_we_live) {
  const TemporaryDirectory folder;
  {
    const Pidfile pidfile{folder / "x.pid"};
    BOOST_TEST(contents(folder / "x.pid") == std::to_string(::getpid()) + "\n");
  }
  BOOST_TEST(!std::filesystem::exists(folder / "x.pid"));
}

BOOST_AUTO_TEST_CASE(a_second_instance_is_told_who_has_it) {
  const TemporaryDirectory folder;
  const std::string path = folder / "x.pid";
  const Pidfile pidfile{path};
  BOOST_TEST(complaint(path) == "another instance is running: the pidfile " + path + " is locked by pid " +
                                    std::to_string(::getpid()) + "; stop that one, or choose another process.pidfile");
  BOOST_TEST(contents(path) == std::to_string(::getpid()) + "\n");
}

BOOST_AUTO_TEST_CASE(what_a_killed_instance_left_behind_is_taken_over) {
  const TemporaryDirectory folder;
  std::ofstream{folder / "x.pid"} << "123456789\nmore\n";
  const Pidfile pidfile{folder / "x.pid"};
  BOOST_TEST(contents(folder / "x.pid") == std::to_string(::getpid()) + "\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_made_is_named) {
  const TemporaryDirectory folder;
  const std::string path = folder / "missing/x.pid";
  BOOST_TEST(complaint(path) == "cannot open the pidfile " + path + " (process.pidfile): No such file or directory");
  std::filesystem::create_symlink("/dev/null", folder / "link");
  BOOST_TEST(complaint(folder / "link").ends_with("Too many levels of symbolic links"));
}

BOOST_AUTO_TEST_CASE(no_path_is_no_file) { BOOST_TEST(complaint("") == "accepted"); }
