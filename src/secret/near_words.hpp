#pragma once
// Whether the words that a rule's matches hold (secret/required_words.hpp) may stand near an anchor, answered
// from a summary of the text: for each block of it, which bytes and which hashes of three bytes stand there.
// Many rules ask around the same place, so that a block is read once and asked a hundred times. "No" is
// certain, "yes" is not.
//
//   NearBlocks blocks;  blocks.begin(text);                      one a text
//   if (!blocks.may_hold(needs_of_rule, begin, end)) ...         nothing of the rule within [begin, end)

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace dislodge::secret {

// What one rule asks for: one word of each group.
class NearWords {
 public:
  void add(std::span<const std::string_view> group);
  bool empty() const { return groups_.empty(); }

 private:
  friend class NearBlocks;
  struct Word {
    std::array<std::uint64_t, 2> bytes{};   // of which it is made, folded
    std::array<std::uint16_t, 10> grams{};  // hashes of three in a row
    std::uint8_t count = 0;                 // of grams
  };
  std::vector<std::vector<Word>> groups_;
};

class NearBlocks {
 public:
  void begin(std::string_view text);
  bool may_hold(const NearWords &needs, std::size_t begin, std::size_t end);

  static constexpr std::size_t kBlock = 256;  // bytes
  static constexpr std::size_t kWidest = 16;  // blocks; of wider stretches nothing is known

 private:
  static constexpr std::size_t kKept = 64;  // blocks
  static constexpr std::size_t kWords = 16;
  struct Block {
    std::size_t number = SIZE_MAX;
    std::array<std::uint64_t, 2> bytes{};
    std::array<std::uint64_t, kWords> grams{};  // a bit for each hash
  };
  const Block &block(std::size_t number);

  std::string_view text_;
  std::vector<Block> kept_ = std::vector<Block>(kKept);
};

}  // namespace dislodge::secret
