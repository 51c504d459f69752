#include "engine/likely_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encode.hpp"
#include "evict/action.hpp"

namespace dislodge::engine {

using base::Time;
using evict::ActionState;
using evict::PlannedAction;

namespace {

// Whether what an action leaves ("access tokens (1h)") has run out by then.
bool ran_out(std::string_view leaves, Time since, Time by) {
  const std::size_t open = leaves.rfind('(');
  if (open == std::string_view::npos || !leaves.ends_with(')')) return false;
  const std::int64_t life = evict::parse_duration(leaves.substr(open + 1, leaves.size() - open - 2));
  return life >= 0 && since.us + life < by.us;
}

std::string called(const PlannedAction &one) {
  return fmt::format("{} ({}, {})", one.id, one.action,
                     one.target_name.empty() ? one.target : one.target_name);
}

bool is_on(const PlannedAction &one, const std::string &principal) {
  return !principal.empty() && (one.principal == principal || one.target == principal);
}

std::string not_done(const PlannedAction &one) {
  return fmt::format("{} ({}) {}", one.id, one.name,
                     one.state == ActionState::failed        ? "has failed"
                     : one.state == ActionState::rolled_back ? "was rolled back"
                     : one.state == ActionState::claimed     ? "is claimed, and no more"
                                                             : "is open");
}

}  // namespace

std::string likely_path(const Picture &picture, const Shown &shown) {
  const std::vector<PlannedAction> &actions = picture.plan.actions;
  const auto about_key = [&](const PlannedAction &one) {
    return !shown.key.empty() && base::equal_ignoring_case(one.fact, shown.key);
  };
  const PlannedAction *open = nullptr, *done = nullptr;
  Time revoked = base::kTimeMin;
  for (const PlannedAction &one : actions) {
    if (!is_on(one, shown.principal) && !about_key(one)) continue;
    const bool in_effect = one.state == ActionState::in_effect;
    if (!in_effect && (open == nullptr || (about_key(one) && !about_key(*open)))) open = &one;
    if (in_effect && one.action == "revoke-sessions") revoked = std::max(revoked, one.since);
    if (in_effect && done == nullptr) done = &one;
  }
  if (shown.refused) {
    for (const PlannedAction &one : actions)
      if (is_on(one, shown.principal) && one.action == "rotate-secret" && one.state == ActionState::in_effect)
        return fmt::format("none: {} has held; whoever tried it still has the old one", called(one));
    return "none by it: it was refused; whoever tried it still has it";
  }
  if (open != nullptr) return not_done(*open);
  for (const PlannedAction &one : actions) {
    if (!is_on(one, shown.principal)) continue;
    for (const std::string &text : one.does_not_cut) {
      if (ran_out(text, one.since, shown.by)) continue;
      // Sessions that an action leaves are ended by their revocation.
      if (text.ends_with("(until revoked)") && revoked >= one.since) continue;
      return fmt::format("{} is in effect and does not cut: {}", called(one), text);
    }
  }
  if (done != nullptr) return called(*done) + " was in effect and has not held";
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.id != shown.principal || row.because.empty()) continue;
    return fmt::format("no action of the plan is on it; they came by: {}", row.because.back().says);
  }
  return "no action of the plan is on it, and nothing held says how they came: what opens it is not known "
         "yet";
}

}  // namespace dislodge::engine
