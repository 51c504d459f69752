// Keys of services: the application, account, repository or token that stands beside the value or inside it.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/binder.hpp"
#include "identity/ids.hpp"
#include "identity/new_grant.hpp"

namespace dislodge::identity {

using base::lower;
using secret::HintKind;

namespace {

// "owner/name" of a clone's URL at GitHub, at GitLab "group/subgroup/name" on a host of that name; else "".
std::string repository_in_url(std::string_view url, std::string_view realm) {
  const std::string lowered = lower(url);
  const std::size_t scheme = lowered.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t host = lowered.find(realm == "github" ? "github.com" : "gitlab", begin);
  const std::size_t at = lowered.find_first_of("/:", host == std::string::npos ? host : host + realm.size());
  if (host == std::string::npos || at == std::string::npos || at + 1 >= url.size()) return {};
  // What names the host must stand in it, not in the path.
  if (lowered.substr(begin, host - begin).find('/') != std::string::npos) return {};
  std::string_view rest = url.substr(at + 1);
  rest = rest.substr(0, rest.find_first_of("?#"));
  std::string name(rest);
  while (name.ends_with('/')) name.pop_back();
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size() ||
      (realm == "github" && name.find('/', slash + 1) != std::string::npos) ||
      name.find("/-/") != std::string::npos)
    return {};
  return lower(name);
}

}  // namespace

void Binder::client_secret(const SecretFact &one) {
  std::set<std::string> apps;
  for (const std::string &value : hints_of(one, HintKind::application)) {
    if (is_guid(value)) apps.insert(lower(value));
  }
  const std::vector<std::string> prefixes = hints_of(one, HintKind::prefix);
  const auto matches = [&](const Credential &c) {
    return c.slot == "app-secret" && std::find(prefixes.begin(), prefixes.end(), c.hint) != prefixes.end();
  };
  // The application stands beside it: only its own credentials come into question.
  std::vector<std::size_t> holders;
  for (const std::string &app : apps) {
    const auto found = by_app_.find(app);
    if (found != by_app_.end()) holders.insert(holders.end(), found->second.begin(), found->second.end());
  }
  std::vector<const Credential *> fits;
  for (const std::size_t i : holders) {
    const auto own = by_principal_.find(facts_.principals[i].id);
    if (own == by_principal_.end()) continue;
    for (const std::size_t c : own->second) {
      if (matches(facts_.credentials[c])) fits.push_back(&facts_.credentials[c]);
    }
  }
  if (!fits.empty()) {
    for (const Credential *c : fits) {
      add(one, *c, fits.size() == 1 ? 0.95 : 0.7,
          fmt::format("the application id of {} stands beside it, and its first three characters are those "
                      "of key id {}",
                      name_of(c->principal), c->key_id));
    }
    return;
  }
  if (!holders.empty()) {
    // The application object before its service principals: credentials are set there.
    const auto best = std::min_element(holders.begin(), holders.end(), [&](std::size_t a, std::size_t b) {
      const auto rank = [&](std::size_t i) {
        return facts_.principals[i].kind == PrincipalKind::application ? 0 : 1;
      };
      return std::pair(rank(a), a) < std::pair(rank(b), b);
    });
    add(one, facts_.principals[*best].id, "app-secret", prefixes.empty() ? 0.6 : 0.5,
        prefixes.empty()
            ? fmt::format("the application id of {} stands beside it", facts_.principals[*best].name)
            : fmt::format("the application id of {} stands beside it, but no credential listed begins like "
                          "it: it may have been removed before the export",
                          facts_.principals[*best].name));
    return;
  }
  if (!apps.empty()) {
    const std::vector<std::string> tenants = hints_of(one, HintKind::tenant);
    if (tenants.size() == 1 && is_guid(tenants.front())) {
      Principal p;
      p.id = entra_principal(tenants.front(), *apps.begin());
      p.kind = PrincipalKind::application;
      p.name = "application " + *apps.begin();
      p.names = {*apps.begin()};
      p.tenant = lower(tenants.front());
      p.attributes["app-id"] = *apps.begin();
      p.evidence = where(one);
      const std::string id = p.id;
      principals_.push_back(std::move(p));
      add(one, id, "app-secret", 0.6,
          "application and tenant stand beside it; the directory of that tenant was not handed in");
      return;
    }
    why_ = fmt::format("the application {} beside it is in no directory that was handed in", *apps.begin());
    return;
  }
  // Nothing but its first three characters.
  for (const std::string &prefix : prefixes) {
    const auto found = by_hint_.find(prefix);
    if (found == by_hint_.end()) continue;
    for (const std::size_t i : found->second) {
      if (matches(facts_.credentials[i])) fits.push_back(&facts_.credentials[i]);
    }
  }
  if (fits.empty()) {
    why_ = prefixes.empty() ? "no application stands beside it"
                            : "no application stands beside it, and no directory lists a credential with "
                              "its first three characters";
  } else if (fits.size() > kSeveralMax) {
    why_ = fmt::format("its first three characters fit {} credentials, and no application stands beside it",
                       fits.size());
  } else {
    for (const Credential *c : fits) {
      add(one, *c, fits.size() == 1 ? 0.9 : 0.6,
          fits.size() == 1
              ? fmt::format(
                    "its first three characters and form fit one listed credential only, key id {} of {}",
                    c->key_id, name_of(c->principal))
              : fmt::format(
                    "its first three characters fit {} listed credentials, one of them key id {} of {}",
                    fits.size(), c->key_id, name_of(c->principal)));
    }
  }
}

void Binder::aws(const SecretFact &one) {
  const std::vector<std::string> keys = hints_of(one, HintKind::key_id),
                                 accounts = hints_of(one, HintKind::account);
  std::vector<std::string> ids;
  for (const std::string &key : keys) {
    if (key.size() >= 16 && (key.starts_with("AKIA") || key.starts_with("ASIA"))) ids.push_back(key);
  }
  if (ids.empty()) {
    why_ = "no access key id stands beside it";
    return;
  }
  if (ids.size() > kSeveralMax) {
    why_ = fmt::format("{} access key ids stand beside it", ids.size());
    return;
  }
  for (const std::string &key : ids) {
    if (by_key_id(one, key, "access-key", "the access key")) continue;
    const std::vector<const Credential *> listed =
        listed_without_id(accounts.empty() ? std::string_view() : std::string_view(accounts.front()), one);
    if (listed.size() == 1) {
      add(one, *listed.front(), 0.7,
          fmt::format(
              "the access key id {} is of account {}, where {} is the only user with an access key that "
              "is old enough",
              key, accounts.front(), name_of(listed.front()->principal)));
      continue;
    }
    Principal p;
    p.id = aws_key_principal(accounts.empty() ? std::string_view() : std::string_view(accounts.front()), key);
    p.kind = PrincipalKind::key;
    p.name = key;
    p.names = {lower(key)};
    p.tenant = accounts.empty() ? "" : accounts.front();
    if (!accounts.empty()) p.attributes["account"] = accounts.front();
    p.evidence = where(one);
    const std::string id = p.id;
    // The report of credentials tells that a user has a key, and not which: it may be that of each.
    for (const Credential *may : listed) {
      if (listed.size() > kSeveralMax) break;
      grants_.push_back(new_grant("key-of-account", id, may->principal, may->evidence));
    }
    principals_.push_back(std::move(p));
    add(one, id, "access-key", ids.size() == 1 ? 1.0 : 0.6,
        fmt::format("the access key id {} stands beside it{}", key,
                    accounts.empty() ? "" : ", whose account number is inside the id"));
  }
}

std::vector<const Credential *> Binder::listed_without_id(std::string_view account,
                                                          const SecretFact &one) const {
  std::vector<const Credential *> found;
  if (account.empty() || one.places.empty()) return found;
  base::Time first = base::kTimeMax;
  for (const SecretPlace &place : one.places) first = std::min(first, place.present_from);
  const std::string users = fmt::format("principal:aws/{}/user/", account);
  for (const Credential &c : facts_.credentials) {
    if (c.slot != "access-key" || !c.key_id.empty() || !c.principal.starts_with(users)) continue;
    // A place whose time is not known may be younger than any key.
    if (first != base::kTimeMin && c.valid.from > first) continue;
    if (found.empty() || found.back()->principal != c.principal) found.push_back(&c);
  }
  return found;
}

// Okta's list of API tokens has ids and owners, and nothing of the values.
void Binder::okta(const SecretFact &one) {
  std::vector<const Credential *> listed;
  for (const Credential &c : facts_.credentials)
    if (c.slot == "token" && c.principal.starts_with("principal:okta/")) listed.push_back(&c);
  if (listed.empty()) {
    why_ = "no list of the organisation's API tokens was handed in (/api/v1/api-tokens)";
  } else if (listed.size() > kSeveralMax) {
    why_ = fmt::format("it may be any of {} API tokens that are listed", listed.size());
  } else {
    for (const Credential *c : listed)
      add(one, *c, listed.size() == 1 ? 0.7 : 0.5,
          fmt::format("it may be the API token \"{}\" of {}, {} listed", c->name, name_of(c->principal),
                      listed.size() == 1 ? "the only one" : fmt::format("one of {}", listed.size())));
  }
}

void Binder::storage(const SecretFact &one) {
  std::vector<std::string> accounts = hints_of(one, HintKind::account);
  for (const std::string &host : hints_of(one, HintKind::host)) {
    const std::string name = lower(host);
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos && name.find(".core.windows.net") != std::string::npos)
      accounts.push_back(name.substr(0, dot));
  }
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  if (accounts.size() != 1) {
    why_ = accounts.empty() ? "no storage account stands beside it"
                            : fmt::format("{} storage accounts stand beside it", accounts.size());
    return;
  }
  const std::string name = lower(accounts.front());
  const std::string id = account(name + "@blob.core.windows.net", "storage account " + name, one, nullptr);
  add(one, id, "access-key", 0.9, fmt::format("the storage account {} stands beside it", name));
  const auto listed = storage_.find(name);
  if (listed != storage_.end()) {
    grants_.push_back(new_grant("AZReadStorage", id, listed->second, where(one)));
  }
}

void Binder::code_host(const SecretFact &one, std::string_view realm) {
  const std::string_view host = realm == "github" ? "GitHub" : "GitLab";
  // GitHub's log names a token by the base64 of its SHA-256.
  for (const std::string &hashed : hints_of(one, HintKind::key_id)) {
    if (by_key_id(one, hashed, "token", "the token with hash")) return;
  }
  for (const Candidate &candidate : users_of(one)) {
    std::vector<const Principal *> fits;
    for (const std::uint32_t i : names_.find(candidate.name)) {
      const Principal &p = facts_.principals[i];
      if (p.id.starts_with(fmt::format("principal:{}/", realm)) && p.kind == PrincipalKind::user)
        fits.push_back(&p);
    }
    if (fits.size() == 1) {
      add(one, fits.front()->id, "token", 0.8,
          fmt::format("the {} account {} stands beside it", host, candidate.name), candidate.place);
      return;
    }
  }
  for (const SecretPlace &place : one.places) {
    for (const secret::Hint &hint : place.hints) {
      if (hint.kind != HintKind::url) continue;
      const std::string name = repository_in_url(hint.value, realm);
      if (name.empty()) continue;
      Principal p;
      p.id = fmt::format("principal:{}/token-", realm) + one.id.substr(one.id.find(':') + 1);
      p.kind = PrincipalKind::key;
      p.name = "token in the URL of " + name;
      p.evidence = where(place);
      grants_.push_back(new_grant("token-reads-repository", p.id,
                                  realm == "github" ? repository_id(name) : "resource:gitlab/" + name,
                                  p.evidence));
      const std::string id = p.id;
      principals_.push_back(std::move(p));
      add(one, id, "token", 0.8, fmt::format("it stands in the URL of {}", name), &place);
      return;
    }
  }
  why_ = "no account and no repository stands beside it";
}

void Binder::token(const SecretFact &one) {
  const std::vector<std::string> tenants = hints_of(one, HintKind::tenant),
                                 expires = hints_of(one, HintKind::expires);
  for (const SecretPlace &place : one.places) {
    const std::string user = first_hint(place, HintKind::user);
    if (tenants.empty() || user.empty()) continue;
    const Principal *p = names_.only(user, PrincipalKind::user);
    if (p == nullptr || p->tenant != lower(tenants.front())) continue;
    Binding &b = add(one, p->id, "session", 0.9,
                     fmt::format("the token itself names {} of tenant {}", user, tenants.front()), &place);
    if (!expires.empty()) b.valid.until = base::parse_time(expires.front()).value_or(base::kTimeMax);
    return;
  }
  why_ = "the token names no account of a directory that was handed in";
}

void Binder::service_account(const SecretFact &one) {
  for (const std::string &key : hints_of(one, HintKind::key_id))
    if (by_key_id(one, key, "key", "the key of a service account")) return;
  for (const std::string &user : hints_of(one, HintKind::user)) {
    if (!lower(user).ends_with("gserviceaccount.com")) continue;
    add(one, account(user, user, one, nullptr), "key", 0.9,
        fmt::format("the service account {} stands beside it", user));
    return;
  }
  why_ = "no service account stands beside it";
}

}  // namespace dislodge::identity
