#include "secret/near_words.hpp"

#include <algorithm>

#include "secret/gram_filter.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kGram = 3;  // bytes

// 0..1023
std::uint16_t hash_of(unsigned char a, unsigned char b, unsigned char c) {
  const std::uint32_t gram = static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 8 |
                             static_cast<std::uint32_t>(c) << 16;
  return static_cast<std::uint16_t>(gram * 2654435761u >> 22);
}

// Values with the highest bit share the places of those without it, which only makes a "yes" of more.
void mark(std::array<std::uint64_t, 2> &bytes, unsigned char folded) {
  bytes[folded / 64 % 2] |= 1ull << (folded % 64);
}

unsigned char folded_at(std::string_view text, std::size_t at) {
  return fold_byte(static_cast<unsigned char>(text[at]));
}

}  // namespace

void NearWords::add(std::span<const std::string_view> group) {
  std::vector<Word> words;
  for (const std::string_view text : group) {
    Word &word = words.emplace_back();
    for (std::size_t i = 0; i < text.size(); ++i) mark(word.bytes, folded_at(text, i));
    for (std::size_t i = 0; i + kGram <= text.size() && word.count < word.grams.size(); ++i)
      word.grams[word.count++] = hash_of(folded_at(text, i), folded_at(text, i + 1), folded_at(text, i + 2));
  }
  groups_.push_back(std::move(words));
}

void NearBlocks::begin(std::string_view text) {
  text_ = text;
  for (Block &one : kept_) one.number = SIZE_MAX;
}

const NearBlocks::Block &NearBlocks::block(std::size_t number) {
  Block &one = kept_[number % kKept];
  if (one.number == number) return one;
  one = Block();
  one.number = number;
  const std::size_t begin = number * kBlock;
  const std::size_t end = std::min(text_.size(), begin + kBlock);
  // A row of three belongs to the block in which it begins.
  const std::size_t last = text_.size() >= kGram ? std::min(end, text_.size() - kGram + 1) : begin;
  std::size_t at = begin;
  for (; at < last; ++at) {
    const unsigned char a = folded_at(text_, at);
    mark(one.bytes, a);
    const std::uint16_t hash = hash_of(a, folded_at(text_, at + 1), folded_at(text_, at + 2));
    one.grams[hash / 64] |= 1ull << (hash % 64);
  }
  for (; at < end; ++at) mark(one.bytes, folded_at(text_, at));
  return one;
}

bool NearBlocks::may_hold(const NearWords &needs, std::size_t begin, std::size_t end) {
  const std::size_t first = begin / kBlock;
  const std::size_t count = (end + kBlock - 1) / kBlock - first;
  if (begin >= end || count > kWidest) return true;
  std::array<const Block *, kWidest> blocks{};
  std::array<std::uint64_t, 2> bytes{};
  for (std::size_t i = 0; i < count; ++i) {
    blocks[i] = &block(first + i);
    bytes[0] |= blocks[i]->bytes[0];
    bytes[1] |= blocks[i]->bytes[1];
  }
  const auto stands = [&](std::uint16_t hash) {
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < count; ++i) found |= blocks[i]->grams[hash / 64] >> (hash % 64);
    return (found & 1) != 0;
  };
  const auto may_stand = [&](const NearWords::Word &word) {
    return (word.bytes[0] & ~bytes[0]) == 0 && (word.bytes[1] & ~bytes[1]) == 0 &&
           std::all_of(word.grams.begin(), word.grams.begin() + word.count, stands);
  };
  return std::all_of(needs.groups_.begin(), needs.groups_.end(),
                     [&](const auto &group) { return std::any_of(group.begin(), group.end(), may_stand); });
}

}  // namespace dislodge::secret
