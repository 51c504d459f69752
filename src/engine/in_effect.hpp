#pragma once
// Actions that somebody recorded as in effect: what the logs say against them, and what they have ended.
//
//   std::vector<evict::PlannedAction> done = ...;             // as ticked
//   for (const Contradiction &one : contradictions(picture, done)) ...
//   DISLODGE_TRY(end_what_is_cut(picture, actions, done));    // rows of reach end where an action ended them
//
// A record is somebody's word with evidence. A log that shows the replaced token accepted, or the blocked
// account signing in, is better evidence: the action then counts as failed, and the plan is solved again.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/picture.hpp"
#include "evict/action.hpp"
#include "evict/plan.hpp"
#include "identity/realm_accounts.hpp"

namespace dislodge::engine {

// What lives on after a block or a revocation by itself: tokens that were issued before last an hour
// (learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes), caches of keys as long.
inline constexpr std::int64_t kLivesOn = base::kHour;
// What was opened before works on for longer, without anybody signing in: tokens that are evaluated
// continuously up to 28 hours (learn.microsoft.com/entra/identity/conditional-access), sessions of AWS 36.
inline constexpr std::int64_t kWorksOn = 36 * base::kHour;

// Whether an action leaves its principal unable to sign in at all: nobody's key or protocol alone.
bool puts_out_of_use(const evict::PlannedAction &action);

// Whom an event shows at work, by the id that facts use; "" where nothing says it.
class Actors {
 public:
  explicit Actors(const Picture &picture) : picture_(picture) {}
  std::string of(const log::Event &event);

 private:
  const Picture &picture_;
  std::optional<identity::RealmAccounts> accounts_;  // made at first need
};

// For each action in effect that the events speak against, in the order of `actions`, later than what lives
// on by itself: a credential that it replaced or removed, named by its key id or hash, was accepted; whom it
// put out of use signed in or worked; a session that it revoked was renewed or worked; or the intruder signed
// in with the password that it replaced.
std::vector<Contradiction> contradictions(const Picture &picture,
                                          std::span<const evict::PlannedAction> actions);

// Rows of reach end at the effect of the actions that ended them, and what events show after it stays; what
// no longer holds at any time is left out. The program stays as it is, for the plan is made from it.
base::Result<void> end_what_is_cut(Picture &picture, const evict::Actions &actions,
                                   std::span<const evict::PlannedAction> done);

}  // namespace dislodge::engine
