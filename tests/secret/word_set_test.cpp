// One look at each byte must say what a search for each word says.
#include "secret/word_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "base/encode.hpp"
#include "secret/near_words.hpp"
#include "secret/required_words.hpp"
#include "tests_support.hpp"

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

TEST(NearBlocks, NeverSaysNoOfWhatStands) {
  std::mt19937 random(2);
  NearBlocks blocks;
  std::size_t refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 9000) text += made(random) + "\n";
    blocks.begin(text);
    for (int place = 0; place < 50; ++place) {
      const std::size_t begin = random() % text.size();
      const std::size_t end = std::min(text.size(), begin + 1 + random() % 900);
      const std::size_t word_begin = begin + random() % (end - begin);
      const std::string word =
          base::lower(text.substr(word_begin, std::min<std::size_t>(1 + random() % 14, end - word_begin)));
      NearWords needs;
      needs.add(std::array{"quicksilver"sv, std::string_view(word)});
      ASSERT_TRUE(blocks.may_hold(needs, begin, end)) << word;
      NearWords absent;
      absent.add(std::array{"quicksilver"sv});
      refused += blocks.may_hold(absent, begin, end) ? 0 : 1;
    }
  }
  EXPECT_EQ(refused, 15000u);
}

TEST(RequiredWords, StandInEveryExampleOfEveryRule) {
  std::size_t asked = 0;
  for (const Rule &rule : test::rules().rules) {
    const auto tree = parse_pattern(rule.pattern, false);
    const auto anchors = tree ? choose_anchors(*tree, 64 << 10) : std::nullopt;
    if (!anchors) continue;
    for (const RequiredWords &words : required_words(*tree, *anchors)) {
      ++asked;
      ASSERT_FALSE(words.empty()) << rule.id;
      for (const std::string &example : rule.positive) {
        const std::string small = base::lower(example);
        EXPECT_TRUE(std::any_of(words.begin(), words.end(), [&](const std::string &word) {
          return small.find(word) != std::string::npos;
        })) << rule.id;
      }
    }
  }
  EXPECT_GT(asked, 300u);
}

TEST(RequiredWords, OfAPattern) {
  const auto tree =
      parse_pattern(R"(\bdefine\(["'][a-z_]{0,40}(?i:password|pwd)["'],\s{0,8}(?:["'](x+)|=>))", false);
  ASSERT_TRUE(tree);
  const auto words = required_words(*tree, Anchors());
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0], (RequiredWords{"define(\"", "define('"}));
  EXPECT_EQ(words[1], (RequiredWords{"password\",", "password',", "pwd\",", "pwd',"}));
}

}  // namespace
}  // namespace dislodge::secret
