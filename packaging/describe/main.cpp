// describe: prints what is generated from the programs' option tables: a manual page from its template, completions.
// Run by the build.
#include "completion.hpp"
#include "manual.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace {

using namespace echopool::packaging;

std::string contents(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"cannot read " + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string described(const std::string& form, const std::string& what) {
  if (form == "page") return filled(contents(what));
  const Program program = what == "echopool" ? client_program() : daemon_program();
  if (form == "bash") return bash_completion(program);
  if (form == "zsh") return zsh_completion(program);
  throw std::runtime_error{"there is no form '" + form + "'"};
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::runtime_error{"usage: describe page|bash|zsh TEMPLATE|PROGRAM OUTPUT"};
    std::ofstream output{argv[3], std::ios::trunc};
    output << described(argv[1], argv[2]);
    output.close();
    if (!output) throw std::runtime_error{std::string{"cannot write "} + argv[3]};
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
