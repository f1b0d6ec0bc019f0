#include "options/option_text.hpp"

#include "options/ini_file.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace echopool;

namespace {

const std::string long_help =
    "Where connections are taken, one or more addresses with their ports, each of them written as a person would write "
    "them.";

const OptionTable table{"prog",
                        "A program with options.",
                        {{'c', "config", "FILE", false, "Reads FILE."}, {0, "dump", "WHAT", true, "Dumps."}},
                        {{"net", "The network."}, {"pool", "The threads."}},
                        {{"net", "listen", "*:7", "ADDRESSES", long_help, Applies::on_restart},
                         {"net", "name", "", "NAME", "The name.", Applies::on_reload},
                         {"pool", "stack_size", "256K", "SIZE", "Of each *thread*.", Applies::on_restart}}};

}  // namespace

BOOST_AUTO_TEST_CASE(the_help_is_grouped_by_section_and_wrapped) {
  const std::string text = help_text(table);
  BOOST_TEST(text ==
             "Usage: prog [options]\n"
             "\n"
             "A program with options.\n"
             "\n"
             "  -c, --config FILE               Reads FILE.\n"
             "      --dump[=WHAT]               Dumps.\n"
             "\n"
             "[net] The network.\n"
             "  --net.listen=ADDRESSES          Where connections are taken, one or more addresses with their\n"
             "                                  ports, each of them written as a person would write them. (default\n"
             "                                  *:7)\n"
             "  --net.name=NAME                 The name.\n"
             "\n"
             "[pool] The threads.\n"
             "  --pool.stack_size=SIZE          Of each *thread*. (default 256K)\n");
}

BOOST_AUTO_TEST_CASE(the_template_shows_every_option_commented_out) {
  const std::string text = ini_template(table, "prog.ini\n\nSee prog(8).");
  BOOST_TEST(text ==
             "# prog.ini\n"
             "#\n"
             "# See prog(8).\n"
             "\n"
             "[net]\n"
             "# The network.\n"
             "\n"
             "# Where connections are taken, one or more addresses with their ports, each of them written as a\n"
             "# person would write them.\n"
             "#listen = *:7\n"
             "\n"
             "# The name.\n"
             "#name =\n"
             "\n"
             "[pool]\n"
             "# The threads.\n"
             "\n"
             "# Of each *thread*.\n"
             "#stack_size = 256K\n");
  const IniFile file = scan_ini(text);
  BOOST_TEST(file.problems.empty());
  BOOST_TEST(file.entries.empty());
}

BOOST_AUTO_TEST_CASE(a_dump_reads_back_as_what_it_shows) {
  const std::string text = ini_dump(table,
                                    {{"[::1]:7", Origin::file, "a.ini:3"},
                                     {"", Origin::default_value, "default"},
                                     {"1M", Origin::command_line, "--x"}},
                                    "in effect");
  BOOST_TEST(text ==
             "# in effect\n"
             "\n"
             "[net]\n"
             "listen = [::1]:7                            # a.ini:3\n"
             "name =                                      # default\n"
             "\n"
             "[pool]\n"
             "stack_size = 1M                             # --x\n");
  const IniFile file = scan_ini(text);
  BOOST_TEST(file.problems.empty());
  BOOST_REQUIRE(file.entries.size() == 3U);
  BOOST_TEST(file.entries[0].value == "[::1]:7");
  BOOST_TEST(file.entries[1].value == "");
  BOOST_TEST(file.entries[2].value == "1M");
}

BOOST_AUTO_TEST_CASE(the_manual_escapes_what_scdoc_would_read_as_markup) {
  BOOST_TEST(
      manual_entries(table).ends_with("## [pool]\n\nThe threads.\n\n"
                                      "*stack_size* = _SIZE_\n\tOf each \\*thread\\*.\n\n\tDefault: 256K\n\n"
                                      "\tNeeds a restart.\n\n"));
}
