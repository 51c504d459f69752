#pragma once
// What a named person says of a finding or a change: that it is ours, or the intruder's. The logs do not know
// everything: an administrator's busy day looks like a break-in, and a break-in like a day at the desk. A
// claim is a person's word, with name and reason in the journal; it can be taken back.
//
//   DISLODGE_TRY(record_claim(the_case, picture, {"detection:3f...", Whose::ours, "R. Stone", "CHG-118"}));
//   DISLODGE_TRY_ASSIGN(const auto claims, claims_of(the_case));
//   apply_claims(claims, picture);
//
// Detection is given the words first (words_of), so that what is said leads on as what the logs show does.
// A finding that is ours is nobody's foothold: reach and plan go on without it, and the changes that it rests
// on are claimed. What is the intruder's, a finding or a change, counts as theirs from its first event on:
// whoever did it is in their hands from then on, and keys and users that were set by it are undone.

#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "casefile/case.hpp"
#include "detect/detect.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

enum class Whose : std::uint8_t { ours, intruder, open };  // open: the claim is taken back
std::string_view name_of(Whose whose);

struct Claim {
  std::string thing;  // "detection:ID", or where an event stands ("audit.json:line 12")
  Whose whose = Whose::open;
  std::string who, reason;
  base::Time at = base::kTimeMin;
  std::vector<std::string> events;  // the places that it is about, as they were when it was said
};

// The last word on each thing, by thing; what was taken back is not among them.
base::Result<std::vector<Claim>> claims_of(casefile::Case &the_case);

// A usage error where the case has no such finding or event, or nobody and no reason is named.
base::Result<void> record_claim(casefile::Case &the_case, const Picture &picture, const Claim &claim);

// What is said of each event, for detect::Basis.
detect::Words words_of(const std::vector<Claim> &claims);
// Sets whose each finding is; a change of the intruder's that no finding tells becomes one. Twice the same as
// once.
void apply_claims(const std::vector<Claim> &claims, Picture &picture);
// The same of findings that are not yet among those of the picture.
void apply_claims(const std::vector<Claim> &claims, const Picture &picture,
                  std::vector<detect::Detection> &detections);
// Changes that somebody says are the intruder's.
void name_changes(const std::vector<Claim> &claims, std::vector<identity::Change> &changes);
// Evidence of the changes that are claimed as ours: named themselves, or told by a finding that is.
std::set<std::string> claimed_changes(const std::vector<Claim> &claims,
                                      const std::vector<detect::Detection> &detections);

}  // namespace dislodge::engine
