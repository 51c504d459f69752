#pragma once
// Measures of a value's characters, for the assignment model.

#include <string_view>

#include "secret/assignment_features.hpp"

namespace dislodge::secret {

struct ValueMeasures {
  double digit_share = 0;
  double switches = 0;    // changes between lower case, upper case, digit and other, a byte
  double distinct = 0;    // different bytes by length, of at most 32 bytes
  double random_run = 0;  // longest run of letters and digits that has both, by 40
};

ValueMeasures measure(std::string_view value);

}  // namespace dislodge::secret
