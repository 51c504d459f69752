#pragma once
// Grants and principals from events: a directory export says what is, an audit log says since when and by
// whom.
//
//   add_history(events, rights, facts);   // before link_facts(); merges with directory rows by id
//
// From audit events: users, groups, applications and service principals that were created or named;
// application role assignments, consents, credentials added and removed, role and group members added and
// removed, owners added, mailbox permissions and forwarding rules. From sign-ins: principals seen, their
// tenant and object ids. A right is marked used only where an event shows it exercised: mail accessed by an
// application (its mailbox role) or by a user; a secret used to sign in as a service principal (its
// credential's key id).

#include "identity/fact.hpp"
#include "identity/rights.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

void add_history(const log::EventTable &events, const Rights &rights, Facts &facts);

// Marks Grant::used and Binding::used from events, after link_facts() and bind_secrets().
void mark_use(const log::EventTable &events, Facts &facts);

}  // namespace dislodge::identity
