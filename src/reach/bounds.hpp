#pragma once
// What bounds a fact's times besides its own validity: sweeps that end what lingers, times at which an
// account is shut, factors that a policy demands, and what a complete log excludes. make_program() asks here
// for the pieces of an edge.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "identity/disabled.hpp"
#include "identity/sweeps.hpp"
#include "reach/watched.hpp"

namespace dislodge::reach {

class Bounds {
 public:
  // All are borrowed.
  Bounds(const std::vector<identity::Sweep> &sweeps, const std::vector<identity::Requirement> &requirements,
         const std::vector<Watched> &watched, const std::vector<identity::Disabled> &disabled = {});

  struct Span {
    base::Interval valid;
    base::Time stop;  // what began in `valid` ends here at the latest
  };
  // What is set in a slot, or issued of a class, within `valid` lasts until the first sweep after it.
  std::vector<Span> until_swept(std::string_view principal, std::string_view what,
                                base::Interval valid) const;

  // When somebody else than the account itself first swept a slot, or what has this key in it, after `since`;
  // kTimeMax: never.
  base::Time swept_by_others(std::string_view principal, std::string_view what, base::Time since,
                             std::string_view key = {}) const;

  // `valid` without the times at which the account is disabled: nothing new opens with it then.
  std::vector<base::Interval> while_enabled(std::string_view principal, base::Interval valid) const;
  // When it was deleted, and what was set on it with it; kTimeMax where it is there.
  base::Time deleted(std::string_view principal) const;

  struct Guarded {
    base::Interval valid;
    const identity::Requirement *factor;  // null: the secret alone suffices
  };
  // When a credential of a slot needs company: only where a policy in evidence enforces a factor that resists
  // phishing on every protocol.
  std::vector<Guarded> guarded(std::string_view principal, std::string_view slot, base::Interval valid) const;

  // `valid` without the times at which the log excludes that `holder` read the resource. An empty holder
  // stands for everyone except those in `others`.
  std::vector<base::Interval> not_excluded(std::string_view resource, std::string_view holder,
                                           const std::vector<std::string_view> &others,
                                           base::Interval valid) const;
  bool watches(std::string_view resource) const { return watched_.contains(resource); }

 private:
  std::unordered_map<std::string, std::vector<base::Time>> sweeps_;  // principal and what -> times, sorted
  struct Taken {
    base::Time time;
    std::string key;
  };
  std::unordered_map<std::string, std::vector<Taken>> by_others_;  // in order of time
  std::unordered_multimap<std::string_view, const identity::Requirement *> requirements_;
  std::unordered_map<std::string_view, const Watched *> watched_;
  std::unordered_map<std::string_view, const identity::Disabled *> disabled_;
};

}  // namespace dislodge::reach
