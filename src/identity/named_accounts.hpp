#pragma once
// Accounts that nobody lists and our own logs show at work: of a domain, by its controllers and machines; of
// a host, by its sshd. They are principals like those of a listing, so that a password or key in mail is
// bound to them.
//
//   add_named_accounts(events, facts);   // before link_facts()
//
// Only who signed in is added: a name that was tried and refused may be anybody's guess. A domain whose
// controller's log was handed in is ours (tickets are logged by controllers alone:
// learn.microsoft.com/previous-versions/windows/it-pro/
// windows-10/security/threat-protection/auditing/event-4768).

#include "identity/fact.hpp"
#include "log/event.hpp"

namespace dislodge::identity {

void add_named_accounts(const log::EventTable &events, Facts &facts);

}  // namespace dislodge::identity
