#include "disclose/withhold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::disclose {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Lines with marks, and all below a line that says so, as mail/quotes.hpp tells them.
std::vector<evidence::QuotedSpan> quotes(const std::string &text) {
  std::vector<evidence::QuotedSpan> spans;
  std::uint32_t below = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string line = text.substr(at, end - at);
    below += line.starts_with("-----Original") ||
             (line.starts_with("From:") && !text.substr(0, at).ends_with("-----\n"));
    std::uint32_t depth = below;
    for (const char c : line.substr(0, line.find_first_not_of("> "))) depth += c == '>';
    if (depth > 0) spans.push_back({at, end, depth});
    at = end;
  }
  return spans;
}

struct Given {
  std::string text;
  std::vector<CutOut> cuts;
};

// Them is them.example, us is us.example; every other address is somebody else's.
Given give(const std::string &text, std::vector<Stretch> secrets = {}) {
  Sides sides;
  sides.domains = {"us.example", "them.example"};
  sides.known = {"third.example"};
  Given given;
  const auto quoted = quotes(text);
  given.text = without(text, stretches_to_withhold({text, quoted, sides, secrets}), given.cuts);
  return given;
}

std::vector<std::string> whys(const Given &given) {
  std::vector<std::string> out;
  for (const CutOut &cut : given.cuts) out.push_back(cut.why);
  return out;
}

TEST(Withhold, NothingOfOthersLeavesTheTextAsItIs) {
  const std::string text =
      "Hello Kim,\n\nas agreed, kim@them.example gets it.\n\n> On Monday you wrote\n> fine\n";
  const Given given = give(text);
  EXPECT_EQ(given.text, text);
  EXPECT_TRUE(given.cuts.empty());
}

TEST(Withhold, AParagraphThatNamesOthersGoesWhole) {
  const Given given =
      give("Hello Kim,\n\nour other customer\nlou@third.example pays\nforty a month.\n\nYours is thirty.\n");
  EXPECT_EQ(given.text, "Hello Kim,\n\n[withheld: others are named here; 3 lines]\n\nYours is thirty.\n");
  EXPECT_THAT(whys(given), ElementsAre("others are named here"));
  EXPECT_EQ(given.cuts[0].text, "our other customer\nlou@third.example pays\nforty a month.\n");
  EXPECT_EQ(given.cuts[0].lines, 3u);
}

TEST(Withhold, AQuotedMessageOfOthersGoesWithAllThatItQuotes) {
  const Given marks = give(
      "See below.\n\nOn Mon, 6 Oct 2025, Lou Reyes <lou@third.example> wrote:\n> our offer is 40\n>\n> > and "
      "yours was 30\n>\n> Lou\n\nBest\nAnn\n");
  EXPECT_EQ(marks.text, "See below.\n\n[withheld: mail of others is quoted here; 6 lines]\n\nBest\nAnn\n");
  const Given outlook = give(
      "Kim, see below.\n\n-----Original Message-----\nFrom: Lou <lou@third.example>\nSent: Monday, 6 October "
      "2025\nTo: Ann <ann@us.example>\nSubject: offer\n\nOur offer is 40.\n\nFrom: Ann "
      "<ann@us.example>\nSent: "
      "Sunday, 5 October 2025\nTo: Lou <lou@third.example>\n\nWhat do you ask?\n");
  EXPECT_THAT(outlook.text,
              AllOf(HasSubstr("Kim, see below.\n"), Not(HasSubstr("40")), Not(HasSubstr("ask"))));
  EXPECT_THAT(whys(outlook), ElementsAre("mail of others is quoted here"));
}

TEST(Withhold, OfAQuotedMessageOfTheTwoSidesOnlyTheParagraphGoes) {
  const Given given = give(
      "Yes.\n\nOn Mon, 6 Oct 2025, Kim <kim@them.example> wrote:\n> Is it done?\n>\n> Lou of third.example "
      "asked "
      "too.\n>\n> Kim\n");
  EXPECT_THAT(given.text, AllOf(HasSubstr("> Is it done?"), HasSubstr("> Kim"), Not(HasSubstr("Lou"))));
  EXPECT_THAT(whys(given), ElementsAre("others are named here"));
}

TEST(Withhold, ASecretTakesItsParagraphAndItsReasonGoesBeforeANames) {
  const std::string text =
      "For you: token A1\n\nThe VPN of lou@third.example\nuser: lou\npassword: Tr0ub4dor\n\nRegards\n";
  const std::size_t at = text.find("Tr0ub4dor");
  const Given given = give(text, {{at, at + 9, std::string(kSecretOfOthers)}});
  EXPECT_EQ(given.text,
            "For you: token A1\n\n[withheld: a secret of somebody else stands here; 3 lines]\n\nRegards\n");
}

TEST(Withhold, ASecretOverSeveralParagraphsTakesThemAll) {
  const std::string text = "Key:\n\n-----BEGIN X-----\nAAAA\n\nBBBB\n-----END X-----\n\nBye\n";
  const std::size_t begin = text.find("-----BEGIN"), end = text.find("\n\nBye");
  const Given given = give(text, {{begin, end, std::string(kSecretOfNobodyKnown)}});
  EXPECT_THAT(given.text,
              AllOf(HasSubstr("Key:\n"), HasSubstr("Bye\n"), Not(HasSubstr("AAAA")), Not(HasSubstr("BBBB"))));
}

TEST(Withhold, WhatIsCutAndWhatIsGivenAreTheWholeText) {
  const std::string text = "a\n\nb lou@third.example\n\nc\n\nd eve@other.example\ne";
  const Given given = give(text);
  std::string back;
  std::size_t next = 0;
  for (std::size_t at = 0; at < given.text.size();) {
    const std::size_t end = std::min(given.text.find('\n', at), given.text.size() - 1) + 1;
    const std::string line = given.text.substr(at, end - at);
    back += line.starts_with("[withheld: ") ? given.cuts.at(next++).text : line;
    at = end;
  }
  EXPECT_EQ(back, text);
}

TEST(Withhold, WhatIsLeftMaySayNothing) {
  EXPECT_FALSE(says_anything(""));
  EXPECT_FALSE(says_anything("> \n\n[withheld: others are named here; 3 lines]\n"));
  EXPECT_TRUE(says_anything("> yes\n"));
  EXPECT_FALSE(says_anything(give("ask lou@third.example\n").text));
}

}  // namespace
}  // namespace dislodge::disclose
