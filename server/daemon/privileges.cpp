#include "privileges.hpp"

#include <echopool/error.hpp>

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <vector>

namespace echopool {
namespace {

[[noreturn]] void fail(const std::string& step) {
  throw StartError{errno,
                   "cannot give up root: " + step + "; start as root, or leave process.user and process.group empty"};
}

std::optional<unsigned> number(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // All ones is "leave it as it is" to setresuid(2).
  if (error != std::errc{} || end != text.data() + text.size() || value == ~0U) return std::nullopt;
  return value;
}

/// Calls a getpw…_r(3) or getgr…_r(3) with a buffer that is large enough; null: no such entry.
template <class Entry, class Key, class LookUp>
const Entry* look_up(LookUp function, Key key, Entry& entry, std::vector<char>& buffer) {
  for (buffer.resize(1024);; buffer.resize(buffer.size() * 2)) {
    Entry* found = nullptr;
    if (function(key, &entry, buffer.data(), buffer.size(), &found) != ERANGE) return found;
  }
}

/// Sets the groups and the user, in the order in which the right to do so is lost.
void change(const std::optional<User>& user, gid_t group) {
  if (user ? ::initgroups(user->name.c_str(), group) != 0 : ::setgroups(1, &group) != 0) fail("setgroups");
  if (::setresgid(group, group, group) != 0) fail("setresgid");
  if (user && ::setresuid(user->id, user->id, user->id) != 0) fail("setresuid");
}

/// What the kernel says we are now, and that nothing of root is left to come back with.
void verify(const std::optional<User>& user, gid_t group) {
  gid_t groups[3];
  if (::getresgid(&groups[0], &groups[1], &groups[2]) != 0) fail("getresgid");
  for (const gid_t each : groups)
    if (each != group) throw StartError{0, "cannot give up root: the group has not changed"};
  if (!user || user->id == 0) return;
  uid_t users[3];
  if (::getresuid(&users[0], &users[1], &users[2]) != 0) fail("getresuid");
  for (const uid_t each : users)
    if (each != user->id) throw StartError{0, "cannot give up root: the user has not changed"};
  if (::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0 || (group != 0 && ::setresgid(0, 0, 0) == 0))
    throw StartError{0, "cannot give up root: it can be regained (CAP_SETUID or CAP_SETGID is still there)"};
}

/// Without root, what is asked for must be what we are.
void require_already(const std::optional<User>& user, std::optional<gid_t> group) {
  const std::string remedy = "; only root can become another: start as root, or leave it empty";
  if (user && user->id != ::geteuid())
    throw StartError{
        0, "process.user = " + user->name + ", but this process runs as uid " + std::to_string(::geteuid()) + remedy};
  if (group && *group != ::getegid())
    throw StartError{0, "process.group has the gid " + std::to_string(*group) + ", but this process runs as gid " +
                            std::to_string(::getegid()) + remedy};
}

}  // namespace

User find_user(const std::string& name) {
  passwd entry{};
  std::vector<char> buffer;
  const passwd* found = look_up(::getpwnam_r, name.c_str(), entry, buffer);
  if (const auto id = number(name); found == nullptr && id) found = look_up(::getpwuid_r, *id, entry, buffer);
  if (found == nullptr) throw std::invalid_argument{"must be a user of this host (getent passwd lists them)"};
  return {found->pw_uid, found->pw_gid, found->pw_name};
}

gid_t find_group(const std::string& name) {
  ::group entry{};
  std::vector<char> buffer;
  const ::group* found = look_up(::getgrnam_r, name.c_str(), entry, buffer);
  if (const auto id = number(name); found == nullptr && id) found = look_up(::getgrgid_r, *id, entry, buffer);
  if (found == nullptr) throw std::invalid_argument{"must be a group of this host (getent group lists them)"};
  return found->gr_gid;
}

void become(const std::string& user_name, const std::string& group_name) {
  const auto user = user_name.empty() ? std::nullopt : std::optional{find_user(user_name)};
  const auto group = group_name.empty() ? std::nullopt : std::optional{find_group(group_name)};
  if (user || group) {
    if (::geteuid() == 0) {
      const gid_t wanted = group ? *group : user->group;
      change(user, wanted);
      verify(user, wanted);
    } else {
      require_already(user, group);
    }
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("PR_SET_NO_NEW_PRIVS");
}

}  // namespace echopool
