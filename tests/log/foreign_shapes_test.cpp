// Shapes that other people's exports have, and what they must not be taken for.

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ForeignShapes, ThePortalsTableOfManagedIdentities) {
  const ReadLog log = read_text(
      "Date (UTC),Request ID,Correlation ID,Managed Identity ID,Managed Identity name,Managed Identity "
      "type,Resource,Resource ID ,IP address,Location,Status,Sign-in error code,Failure reason\r\n"
      "2025-10-02T01:32:28Z,r1,c1,11111111-2222-3333-4444-555555555555,vm1,System,Azure Key "
      "Vault,cfa8b339-82a2-471a-a3c9-0fc0be7a4093,203.0.113.9,\"Oslo, Oslo, NO\",Success,0,Other.\r\n",
      {}, "signins.csv");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  EXPECT_EQ(log.table.events[0].event_class, EventClass::managed_identity_signin);
  EXPECT_EQ(log.text(0, &Event::actor_id), "11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(log.text(0, &Event::actor_name), "vm1");
}

TEST(ForeignShapes, TheExtendedReportOfAMessageTraceIsARowAStep) {
  const std::string head =
      "date_time_utc,client_ip,source,event_id,internal_message_id,message_id,network_message_id,"
      "recipient_address,message_subject,sender_address,directionality\r\n";
  const ReadLog log = read_text(head +
                                    "2025-10-02T01:32:28.000Z,203.0.113.9,SMTP,RECEIVE,1,<a@b>,n1,ann@x."
                                    "example,Invoice,eve@evil.example,In\r\n"
                                    "2025-10-02T01:32:29.000Z,,STOREDRIVER,DELIVER,1,<a@b>,n1,ann@x.example,"
                                    "Invoice,eve@evil.example,In\r\n",
                                {}, "trace.csv");
  ASSERT_THAT(log.table.events, SizeIs(2)) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::message_trace);
  EXPECT_EQ(log.extra(0, "message-id"), "a@b");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_NE(log.text(0, &Event::native_id), log.text(1, &Event::native_id));
}

// Any column of the file may tell the day from the month.
TEST(ForeignShapes, TheEndOfTheRangeDecidesTheOrderOfDates) {
  const auto read = [](const std::string &until) {
    return read_text(
        "\"MessageId\",\"Received\",\"SenderAddress\",\"RecipientAddress\",\"Subject\",\"Status\","
        "\"StartDate\","
        "\"EndDate\"\r\n\"<a@b>\",\"10/2/2025 1:32:28 "
        "AM\",\"eve@evil.example\",\"ann@x.example\",\"s\",\"Delivered\",\"10/1/2025 12:00:00 AM\",\"" +
            until + "\"\r\n",
        {}, "trace.csv");
  };
  const ReadLog decided = read("10/13/2025 12:00:00 AM");
  ASSERT_THAT(decided.table.events, SizeIs(1));
  EXPECT_EQ(decided.table.events[0].time, base::parse_time("2025-10-02T01:32:28Z"));
  const ReadLog open = read("10/3/2025 12:00:00 AM");
  EXPECT_THAT(open.table.events, IsEmpty());
  ASSERT_THAT(open.unread, SizeIs(1));
  EXPECT_THAT(open.unread[0].reason, HasSubstr("order of day and month"));
}

TEST(ForeignShapes, ExcelsFirstLine) {
  const ReadLog log = read_text(
      "sep=;\r\nRecordType;CreationDate;UserIds;Operations;AuditData\r\n50;02.10.2025 "
      "01:32;ann;MailItemsAccessed;\"{\"\"CreationTime\"\":\"\"2025-10-02T01:32:28\"\",\"\"Id\"\":\"\"1\"\","
      "\"\"Operation\"\":\"\"MailItemsAccessed\"\",\"\"RecordType\"\":50,\"\"UserId\"\":\"\"ann@x."
      "example\"\"}\"\r\n",
      {}, "ual.csv");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  EXPECT_EQ(log.text(0, &Event::operation), "MailItemsAccessed");
  EXPECT_THAT(log.counts.notes, IsEmpty()) << "AuditData tells the time";
}

// Search systems wrap what they keep, one in the other.
TEST(ForeignShapes, OneWrapperInAnother) {
  const std::string record =
      R"({\"CreationTime\":\"2025-10-02T01:32:28\",\"Id\":\"1\",\"Operation\":\"New-InboxRule\",\"RecordType\":1,)"
      R"(\"OrganizationId\":\"t\",\"UserId\":\"ann@x.example\",\"Workload\":\"Exchange\"})";
  const std::string heads[] = {
      R"({"preview":false,"result":{"_time":"2025-10-03T00:00:00Z","_raw":")" + record + R"("}})",
      R"({"_index":"a","_source":{"@timestamp":"2025-10-03T00:00:00Z","message":")" + record + R"("}})",
      R"({"_source":{"@timestamp":"2025-10-03T00:00:00Z","ecs":{"version":"8"},"event":{"original":")" +
          record + R"("}}})",
      R"({"line":")" + record + R"(","timestamp":"2025-10-03T00:00:00Z"})",
  };
  for (const std::string &text : heads) {
    const ReadLog log = read_text(text + "\n" + text + "\n");
    ASSERT_THAT(log.table.events, SizeIs(2)) << text << log.error;
    EXPECT_EQ(log.table.events[0].source, Source::m365_audit) << text;
    EXPECT_EQ(log.table.events[0].time, base::parse_time("2025-10-02T01:32:28Z"));
    EXPECT_EQ(log.text(0, &Event::operation), "New-InboxRule");
  }
}

// A timeline may leave out the status; a failed logon is no success for that.
TEST(ForeignShapes, AFailedLogonOfAHayabusaTimeline) {
  const ReadLog log = read_text(
      "\"Timestamp\",\"RuleTitle\",\"Level\",\"Computer\",\"Channel\",\"EventID\",\"RecordID\","
      "\"Details\"\n\"2025-10-"
      "02 01:32:28.123 +00:00\",\"Logon Failure (Wrong Password)\",\"low\",\"dc\",\"Sec\",4625,5,\"Type: 3 - "
      "NETWORK "
      "\xC2\xA6 TgtUser: ann \xC2\xA6 SrcIP: 203.0.113.9\"\n",
      {}, "timeline.csv");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
}

TEST(ForeignShapes, AVaultOfAzureNamesTheAddressThatWasAsked) {
  const ReadLog log = read_text(
      R"({"time":"2024-04-03T14:03:10Z","category":"AuditEvent","operationName":"SecretGet","resultType":"Success","callerIpAddress":"203.0.113.9","identity":{"claim":{"oid":"d4ba3e84-0444-4841-aaf7-0123456789ab","upn":"ann@x.example"}},"properties":{"id":"https://v.vault.azure.net/secrets/s","requestUri":"https://v.vault.azure.net/secrets/s","httpStatusCode":200}})");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::azure_activity);
  EXPECT_EQ(log.table.events[0].event_class, EventClass::key_use);
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
}

TEST(ForeignShapes, AzureActivityAsTheLibraryForPythonWritesIt) {
  const ReadLog log = read_text(
      R"({"authorization":{"action":"Microsoft.Compute/disks/delete"},"caller":"ann@x.example","event_timestamp":"2022-02-09T03:04:54.297853Z","operation_name":{"value":"Microsoft.Compute/disks/delete"},"http_request":{"client_ip_address":"203.0.113.9"},"status":{"value":"Succeeded"},"subscription_id":"s"})");
  ASSERT_THAT(log.table.events, SizeIs(1)) << log.error;
  EXPECT_EQ(log.text(0, &Event::operation), "Microsoft.Compute/disks/delete");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_EQ(log.table.events[0].outcome, Outcome::ok);
}

// Kusto and Log Analytics answer with columns and rows; what the portal shows as a line is an array there.
TEST(ForeignShapes, TablesOfQueries) {
  const std::string columns =
      R"([{"ColumnName":"TimeGenerated","DataType":"DateTime"},{"ColumnName":"OperationName"},{"ColumnName":"ResultType"},)"
      R"({"ColumnName":"UserPrincipalName"},{"ColumnName":"UserId"},{"ColumnName":"IPAddress"},{"ColumnName":"AppId"},)"
      R"({"ColumnName":"Status","DataType":"Object"},{"ColumnName":"Category"},{"ColumnName":"Type"}])";
  const std::string rows =
      R"([["2025-10-02T01:32:28Z","Sign-in activity","50126","ann@x.example","11111111-2222-3333-4444-555555555555",)"
      R"("203.0.113.9","a1",{"errorCode":50126},"SignInLogs","SigninLogs"],)"
      R"(["2025-10-02T01:33:28Z","Sign-in activity","0","ann@x.example","11111111-2222-3333-4444-555555555555",)"
      R"("203.0.113.9",null,"{\"errorCode\":0}","SignInLogs","SigninLogs"]])";
  std::string lower = columns;
  for (std::size_t at = 0; (at = lower.find("ColumnName", at)) != std::string::npos;)
    lower.replace(at, 10, "name");
  const std::string texts[] = {
      R"({"Tables":[{"TableName":"Table_0","Columns":)" + columns + R"(,"Rows":)" + rows + "}]}",
      R"({"tables": [ {"name": "PrimaryResult", "columns": )" + lower + ",\n\"rows\": " + rows + "} ] }",
      R"([{"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":)" + columns + R"(,"Rows":)" + rows +
          "}]",
  };
  for (const std::string &text : texts) {
    ASSERT_EQ(recognise(text), Source::entra_signin) << text;
    const ReadLog log = read_text(text);
    ASSERT_THAT(log.table.events, SizeIs(2)) << text << log.error;
    EXPECT_THAT(log.unread, IsEmpty());
    EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
    EXPECT_EQ(log.table.events[1].outcome, Outcome::ok);
    EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
    EXPECT_EQ(text.substr(log.table.events[1].offset, 23), R"(["2025-10-02T01:33:28Z")") << "its own place";
  }
  // Cut within a row: the row before it is read, and what is lost is told.
  const ReadLog cut = read_text(texts[0].substr(0, texts[0].size() - 40));
  EXPECT_THAT(cut.table.events, SizeIs(1));
  ASSERT_THAT(cut.unread, SizeIs(1));
  EXPECT_THAT(cut.unread[0].reason, HasSubstr("cut off"));
}

TEST(ForeignShapes, AnswersToABatch) {
  const std::string record =
      R"({"id":"r","createdDateTime":"2025-10-02T01:32:28Z","userPrincipalName":"ann@x.example",)"
      R"("userId":"11111111-2222-3333-4444-555555555555","appId":"a","ipAddress":"203.0.113.9","status":{"errorCode":0}})";
  const std::string second = R"({"id":"s",)" + record.substr(10);
  const std::string page =
      R"({"id":"1","status":200,"headers":{"Content-Type":"application/json"},"body":)"
      R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns",)"
      R"("@odata.nextLink":"https://graph.microsoft.com/next","value":[)" +
      record + "," + second + "]}}";
  const std::string one = R"({"id":"2","status":200,"body":)" + record + "}";
  for (const std::string &text :
       {R"({"responses":[)" + page + "," + one + "]}", R"({"responses": [)" + one + ",\n" + page + "]}"}) {
    ASSERT_EQ(recognise(text), Source::entra_signin) << text;
    const ReadLog log = read_text(text);
    EXPECT_THAT(log.table.events, SizeIs(3)) << text << log.error;
    EXPECT_THAT(log.unread, IsEmpty());
    EXPECT_THAT(log.counts.notes, SizeIs(1)) << "a next page is named";
  }
}

}  // namespace
}  // namespace dislodge::log
