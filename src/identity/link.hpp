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

#include <string>
#include <string_view>
#include <vector>

#include "identity/fact.hpp"
#include "identity/rights.hpp"

namespace dislodge::identity {

void link_facts(Facts &facts, const Rights &rights);

// Finds principals and mailboxes by any of their names. Built from settled facts, which must outlive it.
class NameIndex {
 public:
  explicit NameIndex(const Facts &facts);
  // Indexes into facts.principals of everything with this name (any case): UPN, mail, alias address, app id,
  // SID.
  std::vector<std::uint32_t> find(std::string_view name) const;
  const Principal *only(std::string_view name, PrincipalKind kind) const;  // null where none or several
  // The mailbox of an address: by UPN, mail or alias of a user; "" where no directory knows it.
  std::string mailbox(std::string_view address) const;
  // Users whose address begins with `local` before the @ (a bare account name).
  std::vector<std::uint32_t> find_local(std::string_view local) const;

 private:
  const Facts &facts_;
  std::vector<std::pair<std::string_view, std::uint32_t>> names_;  // sorted
  std::vector<std::pair<std::string, std::uint32_t>> locals_;      // sorted
};

// The resource of a declared custodian: a mailbox address, or "github.com/owner/name". An address that no
// directory knows gets "resource:mail/DOMAIN/ADDRESS"; what is neither gets "".
std::string resource_of_custodian(std::string_view custodian, const NameIndex &names);

}  // namespace dislodge::identity
