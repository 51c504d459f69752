#include "identity/realm_accounts.hpp"

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/name_index.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using log::Source;

constexpr std::string_view kPrincipal = "principal:";

std::string_view realm_in(std::string_view id) {
  if (!id.starts_with(kPrincipal)) return {};
  id.remove_prefix(kPrincipal.size());
  return id.substr(0, id.find('/'));
}

bool signs_in(PrincipalKind kind) {
  return kind == PrincipalKind::user || kind == PrincipalKind::account || kind == PrincipalKind::role ||
         kind == PrincipalKind::application || kind == PrincipalKind::service_principal;
}

std::string key_of(std::string_view realm, std::string_view name) {
  return std::string(realm) + '\n' + lower(name);
}

// A realm's organisation as logs and listings write it: "brisk" and "brisk.local" are one AD domain.
bool same_organisation(std::string_view realm, std::string_view a, std::string_view b) {
  if (base::equal_ignoring_case(a, b)) return true;
  if (realm != "ad") return false;
  return base::equal_ignoring_case(a.substr(0, a.find('.')), b.substr(0, b.find('.')));
}

}  // namespace

std::string_view realm_of(Source source) {
  switch (source) {
    case Source::okta:
      return "okta";
    case Source::github:
      return "github";
    case Source::gitlab:
      return "gitlab";
    case Source::aws_cloudtrail:
      return "aws";
    case Source::google:
      return "google";
    case Source::salesforce:
      return "salesforce";
    case Source::windows:
      return "ad";
    case Source::sshd:
      return "host";
    default:
      return {};
  }
}

RealmAccounts::RealmAccounts(const Facts &facts) : facts_(facts) {
  for (std::uint32_t i = 0; i < facts.principals.size(); ++i) {
    const Principal &p = facts.principals[i];
    const std::string_view realm = realm_in(p.id);
    if (realm.empty() || realm == "entra" || realm == "account" || realm == "people" || !signs_in(p.kind))
      continue;
    const auto add = [&](std::string_view name) {
      if (name.empty()) return;
      std::vector<std::uint32_t> &list = by_name_[key_of(realm, name)];
      if (list.empty() || list.back() != i) list.push_back(i);
    };
    for (const std::string &name : p.names) add(name);
    add(std::string_view(p.id).substr(p.id.rfind('/') + 1));
    add(attribute(p, "samaccountname"));
  }
}

std::string RealmAccounts::listed(std::string_view realm, std::string_view tenant,
                                  std::string_view name) const {
  if (name.empty()) return {};
  const auto found = by_name_.find(key_of(realm, name));
  if (found == by_name_.end()) return {};
  const Principal *only = nullptr;
  std::size_t fits = 0;
  for (const std::uint32_t i : found->second) {
    const Principal &p = facts_.principals[i];
    if (!tenant.empty() && !p.tenant.empty() && realm != "okta" && realm != "google" &&
        !same_organisation(realm, p.tenant, tenant))
      continue;
    only = &p;
    ++fits;
  }
  return fits == 1 ? only->id : std::string();
}

std::string RealmAccounts::actor(const log::EventTable &table, const log::Event &event) const {
  const std::string_view realm = realm_of(event.source);
  if (realm.empty()) return {};
  const std::string_view id = table.text(event.actor_id), name = table.text(event.actor_name),
                         tenant = table.text(event.tenant);
  const std::string_view who = name.empty() ? id : name;
  if (who.empty()) return {};
  if (!by_name_.empty()) {
    for (const std::string_view one : {id, name, table.extra(event, "arn")}) {
      if (std::string known = listed(realm, tenant, one); !known.empty()) return known;
    }
    // DOMAIN\user and user@domain, where the listing has the short name alone.
    if (realm == "ad") {
      const std::size_t slash = name.find('\\'), at = name.find('@');
      const std::string_view account =
          slash != std::string_view::npos ? name.substr(slash + 1) : name.substr(0, at);
      const std::string_view domain = slash != std::string_view::npos ? name.substr(0, slash)
                                      : at != std::string_view::npos  ? name.substr(at + 1)
                                                                      : tenant;
      if (std::string known = listed(realm, domain, account); !known.empty()) return known;
    }
  }
  std::string made = std::string(kPrincipal) + std::string(realm) + '/';
  if (event.source != Source::github)
    made += (tenant.empty() ? std::string(kUnknownTenant) : lower(tenant)) + '/';
  return made + lower(event.source == Source::okta && !id.empty() ? id : who);
}

std::string RealmAccounts::target(const log::EventTable &table, const log::Event &event) const {
  if (event.source != Source::okta || event.target_id == 0) return {};
  const std::string_view id = table.text(event.target_id), tenant = table.text(event.tenant);
  if (std::string known = listed("okta", tenant, id); !known.empty()) return known;
  return "principal:okta/" + (tenant.empty() ? std::string(kUnknownTenant) : lower(tenant)) + '/' + lower(id);
}

}  // namespace dislodge::identity
