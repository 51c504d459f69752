#include "identity/okta_roles.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/encode.hpp"
#include "identity/new_grant.hpp"

namespace dislodge::identity {
namespace {

constexpr std::string_view kRealm = "principal:okta/", kRole = "/role/";

enum class On : std::uint8_t { organisation, accounts, groups, applications, nothing };
struct RoleRight {
  std::string_view type, right;
  On on;
};
constexpr std::array<RoleRight, 11> kRights = {{
    {"super_admin", "Okta_SuperAdmin", On::organisation},
    {"org_admin", "Okta_OrgAdmin", On::organisation},
    {"user_admin", "Okta_GroupAdmin", On::accounts},
    {"user_admin", "Okta_GroupMembershipAdmin", On::groups},
    {"help_desk_admin", "Okta_HelpDeskAdmin", On::accounts},
    {"group_membership_admin", "Okta_GroupMembershipAdmin", On::groups},
    {"app_admin", "Okta_AppAdmin", On::applications},
    {"read_only_admin", "", On::nothing},
    {"report_admin", "", On::nothing},
    {"mobile_admin", "", On::nothing},
    {"access_certifications_admin", "", On::nothing},
}};

bool is_role(std::string_view id) {
  return id.starts_with(kRealm) && id.find(kRole) != std::string_view::npos;
}

}  // namespace

std::string okta_organisation(std::string_view host) {
  return std::string(kRealm) + base::lower(host);
}

std::string okta_role_principal(std::string_view organisation, std::string_view type) {
  return std::string(organisation) + std::string(kRole) + base::lower(type);
}

bool is_known_okta_role(std::string_view type) {
  return std::any_of(kRights.begin(), kRights.end(),
                     [&](const RoleRight &one) { return base::equal_ignoring_case(one.type, type); });
}

void link_okta_roles(const Facts &facts, std::vector<Grant> &made) {
  std::vector<const Principal *> roles, accounts, groups, applications;
  for (const Principal &p : facts.principals) {
    if (!p.id.starts_with(kRealm)) continue;
    if (is_role(p.id))
      roles.push_back(&p);
    else if (p.kind == PrincipalKind::user)
      accounts.push_back(&p);
    else if (p.kind == PrincipalKind::group)
      groups.push_back(&p);
    else if (p.kind == PrincipalKind::application)
      applications.push_back(&p);
  }
  if (roles.empty()) return;
  // Who holds a role, by themselves or by a group; and the groups that give one. Okta's groups do not nest.
  std::unordered_set<std::string_view> administrators;
  for (const Grant &grant : facts.grants)
    if (is_role(grant.to)) administrators.insert(grant.from);
  for (const Grant &grant : facts.grants)
    if (grant.kind == "Okta_MemberOf" && !is_role(grant.to) && administrators.contains(grant.to))
      administrators.insert(grant.from);
  for (const Principal *role : roles) {
    const std::size_t at = role->id.find(kRole);
    const std::string organisation = role->id.substr(0, at);
    const std::string_view type = std::string_view(role->id).substr(at + kRole.size());
    const auto give = [&](std::string_view right, const std::string &to) {
      made.push_back(new_grant(right, role->id, to, role->evidence));
    };
    const auto give_all = [&](std::string_view right, const std::vector<const Principal *> &things) {
      for (const Principal *thing : things)
        if (!administrators.contains(thing->id)) give(right, thing->id);
    };
    for (const RoleRight &one : kRights) {
      if (one.type != type) continue;
      if (one.on == On::organisation) give(one.right, organisation);
      if (one.on == On::accounts) give_all(one.right, accounts);
      if (one.on == On::groups) give_all(one.right, groups);
      if (one.on == On::applications) give_all(one.right, applications);
    }
  }
}

}  // namespace dislodge::identity
