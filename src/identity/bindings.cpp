#include <algorithm>
#include <cctype>
#include <tuple>

#include <unordered_set>

#include <fmt/format.h>

#include "base/encode.hpp"
#include "identity/binder.hpp"
#include "identity/ids.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::identity {

using base::lower;
using secret::HintKind;

namespace {

constexpr std::size_t kKeyIdBytesMax = 128;  // longer ones are no ids
constexpr std::string_view kLine = ":line ";
constexpr std::size_t kUsersMax = 50;  // accounts that one key is seen to open

bool any_of_words(std::string_view kind, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return kind.find(word) != std::string_view::npos; });
}

// Kinds for which a user name beside the value is half of the sign-in.
bool goes_with_user(std::string_view kind) {
  return any_of_words(kind, {"password", "credentials", "basic-auth", "connection-string", "ntlm-hash",
                             "kerberos-hash", "dcc2-hash"});
}

// Of "BRISK\\ann" and "ann@brisk.local", "ann".
std::string short_name(const std::string &name) {
  const std::size_t slash = name.find('\\');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return name.substr(begin, name.find('@', begin) - begin);
}

std::string without_padding(std::string_view fingerprint) {
  while (!fingerprint.empty() && fingerprint.back() == '=') fingerprint.remove_suffix(1);
  return std::string(fingerprint);
}

}  // namespace

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

bool is_login(const SecretPlace &place, std::string_view name) {
  return std::any_of(place.hints.begin(), place.hints.end(), [&](const secret::Hint &hint) {
    return hint.kind == HintKind::login && base::equal_ignoring_case(hint.value, name);
  });
}

Binder::Binder(const std::vector<SecretFact> &secrets, Facts &facts, const log::EventTable *events)
    : secrets_(secrets), facts_(facts), names_(facts) {
  for (std::size_t i = 0; i < facts.credentials.size(); ++i) {
    const Credential &c = facts.credentials[i];
    if (!c.key_id.empty()) by_key_[lower(c.key_id)].push_back(i);
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

std::vector<Unbound> Binder::run() {
  for (const SecretFact &one : secrets_) {
    presences(one);
    const std::size_t before = made_.size();
    why_.clear();
    bind(one);
    if (made_.size() == before)
      unbound_.push_back({one.id, why_.empty() ? "nothing beside it or in it names an account" : why_});
  }
  synchronised_passwords();
  const auto move = [](auto &into, auto &from) {
    into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move(facts_.bindings, made_);
  move(facts_.principals, principals_);
  move(facts_.grants, grants_);
  move(facts_.credentials, credentials_);
  facts_.settle();
  std::sort(unbound_.begin(), unbound_.end(),
            [](const Unbound &a, const Unbound &b) { return a.secret < b.secret; });
  return std::move(unbound_);
}

void Binder::from_events(const log::EventTable &events) {
  sweeps_ = sweeps_of(events, facts_);
  for (const Sweep &sweep : sweeps_) {
    if (sweep.what == "password") resets_[sweep.principal].push_back(&sweep);
  }
  // Logs show thousands of short-lived keys; only those of the secrets are looked for.
  std::unordered_set<std::string> wanted;
  for (const SecretFact &one : secrets_) {
    for (const HintKind kind : {HintKind::key_id, HintKind::ssh_fingerprint})
      for (const std::string &key : hints_of(one, kind)) wanted.insert(lower(key));
  }
  std::unordered_set<std::string> names;
  for (const SecretFact &one : secrets_)
    for (const HintKind kind : {HintKind::user, HintKind::login})
      for (const std::string &name : hints_of(one, kind)) names.insert(short_name(lower(name)));
  const RealmAccounts accounts(facts_);
  for (const log::Event &event : events.events) {
    if (!names.empty() && event.outcome == log::Outcome::ok &&
        (event.event_class == log::EventClass::interactive_signin ||
         event.event_class == log::EventClass::noninteractive_signin ||
         event.event_class == log::EventClass::key_use))
      keep_signed_in(events, event, accounts, names);
    if (!wanted.empty() && event.outcome != log::Outcome::wrong_secret) {
      for (const std::string_view key : {events.text(event.key_id), events.extra(event, "hashed-token")}) {
        if (key.empty() || key.size() > kKeyIdBytesMax) continue;
        std::string id = lower(key);
        if (!wanted.contains(id)) continue;
        std::string who = accounts.actor(events, event);
        std::vector<Used> &list = used_[std::move(id)];
        if (!who.empty() && list.size() < kUsersMax &&
            std::none_of(list.begin(), list.end(), [&](const Used &u) { return u.principal == who; }))
          list.push_back({std::move(who), events.source_of(event)});
      }
    }
    const std::string_view name = events.text(event.actor_name), id = events.text(event.actor_id),
                           tenant = events.text(event.tenant);
    if (tenant.empty() || !is_guid(id) || events.text(event.actor_type) != "user" ||
        !looks_like_address(name))
      continue;
    seen_.emplace(lower(name), std::pair(entra_principal(tenant, id), events.source_of(event)));
  }
}

void Binder::keep_signed_in(const log::EventTable &events, const log::Event &event,
                            const RealmAccounts &accounts, const std::unordered_set<std::string> &names) {
  const std::string_view realm = realm_of(event.source);
  if (realm.empty() || event.actor_name == 0) return;
  const std::string name = lower(events.text(event.actor_name)), called = short_name(name);
  if (called.ends_with('$') || !names.contains(called)) return;
  std::vector<Signed> &list = signed_in_[called];
  if (list.size() >= kUsersMax) return;
  std::string who = accounts.actor(events, event);
  if (who.empty() ||
      std::any_of(list.begin(), list.end(), [&](const Signed &one) { return one.principal == who; }))
    return;
  const std::size_t slash = name.find('\\'), sign = name.find('@');
  const std::string domain = slash != std::string::npos  ? name.substr(0, slash)
                             : sign != std::string::npos ? name.substr(sign + 1)
                                                         : lower(events.text(event.tenant));
  list.push_back({std::move(who), name, domain, events.source_of(event)});
}

bool Binder::by_key_id(const SecretFact &one, const std::string &key, std::string_view slot,
                       std::string_view what) {
  const std::string id = lower(key);
  if (const auto listed = by_key_.find(id); listed != by_key_.end()) {
    for (const std::size_t i : listed->second)
      add(one, facts_.credentials[i], 1.0,
          fmt::format("{} {} is listed as that of {}", what, key, name_of(facts_.credentials[i].principal)));
    return true;
  }
  return by_use(one, key, slot, what);
}

bool Binder::by_use(const SecretFact &one, const std::string &key, std::string_view slot,
                    std::string_view what) {
  const std::string id = lower(key);
  const auto used = used_.find(id);
  if (used == used_.end()) return false;
  for (const Used &user : used->second) bind_used(one, key, id, slot, what, user);
  return !used->second.empty();
}

void Binder::bind_used(const SecretFact &one, const std::string &key, const std::string &id,
                       std::string_view slot, std::string_view what, const Used &user) {
  if (facts_.principal(user.principal) == nullptr) {  // no listing has the account
    Principal p;
    p.id = user.principal;
    p.kind = PrincipalKind::user;
    p.name = user.principal.substr(user.principal.rfind('/') + 1);
    p.names = {p.name};
    p.evidence = user.evidence;
    principals_.push_back(std::move(p));
  }
  Credential c;
  c.principal = user.principal;
  c.slot = slot;
  c.key_id = id;
  c.id = credential_id(c.principal, c.slot, c.key_id);
  c.evidence = user.evidence;
  add(one, c, 1.0, fmt::format("the log shows {} {} in use by {}", what, key, name_of(user.principal)));
  credentials_.push_back(std::move(c));
}

void Binder::presences(const SecretFact &one) {
  const std::size_t begin = facts_.presences.size();
  for (const SecretPlace &place : one.places) {
    if (place.resource.empty()) continue;
    Presence &here = facts_.presences.emplace_back();
    here.secret = one.id;
    here.resource = place.resource;
    here.valid.from = place.present_from;
    here.message_id = place.message_id;
    here.evidence = where(place);
  }
  // Secrets come in the order of their ids: with those of each in theirs, millions need no sorting at the
  // end.
  std::sort(facts_.presences.begin() + static_cast<std::ptrdiff_t>(begin), facts_.presences.end(),
            [](const Presence &a, const Presence &b) {
              return std::tie(a.resource, a.message_id, a.evidence, a.valid.from) <
                     std::tie(b.resource, b.message_id, b.evidence, b.valid.from);
            });
}

std::string Binder::where(const SecretPlace &place) {
  const fmt::format_int line(place.line);
  std::string text;
  text.reserve(place.item.size() + kLine.size() + line.size());
  return text.append(place.item).append(kLine).append(line.data(), line.size());
}

std::string Binder::where(const SecretFact &one) {
  return one.places.empty() ? std::string() : where(one.places.front());
}

Binding &Binder::add(const SecretFact &one, std::string principal, std::string slot, double strength,
                     std::string why, const SecretPlace *place) {
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

void Binder::add(const SecretFact &one, const Credential &c, double strength, std::string why) {
  Binding &b = add(one, c.principal, c.slot, strength, std::move(why));
  b.credential = c.id;
  b.valid = c.valid;
  b.evidence += "; " + c.evidence;
}

void Binder::bind(const SecretFact &one) {
  if (by_public_half(one)) return;
  if (one.kind.starts_with("entra-client-secret") || one.kind == "client-secret") {
    client_secret(one);
  } else if (one.kind.starts_with("aws-")) {
    aws(one);
  } else if (one.kind.find("storage") != std::string::npos) {
    storage(one);
  } else if (any_of_words(one.kind, {"github-token", "github-pat"})) {
    code_host(one, "github");
  } else if (one.kind.starts_with("gitlab-")) {
    code_host(one, "gitlab");
  } else if (one.kind == "okta-api-token") {
    okta(one);
  } else if (one.kind == "jwt" || one.kind == "entra-refresh-token" || one.kind == "entra-access-token") {
    token(one);
  } else if (any_of_words(one.kind, {"gcp-", "service-account"})) {
    service_account(one);
  } else if (goes_with_user(one.kind)) {
    password(one);
  } else if (any_of_words(one.kind, {"private-key", "ssh"})) {
    why_ = hints_of(one, HintKind::ssh_fingerprint).empty() ? "the key's certificate is in no directory"
                                                            : "no directory lists a key with its fingerprint";
  }
}

bool Binder::by_public_half(const SecretFact &one) {
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
  // A log of sshd names the account that the key opened, whatever the listings say.
  for (const std::string &print : hints_of(one, HintKind::ssh_fingerprint))
    found = by_use(one, print, "ssh-key", "the key") || found;
  if (one.kind.find("secret") != std::string::npos && !one.kind.starts_with("aws-")) {
    every(
        HintKind::key_id, by_key_, [](const std::string &value) { return lower(value); },
        "the key id beside it,");
  }
  return found;
}

std::string Binder::name_of(const std::string &id) const {
  const Principal *p = facts_.principal(id);
  return p == nullptr || p->name.empty() ? id : p->name;
}

std::string Binder::account(const std::string &name, const std::string &display, const SecretFact &one,
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

std::vector<Unbound> bind_secrets(const std::vector<SecretFact> &secrets, Facts &facts,
                                  const log::EventTable *events) {
  facts.settle();
  return Binder(secrets, facts, events).run();
}

}  // namespace dislodge::identity
