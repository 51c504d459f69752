#pragma once
// Linked cases: whether another case, of ours or of somebody else, has the same secrets, accounts, addresses
// or applications of the intruder. Both sides hash what they have under one pair key (32 random bytes,
// exchanged out of band, used once) and compare hashes: what is not in both is not disclosed, but to whoever
// holds the key and guesses: short things (addresses, weak passwords) can be guessed with it. Related
// occurrences are shown together, since regulators count them together (17 CFR 229.106(a)).
//
//   dislodge link CASE --export FILE --pair-key KEY        at the one
//   dislodge link CASE FILE --pair-key KEY                 at the other

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "casefile/case.hpp"
#include "engine/picture.hpp"

namespace dislodge::engine {

// What two cases have in common.
struct LinkMatch {
  std::string what;  // secret, account, address, application
  std::string ours;  // id of the secret or principal, or the address itself
};
struct Link {
  std::string from;   // the other organisation
  std::string label;  // of the other case
  std::vector<LinkMatch> matches;
};

// The set of this case as JSON lines. `label` names the case to the other side.
base::Result<std::string> export_links(casefile::Case &the_case, const Picture &picture,
                                       std::string_view pair_key, std::string_view label);
// Compares such a set with this case, keeps what is in both, and journals it. An error names the line that is
// no set's.
base::Result<Link> import_links(casefile::Case &the_case, const Picture &picture, std::string_view pair_key,
                                std::string_view text);
base::Result<std::vector<Link>> links_of(casefile::Case &the_case);

// Links become detections, so that related occurrences stand beside the others wherever these are shown.
base::Result<void> apply_links(casefile::Case &the_case, Picture &picture);

}  // namespace dislodge::engine
