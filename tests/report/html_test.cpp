#include "report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/encode.hpp"
#include "picture_fixture.hpp"
#include "report/files.hpp"
#include "report/statements.hpp"
#include "report/text_parts.hpp"

namespace dislodge::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Html, EvidenceStaysText) {
  const std::string page = html(hostile_picture());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<b>in")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr(" href=")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_EQ(html_escaped("a\x01<\"'&\n"), "a\\u0001&lt;&quot;&#39;&amp; ");
}

TEST(Html, SaysWhatItWouldGiveAThiefAndTheVerdict) {
  const std::string page = html(hostile_picture());
  EXPECT_THAT(page, HasSubstr("What this file would give a thief"));
  EXPECT_THAT(page, HasSubstr("incomplete: 1 point not covered"));
  for (const char *question :
       {"1. What was stolen", "2. Which secrets", "3. How the intruder", "5. How to get"})
    EXPECT_THAT(page, HasSubstr(question));
  EXPECT_THAT(page, Not(HasSubstr("evicted")));
}

// A name can be as long as its maker likes; what stands behind it must be readable all the same.
TEST(Fitted, OfEndlessLinesBeginningAndEndAreShown) {
  EXPECT_EQ(fitted("short\nlines\n"), "short\nlines\n");
  const std::string name(100'000, 'N');
  const std::string shown = fitted("since always: " + name + " [possible]\nnext");
  EXPECT_LT(shown.size(), 1500u);
  EXPECT_THAT(shown, HasSubstr("since always: NNN"));
  EXPECT_THAT(shown, HasSubstr("[possible]\nnext"));
  EXPECT_THAT(shown, HasSubstr("98825 more characters"));
  std::string wide;
  for (int i = 0; i < 1000; ++i) wide += "\xE3\x81\x82\xC3\xA4";  // of three and two bytes
  const std::string cut = fitted(wide);
  EXPECT_EQ(base::to_valid_utf8(cut), cut);
}

TEST(Statements, AreNumberedOnceAndGraded) {
  std::set<std::string> numbers;
  for (const Statement &one : statements(hostile_picture())) {
    EXPECT_TRUE(numbers.insert(one.number).second) << one.number;
    EXPECT_THAT((std::set<std::string>{"confirmed", "possible", "unknown", "inventory"}),
                testing::Contains(one.grade));
    EXPECT_EQ(one.basis.size(), 16u);
  }
  EXPECT_THAT(numbers, testing::IsSupersetOf({"1.1", "2.1", "3.1", "5.1"}));
}

TEST(Statements, AfterAChangeOfThePlanAloneTheyAreWhatTheyWouldBeFromTheStart) {
  engine::Picture picture = hostile_picture();
  const std::vector<Statement> before = statements(picture);
  picture.plan.verdict.says = "incomplete: 2 points not covered";
  const std::vector<Statement> after = statements_after(picture, before), whole = statements(picture);
  ASSERT_EQ(after.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(after[i].number, whole[i].number);
    EXPECT_EQ(after[i].basis, whole[i].basis);
  }
}

TEST(Statements, AFirstPageGathersWhatIsAlike) {
  const std::vector<std::string> points = {"a@x: not handed in", "1 gap in the logs",  "b@x: not handed in",
                                           "c@x: not handed in", "d@x: not handed in", "e@x: too old"};
  EXPECT_THAT(gathered(points), testing::ElementsAre("a@x, b@x, c@x and 1 more: not handed in",
                                                     "1 gap in the logs", "e@x: too old"));
}

TEST(Markdown, SaysTheStatementsByTheNumbersOfThePage) {
  const std::string text = markdown(hostile_picture());
  for (const Statement &one : statements(hostile_picture()))
    EXPECT_THAT(text, HasSubstr("- **" + one.number + "** "));
  const std::size_t thief = text.find("What this file would give a thief"), first = text.find("## 1.");
  EXPECT_LT(thief, first);
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

// What was told yesterday has not changed because a day has passed.
TEST(Statements, AClockThatWaitsIsSaidWithoutDaysFromNow) {
  engine::Picture picture = hostile_picture();
  disclose::Duty duty;
  duty.regime = "sec-8k-1.05";
  duty.name = "SEC Form 8-K Item 1.05";
  duty.trigger = "determined-material";
  duty.status = "not started: discovered today, determination due without unreasonable delay";
  picture.duties = {duty};
  const auto said = [&] {
    for (const Statement &one : statements(picture))
      if (one.subject == "duty:sec-8k-1.05") return one;
    return Statement{};
  };
  const Statement today = said();
  EXPECT_EQ(today.says, "SEC Form 8-K Item 1.05: not started: determination due without unreasonable delay.");
  picture.duties[0].status =
      "not started: discovered 3 days ago, determination due without unreasonable delay";
  EXPECT_EQ(said().basis, today.basis);
}

// Each kind of thing is held in its own way, with the evidence of the step that has some.
TEST(Statements, APrincipalIsActedAsAResourceReadASecretKnown) {
  engine::Picture picture = hostile_picture();
  reach::ReachRow row;
  row.id = "principal:entra/t/ann";
  row.type = "principal";
  row.name = "Ann";
  row.since = base::Time{1'700'000'000'000'000};
  row.grade = detect::Grade::possible;
  row.because = {{"authenticate", {}, {"mail.mbox!/1:line 7"}, "the password authenticates Ann"},
                 {"act", {}, {}, "with that they act as Ann"}};
  picture.reach.rows = {row, row, row};
  picture.reach.rows[1].id = "resource:exchange/t/ann";
  picture.reach.rows[1].type = "resource";
  picture.reach.rows[1].grade = detect::Grade::confirmed;
  picture.reach.rows[2].id = "secret:1";
  picture.reach.rows[2].type = "secret";
  std::vector<Statement> said;
  for (Statement &one : statements(picture))
    if (one.subject.rfind("reach:", 0) == 0) said.push_back(std::move(one));
  ASSERT_EQ(said.size(), 3u);
  EXPECT_THAT(said[0].says, HasSubstr("The intruder could act as Ann since "));
  EXPECT_THAT(said[0].evidence, testing::ElementsAre("mail.mbox!/1:line 7"));
  EXPECT_EQ(said[0].limits, "the password authenticates Ann; with that they act as Ann");
  EXPECT_THAT(said[1].says, HasSubstr("The intruder read Ann since "));
  EXPECT_THAT(said[2].says, HasSubstr("The intruder could know Ann since "));
}

// A log that nobody handed in is named as what is missing, and is no evidence.
TEST(Statements, WhatCannotBeSaidCitesOnlyWhatIsHeld) {
  engine::Picture picture = hostile_picture();
  detect::CannotSay unknown;
  unknown.principal = "principal:entra/t/ann";
  unknown.source = "CloudTrail";
  unknown.why = "no log of its use is held (CloudTrail)";
  picture.cannot_say = {unknown, unknown};
  picture.cannot_say[1].source = "logs/signins.json";
  engine::EvidenceRow held;
  held.root = "logs/signins.json";
  picture.evidence.push_back(held);
  std::vector<Statement> said;
  for (Statement &one : statements(picture))
    if (one.subject.rfind("cannot-say:", 0) == 0) said.push_back(std::move(one));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_TRUE(said[0].evidence.empty());
  EXPECT_THAT(said[1].evidence, testing::ElementsAre("logs/signins.json"));
}

TEST(Statements, TheBasisChangesWithTheFact) {
  engine::Picture picture = hostile_picture();
  const auto entry = [&] {
    for (const Statement &one : statements(picture))
      if (one.number == "3.1") return one;
    return Statement{};
  };
  const Statement before = entry();
  EXPECT_EQ(before.grade, "confirmed");
  EXPECT_THAT(before.evidence, testing::ElementsAre("signins.json:line 12"));
  picture.detections[0].grade = detect::Grade::possible;
  EXPECT_NE(entry().basis, before.basis);
  picture.detections.clear();
  EXPECT_THAT(entry().says, HasSubstr("unknown"));
}

TEST(Statements, WhatWasToldIsFlaggedWhenItsFactsChange) {
  engine::Picture picture = hostile_picture();
  std::vector<std::string> journal = {R"({"at":"2024-01-01T00:00:00Z","what":"add","details":{}})"};
  for (const Statement &one : statements(picture))
    if (one.number == "3.1" || one.subject == "verdict")
      journal.push_back(R"({"what":"tell","details":)" +
                        tell_details(one, "the board", "Ana", "2024-01-19T12:00:00Z") + "}");
  const auto state = [&](std::string_view subject) {
    for (const Told &one : told(statements(picture), journal))
      if (one.subject == subject) return one.state;
    return Told::State::gone;
  };
  EXPECT_EQ(told(statements(picture), journal).size(), 2u);
  EXPECT_EQ(state("detection:1"), Told::State::holds);
  picture.plan.verdict.says = "incomplete: 2 points not covered";
  EXPECT_EQ(state("verdict"), Told::State::changed);
  EXPECT_EQ(state("detection:1"), Told::State::holds);
  picture.detections.clear();
  EXPECT_EQ(state("detection:1"), Told::State::gone);
}

}  // namespace
}  // namespace dislodge::report
