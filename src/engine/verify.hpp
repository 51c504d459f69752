#pragma once
// Verify: whether an eviction held, by logs that were handed in after it. Anything that the intruder does
// after the wave that should have stopped it, any new credential, consent or right that nobody has claimed,
// and any unusual use of an exposed principal or of a canary re-opens the case and names the likely path.
// Changes that give nobody anything, as the same hand made them before (everyday.hpp), are counted instead.
// Otherwise there was no sign, within the coverage that is held, until its end: never more than that.

#include <string>
#include <vector>

#include "casefile/case.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

struct VerifyOptions {
  base::Time since = base::kTimeMin;  // when the eviction took effect; kTimeMin: by the ticks of the plan
  std::vector<std::string> canaries;  // principals or resources that nobody has reason to touch
};

struct Sign {
  base::Time time;
  std::string
      what;  // not-in-effect, intruder, fingerprint, secret, unusual, out-of-use, credential, change, canary
  std::string principal;  // id; may be empty
  std::string says;
  std::string evidence;     // log:line
  std::string likely_path;  // how they came back in, by the plan
  bool certain = false;     // an act of the intruder; else it is for a person to judge
};

struct Watched {
  std::string source, tenant, event_class;
  base::Time until;  // of the last event
  bool declared = false;
  std::vector<std::string> gaps;  // after the eviction
};

struct Verification {
  base::Time since, until;  // until: the earliest end of the logs that reach past `since`
  std::vector<Sign> signs;  // in time
  std::vector<Watched> watched;
  std::vector<std::string> not_watched;  // what no log tells after `since`
  std::vector<std::string> everyday;     // changes that are everyday work: told, and no sign
  std::vector<std::string> canaries;     // names of those that are watched
  base::Time watch_until;                // of the watch period
  std::string says;
  bool reopened() const { return !signs.empty(); }
};

// Longest that something unseen can lie and still come back by itself: the refresh token's 90 days
// (learn.microsoft.com/entra/identity-platform/refresh-tokens).
inline constexpr std::int64_t kWatchPeriod = 90 * base::kDay;

// A usage error where nothing says when the eviction took effect.
base::Result<Verification> verify(const Picture &picture, const VerifyOptions &options);

std::string verification_text(const Picture &picture, const Verification &found);
std::string verification_json(const Verification &found);

}  // namespace dislodge::engine
