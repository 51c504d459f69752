// Who is meant: object ids without their tenant, application ids, addresses and display names.

#include <algorithm>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/linker.hpp"

namespace dislodge::identity {

using base::lower;

std::string Linker::resolved(const std::string &id) {
  constexpr std::string_view kByName = "/?name=";
  if (const auto at = id.find(kByName); at != std::string::npos)
    return by_name(id, id.substr(at + kByName.size()));
  const EntraId parts = entra_parts(id);
  if (parts.object.empty()) return id;
  const std::string object(parts.object);
  if (parts.tenant != kUnknownTenant && facts_.principal(id) != nullptr) return id;
  const auto found = by_object_.find(object);
  if (parts.tenant == kUnknownTenant && found != by_object_.end() && found->second.size() == 1) {
    return facts_.principals[found->second.front()].id;
  }
  const auto app = applications_.find(object);
  if (app != applications_.end()) {
    const Principal *only = nullptr;
    for (const std::size_t i : app->second) {
      const Principal &p = facts_.principals[i];
      const bool here = parts.tenant == kUnknownTenant || entra_parts(p.id).tenant == parts.tenant;
      // The application object before a service principal of the same tenant.
      if (here && (only == nullptr ||
                   (only->kind != PrincipalKind::application && p.kind == PrincipalKind::application)))
        only = &p;
    }
    if (only != nullptr) return only->id;
  }
  return id;
}

void Linker::index_names() {
  if (!names_.empty()) return;
  for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
    for (const std::string &name : facts_.principals[i].names) names_.emplace_back(name, i);
  }
  std::sort(names_.begin(), names_.end());
  for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
    const Principal &p = facts_.principals[i];
    if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p) || p.name.empty()) continue;
    const auto [at, fresh] = displays_.try_emplace(lower(p.name), i);
    if (!fresh && at->second != i) at->second = kSeveral;
    for (const std::string &name : p.names) {
      const std::size_t sign = name.find('@');
      if (sign == std::string::npos || sign == 0) continue;
      const auto [local, first] = locals_.try_emplace(name.substr(0, sign), i);
      if (!first && local->second != i) local->second = kSeveral;
    }
  }
}

std::string Linker::by_name(const std::string &id, const std::string &name) {
  index_names();
  const std::string realm = id.substr(0, id.find('/') + 1);  // "principal:entra/"
  const Principal *only = nullptr;
  for (auto at =
           std::lower_bound(names_.begin(), names_.end(), std::pair<std::string_view, std::size_t>(name, 0));
       at != names_.end() && at->first == name; ++at) {
    const Principal &p = facts_.principals[at->second];
    if (!p.id.starts_with(realm)) continue;
    if (only != nullptr && only->kind == p.kind) return id;  // several: cannot say which
    if (only == nullptr || p.kind == PrincipalKind::user) only = &p;
  }
  return only == nullptr ? id : only->id;
}

bool Linker::mailbox_of(std::string &id) {
  const std::string name = id.substr(id.rfind('/') + 1);
  if (name == "*") {
    std::set<std::string> tenants;
    for (const auto &[tenant, list] : members_) {
      if (tenant != kUnknownTenant && !tenant.empty()) tenants.insert(tenant);
    }
    if (tenants.size() != 1) return false;
    id = all_mailboxes_id(*tenants.begin());
    need_mailboxes_.insert(*tenants.begin());
    return true;
  }
  index_names();
  const Principal *only = nullptr;
  for (auto at =
           std::lower_bound(names_.begin(), names_.end(), std::pair<std::string_view, std::size_t>(name, 0));
       at != names_.end() && at->first == name; ++at) {
    const Principal &p = facts_.principals[at->second];
    if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p)) continue;
    if (only != nullptr && only != &p) return false;
    only = &p;
  }
  if (only == nullptr) {  // Exchange names mailboxes by what people are called
    auto called = displays_.find(name);
    if (called == displays_.end()) {  // or by their alias, which is how addresses begin
      called = locals_.find(name);
      if (called == locals_.end()) return false;
    }
    if (called->second == kSeveral) return false;
    only = &facts_.principals[called->second];
  }
  const std::string_view upn = attribute(*only, "upn"), mail = attribute(*only, "mail");
  const EntraId parts = entra_parts(only->id);
  if (parts.tenant == kUnknownTenant || (upn.empty() && mail.empty())) return false;
  id = mailbox_id(parts.tenant, upn.empty() ? mail : upn);
  return true;
}

void Linker::name_tenants() {
  std::unordered_set<std::string_view> known;
  known.reserve(facts_.principals.size());
  for (const Principal &p : facts_.principals) {
    if (entra_parts(p.id).tenant != kUnknownTenant) known.insert(p.id);
  }
  std::unordered_map<std::string, std::string> cache;
  // True where the id was changed.
  const auto resolve = [&](std::string &id) {
    if (id.starts_with("resource:exchange/?/")) return mailbox_of(id);
    if (id.starts_with("resource:") || known.count(id) != 0) return false;
    const auto [at, fresh] = cache.try_emplace(id);
    if (fresh) at->second = resolved(id);
    if (at->second == id) return false;
    id = at->second;
    return true;
  };
  for (Grant &g : facts_.grants) {
    const bool from = resolve(g.from), to = resolve(g.to);
    if (from || to) g.id = grant_id(g.kind, g.from, g.to);
  }
  for (Credential &c : facts_.credentials) {
    if (resolve(c.principal)) {
      c.id = credential_id(c.principal, c.slot, !c.key_id.empty() ? c.key_id : c.thumbprint);
    }
  }
  // Looked up first and changed after, since looking up needs the order of ids.
  std::vector<std::pair<std::size_t, std::string>> moved;
  for (std::size_t i = 0; i < facts_.principals.size(); ++i) {
    const Principal &p = facts_.principals[i];
    if (in_entra(p) && entra_parts(p.id).tenant == kUnknownTenant) moved.emplace_back(i, resolved(p.id));
  }
  for (auto &[i, id] : moved) {
    facts_.principals[i].id = std::move(id);
    facts_.principals[i].tenant = entra_parts(facts_.principals[i].id).tenant;
  }
}

}  // namespace dislodge::identity
