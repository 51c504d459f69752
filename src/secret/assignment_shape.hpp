#pragma once
// Measures of a value's characters, for the assignment model.

#include <optional>
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

// How much of a value is words (word_coverage), asked for by several and counted once.
class WordShare {
 public:
  explicit WordShare(std::string_view value) : value_(value) {}
  double operator()();

 private:
  std::string_view value_;
  std::optional<double> share_;
};
ValueShape shape_of(std::string_view value, WordShare &words);

// Whether a value of this shape has been asked whether it looks like a placeholder, and does not.
bool shape_is_no_placeholder(ValueShape shape);

}  // namespace dislodge::secret
