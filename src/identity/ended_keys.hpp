#pragma once
// Access keys of AWS that CloudTrail shows deleted or deactivated: what they open ends there, whether a
// listing knows them or not (sessions that they opened live on for their time).
//
//   end_removed_keys(events, facts);   // after link_facts(), before bind_secrets()

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

void end_removed_keys(const log::EventTable &events, Facts &facts);

}  // namespace dislodge::identity
