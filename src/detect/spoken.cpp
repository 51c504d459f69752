#include "detect/spoken.hpp"

#include <algorithm>
#include <map>

namespace dislodge::detect {

namespace {

// Some records of what an application read name the owner of the mailbox as who did it.
std::string who_acted(const View &view, const log::Event &event) {
  if (event.event_class == log::EventClass::mail_access &&
      view.options().mail_clients.count(view.text(event.application_id)) == 0)
    if (std::string service =
            view.service_principal(view.text(event.tenant), view.text(event.application_id));
        !service.empty())
      return service;
  return view.actor(event);
}

}  // namespace

Spoken find_spoken(const View &view, const Words &words) {
  Spoken spoken;
  if (words.empty()) return spoken;
  for (EventIndex i = 0; i < view.size(); ++i) {
    const auto word = words.find(view.table().source_of(view.event(i)));
    if (word == words.end()) continue;
    if (word->second.intruder)
      spoken.intruder.push_back({i, who_acted(view, view.event(i)), word->second.because});
    else
      spoken.ours.insert(i);
  }
  return spoken;
}

void add_spoken_seeds(const Spoken &spoken, std::vector<Attribution::Seed> &seeds) {
  for (const Spoken::Act &act : spoken.intruder)
    seeds.push_back({act.index, act.because, true, 0, act.principal});
}

void tell_spoken(const View &view, const Spoken &spoken, std::vector<Detection> &out) {
  std::map<EventReference, const Spoken::Act *> acts;
  for (const Spoken::Act &act : spoken.intruder) acts.emplace(view.reference(act.index), &act);
  if (acts.empty()) return;
  for (Detection &one : out) {
    if (!one.intruder) continue;
    for (const EventReference &event : one.events) {
      const auto found = acts.find(event);
      if (found == acts.end() || found->second->principal.empty()) continue;
      const std::string &principal = found->second->principal;
      const bool told =
          std::any_of(one.footholds.begin(), one.footholds.end(),
                      [&](const Foothold &foothold) { return foothold.principal == principal; });
      if (!told)
        one.footholds.push_back({principal, {view.event(found->second->index).time, base::kTimeMax}, ""});
    }
  }
}

}  // namespace dislodge::detect
