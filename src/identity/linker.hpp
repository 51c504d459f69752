#pragma once
// The linker behind link_facts(): the order of the steps, and what they share.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "identity/link.hpp"
#include "identity/name_index.hpp"

namespace dislodge::identity {

bool is_microsofts(const Principal &p);  // one of Microsoft's own applications, in whichever tenant

class Linker {
 public:
  Linker(Facts &facts, const Rights &rights);
  void link();

 private:
  // A right whose start is unknown is not older than those it joins.
  void clip();

  void index();

  // link_names.cpp: who is meant in rows that do not say their tenant, or name people by what they are
  // called.

  // Object ids are unique in the world, so an unknown tenant is told by any directory that has the object. An
  // application id in the place of an object id stands for the application object of that tenant.
  std::string resolved(const std::string &id);

  // Names are looked up for edges of other collectors only, so their index is made at first need.
  void index_names();
  std::string by_name(const std::string &id, const std::string &name);

  // A mailbox that a listing names by an address, an object id or a display name; all mailboxes of the one
  // tenant that there is.
  bool mailbox_of(std::string &id);

  void name_tenants();

  void add(std::string_view kind, const std::string &from, const std::string &to, const std::string &evidence,
           const Grant *like = nullptr);

  // link_roles.cpp: application roles and directory roles.

  // What a role opens in a tenant, as grants from its holder.
  void open(const Right &right, const std::string &holder, const std::string &tenant,
            const std::string &evidence, const Grant *like);
  const Right *role_right(const std::string &id) const;
  void expand_roles();

  // A secret of the application object signs in as its service principal in every tenant that has one.
  void runs_as(const Principal &p);

  std::string tenant_name(const std::string &tenant) const;
  void resource(const std::string &id, std::string_view kind, const std::string &name,
                const std::string &evidence);

  void tenants_and_mailboxes();
  // What a list of people says of a person is true of each of their accounts.
  void describe_people();
  // One person's accounts: a guest and their home account; users of different realms with one mail address.
  void people();
  static std::size_t hubs_first(std::vector<const Principal *> &accounts);
  // An account of Entra that a domain's account is the source of: the SID is a name of both.
  void synchronised();
  // Whose tenant a domain is of, for which a federation service signs.
  void federations();
  // Both halves in one hand, directly; through groups reach joins them.
  void composites();

  Facts &facts_;
  const Rights &rights_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_object_;
  std::unordered_map<std::string, std::vector<std::size_t>> applications_;  // by application id
  std::map<std::string, std::vector<std::size_t>> members_;                 // by tenant
  std::vector<std::pair<std::string_view, std::size_t>> names_;             // sorted
  static constexpr std::size_t kSeveral = SIZE_MAX;
  std::unordered_map<std::string, std::size_t> displays_;  // what users are called -> principal, or kSeveral
  std::unordered_map<std::string, std::size_t> locals_;    // how addresses of users begin -> the same
  std::unordered_set<std::string> privileged_;
  std::set<std::string> need_mailboxes_;
  std::vector<Principal> new_principals_;
  std::vector<Grant> new_grants_;
};

}  // namespace dislodge::identity
