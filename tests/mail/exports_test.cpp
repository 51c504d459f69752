#include "mail/exports.hpp"

#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "collecting_sink.hpp"
#include "mail/export_messages.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;

CollectingSink read(std::string_view path, std::string_view json) {
  CollectingSink sink;
  EXPECT_TRUE(read_export(test::item_of(path, json), sink));
  return sink;
}

// Offsets must lead back to the bytes.
void expect_exact(const CollectingSink &sink, std::string_view needle) {
  bool seen = false;
  for (const auto &text : sink.texts) {
    const std::size_t at = text.text.find(needle);
    if (at == std::string::npos) continue;
    seen = true;
    EXPECT_EQ(text.source.substr(text.map.source_of(at), needle.size()), needle) << text.item;
  }
  EXPECT_TRUE(seen);
}

TEST(Exports, SlackDaysGiveMessagesOfTheirChannel) {
  constexpr std::string_view kJson = R"([
 {"type":"message","ts":"1705042800.000200","user":"U01","user_profile":{"real_name":"Ada"},
  "text":"the key is \"Horse7\" <https:\/\/a.example\/x|x>"},
 {"type":"message","ts":"1705042900.000100","user":"U02","text":"thanks \u20ac",
  "files":[{"name":"plan.pdf","url_private":"https:\/\/files.slack.example\/plan.pdf?t=xoxe-1"}]}
])";
  EXPECT_TRUE(recognises_export(kJson));
  const CollectingSink sink = read("slack.zip!/general/2024-01-12.json", kJson);
  ASSERT_EQ(sink.records.size(), 2u);
  EXPECT_EQ(sink.records[0].item, "slack.zip!/general/2024-01-12.json!/1");
  EXPECT_EQ(sink.records[0].folder, "general");
  EXPECT_EQ(base::format_time(sink.records[0].sent).substr(0, 19), "2024-01-12T07:00:00");
  ASSERT_EQ(sink.records[0].people.size(), 1u);
  EXPECT_EQ(sink.records[0].people[0].name, "U01");
  const auto *first = sink.text_of("slack.zip!/general/2024-01-12.json!/1");
  ASSERT_NE(first, nullptr);
  EXPECT_NE(first->text.find("the key is \"Horse7\" <https://a.example/x|x>"), std::string::npos);
  EXPECT_EQ(first->within, 0u);
  expect_exact(sink, "Horse7");
  expect_exact(sink, "xoxe-1");
}

TEST(Exports, BotsOfSlackAreAuthorsWhereNobodyElseIs) {
  constexpr std::string_view kJson = R"([
 {"text":"","bot_id":"B01","attachments":[{"text":"branch deleted","id":1}],"ts":"1454975317.000008"},
 {"text":"added an integration","bot_id":"B01","user":"U01","ts":"1458946055.000002"}])";
  EXPECT_TRUE(recognises_export(kJson));
  const CollectingSink sink = read("slack.zip!/ops/2016-02-08.json", kJson);
  ASSERT_EQ(sink.records.size(), 2u);
  ASSERT_EQ(sink.records[0].people.size(), 1u);
  EXPECT_EQ(sink.records[0].people[0].name, "B01");
  EXPECT_EQ(sink.records[1].people[0].name, "U01");
}

TEST(Exports, TheOwnExportOfTeamsGivesItsMessages) {
  constexpr std::string_view kJson = R"({"userId":"8:orgid:me","conversations":[{"id":"19:c@thread.v2",
 "displayName":"Talk","MessageList":[{"id":"1","displayName":null,"originalarrivaltime":"2020-04-01T10:00:03.123Z",
 "messagetype":"RichText/Html","content":"<div>the key is <b>Hor</b>se7</div>","conversationid":"19:c@thread.v2",
 "from":"8:orgid:ann"}]}]})";
  EXPECT_TRUE(recognises_export(kJson));
  const CollectingSink sink = read("messages.json", kJson);
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(base::format_time(sink.records[0].sent).substr(0, 19), "2020-04-01T10:00:03");
  EXPECT_EQ(sink.records[0].people[0].name, "8:orgid:ann");
}

TEST(Exports, TextsInRunsAreReadAsOne) {
  constexpr std::string_view kJson = R"([
 {"type":"message","ts":"1705042800.0","user":"U1","text":"","blocks":[{"type":"rich_text","elements":[
   {"type":"rich_text_section","elements":[{"type":"text","text":"key Kx71"},
     {"type":"text","text":"Mars\u00fc","style":{"bold":true}},{"type":"emoji","name":"key"},
     {"type":"text","text":"other"}]}]}]},
 {"type":"message","ts":"1705042801.0","user":"U1","text":"same as here","blocks":[{"type":"rich_text","elements":[
   {"type":"rich_text_section","elements":[{"type":"text","text":"same "},{"type":"text","text":"as here"}]}]}]},
 {"type":"message","ts":"1705042802.0","user":"U1","text":"x","blocks":[{"type":"context","elements":[
   {"type":"mrkdwn","text":"one"},{"type":"mrkdwn","text":"two"}]}],"attachments":[{"text":"three"},{"text":"four"}]}
])";
  const CollectingSink sink = read("s.zip!/ops/2024-01-12.json", kJson);
  ASSERT_EQ(sink.records.size(), 3u);
  std::vector<std::string> of_first;
  for (const auto &text : sink.texts)
    if (text.item == "s.zip!/ops/2024-01-12.json!/1") of_first.push_back(text.text);
  ASSERT_EQ(of_first.size(), 2u);
  EXPECT_EQ(of_first[1], "key Kx71Marsü\n") << "what stands between ends a text";
  for (const auto &text : sink.texts)
    if (text.text == of_first[1]) {
      EXPECT_EQ(text.source.substr(text.offset_of("Mars"), 4), "Mars");
      EXPECT_EQ(text.source.substr(text.offset_of("Kx71"), 4), "Kx71");
    }
  for (const auto &text : sink.texts) {
    EXPECT_EQ(text.text.find("onetwo"), std::string::npos);
    EXPECT_EQ(text.text.find("threefour"), std::string::npos);
    if (text.item.ends_with("!/2")) {
      EXPECT_NE(text.text, "same as here\n") << "stands there as one already";
    }
  }
}

TEST(Exports, DocumentsAsTreesAndEntitiesAreRunsToo) {
  // Atlassian's document format, and an export of Telegram.
  constexpr std::string_view kJira =
      R"({"comments":[{"author":{"displayName":"Ann"},"created":"2024-01-12T07:00:00.000+0000","body":{"type":"doc",
 "content":[{"type":"paragraph","content":[{"type":"text","text":"pass Kx"},{"type":"text","text":"71z","marks":
 [{"type":"strong"}]},{"type":"hardBreak"},{"type":"text","text":"bye"}]}]}}]})";
  const CollectingSink jira = read("j.json", kJira);
  EXPECT_TRUE(std::any_of(jira.texts.begin(), jira.texts.end(),
                          [](const auto &text) { return text.text == "pass Kx71z\n"; }));
  constexpr std::string_view kTelegram =
      R"({"messages":[{"id":1,"type":"message","date":"2024-01-12T07:00:00","from":"Ann",
 "text":["pass Kx",{"type":"bold","text":"71z"}," end"]}]})";
  const CollectingSink telegram = read("t.json", kTelegram);
  EXPECT_TRUE(std::any_of(telegram.texts.begin(), telegram.texts.end(),
                          [](const auto &text) { return text.text == "pass Kx71z end\n"; }));
}

TEST(Exports, GraphMailGivesPeopleTextOfHtmlAndAttachments) {
  constexpr std::string_view kJson =
      R"({"value":[{"id":"AAMk","internetMessageId":"<1@a.example>","subject":"VPN",
 "sentDateTime":"2024-01-12T07:00:00Z","from":{"emailAddress":{"name":"Ada","address":"Ada@a.example"}},
 "toRecipients":[{"emailAddress":{"name":"Bob","address":"bob@b.example"}}],
 "body":{"contentType":"html","content":"<p>pass<b>word<\/b>: Horse7<\/p>\r\n"},
 "attachments":[{"@odata.type":"#microsoft.graph.fileAttachment","name":"key.txt","contentType":"text/plain",
 "contentBytes":"c2VjcmV0IGJ5dGVz"}]}]})";
  EXPECT_TRUE(recognises_export(kJson));
  const CollectingSink sink = read("mail.json", kJson);
  ASSERT_EQ(sink.records.size(), 1u);
  const evidence::Record &record = sink.records[0];
  EXPECT_EQ(record.message_id, "1@a.example");
  EXPECT_EQ(record.subject, "VPN");
  ASSERT_EQ(record.people.size(), 2u);
  EXPECT_EQ(record.people[0].address, "ada@a.example");
  EXPECT_EQ(record.people[1].role, evidence::PersonRole::to);
  EXPECT_EQ(record.people[1].address, "bob@b.example");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].path, "mail.json!/1!/attachment-1");
  EXPECT_EQ(sink.children[0].name, "key.txt");
  EXPECT_EQ(sink.children[0].bytes, "secret bytes");
  bool stripped = false;
  for (const auto &text : sink.texts) stripped = stripped || text.text.find("password: Horse7") == 0;
  EXPECT_TRUE(stripped);
  expect_exact(sink, "Horse7");
}

TEST(Exports, GmailPartsAreDecoded) {
  constexpr std::string_view kJson =
      R"({"id":"18d","threadId":"18d","snippet":"hello","internalDate":"1705042800000",
 "payload":{"mimeType":"multipart/mixed","headers":[{"name":"From","value":"Ada <ada@a.example>"},
 {"name":"To","value":"bob@b.example"},{"name":"Subject","value":"VPN"}],
 "parts":[{"mimeType":"text/plain","filename":"","body":{"size":12,"data":"c2VjcmV0IGJ5dGVz"}}]}})";
  EXPECT_TRUE(recognises_export(kJson));
  const CollectingSink sink = read("g.json", kJson);
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(sink.records[0].subject, "VPN");
  ASSERT_GE(sink.records[0].people.size(), 2u);
  EXPECT_EQ(sink.records[0].people[0].address, "ada@a.example");
  ASSERT_EQ(sink.children.size(), 1u);
  EXPECT_EQ(sink.children[0].bytes, "secret bytes");
  EXPECT_EQ(sink.children[0].media_type, "text/plain");
}

TEST(Exports, CommentsOfTicketsHaveTheirOwnAuthors) {
  constexpr std::string_view kJson =
      R"({"tickets":[{"id":7,"subject":"Login","created_at":"2024-01-12T07:00:00Z",
 "requester":{"name":"Carol","email":"carol@c.example"},"description":"cannot log in",
 "comments":[{"author":{"name":"Ada","email":"ada@a.example"},"created_at":"2024-01-13T07:00:00Z",
 "body":"use Horse7"}],"status":"open"}]})";
  EXPECT_TRUE(recognises_export(kJson));
  const CollectingSink sink = read("t.json", kJson);
  ASSERT_EQ(sink.records.size(), 2u);
  EXPECT_EQ(sink.records[0].people[0].address, "carol@c.example");
  EXPECT_EQ(sink.records[1].people[0].address, "ada@a.example");
  const auto *comment = sink.text_of("t.json!/2");
  ASSERT_NE(comment, nullptr);
  EXPECT_NE(comment->text.find("Horse7"), std::string::npos);
  const auto *ticket = sink.text_of("t.json!/1");
  ASSERT_NE(ticket, nullptr);
  EXPECT_EQ(ticket->text.find("Horse7"), std::string::npos);
  EXPECT_NE(ticket->text.find("\"status\":\"open\""), std::string::npos);
  expect_exact(sink, "Horse7");
}

TEST(Exports, OtherJsonIsNone) {
  EXPECT_FALSE(recognises_export(R"({"name":"left-pad","description":"pads","author":"A"})"));
  EXPECT_FALSE(recognises_export(R"([1,2,3])"));
  EXPECT_FALSE(recognises_export("{\"text\":\"\xFF\",\"user\":\"u\",\"ts\":\"1705042800.1\"}"));
}

TEST(Exports, BackslashesThatAreNoEscapesCutNoCharacter) {
  // What follows a backslash may be any character, also behind "\\u" without its digits.
  const std::string json =
      "[{\"user\":\"U1\",\"ts\":\"1705042800.1\",\"text\":\"\\\xE2\x82\xAC \\u00\xE2\x82\xAC"
      " \\ud83d\\u\xC3\xA4 \\ud83d\\ude00 Horse7\"}]";
  const CollectingSink sink = read("a.json", json);
  for (const auto &text : sink.texts) {
    EXPECT_TRUE(base::valid_utf8(text.text));
    if (text.item != "a.json!/1") continue;
    EXPECT_NE(text.text.find("\xF0\x9F\x98\x80 Horse7"), std::string::npos);
    EXPECT_NE(text.text.find("\xE2\x82\xAC u00\xE2\x82\xAC"), std::string::npos) << text.text;
  }
  expect_exact(sink, "Horse7");
}

TEST(Exports, CutAndDeepJsonIsReadAsFarAsItGoes) {
  const std::string whole =
      R"([{"user":"U1","ts":"1705042800.1","text":"one"},{"user":"U2","ts":"1705042801.1","text":"two"}])";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CollectingSink sink = read("a.json", std::string_view(whole).substr(0, size));
    EXPECT_FALSE(sink.unreads.empty());
    std::size_t bytes = 0;
    for (const auto &text : sink.texts) bytes += text.text.size();
    EXPECT_EQ(bytes, size);
  }
  std::string deep(100'000, '[');
  deep += R"({"user":"U1","ts":"1705042800.1","text":"one"})";
  EXPECT_EQ(read("a.json", deep).unreads.size(), 1u);
}

}  // namespace
}  // namespace dislodge::mail
