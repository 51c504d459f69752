#pragma once
// The name of a file as text: "VPN key AKIA....txt" is as readable as what stands in the file. For readers of
// containers, whose own texts do not have the names of what they hold.

#include <string_view>

#include "evidence/sink.hpp"

namespace dislodge::evidence {

// Gives the name as a text of the item at `path`; the places in it are places in the name (Space::text). A
// name too short to hold a secret is passed over.
void emit_name(std::string_view path, std::string_view name, RecordId within, Sink &sink);

}  // namespace dislodge::evidence
