#include "detect/basis.hpp"

#include <map>

#include "detect/consented_app.hpp"

namespace dislodge::detect {

namespace {

std::vector<Attribution::Seed> seeds_of(const View &view, const std::vector<Detection> &detections) {
  std::map<EventReference, std::string> told;
  for (const Detection &one : detections) {
    if (!one.intruder || (one.kind != "stolen-secret-used" && one.kind != "success-after-spray")) continue;
    for (const EventReference &event : one.events) told.emplace(event, one.because);
  }
  std::vector<Attribution::Seed> seeds;
  if (told.empty()) return seeds;
  for (const auto *list : {&view.user_signins(), &view.service_signins()})
    for (const EventIndex index : *list) {
      if (view.event(index).outcome != log::Outcome::ok) continue;
      const auto found = told.find(view.reference(index));
      if (found != told.end()) seeds.push_back({index, found->second});
    }
  return seeds;
}

}  // namespace

Basis::Basis(const log::EventTable &table, const identity::Facts &facts, const DetectOptions &options,
             const Words &words)
    : view(table, facts, options),
      spoken(find_spoken(view, words)),
      campaigns(find_sprays(view)),
      guessing(find_guessing(view, campaigns)),
      stolen_sessions(find_stolen_sessions(view)),
      unusual_uses(find_unusual_uses(view)),
      known_passwords(find_known_password_uses(view, campaigns, guessing)),
      unopened(find_unopened(view)),
      // The first reason that an event is given stays: what is evidence by itself comes first.
      seeds_(chain_seeds(view)) {
  add_spoken_seeds(spoken, seeds_);
  add_session_seeds(view, stolen_sessions, seeds_);
  add_use_seeds(view, unusual_uses, seeds_);
  add_consent_seeds(view, find_consented_apps(view), seeds_);
  add_unopened_seeds(view, unopened, seeds_);
  add_guessing_seeds(view, guessing, seeds_);
  add_known_password_seeds(known_passwords, seeds_);
}

Attribution Basis::attribution(const std::vector<Detection> &detections) const {
  std::vector<Attribution::Seed> seeds = seeds_;
  for (Attribution::Seed &seed : seeds_of(view, detections)) seeds.push_back(std::move(seed));
  return Attribution(view, campaigns, seeds, spoken.ours);
}

}  // namespace dislodge::detect
