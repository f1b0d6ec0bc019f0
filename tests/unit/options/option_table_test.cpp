#include "options/option_table.hpp"

#include "options/option_sources.hpp"
#include "options/units.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace echopool;

namespace {

struct Settings {
  int workers = 0;
  std::string name;
};

constexpr std::array rows{OptionRow<Settings>{{"pool", "workers", "16", "COUNT", "The threads.", Applies::on_restart},
                                              [](Settings& settings, std::string_view text) {
                                                settings.workers = to_count<int>(text, 1, 99);
                                              }},
                          OptionRow<Settings>{{"pool", "name", "", "NAME", "The name.", Applies::on_reload},
                                              [](Settings& settings, std::string_view text) { settings.name = text; }}};

const OptionTable table{"my_prog", "", {}, {{"pool", ""}}, {rows[0].option, rows[1].option}};

std::string complaint(const std::vector<OptionValue>& values) {
  Settings settings;
  std::vector<Problem> problems;
  apply_values(rows, values, settings, problems);
  std::string all;
  for (const Problem& problem : problems) all += problem.text + "\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_row_gives_key_flag_and_variable) {
  const Option& option = table.options[0];
  BOOST_TEST(option.name() == "pool.workers");
  BOOST_TEST(option.flag() == "--pool.workers");
  BOOST_TEST(table.environment_name(option) == "MY_PROG_POOL_WORKERS");
  BOOST_TEST(table.find("pool", "name") == 1U);
  BOOST_TEST(table.find("tcp", "name") == 2U);
}

BOOST_AUTO_TEST_CASE(values_become_settings) {
  Settings settings;
  std::vector<Problem> problems;
  apply_values(rows, {{"4", Origin::file, "f:1"}, {"x y", Origin::default_value, "default"}}, settings, problems);
  BOOST_TEST(problems.empty());
  BOOST_TEST(settings.workers == 4);
  BOOST_TEST(settings.name == "x y");
}

BOOST_AUTO_TEST_CASE(every_wrong_value_is_cited_as_it_was_said) {
  const OptionValue fine{"", Origin::default_value, "default"};
  BOOST_TEST(complaint({{"-1", Origin::file, "/etc/p.ini:3"}, fine}) ==
             "/etc/p.ini:3: pool.workers = -1: must be a whole number from 1 to 99\n");
  BOOST_TEST(complaint({{"-1", Origin::environment, "MY_PROG_POOL_WORKERS"}, fine}) ==
             "MY_PROG_POOL_WORKERS=-1: must be a whole number from 1 to 99\n");
  BOOST_TEST(complaint({{"x", Origin::command_line, "--pool.workers"}, {"\x1b", Origin::file, "p.ini:4"}}) ==
             "--pool.workers=x: must be a whole number from 1 to 99\n"
             "p.ini:4: pool.name = \x1b: must not contain control characters\n");
}

BOOST_AUTO_TEST_CASE(what_an_ini_file_cannot_say_nobody_can) {
  const OptionValue fine{"1", Origin::default_value, "default"};
  const auto named = [&fine](const char* text) {
    return complaint({fine, {text, Origin::command_line, "--pool.name"}});
  };
  BOOST_TEST(named("a#b;c") == "");
  const std::string reason = ": must not contain white space before # or ;, which begin a comment there\n";
  BOOST_TEST(named("a #b") == "--pool.name=a #b" + reason);
  BOOST_TEST(named("a ;b") == "--pool.name=a ;b" + reason);
  BOOST_TEST(named("a\nb") == "--pool.name=a\nb: must not contain control characters\n");
}
