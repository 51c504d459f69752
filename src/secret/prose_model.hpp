#pragma once
// The weights of the prose model: a logistic regression over prose_features.hpp.

#include "secret/prose_features.hpp"

namespace dislodge::secret {

// 0..1 that the candidate is a password.
double prose_confidence(const Features &features);
// The most that surroundings could make of it, given the features of tie and value.
double prose_confidence_at_most(const Features &features);

}  // namespace dislodge::secret
