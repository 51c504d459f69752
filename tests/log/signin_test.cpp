// Sign-ins in each of the shapes that exports give them.

#include "base/files.hpp"
#include "log_testing.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;

constexpr std::string_view kGraph =
    R"({"id":"s1","createdDateTime":"2025-10-07T01:47:12Z","userId":"AEAD923D-498b-4f64-a66c-2af91447a8b6","userPrincipalName":"Ann@X.example","userType":"member","appId":"1B730954-1685-4b74-9bfd-dac224a7b894","appDisplayName":"AAD PowerShell","resourceId":"00000002-0000-0000-c000-000000000000","resourceDisplayName":"Windows Azure Active Directory","resourceTenantId":"11111111-2222-3333-4444-555555555555","homeTenantId":"11111111-2222-3333-4444-555555555555","ipAddress":"203.0.113.9","autonomousSystemNumber":64496,"location":{"city":"Gdansk","countryOrRegion":"PL"},"isInteractive":true,"clientAppUsed":"Other clients","authenticationProtocol":"ropc","userAgent":"Chrome/79","authenticationRequirement":"singleFactorAuthentication","status":{"errorCode":50126,"failureReason":"Error validating credentials"},"uniqueTokenIdentifier":"Tok","sessionId":"Ses","correlationId":"COR"})";

void check_user(const ReadLog &log) {
  ASSERT_EQ(log.table.events.size(), 1u) << log.error << (log.unread.empty() ? "" : log.unread[0].reason);
  const Event &event = log.table.events[0];
  EXPECT_EQ(event.source, Source::entra_signin);
  EXPECT_EQ(event.event_class, EventClass::interactive_signin);
  EXPECT_EQ(event.outcome, Outcome::wrong_secret);
  EXPECT_EQ(event.code, 50126);
  EXPECT_EQ(event.time, base::parse_time("2025-10-07T01:47:12Z"));
  EXPECT_EQ(log.text(0, &Event::actor_id), "aead923d-498b-4f64-a66c-2af91447a8b6");
  EXPECT_EQ(log.text(0, &Event::actor_name), "ann@x.example");
  EXPECT_EQ(log.text(0, &Event::application_id), "1b730954-1685-4b74-9bfd-dac224a7b894");
  EXPECT_EQ(log.text(0, &Event::resource_id), "00000002-0000-0000-c000-000000000000");
  EXPECT_EQ(log.text(0, &Event::resource_name), "Windows Azure Active Directory");
  EXPECT_EQ(log.text(0, &Event::address), "203.0.113.9");
  EXPECT_EQ(log.text(0, &Event::country), "PL");
  EXPECT_EQ(log.text(0, &Event::client), "Other clients");
  EXPECT_EQ(log.text(0, &Event::agent), "Chrome/79");
  EXPECT_EQ(log.text(0, &Event::tenant), "11111111-2222-3333-4444-555555555555");
}

TEST(SignIn, Graph) {
  const ReadLog log = read_text("{\"@odata.context\":\"c\",\"value\":[" + std::string(kGraph) + "]}");
  check_user(log);
  EXPECT_EQ(log.text(0, &Event::network), "64496");
  EXPECT_EQ(log.extra(0, "protocol"), "ropc");
  EXPECT_EQ(log.extra(0, "authentication-requirement"), "singleFactorAuthentication");
  EXPECT_EQ(log.text(0, &Event::token), "Tok");
  EXPECT_EQ(log.text(0, &Event::session), "ses");
}

TEST(SignIn, AzureMonitor) {
  std::string properties(kGraph);
  check_user(read_text(
      "{\"time\":\"2025-10-07T01:49:00Z\",\"resourceId\":\"/tenants/11111111-2222-3333-4444-555555555555/"
      "providers/Microsoft.aadiam\",\"operationName\":\"Sign-in "
      "activity\",\"category\":\"SignInLogs\",\"tenantId\":\"11111111-2222-3333-4444-555555555555\","
      "\"resultType\":\"50126\",\"callerIpAddress\":\"203.0.113.9\",\"location\":\"PL\",\"properties\":" +
      properties + "}\n"));
}

TEST(SignIn, LogAnalyticsTableWithUsDates) {
  check_user(
      read_text("TenantId,SourceSystem,\"TimeGenerated "
                "[UTC]\",ResourceId,OperationName,Category,ResultType,Resource,Identity,Location,"
                "AppDisplayName,AppId,ClientAppUsed,\"CreatedDateTime "
                "[UTC]\",Id,IPAddress,IsInteractive,LocationDetails_dynamic,ResourceDisplayName,"
                "ResourceIdentity,Status_dynamic,UserAgent,UserId,UserPrincipalName,AADTenantId,Type\r\n"
                "99999999-9999-9999-9999-999999999999,Azure AD,\"10/7/2025, 1:47:12.000 "
                "AM\",/tenants/11111111-2222-3333-4444-555555555555/providers/Microsoft.aadiam,Sign-in "
                "activity,SignInLogs,50126,Microsoft.aadiam,Ann,PL,AAD "
                "PowerShell,1b730954-1685-4b74-9bfd-dac224a7b894,Other clients,\"10/7/2025, 1:47:12.000 "
                "AM\",s1,203.0.113.9,true,\"{\"\"city\"\":\"\"Gdansk\"\",\"\"countryOrRegion\"\":\"\"PL\"\"}"
                "\",Windows Azure Active "
                "Directory,00000002-0000-0000-c000-000000000000,\"{\"\"errorCode\"\":50126,"
                "\"\"failureReason\"\":\"\"x\"\"}\",Chrome/"
                "79,AEAD923D-498b-4f64-a66c-2af91447a8b6,ann@x.example,11111111-2222-3333-4444-555555555555,"
                "SigninLogs\r\n",
                {}, "la.csv"));
}

constexpr std::string_view kPortalHead =
    "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Incoming token "
    "type,Authentication Protocol,Unique token identifier,Application,Application ID ,App owner tenant "
    "ID,Resource,Resource ID ,Resource tenant ID,Home tenant ID,IP address,Location,Status,Sign-in error "
    "code,Failure reason,Client app,Authentication requirement,Session ID,Autonomous system  number,Incoming "
    "token type\r\n";
std::string portal_row(const std::string &date) {
  return date +
         ",s1,Chrome/79,COR,aead923d-498b-4f64-a66c-2af91447a8b6,Ann,Ann@x.example,Member,none,ROPC,Tok,AAD "
         "PowerShell,1b730954-1685-4b74-9bfd-dac224a7b894,,Windows Azure Active "
         "Directory,00000002-0000-0000-c000-000000000000,11111111-2222-3333-4444-555555555555,11111111-2222-"
         "3333-4444-555555555555,203.0.113.9,\"Gdansk, Pomorskie, PL\",Failure,50126,Error validating,Other "
         "clients,Single-factor authentication,Ses,64496,none\r\n";
}

TEST(SignIn, PortalTable) {
  check_user(
      read_text(std::string(kPortalHead) + portal_row("2025-10-07T01:47:12Z"), {}, "InteractiveSignIns.csv"));
}

TEST(SignIn, PortalDatesThatOneRowOfTheFileDecides) {
  ReadLog log = read_text(
      std::string(kPortalHead) + portal_row("07/10/2025 01:47:12") + portal_row("23/10/2025 05:00:00"), {},
      "x.csv");
  ASSERT_EQ(log.table.events.size(), 2u);
  EXPECT_EQ(log.table.events[0].time, base::parse_time("2025-10-07T01:47:12Z"));
}

TEST(SignIn, PortalDatesThatNothingDecidesAreRefused) {
  const ReadLog log = read_text(std::string(kPortalHead) + portal_row("07/10/2025 01:47:12"), {}, "x.csv");
  EXPECT_EQ(log.table.events.size(), 0u);
  ASSERT_EQ(log.unread.size(), 1u);
  EXPECT_THAT(log.unread[0].reason, HasSubstr("day and month"));
  ASSERT_EQ(log.counts.notes.size(), 1u);
  EXPECT_THAT(log.counts.notes[0], HasSubstr("ISO dates"));
}

TEST(SignIn, ServicePrincipalInGraphAndPortal) {
  const ReadLog graph = read_text(
      R"({"id":"p1","createdDateTime":"2025-10-07T02:00:00Z","userId":"","userPrincipalName":null,"servicePrincipalId":"AA2f5969-011b-460d-ac74-3291d227d49f","servicePrincipalName":"Legacy","servicePrincipalCredentialKeyId":"59EAEEBC-8a6b-44a6-9f24-7d55e64420c9","clientCredentialType":"clientSecret","appId":"5a95e683-08ad-424e-a441-1d1aec52c02c","appOwnerTenantId":"T2","resourceTenantId":"T1","homeTenantId":"T2","resourceDisplayName":"Microsoft Graph","ipAddress":"198.51.100.7","status":{"errorCode":0}})");
  ASSERT_EQ(graph.table.events.size(), 1u) << graph.error;
  EXPECT_EQ(graph.table.events[0].event_class, EventClass::service_principal_signin);
  EXPECT_EQ(graph.table.events[0].outcome, Outcome::ok);
  EXPECT_EQ(graph.text(0, &Event::key_id), "59eaeebc-8a6b-44a6-9f24-7d55e64420c9");
  EXPECT_EQ(graph.text(0, &Event::tenant), "t1");
  EXPECT_EQ(graph.text(0, &Event::actor_type), "service-principal");
  EXPECT_EQ(graph.extra(0, "app-owner-tenant"), "t2");

  const ReadLog portal = read_text(
      "Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Credential key "
      "ID,Credential thumbprint,Application,Application ID ,App owner tenant ID,Resource,Resource ID "
      ",Resource tenant ID,Resource owner tenant ID,Home tenant ID,Home tenant name,IP "
      "address,Location,Status,Sign-in error code,Failure reason,Conditional Access\r\n"
      "2025-10-07T02:00:00Z,p1,c,aa2f5969-011b-460d-ac74-3291d227d49f,Legacy,59eaeebc-8a6b-44a6-9f24-"
      "7d55e64420c9,,Legacy,5a95e683-08ad-424e-a441-1d1aec52c02c,t2,Microsoft "
      "Graph,00000003-0000-0000-c000-000000000000,t1,t0,t2,,198.51.100.7,\"A, B, DE\",Success,0,Other.,Not "
      "Applied\r\n");
  ASSERT_EQ(portal.table.events.size(), 1u) << portal.error;
  EXPECT_EQ(portal.table.events[0].event_class, EventClass::service_principal_signin);
  EXPECT_EQ(portal.text(0, &Event::key_id), "59eaeebc-8a6b-44a6-9f24-7d55e64420c9");
}

TEST(SignIn, DeclaredTenantWinsOverGuessing) {
  ReadOptions options;
  options.tenant = "DECLARED";
  const ReadLog log = read_text(kGraph, options);
  EXPECT_EQ(log.text(0, &Event::tenant), "declared");
  EXPECT_EQ(log.extra(0, "home-tenant"), "11111111-2222-3333-4444-555555555555");
}

TEST(SignIn, RangesGiveEachEventOnce) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += std::string(kGraph) + "\n";
  const std::size_t half = text.size() / 2 + 17;
  ReadOptions first, second;
  first.end = half;
  second.begin = half;
  const ReadLog a = read_text(text, first), b = read_text(text, second);
  EXPECT_EQ(a.table.events.size() + b.table.events.size(), 30u);
  EXPECT_EQ(b.table.events.front().line, a.table.events.back().line + 1);
}

TEST(RealSamples, PantherAzure) {
  const auto bytes = base::read_file(fixture("panther-azure.jsonl"));
  ASSERT_TRUE(bytes);
  const ReadLog log = read_text(*bytes);
  EXPECT_EQ(log.counts.records, 47u);
  for (const auto &part : log.unread) ADD_FAILURE() << part.reason;
  EXPECT_EQ(log.table.events.size(), 47u);
  std::map<Outcome, int> outcomes;
  std::map<EventClass, int> classes;
  for (const Event &event : log.table.events) {
    if (event.event_class != EventClass::directory_audit) ++outcomes[event.outcome];
    ++classes[event.event_class];
    EXPECT_NE(event.time, base::Time{}) << event.line;
    EXPECT_NE(event.operation, 0u) << event.line;
    EXPECT_NE(event.tenant, 0u) << event.line;
    if (event.code == 50053) {
      EXPECT_EQ(event.outcome, Outcome::blocked);
    }
    if (event.code == 7000215) {
      EXPECT_EQ(event.outcome, Outcome::wrong_secret);
    }
  }
  EXPECT_GT(classes[EventClass::directory_audit], 15);
  EXPECT_GT(classes[EventClass::interactive_signin], 5);
  EXPECT_GT(classes[EventClass::service_principal_signin], 1);
  EXPECT_GT(outcomes[Outcome::ok], 5);
}

TEST(RealSamples, PantherMicrosoft365) {
  const auto bytes = base::read_file(fixture("panther-microsoft.jsonl"));
  ASSERT_TRUE(bytes);
  const ReadLog log = read_text(*bytes);
  // Defender's alerts and a Windows event stand among the audit records; they are told, not dropped.
  EXPECT_EQ(log.counts.records, 25u);
  std::uint64_t unread = 0;
  for (const auto &part : log.unread) unread += part.bytes;
  EXPECT_EQ(unread, log.counts.bytes_unread);
  ASSERT_GE(log.table.events.size(), 19u);
  EXPECT_EQ(log.table.events[0].outcome, Outcome::wrong_secret) << "LogonError without a number";
  EXPECT_EQ(log.table.events[0].code, 50126);
  EXPECT_EQ(log.table.events[1].outcome, Outcome::ok);
  EXPECT_EQ(log.text(0, &Event::agent).substr(0, 7), "Mozilla");
}

TEST(RealSamples, GoldenSamlAuditAndMail) {
  const auto audit = base::read_file(fixture("otrf-AADAuditEvents.json"));
  ASSERT_TRUE(audit);
  ReadLog log = read_text(*audit);
  ASSERT_EQ(log.table.events.size(), 4u) << log.error;
  EXPECT_EQ(log.table.settle(), 1u);
  const auto added = std::find_if(log.table.events.begin(), log.table.events.end(),
                                  [](const Event &e) { return e.key_id != 0; });
  ASSERT_NE(added, log.table.events.end());
  EXPECT_EQ(log.table.text(added->key_id), "59eaeebc-8a6b-44a6-9f24-7d55e64420c9");
  EXPECT_EQ(log.table.text(added->actor_name), "pgustavo@simulandlabs.com");
  EXPECT_EQ(log.table.text(added->target_name), "SimuLandApp");
  EXPECT_EQ(added->outcome, Outcome::ok);
  const auto grant = std::find_if(log.table.events.begin(), log.table.events.end(),
                                  [&](const Event &e) { return !log.table.extra(e, "permissions").empty(); });
  ASSERT_NE(grant, log.table.events.end());
  EXPECT_EQ(log.table.extra(*grant, "permissions"), "User.Read Mail.ReadWrite");
  EXPECT_EQ(log.table.extra(*grant, "grantee"), "0d2f5969-011b-460d-ac74-3291d227d49f");
  EXPECT_EQ(log.table.extra(*grant, "consent-type"), "AllPrincipals");

  const auto mail = base::read_file(fixture("otrf-OfficeActivityEvents.json"));
  ASSERT_TRUE(mail);
  const ReadLog read = read_text(*mail);
  ASSERT_EQ(read.table.events.size(), 1u) << read.error;
  EXPECT_EQ(read.text(0, &Event::application_id), "5a95e683-08ad-424e-a441-1d1aec52c02c");
  EXPECT_EQ(read.text(0, &Event::mailbox), "pgustavo@simulandlabs.com");
  EXPECT_EQ(read.text(0, &Event::address), "1.2.3.4");
  EXPECT_EQ(read.table.extras_of(read.table.events[0], "message-id").size(), 7u);
  EXPECT_EQ(read.extra(0, "folder"), "\\Inbox");
}

// .NET writes its first date, or its last, where there is none.
TEST(Signin, ADateThatStandsForNoneIsNoTime) {
  for (const char *none : {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "\\/Date(-62135596800000)\\/"}) {
    std::string text =
        R"({"id":"s1","createdDateTime":"","userId":"aead923d-498b-4f64-a66c-2af91447a8b6","userPrincipalName":"ann@x.example","appId":"1b730954-1685-4b74-9bfd-dac224a7b894","appDisplayName":"x","ipAddress":"203.0.113.9","clientAppUsed":"Browser","status":{"errorCode":0}})";
    text.insert(text.find("Time\":\"") + 7, none);
    const ReadLog kept = read_text(text);
    ASSERT_EQ(kept.table.events.size(), 1u) << kept.error << none;
    EXPECT_EQ(kept.table.events[0].time.us, 0) << none;
    EXPECT_EQ(kept.extra(0, "time-unknown"), "true");
    EXPECT_EQ(kept.counts.notes.size(), 1u) << "it is told";
    ReadOptions strict;
    strict.accept_untimed = false;
    EXPECT_TRUE(read_text(text, strict).table.events.empty());
  }
}

}  // namespace
}  // namespace dislodge::log
