#pragma once
// Listings of one kind of thing, as an administrator exports them without a collector; recognised by their
// columns (src/identity/rows.hpp says in which forms).
//
//   Microsoft   Get-MailboxPermission, Get-MailboxFolderPermission, Get-RecipientPermission, Get-InboxRule,
//               Get-Mailbox; Graph: users, oauth2PermissionGrants, appRoleAssignments, messageRules,
//               userRegistrationDetails, conditional access policies
//   GitHub      members and collaborators, deploy keys, keys with their user
//   GitLab      members, deploy keys, keys with their user
//   AWS         IAM credential report
//   Okta        users, groups, applications
//   anything    from,right,to[,since,until]; people with department or title
//
// Names that a listing uses for people and mailboxes are resolved by link_facts().

#include <string_view>

#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "identity/fact.hpp"
#include "identity/fact_spill.hpp"

namespace dislodge::identity::listings {

bool recognises_directory(std::string_view bytes);  // looks at the first 64 KiB
base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill = {});

}  // namespace dislodge::identity::listings
