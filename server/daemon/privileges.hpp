// Giving up root once the sockets are bound. Internal. Call become() in the only thread there is.
#pragma once

#include <sys/types.h>

#include <string>

namespace echopool {

struct User {
  uid_t id;
  gid_t group;  ///< primary
  std::string name;
};

/// By name or by number (getpwnam_r(3)). Throws std::invalid_argument when there is no such user.
[[nodiscard]] User find_user(const std::string& name);
[[nodiscard]] gid_t find_group(const std::string& name);

/// Takes on `user` and `group` (as DaemonSettings has them) with the user's supplementary groups, makes sure that the
/// way back is closed, and gives up gaining privileges by execve(2). Both empty: only the latter. Throws StartError
/// when a step fails: then the process must end, since it may be half of each.
void become(const std::string& user, const std::string& group);

}  // namespace echopool
