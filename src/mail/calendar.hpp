#pragma once
// Calendars and address cards as files (RFC 5545, RFC 6350): text whose lines are folded and in which line
// ends, commas and semicolons are escaped. A password in an invitation is what its reader sees, not
// "Kx7#mars\nbye".

#include <string_view>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::mail {

bool recognises_calendar(std::string_view bytes);
base::Result<void> read_calendar(const evidence::ItemView &item, evidence::Sink &sink);

}  // namespace dislodge::mail
