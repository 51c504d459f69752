#pragma once
// A pattern as a tree: what anchors (secret/anchor.hpp) are chosen from. It reads the syntax that rules are
// written in, bytes for characters as RE2 in Latin-1; a pattern with anything else has no tree, which costs
// the rule its fast way and nothing more. A tree may say more than its pattern (assertions match nothing and
// hold always), never less.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dislodge::secret {

// A set of byte values.
class ByteSet {
 public:
  void add(unsigned char byte) { words_[byte / 64] |= 1ull << (byte % 64); }
  void add(unsigned char first, unsigned char last) {
    for (unsigned c = first; c <= last; ++c) add(static_cast<unsigned char>(c));
  }
  void add(const ByteSet &other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void invert() {
    for (std::uint64_t &word : words_) word = ~word;
  }
  bool has(unsigned char byte) const { return (words_[byte / 64] >> (byte % 64) & 1) != 0; }
  std::size_t count() const;
  static ByteSet all() {
    ByteSet set;
    set.invert();
    return set;
  }
  const std::array<std::uint64_t, 4> &words() const { return words_; }
  static ByteSet of(const std::array<std::uint64_t, 4> &words) {
    ByteSet set;
    set.words_ = words;
    return set;
  }
  friend auto operator<=>(const ByteSet &, const ByteSet &) = default;

 private:
  std::array<std::uint64_t, 4> words_{};
};

struct PatternNode {
  enum class Kind : std::uint8_t {
    set,        // one byte out of a set
    concat,     // the children one after the other
    either,     // one of the children
    repeat,     // the child, least to most times
    begin,      // "^": the start of the text
    assertion,  // "\b", "$" and their like: takes no byte
  };
  static constexpr std::size_t kNoEnd = SIZE_MAX;

  Kind kind = Kind::concat;
  ByteSet set;
  std::vector<PatternNode> children;
  std::size_t least = 0;
  std::size_t most = 0;  // kNoEnd: without bound
};

// Nothing where the pattern is beyond the syntax that is known here.
std::optional<PatternNode> parse_pattern(std::string_view pattern, bool ignore_case);

// Bytes that a match can span, at most `limit`.
std::size_t widest(const PatternNode &node, std::size_t limit);

}  // namespace dislodge::secret
