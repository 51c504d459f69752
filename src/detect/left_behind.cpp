#include "detect/left_behind.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "base/one_of.hpp"
#include "detect/basis.hpp"
#include "detect/given_rights.hpp"
#include "detect/sigma_matcher.hpp"
#include "identity/ids.hpp"
#include "identity/places.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

// The tenant, account, domain or organisation whose settings an event changed.
std::string place_of(const View &view, const Event &event) {
  const std::string tenant(view.text(event.tenant));
  const std::string_view realm = identity::realm_of(event.source);
  // A domain's accounts have its SID, and a directory knows it by that.
  const std::string_view sid = view.text(event.actor_id);
  if (realm == "ad" && sid.starts_with("S-1-5-21-"))
    return identity::place_of("principal:ad/" + base::lower(sid));
  if (realm.empty()) return identity::is_guid(tenant) ? entra_id(tenant, tenant) : std::string();
  if (!tenant.empty()) return "principal:" + std::string(realm) + '/' + base::lower(tenant);
  return identity::place_of(view.actor(event));
}

// On whom something lies: a setting on its place, a token or hook on whoever made it, the rest on whom the
// event names, or on its actor where it names nobody.
std::string bearer_of(const View &view, std::string_view slot, const Event &event) {
  if (slot == "federation" || identity::is_place_setting(slot)) return place_of(view, event);
  if (slot == "every-hash") return place_of(view, event);
  if (slot == "krbtgt") return identity::krbtgt_of(place_of(view, event));
  if (slot == "token" || slot == "webhook") return view.actor(event);
  if (identity::is_mail_setting(slot)) {
    const std::string_view tenant = view.text(event.tenant);
    for (const base::StringId box : {event.mailbox, event.target_name})
      if (std::string owner = box == 0 ? std::string() : view.user(tenant, view.text(box)); !owner.empty())
        return owner;
    return place_of(view, event);
  }
  const std::string target = view.target(event);
  const bool named = slot == "user" || slot == "role" || slot == "right" || slot == "member";
  return target.empty() && !named ? view.actor(event) : target;
}

// What tells it from others in the same slot: the id of a key, the name of a policy, mailbox or provider.
std::string key_of(const View &view, std::string_view slot, const Event &event) {
  if (const std::string_view key = view.table().extra(event, "key-added");
      !key.empty() && slot != "federation")
    return std::string(key);
  if (slot == "workflow-secrets") {
    const std::string_view place = view.text(event.resource_name);
    return std::string(view.table().extra(event, "secrets-passed")) +
           (place.empty() ? std::string() : " of " + std::string(place));
  }
  if (slot == "right" ||
      slot == "member") {  // "policy arn:aws:iam::aws:policy/AdministratorAccess", or a role of Okta
    std::string_view given = view.table().extra(event, "target");
    if (given.empty()) given = view.table().extra(event, "role");
    if (given.empty()) given = view.table().extra(event, "group");  // of Windows
    const std::size_t blank = given.find(' ');
    return std::string(given.starts_with("policy ") ? given.substr(blank + 1) : given);
  }
  const bool elsewhere = slot == "federation" && !identity::realm_of(event.source).empty();
  if (!elsewhere && slot != "token" && slot != "webhook" && slot != "trust" && !identity::is_setting(slot))
    return {};
  const std::string operation = log::canonical_operation(view.text(event.operation));
  // Okta writes "unknown" where a thing has no such name.
  std::string_view name = view.text(event.target_name), id = view.text(event.target_id);
  if (name.empty() || name == "unknown") name = id;
  if (name.empty()) name = view.text(event.mailbox);
  if (name.empty() && slot == "azure-access") name = view.table().extra(event, "scope");
  return name.empty() ? operation : operation + ' ' + std::string(name);
}

void add_in(const View &view, std::string slot, const Event &event, std::vector<Planted> &out) {
  if (slot == "bindings" || slot == "azure-role") {
    for (Planted &given : slot == "bindings" ? bindings_given(view, event) : azure_role_given(view, event))
      if (!given.principal.empty() && out.size() < kEventsKept) out.push_back(std::move(given));
    return;
  }
  // The history of grants knows the roles of Entra; elsewhere what was given is a right of its own.
  if (slot == "role" && !identity::realm_of(event.source).empty()) slot = "right";
  const std::string bearer = bearer_of(view, slot, event);
  if (bearer.empty()) return;
  if (slot == "member") slot = member_or_right(view, bearer, event);
  if (slot != "role") {
    const std::string key = key_of(view, slot, event);
    // A setting is put right once, however often it was changed; a credential that was swept may be set
    // anew.
    const bool told =
        identity::is_setting(slot) && std::any_of(out.begin(), out.end(), [&](const Planted &other) {
          return other.principal == bearer && other.slot == slot && other.key_id == key;
        });
    if (!told) out.push_back({bearer, slot, key, event.time, ""});
    return;
  }
  // A role is a right that the history of grants has from that moment on.
  for (const identity::Grant &grant : view.facts().grants)
    if (grant.from == bearer && grant.start_known && grant.valid.from == event.time)
      out.push_back({bearer, slot, "", event.time, grant.id});
}

std::vector<std::string> parted(std::string slots) {
  constexpr std::string_view kAnd = " and ";
  std::vector<std::string> parts;
  while (!slots.empty()) {
    const std::size_t end = slots.find(kAnd);
    parts.push_back(slots.substr(0, end));
    slots.erase(0, end == std::string::npos ? end : end + kAnd.size());
  }
  return parts;
}

// What lets in whoever set it.
bool lets_in(std::string_view slot) {
  return base::one_of(slot, {"password", "app-password", "factor", "ssh-key", "access-key", "token",
                             "app-secret", "certificate", "federated"});
}

}  // namespace

std::string slots_left(const View &view, const SigmaOwn *own, std::string_view kind, const Event &event) {
  if (own == nullptr || own->plants.empty()) {
    const KindRule *known = view.options().kind(kind);
    return known == nullptr ? "" : known->plants;
  }
  auto found = own->plants.find(log::canonical_operation(view.text(event.operation)));
  if (found == own->plants.end()) found = own->plants.find("");
  return found == own->plants.end() || found->second == "none" ? std::string() : found->second;
}

void add_left_behind(const View &view, const SigmaOwn *own, std::string_view kind, EventIndex index,
                     std::vector<Planted> &out) {
  const Event &event = view.event(index);
  for (const std::string &slot : parted(slots_left(view, own, kind, event)))
    if (out.size() < kEventsKept) add_in(view, slot, event, out);
}

std::vector<SetCredential> set_credentials(const Basis &basis) {
  const View &view = basis.view;
  std::vector<SetCredential> found;
  add_set_on_applications(view, found);
  std::map<std::string_view, const SigmaRule *> rules;
  if (view.options().sigma != nullptr)
    for (const SigmaRule &rule : view.options().sigma->set().rules)
      if (rule.own) rules.emplace(rule.id, &rule);
  for (EventIndex i = 0; i < view.size() && !rules.empty(); ++i) {
    const Event &event = view.event(i);
    if (event.extra_count == 0 || event.outcome == log::Outcome::error ||
        event.outcome == log::Outcome::blocked)
      continue;
    for (const std::string_view id : view.table().extras_of(event, "rule")) {
      const auto rule = rules.find(id);
      if (rule == rules.end()) continue;
      const SigmaOwn &own = *rule->second->own;
      for (const std::string &slot : parted(slots_left(view, &own, own.kind, event))) {
        // A user has the password that its maker chose; guests bring their own.
        const bool made = slot == "user" && identity::realm_of(event.source).empty() &&
                          log::canonical_operation(view.text(event.operation)) == "add user";
        if (!made && !lets_in(slot)) continue;
        std::vector<Planted> left;
        add_in(view, made ? "password" : slot, event, left);
        for (Planted &one : left) found.push_back({view.actor(event), std::move(one), i});
      }
    }
  }
  // Who changes the password of the account that they hold shuts its owner out, who has it set anew.
  std::erase_if(found, [&](const SetCredential &one) {
    return one.actor.empty() || basis.spoken.ours.contains(one.event) ||
           (one.set.slot == "password" && one.actor == one.set.principal);
  });
  for (SetCredential &one : found) {
    const Event &event = view.event(one.event);
    one.evidence = view.reference(one.event).place();
    const std::string_view operation = view.text(event.operation);
    one.says = view.name_of(one.actor) + " set " + one.set.slot +
               (one.set.key_id.empty() ? "" : " " + one.set.key_id) + " of " +
               view.name_of(one.set.principal) + " (" + std::string(base::trim(operation)) + ") at " +
               spoken(event.time) + ", when the intruder could act as them; nobody has said whose it is";
  }
  const auto key = [](const SetCredential &one) {
    return std::tie(one.set.since, one.set.principal, one.set.slot, one.set.key_id, one.actor);
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const SetCredential &a, const SetCredential &b) { return key(a) < key(b); });
  found.erase(std::unique(found.begin(), found.end(),
                          [&](const SetCredential &a, const SetCredential &b) { return key(a) == key(b); }),
              found.end());
  return found;
}

}  // namespace dislodge::detect
