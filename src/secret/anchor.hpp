#pragma once
// Anchors: for a pattern, short sequences of byte sets of which every match holds one. Looking for them all
// at once (secret/gram_filter.hpp) says in which places a rule may match at all; in most texts these are few,
// and the rule's own automaton is run only there. "\b(AC[0-9a-f]{32})\b" has one anchor, A, C and 14
// hexadecimal digits; "(?i:dropbox|\bdbx)..." has two.
//
// Of the sequences that would do, the ones are taken that ordinary text holds least often. How often is an
// estimate (letters that follow each other in source and prose): a bad one costs time, never a match.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secret/pattern_tree.hpp"
#include "secret/text_masks.hpp"

namespace dislodge::secret {

struct Anchor {
  std::vector<ByteSet> bytes;  // at most kAnchorMax, unless the anchors are the pattern
  std::size_t gram = 0;        // where its four rarest bytes begin; with fewer than four bytes, 0
  // A match of the rule begins at most `back` bytes before the anchor and ends at most `ahead` behind it.
  std::size_t back = 0;
  std::size_t ahead = 0;
  bool at_begin = false;  // only at the start of the text
  bool pair = false;  // it has no gram rare enough; `gram` is where two characters begin that are looked for
  // What must stand on either side of it (secret/gate.hpp); "": anything.
  std::string head;
  std::string tail;
};

// A run of bytes of one set that every match holds, as the value of "key = [0-9a-f]{32}" is one: beside a
// word that stands everywhere it tells whether there is anything to look for.
struct ValueRun {
  ByteSet set;
  std::size_t least = 0;  // bytes; 0: no run is known
  bool within(std::string_view text) const;
};

struct Anchors {
  std::vector<Anchor> list;  // empty: every match holds kLongRun bytes of base64's letters in a row (`run`)
  ValueRun run;
  double frequency = 0;  // of them all, a byte of ordinary text
  // The anchors are the pattern: each matches where it ends, and there is nothing else to ask.
  bool exact = false;
};

inline constexpr std::size_t kLongRun = 40;
inline constexpr CharacterTable kRunLetters =
    character_table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");
inline constexpr std::size_t kAnchorMax = 24;  // bytes of one
inline constexpr std::size_t kGramBytes = 4;

// Nothing where no anchor is rare enough to be of use: the rule is then looked for everywhere.
std::optional<Anchors> choose_anchors(const PatternNode &tree, std::size_t width_max);

}  // namespace dislodge::secret
