#pragma once
// What ECS and OCSF made of a record, put back into the form in which the product writes it. Both normal
// forms keep sign-ins well and lose changes: whom a right was given to, which key was made. Rules, readers
// and chains know the products' own names, so where the product's fields are kept under their own roof, the
// record is made again from them and read like any other. Source: elastic.co/docs/reference/integrations
// (okta, aws, google_workspace, github, o365: exported fields); schema.ocsf.io (API Activity, Account
// Change); the mappings of Amazon Security Lake.

#include <string>

#include "log/event.hpp"
#include "log/json.hpp"

namespace dislodge::log {

// Whether it is worth asking: of ECS, OCSF, and what EvtxECmd makes of events of Windows.
bool may_hold_native(const Json &record, Source form);
// The record as JSON; "" where nothing of the product is kept. `form` is what it was recognised as.
std::string native_record(const Json &record, Source form);

}  // namespace dislodge::log
