// The traps of real exports, one test each.

#include "log/builder.hpp"
#include "log/local_date.hpp"
#include "log/operation.hpp"
#include "log/result_code.hpp"
#include "log/transcode.hpp"
#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Address, IsOneTextForOneAddress) {
  EXPECT_EQ(clean_address("62.149.20.10:62589"), "62.149.20.10");
  EXPECT_EQ(clean_address("62.149.20.10"), "62.149.20.10");
  EXPECT_EQ(clean_address("[2001:DB8:0:0::1]:443"), "2001:db8::1");
  EXPECT_EQ(clean_address("2001:0db8:0000::0001"), "2001:db8::1");
  EXPECT_EQ(clean_address("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(clean_address("::ffff:1.2.3.4:7777"), "1.2.3.4");
  EXPECT_EQ(clean_address("[::FFFF:1.2.3.4]:7777"), "1.2.3.4");
  EXPECT_EQ(clean_address("fe80::1%12"), "fe80::1");
  EXPECT_EQ(clean_address("<null>"), "");
  EXPECT_EQ(clean_address(""), "");
  EXPECT_EQ(clean_address("AMS07-Proxy"), "ams07-proxy");
}

TEST(Operation, HasOneNameHoweverItIsWritten) {
  EXPECT_EQ(canonical_operation("Update application \xE2\x80\x93 Certificates and secrets management "),
            "update application - certificates and secrets management");
  EXPECT_EQ(canonical_operation("Update application - Certificates and secrets management"),
            "update application - certificates and secrets management");
  EXPECT_EQ(canonical_operation("Consent to application."), "consent to application");
  EXPECT_EQ(trimmed_operation("Add service principal. "), "Add service principal");
}

TEST(ResultCodes, SayWhatBecameOfTheSecret) {
  EXPECT_EQ(outcome_of_entra(0), Outcome::ok);
  for (const int code : {50126, 50034, 50056, 7000215})
    EXPECT_EQ(outcome_of_entra(code), Outcome::wrong_secret) << code;
  for (const int code : {50055, 50072, 50074, 50076, 50079, 50158, 53003, 530032, 500121, 7000222})
    EXPECT_EQ(outcome_of_entra(code), Outcome::right_secret_stopped) << code;
  for (const int code : {50053, 50057}) EXPECT_EQ(outcome_of_entra(code), Outcome::blocked) << code;
  for (const int code : {50140, 50058, 50097, 50173, 70043})
    EXPECT_EQ(outcome_of_entra(code), Outcome::interrupted) << code;
  EXPECT_EQ(outcome_of_entra(999999), Outcome::error);
  EXPECT_EQ(code_of_logon_error("InvalidUserNameOrPassword"), 50126);
}

TEST(LocalDates, AreDecidedByTheFileOrRefused) {
  EXPECT_EQ(parse_export_time("4/28/2021, 2:08:45.221 PM", DateOrder::month_first),
            base::parse_time("2021-04-28T14:08:45.221Z"));
  EXPECT_EQ(parse_export_time("28.04.2021 14:08", DateOrder::day_first),
            base::parse_time("2021-04-28T14:08:00Z"));
  EXPECT_EQ(parse_export_time("1/12/2024 12:00:01 AM", DateOrder::month_first),
            base::parse_time("2024-01-12T00:00:01Z"));
  EXPECT_EQ(parse_export_time("1/12/2024 12:00:01 AM", std::nullopt), std::nullopt);
  EXPECT_EQ(parse_export_time("2024-01-12T07:08:09Z", std::nullopt),
            base::parse_time("2024-01-12T07:08:09Z"));
  EXPECT_EQ(parse_export_time("/Date(1706000000123)/", std::nullopt), base::Time{1706000000123000});
  DateOrderVote vote;
  vote.add("1/2/2024 10:00");
  EXPECT_EQ(vote.decided(), std::nullopt);
  vote.add("13/2/2024 10:00");
  EXPECT_EQ(vote.decided(), DateOrder::day_first);
  vote.add("2/13/2024 10:00");
  EXPECT_EQ(vote.decided(), std::nullopt);
  EXPECT_TRUE(vote.contradictory());
}

std::string audit(const std::string &members) {
  return "{\"CreationTime\":\"2025-10-07T01:47:12\",\"Id\":\"a1\",\"OrganizationId\":\"T1\",\"RecordType\":8,"
         "\"Workload\":\"AzureActiveDirectory\"," +
         members + "}";
}

// What PowerShell exports of Graph's sign-ins: one of its dates tells the day from the month.
TEST(Dates, GraphsColumnsVoteToo) {
  const std::string head =
      "Id,CreatedDateTime,UserPrincipalName,AppDisplayName,AppId,IPAddress,ClientAppUsed,Status\n";
  const auto row = [](const char *id, const char *date) {
    return std::string(id) + ',' + date +
           ",ann@x.example,Teams,app-1,203.0.113.9,Browser,Microsoft.Graph.SignInStatus\n";
  };
  const ReadLog log = read_text(head + row("s1", "10/2/2026 7:01:02 AM") + row("s2", "10/13/2026 7:01:02 AM"),
                                {}, "signins.csv");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2026-10-02T07:01:02Z"));
}

TEST(UnifiedAudit, FailedSignInsThatSaySuccess) {
  const ReadLog log =
      read_text(audit("\"Operation\":\"UserLoginFailed\",\"ResultStatus\":\"Success\",\"RecordType\":15,"
                      "\"ErrorNumber\":\"50126\",\"UserId\":\"A@x.example\",\"ClientIP\":\"1.2.3.4:99\""));
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.table.events[0].code, 50126);
  EXPECT_EQ(log.text(0, &Event::actor_name), "a@x.example");
  EXPECT_EQ(log.text(0, &Event::address), "1.2.3.4");
  EXPECT_EQ(log.text(0, &Event::tenant), "t1");
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2025-10-07T01:47:12Z"));
}

TEST(UnifiedAudit, StaySignedInIsNoFailure) {
  const ReadLog log =
      read_text(audit("\"Operation\":\"UserLoggedIn\",\"ErrorNumber\":\"50140\",\"LogonError\":"
                      "\"KmsiInterrupt\",\"UserId\":\"a@x.example\""));
  EXPECT_EQ(log.table.events.at(0).outcome, Outcome::interrupted);
}

TEST(UnifiedAudit, NamesInAnyCaseAndBothOfTwo) {
  const ReadLog log = read_text(
      "{\"creationtime\":\"2025-10-07 "
      "01:47:12\",\"operation\":\"Set-Mailbox\",\"recordtype\":1,\"workload\":\"Exchange\",\"userid\":\"ann@"
      "x.example\",\"UserId\":\"bob@x.example\"}");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.extra(0, "also:userid"), "bob@x.example");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::mail_admin);
}

TEST(UnifiedAudit, CredentialAddedInAWrappedListOfKeys) {
  const ReadLog log =
      read_text(audit("\"Operation\":\"Update application \\u2013 Certificates and secrets management "
                      "\",\"UserId\":\"x@y.example\","
                      "\"Target\":[{\"ID\":\"Application_11b49e19-2326-4be6-93cb-7f37439bbd81\",\"Type\":2},{"
                      "\"ID\":\"11b49e19-2326-4be6-93cb-7f37439bbd81\",\"Type\":2},{\"ID\":\"App\",\"Type\":"
                      "1},{\"ID\":\"5a95e683-08ad-424e-a441-1d1aec52c02c\",\"Type\":2}],"
                      "\"ModifiedProperties\":[{\"Name\":\"KeyDescription\",\"NewValue\":\"[\\r\\n  "
                      "\\\"[KeyIdentifier=AAAAAAAA-1111-2222-3333-444444444444,KeyType=Password,KeyUsage="
                      "Verify,DisplayName=old]\\\",\\r\\n  "
                      "\\\"[KeyIdentifier=BBBBBBBB-1111-2222-3333-444444444444,KeyType=AsymmetricX509Cert,"
                      "KeyUsage=Verify,DisplayName=CN=x]\\\"\\r\\n]\",\"OldValue\":\"[\\r\\n  "
                      "\\\"[KeyIdentifier=AAAAAAAA-1111-2222-3333-444444444444,KeyType=Password,KeyUsage="
                      "Verify,DisplayName=old]\\\"\\r\\n]\"}]"));
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.text(0, &Event::key_id), "bbbbbbbb-1111-2222-3333-444444444444");
  EXPECT_EQ(log.extra(0, "key-added"), "bbbbbbbb-1111-2222-3333-444444444444");
  EXPECT_EQ(log.extra(0, "key-removed"), "");
  EXPECT_EQ(log.text(0, &Event::target_id), "11b49e19-2326-4be6-93cb-7f37439bbd81");
  EXPECT_EQ(log.extra(0, "target-app-id"), "5a95e683-08ad-424e-a441-1d1aec52c02c");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::directory_audit);
}

TEST(UnifiedAudit, ActorThatIsAnApplication) {
  const ReadLog log = read_text(audit(
      "\"Operation\":\"Add "
      "user.\",\"UserType\":6,\"UserId\":\"ServicePrincipal_0d2f5969-011b-460d-ac74-3291d227d49f\","
      "\"Actor\":[{\"ID\":\"Legacy\",\"Type\":1},{\"ID\":\"5a95e683-08ad-424e-a441-1d1aec52c02c\",\"Type\":2}"
      ",{\"ID\":\"ServicePrincipal_0d2f5969-011b-460d-ac74-3291d227d49f\",\"Type\":2},{\"ID\":\"0d2f5969-"
      "011b-460d-ac74-3291d227d49f\",\"Type\":2},{\"ID\":\"ServicePrincipal\",\"Type\":2}],"
      "\"ExtendedProperties\":[{\"Name\":\"additionalDetails\",\"Value\":\"{\\\"User-Agent\\\":"
      "\\\"python\\\",\\\"AppId\\\":\\\"5a95e683-08ad-424e-a441-1d1aec52c02c\\\"}\"}],"
      "\"Target\":[{\"ID\":\"User_aead923d-498b-4f64-a66c-2af91447a8b6\",\"Type\":2},{\"ID\":\"new@x."
      "example\",\"Type\":5}]"));
  EXPECT_EQ(log.text(0, &Event::actor_type), "service-principal");
  EXPECT_EQ(log.text(0, &Event::actor_id), "0d2f5969-011b-460d-ac74-3291d227d49f");
  EXPECT_EQ(log.text(0, &Event::application_id), "5a95e683-08ad-424e-a441-1d1aec52c02c");
  EXPECT_EQ(log.text(0, &Event::operation), "Add user");
  EXPECT_EQ(log.text(0, &Event::target_name), "new@x.example");
  EXPECT_EQ(log.text(0, &Event::agent), "python");
  EXPECT_EQ(log.extra(0, "target-app-id"), "");
}

TEST(UnifiedAudit, ConsentSaysWhatHoldsNow) {
  const ReadLog log =
      read_text(audit("\"Operation\":\"Consent to "
                      "application.\",\"UserId\":\"a@x.example\",\"ModifiedProperties\":[{\"Name\":"
                      "\"ConsentAction.Permissions\",\"NewValue\":\"[[Id: 0, Scope: User.Read]] => [[Id: 1, "
                      "ClientId: 2, ConsentType: AllPrincipals, Scope:  full_access_as_app, CreatedDateTime: "
                      ", LastModifiedDateTime ]]; \",\"OldValue\":\"\"}]"));
  EXPECT_EQ(log.extra(0, "permissions"), "full_access_as_app");
  EXPECT_EQ(log.extra(0, "consent-type"), "AllPrincipals");
}

TEST(UnifiedAudit, MailThatWasBound) {
  const ReadLog log = read_text(
      "{\"CreationTime\":\"2025-10-07T01:47:12\",\"Id\":\"a\",\"Operation\":\"MailItemsAccessed\","
      "\"RecordType\":50,\"Workload\":\"Exchange\",\"UserType\":5,"
      "\"UserId\":\"ServicePrincipal_0d2f5969-011b-460d-ac74-3291d227d49f\",\"AppId\":\"00000003-0000-0000-"
      "c000-000000000000\",\"ClientAppId\":\"5A95E683-08AD-424E-A441-1D1AEC52C02C\","
      "\"ClientIPAddress\":\"20.190.160.10\",\"ClientInfoString\":\"Client=REST;;\",\"MailboxOwnerUPN\":"
      "\"Helen@x.example\","
      "\"AppAccessContext\":{\"AADSessionId\":\"S1\",\"UniqueTokenId\":\"tok-A\",\"CorrelationId\":\"C1\"},"
      "\"OperationProperties\":[{\"Name\":\"MailAccessType\",\"Value\":\"Bind\"},{\"Name\":\"IsThrottled\","
      "\"Value\":\"True\"}],"
      "\"Folders\":[{\"Path\":\"\\\\Inbox\",\"FolderItems\":[{\"InternetMessageId\":\"<a@x>\"},{"
      "\"InternetMessageId\":\"<b@x>\"}]},{\"Path\":\"\\\\Sent\",\"FolderItems\":[{\"InternetMessageId\":\"<"
      "c@x>\"}]}]}");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  const Event &event = log.table.events[0];
  EXPECT_EQ(event.event_class, EventClass::mail_access);
  EXPECT_EQ(log.text(0, &Event::mailbox), "helen@x.example");
  EXPECT_EQ(log.text(0, &Event::application_id), "5a95e683-08ad-424e-a441-1d1aec52c02c");
  EXPECT_EQ(log.text(0, &Event::resource_id), "00000003-0000-0000-c000-000000000000");
  EXPECT_EQ(log.text(0, &Event::token), "tok-A");
  EXPECT_EQ(log.text(0, &Event::session), "s1");
  EXPECT_EQ(log.extra(0, "throttled"), "true");
  EXPECT_EQ(log.extra(0, "access-type"), "Bind");
  EXPECT_EQ(log.extra(0, "app-only"), "true");
  EXPECT_THAT(log.table.extras_of(event, "message-id"), ElementsAre("a@x", "b@x", "c@x"));
  EXPECT_THAT(log.table.extras_of(event, "folder"), ElementsAre("\\Inbox", "\\Sent"));
}

TEST(UnifiedAudit, MailThatWasSynchronised) {
  const ReadLog log = read_text(
      "{\"CreationTime\":\"2025-10-07T01:47:12\",\"Id\":\"a\",\"Operation\":\"MailItemsAccessed\","
      "\"RecordType\":2,\"Workload\":\"Exchange\",\"UserType\":0,\"UserId\":\"h@x.example\","
      "\"MailboxOwnerUPN\":\"h@x.example\","
      "\"OperationProperties\":[{\"Name\":\"MailAccessType\",\"Value\":\"Sync\"}],\"Item\":{\"ParentFolder\":"
      "{\"Path\":\"\\\\Inbox\\\\Keys\"}}}");
  EXPECT_EQ(log.extra(0, "access-type"), "Sync");
  EXPECT_EQ(log.extra(0, "folder"), "\\Inbox\\Keys");
  EXPECT_EQ(log.extra(0, "throttled"), "");
  EXPECT_EQ(log.extra(0, "app-only"), "");
}

TEST(UnifiedAudit, TableOfSearchUnifiedAuditLog) {
  const std::string row =
      "\"ExchangeAdmin\",\"10/7/2025 1:47:12 "
      "AM\",\"a@x.example\",\"Set-Mailbox\",\"{\"\"CreationTime\"\":\"\"2025-10-07T01:47:12\"\",\"\"Id\"\":"
      "\"\"r1\"\",\"\"Operation\"\":\"\"Set-Mailbox\"\",\"\"RecordType\"\":1,\"\"Workload\"\":"
      "\"\"Exchange\"\",\"\"UserId\"\":\"\"a@x.example\"\"}\",\"1\"\r\n";
  const std::string head =
      "#TYPE "
      "Deserialized\r\n\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\","
      "\"ResultIndex\"\r\n";
  ReadLog log = read_text(head + row + row, {}, "ual.csv");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.table.source_of(log.table.events[0]), "ual.csv:line 3");
  EXPECT_EQ(log.table.settle(), 1u) << "the same record twice is one event";
  EXPECT_TRUE(recognises(head + row));
  EXPECT_TRUE(recognises(head));
  EXPECT_EQ(recognise(head + row), Source::m365_audit);
}

TEST(UnifiedAudit, WhatTheDataLeavesOutTheColumnsSay) {
  const ReadLog log = read_text(
      "RecordId,CreationDate,RecordType,Operation,UserId,AuditData\r\nr9,2025-10-07T01:47:12.0000000Z,50,"
      "MailItemsAccessed,h@x.example,\"{\"\"Workload\"\":\"\"Exchange\"\",\"\"MailboxOwnerUPN\"\":\"\"h@x."
      "example\"\"}\"\r\n");
  ASSERT_EQ(log.table.events.size(), 1u);
  EXPECT_EQ(log.text(0, &Event::native_id), "r9");
  EXPECT_EQ(log.text(0, &Event::operation), "MailItemsAccessed");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::mail_access);
}

TEST(UnifiedAudit, SpreadsheetsCutCells) {
  const std::string cut = "{\"\"Id\"\":\"\"" + std::string(32'758, 'x');
  const ReadLog log = read_text(
      "RecordType,CreationDate,UserIds,Operations,AuditData\r\n1,2025-10-07T01:47:12Z,a,Set-Mailbox,\"" +
      cut + "\"\r\n");
  EXPECT_EQ(log.table.events.size(), 0u);
  ASSERT_EQ(log.unread.size(), 1u);
  EXPECT_THAT(log.unread[0].reason, HasSubstr("spreadsheet"));
  EXPECT_GT(log.counts.bytes_unread, 32'000u);
}

TEST(UnifiedAudit, GraphsRecordAroundTheData) {
  const ReadLog log = read_text(
      "{\"@odata.context\":\"x\",\"value\":[{\"id\":\"g1\",\"createdDateTime\":\"2025-10-07T01:47:12Z\","
      "\"auditLogRecordType\":\"exchangeItemAggregated\",\"operation\":\"MailItemsAccessed\","
      "\"organizationId\":\"T9\",\"userType\":\"Application\",\"service\":\"Exchange\",\"clientIp\":\"1.2.3."
      "4\",\"auditData\":{\"@odata.type\":\"#x\",\"MailboxOwnerUPN\":\"h@x.example\",\"AppId\":\"a1\"}}]}");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.text(0, &Event::tenant), "t9");
  EXPECT_EQ(log.text(0, &Event::actor_type), "application");
  EXPECT_EQ(log.text(0, &Event::address), "1.2.3.4");
}

TEST(Collectors, Utf16WithPlacesOfTheOriginal) {
  const std::string utf8 =
      "[\r\n" + audit("\"Operation\":\"Add user.\",\"UserId\":\"\xC3\xA4@x.example\"") + "]\r\n";
  std::string bytes = "\xFF\xFE";
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (static_cast<unsigned char>(utf8[i]) == 0xC3) {
      bytes += static_cast<char>(0xE4);
      bytes += '\0';
      ++i;
    } else {
      bytes += utf8[i];
      bytes += '\0';
    }
  }
  const ReadLog log = read_text(bytes);
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.text(0, &Event::actor_name), "\xC3\xA4@x.example");
  EXPECT_EQ(log.table.events[0].offset, 8u);
  EXPECT_EQ(log.table.events[0].line, 2u);
  EXPECT_EQ(log.table.events[0].length, bytes.size() - 8 - 6);
  EXPECT_TRUE(recognises(bytes));
}

TEST(Collectors, EnvelopesOfSearchSystems) {
  const ReadLog log = read_text("{\"_index\":\"x\",\"_source\":" +
                                audit("\"Operation\":\"Add user.\",\"UserId\":\"a@x.example\"") + "}\n");
  EXPECT_EQ(log.table.events.size(), 1u) << log.error;
}

TEST(Collectors, OneBadByteInANameIsNoReasonToLoseTheRecord) {
  const ReadLog log = read_text(audit("\"Operation\":\"Add user.\",\"UserId\":\"\xE4@x.example\""));
  ASSERT_EQ(log.table.events.size(), 1u);
  EXPECT_EQ(log.text(0, &Event::actor_name), "\xEF\xBF\xBD@x.example");
}

TEST(Reader, TellsWhatItDoesNotKnowByKind) {
  const ReadLog log = read_text("{\"eventName\":\"ConsoleLogin\",\"a\":1}\n" +
                                audit("\"Operation\":\"Add user.\",\"UserId\":\"a\"") +
                                "\n{\"eventName\":\"ConsoleLogin\",\"a\":2}\n");
  EXPECT_EQ(log.table.events.size(), 1u);
  ASSERT_EQ(log.unread.size(), 1u);
  EXPECT_EQ(log.unread[0].state, evidence::LedgerState::unsupported);
  EXPECT_THAT(log.unread[0].reason, HasSubstr("2 records"));
  EXPECT_EQ(log.unread[0].bytes, 68u);
  EXPECT_EQ(log.counts.bytes_unread, 68u);
}

TEST(Reader, HalfALineIsUnreadAndTheRestIsRead) {
  const ReadLog log =
      read_text(audit("\"Operation\":\"Add user.\",\"UserId\":\"a\"") + "\n{\"CreationTime\":\"2025-");
  EXPECT_EQ(log.table.events.size(), 1u);
  ASSERT_EQ(log.unread.size(), 1u);
  EXPECT_EQ(log.unread[0].bytes, 22u);
  EXPECT_THAT(log.unread[0].reason, HasSubstr("line 2"));
}

TEST(Reader, ManyBadRecordsAreToldInSum) {
  std::string text = audit("\"Operation\":\"Add user.\",\"UserId\":\"a\"") + "\n";
  for (int i = 0; i < 500; ++i) text += "{\"broken\":\n";
  const ReadLog log = read_text(text);
  EXPECT_EQ(log.table.events.size(), 1u);
  EXPECT_LT(log.unread.size(), 60u);
  std::uint64_t bytes = 0;
  for (const auto &part : log.unread) bytes += part.bytes;
  EXPECT_EQ(bytes, 500u * 10);
}

TEST(Reader, RefusesWhatIsNoLog) {
  EXPECT_FALSE(
      recognises("{\"data\":[{\"kind\":\"AZUser\",\"data\":{\"id\":\"x\"}}],\"meta\":{\"type\":\"azure\"}}"));
  EXPECT_FALSE(recognises("name,phone,street\nann,1,x\n"));
  EXPECT_FALSE(recognises(""));
  EXPECT_FALSE(recognises("plain text"));
  EXPECT_TRUE(recognises(
      "{\"@odata.context\":\"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns\",\"value\":[]}"));
}

}  // namespace
}  // namespace dislodge::log
