#include "mail/load_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collecting_sink.hpp"
#include "mail/tables.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;

CollectingSink read(std::string_view bytes) {
  EXPECT_TRUE(recognises_load_file(bytes));
  CollectingSink sink;
  EXPECT_TRUE(read_load_file(test::item_of("load", bytes), sink));
  for (const evidence::Record &record : sink.records) {
    EXPECT_EQ(record.media_type, kLoadFileRow);
    EXPECT_EQ(record.kind, evidence::RecordKind::document);
  }
  return sink;
}

TEST(LoadFile, PurviewNamesCustodianPathAndId) {
  const auto sink = read(
      "\xEF\xBB\xBF\"File_ID\",\"Custodian\",\"Location_name\",\"Compound_path\",\"Email_message_ID\","
      "\"Email_subject\","
      "\"Email_sender\",\"Email_date_sent\",\"Email_date_received\",\"Export_native_path\",\"Error_code\"\r\n"
      "\"1\",\"Alice "
      "A\",\"alice@a.example\",\"alice@a.example\\Primary\\Inbox\\VPN\",\"<m1@a.example>\",\"VPN\","
      "\"bob@b.example\",\"2024-01-12T07:08:09Z\",\"2024-01-12T07:08:10Z\",\"Exchange\\alice\\1.eml\","
      "\"None\"\r\n"
      "\"2\",\"Alice "
      "A\",\"alice@a.example\",\"x\",\"<m2@a.example>\",\"S\",\"bob@b.example\",\"\",\"\",\"2.eml\","
      "\"Encrypted\"\r\n");
  ASSERT_EQ(sink.records.size(), 2u);
  const evidence::Record &record = sink.records[0];
  EXPECT_EQ(record.message_id, "m1@a.example");
  EXPECT_EQ(record.folder, "alice@a.example/Primary/Inbox/VPN");
  EXPECT_EQ(record.name, "Exchange/alice/1.eml");
  EXPECT_EQ(base::format_time(record.sent), "2024-01-12T07:08:09Z");
  ASSERT_EQ(record.people.size(), 1u);
  EXPECT_EQ(record.people[0].role, evidence::PersonRole::delivered_to);
  EXPECT_EQ(record.people[0].address, "alice@a.example");
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, evidence::LedgerState::not_exported);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("Encrypted (2.eml)"));
}

TEST(LoadFile, VaultsXmlAndCsvNameLabels) {
  const auto xml = read(
      "<?xml version='1.0'?><Root><Batch><Documents><Document DocID='a-1'><Tags>"
      "<Tag TagName='#Subject' TagDataType='Text' TagValue='R&amp;D &apos;key&apos;'/>"
      "<Tag TagName='Rfc822MessageId' TagDataType='Text' TagValue='&lt;m1@a.example>'/>"
      "<Tag TagName='#DateSent' TagDataType='DateTime' TagValue='2024-01-12T07:08:09Z'/>"
      "<Tag TagName=\"Labels\" TagDataType='Text' TagValue='^INBOX,^UNREAD'/></Tags>"
      "<Files><File FileType='Native'><ExternalFile FileName='a-1.mbox' FileSize='7'/></File></Files>"
      "<Locations><Location><Custodian>Alice@a.example</Custodian></Location></Locations></Document>"
      "<Document DocID='a-2'><Tags/></Document></Documents></Batch></Root>");
  ASSERT_EQ(xml.records.size(), 1u);
  EXPECT_EQ(xml.records[0].message_id, "m1@a.example");
  EXPECT_EQ(xml.records[0].subject, "R&D 'key'");
  EXPECT_EQ(xml.records[0].folder, "^INBOX,^UNREAD");
  EXPECT_EQ(xml.records[0].name, "a-1.mbox");
  EXPECT_EQ(xml.records[0].people[0].address, "alice@a.example");
  const auto csv = read(
      "Rfc822MessageId,GmailMessageId,FileName,Account,Labels,Subject,From,To,DateSent\n"
      "m1@a.example,18d,x.mbox,alice@a.example,\"^INBOX,^a\",VPN,bob@b.example,alice@a.example,2024-01-12T07:"
      "08:09Z\n");
  ASSERT_EQ(csv.records.size(), 1u);
  EXPECT_EQ(csv.records[0].folder, "^INBOX,^a");
}

TEST(LoadFile, OtherTablesAreNone) {
  EXPECT_FALSE(recognises_load_file("id,subject,body,from,date\n1,a,b,c,2024\n"));
  EXPECT_FALSE(recognises_load_file("name,price,stock,folder\nx,1,2,3\n"));
  EXPECT_FALSE(recognises_load_file("<?xml version='1.0'?><Document/>"));
  EXPECT_FALSE(recognises_load_file(""));
  // Mail in a table has bodies: that is no list of it.
  EXPECT_FALSE(recognises_load_file(
      "MessageId,FromAddress,Subject,Folder,TextBody,DateSent\n<a@b>,a@b,s,Inbox,hello,2024\n"));
}

}  // namespace
}  // namespace dislodge::mail
