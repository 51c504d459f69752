#pragma once
// Values that do not stand right behind their name: the member "value" of a list of settings, the content of
// the element that names it, the same column of a row, what a test expects.

#include <cstddef>
#include <string_view>

#include "secret/assignment.hpp"

namespace dislodge::secret {

inline constexpr std::size_t kPlainMax = 512;  // bytes of a value without quotes

// `at` is behind the name, its quotes and blanks. True where a value of one of these kinds follows: then `at`
// is where it begins and the tie is set. Else nothing is changed.
bool read_elsewhere(std::string_view text, std::size_t &at, AssignmentCandidate &out);

}  // namespace dislodge::secret
