#pragma once
// Applications that people were talked into letting in. The essay is in consented_app.cpp.
//
//   const std::vector<ConsentedApp> apps = find_consented_apps(view);
//   add_consent_seeds(view, apps, seeds);          // attribution, at grade possible

#include <string>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct ConsentedApp {
  std::string service;              // principal id of its service principal
  std::vector<EventIndex> changes;  // its arrival in the directory and the consents, in order of time
  std::string why;
};

// In order of the first change.
std::vector<ConsentedApp> find_consented_apps(const View &view);
void add_consent_seeds(const View &view, const std::vector<ConsentedApp> &apps,
                       std::vector<Attribution::Seed> &seeds);

}  // namespace dislodge::detect
