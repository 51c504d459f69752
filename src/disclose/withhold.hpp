#pragma once
// Which stretches of a message's text must not go to one party, because they are about another; the rest may.
// A paragraph goes as a whole: what a secret belongs to stands around it. A quoted message goes as a whole,
// with what it quotes in turn, where its head (who wrote to whom) names others: it is their correspondence.
// What is taken out is replaced by a line that says so and why; the text itself is cut, nothing is painted
// over.
//
//   const auto stretches = stretches_to_withhold({text, quoted, sides, secrets});
//   given = without(text, stretches, cuts);

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "disclose/others_named.hpp"
#include "evidence/record.hpp"

namespace dislodge::disclose {

// Reasons, as the manifest says them.
inline constexpr std::string_view kOthersNamedHere = "others are named here";
inline constexpr std::string_view kMailOfOthers = "mail of others is quoted here";
inline constexpr std::string_view kSecretOfOthers = "a secret of somebody else stands here";
inline constexpr std::string_view kSecretOfNobodyKnown =
    "a secret stands here of which nobody knows whose it is";

struct Stretch {
  std::size_t begin = 0, end = 0;  // of the text
  std::string why;
};

struct WithholdInput {
  std::string_view text;
  const std::vector<evidence::QuotedSpan> &quoted;  // in `text`
  const Sides &sides;
  const std::vector<Stretch> &secrets;  // that must not be given, each with its reason; in any order
  // The text of a page: a line a block, and no blank lines between them. A line is a paragraph then, and with
  // a secret go kLinesAround lines on either side.
  bool of_page = false;
};
inline constexpr std::size_t kLinesAround = 3;
// Whole lines, in rising order, apart from each other.
std::vector<Stretch> stretches_to_withhold(const WithholdInput &input);

// What was taken out of a text.
struct CutOut {
  std::string why;
  std::string text;  // as it stood there
  std::size_t lines = 0;
};
// The text with a line in the place of each stretch. Appends to `cuts`, in the same order.
std::string without(std::string_view text, const std::vector<Stretch> &stretches, std::vector<CutOut> &cuts);

// Whether anything but blanks, marks of quotes and lines that stand for what was withheld is left.
bool says_anything(std::string_view given);

}  // namespace dislodge::disclose
