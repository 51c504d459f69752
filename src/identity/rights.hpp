#pragma once
// What each right allows: rules/rights/*.toml as a table by edge kind, so that a new kind needs no C++.
//
//   DISLODGE_TRY_ASSIGN(const Rights rights, load_rights(base::embedded_rules()));
//   const Right *right = rights.find(grant.kind);      // null: unknown kind, treated as inert and listed
//
// How reach reads an effect of a grant from -> to (after swapping the two where `reversed`):
//   control   who acts as `from` acts as `to`; where `to` is a resource, reads it
//   act_as    the same, by a token that `from` can ask for (managed identity, application to service
//   principal) mint      who acts as `from` can set each of `slots` of `to` read      who acts as `from`
//   reads `to` contains  who acts as, or reads, the container `from` acts as, or reads, `to` inert nothing
//   follows from it alone
// `both_ways` holds for the swapped pair too. A right with `all_of` follows where one holder (itself or
// through what it controls) has every one of those kinds on the same target: the halves themselves are inert.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_rules.hpp"
#include "base/result.hpp"

namespace dislodge::identity {

enum class Effect : std::uint8_t { control, act_as, mint, read, contains, inert };
std::string_view name_of(Effect effect);

// What an application role or directory role opens within its tenant; link_facts() makes the grants of it.
enum class Opens : std::uint8_t { as_given, tenant, mailboxes, sites, applications, users, groups, nothing };
std::string_view name_of(Opens opens);

struct Right {
  std::string kind;    // as the collector, API or directory writes it
  std::string family;  // azure, ad, github, okta, graph, exchange, directory-role, own
  Effect effect = Effect::inert;
  std::vector<std::string> slots;  // of mint: password, app-secret, certificate, federated, factor, ssh-key
  bool reversed = false;
  bool both_ways = false;
  std::vector<std::string> from_kinds;  // node kinds; empty: any
  std::vector<std::string> to_kinds;
  std::vector<std::string> all_of;  // a composite: both halves needed
  std::string composite;            // this is a half of that composite
  Opens opens = Opens::as_given;
  std::vector<std::string> ids;  // app role ids or role template ids, lower case
  std::string source;
  std::string example;
  std::string note;
};

class Rights {
 public:
  const Right *find(std::string_view kind) const;  // exact, as collectors write it
  // The composites of which a kind is a half: GetChanges is one of DCSync and of SyncLAPSPassword.
  const std::vector<std::string> &composites_of(std::string_view kind) const;
  const Right *find_by_id(std::string_view id) const;  // app role id or role template id, any case
  // Kinds of a list that no rule knows, sorted and unique: to be shown, since they count as inert.
  std::vector<std::string> unknown(std::span<const std::string> kinds) const;
  const std::vector<Right> &all() const { return rights_; }

 private:
  friend base::Result<Rights> load_rights(std::span<const base::EmbeddedRule> files);
  std::vector<Right> rights_;
  std::map<std::string, std::size_t, std::less<>> by_kind_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::map<std::string, std::vector<std::string>, std::less<>> composites_;
};

// Reads every file whose path has "rights/". A mistake is named by file, line and kind: unknown effect or
// key, a kind or id given twice, mint without slots, a composite whose half is missing, no source or no
// example.
base::Result<Rights> load_rights(std::span<const base::EmbeddedRule> files);

}  // namespace dislodge::identity
