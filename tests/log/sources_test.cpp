// One small record a source and shape: recognised as what it is and by nobody else, and what it says.

#include "log/sources.hpp"

#include "log/fields.hpp"
#include "log/windows_codes.hpp"
#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;

// Asks every source; exactly one may answer.
void expect_only(Source source, const std::string &text) {
  JsonArena arena;
  const auto record = arena.parse(text);
  ASSERT_TRUE(record) << text;
  for (const SourceReader &reader : source_readers())
    EXPECT_EQ(reader.is(*record), reader.source == source) << name_of(reader.source) << " of " << text;
}

ReadLog one(Source source, const std::string &text) {
  expect_only(source, text);
  EXPECT_EQ(recognise(text), source) << text;
  ReadLog log = read_text(text);
  EXPECT_EQ(log.table.events.size(), 1u) << log.error << text;
  if (log.table.events.empty()) log.table.events.emplace_back();
  return log;
}

TEST(Sources, Okta) {
  const ReadLog log = one(Source::okta, R"({"uuid":"u1","published":"2024-01-12T07:08:09.123Z",
    "eventType":"user.session.start","displayMessage":"User login to Okta",
    "actor":{"id":"00u1","type":"User","alternateId":"Ann@x.example","displayName":"Ann"},
    "client":{"ipAddress":"203.0.113.9","userAgent":{"rawUserAgent":"curl/8"},"geographicalContext":{"country":"Norway"}},
    "outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"securityContext":{"asNumber":701},
    "authenticationContext":{"externalSessionId":"trsX"},"transaction":{"id":"T1"},
    "target":[{"id":"0oa","type":"AppInstance","displayName":"Mail"}]})");
  const Event &event = log.table.events[0];
  EXPECT_EQ(event.outcome, Outcome::wrong_secret);
  EXPECT_EQ(event.event_class, EventClass::interactive_signin);
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_EQ(log.text(0, &Event::session), "trsX");
  EXPECT_EQ(log.text(0, &Event::network), "701");
  EXPECT_EQ(log.text(0, &Event::application_name), "Mail");
}

TEST(Sources, OktaSaysWhichRoleIsGivenAndWhichIsTaken) {
  for (const std::string what : {"Granted", "Revoked"}) {
    const ReadLog log =
        one(Source::okta, R"({"uuid":"u1","published":"2024-01-12T07:08:09.123Z",
      "eventType":"user.account.privilege.)" +
                              std::string(what == "Granted" ? "grant" : "revoke") +
                              R"(","actor":{"id":"00u1","type":"User","alternateId":"ann@x.example"},
      "outcome":{"result":"SUCCESS"},"debugContext":{"debugData":{"privilege)" +
                              what + R"(":"Help Desk Administrator"}},
      "target":[{"id":"00u2","type":"User","alternateId":"eve@x.example"}]})");
    EXPECT_EQ(log.table.extra(log.table.events[0], "role"), "Help Desk Administrator") << what;
  }
}

TEST(Sources, OktaAsTheConsoleExportsIt) {
  const ReadLog log = read_text(
      "timestamp,severity,event_type,display_message,actor.id,actor.type,actor.alternate_id,client.ip_"
      "address,"
      "client.user_agent.raw_user_agent,outcome.result,outcome.reason,authentication_context.external_"
      "session_id\n"
      "2024-01-12T07:08:09Z,INFO,user.authentication.auth_via_mfa,MFA,00u1,User,ann@x.example,203.0.113.9,"
      "curl/"
      "8,FAILURE,INVALID_CREDENTIALS,trsX\n",
      {}, "okta.csv");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::okta);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::right_secret_stopped);
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.text(0, &Event::session), "trsX");
}

TEST(Sources, GithubCloneKeepsTheHashOfTheToken) {
  const ReadLog log = one(Source::github, R"({"@timestamp":1705043289123,"action":"git.clone","actor":"Octo",
    "actor_id":7,"actor_ip":"203.0.113.9","org":"Acme","repo":"acme/core","user_agent":"git/2.4",
    "hashed_token":"AbC+/=","token_id":55,"programmatic_access_type":"Personal access token",
    "transport_protocol_name":"http","_document_id":"d1"})");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::code_access);
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2024-01-12T07:08:09.123Z"));
  EXPECT_EQ(log.extra(0, "hashed-token"), "AbC+/=");
  EXPECT_EQ(log.text(0, &Event::resource_name), "acme/core");
  EXPECT_EQ(log.text(0, &Event::tenant), "acme");
  EXPECT_EQ(log.text(0, &Event::key_id), "55");
}

TEST(Sources, GitlabAuditAndRequests) {
  const ReadLog audit = one(Source::gitlab, R"({"id":1,"author_id":3,"author_name":"Ann","entity_id":9,
    "entity_type":"Project","entity_path":"g/p","created_at":"2024-01-12T07:08:09Z","ip_address":"203.0.113.9",
    "event_type":"project_access_token_created","details":{"custom_message":"Created token","target_details":"bot"}})");
  EXPECT_EQ(audit.text(0, &Event::operation), "project_access_token_created");
  EXPECT_EQ(audit.text(0, &Event::target_name), "bot");
  const ReadLog signin =
      one(Source::gitlab, R"({"method":"POST","path":"/users/sign_in","controller":"SessionsController",
    "action":"create","status":302,"time":"2024-01-12T07:08:09.000Z","params":[{"key":"user","value":{"login":"ann","password":"[FILTERED]"}}],
    "remote_ip":"203.0.113.9","ua":"curl/8"})");
  EXPECT_EQ(signin.table.events[0].outcome, Outcome::ok);
  EXPECT_EQ(signin.text(0, &Event::actor_name), "ann");
}

const char *const kTrailRecord =
    R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::1:user/ann","accountId":"1","accessKeyId":"AKIAEXAMPLE","userName":"Ann"},"eventTime":"2024-01-12T07:08:09Z","eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2","requestParameters":{"secretId":"prod/db"},"errorCode":"AccessDenied","errorMessage":"no","requestID":"r","eventID":"e1","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"123"})";

TEST(Sources, CloudTrail) {
  const ReadLog log = one(Source::aws_cloudtrail, kTrailRecord);
  EXPECT_EQ(log.table.events[0].event_class, EventClass::key_use);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::blocked);
  EXPECT_EQ(log.text(0, &Event::key_id), "akiaexample");
  EXPECT_EQ(log.text(0, &Event::tenant), "123");
  EXPECT_EQ(log.text(0, &Event::target_name), "prod/db");
}

// Two objects of a bucket are two things.
TEST(Sources, ObjectsAreNamedByTheirAddress) {
  const ReadLog s3 = one(
      Source::aws_cloudtrail,
      R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","accountId":"1","userName":"Ann"},"eventTime":"2024-01-12T07:08:09Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9","requestParameters":{"bucketName":"exports","key":"2024/customers 1.csv"},"eventID":"e8","recipientAccountId":"123"})");
  EXPECT_EQ(s3.text(0, &Event::target_name), "s3://exports/2024/customers 1.csv");
  EXPECT_EQ(s3.text(0, &Event::target_type), "object");
  EXPECT_EQ(s3.extra(0, "target"), "bucket exports");
  const ReadLog gcs =
      one(Source::google_cloud,
          R"({"insertId":"i2","logName":"projects/p1/logs/cloudaudit.googleapis.com%2Fdata_access",
    "timestamp":"2024-01-12T07:08:09.5Z","resource":{"type":"gcs_bucket","labels":{"project_id":"P1"}},
    "protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","serviceName":"storage.googleapis.com",
    "methodName":"storage.objects.get","resourceName":"projects/_/buckets/backup/objects/part/1.gz",
    "authenticationInfo":{"principalEmail":"a@x.example"},"status":{}}})");
  EXPECT_EQ(gcs.text(0, &Event::target_name), "gs://backup/part/1.gz");
}

TEST(Sources, WhoeverMakesAKeyOfTheirOwnNamesNobody) {
  const ReadLog log = one(
      Source::aws_cloudtrail,
      R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","accountId":"1","userName":"Ann"},"eventTime":"2024-01-12T07:08:09Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9","requestParameters":null,"responseElements":{"accessKey":{"userName":"Ann","accessKeyId":"AKIAEXAMPLE2","status":"Active"}},"eventID":"e9","recipientAccountId":"123"})");
  EXPECT_EQ(log.text(0, &Event::target_name), "Ann");
}

TEST(Sources, CloudTrailInItsWrappings) {
  const std::string record = kTrailRecord;
  EXPECT_EQ(read_text("{\"Records\":[" + record + "]}").table.events.size(), 1u);
  std::string quoted;
  for (const char c : record) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  const ReadLog looked_up =
      read_text("{\"Events\":[{\"EventId\":\"e1\",\"EventName\":\"GetSecretValue\",\"CloudTrailEvent\":\"" +
                quoted + "\"}],\"NextToken\":\"x\"}");
  ASSERT_EQ(looked_up.table.events.size(), 1u) << looked_up.error;
  EXPECT_EQ(looked_up.text(0, &Event::native_id), "e1");
  ASSERT_EQ(looked_up.counts.notes.size(), 1u);
  const ReadLog watched =
      read_text("{\"logEvents\":[{\"id\":\"1\",\"timestamp\":1,\"message\":\"" + quoted + "\"}]}");
  EXPECT_EQ(watched.table.events.size(), 1u) << watched.error;
  const ReadLog searched = read_text(
      "{\"took\":1,\"hits\":{\"total\":1,\"hits\":[{\"_index\":\"i\",\"_source\":" + record + "}]}}");
  EXPECT_EQ(searched.table.events.size(), 1u) << searched.error;
  EXPECT_EQ(recognise("{\"hits\":{\"hits\":[{\"_source\":" + record + "}]}}"), Source::aws_cloudtrail);
}

TEST(Sources, ConsoleLoginWithAWrongPassword) {
  const ReadLog log =
      one(Source::aws_cloudtrail,
          R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"ann","accountId":"1"},
    "eventTime":"2024-01-12T07:08:09Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1",
    "sourceIPAddress":"203.0.113.9","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"},
    "additionalEventData":{"MFAUsed":"No"},"eventID":"e2"})");
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.table.events[0].event_class, EventClass::interactive_signin);
  EXPECT_EQ(log.extra(0, "mfa"), "No");
}

TEST(Sources, WorkspaceRecordWithTwoEvents) {
  const std::string text =
      R"({"kind":"admin#reports#activity","id":{"time":"2024-01-12T07:08:09.000Z","uniqueQualifier":"-5",
    "applicationName":"login","customerId":"C0"},"actor":{"email":"Ann@x.example","profileId":"9"},"ipAddress":"203.0.113.9",
    "events":[{"type":"login","name":"login_failure","parameters":[{"name":"login_failure_type","value":"login_failure_invalid_password"}]},
              {"type":"login","name":"login_success","parameters":[{"name":"is_suspicious","boolValue":true}]}]})";
  expect_only(Source::google, text);
  const ReadLog log = read_text("{\"kind\":\"admin#reports#activities\",\"items\":[" + text + "]}");
  ASSERT_EQ(log.table.events.size(), 2u) << log.error;
  EXPECT_EQ(log.counts.events, 2u);
  EXPECT_EQ(log.counts.records, 1u);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.table.events[1].outcome, Outcome::ok);
  EXPECT_EQ(log.extra(1, "parameter:is_suspicious"), "true");
  EXPECT_EQ(log.text(1, &Event::actor_name), "ann@x.example");
}

TEST(Sources, GoogleCloud) {
  const ReadLog log =
      one(Source::google_cloud,
          R"({"insertId":"i1","logName":"projects/p1/logs/cloudaudit.googleapis.com%2Factivity",
    "timestamp":"2024-01-12T07:08:09.5Z","resource":{"type":"service_account","labels":{"project_id":"P1"}},
    "protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","serviceName":"iam.googleapis.com",
    "methodName":"google.iam.admin.v1.CreateServiceAccountKey","resourceName":"projects/-/serviceAccounts/1",
    "authenticationInfo":{"principalEmail":"sa@p1.iam.gserviceaccount.com","serviceAccountKeyName":"//iam/projects/p/serviceAccounts/s/keys/ABC"},
    "requestMetadata":{"callerIp":"203.0.113.9","callerSuppliedUserAgent":"gcloud"},
    "response":{"name":"projects/p/serviceAccounts/s/keys/DEF"},"status":{}}})");
  EXPECT_EQ(log.text(0, &Event::actor_type), "service-principal");
  EXPECT_EQ(log.text(0, &Event::key_id), "abc");
  EXPECT_EQ(log.extra(0, "key-added"), "def");
  EXPECT_EQ(log.text(0, &Event::tenant), "p1");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::admin_change);
}

TEST(Sources, SalesforceFilesAndHistory) {
  const ReadLog log = read_text(
      "\"EVENT_TYPE\",\"TIMESTAMP\",\"REQUEST_ID\",\"ORGANIZATION_ID\",\"USER_ID\",\"USER_NAME\",\"SOURCE_"
      "IP\",\"LOGIN_STATUS\",\"TIMESTAMP_DERIVED\"\n"
      "\"Login\",\"20240112070809.123\",\"R1\",\"00D1\",\"0051\",\"Ann@x.example\",\"203.0.113.9\",\"LOGIN_"
      "ERROR_INVALID_PASSWORD\",\"2024-01-12T07:08:09.123Z\"\n",
      {}, "Login.csv");
  ASSERT_EQ(log.table.events.size(), 1u) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::salesforce);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  const ReadLog history = one(
      Source::salesforce,
      R"({"UserId":"0051","LoginTime":"2024-01-12T07:08:09.000+0000","LoginType":"Application","SourceIp":"203.0.113.9","Status":"Success"})");
  EXPECT_EQ(history.table.events[0].outcome, Outcome::ok);
  // Of requests a letter, a digit or a number says what came of them.
  const std::pair<const char *, Outcome> answers[] = {
      {R"("REQUEST_STATUS":"S")", Outcome::ok},      {R"("REQUEST_STATUS":"F")", Outcome::error},
      {R"("REQUEST_STATUS":"A")", Outcome::blocked}, {R"("SUCCESS":"1")", Outcome::ok},
      {R"("SUCCESS":"0")", Outcome::error},          {R"("STATUS_CODE":"200")", Outcome::ok},
      {R"("STATUS_CODE":"403")", Outcome::blocked},  {R"("REQUEST_STATUS":"U")", Outcome::none}};
  for (const auto &[field, outcome] : answers) {
    const ReadLog request = one(
        Source::salesforce,
        std::string(
            R"({"EVENT_TYPE":"BulkApi","TIMESTAMP_DERIVED":"2024-01-12T07:08:09.123Z","REQUEST_ID":"R2","ORGANIZATION_ID":"00D1","USER_ID":"0051","ROWS_PROCESSED":"812000",)") +
            field + "}");
    EXPECT_EQ(request.table.events[0].outcome, outcome) << field;
    EXPECT_EQ(request.extra(0, "rows"), "812000");
  }
}

TEST(Sources, WindowsInItsShapes) {
  const std::string data =
      R"("TargetUserName":"ann","TargetDomainName":"X","TargetUserSid":"S-1-5-21-1","LogonType":"3","IpAddress":"::ffff:10.0.0.9","IpPort":"5000","WorkstationName":"PC1","SubjectUserName":"-","Status":"0xc000006d","SubStatus":"0xc000006a")";
  std::string ecmd = R"({\"EventData\":{\"Data\":[)";  // of the same, in a text
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t name = at + 1, name_end = data.find('"', name), value = name_end + 3;
    const std::size_t end = data.find('"', value);
    ecmd += R"({\"@Name\":\")" + data.substr(name, name_end - name) + R"(\",\"#text\":\")" +
            data.substr(value, end - value) + R"(\"},)";
    at = end + 2;
  }
  ecmd.pop_back();
  ecmd += "]}}";
  const std::string shapes[] = {
      // evtx_dump
      R"({"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing"}},"EventID":4625,"TimeCreated":{"#attributes":{"SystemTime":"2024-01-12T07:08:09.123456Z"}},"EventRecordID":77,"Channel":"Security","Computer":"dc1.x.example"},"EventData":{)" +
          data + "}}}",
      // Chainsaw
      R"({"group":"Sigma","kind":"individual","document":{"kind":"evtx","path":"a.evtx","data":{"Event":{"System":{"EventID":{"#text":4625},"TimeCreated_attributes":{"SystemTime":"2024-01-12T07:08:09.123456Z"},"Provider_attributes":{"Name":"Microsoft-Windows-Security-Auditing"},"EventRecordID":77,"Channel":"Security","Computer":"dc1.x.example"},"EventData":{)" +
          data + R"(}}}},"name":"rule","timestamp":"2024-01-12T07:08:09.123456+00:00"})",
      // Winlogbeat
      R"({"@timestamp":"2024-01-12T07:08:09.123456Z","event":{"code":"4625","kind":"event","category":["authentication"]},"winlog":{"event_id":4625,"channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing","computer_name":"dc1.x.example","record_id":77,"event_data":{)" +
          data + "}}}",
      // flat, as NXLog writes it
      R"({"EventTime":"2024-01-12 07:08:09.123456","Hostname":"dc1.x.example","Channel":"Security","EventID":4625,"SourceName":"Microsoft-Windows-Security-Auditing","RecordNumber":77,)" +
          data + "}",
      // EvtxECmd, which keeps the data as JSON made of the XML
      R"({"PayloadData1":"Target: X\\ann","MapDescription":"Failed logon","ChunkNumber":0,"Computer":"dc1.x.example","Payload":")" +
          ecmd +
          R"(","Channel":"Security","Provider":"Microsoft-Windows-Security-Auditing","EventId":4625,"EventRecordId":"77","TimeCreated":"2024-01-12T07:08:09.1234560+00:00","RecordNumber":77})",
      // Log Analytics
      R"({"TimeGenerated":"2024-01-12T07:08:09.123456Z","Computer":"dc1.x.example","EventID":4625,"Type":"SecurityEvent","Channel":"Security","EventSourceName":"Microsoft-Windows-Security-Auditing","EventOriginId":"o",)" +
          data + "}"};
  for (const std::string &text : shapes) {
    const ReadLog log = one(Source::windows, text);
    const Event &event = log.table.events[0];
    EXPECT_EQ(event.time, base::parse_time("2024-01-12T07:08:09.123456Z")) << text;
    EXPECT_EQ(event.outcome, Outcome::wrong_secret) << text;
    EXPECT_EQ(static_cast<std::uint32_t>(event.code), 0xC000006Au) << text;
    EXPECT_EQ(log.text(0, &Event::actor_name), "x\\ann") << text;
    EXPECT_EQ(log.text(0, &Event::address), "10.0.0.9") << text;
    EXPECT_EQ(log.text(0, &Event::resource_name), "dc1.x.example") << text;
    EXPECT_EQ(log.text(0, &Event::tenant), "x.example") << text;
    EXPECT_EQ(log.text(0, &Event::client), "network") << text;
    EXPECT_EQ(log.extra(0, "event-id"), "4625") << text;
    EXPECT_EQ(log.extra(0, "workstation"), "PC1") << text;
  }
}

TEST(Sources, HayabusaInBothOfItsForms) {
  const ReadLog text_form = one(
      Source::windows,
      R"({"Timestamp":"2024-01-12 08:08:09.123 +01:00","RuleTitle":"Logon Failure, Wrong Password","Level":"low","Computer":"dc1.x.example","Channel":"Sec","EventID":4625,"RecordID":77,"Details":"Type: 3 - NETWORK ¦ TgtUser: ann ¦ SrcComp: PC1 ¦ SrcIP: 10.0.0.9","ExtraFieldInfo":"SubStatus: 0xc000006a ¦ TargetDomainName: X"})");
  EXPECT_EQ(text_form.table.events[0].time, base::parse_time("2024-01-12T07:08:09.123Z"));
  EXPECT_EQ(text_form.text(0, &Event::actor_name), "ann");
  EXPECT_EQ(text_form.text(0, &Event::address), "10.0.0.9");
  EXPECT_EQ(text_form.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(text_form.extra(0, "found-by"), "Hayabusa");
  EXPECT_EQ(text_form.extra(0, "found-rule"), "Logon Failure, Wrong Password");
  EXPECT_EQ(text_form.extra(0, "found-level"), "low");
  const ReadLog object_form = one(
      Source::windows,
      R"({"Timestamp":"2024-01-12 08:08:09.123 +01:00","RuleTitle":"Logon","Level":"info","Computer":"dc1","Channel":"Sec","EventID":4624,"RecordID":78,"Details":{"Type":"10 - REMOTE INTERACTIVE","TgtUser":"ann","SrcIP":"10.0.0.9"}})");
  EXPECT_EQ(object_form.table.events[0].event_class, EventClass::interactive_signin);
  EXPECT_EQ(object_form.text(0, &Event::actor_name), "ann");
}

// The shapes of Hayabusa's profiles and time formats (its config/profiles.yaml; dfir-timeline, before 4.0
// csv-timeline and json-timeline): one object after the other, each on many lines.
TEST(Sources, HayabusaInItsProfilesAndTimes) {
  const std::string rest =
      R"("Level":"crit","Computer":"dc1.x.example","Channel":"Sec","EventID":4625,"MitreTactics":["CredAccess"],"MitreTags":["T1110.003","G0010"],"OtherTags":["car.2013"],"RecordID":77,"Details":{"Type":"3 - NETWORK","TgtUser":"ann","SrcIP":"203.0.113.9"},"ExtraFieldInfo":{"SubStatus":"0xc000006a"},"RuleFile":"a.yml","RuleID":"e87bd730","EvtxFile":"s.evtx"})";
  const std::string texts[] = {
      R"({"Timestamp":"2024-01-12 08:08:09.123 +01:00","RuleTitle":"Guessing",)" + rest,
      R"({"Timestamp":"2024-01-12T07:08:09.123Z","RuleTitle":"Guessing",)" + rest,
      R"({"Timestamp":"2024-01-12 08:08:09.123000+01:00","RuleTitle":"Guessing",)" + rest,
      // timesketch-minimal and -verbose
      R"({"datetime":"2024-01-12 08:08:09.123 +01:00","timestamp_desc":"hayabusa","message":"Guessing",)" +
          rest,
  };
  for (const std::string &text : texts) {
    const ReadLog log = one(Source::windows, text);
    EXPECT_EQ(log.table.events[0].time, base::parse_time("2024-01-12T07:08:09.123Z")) << text;
    EXPECT_EQ(log.extra(0, "found-rule"), "Guessing") << text;
    EXPECT_EQ(log.extra(0, "found-technique"), "T1110.003") << text;
    EXPECT_EQ(log.extra(0, "time-unknown"), "") << text;
    EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9") << text;
  }
  const ReadLog mail = one(
      Source::windows, R"({"Timestamp":"Fri, 12 Jan 2024 08:08:09 +01:00","RuleTitle":"Guessing",)" + rest);
  EXPECT_EQ(mail.table.events[0].time, base::parse_time("2024-01-12T07:08:09Z"));
  // The whole file says which number is the month; a single object does not, and is refused for that reason.
  const std::string header = "Timestamp,RuleTitle,Level,Computer,Channel,EventID,RecordID,Details\n";
  const std::string columns = ",Guessing,high,dc1,Sec,4625,";
  const ReadLog american =
      read_text(header + "01-12-2024 08:08:09.123 PM -06:00" + columns + "1,TgtUser: ann\n" +
                    "01-22-2024 08:08:09.123 AM -06:00" + columns + "2,TgtUser: ann\n",
                {}, "us.csv");
  ASSERT_THAT(american.table.events, testing::SizeIs(2)) << american.error;
  EXPECT_EQ(american.table.events[0].time, base::parse_time("2024-01-13T02:08:09.123Z"));
  const ReadLog european =
      read_text(header + "01-12-2024 08:08:09.123 +01:00" + columns + "1,TgtUser: ann\n" +
                    "22-12-2024 08:08:09.123 +01:00" + columns + "2,TgtUser: ann\n",
                {}, "eu.csv");
  ASSERT_THAT(european.table.events, testing::SizeIs(2)) << european.error;
  EXPECT_EQ(european.table.events[0].time, base::parse_time("2024-12-01T07:08:09.123Z"));
  const ReadLog undecided = read_text(
      R"({"Timestamp":"01-12-2024 08:08:09.123 +01:00","RuleTitle":"Guessing",)" + rest, {}, "x.json");
  EXPECT_THAT(undecided.table.events, testing::SizeIs(0));
}

// A finding over several events names them all, and has no record of its own.
TEST(Sources, AFindingOfHayabusaOverSeveralEvents) {
  const ReadLog log = one(
      Source::windows,
      R"({"Timestamp":"2024-01-12 08:08:09.123 +01:00","RuleTitle":"PW Spray","Level":"emer","Computer":"dc1.x.example ¦ dc2.x.example","Channel":"Sec ¦ Sys","EventID":"4625 ¦ 4771","Details":{"Count":7},"ExtraFieldInfo":{},"RuleID":"23179f25"})");
  EXPECT_EQ(log.extra(0, "event-id"), "4625");
  EXPECT_EQ(log.text(0, &Event::resource_name), "dc1.x.example");
  EXPECT_EQ(log.extra(0, "found-rule"), "PW Spray");
  EXPECT_EQ(log.extra(0, "found-level"), "emer");
}

// In 4740 the field of the target's domain names the computer from which the account was tried.
TEST(Sources, ALockedAccountOfADomain) {
  const ReadLog log = one(
      Source::windows,
      R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing"}},"EventID":4740,"TimeCreated":{"#attributes":{"SystemTime":"2024-01-12T07:08:09.123456Z"}},"EventRecordID":77,"Channel":"Security","Computer":"dc1.x.example"},"EventData":{"TargetUserName":"ann","TargetDomainName":"WS1","TargetSid":"S-1-5-21-1-2-3-1001","SubjectUserSid":"S-1-5-18","SubjectUserName":"DC1$","SubjectDomainName":"X","SubjectLogonId":"0x3e7"}}})");
  EXPECT_EQ(log.text(0, &Event::actor_name), "x\\ann");
  EXPECT_EQ(log.text(0, &Event::actor_id), "S-1-5-21-1-2-3-1001");
  EXPECT_EQ(log.extra(0, "workstation"), "WS1");
}

TEST(Sources, WindowsCodes) {
  EXPECT_EQ(status_code("0xC000006A"), 0xC000006Au);
  EXPECT_EQ(status_code("-1073741718"), 0xC000006Au);
  EXPECT_EQ(outcome_of_ntstatus(0xC0000234), Outcome::blocked);
  EXPECT_EQ(outcome_of_ntstatus(0xC0000224), Outcome::right_secret_stopped);
  EXPECT_EQ(outcome_of_kerberos(0x18, true), Outcome::wrong_secret);
  EXPECT_EQ(logon_type_of("3 - Network"), 3);
  EXPECT_EQ(event_kind(5136, "Microsoft-Windows-Security-Auditing", "Security").name,
            "directory object changed");
  EXPECT_EQ(event_kind(1203, "AD FS Auditing", "Security").outcome, Outcome::wrong_secret);
  EXPECT_TRUE(event_kind(4624, "Some-Product", "Application").name.empty());
}

TEST(Sources, DuoSaysThatThePasswordWasRight) {
  const ReadLog log =
      one(Source::duo, R"({"access_device":{"ip":"203.0.113.9"},"application":{"key":"DI","name":"VPN"},
    "auth_device":{"ip":"198.51.100.7"},"event_type":"authentication","factor":"duo_push","reason":"user_marked_fraud",
    "result":"fraud","isotimestamp":"2024-01-12T07:08:09+00:00","timestamp":1705043289,"txid":"t","user":{"key":"DU","name":"Ann"}})");
  EXPECT_EQ(log.table.events[0].outcome, Outcome::right_secret_stopped);
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann");
  EXPECT_EQ(log.extra(0, "reported"), "fraud");
  one(Source::duo,
      R"({"action":"integration_skey_view","isotimestamp":"2024-01-12T07:08:09+00:00","object":"VPN","username":"Bob"})");
}

TEST(Sources, OneloginAndAuth0) {
  const ReadLog onelogin = one(
      Source::onelogin,
      R"({"id":1,"created_at":"2024-01-12T07:08:09Z","account_id":5,"event_type_id":6,"user_id":3,"user_name":"Ann","ipaddr":"203.0.113.9"})");
  EXPECT_EQ(onelogin.table.events[0].outcome, Outcome::wrong_secret);
  const ReadLog auth0 = one(
      Source::auth0, R"({"log_id":"9","data":{"date":"2024-01-12T07:08:09.000Z","type":"fp","client_id":"c",
    "client_name":"App","ip":"203.0.113.9","user_agent":"x","user_id":"auth0|1","user_name":"Ann@x.example","description":"Wrong email or password.","connection":"db"}})");
  EXPECT_EQ(auth0.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(auth0.text(0, &Event::actor_name), "ann@x.example");
}

TEST(Sources, GraphActivityIsStitchedByItsToken) {
  const ReadLog log =
      one(Source::graph_activity, R"({"time":"2024-01-12T07:08:09Z","category":"MicrosoftGraphActivityLogs",
    "tenantId":"T1","callerIpAddress":"203.0.113.9","properties":{"timeGenerated":"2024-01-12T07:08:09Z","requestId":"r1","requestMethod":"GET",
    "requestUri":"https://graph.microsoft.com/v1.0/users/ann@x.example/messages?$top=10","responseStatusCode":200,"appId":"A1",
    "servicePrincipalId":"S1","signInActivityId":"tokA","sessionId":"s","roles":"Mail.Read","clientAuthMethod":1,"userAgent":"python"}})");
  EXPECT_EQ(log.text(0, &Event::token), "tokA");
  EXPECT_EQ(log.text(0, &Event::operation), "GET /v1.0/users/{id}/messages");
  EXPECT_EQ(log.text(0, &Event::mailbox), "ann@x.example");
  EXPECT_EQ(log.text(0, &Event::actor_id), "s1");
  EXPECT_EQ(log.extra(0, "credential-type"), "clientSecret");
  EXPECT_EQ(log.extra(0, "app-only"), "true");
}

TEST(Sources, MessageTraceInItsShapes) {
  const ReadLog trace = read_text(
      "\"Organization\",\"MessageId\",\"Received\",\"SenderAddress\",\"RecipientAddress\",\"Subject\","
      "\"Status\",\"ToIP\",\"FromIP\",\"Size\",\"MessageTraceId\"\n"
      "\"x\",\"<m1@x>\",\"2024-01-12T07:08:09.0000000\",\"Ann@x.example\",\"bob@y.example\",\"Keys\","
      "\"Delivered\",,\"203.0.113.9\",\"100\",\"g1\"\n"
      "\"x\",\"<m1@x>\",\"2024-01-12T07:08:09.0000000\",\"Ann@x.example\",\"eve@y.example\",\"Keys\","
      "\"Delivered\",,\"203.0.113.9\",\"100\",\"g1\"\n",
      {}, "trace.csv");
  ASSERT_EQ(trace.table.events.size(), 2u) << trace.error;
  EXPECT_EQ(trace.extra(0, "message-id"), "m1@x");
  EXPECT_EQ(trace.extra(0, "subject"), "Keys");
  EXPECT_NE(trace.text(0, &Event::native_id), trace.text(1, &Event::native_id)) << "a row a recipient";
  // One row of the extended report names all of them.
  const ReadLog extended = read_text(
      R"({"origin_timestamp_utc":"2024-01-12T07:08:09.000Z","sender_address":"ann@x.example","recipient_status":"bob@y.example##Receive, Deliver;eve@z.example##Receive, Send","message_subject":"Keys","message_id":"<m2@x>","network_message_id":"n1","original_client_ip":"203.0.113.9","directionality":"Originating"})",
      {}, "trace.json");
  ASSERT_EQ(extended.table.events.size(), 2u) << extended.error;
  EXPECT_EQ(extended.text(0, &Event::target_name), "bob@y.example");
  EXPECT_EQ(extended.text(1, &Event::target_name), "eve@z.example");
  EXPECT_NE(extended.text(0, &Event::native_id), extended.text(1, &Event::native_id));
  EXPECT_EQ(extended.extra(1, "subject"), "Keys");
  EXPECT_EQ(extended.extra(0, "delivered-to"), "bob@y.example");
  EXPECT_EQ(extended.extra(1, "delivered-to"), "") << "sent on to somebody else's server";
}

TEST(Sources, ExchangeMailboxAudit) {
  const ReadLog log = one(Source::exchange_audit,
                          R"({"Operation":"MessageBind","OperationResult":"Succeeded","LogonType":"Delegate",
    "MailboxOwnerUPN":"Ann@x.example","MailboxGuid":"g","ClientInfoString":"Client=OWA","ClientIPAddress":"203.0.113.9:443",
    "LogonUserDisplayName":"Bob","FolderPathName":"\\Inbox","ItemInternetMessageId":"<m@x>","LastAccessed":"2024-01-12T07:08:09"})");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::mail_access);
  EXPECT_EQ(log.text(0, &Event::mailbox), "ann@x.example");
  EXPECT_EQ(log.extra(0, "message-id"), "m@x");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
}

TEST(Sources, AzureActivity) {
  const ReadLog log = one(
      Source::azure_activity,
      R"({"time":"2024-01-12T07:08:09Z","resourceId":"/SUBSCRIPTIONS/1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.STORAGE/STORAGEACCOUNTS/S",
    "operationName":"MICROSOFT.STORAGE/STORAGEACCOUNTS/LISTKEYS/ACTION","category":"Administrative","resultType":"Success","callerIpAddress":"203.0.113.9","correlationId":"c",
    "identity":{"claims":{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn":"Ann@x.example","appid":"A1"}}})");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::key_use);
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.table.events[0].outcome, Outcome::ok);
}

// Who receives a right stands in the request; the principal in the evidence is whose right allowed the call.
TEST(Sources, AzureRightsNameWhoReceivesThem) {
  const ReadLog log = one(
      Source::azure_activity,
      R"({"time":"2024-01-12T07:08:09Z","resourceId":"/SUBSCRIPTIONS/1/PROVIDERS/MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/9",
    "operationName":"MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE","category":"Administrative","resultType":"Start","callerIpAddress":"203.0.113.9","correlationId":"c",
    "identity":{"authorization":{"evidence":{"role":"Owner","principalId":"aaaa0000bbbb4ccc8dddeeeeffff0001"}},
      "claims":{"http://schemas.microsoft.com/identity/claims/objectidentifier":"aaaa0000-bbbb-4ccc-8ddd-eeeeffff0001"}},
    "properties":{"requestbody":"{\"Id\":\"9\",\"Properties\":{\"PrincipalId\":\"11112222-3333-4444-8555-666677778888\",\"RoleDefinitionId\":\"/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635\"}}"}})");
  EXPECT_EQ(log.text(0, &Event::target_id), "11112222-3333-4444-8555-666677778888");
  EXPECT_EQ(log.extra(0, "target"), "Owner");
}

TEST(Sources, RiskDetection) {
  const ReadLog log = one(
      Source::entra_risk,
      R"({"id":"r","requestId":"q","riskEventType":"passwordSpray","riskState":"atRisk","riskLevel":"high",
    "activityDateTime":"2024-01-12T07:08:09Z","detectedDateTime":"2024-01-12T09:00:00Z","userPrincipalName":"Ann@x.example","userId":"U1","ipAddress":"203.0.113.9"})");
  EXPECT_EQ(log.text(0, &Event::operation), "passwordSpray");
  EXPECT_EQ(log.table.events[0].event_class, EventClass::alert);
}

TEST(Sources, DefendersTablesAsEventHubsAreSentThem) {
  const ReadLog log = read_text(
      R"({"time":"2025-10-01T08:25:13Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-IdentityLogonEvents","properties":{"Timestamp":"2025-10-01T08:20:00Z","ActionType":"LogonFailed","AccountUpn":"ann@x.example","IPAddress":"203.0.113.9","FailureReason":"WrongPassword","Protocol":"Kerberos","ReportId":"r1"}}
{"time":"2025-10-01T08:25:13Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-EmailEvents","properties":{"Timestamp":"2025-10-01T08:21:00Z","SenderFromAddress":"eve@evil.example","SenderIPv4":"198.51.100.7","RecipientEmailAddress":"ann@x.example","InternetMessageId":"<a@b>","NetworkMessageId":"n"}}
{"time":"2025-10-01T08:25:13Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-CloudAppEvents","properties":{"Timestamp":"2025-10-01T08:22:00Z","ActionType":"MailItemsAccessed","AccountObjectId":"o","RawEventData":{"CreationTime":"2025-10-01T08:22:00","Id":"e1","Operation":"MailItemsAccessed","OrganizationId":"t","RecordType":50,"UserId":"ann@x.example","Workload":"Exchange","ClientAppId":"app"}}}
)");
  ASSERT_THAT(log.table.events, testing::SizeIs(3)) << log.error;
  EXPECT_EQ(log.table.events[0].source, Source::defender);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2025-10-01T08:20:00Z"));
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_EQ(log.text(1, &Event::operation), "EmailEvents");
  EXPECT_EQ(log.text(1, &Event::actor_name), "eve@evil.example");
  EXPECT_EQ(log.extra(1, "message-id"), "<a@b>");
  EXPECT_EQ(log.table.events[2].source, Source::m365_audit) << "the original inside is worth more";
  EXPECT_EQ(log.text(2, &Event::application_id), "app");
}

TEST(Sources, DefenderGivesTheOriginalWhereItHoldsOne) {
  const ReadLog log = one(
      Source::defender,
      R"({"Timestamp":"2024-01-12T07:08:09Z","ActionType":"LogonFailed","ReportId":"r","AccountUpn":"Ann@x.example","IPAddress":"203.0.113.9","FailureReason":"WrongPassword","LogonType":"Interactive","Protocol":"Kerberos"})");
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret);
  const ReadLog held = read_text(
      R"({"Timestamp":"2024-01-12T07:08:09Z","ActionType":"MailItemsAccessed","ReportId":"r","AccountObjectId":"a",
    "RawEventData":{"CreationTime":"2024-01-12T07:08:09","Id":"m1","Operation":"MailItemsAccessed","RecordType":50,"Workload":"Exchange","MailboxOwnerUPN":"ann@x.example"}})");
  ASSERT_EQ(held.table.events.size(), 1u) << held.error;
  EXPECT_EQ(held.table.events[0].source, Source::m365_audit);
}

TEST(Sources, CommonSchemas) {
  const ReadLog ocsf = one(
      Source::ocsf,
      R"({"class_uid":3002,"class_name":"Authentication","category_uid":3,"activity_id":1,"activity_name":"Logon","time":1705043289123,
    "status_id":2,"status_detail":"Invalid password","user":{"name":"Ann","uid":"u1"},"src_endpoint":{"ip":"203.0.113.9"},
    "metadata":{"uid":"e","version":"1.1.0","product":{"name":"Some Portal","vendor_name":"V"}}})");
  EXPECT_EQ(ocsf.table.events[0].outcome, Outcome::wrong_secret);
  EXPECT_EQ(ocsf.text(0, &Event::actor_name), "ann");
  const ReadLog ecs = one(
      Source::ecs,
      R"({"@timestamp":"2024-01-12T07:08:09.000Z","ecs":{"version":"8.0"},"event":{"action":"user_login","category":["authentication"],"outcome":"failure","dataset":"custom.app"},
    "user":{"name":"Ann"},"source":{"ip":"203.0.113.9","as":{"number":701}},"user_agent":{"original":"curl"}})");
  EXPECT_EQ(ecs.table.events[0].outcome, Outcome::wrong_secret);
  const ReadLog flat = one(
      Source::ecs,
      R"({"@timestamp":"2024-01-12T07:08:09.000Z","event.action":"user_login","event.category":"authentication","event.dataset":"okta.system","event.outcome":"success","user.name":"ann","source.ip":"203.0.113.9"})");
  EXPECT_EQ(flat.table.events[0].source, Source::okta) << "the data set names the source";
  const ReadLog original = read_text(
      "{\"@timestamp\":\"2024-01-12T07:08:09.000Z\",\"event\":{\"dataset\":\"aws.cloudtrail\",\"category\":"
      "\"iam\",\"original\":" +
      std::string(kTrailRecord) + "}}");
  ASSERT_EQ(original.table.events.size(), 1u) << original.error;
  EXPECT_EQ(original.text(0, &Event::native_id), "e1");
}

TEST(Sources, RecordsWithoutTimeAreMarkedOrRefused) {
  const std::string text = R"({"event_type_id":"5","actor_user_id":1,"user_id":1,"user_name":"Bob"})";
  ReadOptions strict;
  strict.accept_untimed = false;
  const ReadLog refused = read_text(text, strict);
  EXPECT_EQ(refused.table.events.size(), 0u);
  ASSERT_EQ(refused.unread.size(), 1u);
  EXPECT_THAT(refused.unread[0].reason, HasSubstr("no time"));
  const ReadLog kept = read_text(text);
  ASSERT_EQ(kept.table.events.size(), 1u);
  EXPECT_EQ(kept.extra(0, "time-unknown"), "true");
  EXPECT_EQ(kept.table.events[0].time.us, 0);
  ASSERT_EQ(kept.counts.notes.size(), 1u);
}

TEST(Fields, ByPathNestedFlatOrInText) {
  JsonArena arena;
  const auto record = arena.parse(std::string(
      R"({"a":{"b":{"c":1}},"x.y":{"z":2},"p":"{\"q\":3}","list":[{"k":4}],"Some_Name":"5","d":"-"})"));
  ASSERT_TRUE(record);
  EXPECT_EQ(text_at(*record, {"a.b.c"}), "1");
  EXPECT_EQ(text_at(*record, {"x.y.z"}), "2");
  EXPECT_EQ(text_at(*record, {"p.q"}), "3");
  EXPECT_EQ(text_at(*record, {"list.k"}), "4");
  EXPECT_EQ(text_at(*record, {"someName"}), "5");
  EXPECT_EQ(text_at(*record, {"d", "a.b.c"}), "1");
}

}  // namespace
}  // namespace dislodge::log
