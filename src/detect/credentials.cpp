// Credentials on applications, new applications, users made by applications.

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/left_behind.hpp"
#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

constexpr std::size_t kFootholdsMax = 200;

struct NewKey {
  std::string id;
  std::string slot;
};

// Keys of a change with their slots: extras hold "key-added" and then its description.
std::vector<NewKey> keys_of(const View &view, const std::vector<EventIndex> &events) {
  std::vector<NewKey> keys;
  for (const EventIndex index : events) {
    const Event &event = view.event(index);
    const std::size_t before = keys.size();
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const log::Extra &extra = view.table().extras[event.extra_begin + i];
      if (view.text(extra.key) == "key-added") {
        const std::string_view id = view.text(extra.value);
        if (std::none_of(keys.begin(), keys.end(), [&](const NewKey &key) { return key.id == id; }))
          keys.push_back({std::string(id), "app-secret"});
      } else if (view.text(extra.key) == "key-description" && !keys.empty()) {
        const bool certificate =
            base::contains_ignoring_case(view.text(extra.value), "KeyType=AsymmetricX509Cert") ||
            base::contains_ignoring_case(view.text(extra.value), "KeyType=X509");
        if (certificate && base::contains_ignoring_case(view.text(extra.value), keys.back().id))
          keys.back().slot = "certificate";
      }
    }
    const bool federated = !view.table().extra(event, "new:FederatedIdentityCredentials").empty();
    if (keys.size() == before && keys.empty()) keys.push_back({"", federated ? "federated" : "app-secret"});
  }
  return keys;
}

std::string spoken_slot(const std::string &slot) {
  return slot == "certificate" ? "certificate"
         : slot == "federated" ? "federated credential"
                               : "client secret";
}

// Sign-ins of the intruder that came of what was planted.
void add_footholds(const View &view, const std::vector<EventIndex> &signins, Detection &one) {
  for (const EventIndex index : signins) {
    const Event &event = view.event(index);
    if (one.footholds.size() < kFootholdsMax)
      one.footholds.push_back(
          {view.actor(event), {event.time, base::kTimeMax}, std::string(view.text(event.token))});
  }
}

std::string used_since(const View &view, const std::vector<EventIndex> &signins) {
  if (signins.empty()) return {};
  return "; it was used " + counted(signins.size(), "time", "times") + " from " +
         spoken(view.event(signins.front()).time) + " on";
}

void tell_keys(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  std::map<std::string, std::vector<EventIndex>> signins_by_key;
  for (const EventIndex index : view.service_signins()) {
    const Event &event = view.event(index);
    if (event.key_id != 0 && attribution.intruder(index))
      signins_by_key[std::string(view.text(event.key_id))].push_back(index);
  }
  for (const ChangeGroup &group : grouped_changes(view, Act::credential)) {
    Detection one = make_detection(view, "app-credential-added", group.events);
    add_unique(one.principals, group.actor);
    add_unique(one.principals, group.target);
    add_unique(one.applications, std::string(view.application_of(group.target)));
    attribute(one, attribution, group.events);
    const auto keys = keys_of(view, group.events);
    std::string ids, used;
    for (const NewKey &key : keys) {
      ids += (ids.empty() ? "" : ", ") + (key.id.empty() ? std::string("not told") : key.id);
      if (!one.intruder) continue;
      one.planted.push_back({group.target, key.slot, key.id, one.first, ""});
      const auto signins = signins_by_key.find(key.id);
      if (signins == signins_by_key.end()) continue;
      add_footholds(view, signins->second, one);
      used += used_since(view, signins->second);
    }
    one.says = sentence(view, "app-credential-added",
                        {{"actor", view.name_of(group.actor)},
                         {"slot", spoken_slot(keys.front().slot)},
                         {"key", ids},
                         {"target", view.name_of(group.target)},
                         {"first", spoken(one.first)},
                         {"more", used}});
    out.push_back(std::move(one));
  }
}

// Registering an application is everyday work: told where it is the intruder's.
void tell_applications(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  for (const ChangeGroup &group : grouped_changes(view, Act::application)) {
    Detection one = make_detection(view, "new-application", group.events);
    attribute(one, attribution, group.events);
    if (!one.intruder) continue;
    add_unique(one.principals, group.actor);
    add_unique(one.principals, group.target);
    add_unique(one.applications, std::string(view.application_of(group.target)));
    if (!group.target.empty()) one.footholds.push_back({group.target, {one.first, base::kTimeMax}, ""});
    one.says = sentence(view, "new-application",
                        {{"actor", view.name_of(group.actor)},
                         {"target", view.name_of(group.target)},
                         {"first", spoken(one.first)}});
    out.push_back(std::move(one));
  }
}

// Provisioning makes users every day; an application that makes one or two, long after the log began, does
// not provision.
void tell_users(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  const auto groups = grouped_changes(view, Act::user);
  std::map<std::string, std::size_t> made_by;
  for (const ChangeGroup &group : groups) ++made_by[group.actor];
  const base::Time begin = view.size() == 0 ? base::kTimeMin : view.event(0).time;
  for (const ChangeGroup &group : groups) {
    const Event &event = view.event(group.events.front());
    const bool by_application =
        view.text(event.actor_type) == "service-principal" || view.text(event.actor_type) == "application";
    Detection one = make_detection(view, "user-created-by-app", group.events);
    attribute(one, attribution, group.events);
    const bool odd =
        by_application && made_by[group.actor] <= 2 && event.time >= begin + view.options().learning_us;
    if (!one.intruder && !odd) continue;
    add_unique(one.principals, group.actor);
    add_unique(one.principals, group.target);
    add_unique(one.applications,
               std::string(by_application ? view.application_of(group.actor) : std::string_view()));
    std::string more;
    if (one.intruder && !group.target.empty()) {
      one.planted.push_back({group.target, "user", "", one.first, ""});
      const auto signins = attribution.signins_as(group.target);
      add_footholds(view, signins, one);
      if (!signins.empty())
        more = ", which signed in from " + spoken(view.event(signins.front()).time) + " on";
    }
    one.says = sentence(view, "user-created-by-app",
                        {{"actor", (by_application ? "the application " : "") + view.name_of(group.actor)},
                         {"target", view.name_of(group.target)},
                         {"first", spoken(one.first)},
                         {"more", more}});
    out.push_back(std::move(one));
  }
}

}  // namespace

void add_set_on_applications(const View &view, std::vector<SetCredential> &out) {
  for (const ChangeGroup &group : grouped_changes(view, Act::credential))
    for (const NewKey &key : keys_of(view, group.events))
      out.push_back({group.actor,
                     {group.target, key.slot, key.id, view.event(group.events.front()).time, ""},
                     group.events.front()});
}

void tell_credentials(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  tell_keys(view, attribution, out);
  tell_applications(view, attribution, out);
  tell_users(view, attribution, out);
}

}  // namespace dislodge::detect
