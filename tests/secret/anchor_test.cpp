// Anchors must stand in everything that their pattern matches, and the filter must find them wherever they
// stand.
#include "secret/anchor.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include "secret/gram_filter.hpp"
#include "secret/pattern_tree.hpp"

namespace dislodge::secret {
namespace {

bool stands_at(const Anchor &anchor, std::string_view text, std::size_t at) {
  if (at + anchor.bytes.size() > text.size() || (anchor.at_begin && at != 0)) return false;
  for (std::size_t i = 0; i < anchor.bytes.size(); ++i)
    if (!anchor.bytes[i].has(static_cast<unsigned char>(text[at + i]))) return false;
  return true;
}

Anchors anchors_of(const std::string &pattern, bool ignore_case = false) {
  const auto tree = parse_pattern(pattern, ignore_case);
  EXPECT_TRUE(tree.has_value()) << pattern;
  const auto anchors = tree ? choose_anchors(*tree, 64 << 10) : std::nullopt;
  EXPECT_TRUE(anchors.has_value()) << pattern;
  return anchors.value_or(Anchors());
}

TEST(PatternTree, LeavesAloneWhatItDoesNotKnow) {
  for (const char *pattern :
       {"(?U)a+", "\\pL", "(?=a)b", "a**b(", "[z-a]", "(?x)a b", "\\Qa\\E", "[[:nix:]]", "*a"})
    EXPECT_FALSE(parse_pattern(pattern, false).has_value()) << pattern;
}

TEST(PatternTree, TheStartOfALineIsNoStartOfTheText) {
  const auto kind = [](const char *pattern) { return parse_pattern(pattern, false)->children.front().kind; };
  EXPECT_EQ(kind("^a"), PatternNode::Kind::begin);
  EXPECT_EQ(kind("(?m)^a"), PatternNode::Kind::assertion);
}

TEST(PatternTree, SaysHowWideAMatchCanBe) {
  const auto width = [](const char *pattern) { return widest(*parse_pattern(pattern, false), 1000); };
  EXPECT_EQ(width("a(?:bc|d){2,3}\\b"), 7u);
  EXPECT_EQ(width("[^x]*"), 1000u);
  EXPECT_EQ(width("x{3}y{0,2}?"), 5u);
  EXPECT_EQ(width("a{,3}"), 5u);  // an ordinary brace
}

TEST(Anchor, StandsInEveryMatchAtTheDistanceThatItSays) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {R"(\b(AC[0-9a-f]{32})\b)", {"AC0123456789abcdef0123456789abcdef"}},
      {R"((?i:dropbox|\bdbx)[0-9a-z_ .\-]{0,24}?key=([0-9a-z]{15}))",
       {"DropBox.app_key=abcdefghij01234", "dbxkey=abcdefghij01234"}},
      {R"((?:^|[\r\n])([a-z]{1,100}):(?:[0-9]{2,5}|\*):([^\s:]{4,9}))", {"host:5432:secret", "\nh:*:secret"}},
      {R"((ghp|gho)_[A-Za-z0-9]{36})", {"ghp_" + std::string(36, 'x'), "gho_" + std::string(36, '7')}},
      {R"((?:foo|bar)+baz(?:q|uux)?!)", {"foobarbaz!", "barbazq!", "foobazuux!"}},
  };
  for (const auto &[pattern, texts] : cases) {
    const RE2 regex(pattern, RE2::Latin1);
    const Anchors anchors = anchors_of(pattern);
    for (const std::string &text : texts) {
      re2::StringPiece match;
      ASSERT_TRUE(regex.Match(text, 0, text.size(), RE2::UNANCHORED, &match, 1)) << pattern << " in " << text;
      const auto begin = static_cast<std::size_t>(match.data() - text.data());
      const std::size_t end = begin + match.size();
      bool found = false;
      for (const Anchor &anchor : anchors.list)
        for (std::size_t at = begin; at + anchor.bytes.size() <= end; ++at)
          found = found || (stands_at(anchor, text, at) && at - begin <= anchor.back &&
                            end - at - anchor.bytes.size() <= anchor.ahead);
      EXPECT_TRUE(found) << pattern << " in " << text;
      const bool runs = anchors.run.least == 0 || anchors.run.within(text);
      EXPECT_TRUE(runs) << pattern << " in " << text;
    }
  }
}

TEST(Anchor, KnowsThePatternsThatAreNothingButAnchors) {
  EXPECT_TRUE(anchors_of("pass(?:word|wd)s?[0-9]?", true).exact);
  EXPECT_TRUE(anchors_of("(?:^|[^a-z])(?:creds?|logins?)", true).exact);
  EXPECT_FALSE(anchors_of("\\bpassword\\b", true).exact);
  EXPECT_FALSE(anchors_of("password[a-z]*").exact);
}

TEST(Anchor, TellsTheRunOfAValue) {
  EXPECT_EQ(anchors_of("(?i:token)[ =]{1,3}([0-9a-f]{32}|[0-9a-f]{40})").run.least, 32u);
  // What stands right before the value belongs to the run.
  EXPECT_EQ(anchors_of("token=[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}").run.least, 32u);
  EXPECT_EQ(anchors_of("password=(\\S{4,100})").run.least, 0u);
  const ValueRun run = anchors_of("token[^a-z]{1,9}([a-f]{20})").run;
  EXPECT_EQ(run.least, 20u);
  EXPECT_TRUE(run.within("xx " + std::string(20, 'a')));
  EXPECT_FALSE(run.within(std::string(19, 'a') + " " + std::string(19, 'b')));
}

TEST(GramFilter, FindsWhatALookAtEveryPlaceFinds) {
  std::mt19937 random(7);
  const std::vector<std::string> patterns = {"key",
                                             "(?i:secret)",
                                             "[ab]cd",
                                             "(?:^|[^a-z])token",
                                             "a[0-9]{3}b",
                                             "0[xX][0-9a-f]{4}",
                                             "abcdefghijkl",
                                             "::[0-9a-f]{2}",
                                             "xy[\\x80-\\xff]z"};
  std::vector<Anchor> all;
  GramFilter filter;
  for (const std::string &pattern : patterns) {
    for (const Anchor &anchor : anchors_of(pattern).list) {
      filter.add(static_cast<std::uint32_t>(all.size()), anchor);
      all.push_back(anchor);
    }
  }
  filter.seal();
  const std::vector<std::string> pieces = {"key",     "KEY",
                                           "secret",  "SeCreT",
                                           "acd",     "bcd",
                                           "token",   "a123b",
                                           "a12",     "0xab",
                                           "0Xffff",  "::",
                                           "::a0",    "abcdefghijkl",
                                           "abcdefg", "xy\x9Fz",
                                           " ",       "\n",
                                           "q",       "[",
                                           "{",       std::string(70, '.')};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const std::size_t wanted = random() % (round % 10 == 0 ? 9000 : 160);
    while (text.size() < wanted) text += pieces[random() % pieces.size()];
    if (random() % 2 == 0 && !text.empty()) text.resize(random() % text.size());
    using Row = std::tuple<std::size_t, std::size_t, std::uint32_t>;
    std::multiset<Row> slow;
    for (std::size_t at = 0; at < text.size(); ++at)
      for (std::uint32_t i = 0; i < all.size(); ++i)
        if (stands_at(all[i], text, at)) slow.emplace(at, at + all[i].bytes.size(), i);
    std::multiset<Row> fast;
    filter.scan(text,
                [&](std::uint32_t id, std::size_t begin, std::size_t end) { fast.emplace(begin, end, id); });
    ASSERT_EQ(fast, slow) << text;
  }
}

}  // namespace
}  // namespace dislodge::secret
