#include "mail/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "collecting_sink.hpp"
#include "mail/table_rows.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;

CollectingSink read(std::string_view csv) {
  EXPECT_TRUE(recognises_table(csv));
  CollectingSink sink;
  EXPECT_TRUE(read_table_messages(test::item_of("t.csv", csv), sink));
  return sink;
}

// Every text leads back to its bytes.
void expect_exact(const CollectingSink &sink, std::string_view needle) {
  bool seen = false;
  for (const auto &text : sink.texts) {
    const std::size_t at = text.text.find(needle);
    if (at == std::string::npos) continue;
    seen = true;
    EXPECT_EQ(text.source.substr(text.map.source_of(at), needle.size()), needle) << text.item;
  }
  EXPECT_TRUE(seen) << needle;
}

TEST(Tables, SalesforceMailHasPeopleTimesAndBothBodies) {
  const auto sink = read(
      "\"Id\",\"ParentId\",\"Subject\",\"TextBody\",\"HtmlBody\",\"FromAddress\",\"FromName\",\"ToAddress\","
      "\"CcAddress\","
      "\"MessageDate\",\"MessageIdentifier\"\r\n"
      "\"02s1\",\"5001\",\"VPN\",\"the \"\"key\"\" is\nHorse7\",\"<p>pass<b>word</b>: "
      "Cow8</p>\",\"Ada@a.example\",\"Ada L\","
      "\"bob@b.example; eve@b.example\",\"\",\"2024-01-12T07:08:09.000Z\",\"<m1@a.example>\"\r\n");
  ASSERT_EQ(sink.records.size(), 1u);
  const evidence::Record &record = sink.records[0];
  EXPECT_EQ(record.item, "t.csv!/1");
  EXPECT_EQ(record.subject, "VPN");
  EXPECT_EQ(record.message_id, "m1@a.example");
  EXPECT_EQ(base::format_time(record.sent), "2024-01-12T07:08:09Z");
  ASSERT_GE(record.people.size(), 3u);
  EXPECT_EQ(record.people[0].address, "ada@a.example");
  EXPECT_EQ(record.people[0].name, "Ada L");
  EXPECT_EQ(record.people[1].address, "bob@b.example");
  EXPECT_THAT(record.references, testing::ElementsAre("02s1"));
  expect_exact(sink, "Horse7");
  expect_exact(sink, "Cow8");
  ASSERT_NE(sink.text_of("t.csv!/1"), nullptr);
  EXPECT_THAT(sink.text_of("t.csv!/1")->text, testing::HasSubstr("TextBody: the \"key\" is\nHorse7\n"));
  EXPECT_EQ(sink.texts.back().text.substr(0, 14), "password: Cow8");
}

TEST(Tables, JirasCommentsHaveAuthorsOfTheirOwn) {
  const auto sink = read(
      "Summary,Issue key,Issue id,Reporter,Created,Description,Comment,Comment\n"
      "Login,OPS-7,10007,carol,12/Jan/24 9:05 AM,cannot log in,12/Jan/24 1:15 PM;ada;use Horse7,"
      "\"13/Jan/24 8:00 AM;carol;thanks, works\"\n");
  ASSERT_EQ(sink.records.size(), 3u);
  EXPECT_EQ(sink.records[0].people[0].name, "carol");
  EXPECT_EQ(base::format_time(sink.records[0].sent), "2024-01-12T09:05:00Z");
  EXPECT_EQ(sink.records[1].item, "t.csv!/1!/1");
  EXPECT_EQ(sink.records[1].people[0].name, "ada");
  EXPECT_EQ(base::format_time(sink.records[1].sent), "2024-01-12T13:15:00Z");
  EXPECT_EQ(sink.records[2].people[0].name, "carol");
  ASSERT_NE(sink.text_of("t.csv!/1!/1"), nullptr);
  EXPECT_THAT(sink.text_of("t.csv!/1!/1")->text, testing::HasSubstr("use Horse7"));
  EXPECT_THAT(sink.text_of("t.csv!/1")->text, testing::Not(testing::HasSubstr("Horse7")));
  expect_exact(sink, "Horse7");
}

TEST(Tables, ServiceNowsJournalIsTakenApart) {
  const auto sink = read(
      "number,short_description,description,caller_id,opened_at,work_notes\n"
      "INC001,Login,cannot log in,Carol C,2024-01-12 07:08:09,\"2024-01-13 08:00:00 - Ada L (Work notes)\n"
      "the \"\"key\"\" is Horse7\n\n2024-01-12 09:00:00 - Bob B (Work notes)\nlooking\n\"\n");
  ASSERT_EQ(sink.records.size(), 3u);
  EXPECT_EQ(sink.records[1].people[0].name, "Ada L");
  EXPECT_EQ(base::format_time(sink.records[1].sent), "2024-01-13T08:00:00Z");
  EXPECT_EQ(sink.records[2].people[0].name, "Bob B");
  EXPECT_THAT(sink.text_of("t.csv!/1!/1")->text, testing::HasSubstr("the \"key\" is Horse7"));
  EXPECT_THAT(sink.text_of("t.csv!/1!/2")->text, testing::HasSubstr("looking"));
  expect_exact(sink, "Horse7");
}

TEST(Tables, SemicolonsMarksAndOtherCharsetsOccur) {
  const auto sink = read(
      "\xEF\xBB\xBFTicket ID;Subject;Description;Requester Name;Requester Email;Created time\n"
      "7;Zugang;Das Passwort ist Horse7;J\xC3\xBCrgen;j@x.example;12.01.2024 07:08\n");
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(sink.records[0].people[0].name, "J\xC3\xBCrgen");
  EXPECT_EQ(base::format_time(sink.records[0].sent), "2024-01-12T07:08:00Z");
  expect_exact(sink, "Horse7");
  const auto latin = read("id,subject,body,from,date\n1,a,\xE4\xF6 key Horse7,J\xFCrgen,2024-01-12\n");
  ASSERT_EQ(latin.records.size(), 1u);
  EXPECT_EQ(latin.records[0].people[0].name, "J\xC3\xBCrgen");
  expect_exact(latin, "Horse7");
}

TEST(Tables, ASeparatorIsOneCharacterOfAscii) {
  TableRows pipe("sep=|\na|b\n1|2\n");
  EXPECT_EQ(pipe.columns(), (std::vector<std::string>{"a", "b"}));
  // Half of a character would cut all others that begin alike.
  TableRows strange("sep=\u00FE\na,b\n\u00E9,2\n");
  TableRow row;
  while (strange.next(row))
    for (const TableCell &cell : row.cells) EXPECT_TRUE(base::valid_utf8(strange.text_of(cell)));
}

TEST(Tables, OtherTablesAreNone) {
  EXPECT_FALSE(recognises_table("name,price,stock\nx,1,2\n"));
  EXPECT_FALSE(recognises_table("url,username,password,note\nhttps://x,u,p,\n"));
  EXPECT_FALSE(recognises_table(""));
  EXPECT_FALSE(recognises_table("id,subject,body,from,date\n"));
}

TEST(Tables, WhatIsCutIsReadAsFarAsItGoes) {
  const std::string csv =
      "id,subject,comments,from,date\n1,\"a \"\"b\"\"\",\"2024-01-12 07:08:09 - A (x)\nt\",<b>c</b>,2024\n\"";
  for (std::size_t size = 0; size < csv.size(); ++size) {
    CollectingSink sink;
    ASSERT_TRUE(read_table_messages(test::item_of("t.csv", std::string_view(csv).substr(0, size)), sink));
    for (const auto &text : sink.texts) EXPECT_TRUE(base::valid_utf8(text.text));
  }
}

}  // namespace
}  // namespace dislodge::mail
