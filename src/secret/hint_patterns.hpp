#pragma once
// The patterns by which hints are found around a secret. Each is preceded by words one of which must occur in
// the lower-cased neighbourhood: most patterns are then never run.

#include <re2/re2.h>

#include <array>
#include <span>
#include <string_view>

#include "secret/sighting.hpp"

namespace dislodge::secret {

struct HintPattern {
  HintKind kind;
  std::array<std::string_view, 9> needs;  // any of these; empty ones do not count
  const RE2 *regex;                       // group 1 is the hint
};

std::span<const HintPattern> hint_patterns();

// Bytes, without case; compiled for the life of the program.
const RE2 *hint_regex(const char *text);

}  // namespace dislodge::secret
