// Checklists as they come back: from spreadsheets of several countries and from editors that improve on
// hyphens.
#include "engine/checklist.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

evict::PlannedAction action(std::string id, std::string rule, std::string target, std::string name) {
  evict::PlannedAction one;
  one.wave = 1;
  one.id = std::move(id);
  one.action = std::move(rule);
  one.target = std::move(target);
  one.target_name = "Straße 1, \"Zürich\" (old)";
  one.name = std::move(name);
  one.principal = "principal:entra/t/1";
  return one;
}

evict::Plan plan() {
  evict::Plan plan;
  plan.actions = {action("a1", "rotate-secret", "secret:1", "Replace the secret"),
                  action("a2", "disable-account", "principal:entra/t/1", "Block the user"),
                  action("a3", "revoke-sessions", "principal:entra/t/1", "=SUM(1) of sessions"),
                  action("a4", "remove-inbox-rule", "principal:entra/t/1", "Remove the rule")};
  return plan;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::vector<Tick> ticks(std::string_view text) {
  const auto read = ticks_of_checklist(plan(), text, "back");
  EXPECT_TRUE(read.has_value()) << read.error().message;
  return read ? *read : std::vector<Tick>();
}

TEST(ChecklistCsv, OneThatNobodyTouchedSaysNothing) {
  EXPECT_THAT(ticks(checklist_csv(plan())), IsEmpty());
}

TEST(ChecklistCsv, ComesBackWithAByteOrderMarkSemicolonsAndStatesInAnyCase) {
  std::string text = checklist_csv(plan());
  text = replaced(text, "\"a1\",\"open\",\"\",\"\",\"\"",
                  "\"a1\",\" In Effect \",\" Ana Berg \",\"ticket 8; seen\",\"\"");
  text = replaced(text, "\"a2\",\"open\",\"\",\"\",\"\"", "a2,failed,Bo Müller,\"no \"\"rights\"\"\",");
  text =
      replaced(text, "\"a4\",\"open\",\"\",\"\",\"\"", "a4,rolled back,Zoë,broke mail,2026-03-01T08:00:00Z");
  std::string excel = "\xEF\xBB\xBF";
  bool quoted = false;
  for (const char byte : text) {
    quoted ^= byte == '"';
    if (byte == '\n')
      excel += "\r\n";
    else
      excel += byte == ',' && !quoted ? ';' : byte;
  }
  const std::vector<Tick> read = ticks(excel);
  ASSERT_THAT(read, SizeIs(3));
  EXPECT_EQ(evict::state_of(read[0].state), evict::ActionState::in_effect);
  EXPECT_EQ(read[0].who, "Ana Berg");
  EXPECT_EQ(read[0].evidence, "ticket 8; seen");
  EXPECT_EQ(read[1].evidence, "no \"rights\"");
  EXPECT_EQ(evict::state_of(read[2].state), evict::ActionState::rolled_back);
  EXPECT_EQ(read[2].at, *base::parse_time("2026-03-01T08:00:00Z"));
  EXPECT_THAT(ticks("sep=;\r\n" + excel.substr(3)), SizeIs(3));
}

TEST(ChecklistCsv, ComesBackInUtf16AndWindows1252) {
  const std::string text = "action_id\tstate\twho\tevidence\na2\tclaimed\tBo M\xC3\xBCller\tsaid so\n";
  std::string wide = "\xFF\xFE";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\xC3\xBC") == 0) {
      wide += std::string("\xFC\0", 2);
      ++i;
    } else {
      wide += text[i];
      wide += '\0';
    }
  }
  EXPECT_EQ(ticks(wide).at(0).who, "Bo M\xC3\xBCller");
  EXPECT_EQ(ticks(replaced(text, "\xC3\xBC", "\xFC")).at(0).who, "Bo M\xC3\xBCller");
}

// Full-width forms count where a spreadsheet is set up for East Asian languages.
TEST(ChecklistCsv, CellsThatWouldBeFormulasGoOutQuotedAndComeBackAsTheyWere) {
  evict::Plan odd = plan();
  odd.actions[2].target =
      "\xEF\xBC\x9D"
      "1+1";
  const std::string text = checklist_csv(odd);
  EXPECT_THAT(text, HasSubstr("\"'=SUM(1) of sessions\""));
  EXPECT_THAT(text, HasSubstr("\"'\xEF\xBC\x9D"
                              "1+1\""));
  const auto read =
      ticks_of_checklist(odd, replaced(text, "\"a3\",\"open\",\"\"", "\"a3\",\"failed\",\"Bo\""), "back");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_THAT(*read, SizeIs(1));
}

TEST(ChecklistCsv, NamesTheLineOfAMistake) {
  const auto wrong = [](std::string_view text) {
    const auto read = ticks_of_checklist(plan(), text, "back.csv");
    return read ? std::string("no error") : read.error().message;
  };
  EXPECT_THAT(wrong("action_id,state,who,evidence\na1,in-effect,Ana,\n"), HasSubstr("back.csv:2"));
  EXPECT_THAT(wrong("action_id,state,who,at\na2,failed,Ana,\na1,failed,Ana,yesterday\n"),
              HasSubstr("back.csv:3"));
  EXPECT_THAT(wrong("action_id,state,who\na1,done,Ana\n"), HasSubstr("one of open, claimed"));
  EXPECT_THAT(wrong("action_id,state,who\na9,failed,Ana\n"), HasSubstr("no action a9"));
  EXPECT_THAT(wrong("id,state\n"), HasSubstr("action_id and state"));
}

TEST(ChecklistMarkdown, ComesBackAsEditorsLeaveIt) {
  const std::string text = checklist_markdown(plan());
  EXPECT_THAT(ticks(text), IsEmpty());
  std::string back = replaced(text, "- [ ] a1 ", "  *  [ X ]   a1  ");
  back = replaced(back, "(old)\n", "(old) \xE2\x80\x94 Ana Berg : ticket 8\r\n");
  back = replaced(back, "- [ ] a2 **Block the user**: Straße 1, \"Zürich\" (old)",
                  "- [ ] a2 **Block the user**: Straße 1, \"Zürich\" (old) (Failed) -- Bo: no rights: none");
  back =
      replaced(back, "- [ ] a4 **Remove the rule**: Straße 1, \"Zürich\" (old)",
               "- [x] a4 **Remove the rule**: Straße 1, \"Zürich\" (old) (rolled back) -- Zoë: broke mail");
  const std::vector<Tick> read = ticks(back);
  ASSERT_THAT(read, SizeIs(3));
  EXPECT_EQ(evict::state_of(read[0].state), evict::ActionState::in_effect);
  EXPECT_EQ(read[0].who, "Ana Berg");
  EXPECT_EQ(read[0].evidence, "ticket 8");
  EXPECT_EQ(evict::state_of(read[1].state), evict::ActionState::failed);
  EXPECT_EQ(read[1].evidence, "no rights: none");
  EXPECT_EQ(evict::state_of(read[2].state), evict::ActionState::rolled_back);
}

TEST(ChecklistMarkdown, ABoxWithoutANameIsAMistakeWithItsLine) {
  const std::string text = replaced(checklist_markdown(plan()), "- [ ] a2", "- [x] a2");
  const auto read = ticks_of_checklist(plan(), text, "back.md");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message, testing::ContainsRegex("back\\.md:[0-9]+.*--who"));
}

TEST(ChecklistMarkdown, WhatIsInEffectStandsByItself) {
  evict::Plan done = plan();
  done.actions[1].state = evict::ActionState::in_effect;
  done.actions[1].said_by = "Ana";
  done.actions[1].said_evidence = "ticket 9";
  const std::string text = checklist_markdown(done);
  EXPECT_THAT(text, HasSubstr("## In effect\n\n- [x] a2 "));
  EXPECT_THAT(*ticks_of_checklist(done, text, "back.md"), IsEmpty());
}

TEST(Checklist, ACommandWithBackticksStaysOneSpanOfCode) {
  evict::Plan one = plan();
  one.actions[0].command = "Alert on what `dislodge reach` lists";
  one.actions[1].command = "gh api";
  const std::string text = checklist_markdown(one);
  EXPECT_THAT(text, HasSubstr("how: `` Alert on what `dislodge reach` lists ``\n"));
  EXPECT_THAT(text, HasSubstr("how: `gh api`\n"));
}

}  // namespace
}  // namespace dislodge::engine
