#pragma once
// Plan: the actions that get the intruder out, in waves, with what each cuts and what it does not, checked by
// running reach through them. docs/eviction.md explains the three steps (cut, waves, check).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "base/result.hpp"
#include "evict/action.hpp"
#include "reach/reach.hpp"

namespace dislodge::evict {

// Actions fail. `claimed` is somebody's word: reach still counts it as not done.
enum class ActionState : std::uint8_t { open, claimed, in_effect, failed, rolled_back };
std::string_view name_of(ActionState state);  // for people: "in effect"
std::string_view word_of(ActionState state);  // for files: "in-effect"
// The state that a person means, in any case, with blanks or hyphens; nothing: it is none.
std::optional<ActionState> state_of(std::string_view text);

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
  std::string id;      // "a12": stable within a plan for the same reach
  std::string name;    // one line for a person, from rules/actions
  std::string action;  // rules/actions id: rotate-secret, find-owner-and-rotate, party-must-rotate, ...
  Role role = Role::cut;
  std::string target;  // id of what it is done to
  std::string target_name;
  std::string principal;           // principal id, or ""
  std::string secret;              // secret id, or ""
  std::string fact;                // key id, grant id or place that tells apart what else would look alike
  std::string delivery;            // of a new secret: "by hand", or the names of the channels it may take
  std::vector<std::string> after;  // ids of actions that must be in effect before
  std::vector<std::string> after_why;  // one reason for each
  std::string placed;                  // why it is in a later wave, where it waits for no other action
  base::Time starts, effective_by;     // planned; the longest lingering token sets effective_by
  std::string why;
  std::vector<std::string> cuts;
  std::vector<std::string> does_not_cut;
  std::vector<std::string> destroys_evidence;
  std::string save_first;           // the step that preserves it
  std::vector<std::string> breaks;  // legitimate users seen in the logs, and services
  bool visible_to_intruder = false;
  std::string go_back;
  std::string abort_when;
  std::string command;
  std::string who;  // role that does it: identity admin, owner of the app, the party
  double cost = 0;
  std::vector<std::string>
      leaks_if_skipped;                      // ids that the intruder would still hold at the end (kLeaksKept)
  std::uint64_t leaks_if_skipped_count = 0;  // how many there are
  std::uint32_t others_in_path = 0;  // where nothing leaks: how many others would have to fail as well
  ActionState state = ActionState::open;
  base::Time since = base::kTimeMin;   // of in_effect: when it took effect, by the evidence
  std::string said_by, said_evidence;  // of a state that somebody recorded
  base::Time said_at = base::kTimeMin;
};
inline constexpr std::size_t kLeaksKept = 50;

// What survives a new plan of the same case: action, target and what tells apart others of the same target.
std::string key_of(const PlannedAction &action);

// What an action was called when people first saw it. They have written "a7" on a wall and into tickets: a
// plan that is solved again keeps it.
struct Numbered {
  std::string id;
  std::string key;  // key_of()
  std::string name, target_name;
};

struct Leak {
  std::string thing;       // id
  std::string after_wave;  // "wave 2" or "end"
  std::string why;
  base::Interval interval;
};

// What a wave as a whole does.
struct Wave {
  int number = 0;
  base::Time starts, in_effect;  // ordered; every action of it in effect
  base::Time complete;           // nothing that it cuts lingers any more
  std::uint64_t actions = 0;
  std::uint64_t still_held = 0;     // principals and resources that the intruder holds once it is complete
  bool visible = false;             // the intruder can see it happen
  std::vector<std::string> breaks;  // what stops working, and who notices
};

// An action done one wave early or late, and what the intruder would hold then that they do not otherwise.
struct Swap {
  std::string action;  // id
  bool earlier = true;
  std::vector<std::string> leaks;
};

struct Verdict {
  bool closed = false;  // "closed against the evidence held"; false: incomplete
  std::string says;
  std::vector<std::string> does_not_cover;
};

inline constexpr std::string_view kByHand = "made by hand";

struct Plan {
  base::Time start;                    // when wave 1 may begin
  base::Time end;                      // from here on the intruder holds nothing, by the check
  std::vector<PlannedAction> actions;  // by (wave, id)
  double cost = 0;                     // of the cut
  double bound = 0;                    // proven lower bound of the cut
  std::string
      method;  // how the cut was found: "nothing to cut", "max-flow", "hitting set"; kByHand: it was not
  double seconds = 0;       // that the cut took
  std::vector<Wave> waves;  // those with actions of the plan, wave 0 included
  std::vector<Swap> swaps;  // adjacent changes of order that would leak; those left out do not
  std::uint64_t swaps_tried = 0;
  std::vector<Leak> leaks;          // found by the check; empty: the plan holds
  std::vector<std::string> growth;  // what grows at a boundary, with its cause
  std::vector<std::string>
      remarks;  // what was asked for and cannot be had, and what a plan by hand overlooks
  std::vector<std::string> not_needed;  // secrets in reach that are shown to be dead, each with the reason
  Verdict verdict;
};

// Where something could have been left that no evidence shows or excludes: one look at all of it is in the
// plan, after everything else, and until that look has been taken the verdict stays incomplete.
struct Sweep {
  std::string place, name;  // id of a tenant, domain or organisation
  base::Interval when;      // in which it could be left; until kTimeMax: as long as the intruder is in
  std::string why;          // "214 accounts could have been given a password or a secret by X"
};

struct SecretOwner {
  std::string organisation;  // domain
  bool ours = true;
};

struct PlanOptions {
  base::Time start;                                        // when wave 1 may begin
  std::map<std::string, SecretOwner, std::less<>> owners;  // secret id -> whose it is; not in it: ours
  std::vector<std::string> dead;                           // secret ids shown to be dead by a named test
  std::vector<std::string> not_covered;  // what no export or log tells us: keeps the verdict incomplete
  std::vector<std::string> protect;      // ids to free; empty: everything
  // Wishes name an action ("rotate-secret"), an action and a thing that it is about ("rotate-secret
  // principal:..."), or one action of a plan (key_of). Forbidden is forbidden, obligations included: what
  // then stays open is said in the verdict.
  std::vector<std::string> forbid;
  std::map<std::string, double, std::less<>> costs;  // the most particular wish that fits counts
  std::vector<std::string> prefer;                   // count half in the choice
  std::map<std::string, std::vector<std::string>, std::less<>> users_of;  // principal id -> who would notice
  std::uint32_t wave_capacity = 0;      // actions a wave; 0: as many as it takes
  std::vector<Sweep> sweeps;            // by place
  std::vector<PlannedAction> previous;  // states of an earlier plan: those in effect are facts now
  std::vector<Numbered> numbered;       // what actions are called already
};

// The cheapest plan that frees everything (or what is to be protected), in waves, checked. Deterministic.
Plan make_plan(const reach::Reach &reach, const Actions &actions, const PlanOptions &options);

// A plan made by hand (or an earlier one, or one without an action): its waves, and the ids that its lines
// give, are kept and its leaks listed. A wave begins no sooner than its actions say; wave 1, where they say
// nothing, when the preparations are done. Needs wave, action and target of each; a usage error names an
// action that rules/actions does not know. What fits nothing in reach changes nothing: that, and what stands
// in the wrong order, is in `remarks`; an obligation that is in no line keeps the verdict incomplete.
base::Result<Plan> check_plan(const reach::Reach &reach, const Actions &actions,
                              std::vector<PlannedAction> planned, const PlanOptions &options);

}  // namespace dislodge::evict
