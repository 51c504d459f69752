#pragma once
// Actor profiles (rules/actors/): the techniques that a source attributes to a group, and a case held against
// them as a Navigator layer. A likeness is no attribution, and every layer says so.

#include <span>
#include <string>
#include <vector>

#include "base/embedded_rules.hpp"
#include "base/result.hpp"
#include "engine/picture.hpp"

namespace dislodge::report {

struct Actor {
  std::string id, name, source, as_of;
  std::vector<std::string> aliases, techniques;
};
// Reads every file whose path has "actors/". A mistake is named by file, line and actor.
base::Result<std::vector<Actor>> load_actors(std::span<const base::EmbeddedRule> files);

struct Likeness {
  std::vector<std::string> both, case_only, actor_only;  // technique ids, sorted
};
Likeness likeness(const engine::Picture &picture, const Actor &actor);

// Score 100: the case shows it and the profile has it; 60: only the case; 20: only the profile.
std::string actor_layer(const engine::Picture &picture, const Actor &actor);

}  // namespace dislodge::report
