#pragma once
// Access keys of AWS that CloudTrail shows deleted or deactivated, and tokens that GitHub's audit log shows
// deleted or revoked: what they open ends there, whether a listing knows them or not (sessions that they
// opened live on for their time). An authorisation for single sign-on that was taken back ends no token: it
// opens what is its owner's alone still. Source: docs.github.com, audit log events (oauth_access), token data
// in the audit log (hashed_token).
//
//   end_removed_keys(events, facts);   // after link_facts(), before bind_secrets()

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

void end_removed_keys(const log::EventTable &events, Facts &facts);

}  // namespace dislodge::identity
