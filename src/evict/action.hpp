#pragma once
// Actions as data: what each step of eviction cuts, what it leaves alive, how long it takes, who does it and
// how. rules/actions/*.toml holds them, each with its source, so that a new action needs no C++.
//
//   DISLODGE_TRY_ASSIGN(const Actions actions, load_actions(base::embedded_rules()));
//
// What an action changes is told in the words of reach::FactKind, so that reach understands it: an action
// closes facts from its effect on, or ends what lingers from them, or both. What it does not name lives on.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_rules.hpp"
#include "base/result.hpp"
#include "reach/reach.hpp"

namespace dislodge::evict {

// What an action is done to: one per such thing within reach.
enum class Target : std::uint8_t {
  preparation,  // nothing: wave 0
  principal,
  binding,   // a secret at one principal
  secret,    // a secret wherever it opens: no principal is known, or it is a party's
  planted,   // a credential that the intruder set
  grant,     // a right
  exposure,  // a resource that was declared readable without saying how
  place,     // a tenant, domain or organisation in which something could have been left unseen
};
std::string_view name_of(Target target);

// Why an action is in the plan whatever the cut needs. `none`: the cut chooses.
enum class Obligation : std::uint8_t { none, rotate, find_owner, party, planted };

// Which facts of a kind: the one that the action is done to; all of its principal; all that lead into its
// principal.
enum class Scope : std::uint8_t { fact, principal, into };

struct Cut {
  reach::FactKind fact = reach::FactKind::grant;
  std::vector<std::string> details;  // slots, token classes or grant kinds; * matches any run; empty: all
  std::vector<std::string> except;
  Scope scope = Scope::fact;
  bool closes = true;       // the fact no longer holds
  bool ends = false;        // what lingers from it ends
  std::int64_t lag_us = 0;  // after the action's effect
};

struct Leave {
  std::string text;  // for people
  reach::FactKind fact = reach::FactKind::session;
  std::string detail;
  std::string lives;  // "1h", "until rotated", ...
};

struct Action {
  std::string id, variant, name;
  Target target = Target::principal;
  Obligation obligation = Obligation::none;
  std::vector<std::string> realms;   // "entra" of principal:entra/...; empty: any
  std::vector<std::string> kinds;    // of the principal (identity::name_of); empty: any
  std::vector<std::string> details;  // of the fact: slots or grant kinds
  std::vector<std::string> except;
  std::vector<Cut> cuts;
  std::vector<Leave> leaves;
  std::int64_t latency_us = 0;  // from the order to its effect
  bool twice = false;           // must be done twice, this far apart; in effect after the second time
  std::int64_t gap_us = 0;
  double cost = 1;
  bool settles = false;  // ends what lingers: belongs after the cut that stops its issue
  std::string who, command;
  std::vector<std::string> destroys;  // evidence
  std::string save_first;
  std::vector<std::string> breaks;
  bool visible = false;  // to the intruder
  std::string go_back, abort_when;
  std::vector<std::string> counter, attack;  // COUN7ER and ATT&CK ids
  std::string source;
  std::string place;  // file and line of the entry
};

class Actions {
 public:
  const std::vector<Action> &all() const { return actions_; }
  // Any variant of an id; null where there is none.
  const Action *find(std::string_view id) const;

 private:
  friend base::Result<Actions> load_actions(std::span<const base::EmbeddedRule> files);
  std::vector<Action> actions_;  // of several variants the first that fits counts: the most particular
};

// Reads every file whose path has "actions/". A mistake is named by file, line and action: unknown key or
// word, an (id, variant) given twice, no name, who, command, go-back or source, a cut of a fact that the
// target cannot have.
base::Result<Actions> load_actions(std::span<const base::EmbeddedRule> files);

// "15m", "1h", "10h", "2d", "0"; -1 where it is none of these.
std::int64_t parse_duration(std::string_view text);

// Whether text is one of the patterns, in which * stands for any run of characters. An empty list matches
// all.
bool matches(const std::vector<std::string> &patterns, std::string_view text);

}  // namespace dislodge::evict
