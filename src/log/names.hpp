#pragma once
// Sources and classes of events by the names that people write.

#include <optional>
#include <string_view>

#include "log/event.hpp"

namespace dislodge::log {

// In any case; nothing for other names.
std::optional<Source> source_named(std::string_view name);
std::optional<EventClass> class_named(std::string_view name);

}  // namespace dislodge::log
