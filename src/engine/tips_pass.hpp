#pragma once
// Tips of the case: files with what others say, kept whole in the case file beside who handed them in and
// whether it was confirmed out of band that they are theirs. Each derivation matches them anew, so that a tip
// meets evidence that was handed in after it.

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "casefile/case.hpp"
#include "detect/tips.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

// Keeps a tip that the recogniser has read (again: what is known of its source is replaced) and journals it.
// `digest`: SHA-256 of the file, in hex.
base::Result<void> add_tip(casefile::Case &the_case, const std::filesystem::path &path,
                           const std::string &digest, const detect::TipFile &file,
                           const detect::TipSource &source);

// Every tip of the case, and what they name in events: for gathering these (log/gather.hpp).
struct KeptTip {
  std::string digest;
  detect::TipFile file;
};
base::Result<std::vector<KeptTip>> kept_tips(casefile::Case &the_case);

// Records that a person has looked at what a tip touches now: `file` as it was added, or its SHA-256. A usage
// error where there is no such tip, or nobody and nothing is named.
base::Result<void> judge_tip(casefile::Case &the_case, const Picture &picture, const std::string &file,
                             const std::string &who, const std::string &reason);

// Matches every tip against the picture: adds detections and exposures, and fills picture.tips.
base::Result<void> apply_tips(casefile::Case &the_case, Picture &picture);

}  // namespace dislodge::engine
