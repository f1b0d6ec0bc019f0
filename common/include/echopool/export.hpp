// Marks the public symbols of libechopool; everything else is hidden (-fvisibility=hidden).
// Installed. No state, any thread.
#pragma once

/// On whatever libechopool.so exports.
#define ECHOPOOL_EXPORT __attribute__((visibility("default")))
