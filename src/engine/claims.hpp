#pragma once
// What a named person says of a finding or a change: that it is ours, or the intruder's. The logs do not know
// everything: an administrator's busy day looks like a break-in, and a break-in like a day at the desk. A
// claim is a person's word, with name and reason in the journal; it can be taken back.
//
//   DISLODGE_TRY(record_claim(the_case, picture, {"detection:3f...", Whose::ours, "R. Stone", "CHG-118"}));
//   DISLODGE_TRY_ASSIGN(const auto claims, claims_of(the_case));
//   apply_claims(claims, detections);
//
// A finding that is ours is nobody's foothold: reach and plan go on without it, and the changes that it rests
// on are claimed. One that is the intruder's counts as theirs from its first event on, at the grade it has.

#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "casefile/case.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

enum class Whose : std::uint8_t { ours, intruder, open };  // open: the claim is taken back
std::string_view name_of(Whose whose);

struct Claim {
  std::string thing;  // "detection:ID", or the evidence of a change ("audit.json:line 12")
  Whose whose = Whose::open;
  std::string who, reason;
  base::Time at = base::kTimeMin;
};

// The last word on each thing, by thing; what was taken back is not among them.
base::Result<std::vector<Claim>> claims_of(casefile::Case &the_case);

// A usage error where the case has no such finding or change, or nobody and no reason is named. A change can
// be claimed as ours; that it is the intruder's is said of the finding that tells it.
base::Result<void> record_claim(casefile::Case &the_case, const Picture &picture, const Claim &claim);

// Sets whose each finding is. Twice the same as once.
void apply_claims(const std::vector<Claim> &claims, std::vector<detect::Detection> &detections);
// Evidence of the changes that are claimed as ours: named themselves, or told by a finding that is.
std::set<std::string> claimed_changes(const std::vector<Claim> &claims,
                                      const std::vector<detect::Detection> &detections);

}  // namespace dislodge::engine
