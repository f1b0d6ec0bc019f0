// Tests: configuration_file, environment
#include "options/option_sources.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace echopool;

namespace {

const OptionTable table{"prog",
                        "A program.",
                        {{'c', "config", "FILE", false, "Reads FILE."},
                         {0, "dump", "WHAT", true, "Dumps."},
                         {'V', "version", "", false, "V."}},
                        {{"net", "The network."}, {"pool", "The threads."}},
                        {{"net", "port", "7", "PORT", "The port.", Applies::on_restart},
                         {"net", "name", "", "NAME", "The name.", Applies::on_reload},
                         {"pool", "workers", "16", "COUNT", "The threads.", Applies::on_restart}}};

class File {
 public:
  explicit File(const std::string& text) { std::ofstream{path_} << text; }
  ~File() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "option_sources_test." + std::to_string(::getpid()) + ".ini";
};

std::string told(const OptionSources& sources, std::size_t index) {
  const OptionValue& value = sources.values().at(index);
  return value.text + " from " + value.where;
}

/// All problems, a line each, usage marked by an exclamation mark.
std::string complaints(const OptionSources& sources) {
  std::string all;
  for (const Problem& problem : sources.problems())
    all += (problem.kind == Problem::Kind::usage ? "!" : "") + problem.text + "\n";
  return all;
}

std::string wrong_arguments(const std::vector<std::string>& arguments) {
  OptionSources sources{table};
  sources.read_command_line(arguments);
  return complaints(sources);
}

std::string wrong_file(const std::string& text) {
  const File file{text};
  OptionSources sources{table};
  sources.read_file(file.path());
  std::string all = complaints(sources);
  for (auto at = all.find(file.path()); at != std::string::npos; at = all.find(file.path()))
    all.replace(at, file.path().size(), "FILE");
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_nobody_says_has_its_default) {
  OptionSources sources{table};
  sources.read_command_line({});
  BOOST_TEST(told(sources, 0) == "7 from default");
  BOOST_TEST(complaints(sources) == "");
}

BOOST_AUTO_TEST_CASE(the_command_line_wins_over_the_environment_and_that_over_the_file) {
  const File file{"[net]\nport = 3\nname = c\n[pool]\nworkers = 3\n"};
  const char* environment[] = {"HOME=/", "PROG_NET_PORT=2", "PROG_NET_NAME= b ", nullptr};
  OptionSources sources{table};
  sources.read_command_line({"--net.port=1"});
  sources.read_environment(environment);
  sources.read_file(file.path());
  BOOST_TEST(told(sources, 0) == "1 from --net.port");
  BOOST_TEST(told(sources, 1) == "b from PROG_NET_NAME");
  BOOST_TEST(told(sources, 2) == "3 from " + file.path() + ":5");
  BOOST_TEST(complaints(sources) == "");
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_a_value) {
  const char* environment[] = {"PROG_NET_PORT=", "PROG_POOL_WORKERS", nullptr};
  OptionSources sources{table};
  sources.read_command_line({"--net.name="});
  sources.read_environment(environment);
  BOOST_TEST(told(sources, 0) == " from PROG_NET_PORT");
  BOOST_TEST(told(sources, 1) == " from --net.name");
  BOOST_TEST(told(sources, 2) == " from PROG_POOL_WORKERS");
  BOOST_TEST(complaints(sources) == "");
}

BOOST_AUTO_TEST_CASE(switches_are_given_long_or_short) {
  OptionSources sources{table};
  sources.read_command_line({"-c", "a.ini", "--dump", "-V"});
  BOOST_TEST(sources.given("config").value_or("-") == "a.ini");
  BOOST_TEST(sources.given("dump").value_or("-") == "");
  BOOST_TEST(sources.given("version").has_value());
  BOOST_TEST(complaints(sources) == "");

  OptionSources others{table};
  others.read_command_line({"--config=b.ini", "--dump=all", "--pool.workers", "4"});
  BOOST_TEST(others.given("config").value_or("-") == "b.ini");
  BOOST_TEST(others.given("dump").value_or("-") == "all");
  BOOST_TEST(!others.given("version").has_value());
  BOOST_TEST(told(others, 2) == "4 from --pool.workers");
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_all_named_and_are_usage) {
  BOOST_TEST(wrong_arguments({"--net.prt=1", "--foo", "x"}) ==
             "!unknown option --net.prt; did you mean '--net.port'?\n"
             "!unknown option --foo; --help lists what there is\n"
             "!unexpected argument 'x'; options begin with --\n");
  BOOST_TEST(wrong_arguments({"--net.po=1"}) == "!unknown option --net.po; did you mean '--net.port'?\n");
  BOOST_TEST(wrong_arguments({"--workers=1"}) == "!unknown option --workers; did you mean '--pool.workers'?\n");
  BOOST_TEST(wrong_arguments({"-x"}) == "!unknown option -x; --help lists what there is\n");
  BOOST_TEST(wrong_arguments({"--net.port=1", "--net.port=2"}) ==
             "!option --net.port is given twice; keep one of the two\n");
  BOOST_TEST(wrong_arguments({"--config"}) == "!the required argument for option '--config' is missing\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_variable_of_a_known_section_is_an_error) {
  const char* environment[] = {"PROG_POOL_WORKER=4", "PROG_POOL_X=", "PROG_OTHER_KEY=1", "PROG_OPTS=-x", nullptr};
  OptionSources sources{table};
  sources.read_environment(environment);
  BOOST_TEST(complaints(sources) ==
             "environment variable PROG_POOL_WORKER is unknown; did you mean 'PROG_POOL_WORKERS'?\n"
             "environment variable PROG_POOL_X is unknown\n");
}

BOOST_AUTO_TEST_CASE(unknown_sections_and_keys_of_a_file_are_named_by_line_with_what_would_be_right) {
  BOOST_TEST(wrong_file("[net]\nprot = 7\nworkers = 4\nzzz = 1\n[pol]\nworkers = 4\n") ==
             "FILE:2: unknown key 'prot' in [net]; did you mean 'port'?\n"
             "FILE:3: unknown key 'workers' in [net]; it belongs to [pool]\n"
             "FILE:4: unknown key 'zzz' in [net]; it can be port, name\n"
             "FILE:5: unknown section [pol]; did you mean 'pool'?\n");
}

BOOST_AUTO_TEST_CASE(faults_of_reading_and_of_meaning_come_in_the_order_of_the_lines) {
  BOOST_TEST(wrong_file("[net]\nprot = 7\n[]\n[pool]\nwrkers = 1\nnonsense\n") ==
             "FILE:2: unknown key 'prot' in [net]; did you mean 'port'?\n"
             "FILE:3: '[]' names no section; write [NAME]\n"
             "FILE:5: unknown key 'wrkers' in [pool]; did you mean 'workers'?\n"
             "FILE:6: 'nonsense' is neither KEY = VALUE nor [SECTION]; a comment begins with #\n");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_an_error) {
  OptionSources sources{table};
  sources.read_file("/nonexistent/x.ini");
  BOOST_TEST(complaints(sources) ==
             "/nonexistent/x.ini: cannot be read: No such file or directory; name an existing file\n");
}
