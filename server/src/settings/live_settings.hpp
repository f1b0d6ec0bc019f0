// The settings in force. Internal. Any thread reads; a reload replaces the whole, validated structure at once.
#pragma once

#include "settings/live.hpp"

#include <echopool/settings.hpp>

namespace echopool {

using LiveSettings = Live<ServerSettings>;

}  // namespace echopool
