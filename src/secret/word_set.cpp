#include "secret/word_set.hpp"

#include <bit>
#include <stdexcept>

namespace dislodge::secret {
namespace {

unsigned char folded(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c;
}

struct Node {
  std::vector<std::uint32_t> next;  // by class; 0: none
  std::uint32_t shorter = 0;        // the longest proper ending of this node's text that is a node too
  WordSet::Words words;
};

}  // namespace

WordSet::WordSet(std::span<const std::string_view> words, Case letters) {
  if (words.size() > kWordsMax) throw std::logic_error("too many words for one set");
  std::size_t classes = 1;
  for (const std::string_view word : words) {
    if (word.empty()) throw std::logic_error("an empty word stands everywhere");
    for (const char c : word) {
      auto &known = classes_[static_cast<unsigned char>(c)];
      if (known == 0) known = static_cast<std::uint8_t>(classes++);
    }
  }
  if (letters == Case::ignored)
    for (std::size_t c = 'A'; c <= 'Z'; ++c) classes_[c] = classes_[folded(static_cast<unsigned char>(c))];
  shift_ = static_cast<std::size_t>(std::bit_width(classes - 1));

  std::vector<Node> nodes(1, Node{std::vector<std::uint32_t>(classes), 0, {}});
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint32_t at = 0;
    for (const char c : words[i]) {
      const std::size_t by = classes_[static_cast<unsigned char>(c)];
      if (nodes[at].next[by] == 0) {
        nodes[at].next[by] = static_cast<std::uint32_t>(nodes.size());
        nodes.push_back(Node{std::vector<std::uint32_t>(classes), 0, {}});
      }
      at = nodes[at].next[by];
    }
    nodes[at].words.set(i);
  }
  if (nodes.size() > UINT16_MAX) throw std::logic_error("too many letters for one set of words");
  // By length, so that shorter endings are complete when they are needed.
  std::vector<std::uint32_t> order = {0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t at = order[i];
    for (std::size_t by = 0; by < classes; ++by) {
      const std::uint32_t longer = nodes[at].next[by];
      const std::uint32_t other = at == 0 ? 0 : nodes[nodes[at].shorter].next[by];
      if (longer == 0) {
        nodes[at].next[by] = other;
        continue;
      }
      nodes[longer].shorter = other;
      nodes[longer].words |= nodes[other].words;
      order.push_back(longer);
    }
  }
  std::vector<std::uint16_t> numbers(nodes.size());
  std::size_t number = 0;
  for (const bool ending : {false, true}) {
    if (ending) first_ending_ = number;
    for (const std::uint32_t at : order)
      if (nodes[at].words.any() == ending) numbers[at] = static_cast<std::uint16_t>(number++);
  }
  next_.resize(nodes.size() << shift_);
  words_.resize(nodes.size() - first_ending_);
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    for (std::size_t by = 0; by < classes; ++by)
      next_[static_cast<std::size_t>(numbers[at]) << shift_ | by] = numbers[nodes[at].next[by]];
    if (numbers[at] >= first_ending_) words_[numbers[at] - first_ending_] = nodes[at].words;
  }
}

}  // namespace dislodge::secret
