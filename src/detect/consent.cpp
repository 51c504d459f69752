// Consents and application roles. People consent to small things every day; what opens mail, files or the
// directory is told whoever did it, the rest where it is the intruder's.

#include <algorithm>
#include <set>

#include "base/encode.hpp"
#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  while (!text.empty()) {
    const std::size_t blank = text.find_first_of(" ,;");
    const std::string_view word = base::trim(text.substr(0, blank));
    if (!word.empty()) words.emplace(word);
    if (blank == std::string_view::npos) break;
    text.remove_prefix(blank + 1);
  }
  return words;
}

bool is_privileged(const View &view, std::string_view permission) {
  return view.options().privileged.count(base::lower(permission)) != 0;
}

std::string joined(const std::set<std::string> &words) {
  std::string out;
  for (const std::string &word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// The grant that the directory or its history shows for this, so that the plan can remove it.
std::string grant_of(const View &view, const std::string &from, const std::string &kind) {
  for (const identity::Grant &grant : view.facts().grants)
    if (grant.from == from && base::equal_ignoring_case(grant.kind, kind)) return grant.id;
  return {};
}

// A right that the intruder gave is planted, to whomever: an application of others that may read all mail is
// a way in for whoever holds one of its tokens.
void plant(const View &view, const std::string &grantee, const std::string &slot,
           const std::set<std::string> &rights, Detection &one) {
  if (!one.intruder || grantee.empty()) return;
  for (const std::string &right : rights)
    one.planted.push_back({grantee, slot, "", one.first, grant_of(view, grantee, right)});
}

void tell_granted_consents(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  for (const ChangeGroup &group : grouped_changes(view, Act::consent)) {
    std::set<std::string> permissions;
    bool everybody = false;
    for (const EventIndex index : group.events) {
      const Event &event = view.event(index);
      for (const std::string_view text : view.table().extras_of(event, "permissions"))
        permissions.merge(words_of(text));
      for (const std::string_view type : view.table().extras_of(event, "consent-type"))
        everybody = everybody || base::equal_ignoring_case(type, "AllPrincipals");
      everybody = everybody || base::equal_ignoring_case(
                                   view.table().extra(event, "new:ConsentContext.OnBehalfOfAll"), "True");
    }
    Detection one = make_detection(view, "consent-granted", group.events);
    attribute(one, attribution, group.events);
    const bool privileged = std::any_of(permissions.begin(), permissions.end(),
                                        [&](const std::string &word) { return is_privileged(view, word); });
    if (!one.intruder && !privileged) continue;
    if (!one.intruder) one.confidence = everybody ? 0.4 : 0.35;
    add_unique(one.principals, group.actor);
    add_unique(one.principals, group.target);
    add_unique(one.applications, std::string(view.application_of(group.target)));
    plant(view, group.target, "consent", {joined(permissions)}, one);
    // Where nobody was seen to sign in, what they consented to is how they read on.
    if (one.intruder && one.grade == Grade::possible) {
      const Hold *held = attribution.hold(group.target);
      if (held != nullptr && held->made)
        one.footholds.push_back({group.target, {one.first, base::kTimeMax}, ""});
      if (attribution.hold(group.actor) != nullptr)
        one.footholds.push_back({group.actor, {one.first, base::kTimeMax}, ""});
    }
    one.says =
        sentence(view, "consent-granted",
                 {{"actor", view.name_of(group.actor)},
                  {"target", view.name_of(group.target)},
                  {"who", everybody ? "everybody" : "itself"},
                  {"first", spoken(one.first)},
                  {"permissions", permissions.empty() ? "permissions are not told" : joined(permissions)}});
    out.push_back(std::move(one));
  }
}

void tell_granted_roles(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  for (const ChangeGroup &group : grouped_changes(view, Act::app_role)) {
    std::set<std::string> roles;
    std::string resource;
    for (const EventIndex index : group.events) {
      const Event &event = view.event(index);
      std::string role(view.table().extra(event, "app-role"));
      const auto known =
          view.options().role_names.find(base::lower(view.table().extra(event, "new:AppRole.Id")));
      if (role.empty() && known != view.options().role_names.end()) role = known->second;
      if (role.empty()) role = view.table().extra(event, "new:AppRole.Id");
      if (!role.empty()) roles.insert(role);
      if (resource.empty()) resource = view.text(event.target_name);
    }
    Detection one = make_detection(view, "app-role-granted", group.events);
    attribute(one, attribution, group.events);
    const bool privileged = std::any_of(roles.begin(), roles.end(),
                                        [&](const std::string &role) { return is_privileged(view, role); });
    if (!one.intruder && !privileged) continue;
    // An application that gives roles needs nobody's consent: rarer, and worse.
    const bool by_application = view.text(view.event(group.events.front()).actor_type) != "user";
    if (!one.intruder) one.confidence = by_application ? 0.6 : 0.4;
    add_unique(one.principals, group.actor);
    add_unique(one.principals, group.target);
    add_unique(one.applications, std::string(view.application_of(group.target)));
    plant(view, group.target, "app-role", roles, one);
    one.says = sentence(view, "app-role-granted",
                        {{"actor", view.name_of(group.actor)},
                         {"target", view.name_of(group.target)},
                         {"role", joined(roles)},
                         {"resource", resource.empty() ? "a resource that is not told" : resource},
                         {"first", spoken(one.first)}});
    out.push_back(std::move(one));
  }
}

}  // namespace

void tell_consents(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  tell_granted_consents(view, attribution, out);
  tell_granted_roles(view, attribution, out);
}

}  // namespace dislodge::detect
