// The matcher must find exactly what RE2 alone finds, rule by rule: on all examples, and on texts that are
// made of pieces of them, cut, joined and disturbed.
#include "secret/matcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <tuple>

#include "base/files.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

using Row = std::tuple<std::uint32_t, std::size_t, std::size_t, std::size_t, std::size_t>;

const RE2 &regex(std::uint32_t rule) {
  static std::vector<std::unique_ptr<RE2>> kAll(test::rules().rules.size());
  if (!kAll[rule]) {
    RE2::Options options(RE2::Latin1);
    options.set_max_mem(64 << 20);
    kAll[rule] = std::make_unique<RE2>(test::rules().rules[rule].pattern, options);
  }
  return *kAll[rule];
}

// Every match of one rule from left to right, as FindAndConsume gives them.
void plainly(std::string_view text, std::uint32_t rule, std::vector<Row> &rows) {
  const auto group = static_cast<std::size_t>(test::rules().rules[rule].group);
  std::vector<re2::StringPiece> groups(group + 1);
  const re2::StringPiece whole(text.data(), text.size());
  std::size_t at = 0;
  while (at <= text.size() && regex(rule).Match(whole, at, text.size(), RE2::UNANCHORED, groups.data(),
                                                static_cast<int>(groups.size()))) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const std::size_t end = begin + groups[0].size();
    at = std::max(end, at + 1);
    if (groups[group].data() == nullptr || groups[group].empty()) continue;
    const auto secret = static_cast<std::size_t>(groups[group].data() - text.data());
    rows.emplace_back(rule, begin, end, secret, secret + groups[group].size());
  }
}

std::vector<Row> quickly(std::string_view text) {
  static Matcher::Scratch scratch = *test::matcher().scratch();
  Matches found;
  test::matcher().find(text, scratch, found);
  std::vector<Row> rows;
  for (const RuleMatch &m : found.rules)
    rows.emplace_back(m.rule, m.begin, m.end, m.secret_begin, m.secret_end);
  return rows;
}

void expect_equal(std::string_view text, const std::vector<std::uint32_t> &rules) {
  std::vector<Row> slow;
  for (const std::uint32_t rule : rules) plainly(text, rule, slow);
  std::sort(slow.begin(), slow.end());
  std::vector<Row> fast = quickly(text);
  std::sort(fast.begin(), fast.end());
  // Where only some rules were asked of RE2, only those are compared.
  std::erase_if(fast, [&](const Row &row) {
    return !std::binary_search(rules.begin(), rules.end(), std::get<0>(row));
  });
  ASSERT_EQ(fast.size(), slow.size()) << "in " << text.size() << " bytes: " << text.substr(0, 200);
  for (std::size_t i = 0; i < fast.size(); ++i)
    ASSERT_EQ(fast[i], slow[i]) << "rule " << test::rules().rules[std::get<0>(slow[i])].id;
}

std::vector<std::uint32_t> all_rules() {
  std::vector<std::uint32_t> rules;
  for (std::uint32_t i = 0; i < test::rules().rules.size(); ++i) rules.push_back(i);
  return rules;
}

TEST(Matcher, EqualsRe2OnEveryExampleAlone) {
  for (std::uint32_t i = 0; i < test::rules().rules.size(); ++i) {
    const Rule &rule = test::rules().rules[i];
    for (const auto *list : {&rule.positive, &rule.negative})
      for (const std::string &text : *list) expect_equal(text, {i});
  }
}

TEST(Matcher, EqualsRe2OnAllExamplesInOneText) {
  std::string text;
  for (const Rule &rule : test::rules().rules) {
    for (const std::string &one : rule.positive) text += one + "\n";
    for (const std::string &one : rule.negative) text += one + "\n";
  }
  expect_equal(text, all_rules());
}

TEST(Matcher, EqualsRe2OnDisturbedText) {
  std::vector<std::string> pieces;
  for (const Rule &rule : test::rules().rules)
    for (const std::string &one : rule.positive) pieces.push_back(one);
  std::mt19937 random(20240117);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  constexpr std::string_view kGlue = " \n\t\"'=:;,.<>(){}[]/\\|&@#-_a0Z\xC3\xA9";
  for (int round = 0; round < 12; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) {
      std::string piece = pieces[below(pieces.size())];
      switch (below(5)) {
        case 0:
          piece = piece.substr(below(piece.size()));
          break;
        case 1:
          piece.resize(below(piece.size()) + 1);
          break;
        case 2:
          piece[below(piece.size())] = kGlue[below(kGlue.size())];
          break;
        case 3:
          piece.insert(below(piece.size()), piece.substr(below(piece.size()), 40));
          break;
        default:
          break;
      }
      text += piece;
      if (below(3) != 0) text += kGlue[below(kGlue.size())];
    }
    expect_equal(text, all_rules());
    if (HasFatalFailure()) return;
  }
}

TEST(Matcher, FindsAMatchAtBothEndsOfTheBuffer) {
  const Rule *rule = test::rules().find("github-pat-fine-grained");
  ASSERT_NE(rule, nullptr);
  const std::string token =
      "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";
  // Exactly as long as the bytes: nothing behind them may be read or needed.
  const std::unique_ptr<char[]> exact(new char[token.size()]);
  std::copy(token.begin(), token.end(), exact.get());
  const auto rows = quickly({exact.get(), token.size()});
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(std::get<1>(rows[0]), 0u);
  EXPECT_EQ(std::get<2>(rows[0]), token.size());
  EXPECT_TRUE(quickly("").empty());
}

TEST(Matcher, DenseMatchesDoNotGrowQuadratically) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "ASIAZROHAOUCCWV6JPTQ ";
  EXPECT_EQ(quickly(text).size(), 20000u);
  std::string keys;
  for (int i = 0; i < 300; ++i) keys += "-----BEGIN RSA PRIVATE KEY-----\n";
  quickly(keys);
}

TEST(Matcher, RefusesCompiledRulesThatAreDamagedOrOfOtherRules) {
  RuleSet few;
  few.rules.assign(test::rules().rules.begin(), test::rules().rules.begin() + 3);
  few.digest = "few";
  const auto compiled = Matcher::compile(few);
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_TRUE(Matcher::load(few, *compiled));
  std::string damaged = *compiled;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  EXPECT_FALSE(Matcher::load(few, damaged));
  EXPECT_FALSE(Matcher::load(few, compiled->substr(0, 40)));
  EXPECT_FALSE(Matcher::load(few, ""));
  RuleSet other = few;
  other.digest = "other";
  const auto refused = Matcher::load(other, *compiled);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("other rules"));
}

TEST(Matcher, OpenKeepsACacheAndSurvivesABadOne) {
  RuleSet few;
  few.rules.assign(test::rules().rules.begin(), test::rules().rules.begin() + 2);
  few.digest = "cache";
  const auto folder =
      std::filesystem::temp_directory_path() / ("dislodge-matcher-" + std::to_string(getpid()));
  ASSERT_TRUE(Matcher::open(few, folder));
  const auto path = folder / Matcher::cache_name(few);
  ASSERT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(path, std::ios::trunc) << "not a database";
  EXPECT_TRUE(Matcher::open(few, folder));
  EXPECT_GT(std::filesystem::file_size(path), 100u);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dislodge::secret
