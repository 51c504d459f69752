#pragma once
// Who is meant by a name: principals and mailboxes by UPN, address, alias, SID or short name, and what the
// custodian of a piece of evidence stands for.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/fact.hpp"

namespace dislodge::identity {

// "" where a principal has none.
std::string_view attribute(const Principal &p, std::string_view key);
bool is_guest(const Principal &p);  // an account of Entra whose home is another tenant
bool in_entra(const Principal &p);

// Finds principals and mailboxes by any of their names. Built from settled facts, which must outlive it.
class NameIndex {
 public:
  explicit NameIndex(const Facts &facts);
  // Indexes into facts.principals of everything with this name (any case): UPN, mail, alias address, app id,
  // SID.
  std::vector<std::uint32_t> find(std::string_view name) const;
  const Principal *only(std::string_view name, PrincipalKind kind) const;  // null where none or several
  // The mailbox of an address: by UPN, mail or alias of a user, else the one of that name that a log shows;
  // "" where nothing knows it.
  std::string mailbox(std::string_view address) const;
  // Users whose address begins with `local` before the @ (a bare account name).
  std::vector<std::uint32_t> find_local(std::string_view local) const;

 private:
  const Facts &facts_;
  std::vector<std::pair<std::string_view, std::uint32_t>> names_;     // sorted
  std::vector<std::pair<std::string, std::uint32_t>> locals_;         // sorted
  std::vector<std::pair<std::string_view, std::string_view>> boxes_;  // address, resource; sorted
};

// The resource of a declared custodian: a mailbox address, or "github.com/owner/name". An address that no
// directory knows gets "resource:mail/DOMAIN/ADDRESS"; what is neither gets "".
std::string resource_of_custodian(std::string_view custodian, const NameIndex &names);

}  // namespace dislodge::identity
