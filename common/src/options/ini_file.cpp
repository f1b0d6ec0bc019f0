#include "options/ini_file.hpp"

#include "options/units.hpp"
#include "quantity.hpp"
#include "unique_fd.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace echopool {
namespace {

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

/// Up to the comment, if there is one.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool may_begin = i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t';
    if (may_begin && (line[i] == '#' || line[i] == ';')) return line.substr(0, i);
  }
  return line;
}

class Scanner {
 public:
  IniFile scan(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
      complain("is UTF-16 text; save it as UTF-8");
    else if (text.size() > longest_ini_file)
      complain("is larger than " + exact_size(longest_ini_file) + ", too large for a configuration");
    else
      read_lines(text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0));
    return std::move(file_);
  }

 private:
  void complain(std::string text) { file_.problems.push_back({line_, std::move(text)}); }

  void read_lines(std::string_view text) {
    while (!text.empty()) {
      if (file_.problems.size() == most_ini_problems) {
        complain("is not read further, after so many problems");
        return;
      }
      ++line_;
      const auto end = std::min(text.find('\n'), text.size());
      read_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void read_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > longest_ini_line) {
      complain("the line is longer than " + exact_size(longest_ini_line) + " bytes");
      return;
    }
    if (const auto at = std::find_if(line.begin(), line.end(), is_control); at != line.end()) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "0x%02x", static_cast<unsigned>(static_cast<unsigned char>(*at)));
      complain(*at == '\0' ? std::string{"the line has a NUL byte in it; is this a text file?"}
                           : "the line has the control character " + std::string{code.data()} + " in it; remove it");
      return;
    }
    const std::string_view content = trimmed(without_comment(line));
    if (content.starts_with('['))
      open_section(content);
    else if (!content.empty())
      read_entry(content);
  }

  void open_section(std::string_view content) {
    section_.clear();
    in_section_ = true;
    if (content.find(']') != content.size() - 1) {
      complain(quoted(content) + " is not a section; write [NAME] on a line of its own");
      return;
    }
    section_ = trimmed(content.substr(1, content.size() - 2));
    if (section_.empty()) {
      complain(quoted(content) + " names no section; write [NAME]");
      return;
    }
    for (const IniSection& earlier : file_.sections) {
      if (earlier.name != section_) continue;
      complain("section [" + section_ + "] began in line " + std::to_string(earlier.line) +
               " already; put its keys there");
      return;
    }
    file_.sections.push_back({section_, line_});
  }

  void read_entry(std::string_view content) {
    const auto equals = content.find('=');
    if (equals == std::string_view::npos) {
      complain(quoted(content) + " is neither KEY = VALUE nor [SECTION]; a comment begins with #");
      return;
    }
    const std::string_view key = trimmed(content.substr(0, equals));
    if (key.empty()) {
      complain(quoted(content) + " has no key; write KEY = VALUE");
      return;
    }
    if (!in_section_) {
      complain("key " + quoted(key) + " stands before any [SECTION]");
      return;
    }
    // Its section had no name, and that has been said.
    if (section_.empty()) return;
    for (const IniEntry& earlier : file_.entries) {
      if (earlier.section != section_ || earlier.key != key) continue;
      complain("key " + quoted(key) + " was given in line " + std::to_string(earlier.line) +
               " already; keep one of the two");
      return;
    }
    file_.entries.push_back({section_, std::string{key}, std::string{trimmed(content.substr(equals + 1))}, line_});
  }

  IniFile file_;
  std::string section_;
  bool in_section_ = false;
  std::size_t line_ = 0;
};

IniFile unreadable(int error) {
  const char* remedy = "";
  if (error == ENOENT) remedy = "; name an existing file";
  if (error == EACCES) remedy = "; give this user the right to read it";
  if (error == EISDIR) remedy = "; name a file in it";
  return {{}, {}, {{0, "cannot be read: " + std::generic_category().message(error) + remedy}}};
}

}  // namespace

IniFile scan_ini(std::string_view text) { return Scanner{}.scan(text); }

IniFile read_ini_file(const std::string& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return unreadable(errno);
  // One byte more than allowed is enough to know that there is more.
  std::string text(longest_ini_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return scan_ini(text);
}

}  // namespace echopool
