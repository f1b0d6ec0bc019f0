// Waits for something that another thread or process is about to do. For tests only.
#pragma once

#include <chrono>
#include <functional>

namespace echopool::test {

/// Asks `condition` again and again, without burning the processor, until it holds or `limit` has passed; returns its
/// last answer. The limit is only a fuse: a test passes as soon as the condition does.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds{20});

}  // namespace echopool::test
