#pragma once
// The sources that log/ reads, one file each. A source says whether a record is its own, by the names in it,
// and turns it into an event.

#include "base/result.hpp"
#include "log/builder.hpp"
#include "log/json.hpp"

namespace dislodge::log {

// A record may be native, in an envelope of Azure Monitor ("properties"), flat as Log Analytics has it
// (objects as text), or a row of a portal's CSV with its headings as names.

// entra_signin.cpp
bool is_entra_signin(const Json &record);
base::Result<void> read_entra_signin(const Json &record, EventBuilder &out);

// entra_audit.cpp
bool is_entra_audit(const Json &record);
base::Result<void> read_entra_audit(const Json &record, EventBuilder &out);

// m365_audit.cpp: AuditData by itself or inside what Search-UnifiedAuditLog, Purview or Graph put around it.
bool is_m365_audit(const Json &record);
base::Result<void> read_m365_audit(const Json &record, EventBuilder &out);

}  // namespace dislodge::log
