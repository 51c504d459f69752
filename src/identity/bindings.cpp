#include "identity/bindings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/link.hpp"

namespace dislodge::identity {
namespace {

using base::lower;
using secret::HintKind;

constexpr std::size_t kSeveralMax = 3;  // credentials with one hint: more of them say nothing

bool any_of_words(std::string_view kind, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return kind.find(word) != std::string_view::npos; });
}

// Kinds for which a user name beside the value is half of the sign-in.
bool goes_with_user(std::string_view kind) {
  return any_of_words(kind, {"password", "credentials", "basic-auth", "connection-string", "ntlm-hash",
                             "kerberos-hash", "dcc2-hash"});
}

std::string without_padding(std::string_view fingerprint) {
  while (!fingerprint.empty() && fingerprint.back() == '=') fingerprint.remove_suffix(1);
  return std::string(fingerprint);
}

std::vector<std::string> hints_of(const SecretFact &secret, HintKind kind) {
  std::vector<std::string> list;
  for (const SecretPlace &place : secret.places) {
    for (const secret::Hint &hint : place.hints) {
      if (hint.kind == kind && std::find(list.begin(), list.end(), hint.value) == list.end())
        list.push_back(hint.value);
    }
  }
  return list;
}

std::string first_hint(const SecretPlace &place, HintKind kind) {
  for (const secret::Hint &hint : place.hints) {
    if (hint.kind == kind) return hint.value;
  }
  return {};
}

// "github.com/owner/name" of a URL, else "".
std::string github_repository(std::string_view url) {
  const std::size_t at = lower(url).find("github.com");
  if (at == std::string::npos) return {};
  std::string_view rest = url.substr(at + 10);
  if (rest.empty() || (rest.front() != '/' && rest.front() != ':')) return {};
  rest.remove_prefix(1);
  rest = rest.substr(0, rest.find_first_of("?#"));
  std::string name(rest);
  while (name.ends_with('/')) name.pop_back();
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size() ||
      name.find('/', slash + 1) != std::string::npos)
    return {};
  return lower(name);
}

class Binder {
 public:
  Binder(const std::vector<SecretFact> &secrets, Facts &facts, const log::EventTable *events)
      : secrets_(secrets), facts_(facts), names_(facts) {
    for (std::size_t i = 0; i < facts.credentials.size(); ++i) {
      const Credential &c = facts.credentials[i];
      if (!c.key_id.empty()) by_key_[c.key_id].push_back(i);
      if (!c.thumbprint.empty()) by_thumbprint_[without_padding(c.thumbprint)].push_back(i);
      if (!c.hint.empty()) by_hint_[c.hint].push_back(i);
      by_principal_[c.principal].push_back(i);
    }
    for (std::size_t i = 0; i < facts.principals.size(); ++i) {
      const auto app = facts.principals[i].attributes.find("app-id");
      if (app != facts.principals[i].attributes.end()) by_app_[app->second].push_back(i);
    }
    for (const Resource &r : facts.resources) {
      if (r.kind == "storage") storage_[lower(r.name)] = r.id;
    }
    if (events != nullptr) from_events(*events);
  }

  std::vector<Unbound> run() {
    for (const SecretFact &one : secrets_) {
      presences(one);
      const std::size_t before = made_.size();
      why_.clear();
      bind(one);
      if (made_.size() == before)
        unbound_.push_back({one.id, why_.empty() ? "nothing beside it or in it names an account" : why_});
    }
    const auto move = [](auto &into, auto &from) {
      into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    move(facts_.bindings, made_);
    move(facts_.principals, principals_);
    move(facts_.grants, grants_);
    facts_.settle();
    std::sort(unbound_.begin(), unbound_.end(),
              [](const Unbound &a, const Unbound &b) { return a.secret < b.secret; });
    return std::move(unbound_);
  }

 private:
  // Accounts that only a log knows: their sign-ins say tenant and object id.
  void from_events(const log::EventTable &events) {
    for (const log::Event &event : events.events) {
      const std::string_view name = events.text(event.actor_name), id = events.text(event.actor_id),
                             tenant = events.text(event.tenant);
      if (tenant.empty() || !is_guid(id) || events.text(event.actor_type) != "user" ||
          !looks_like_address(name))
        continue;
      seen_.emplace(lower(name), std::pair(entra_principal(tenant, id), events.source_of(event)));
    }
  }

  void presences(const SecretFact &one) {
    for (const SecretPlace &place : one.places) {
      if (place.resource.empty()) continue;
      Presence here;
      here.secret = one.id;
      here.resource = place.resource;
      here.valid.from = place.present_from;
      here.message_id = place.message_id;
      here.evidence = where(place);
      facts_.presences.push_back(std::move(here));
    }
  }

  static std::string where(const SecretPlace &place) {
    return fmt::format("{}:line {}", place.item, place.line);
  }
  static std::string where(const SecretFact &one) {
    return one.places.empty() ? std::string() : where(one.places.front());
  }

  Binding &add(const SecretFact &one, std::string principal, std::string slot, double strength,
               std::string why, const SecretPlace *place = nullptr) {
    Binding b;
    b.secret = one.id;
    b.principal = std::move(principal);
    b.slot = std::move(slot);
    b.strength = strength;
    b.why = std::move(why);
    b.evidence = place != nullptr ? where(*place) : where(one);
    made_.push_back(std::move(b));
    return made_.back();
  }
  void add(const SecretFact &one, const Credential &c, double strength, std::string why) {
    Binding &b = add(one, c.principal, c.slot, strength, std::move(why));
    b.credential = c.id;
    b.valid = c.valid;
    b.evidence += "; " + c.evidence;
  }

  void bind(const SecretFact &one) {
    if (by_public_half(one)) return;
    if (one.kind.starts_with("entra-client-secret") || one.kind == "client-secret") {
      client_secret(one);
    } else if (one.kind.starts_with("aws-")) {
      aws(one);
    } else if (one.kind.find("storage") != std::string::npos) {
      storage(one);
    } else if (any_of_words(one.kind, {"github-token", "github-pat"})) {
      github(one);
    } else if (one.kind == "jwt" || one.kind == "entra-refresh-token" || one.kind == "entra-access-token") {
      token(one);
    } else if (any_of_words(one.kind, {"gcp-", "service-account"})) {
      service_account(one);
    } else if (goes_with_user(one.kind)) {
      password(one);
    } else if (any_of_words(one.kind, {"private-key", "ssh"})) {
      why_ = hints_of(one, HintKind::ssh_fingerprint).empty()
                 ? "the key's certificate is in no directory"
                 : "no directory lists a key with its fingerprint";
    }
  }

  // A certificate's thumbprint, an SSH key's fingerprint, a key id: the same key, without doubt.
  bool by_public_half(const SecretFact &one) {
    bool found = false;
    const auto every = [&](HintKind kind, const auto &index, const auto &normal, std::string_view what) {
      for (const std::string &value : hints_of(one, kind)) {
        const auto at = index.find(normal(value));
        if (at == index.end()) continue;
        for (const std::size_t i : at->second) {
          add(one, facts_.credentials[i], 1.0,
              fmt::format("{} {} is that of a credential of {}", what, value,
                          name_of(facts_.credentials[i].principal)));
          found = true;
        }
      }
    };
    const auto upper = [](const std::string &value) {
      std::string out = value;
      std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
      return out;
    };
    every(HintKind::thumbprint, by_thumbprint_, upper, "the certificate's thumbprint");
    every(HintKind::thumbprint_sha256, by_thumbprint_, upper, "the certificate's thumbprint");
    every(
        HintKind::ssh_fingerprint, by_thumbprint_,
        [](const std::string &value) { return without_padding(value); }, "the key's fingerprint");
    if (one.kind.find("secret") != std::string::npos && !one.kind.starts_with("aws-")) {
      every(
          HintKind::key_id, by_key_, [](const std::string &value) { return lower(value); },
          "the key id beside it,");
    }
    return found;
  }

  std::string name_of(const std::string &id) const {
    const Principal *p = facts_.principal(id);
    return p == nullptr || p->name.empty() ? id : p->name;
  }

  void client_secret(const SecretFact &one) {
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

  void aws(const SecretFact &one) {
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
      Principal p;
      p.id =
          aws_key_principal(accounts.empty() ? std::string_view() : std::string_view(accounts.front()), key);
      p.kind = PrincipalKind::key;
      p.name = key;
      p.names = {lower(key)};
      p.tenant = accounts.empty() ? "" : accounts.front();
      if (!accounts.empty()) p.attributes["account"] = accounts.front();
      p.evidence = where(one);
      const std::string id = p.id;
      principals_.push_back(std::move(p));
      add(one, id, "access-key", ids.size() == 1 ? 1.0 : 0.6,
          fmt::format("the access key id {} stands beside it{}", key,
                      accounts.empty() ? "" : ", whose account number is inside the id"));
    }
  }

  void storage(const SecretFact &one) {
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
      Grant g;
      g.kind = "AZReadStorage";
      g.from = id;
      g.to = listed->second;
      g.id = grant_id(g.kind, g.from, g.to);
      g.evidence = where(one);
      grants_.push_back(std::move(g));
    }
  }

  // An account that no directory lists: "user@host".
  std::string account(const std::string &name, const std::string &display, const SecretFact &one,
                      const SecretPlace *place) {
    Principal p;
    p.id = "principal:account/" + lower(name);
    p.kind = PrincipalKind::account;
    p.name = display;
    p.names = {lower(name)};
    p.evidence = place != nullptr ? where(*place) : where(one);
    std::string id = p.id;
    principals_.push_back(std::move(p));
    return id;
  }

  void github(const SecretFact &one) {
    for (const Candidate &candidate : users_of(one)) {
      std::vector<const Principal *> fits;
      for (const std::uint32_t i : names_.find(candidate.name)) {
        const Principal &p = facts_.principals[i];
        if (p.id.starts_with("principal:github/") && p.kind == PrincipalKind::user) fits.push_back(&p);
      }
      if (fits.size() == 1) {
        add(one, fits.front()->id, "token", 0.8,
            fmt::format("the GitHub account {} stands beside it", candidate.name), candidate.place);
        return;
      }
    }
    for (const SecretPlace &place : one.places) {
      for (const secret::Hint &hint : place.hints) {
        if (hint.kind != HintKind::url) continue;
        const std::string name = github_repository(hint.value);
        if (name.empty()) continue;
        Principal p;
        p.id = "principal:github/token-" + one.id.substr(one.id.find(':') + 1);
        p.kind = PrincipalKind::key;
        p.name = "token in the URL of " + name;
        p.evidence = where(place);
        Grant g;
        g.kind = "token-reads-repository";
        g.from = p.id;
        g.to = repository_id(name);
        g.id = grant_id(g.kind, g.from, g.to);
        g.evidence = p.evidence;
        const std::string id = p.id;
        principals_.push_back(std::move(p));
        grants_.push_back(std::move(g));
        add(one, id, "token", 0.8, fmt::format("it stands in the URL of {}", name), &place);
        return;
      }
    }
    why_ = "no account and no repository stands beside it";
  }

  void token(const SecretFact &one) {
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

  void service_account(const SecretFact &one) {
    for (const std::string &user : hints_of(one, HintKind::user)) {
      if (!lower(user).ends_with("gserviceaccount.com")) continue;
      add(one, account(user, user, one, nullptr), "key", 0.9,
          fmt::format("the service account {} stands beside it", user));
      return;
    }
    why_ = "no service account stands beside it";
  }

  struct Candidate {
    std::string name;
    const SecretPlace *place = nullptr;
    double score = 0;
  };

  // Names beside the secret, the likeliest first: near in the text (hints come in that order), written rather
  // than quoted. Who wrote the message is not the account: that is their signature.
  std::vector<Candidate> users_of(const SecretFact &one) const {
    std::set<std::string> authors;
    for (const SecretPlace &place : one.places) {
      if (!place.people.empty()) authors.insert(lower(place.people.front()));
    }
    std::map<std::string, Candidate> found;
    for (const SecretPlace &place : one.places) {
      std::size_t index = 0;
      for (const secret::Hint &hint : place.hints) {
        if (hint.kind != HintKind::user) continue;
        const std::string name = lower(base::trim(hint.value));
        ++index;
        const bool on_message =
            std::any_of(place.people.begin(), place.people.end(),
                        [&](const std::string &who) { return base::equal_ignoring_case(who, name); });
        if (name.empty() || authors.count(name) != 0 || (on_message && place.quote_depth > 0)) continue;
        Candidate &c = found[name];
        const double score =
            (place.quote_depth == 0 ? 1.0 : 0.5) / static_cast<double>(index) * (on_message ? 0.5 : 1.0);
        if (score > c.score) {
          c.score = score;
          c.place = &place;
        }
        c.name = name;
      }
    }
    std::vector<Candidate> list;
    for (auto &[name, c] : found) list.push_back(std::move(c));
    std::stable_sort(list.begin(), list.end(),
                     [](const Candidate &a, const Candidate &b) { return a.score > b.score; });
    return list;
  }

  void password(const SecretFact &one) {
    std::vector<Candidate> users = users_of(one);
    if (users.empty()) {
      why_ = "no account stands beside it";
      return;
    }
    // Names as near as the first are as likely; what stands further off is not tried. One at each place: the
    // same password may open different accounts at different hosts.
    std::set<const void *> told;
    for (const Candidate &c : users) {
      if (c.score + 1e-9 < users.front().score) break;
      if (!told.contains(c.place) && user_password(one, c)) told.insert(c.place);
    }
  }

  bool user_password(const SecretFact &one, const Candidate &c) {
    std::string user = c.name;
    // DOMAIN\user: the short name counts.
    std::string netbios;
    if (const auto slash = user.find('\\'); slash != std::string::npos) {
      netbios = user.substr(0, slash);
      user.erase(0, slash + 1);
    }
    if (looks_like_address(user)) {
      address_password(one, c, user);
      return true;
    }
    std::string host = lower(first_hint(*c.place, HintKind::host));
    if (host.empty()) host = lower(first_hint(*c.place, HintKind::domain));
    if (!host.empty() && host.find('.') != std::string::npos && netbios.empty()) {
      const std::string id = account(user + "@" + host, user + " at " + host, one, c.place);
      add(one, id, "password", 0.8, fmt::format("the account {} and the host {} stand beside it", user, host),
          c.place);
      return true;
    }
    const std::vector<std::uint32_t> fits = names_.find_local(user);
    if (fits.size() == 1) {
      const Principal &p = facts_.principals[fits.front()];
      Binding &b =
          add(one, p.id, "password", 0.6,
              fmt::format("{} stands beside it, and one account of the directories has that name", c.name),
              c.place);
      until_changed(one, p, b);
      return true;
    }
    why_ =
        fits.empty()
            ? fmt::format("the name {} beside it is in no directory, and nothing says of which system it is",
                          c.name)
            : fmt::format("the name {} beside it fits {} accounts", c.name, fits.size());
    return false;
  }

  void address_password(const SecretFact &one, const Candidate &c, const std::string &user) {
    std::vector<const Principal *> fits;
    for (const std::uint32_t i : names_.find(user)) {
      const Principal &p = facts_.principals[i];
      if (p.kind == PrincipalKind::user || p.kind == PrincipalKind::account) fits.push_back(&p);
    }
    // The account with the mailbox before others with that address.
    const auto entra = std::find_if(fits.begin(), fits.end(), [](const Principal *p) {
      const auto type = p->attributes.find("user-type");
      return p->id.starts_with("principal:entra/") &&
             (type == p->attributes.end() || type->second != "guest");
    });
    const double strength = 0.8 * (c.score >= 0.5 ? 1.0 : 0.6);
    if (!fits.empty()) {
      const Principal &p = entra != fits.end() ? **entra : *fits.front();
      Binding &b = add(one, p.id, "password", strength, fmt::format("{} stands beside it", user), c.place);
      until_changed(one, p, b);
      return;
    }
    const auto seen = seen_.find(user);
    if (seen != seen_.end()) {
      Principal p;
      p.id = seen->second.first;
      p.kind = PrincipalKind::user;
      p.name = user;
      p.names = {user};
      p.tenant = entra_parts(p.id).tenant;
      p.attributes["upn"] = user;
      p.evidence = seen->second.second;
      const std::string id = p.id;
      principals_.push_back(std::move(p));
      add(one, id, "password", strength, fmt::format("{} stands beside it; a sign-in log gives its id", user),
          c.place);
      return;
    }
    add(one, account(user, user, one, c.place), "password", strength,
        fmt::format("{} stands beside it; no directory lists it", user), c.place);
  }

  // A password that was changed after it was last written down is dead since, as far as the directory shows.
  static void until_changed(const SecretFact &one, const Principal &p, Binding &b) {
    const auto changed = p.attributes.find("last-password-change");
    if (changed == p.attributes.end()) return;
    const auto when = base::parse_time(changed->second);
    if (!when) return;
    base::Time written = base::kTimeMin;
    for (const SecretPlace &place : one.places) {
      if (place.present_from == base::kTimeMin) return;  // cannot say
      written = std::max(written, place.present_from);
    }
    if (*when <= written) return;
    b.valid.until = *when;
    b.why += fmt::format("; the directory says that it was changed {}, after it was written here",
                         base::format_time(*when));
  }

  const std::vector<SecretFact> &secrets_;
  Facts &facts_;
  NameIndex names_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_key_, by_thumbprint_, by_hint_, by_principal_,
      by_app_;
  std::unordered_map<std::string, std::string> storage_;
  std::unordered_map<std::string, std::pair<std::string, std::string>> seen_;
  std::vector<Binding> made_;
  std::vector<Principal> principals_;
  std::vector<Grant> grants_;
  std::vector<Unbound> unbound_;
  std::string why_;
};

}  // namespace

std::vector<Unbound> bind_secrets(const std::vector<SecretFact> &secrets, Facts &facts,
                                  const log::EventTable *events) {
  facts.settle();
  return Binder(secrets, facts, events).run();
}

}  // namespace dislodge::identity
