#include "cli/arguments.hpp"

#include "cli/common_options.hpp"
#include "cli/help.hpp"
#include "printing.hpp"

#include <boost/test/unit_test.hpp>

using namespace echopool;
using namespace echopool::client;
using namespace std::chrono_literals;

namespace {

const Command& sample() {
  static const Command command{.name = "sample",
                               .summary = "a sample",
                               .usage = "[options]",
                               .description = "For this test.",
                               .groups = {target_options(),
                                          {"Own",
                                           {{"count", 'c', "N", "5", "how many"},
                                            {"size", 's', "SIZE", "64", "how large"},
                                            {"wait", 'w', "DURATION", "", "how long"},
                                            {"format", '\0', "text|json", "text", "how printed"},
                                            {"verbose", 'v', "", "", "say more"}}}},
                               .examples = {{"echopool sample", "runs it"}},
                               .exit_status = "0",
                               .run = nullptr};
  return command;
}

Arguments parse(const std::vector<std::string>& words) { return Arguments::parse(sample(), words); }

template <class Use>
std::string complaint(const std::vector<std::string>& words, Use use) {
  try {
    use(parse(words));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

std::string complaint(const std::vector<std::string>& words) {
  return complaint(words, [](const Arguments&) {});
}

}  // namespace

BOOST_AUTO_TEST_CASE(options_stand_anywhere_in_every_usual_form) {
  const auto arguments = parse({"-vc3", "host", "--size=1K", "-w", "2.5", "7"});
  BOOST_TEST(arguments.has("verbose"));
  BOOST_TEST(arguments.count("count", 1, 10) == 3U);
  BOOST_TEST(arguments.size("size", 1, 65'536) == 1'024U);
  BOOST_TEST(arguments.timeout("wait") == 2'500ms);
  BOOST_TEST(target_of(arguments).to_string() == "host:7");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_has_the_default_of_the_table) {
  const auto arguments = parse({});
  BOOST_TEST(arguments.count("count", 1, 10) == 5U);
  BOOST_TEST(arguments.text("format") == "text");
  BOOST_TEST(!arguments.timeout("wait").has_value());
  BOOST_TEST(!arguments.has("count"));
}

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_told_with_the_remedy) {
  BOOST_TEST(complaint({"--cuont", "1"}) == "unknown option '--cuont'; did you mean --count?");
  BOOST_TEST(complaint({"-z"}) == "unknown option '-z'");
  BOOST_TEST(complaint({"--format", "josn"}) == "--format 'josn': must be one of text|json; did you mean json?");
  BOOST_TEST(complaint({"--format", "x"}) == "--format 'x': must be one of text|json");
  BOOST_TEST(complaint({"-c", "0"}, [](const Arguments& a) { return a.count("count", 1, 10); }) ==
             "-c, --count '0': must be a whole number from 1 to 10");
  BOOST_TEST(complaint({"-s", "99K"}, [](const Arguments& a) { return a.size("size", 1, 65'507); }) ==
             "-s, --size '99K': must be from 1 to 65,507 bytes");
  BOOST_TEST(complaint({"-4", "-6"}, target_of) == "-4 and -6 exclude each other");
  BOOST_TEST(complaint({"--source", "nowhere"}, source_of) ==
             "--source 'nowhere': not an address; write an IPv4 or IPv6 address of this machine");
  BOOST_TEST(complaint({"--count"}) != "accepted");
  BOOST_TEST(complaint({"--verbose=1"}) != "accepted");
}

BOOST_AUTO_TEST_CASE(long_names_are_never_guessed_so_that_new_ones_break_nothing) {
  BOOST_TEST(complaint({"--verb"}) == "unknown option '--verb'; did you mean --verbose?");
}

BOOST_AUTO_TEST_CASE(a_source_is_an_address_and_a_port) {
  BOOST_TEST(source_of(parse({"--source", "::1", "--source-port", "99"})).to_string() == "[::1]:99");
  BOOST_TEST(source_of(parse({"--source", "127.0.0.2"})).to_string() == "127.0.0.2:0");
  BOOST_TEST(source_of(parse({})) == Endpoint{});
}

BOOST_AUTO_TEST_CASE(the_help_of_every_subcommand_fits_any_width) {
  for (const Command& command : commands()) {
    for (const std::size_t width : {40U, 80U, 120U}) {
      const std::string text = help_command(command, width);
      std::size_t start = 0;
      for (auto end = text.find('\n'); end != std::string::npos; start = end + 1, end = text.find('\n', start)) {
        const std::string line = text.substr(start, end - start);
        if (line.find("echopool") == std::string::npos)  // an example is a line as it would be typed
          BOOST_TEST(line.size() <= width, command.name << " at " << width << ": " << line);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_table_of_every_subcommand_makes_sense) {
  for (const Command& command : commands()) {
    std::vector<std::string> seen;
    for (const auto& group : command.groups) {
      for (const auto& option : group.options) {
        BOOST_TEST_CONTEXT(command.name << " " << option.name) {
          for (const std::string& key : {std::string{option.name}, std::string{option.letter}}) {
            if (key == std::string{'\0'}) continue;
            BOOST_TEST(std::count(seen.begin(), seen.end(), key) == 0);
            seen.push_back(key);
          }
          BOOST_TEST(!option.help.empty());
          BOOST_TEST(!option.help.ends_with('.'));
          BOOST_TEST((option.fallback.empty() || !option.value.empty()));
        }
      }
    }
    BOOST_TEST(!command.summary.empty());
    BOOST_TEST(!command.examples.empty());
    BOOST_TEST(find_command(command.name) == &command);
  }
}
