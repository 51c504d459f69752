#include "secret/prose_model.hpp"

#include <cmath>
#include <initializer_list>
#include <utility>

namespace dislodge::secret {
namespace {

constexpr double kBias = -1.6;

// Set by hand on the positives and negatives of tests/secret/prose_test.cpp and on mail and documentation.
constexpr Features make_weights() {
  Features w{};
  const std::initializer_list<std::pair<Feature, double>> given = {
      {Feature::link_separator, 1.6},
      {Feature::link_verb, 0.7},
      {Feature::link_adjacent, -0.5},
      {Feature::link_next_line, 0.9},
      {Feature::link_pair, 0.8},
      {Feature::link_column, 1.5},
      {Feature::link_option, 2.2},
      {Feature::quoted, 0.9},
      {Feature::trigger_pass, -0.7},
      {Feature::trigger_credentials, -0.2},
      {Feature::trigger_sign_in, -0.6},
      {Feature::trigger_pin, -0.6},
      {Feature::length_short, -0.6},
      {Feature::length_tiny, -1.6},
      {Feature::length_long, -1.0},
      {Feature::has_digit, 0.6},
      {Feature::has_upper, 0.4},
      {Feature::has_symbol, 0.9},
      {Feature::letters_and_digits, 1.2},
      {Feature::random_letters, 1.5},
      {Feature::inner_upper, 0.5},
      {Feature::digits_only, -1.4},
      {Feature::pin_digits, 1.9},
      {Feature::lower_word, -0.6},
      {Feature::capital_word, -1.3},
      {Feature::upper_word, -1.2},
      {Feature::wordlike, -0.6},
      {Feature::function_word, -5.0},
      {Feature::participle, -2.2},
      {Feature::placeholder, -6.0},
      {Feature::code, -4.5},
      {Feature::structured, -4.2},
      {Feature::masked, -6.0},
      {Feature::phrase, -3.0},
      {Feature::non_ascii, -0.8},
      {Feature::ends_sentence_word, -1.5},
      {Feature::user_near, 0.8},
      {Feature::host_near, 0.3},
      {Feature::policy_words, -2.4},
      {Feature::negation, -1.0},
      {Feature::question, -0.8},
      {Feature::reset_words, -0.3},
      {Feature::code_line, -1.0},
      {Feature::code_block, -0.3},
      {Feature::sentence_after, -0.2},
      {Feature::bad_example, -4.0},
  };
  for (const auto &[feature, weight] : given) w[static_cast<std::size_t>(feature)] = weight;
  return w;
}

constexpr Features kWeights = make_weights();

constexpr double surroundings_at_most() {
  double sum = 0;
  for (auto i = static_cast<std::size_t>(Feature::user_near); i < kFeatureCount; ++i)
    sum += kWeights[i] > 0 ? kWeights[i] : 0;
  return sum;
}

// Words alone never make certainty.
double squashed(double sum) {
  return 0.97 / (1.0 + std::exp(-sum));
}

double weighted(const Features &features) {
  double sum = kBias;
  for (std::size_t i = 0; i < kFeatureCount; ++i) sum += kWeights[i] * features[i];
  return sum;
}

}  // namespace

double prose_confidence(const Features &features) {
  return squashed(weighted(features));
}

double prose_confidence_at_most(const Features &features) {
  return squashed(weighted(features) + surroundings_at_most());
}

}  // namespace dislodge::secret
