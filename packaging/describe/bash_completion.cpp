#include "completion.hpp"

namespace echopool::packaging {
namespace {

bool is_file(const Flag& flag) { return flag.value == "FILE" || flag.value == "PATH"; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Every flag as one would type it, those with `=` in front of their value included.
std::string flag_words(const std::vector<Group>& groups) {
  std::vector<std::string> words;
  for (const Group& group : groups)
    for (const Flag& flag : group.flags)
      words.push_back("--" + flag.name + (flag.style == Flag::Style::attached ? "=" : ""));
  return joined(words);
}

/// What stands before the flag's value: the word before it, with the `=` if there is one.
std::string pattern(const Flag& flag) {
  const std::string with_equals_sign = "--" + flag.name + "=";
  if (flag.style == Flag::Style::optional) return with_equals_sign;
  return (flag.letter == '\0' ? "" : std::string{"-"} + flag.letter + "|") + "--" + flag.name + "|" + with_equals_sign;
}

/// Arms of `case $before in`: what may follow a flag that takes a value. For most of them there is nothing to offer.
std::string value_arms(const std::vector<Group>& groups, const std::string& margin) {
  std::string text;
  std::string others;
  for (const Group& group : groups) {
    for (const Flag& flag : group.flags) {
      if (flag.value.empty()) continue;
      if (is_file(flag))
        text += margin + pattern(flag) + ") compopt -o filenames; _echopool_reply -f;;\n";
      else if (flag.value == "HOST")
        text += margin + pattern(flag) + ") _echopool_reply -A hostname;;\n";
      else if (const auto choices = flag.choices(); !choices.empty())
        text += margin + pattern(flag) + ") _echopool_reply -W \"" + joined(choices) + "\";;\n";
      else
        others += (others.empty() ? "" : "|") + pattern(flag);
    }
  }
  return others.empty() ? text : text + margin + others + ") return;;\n";
}

/// What a word is completed to that is no flag's value: the flags, or else what `otherwise` says.
std::string word_arms(const std::vector<Group>& groups, const std::string& more, const std::string& otherwise,
                      const std::string& margin) {
  return margin + "*) if [[ $word == -* ]]; then _echopool_reply -W \"" + flag_words(groups) + more + "\"; else " +
         otherwise + "; fi;;\n";
}

std::string program_body(const Program& program) {
  return "  case $before in\n" + value_arms(program.groups, "    ") + word_arms(program.groups, "", ":", "    ") +
         "  esac\n";
}

std::string subcommands_body(const Program& program) {
  std::vector<std::string> names;
  for (const Subcommand& each : program.subcommands) names.push_back(each.name);
  std::string text =
      "  if ((COMP_CWORD == 1)); then\n    _echopool_reply -W \"" + joined(names) +
      " help --help --version\"\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n    help) _echopool_reply "
      "-W \"" +
      joined(names) + "\";;\n";
  for (const Subcommand& each : program.subcommands) {
    text += "    " + each.name + ")\n      case $before in\n" + value_arms(each.groups, "        ");
    text += word_arms(each.groups, " --help --version", each.takes_host() ? "_echopool_reply -A hostname" : ":",
                      "        ");
    text += "      esac;;\n";
  }
  return text + "  esac\n";
}

}  // namespace

std::string bash_completion(const Program& program) {
  // `=` ends a word for bash: --name=VALUE is three words here.
  return "# Completion of " + program.name +
         R"( for bash; generated.

_echopool_reply() {
  mapfile -t COMPREPLY < <(compgen "$@" -- "$word")
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}

_)" + program.name +
         R"(() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [[ $word == "=" ]]; then
    word= before+="="
  elif [[ $before == "=" ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}=
  fi
)" + (program.subcommands.empty() ? program_body(program) : subcommands_body(program)) +
         "}\n\ncomplete -F _" + program.name + " " + program.name + "\n";
}

}  // namespace echopool::packaging
