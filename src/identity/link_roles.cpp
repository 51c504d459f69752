// What application roles and directory roles open in a tenant.

#include <algorithm>

#include <fmt/format.h>

#include "identity/ids.hpp"
#include "identity/linker.hpp"

namespace dislodge::identity {

void Linker::open(const Right &right, const std::string &holder, const std::string &tenant,
                  const std::string &evidence, const Grant *like) {
  const auto each = [&](auto &&wanted) {
    const auto found = members_.find(tenant);
    if (found == members_.end()) return;
    for (const std::size_t i : found->second) {
      const Principal &p = facts_.principals[i];
      if (p.id != holder && wanted(p)) add(right.kind, holder, p.id, evidence, like);
    }
  };
  switch (right.opens) {
    case Opens::tenant:
      add(right.kind, holder, entra_principal(tenant, tenant), evidence, like);
      break;
    case Opens::mailboxes:
      add(right.kind, holder, all_mailboxes_id(tenant), evidence, like);
      need_mailboxes_.insert(tenant);
      break;
    case Opens::sites:
      add(right.kind, holder, all_sites_id(tenant), evidence, like);
      resource(all_sites_id(tenant), "site", "all sites and files of " + tenant_name(tenant), evidence);
      break;
    case Opens::applications:
      each([](const Principal &p) {
        return (p.kind == PrincipalKind::application || p.kind == PrincipalKind::service_principal) &&
               !is_microsofts(p);
      });
      break;
    case Opens::users:
      each([&](const Principal &p) { return p.kind == PrincipalKind::user && privileged_.count(p.id) == 0; });
      break;
    case Opens::groups:
      each([&](const Principal &p) {
        return p.kind == PrincipalKind::group && attribute(p, "role-assignable").empty() &&
               privileged_.count(p.id) == 0;
      });
      break;
    case Opens::as_given:
    case Opens::nothing:
      break;
  }
}

const Right *Linker::role_right(const std::string &id) const {
  const Principal *role = facts_.principal(id);
  const std::string_view template_id = role == nullptr ? std::string_view() : attribute(*role, "template-id");
  const Right *right = template_id.empty() ? nullptr : rights_.find_by_id(template_id);
  // Built-in roles have their template's id.
  return right != nullptr ? right : rights_.find_by_id(entra_parts(id).object);
}

void Linker::expand_roles() {
  // Who holds a directory role is not open to those who may reset ordinary users; members of a group that
  // holds one neither.
  for (const Grant &g : facts_.grants) {
    if (g.kind == "AZHasRole" || g.kind == "AZRoleEligible") privileged_.insert(g.from);
  }
  for (const Grant &g : facts_.grants) {
    if (g.kind == "AZMemberOf" && privileged_.count(g.to) != 0) privileged_.insert(g.from);
  }
  std::size_t kept = 0;  // of the grants, which are put where those that go were
  const auto keep = [&](Grant &g) {
    if (&facts_.grants[kept] != &g) facts_.grants[kept] = std::move(g);
    ++kept;
  };
  std::set<std::string> roles_opened;
  for (Grant &g : facts_.grants) {
    if (g.kind.starts_with("app-role:")) {
      const std::string tenant(entra_parts(g.from).tenant);
      const Right *right = rights_.find_by_id(std::string_view(g.kind).substr(9));
      if (right != nullptr) {
        if (right->opens == Opens::nothing || right->opens == Opens::as_given)
          add(right->kind, g.from, g.to, g.evidence, &g);
        else
          open(*right, g.from, tenant, g.evidence, &g);
      } else {
        // A role of somebody's own API: keep its name where the directory says it. Listed as unknown, so
        // inert.
        const Principal *resource_app = facts_.principal(g.to);
        const std::string_view name =
            resource_app == nullptr ? std::string_view() : attribute(*resource_app, g.kind);
        if (!name.empty()) g.kind = fmt::format("app-role:{}", name);
        keep(g);
      }
      continue;
    }
    if (g.kind.starts_with("AZScopedRole:")) {
      const Right *right = rights_.find_by_id(std::string_view(g.kind).substr(13));
      const Principal *scope = facts_.principal(g.to);
      const bool app = scope != nullptr && (scope->kind == PrincipalKind::application ||
                                            scope->kind == PrincipalKind::service_principal);
      add(right != nullptr && right->opens == Opens::applications && app ? std::string_view(right->kind)
                                                                         : std::string_view("AZScopedRole"),
          g.from, g.to, g.evidence, &g);
      continue;
    }
    if ((g.kind == "AZHasRole" || g.kind == "AZRoleEligible") && roles_opened.insert(g.to).second) {
      if (const Right *right = role_right(g.to))
        open(*right, g.to, std::string(entra_parts(g.to).tenant), g.evidence, nullptr);
    }
    // A role's own right, given with its kind (from an event): what it opens is told here as for a
    // directory row.
    keep(g);
  }
  facts_.grants.resize(kept);
}

}  // namespace dislodge::identity
