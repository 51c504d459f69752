#pragma once
// What people say of events, in the logs' own terms: who acted there, so that their word leads on as what the
// logs show does. It is the only way on where the log that would show it is missing.
//
//   const Spoken spoken = find_spoken(view, words);
//   add_spoken_seeds(spoken, seeds);       // at grade possible
//   tell_spoken(view, spoken, found);      // whoever acted there was held

#include <set>
#include <string>
#include <vector>

#include "detect/attribution.hpp"
#include "detect/view.hpp"

namespace dislodge::detect {

struct Spoken {
  struct Act {
    EventIndex index = 0;
    std::string principal;  // who acted; an application that read mail, not the owner of the mailbox
    std::string because;
  };
  std::vector<Act> intruder;  // in order of time
  std::set<EventIndex> ours;
};

Spoken find_spoken(const View &view, const Words &words);
void add_spoken_seeds(const Spoken &spoken, std::vector<Attribution::Seed> &seeds);
void tell_spoken(const View &view, const Spoken &spoken, std::vector<Detection> &out);

}  // namespace dislodge::detect
