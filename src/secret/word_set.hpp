#pragma once
// WordSet: which of some words stand in a text, all asked in one look at each byte (Aho and Corasick's
// automaton). It takes the place of a search for each word; with ASCII letters of either case taken as one,
// the text need not be copied in lower case first.
//
//   static const WordSet kSet(kUserWords);             lower case; at most kWordsMax, none empty
//   kSet.find(line).any();  kSet.find(line)[3];        whether one stands there, or the fourth
//   kSet.each(text, [](std::size_t word, std::size_t end) { ... });     every place, in order of their ends
//
// Immutable; may be shared between threads.

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace dislodge::secret {

class WordSet {
 public:
  static constexpr std::size_t kWordsMax = 128;
  using Words = std::bitset<kWordsMax>;
  enum class Case : std::uint8_t { ignored, kept };

  explicit WordSet(std::span<const std::string_view> words, Case letters = Case::ignored);

  Words find(std::string_view text) const {
    Words found;
    walk(text, [&](std::size_t state, std::size_t) {
      found |= words_[state - first_ending_];
      return false;
    });
    return found;
  }
  bool any(std::string_view text) const {
    return walk(text, [](std::size_t, std::size_t) { return true; });
  }
  template <typename Place>
  void each(std::string_view text, Place &&place) const {
    walk(text, [&](std::size_t state, std::size_t end) {
      const Words &words = words_[state - first_ending_];
      for (std::size_t word = words._Find_first(); word < kWordsMax; word = words._Find_next(word))
        place(word, end);
      return false;
    });
  }

 private:
  // Ends, true, when `ending` gives true for a state in which words end.
  template <typename Ending>
  bool walk(std::string_view text, Ending &&ending) const {
    const std::uint16_t *const next = next_.data();
    std::size_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      state = next[state << shift_ | classes_[static_cast<unsigned char>(text[i])]];
      if (state >= first_ending_ && ending(state, i + 1)) return true;
    }
    return false;
  }

  std::array<std::uint8_t, 256> classes_{};  // of bytes; 0: those of no word
  std::size_t shift_ = 0;                    // classes, as a power of two
  std::vector<std::uint16_t> next_;          // by state and class
  std::size_t first_ending_ = 0;             // states from here on are ends of words
  std::vector<Words> words_;                 // that end in a state, from first_ending_ on
};

}  // namespace dislodge::secret
