// One look at each byte must say what a search for each word says.
#include "secret/word_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

// Words that begin, end and hold each other, and one that is not ASCII.
constexpr std::array kWords = {"pass"sv, "password"sv, "swo"sv,       "or"sv, "d"sv,
                               "ss"sv,   "word of"sv,  "\xC3\xB1o"sv, "()"sv};

std::string made(std::mt19937 &random) {
  std::string text;
  const std::size_t wanted = random() % 300;
  while (text.size() < wanted) {
    std::string piece(kWords[random() % kWords.size()]);
    if (random() % 3 == 0) piece.resize(random() % (piece.size() + 1));
    for (char &c : piece)
      if (random() % 4 == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    text += piece;
    if (random() % 3 == 0) text += " ofrs\xC3"[random() % 6];
  }
  return text;
}

TEST(WordSet, SaysWhatSearchesSay) {
  std::mt19937 random(1);
  const WordSet ignoring(kWords);
  const WordSet keeping(kWords, WordSet::Case::kept);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = made(random);
    const std::string small = base::lower(text);
    for (const bool kept : {false, true}) {
      const WordSet &set = kept ? keeping : ignoring;
      const std::string &searched = kept ? text : small;
      std::vector<std::pair<std::size_t, std::size_t>> slow;  // end, word
      for (std::size_t word = 0; word < kWords.size(); ++word)
        for (std::size_t at = searched.find(kWords[word]); at != std::string::npos;
             at = searched.find(kWords[word], at + 1))
          slow.emplace_back(at + kWords[word].size(), word);
      std::sort(slow.begin(), slow.end());
      std::vector<std::pair<std::size_t, std::size_t>> quick;
      set.each(text, [&](std::size_t word, std::size_t end) { quick.emplace_back(end, word); });
      ASSERT_EQ(quick, slow) << text;
      ASSERT_EQ(set.any(text), !slow.empty()) << text;
      WordSet::Words stands;
      for (const auto &[end, word] : slow) stands.set(word);
      ASSERT_EQ(set.find(text), stands) << text;
    }
  }
}

TEST(WordSet, RefusesWhatItCannotTell) {
  EXPECT_THROW(WordSet(std::array{""sv}), std::logic_error);
  std::vector<std::string_view> many(WordSet::kWordsMax + 1, "word");
  EXPECT_THROW((WordSet(many)), std::logic_error);
}

}  // namespace
}  // namespace dislodge::secret
