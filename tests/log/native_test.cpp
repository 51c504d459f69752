// Normal forms of other products are read as the record that they were made of, where its fields are kept.

#include "log/native.hpp"

#include "log_testing.hpp"

namespace dislodge::log {
namespace {

TEST(Native, CloudTrailInElasticsForm) {
  const ReadLog log = read_text(
      R"({"@timestamp":"2025-03-18T03:09:00.000Z","event":{"dataset":"aws.cloudtrail","action":"CreateAccessKey","provider":"iam.amazonaws.com","outcome":"success","id":"e1","category":["iam"]},"aws":{"cloudtrail":{"event_version":"1.08","user_identity":{"type":"IAMUser","arn":"arn:aws:iam::482913007654:user/ci","access_key_id":"AKIAOLD"},"request_parameters":"{userName=amy, tags=[a=1, b=2], path=/x/}","response_elements":"{accessKey={accessKeyId=AKIANEW, userName=amy}}","recipient_account_id":"482913007654"}},"source":{"ip":"185.220.101.77"},"user":{"name":"ci"},"user_agent":{"original":"Boto3/1.34"},"cloud":{"account":{"id":"482913007654"},"region":"us-east-1"}})"
      "\n",
      {}, "elastic.ndjson");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  const Event &event = log.table.events[0];
  EXPECT_EQ(event.source, Source::aws_cloudtrail);
  EXPECT_EQ(event.event_class, EventClass::admin_change);
  EXPECT_EQ(event.outcome, Outcome::ok);
  EXPECT_EQ(log.text(0, &Event::target_name), "amy");
  EXPECT_EQ(log.text(0, &Event::key_id), "akiaold");
  EXPECT_EQ(log.text(0, &Event::agent), "Boto3/1.34");
  EXPECT_EQ(log.table.extra(event, "key-added"), "akianew");
  EXPECT_EQ(log.text(0, &Event::native_id), "e1");
}

TEST(Native, OktaAndWorkspaceAndGithubInElasticsForm) {
  const ReadLog log = read_text(
      R"({"@timestamp":"2025-03-18T03:10:00.000Z","event":{"dataset":"okta.system","action":"user.account.privilege.grant","outcome":"success","id":"o1"},"okta":{"actor":{"id":"00u1","alternate_id":"dora@brisk.example","type":"User"},"client":{"ip":"185.220.101.77","user_agent":{"raw_user_agent":"x"}},"event_type":"user.account.privilege.grant","outcome":{"result":"SUCCESS"},"target":[{"id":"00u2","type":"User","alternate_id":"emil@brisk.example"}],"uuid":"o1","authentication_context":{"external_session_id":"102x"}}})"
      "\n"
      R"({"@timestamp":"2025-03-18T03:12:00.000Z","event":{"dataset":"google_workspace.admin","action":"ASSIGN_ROLE","provider":"admin","id":"w1"},"google_workspace":{"actor":{"type":"USER","email":"dora@brisk.example"},"admin":{"role":{"name":"_SEED_ADMIN_ROLE"},"user":{"email":"x9@brisk.example"}},"event":{"type":"DELEGATED_ADMIN_SETTINGS"}},"source":{"ip":"185.220.101.77"}})"
      "\n"
      R"({"@timestamp":"2025-03-18T03:13:00.000Z","event":{"dataset":"github.audit","action":"repo.access","id":"g1"},"github":{"org":"brisk-org","repo":"brisk-org/x","visibility":"public"},"user":{"name":"bertx"}})"
      "\n",
      {}, "elastic.ndjson");
  ASSERT_EQ(log.table.events.size(), 3u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::okta);
  EXPECT_EQ(log.text(0, &Event::actor_name), "dora@brisk.example");
  EXPECT_EQ(log.text(0, &Event::target_id), "00u2");
  EXPECT_EQ(log.text(0, &Event::session), "102x");
  EXPECT_EQ(log.text(0, &Event::address), "185.220.101.77");
  EXPECT_EQ(log.table.events[1].source, Source::google);
  EXPECT_EQ(log.text(1, &Event::actor_name), "dora@brisk.example");
  EXPECT_EQ(log.text(1, &Event::target_name), "x9@brisk.example");
  EXPECT_EQ(log.text(1, &Event::operation), "ASSIGN_ROLE");
  EXPECT_EQ(log.table.events[2].source, Source::github);
  EXPECT_EQ(log.text(2, &Event::resource_name), "brisk-org/x");
  EXPECT_EQ(log.text(2, &Event::actor_name), "bertx");
}

TEST(Native, TheUnifiedAuditLogInElasticsFormIsTheWholeRecord) {
  const ReadLog log = read_text(
      R"({"@timestamp":"2025-03-18T22:10:00.000Z","event":{"action":"New-InboxRule","dataset":"o365.audit","id":"x1","category":["web"]},"o365":{"audit":{"CreationTime":"2025-03-18T22:10:00","Id":"x1","Operation":"New-InboxRule","OrganizationId":"66666666-0000-4000-8000-000000000001","RecordType":1,"UserType":2,"Workload":"Exchange","ClientIP":"185.220.101.77","UserId":"dora@brisk.example","Parameters":[{"Name":"DeleteMessage","Value":"True"}]}}})"
      "\n",
      {}, "elastic.ndjson");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::m365_audit);
  EXPECT_EQ(log.table.extra(log.table.events[0], "new:DeleteMessage"), "True");
}

TEST(Native, CloudTrailAndOktaInOcsf) {
  const ReadLog log = read_text(
      R"({"metadata":{"product":{"name":"CloudTrail","vendor_name":"AWS"},"uid":"e1","version":"1.1.0","event_code":"AwsApiCall"},"time":1742267340000,"cloud":{"region":"us-east-1","provider":"AWS","account":{"uid":"482913007654"}},"api":{"operation":"CreateAccessKey","service":{"name":"iam.amazonaws.com"},"request":{"data":"{\"userName\":\"amy\"}"},"response":{"data":"{\"accessKey\":{\"accessKeyId\":\"AKIANEW\",\"userName\":\"amy\"}}"}},"src_endpoint":{"ip":"185.220.101.77"},"actor":{"user":{"type":"IAMUser","name":"ci","credential_uid":"AKIAOLD","account":{"uid":"482913007654"}}},"class_uid":6003,"category_uid":6,"status_id":1})"
      "\n"
      R"({"metadata":{"product":{"name":"CloudTrail","vendor_name":"AWS"},"uid":"e2","version":"1.1.0"},"time":1742267400000,"cloud":{"provider":"AWS","account":{"uid":"482913007654"}},"api":{"operation":"StopLogging","service":{"name":"cloudtrail.amazonaws.com"}},"src_endpoint":{"ip":"185.220.101.77"},"actor":{"user":{"type":"IAMUser","name":"ci"}},"class_uid":6003,"status":"Failure","status_id":2})"
      "\n"
      R"({"metadata":{"product":{"name":"Okta System Log","vendor_name":"Okta"},"uid":"o1","version":"1.3.0","event_code":"user.account.privilege.grant"},"time":1742267460000,"class_uid":3001,"category_uid":3,"status_id":1,"actor":{"user":{"uid":"00u1","name":"dora@brisk.example"}},"user":{"uid":"00u2","name":"emil@brisk.example"},"src_endpoint":{"ip":"185.220.101.77"}})"
      "\n",
      {}, "ocsf.json");
  ASSERT_EQ(log.table.events.size(), 3u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::aws_cloudtrail);
  EXPECT_EQ(log.table.extra(log.table.events[0], "key-added"), "akianew");
  EXPECT_EQ(log.text(0, &Event::actor_name), "ci");
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2025-03-18T03:09:00Z"));
  EXPECT_NE(log.table.events[1].outcome, Outcome::ok) << "it failed";
  EXPECT_EQ(log.table.events[2].source, Source::okta);
  EXPECT_EQ(log.text(2, &Event::target_id), "00u2");
}

}  // namespace
}  // namespace dislodge::log
