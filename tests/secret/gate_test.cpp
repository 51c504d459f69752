// A gate may let pass what is no match, and never the other way: every match must find the gates of one of
// its anchors open.
#include "secret/gate.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "secret/anchor.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

struct Gates {
  Anchors anchors;
  std::vector<std::unique_ptr<Gate>> heads;
  std::vector<std::unique_ptr<Gate>> tails;

  explicit Gates(const std::string &pattern) {
    const auto tree = parse_pattern(pattern, false);
    if (!tree) return;
    anchors = choose_anchors(*tree, 64 << 10).value_or(Anchors());
    for (const Anchor &anchor : anchors.list) {
      heads.push_back(anchor.head.empty() ? nullptr : std::make_unique<Gate>(anchor.head));
      tails.push_back(anchor.tail.empty() ? nullptr : std::make_unique<Gate>(anchor.tail));
    }
  }
  // Whether an anchor that stands within [begin, end) lets a match through.
  bool open(std::string_view text, std::size_t begin, std::size_t end) {
    for (std::size_t i = 0; i < anchors.list.size(); ++i) {
      const Anchor &anchor = anchors.list[i];
      for (std::size_t at = begin; at + anchor.bytes.size() <= end; ++at) {
        bool stands = true;
        for (std::size_t j = 0; j < anchor.bytes.size() && stands; ++j)
          stands = anchor.bytes[j].has(static_cast<unsigned char>(text[at + j]));
        if (!stands) continue;
        const std::size_t behind = at + anchor.bytes.size();
        if (tails[i] != nullptr) {
          if (!tails[i]->may_follow(text, behind, anchor.ahead)) continue;
          EXPECT_TRUE(gate_first(anchor.tail).bytes.has(static_cast<unsigned char>(text[behind])));
        }
        if (heads[i] != nullptr) {
          if (!heads[i]->may_precede(text, at, anchor.back)) continue;
          const GateFirst first = gate_first(anchor.head);
          EXPECT_TRUE(at == 0 ? first.edge : first.bytes.has(static_cast<unsigned char>(text[at - 1])));
        }
        return true;
      }
    }
    return false;
  }
};

bool passes(const std::string &pattern, std::string_view text) {
  return Gates(pattern).open(text, 0, text.size());
}

TEST(Gate, ReadsOnlyAsFarAsItMustAndKnowsBothSides) {
  const std::string pattern =
      R"((?i:pagerduty|\bpd)[0-9a-z_ .\-]{0,24}?(?i:key)\s{0,4}[:=]\s{0,4}([0-9a-z]{20}))";
  EXPECT_TRUE(passes(pattern, "pagerduty key = 0123456789abcdefghij"));
  EXPECT_TRUE(passes(pattern, "PD_KEY:0123456789abcdefghij"));
  EXPECT_FALSE(passes(pattern, "PD_KEY:0123456789abcdefghi"));
  EXPECT_FALSE(passes(pattern, "other_key = 0123456789abcdefghij"));
  EXPECT_FALSE(passes(pattern, "pagerduty keyring = 0123456789abcdefghij"));
}

TEST(Gate, TheBeginningOfATextIsNoByte) {
  const std::string pattern = R"((?:^|[\r\n])[ \t]{0,8}[a-z_]{0,60}(?i:passwd)[ \t]{0,4}=([^\s]{4,120}))";
  EXPECT_TRUE(passes(pattern, "my_passwd =secret"));
  EXPECT_TRUE(passes(pattern, "x\n  passwd=secret"));
  EXPECT_FALSE(passes(pattern, "x: passwd=secret"));
  EXPECT_FALSE(passes(pattern, "passwd=abc"));
}

TEST(Gate, OfCopiesAndAlternatives) {
  const std::string pattern = "(?:foo[0-9]{2,3}|bar)+#KEY#(?:q|uux){2}(?:z+|yy)!";
  EXPECT_TRUE(passes(pattern, "foo12bar#KEY#quuxzzz!"));
  EXPECT_TRUE(passes(pattern, "barfoo123#KEY#uuxqyy!"));
  EXPECT_FALSE(passes(pattern, "#KEY#quuxzzz!"));
  EXPECT_FALSE(passes(pattern, "foo1#KEY#quuxzzz!"));
  EXPECT_FALSE(passes(pattern, "bar#KEY#quuxy!"));
  EXPECT_FALSE(passes(pattern, "bar#KEY#qyy!"));
}

TEST(Gate, LetsThroughWhateverARuleMatches) {
  std::mt19937 random(5);
  std::size_t asked = 0;
  for (const Rule &rule : test::rules().rules) {
    Gates gates(rule.pattern);
    if (gates.anchors.list.empty()) continue;
    const RE2 regex(rule.pattern, RE2::Latin1);
    for (const std::string &example : rule.positive) {
      for (int round = 0; round < 8; ++round) {
        // Examples as they are, within other text, and with bytes exchanged, some of which match as well.
        std::string text = round == 0 ? example : "x = 1;\n" + example + "\nkey: \"token\"";
        for (int i = 1; i < round && !text.empty(); ++i)
          text[random() % text.size()] = "aZ0 =:\"\n"[random() % 8];
        re2::StringPiece match;
        if (!regex.Match(text, 0, text.size(), RE2::UNANCHORED, &match, 1)) continue;
        ++asked;
        const auto begin = static_cast<std::size_t>(match.data() - text.data());
        ASSERT_TRUE(gates.open(text, begin, begin + match.size())) << rule.id << " in round " << round;
      }
    }
  }
  EXPECT_GT(asked, 3000u);
}

}  // namespace
}  // namespace dislodge::secret
