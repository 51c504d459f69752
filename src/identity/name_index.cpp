#include "identity/name_index.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {

using base::lower;

std::string_view attribute(const Principal &p, std::string_view key) {
  const auto found = p.attributes.find(std::string(key));
  return found == p.attributes.end() ? std::string_view() : std::string_view(found->second);
}

bool is_guest(const Principal &p) {
  return attribute(p, "user-type") == "guest" || attribute(p, "upn").find("#ext#") != std::string_view::npos;
}

bool in_entra(const Principal &p) {
  return p.id.starts_with("principal:entra/");
}

NameIndex::NameIndex(const Facts &facts) : facts_(facts) {
  for (std::uint32_t i = 0; i < facts.principals.size(); ++i) {
    const Principal &p = facts.principals[i];
    for (const std::string &name : p.names) {
      names_.emplace_back(name, i);
      if (p.kind == PrincipalKind::user && looks_like_address(name)) {
        locals_.emplace_back(name.substr(0, name.find('@')), i);
      }
    }
    if (p.kind == PrincipalKind::user) {
      if (const std::string_view alias = attribute(p, "alias"); !alias.empty())
        locals_.emplace_back(alias, i);
      if (const std::string_view sam = attribute(p, "samaccountname"); !sam.empty())
        locals_.emplace_back(sam, i);
    }
  }
  constexpr std::string_view kExchange = "resource:exchange/";
  for (const Resource &one : facts.resources) {
    const std::string_view id = one.id;
    if (!id.starts_with(kExchange)) continue;
    const std::string_view box = id.substr(id.rfind('/') + 1);
    if (looks_like_address(box) && !id.substr(kExchange.size()).starts_with(kUnknownTenant))
      boxes_.emplace_back(box, id);
  }
  std::sort(boxes_.begin(), boxes_.end());
  std::sort(names_.begin(), names_.end());
  std::sort(locals_.begin(), locals_.end());
  locals_.erase(std::unique(locals_.begin(), locals_.end()), locals_.end());
}

std::vector<std::uint32_t> NameIndex::find(std::string_view name) const {
  const std::string wanted = lower(name);
  std::vector<std::uint32_t> found;
  for (auto at = std::lower_bound(names_.begin(), names_.end(),
                                  std::pair<std::string_view, std::uint32_t>(wanted, 0));
       at != names_.end() && at->first == wanted; ++at) {
    if (found.empty() || found.back() != at->second) found.push_back(at->second);
  }
  return found;
}

std::vector<std::uint32_t> NameIndex::find_local(std::string_view local) const {
  const std::string wanted = lower(local);
  std::vector<std::uint32_t> found;
  for (auto at =
           std::lower_bound(locals_.begin(), locals_.end(), std::pair<std::string, std::uint32_t>(wanted, 0));
       at != locals_.end() && at->first == wanted; ++at) {
    if (found.empty() || found.back() != at->second) found.push_back(at->second);
  }
  return found;
}

const Principal *NameIndex::only(std::string_view name, PrincipalKind kind) const {
  const Principal *one = nullptr;
  for (const std::uint32_t i : find(name)) {
    if (facts_.principals[i].kind != kind) continue;
    if (one != nullptr) return nullptr;
    one = &facts_.principals[i];
  }
  return one;
}

std::string NameIndex::mailbox(std::string_view address) const {
  for (const std::uint32_t i : find(address)) {
    const Principal &p = facts_.principals[i];
    if (p.kind != PrincipalKind::user || !in_entra(p) || is_guest(p)) continue;
    const std::string_view upn = attribute(p, "upn"), mail = attribute(p, "mail");
    if (mail.empty() && upn.empty()) continue;
    return mailbox_id(entra_parts(p.id).tenant, upn.empty() ? mail : upn);
  }
  // No directory knows whose it is, but a log named the mailbox: of one tenant, or it cannot be said.
  const std::string wanted = lower(address);
  const auto at = std::lower_bound(boxes_.begin(), boxes_.end(),
                                   std::pair<std::string_view, std::string_view>(wanted, {}));
  if (at == boxes_.end() || at->first != wanted) return {};
  const auto next = std::next(at);
  return next != boxes_.end() && next->first == wanted ? std::string() : std::string(at->second);
}

std::string resource_of_custodian(std::string_view custodian, const NameIndex &names) {
  std::string who = lower(base::trim(custodian));
  for (const std::string_view scheme : {"https://", "http://", "ssh://git@", "git@"}) {
    if (who.starts_with(scheme)) who.erase(0, scheme.size());
  }
  if (who.starts_with("github.com/") || who.starts_with("github.com:")) {
    std::string name = who.substr(11);
    if (name.ends_with(".git")) name.resize(name.size() - 4);
    while (name.ends_with('/')) name.pop_back();
    return name.find('/') == std::string::npos ? std::string() : repository_id(name);
  }
  if (looks_like_address(who)) {
    const std::string known = names.mailbox(who);
    return !known.empty() ? known : fmt::format("resource:mail/{}/{}", domain_of_address(who), who);
  }
  // Another host of repositories: gitlab.example/group/project.
  const auto slash = who.find('/');
  if (slash != std::string::npos && who.find('.') < slash) {
    if (who.ends_with(".git")) who.resize(who.size() - 4);
    return "resource:" + who;
  }
  return {};
}

}  // namespace dislodge::identity
