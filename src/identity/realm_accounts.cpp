#include "identity/realm_accounts.hpp"

#include <algorithm>
#include <iterator>

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
    case Source::google_cloud:
      return "google";
    case Source::salesforce:
      return "salesforce";
    case Source::windows:
      return "ad";
    case Source::sshd:
    case Source::syslog:
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
    // GitLab's log calls people by what they are called.
    if (realm == "gitlab") add(p.name);
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

std::string RealmAccounts::account(log::Source source, std::string_view tenant, std::string_view id,
                                   std::string_view name, std::string_view arn) const {
  const std::string_view realm = realm_of(source);
  const std::string_view who = name.empty() ? id : name;
  if (realm.empty() || who.empty()) return {};
  if (!by_name_.empty()) {
    for (const std::string_view one : {id, name, arn}) {
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
  if (source != Source::github) made += (tenant.empty() ? std::string(kUnknownTenant) : lower(tenant)) + '/';
  // "arn:aws:sts::482913007654:assumed-role/Admin/session": a session acts as its role and is not the role,
  // which many people may share.
  if (const std::size_t role = who.find(":assumed-role/"); realm == "aws" && role != std::string_view::npos)
    return made + lower(who.substr(role + 1));
  return made + lower(source == Source::okta && !id.empty() ? id : who);
}

std::string RealmAccounts::actor(const log::EventTable &table, const log::Event &event) const {
  return account(event.source, table.text(event.tenant), table.text(event.actor_id),
                 table.text(event.actor_name), table.extra(event, "arn"));
}

std::string RealmAccounts::target(const log::EventTable &table, const log::Event &event) const {
  std::string_view id = table.text(event.target_id), name = table.text(event.target_name);
  const std::string_view type = table.text(event.target_type);
  switch (event.source) {
    case Source::okta:  // the same mailbox may be the name of several accounts: the id alone says whose
      if (id.empty()) return {};
      name = {};
      break;
    case Source::aws_cloudtrail:
      if (type != "user" && type != "role") return {};
      name = name.substr(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
      // As the listing of an account has them; a user may have a role's name.
      if (type == "role" && event.tenant != 0)
        return "principal:aws/" + lower(table.text(event.tenant)) + "/role/" + lower(name);
      break;
    case Source::github:
      if (type != "user") return {};
      id = {};
      break;
    case Source::google:
    case Source::google_cloud:
      // "projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com" names an account too.
      if (const std::size_t slash = name.rfind("/serviceAccounts/"); slash != std::string_view::npos)
        name = name.substr(slash + 17, name.find('/', slash + 17) - slash - 17);
      if (!looks_like_address(name)) return {};
      id = {};
      break;
    case Source::windows: {
      // Of what is done to groups older tables name the group; ours name the member, as a user.
      constexpr std::string_view kOfUsers[] = {"4720", "4722", "4723", "4724", "4725", "4726",
                                               "4738", "4740", "4767", "4769", "4781"};
      constexpr std::string_view kOfMembers[] = {"4728", "4729", "4732", "4733", "4756", "4757"};
      const std::string_view code = table.extra(event, "event-id");
      const auto is_one = [&](const auto &codes) {
        return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
      };
      if (!is_one(kOfUsers) && !(type == "user" && is_one(kOfMembers))) return {};
      break;
    }
    case Source::gitlab:
    case Source::sshd:
    case Source::syslog:
      if (!base::equal_ignoring_case(type, "user")) return {};
      id = {};
      break;
    default:
      return {};
  }
  return account(event.source, table.text(event.tenant), id, name, {});
}

}  // namespace dislodge::identity
