// Tests: cli/, folded, report, terminal
#include "program.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool::test;

namespace {

ProgramResult client(std::vector<std::string> words) {
  words.insert(words.begin(), built_program("echopool"));
  return run_program(words);
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_arguments_the_subcommands_are_listed_on_standard_error) {
  const auto result = client({});
  BOOST_TEST(result.status == 2);
  BOOST_TEST(result.out == "");
  BOOST_TEST(result.err.find("Usage: echopool SUBCOMMAND") == 0U);
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_standard_output) {
  for (const char* word : {"--help", "-h", "help"}) {
    const auto result = client({word});
    BOOST_TEST(result.status == 0);
    BOOST_TEST(result.out.find("Usage: echopool SUBCOMMAND") == 0U);
    BOOST_TEST(result.err == "");
  }
  BOOST_TEST(client({"help", "talk"}).out == client({"talk", "--help"}).out);
  BOOST_TEST(client({"--version"}).out.find("echopool ") == 0U);
  BOOST_TEST(client({"talk", "--version"}).out == client({"-V"}).out);
}

BOOST_AUTO_TEST_CASE(a_wrong_word_gets_one_line_with_the_word_that_was_meant) {
  const auto subcommand = client({"tlak"});
  BOOST_TEST(subcommand.status == 2);
  BOOST_TEST(subcommand.err == "echopool: there is no subcommand 'tlak'; did you mean 'talk'?\n");
  const auto option = client({"talk", "--verfy"});
  BOOST_TEST(option.status == 2);
  BOOST_TEST(option.err ==
             "echopool talk: unknown option '--verfy'; did you mean --verify?\n'echopool talk --help' explains the "
             "options.\n");
  BOOST_TEST(client({"talk", "-w", "soon"}).status == 2);
  BOOST_TEST(client({"talk", "localhost:70000"}).status == 2);
}

BOOST_AUTO_TEST_CASE(help_that_cannot_be_written_is_an_error) {
  const auto result = run_program({"sh", "-c", built_program("echopool") + " --help > /dev/full"});
  BOOST_TEST(result.status == 1);
}
