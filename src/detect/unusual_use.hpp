#pragma once
// Use of an account, application, key or token outside of its own habit, followed by acts that matter. The
// essay is in unusual_use.cpp. One mechanism for every product: it looks at events as the readers make them
// (who, from where, by which program, what came of it) and at the kinds of the rules that they met.
//
//   const std::vector<UnusualUse> uses = find_unusual_uses(view);
//   add_use_seeds(view, uses, seeds);              // attribution, at grade possible
//   tell_unusual_uses(view, uses, attribution, found);

#include <string>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct UnusualUse {
  std::string principal;
  base::StringId key = 0;              // the credential key or token whose habit it broke; 0: the principal's
  std::vector<EventIndex> events;      // in order of time
  std::vector<base::StringId> places;  // addresses
  std::vector<base::StringId> shared;  // sessions in which the owner was too
  double weight = 0;                   // see unusual_use.cpp
  std::string why;                     // "from a network and a country where it had never been, ..."
  std::string acts;                    // "role-assigned, token-created, 15 messages read"
};

// In order of the first event.
std::vector<UnusualUse> find_unusual_uses(const View &view);
void add_use_seeds(const View &view, const std::vector<UnusualUse> &uses,
                   std::vector<Attribution::Seed> &seeds);
void tell_unusual_uses(const View &view, const std::vector<UnusualUse> &uses, const Attribution &attribution,
                       std::vector<Detection> &out);

}  // namespace dislodge::detect
