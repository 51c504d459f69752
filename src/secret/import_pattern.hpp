#pragma once
// Patterns of other tools, rewritten so that RE2 and Hyperscan both read them as the tool itself does. What
// has no equal (look-around, references back, sets of sets) is refused with the reason, never approximated.
//
//   DISLODGE_TRY_ASSIGN(const std::string ours, translate_pattern(theirs, Dialect::rust));

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dislodge::secret {

enum class Dialect : unsigned char {
  go,    // Go's regexp and go-re2: gitleaks, Betterleaks
  rust,  // Rust's regex over bytes, and Vectorscan: Nosey Parker, Kingfisher, Titus. "(?x)", "(?# )",
         // "(?<name>"
};

base::Result<std::string> translate_pattern(std::string_view pattern, Dialect dialect);

struct PatternGroups {
  int count = 0;
  int named_token = 0;  // number of the group called token, in either case; 0: none
  int first_named = 0;
};
// The capture groups of a translated pattern.
PatternGroups groups_of(std::string_view pattern);

}  // namespace dislodge::secret
