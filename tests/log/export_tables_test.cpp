// Tables and lines as people and pipelines export them, whose shapes differ from the interfaces'.

#include "log/local_date.hpp"
#include "log_testing.hpp"

namespace dislodge::log {
namespace {

TEST(ExportTables, GitlabsPageOfAuditEvents) {
  const ReadLog log = read_text(
      "ID,Author ID,Author Name,Entity ID,Entity Type,Entity Path,Target ID,Target Type,Target "
      "Details,Action,IP "
      "Address,Created At (UTC)\n"
      "1,3,Dora,7,Project,brisk/infra,9,DeployKey,bk,Added deploy key,185.220.101.77,2025-03-18 22:05:00\n"
      "2,3,Dora,7,User,dora,3,User,dora,Signed in with STANDARD authentication,185.220.101.77,2025-03-18 "
      "22:00:00\n",
      {}, "audit.csv");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::gitlab);
  EXPECT_EQ(log.text(0, &Event::actor_name), "dora");
  EXPECT_EQ(log.text(0, &Event::address), "185.220.101.77");
  EXPECT_EQ(log.text(0, &Event::resource_name), "brisk/infra");
  EXPECT_EQ(log.table.events[1].event_class, EventClass::interactive_signin);
}

TEST(ExportTables, WorkspaceInBigQuery) {
  const ReadLog log = read_text(
      R"({"time_usec":"1742335500123456","email":"Dora@brisk.example","event_type":"login","event_name":"login_success","record_type":"login","customer_id":"C01","unique_identifier":"-1","ip_address":"185.220.101.77","login":{"login_type":"google_password","is_suspicious":true}})"
      "\n"
      R"({"time_usec":"1742335600123456","email":"dora@brisk.example","event_type":"DOMAIN_SETTINGS","event_name":"AUTHORIZE_API_CLIENT_ACCESS","record_type":"admin","customer_id":"C01","unique_identifier":"-2","ip_address":"185.220.101.77","admin":{"api_client_name":"1122","api_scopes":"https://mail.google.com/"}})"
      "\n",
      {}, "workspace.json");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::google);
  EXPECT_EQ(log.text(0, &Event::actor_name), "dora@brisk.example");
  EXPECT_EQ(log.table.events[0].outcome, Outcome::ok);
  EXPECT_EQ(log.table.extra(log.table.events[0], "risk"), "unfamiliar");
  EXPECT_EQ(log.text(1, &Event::target_name), "1122");
  EXPECT_EQ(log.text(1, &Event::tenant), "c01");
}

TEST(ExportTables, SignInsFromTheAdminConsoleOfWorkspace) {
  const ReadLog log = read_text(
      "Date,Event,Description,Actor,IP address,Login type,Challenge type,Is suspicious,User agent\n"
      "2025-03-18T22:05:00+01:00,Failed login,Dora failed to log in,Dora@brisk.example,185.220.101.77,Google "
      "Password,Password,False,\n"
      "2025-03-18T22:06:00+01:00,Successful login,Dora logged in,dora@brisk.example,185.220.101.77,Google "
      "Password,Password,True,\n"
      "2025-03-18T22:07:00+01:00,Government-backed attack,x,dora@brisk.example,185.220.101.77,,,,\n"
      "2025-03-18T22:08:00+01:00,A thing of tomorrow,x,dora@brisk.example,185.220.101.77,,,,\n",
      {}, "login_log_events.csv");
  ASSERT_EQ(log.table.events.size(), 4u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::google);
  EXPECT_EQ(log.table.events[0].event_class, EventClass::interactive_signin);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(base::format_time(log.table.events[0].time), "2025-03-18T21:05:00Z");
  EXPECT_EQ(log.text(0, &Event::actor_name), "dora@brisk.example");
  EXPECT_EQ(log.text(0, &Event::address), "185.220.101.77");
  EXPECT_EQ(log.table.events[1].outcome, Outcome::ok);
  EXPECT_EQ(log.table.extra(log.table.events[1], "risk"), "unfamiliar");
  EXPECT_EQ(log.table.events[2].event_class, EventClass::alert);
  EXPECT_EQ(log.text(2, &Event::operation), "gov_attack_warning");
  EXPECT_EQ(log.text(3, &Event::operation), "A thing of tomorrow");
}

TEST(ExportTables, CloudTrailAsAthenaPrintsIt) {
  const ReadLog log = read_text(
      "\"eventversion\",\"useridentity\",\"eventtime\",\"eventsource\",\"eventname\",\"awsregion\","
      "\"sourceipaddress\",\"recipientaccountid\"\n"
      "\"1.08\",\"{type=AssumedRole, principalid=AROA1:x, "
      "arn=arn:aws:sts::482913007654:assumed-role/Admin/x, "
      "accountid=482913007654, invokedby=null, accesskeyid=ASIA1, username=null, "
      "sessioncontext={attributes={mfaauthenticated=false, creationdate=2025-03-18T03:00:00Z}, "
      "sessionissuer={type=Role, principalid=AROA1, arn=arn:aws:iam::482913007654:role/Admin, "
      "accountid=482913007654, "
      "username=Admin}}}\",\"2025-03-18T03:07:00Z\",\"iam.amazonaws.com\",\"CreateUser\",\"us-east-1\",\"185."
      "220.101.77\",\"482913007654\"\n",
      {}, "athena.csv");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.text(0, &Event::actor_name), "arn:aws:sts::482913007654:assumed-role/admin/x");
  EXPECT_EQ(log.text(0, &Event::key_id), "asia1");
  EXPECT_EQ(log.table.extra(log.table.events[0], "role"), "arn:aws:iam::482913007654:role/Admin");
}

TEST(ExportTables, DefendersTablesOfSignIns) {
  const ReadLog log = read_text(
      "Timestamp,Application,ApplicationId,LogonType,ErrorCode,CorrelationId,SessionId,AccountObjectId,"
      "AccountUpn,IPAddress,Country,UserAgent,RequestId\n"
      "\"Mar 18, 2025 10:00:00 "
      "PM\",Exchange,00000002-0000-0ff1-ce00-000000000000,\"[\"\"interactiveUser\"\"]\",50126,c1,s1,u1,Dora@"
      "brisk.example,185.220.101.77,NL,x,r1\n",
      {}, "New query.csv");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::entra_signin);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2025-03-18T22:00:00Z"));
  EXPECT_EQ(log.text(0, &Event::session), "s1");
}

TEST(ExportTables, DatesWithSpelledMonthsAndZones) {
  const auto at = [](const char *text) { return base::parse_time(text); };
  EXPECT_EQ(parse_export_time("Mar 18, 2025 10:00:00 PM", {}), at("2025-03-18T22:00:00Z"));
  EXPECT_EQ(parse_export_time("Mar 18, 2025 12:00:05 AM", {}), at("2025-03-18T00:00:05Z"));
  EXPECT_EQ(parse_export_time("March 18, 2025, 22:05:00 (UTC+02:00)", {}), at("2025-03-18T20:05:00Z"));
  EXPECT_EQ(parse_export_time("8/12/2025, 4:10:00 AM PDT", DateOrder::month_first),
            at("2025-08-12T11:10:00Z"));
  EXPECT_EQ(parse_export_time("12/08/2025 16:10:00 CEST", DateOrder::day_first), at("2025-08-12T14:10:00Z"));
  for (const char *none :
       {"March 2025", "Mar 32, 2025 10:00:00 PM", "Mar 18, 2025 13:00:00 PM", "Marvin 18, 2025",
        "8/12/2025, 4:10:00 AM IST", "Mar 18, 2025 10:00:00 PM (UTC+02:00"})
    EXPECT_FALSE(parse_export_time(none, DateOrder::month_first)) << none;
}

}  // namespace
}  // namespace dislodge::log
