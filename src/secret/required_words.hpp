#pragma once
// Words that every match of a pattern holds, besides its anchors (secret/anchor.hpp): of
// "define\(['\"][a-z_]{0,40}(?:password|pwd)['\"]," that is "define(", "password" or "pwd", and a quote with
// a comma behind. Where an anchor stands in a stretch of text and one of these words does not, no automaton
// need look at it.

#include <string>
#include <vector>

#include "secret/anchor.hpp"
#include "secret/pattern_tree.hpp"

namespace dislodge::secret {

// One of these stands in every match, with ASCII letters of either case taken as one.
using RequiredWords = std::vector<std::string>;

inline constexpr std::size_t kRequirementsMax = 3;

// The most telling requirements, none that the anchors fulfil already.
std::vector<RequiredWords> required_words(const PatternNode &tree, const Anchors &anchors);

}  // namespace dislodge::secret
