#include <echopool/log.hpp>
