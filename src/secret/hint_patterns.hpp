#pragma once
// The patterns by which hints are found around a secret. A match of most of them begins at one of a few
// words, so that the pattern is tried there only: hint_words() finds these words, hint_patterns() says what
// may begin at each.

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "secret/sighting.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {

// Where matches of a pattern may begin.
enum class HintStart : std::uint8_t {
  word,          // at a word of `starts`
  whole_word,    // likewise, with no letter, digit or "_" before it
  part_of_name,  // likewise, or with "_" before it, which is then part of the match
  before_blank,  // whole_word, and a blank follows; the next word must hold one of "-_\\@."
  scheme,        // at the scheme in front of "://"
  address,       // at the name in front of "@"
  digits,        // at the first of four numbers with dots between
};

// What must stand somewhere around for a match to be possible at all.
enum class HintNeed : std::uint8_t { nothing, guid, long_number };

struct HintPattern {
  HintKind kind = HintKind::user;
  WordSet::Words needs;  // one of these must stand around; none: no matter
  WordSet::Words starts;
  HintStart start = HintStart::word;
  HintNeed need = HintNeed::nothing;
  const RE2 *regex = nullptr;  // group 1 is the hint
};

// In the order in which hints of equal distance are told.
std::span<const HintPattern> hint_patterns();

struct HintWord {
  std::uint32_t word = 0;
  std::size_t begin = 0;  // in the text
};

// The words of the patterns around the secrets of one text, each byte looked at once as long as the questions
// go forward.
class HintWords {
 public:
  explicit HintWords(std::string_view text) : text_(text) {}
  // Those that lie within [begin, end), in order of their ends.
  std::span<const HintWord> within(std::size_t begin, std::size_t end);

 private:
  std::string_view text_;
  std::vector<HintWord> words_;  // of [from_, to_)
  std::size_t from_ = 0;
  std::size_t to_ = 0;
};
std::size_t hint_word_size(std::uint32_t word);

// Bytes, without case; compiled for the life of the program.
const RE2 *hint_regex(const char *text);

}  // namespace dislodge::secret
