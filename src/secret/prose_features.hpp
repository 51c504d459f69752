#pragma once
// What the prose model sees of a candidate. Each feature is a number of about 0..1; their order is part of
// the model.

#include <array>
#include <cstddef>
#include <string_view>

#include "secret/prose.hpp"

namespace dislodge::secret {

enum class Feature : std::size_t {
  // the tie
  link_separator,
  link_verb,
  link_adjacent,
  link_next_line,
  link_pair,
  link_column,
  link_option,
  quoted,
  trigger_pass,
  trigger_credentials,
  trigger_sign_in,
  trigger_pin,
  // the value
  length_short,  // under 6
  length_tiny,   // under 4
  length_long,   // over 40
  has_digit,
  has_upper,
  has_symbol,
  letters_and_digits,
  random_letters,  // no digits, eight letters and more that make no words
  inner_upper,
  digits_only,
  pin_digits,     // 4 to 8 digits after "PIN"
  lower_word,     // lower-case letters only
  capital_word,   // "Required"
  upper_word,     // "NOT"
  wordlike,       // 0..1: how much its letters read like English
  function_word,  // "the", "sent", "required": what follows "password is" when no password does
  participle,     // -ed, -ing, -able ...
  placeholder,
  code,        // a call, a path of identifiers, a variable
  structured,  // date, time, number with unit, address, URL, path: something else
  phrase,
  masked,  // ****
  non_ascii,
  ends_sentence_word,  // a plain word followed by more words of a sentence
  // the surroundings
  user_near,
  host_near,
  policy_words,
  negation,
  question,
  reset_words,
  code_line,
  code_block,
  sentence_after,
  bad_example,  // "weak passwords such as X"
  count
};

inline constexpr std::size_t kFeatureCount = static_cast<std::size_t>(Feature::count);
using Features = std::array<double, kFeatureCount>;

// The features that the tie and the value alone decide; those of the surroundings are 0.
Features value_features(std::string_view text, const ProseCandidate &candidate);
// Adds those of the surroundings, which cost more.
void add_surroundings(std::string_view text, const ProseCandidate &candidate, Features &features);

// How much a run of letters reads like English, 0..1, by pairs of letters.
double wordlikeness(std::string_view value);

// Letters without digits that read like no language, as generated passwords have them: "gmwlcgKbPHW".
bool is_random_letters(std::string_view value);

// Words after "the password is" that are no password. Lower case.
bool is_function_word(std::string_view lower_word);

}  // namespace dislodge::secret
