// What deadlock prints: the lesson and the proof, in words and as JSON. Internal. Pure functions, any thread.
#pragma once

#include "deadlock/datagram_lesson.hpp"
#include "deadlock/deadlock_lesson.hpp"
#include "deadlock/deadlock_remedy.hpp"
#include "output/json.hpp"

#include <string>
#include <string_view>

namespace echopool::client {

[[nodiscard]] std::string_view to_string(Remedy remedy) noexcept;

/// What happened, where the bytes are, the verdict and its reasons.
[[nodiscard]] std::string tell(const LessonReport& report, const LessonSettings& settings, std::size_t width,
                               bool utf8);

/// What the remedy is, and whether every byte came back.
[[nodiscard]] std::string tell(Remedy remedy, const RemedyReport& report, std::size_t width);

[[nodiscard]] std::string tell(const DatagramLessonReport& report, std::size_t width);

[[nodiscard]] Json lesson_json(const LessonReport& report);
[[nodiscard]] Json remedy_json(Remedy remedy, const RemedyReport& report);
[[nodiscard]] Json datagrams_json(const DatagramLessonReport& report);

}  // namespace echopool::client
