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

struct RoleName {
  std::string_view name, type;  // without "administrator"
};
constexpr std::array<RoleName, 14> kNames = {{
    {"super", "super_admin"},
    {"organization", "org_admin"},
    {"organisation", "org_admin"},
    {"org", "org_admin"},
    {"group", "user_admin"},
    {"user", "user_admin"},
    {"help desk", "help_desk_admin"},
    {"group membership", "group_membership_admin"},
    {"application", "app_admin"},
    {"app", "app_admin"},
    {"read only", "read_only_admin"},
    {"report", "report_admin"},
    {"mobile", "mobile_admin"},
    {"access certifications", "access_certifications_admin"},
}};

// "Help Desk Administrator" and HELP_DESK_ADMIN: "help desk".
std::string plain_name(std::string_view label) {
  std::string name = base::lower(base::trim(label));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  for (const std::string_view end : {" administrator", " admin"})
    if (name.ends_with(end)) {
      name.resize(name.size() - end.size());
      break;
    }
  return name;
}

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

std::vector<std::string> okta_roles_in(std::string_view text) {
  std::vector<std::string> types;
  const auto add = [&](std::string_view label) {
    if (base::trim(label).empty()) return;
    const std::string name = plain_name(label);
    const auto found =
        std::find_if(kNames.begin(), kNames.end(), [&](const RoleName &one) { return one.name == name; });
    types.push_back(found == kNames.end() ? std::string(base::trim(label)) : std::string(found->type));
  };
  std::string label;
  int depth = 0;  // within "(for Sales, Support)"
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0 && c == ',') {
      add(label);
      label.clear();
    } else if (depth == 0) {
      label += c;
    }
    if (c == ')' && depth > 0) --depth;
  }
  add(label);
  return types;
}

std::string okta_role_name(std::string_view type) {
  for (const RoleName &one : kNames) {
    if (!base::equal_ignoring_case(one.type, type)) continue;
    std::string name(one.name);
    for (std::size_t i = 0; i < name.size(); ++i)
      if ((i == 0 || name[i - 1] == ' ') && name[i] >= 'a' && name[i] <= 'z')
        name[i] = static_cast<char>(name[i] - 'a' + 'A');
    return name + " Administrator";
  }
  return std::string(type);
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
  // Whoever lost a role is touched like anybody else from then on.
  for (const Grant &grant : facts.grants)
    if (is_role(grant.to) && !grant.end_known) administrators.insert(grant.from);
  for (const Grant &grant : facts.grants)
    if (grant.kind == "Okta_MemberOf" && !grant.end_known && administrators.contains(grant.to))
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
