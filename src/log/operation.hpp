#pragma once
// One name for one operation, whoever wrote it down. The unified audit log ends names with a dot, the
// directory writes "Update application – Certificates and secrets management " with an en dash and a trailing
// blank, and exporters turn the dash into a hyphen.

#include <string>
#include <string_view>

#include "log/event.hpp"

namespace dislodge::log {

// "update application - certificates and secrets management", "consent to application".
std::string canonical_operation(std::string_view name);

// The name as it was written, without blanks and dots at its end.
std::string_view trimmed_operation(std::string_view name);

// Whether an event is that somebody opened, downloaded or synchronised a file, and not that they changed it.
bool reads_file(const EventTable &table, const Event &event);

}  // namespace dislodge::log
