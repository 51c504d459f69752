#pragma once
// A schedule: which candidates are taken, in which wave, how their new secrets travel, and when each is in
// effect. The check runs reach through it.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evict/situation.hpp"

namespace dislodge::evict {

struct Step {
  CandidateId candidate = 0;
  Role role = Role::cut;
  int wave = 1;
  bool waits = false;               // until nothing of the waves before lingers any more
  bool by_hand = false;             // its new secrets travel through no channel
  std::string id;                   // that a plan by hand gives it; empty: it gets one
  std::string placed;               // why it is not in wave 1, where it waits for no other step
  base::Time issued, at, complete;  // ordered; in effect; nothing that it cuts lingers any more
  std::vector<std::pair<CandidateId, std::string>> after;  // with the reason
};

// How long wave 0 takes.
std::int64_t preparation_us(const Actions &actions);

struct Schedule {
  std::vector<Step> steps;               // those that count: not failed, not rolled back
  base::Time first;                      // wave 1 begins
  std::map<int, base::Time> not_before;  // waves that a person has set a time for
  base::Time end;                        // the last is complete
  std::vector<base::Time> wave_start;    // by wave; [0] is the preparation

  // Sets all times from the waves: a wave begins when the one before is in effect, or, where a step of it
  // waits, when nothing of those before lingers. `first` must be set.
  void time(const Situation &situation);
  reach::Changes changes(const Situation &situation) const;
};

struct CheckResult {
  reach::Solution with_plan;
  std::vector<reach::NodeId> left;          // goals held after the end, by id
  std::vector<const Replacement *> leaked;  // new secrets that the intruder learns
  std::vector<std::string> growth;          // held with the plan and not without it
};

CheckResult check(const Situation &situation, const Schedule &schedule);

// The name of the wave that a time falls into: "wave 2", "end".
std::string wave_at(const Schedule &schedule, base::Time time);

}  // namespace dislodge::evict
