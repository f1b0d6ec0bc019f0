#include "options/ini_file.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace echopool;
using namespace std::string_literals;

namespace {

/// The only problem, as `LINE: TEXT`.
std::string problem(std::string_view text) {
  const IniFile file = scan_ini(text);
  if (file.problems.size() != 1) return std::to_string(file.problems.size()) + " problems";
  return std::to_string(file.problems[0].line) + ": " + file.problems[0].text;
}

std::string value(std::string_view text) {
  const IniFile file = scan_ini(text);
  if (!file.problems.empty() || file.entries.size() != 1) return "not one entry";
  return file.entries[0].value;
}

}  // namespace

BOOST_AUTO_TEST_CASE(entries_carry_their_section_and_line) {
  const IniFile file = scan_ini("# head\n\n[tcp]\nlisten = *:7\nbacklog=5\n[pool]\n  workers\t=\t4  \n");
  BOOST_TEST(file.problems.empty());
  BOOST_REQUIRE(file.sections.size() == 2U);
  BOOST_TEST(file.sections[1].name == "pool");
  BOOST_TEST(file.sections[1].line == 6U);
  BOOST_REQUIRE(file.entries.size() == 3U);
  BOOST_TEST(file.entries[0].value == "*:7");
  BOOST_TEST(file.entries[2].section == "pool");
  BOOST_TEST(file.entries[2].key == "workers");
  BOOST_TEST(file.entries[2].value == "4");
  BOOST_TEST(file.entries[2].line == 7U);
}

BOOST_AUTO_TEST_CASE(a_comment_begins_a_line_or_follows_white_space) {
  BOOST_TEST(value("[a]\nk = v # comment") == "v");
  BOOST_TEST(value("[a]\nk = v ; comment") == "v");
  BOOST_TEST(value("[a] # comment\nk = pa#ss;word") == "pa#ss;word");
  BOOST_TEST(value("[a]\n  # k = 1\n;k = 2\nk = # nothing") == "");
}

BOOST_AUTO_TEST_CASE(a_value_is_taken_as_it_stands) {
  BOOST_TEST(value("[a]\nk = \"a b\"") == "\"a b\"");
  BOOST_TEST(value("[a]\nk = a = b") == "a = b");
  BOOST_TEST(value("[a]\nk =") == "");
  BOOST_TEST(value("[a]\nk = [b]") == "[b]");
  BOOST_TEST(value("[ a ]\nk = caf\xc3\xa9\\") == "caf\xc3\xa9\\");
}

BOOST_AUTO_TEST_CASE(windows_line_ends_and_a_utf8_mark_are_accepted) {
  BOOST_TEST(value("\xef\xbb\xbf[a]\r\nk = v\r\n") == "v");
  BOOST_TEST(value("[a]\nk = v") == "v");
  BOOST_TEST(scan_ini("").problems.empty());
  BOOST_TEST(scan_ini("\xef\xbb\xbf").problems.empty());
}

BOOST_AUTO_TEST_CASE(each_fault_is_named_with_its_line) {
  BOOST_TEST(problem("\n[]\n") == "2: '[]' names no section; write [NAME]");
  BOOST_TEST(problem("[ ]") == "1: '[ ]' names no section; write [NAME]");
  BOOST_TEST(problem("[tcp") == "1: '[tcp' is not a section; write [NAME] on a line of its own");
  BOOST_TEST(problem("[a] k = v") == "1: '[a] k = v' is not a section; write [NAME] on a line of its own");
  BOOST_TEST(problem("[a]]") == "1: '[a]]' is not a section; write [NAME] on a line of its own");
  BOOST_TEST(problem("[") == "1: '[' is not a section; write [NAME] on a line of its own");
  BOOST_TEST(problem("k = v") == "1: key 'k' stands before any [SECTION]");
  BOOST_TEST(problem("[a]\nworkers 4") ==
             "2: 'workers 4' is neither KEY = VALUE nor [SECTION]; a comment begins with #");
  BOOST_TEST(problem("[a]\n= 4") == "2: '= 4' has no key; write KEY = VALUE");
  BOOST_TEST(problem("[a]\nk = 1\nk = 2") == "3: key 'k' was given in line 2 already; keep one of the two");
  BOOST_TEST(problem("[a]\n[b]\n[a]") == "3: section [a] began in line 1 already; put its keys there");
  BOOST_TEST(problem("[a]\nk = \0"s) == "2: the line has a NUL byte in it; is this a text file?");
  BOOST_TEST(problem("[a]\nk = \x1b[1m") == "2: the line has the control character 0x1b in it; remove it");
  BOOST_TEST(problem("[a]\nk = v\r\r\n") == "2: the line has the control character 0x0d in it; remove it");
  BOOST_TEST(problem("\xff\xfe[\0a\0"s) == "0: is UTF-16 text; save it as UTF-8");
}

BOOST_AUTO_TEST_CASE(reading_goes_on_behind_a_fault) {
  const IniFile file = scan_ini("k = 0\n[a]\nnonsense\nk = 1\n[]\nk = 2\n[a]\nj = 3\n");
  BOOST_TEST(file.problems.size() == 4U);
  BOOST_REQUIRE(file.entries.size() == 2U);
  BOOST_TEST(file.entries[0].value == "1");
  BOOST_TEST(file.entries[1].value == "3");
}

BOOST_AUTO_TEST_CASE(the_size_limits_are_exact) {
  const std::string line(longest_ini_line, '#');
  BOOST_TEST(scan_ini(line).problems.empty());
  BOOST_TEST(problem(line + "#") == "1: the line is longer than 8K bytes");
  std::string text;
  while (text.size() < longest_ini_file) text += std::string(63, '#') + "\n";
  BOOST_TEST(text.size() == longest_ini_file);
  BOOST_TEST(scan_ini(text).problems.empty());
  BOOST_TEST(problem(text + "#") == "0: is larger than 64K, too large for a configuration");
}

BOOST_AUTO_TEST_CASE(a_file_of_nonsense_is_given_up_early) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  const IniFile file = scan_ini(text);
  BOOST_TEST(file.problems.size() == most_ini_problems + 1);
  BOOST_TEST(file.problems.back().text == "is not read further, after so many problems");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_says_why) {
  const auto folder = std::filesystem::temp_directory_path() / ("ini_file_test." + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  std::ofstream{folder / "ok.ini"} << "[a]\nk = v\n";
  BOOST_TEST(read_ini_file((folder / "ok.ini").string()).entries.size() == 1U);
  const auto why = [&folder](const char* name) { return read_ini_file((folder / name).string()).problems.at(0).text; };
  BOOST_TEST(why("missing.ini") == "cannot be read: No such file or directory; name an existing file");
  BOOST_TEST(why("") == "cannot be read: Is a directory; name a file in it");
  BOOST_TEST(read_ini_file("/dev/zero").problems.at(0).text == "is larger than 64K, too large for a configuration");
  std::filesystem::remove_all(folder);
}
