#pragma once
// Joins what lies in different files, once every directory and log is in. The engine's order:
//
//   facts.append(each read_directory / add_history result);
//   link_facts(facts, rights);          // settles
//   bind_secrets(secrets, facts);       // bindings.hpp; settles
//
// What it makes, each with evidence, so that nothing below the graph needs to know a directory's habits:
//   - tenants and object ids of rows whose file did not say them; application ids resolved to objects
//   - AZRunsAs from each application object to its service principal in every tenant
//   - application roles by id -> the role's kind, to what it opens (mailboxes, sites, tenant, applications,
//   users)
//   - directory roles by template id -> what they open; roles limited to one object
//   - a mailbox for each user with mail, owned by the user, and one resource for all mailboxes of a tenant
//   - tenant-contains from each tenant to its principals; home-of-guest; same-person across realms
//   - composite rights of which one principal holds both halves directly
//   - a right whose start no source says begins when the younger of its two ends was created
// Running it twice changes nothing.

#include "identity/fact.hpp"
#include "identity/rights.hpp"

namespace dislodge::identity {

void link_facts(Facts &facts, const Rights &rights);

}  // namespace dislodge::identity
