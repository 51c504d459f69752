#pragma once
// Plan: the actions that get the intruder out, in waves, with what each cuts and what it does not, checked by
// running reach through them. docs/eviction.md explains the three steps (cut, waves, check).

#include <cstdint>
#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "reach/reach.hpp"

namespace dislodge::evict {

// Actions fail. `claimed` is somebody's word: reach still counts it as not done.
enum class ActionState : std::uint8_t { open, claimed, in_effect, failed, rolled_back };
std::string_view name_of(ActionState state);

// Why an action is in the plan.
enum class Role : std::uint8_t {
  prepare,     // wave 0: communication, clean admin devices, break-glass, preservation of evidence
  obligation,  // a possibly known secret: in the plan whatever the cut needs
  cut,         // chosen by the cheapest cut
  settle,      // revocation and sweeps that end what lingers after a cut
};
std::string_view name_of(Role role);

struct PlannedAction {
  int wave = 0;
  std::string id;                         // "a12": stable within a plan for the same reach
  std::string action;                     // rules/actions id: rotate-secret, find-owner-and-rotate, party-must-rotate, ...
  Role role = Role::cut;
  std::string target;                     // id of what it is done to
  std::string target_name;
  std::string principal;                  // principal id, or ""
  std::string secret;                     // secret id, or ""
  std::vector<std::string> after;         // ids of actions that must be in effect before
  std::vector<std::string> after_why;     // one reason for each
  base::Time starts, effective_by;        // planned; the longest lingering token sets effective_by
  std::string why;
  std::vector<std::string> cuts;
  std::vector<std::string> does_not_cut;
  std::vector<std::string> destroys_evidence;
  std::string save_first;                 // the step that preserves it
  std::vector<std::string> breaks;        // legitimate users seen in the logs, and services
  bool visible_to_intruder = false;
  std::string go_back;
  std::string abort_when;
  std::string command;
  std::string who;                        // role that does it: identity admin, owner of the app, the party
  double cost = 0;
  std::vector<std::string> leaks_if_skipped;   // ids that the intruder would still hold at the end
  std::uint32_t others_in_path = 0;            // how many other actions stand in that path
  ActionState state = ActionState::open;
};

struct Leak {
  std::string thing;                      // id
  std::string after_wave;                 // "wave 2" or "end"
  std::string why;
  base::Interval interval;
};

struct Verdict {
  bool closed = false;                    // "closed against the evidence held"; false: incomplete
  std::string says;
  std::vector<std::string> does_not_cover;
};

struct Plan {
  base::Time start;                       // when wave 1 may begin
  base::Time end;                         // from here on the intruder holds nothing, by the check
  std::vector<PlannedAction> actions;     // by (wave, id)
  double cost = 0;                        // of the cut
  double bound = 0;                       // proven lower bound of the cut
  std::vector<Leak> leaks;                // found by the check; empty: the plan holds
  std::vector<std::string> growth;        // what grows at a boundary, with its cause
  Verdict verdict;
};

}  // namespace dislodge::evict
