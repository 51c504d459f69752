#pragma once
// Grants and principals from events: a directory export says what is, an audit log says since when and by
// whom.
//
//   add_history(events, rights, facts);   // before link_facts(), which merges by id and says what roles open
//   mark_use(events, facts);              // after link_facts() and bind_secrets()
//
// From audit events: users, groups, applications, service principals and devices that were made; application
// role assignments, consents to read mail, credentials added and removed, members of roles and groups,
// owners, mailbox permissions. From sign-ins and mail access: principals and mailboxes seen. A right that
// ended and was given anew has one grant a period; the last keeps the id that a directory row has.

#include "identity/fact.hpp"
#include "identity/rights.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

void add_history(const log::EventTable &events, const Rights &rights, Facts &facts);

// Marks Grant::used where an event shows the right exercised by its holder: mail read by an application (by
// the role that its protocol needs) or by the owner; a service principal signing in (AZRunsAs); a role
// assigned by an application; a credential added by an owner. Binding::used is left alone: a sign-in does not
// say who it was.
void mark_use(const log::EventTable &events, Facts &facts);

// The principal that an event says acted, "" where it names none.
std::string actor_of(const log::EventTable &events, const log::Event &event);

}  // namespace dislodge::identity
