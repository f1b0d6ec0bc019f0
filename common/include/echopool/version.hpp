// The version of the library in use. Installed. Any thread.
#pragma once

#include <echopool/export.hpp>

#include <string_view>

namespace echopool {

/// `MAJOR.MINOR.PATCH` of the library linked at run time.
ECHOPOOL_EXPORT std::string_view version() noexcept;

}  // namespace echopool
