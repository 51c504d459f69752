#include "identity/listings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/encode.hpp"
#include "identity/authorized_keys.hpp"
#include "identity/aws_account.hpp"
#include "identity/link.hpp"
#include "identity/policies.hpp"
#include "identity/roadrecon.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

constexpr std::string_view kHelen =
    "principal:entra/22222222-2222-2222-2222-222222222222/11111111-1111-1111-1111-111111111111";
constexpr std::string_view kHelensBox =
    "resource:exchange/22222222-2222-2222-2222-222222222222/helen@acme.example";
// The public half of a key that was made for this test.
constexpr std::string_view kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

Facts directory() {
  return read_text(
      R"({"data":[{"kind":"AZUser","data":{"id":"11111111-1111-1111-1111-111111111111","tenantId":"22222222-2222-2222-2222-222222222222",
      "userPrincipalName":"helen@acme.example","mail":"helen@acme.example","displayName":"Helen Reyes"}},
      {"kind":"AZUser","data":{"id":"33333333-3333-3333-3333-333333333333","tenantId":"22222222-2222-2222-2222-222222222222",
      "userPrincipalName":"bob@acme.example","mail":"bob@acme.example","displayName":"Bob"}}],"meta":{"type":"azure","version":5}})");
}

TEST(Listings, MailboxPermissionsAreReadFromCsvAndNamesResolved) {
  Facts facts = directory();
  facts.append(
      read_text("Identity,User,AccessRights,IsInherited,Deny\r\n"
                "Helen Reyes,NT AUTHORITY\\SELF,\"FullAccess, ReadPermission\",False,False\r\n"
                "Helen Reyes,bob@acme.example,{FullAccess},False,False\r\n"
                "Helen Reyes,eve@acme.example,{FullAccess},False,True\r\n"));
  EXPECT_EQ(count_grants(facts, "FullAccess"), 1u);
  link_facts(facts, embedded_rights());
  const Grant *grant = find_grant(facts, "FullAccess", "", kHelensBox);
  ASSERT_NE(grant, nullptr);
  EXPECT_EQ(grant->from,
            "principal:entra/22222222-2222-2222-2222-222222222222/33333333-3333-3333-3333-333333333333");
  EXPECT_EQ(grant->evidence, "dir.json:line 3");
}

// As `Get-MailboxPermission helen | Format-List` prints it, in a window of some width; mailboxes go by their
// alias.
TEST(Listings, WhatPowerShellPrintsOnePropertyALineIsRead) {
  Facts facts = directory();
  facts.append(read_text(
      "\r\n\r\nAccessRights    : {FullAccess, \r\n                  ReadPermission}\r\n"
      "Deny            : False\r\nInheritanceType : All\r\nUser            : bob@acme.example\r\n"
      "Identity        : helen\r\nIsInherited     : False\r\n\r\n"
      "AccessRights    : {FullAccess}\r\nDeny            : True\r\n"
      "User            : eve@acme.example\r\nIdentity        : helen\r\nIsInherited     : False\r\n",
      "perms.txt"));
  EXPECT_EQ(count_grants(facts, "FullAccess"), 1u);
  link_facts(facts, embedded_rights());
  const Grant *grant = find_grant(facts, "FullAccess", "", kHelensBox);
  ASSERT_NE(grant, nullptr);
  EXPECT_EQ(grant->evidence, "perms.txt:line 3");
  EXPECT_FALSE(recognises_directory("Dear all,\n\nSubject : permissions\nUser    : bob\n\nBest\n"));
}

// As `aws iam get-credential-report` prints it: the table in base64 within an object.
TEST(Listings, ACredentialReportIsReadAsTheCommandPrintsIt) {
  const std::string report =
      "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,"
      "access_key_1_active,access_key_1_last_rotated,cert_1_active,cert_1_last_rotated\n"
      "<root_account>,arn:aws:iam::123456789012:root,2017-06-10T02:35:07+00:00,not_supported,"
      "2017-10-22T08:11:09+00:00,not_supported,true,false,N/A,false,N/A\n"
      "ci,arn:aws:iam::123456789012:user/ci,2022-08-31T11:10:33+00:00,false,N/A,N/A,false,true,"
      "2022-08-31T11:10:34+00:00,true,2022-09-01T00:00:00+00:00\n";
  for (const bool content_first : {true, false}) {
    const std::string content = "\"Content\": \"" + base::to_base64(report) + "\"";
    const std::string rest = "\"ReportFormat\": \"text/csv\"";
    const std::string text =
        "{\n    " + (content_first ? content : rest) + ",\n    " + (content_first ? rest : content) + "\n}\n";
    ASSERT_TRUE(listings::recognises_directory(text));
    const Facts facts = read_text(text);
    ASSERT_EQ(facts.principals.size(), 2u);
    EXPECT_EQ(facts.principals[1].id, "principal:aws/123456789012/user/ci");
    EXPECT_EQ(facts.principals[1].evidence, "dir.json (Content):line 3");
    ASSERT_EQ(facts.credentials.size(), 2u);
    EXPECT_EQ(count_grants(facts, "aws-administrator"), 1u);
  }
}

TEST(Listings, ARightThatDoesNotSayOnWhatIsTold) {
  const auto told = [](std::string_view text) {
    KeepingSink sink;
    (void)read_text(text, sink);
    std::vector<std::string> reasons;
    for (const evidence::Unread &part : sink.parts) reasons.push_back(part.reason);
    return reasons;
  };
  EXPECT_THAT(told(R"([{"username":"kim","access_level":40,"state":"active"}])"),
              testing::ElementsAre(testing::HasSubstr("members that name no project")));
  EXPECT_THAT(told(R"([{"login":"kim","node_id":"x","permissions":{"admin":true,"push":true}}])"),
              testing::ElementsAre(testing::HasSubstr("collaborators that name no repository")));
  EXPECT_THAT(told(R"([{"username":"kim","access_level":40,"project":"acme/app"}])"), testing::IsEmpty());
}

TEST(Listings, InboxRulesThatForwardAreRightsOfTheAddress) {
  const Facts facts = read_text(R"([{"Name":"x","MailboxOwnerId":"helen@acme.example","Enabled":true,
    "ForwardTo":["\"Thief\" [SMTP:thief@evil.example]"],"RedirectTo":null},
    {"Name":"off","MailboxOwnerId":"helen@acme.example","Enabled":false,"ForwardTo":["[SMTP:old@evil.example]"]}])");
  EXPECT_NE(find_grant(facts, "mailbox-forwarding", "principal:mail/thief@evil.example", ""), nullptr);
  EXPECT_EQ(count_grants(facts, "mailbox-forwarding"), 1u);
}

TEST(Listings, DelegatedConsentsKeepTheirStartAndTheirUser) {
  Facts facts = directory();
  facts.append(read_text(
      R"({"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants","value":[
      {"clientId":"44444444-4444-4444-4444-444444444444","consentType":"Principal","principalId":"11111111-1111-1111-1111-111111111111",
       "resourceId":"55555555-5555-5555-5555-555555555555","scope":"Mail.Read User.Read","startTime":"2024-01-05T00:00:00Z"},
      {"clientId":"44444444-4444-4444-4444-444444444444","consentType":"AllPrincipals","principalId":null,
       "resourceId":"55555555-5555-5555-5555-555555555555","scope":"Mail.ReadWrite"}]})"));
  link_facts(facts, embedded_rights());
  const Grant *one = find_grant(facts, "delegated:Mail.Read", "", kHelensBox);
  ASSERT_NE(one, nullptr);
  EXPECT_TRUE(one->start_known);
  EXPECT_NE(find_grant(facts, "delegated:Mail.ReadWrite", "",
                       "resource:exchange/22222222-2222-2222-2222-222222222222/*"),
            nullptr);
  ASSERT_NE(embedded_rights().find("delegated:User.Read"), nullptr);
  EXPECT_EQ(embedded_rights().find("delegated:User.Read")->effect, Effect::inert);
  EXPECT_EQ(embedded_rights().find("delegated:Mail.Read")->effect, Effect::read);
}

TEST(Listings, DeployKeysOpenTheirRepositories) {
  const std::string text =
      std::string(R"([{"id":1,"key":")") + std::string(kKey) +
      R"(","url":"https://api.github.com/repos/Acme/Infra/keys/1","title":"ci","verified":true,
      "created_at":"2023-02-01T00:00:00Z","read_only":true}])";
  const Facts facts = read_text(text);
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_TRUE(facts.credentials[0].thumbprint.starts_with("SHA256:"));
  EXPECT_NE(
      find_grant(facts, "GH_ReadRepoContents", facts.credentials[0].principal, "resource:github/acme/infra"),
      nullptr);
  // Where it is shut, and by which number.
  EXPECT_EQ(facts.credentials[0].slot, "github-deploy-key");
  const Principal *key = find_principal(facts, facts.credentials[0].principal);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->name, "deploy key 1 of acme/infra (ci)");
}

TEST(Listings, AuthorizedKeysLetTheirHoldersIn) {
  const std::string text =
      "# servers\nfrom=\"10.0.0.0/8, !10.1.1.1\",no-pty " + std::string(kKey) + " bob@laptop\n";
  ASSERT_TRUE(authorized_keys::recognises(text));
  EXPECT_FALSE(authorized_keys::recognises("a letter that mentions ssh-ed25519 keys\nand nothing else\n"));
  Facts facts;
  evidence::ItemView item;
  item.path = "collected/web1/home/deploy/.ssh/authorized_keys";
  item.bytes = text;
  authorized_keys::read(item, facts);
  ASSERT_EQ(facts.grants.size(), 1u);
  EXPECT_EQ(facts.grants[0].to, "principal:ssh-account/web1/deploy");
  EXPECT_EQ(facts.grants[0].evidence, "collected/web1/home/deploy/.ssh/authorized_keys:line 2");
}

TEST(Listings, OptionsOfAnAuthorizedKeySayWhatItIsAndUntilWhen) {
  const std::string key(kKey);
  const std::string text = "cert-authority,principals=\"admin\" " + key + " authority\n" +
                           "command=\"echo cert-authority, done\",expiry-time=\"20260101Z\" " + key +
                           " job\n" + "expiry-time=\"202601011230\",restrict " + key + " local\n";
  Facts facts;
  evidence::ItemView item;
  item.path = "web1/home/deploy/.ssh/authorized_keys";
  item.bytes = text;
  authorized_keys::read(item, facts);
  ASSERT_EQ(facts.grants.size(), 3u);
  EXPECT_EQ(facts.grants[0].kind, "authorized-authority");
  EXPECT_FALSE(facts.grants[0].end_known);
  EXPECT_EQ(facts.grants[1].kind, "authorized-key");
  EXPECT_EQ(base::format_time(facts.grants[1].valid.until), "2026-01-01T00:00:00Z");
  // No zone is said, so it may be as late as in the last zone of the world.
  EXPECT_EQ(base::format_time(facts.grants[2].valid.until), "2026-01-02T00:30:00Z");
  const Right *right = embedded_rights().find("authorized-authority");
  ASSERT_NE(right, nullptr);
  EXPECT_EQ(right->effect, Effect::control);
}

TEST(Listings, TheCredentialReportNamesUsersKeysAndMissingFactors) {
  const Facts facts = read_text(
      "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,"
      "access_key_1_active,access_key_1_last_rotated,access_key_2_active\n"
      "<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,2024-01-01T00:"
      "00:00+00:00,"
      "not_supported,false,false,N/A,false\n"
      "ci,arn:aws:iam::123456789012:user/ci,2021-01-01T00:00:00+00:00,false,N/A,N/"
      "A,false,true,2022-03-04T00:00:00+00:00,false\n");
  EXPECT_NE(
      find_grant(facts, "aws-administrator", "principal:aws/123456789012/root", "principal:aws/123456789012"),
      nullptr);
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].slot, "access-key");
  const Principal *ci = find_principal(facts, "principal:aws/123456789012/user/ci");
  ASSERT_NE(ci, nullptr);
  EXPECT_EQ(ci->attributes.at("factors"), "none");
}

constexpr std::string_view kAccount = R"({"UserDetailList":[
 {"UserName":"dev","UserId":"AIDA1","Arn":"arn:aws:iam::123456789012:user/eng/dev","CreateDate":"2021-01-01T00:00:00Z",
  "UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":["sts:AssumeRole"],"Resource":"arn:aws:iam::123456789012:role/Deploy"},
    {"Effect":"Allow","Action":"secretsmanager:Get*","Resource":"*"}]}}],
  "GroupList":["Admins"],"AttachedManagedPolicies":[]}],
 "GroupDetailList":[{"GroupName":"Admins","GroupId":"AGPA1","Arn":"arn:aws:iam::123456789012:group/Admins","GroupPolicyList":[],
  "AttachedManagedPolicies":[{"PolicyName":"AdministratorAccess","PolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}]}],
 "RoleDetailList":[{"RoleName":"Deploy","RoleId":"AROA1","Arn":"arn:aws:iam::123456789012:role/Deploy",
  "AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::999999999999:user/partner"]},"Action":"sts:AssumeRole"},
   {"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
    "Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},
    "StringLike":{"token.actions.githubusercontent.com:sub":["repo:acme/infra:*","repo:acme/site:ref:refs/heads/main"]}}}]},
  "RolePolicyList":[],"AttachedManagedPolicies":[{"PolicyName":"own","PolicyArn":"arn:aws:iam::123456789012:policy/own"}]}],
 "Policies":[{"PolicyName":"own","Arn":"arn:aws:iam::123456789012:policy/own","PolicyVersionList":[
   {"IsDefaultVersion":true,"Document":{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:Create*","Resource":"*"}]}}]}]})";

TEST(Listings, PoliciesOfAnAwsAccountBecomeRights) {
  ASSERT_TRUE(aws::recognises_directory(kAccount));
  const Facts facts = read_text(kAccount);
  const std::string dev = "principal:aws/123456789012/user/dev",
                    role = "principal:aws/123456789012/role/deploy";
  EXPECT_NE(find_grant(facts, "aws-may-assume", dev, role), nullptr);
  EXPECT_NE(find_grant(facts, "aws-reads", dev, "resource:aws/123456789012/secretsmanager"), nullptr);
  EXPECT_NE(find_grant(facts, "aws-member-of", dev, "principal:aws/123456789012/group/admins"), nullptr);
  EXPECT_NE(find_grant(facts, "aws-administrator", "principal:aws/123456789012/group/admins", ""), nullptr);
  EXPECT_NE(find_grant(facts, "aws-escalates", role, "principal:aws/123456789012"),
            nullptr);                                                      // iam:AttachUserPolicy
  EXPECT_EQ(find_grant(facts, "aws-sets-access-key", role, ""), nullptr);  // denied
  EXPECT_NE(find_grant(facts, "aws-trusts", "principal:aws/999999999999/user/partner", role), nullptr);
  EXPECT_NE(find_grant(facts, "workflow-trusted", "resource:github/acme/infra", role), nullptr);
  EXPECT_NE(find_grant(facts, "workflow-trusted", "resource:github/acme/site", role), nullptr);
  std::vector<std::string> kinds;
  for (const Grant &g : facts.grants) kinds.push_back(g.kind);
  EXPECT_THAT(embedded_rights().unknown(kinds), testing::IsEmpty());
}

TEST(Listings, AccessKeysBelongToUsersOfTheAccountInTheKey) {
  const Facts facts = read_text(
      R"({"AccessKeyMetadata":[{"UserName":"ci-bot","AccessKeyId":"ASIAY34FZKBOKMUTVV7A","Status":"Active",
    "CreateDate":"2024-05-01T00:00:00+00:00"},{"UserName":"x","AccessKeyId":"not a key","Status":"Active"}]})");
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].principal, "principal:aws/609629065308/user/ci-bot");
  EXPECT_EQ(facts.credentials[0].key_id, "asiay34fzkbokmutvv7a");
  EXPECT_EQ(facts.credentials[0].slot, "access-key");
}

TEST(Listings, OktaUsersAndPeopleSayWhoTheyAre) {
  Facts facts = directory();
  facts.append(read_text(
      R"([{"id":"00u1","status":"ACTIVE","created":"2020-01-01T00:00:00.000Z","lastLogin":"2024-01-01T00:00:00.000Z",
    "profile":{"login":"helen@acme.example","email":"helen@acme.example","title":"CFO"}}])"));
  facts.append(read_text(
      "email,name,title,department,seniority\nhelen@acme.example,Helen Reyes,CFO,Finance,executive\n"));
  link_facts(facts, embedded_rights());
  const Principal *helen = facts.principal(kHelen);
  ASSERT_NE(helen, nullptr);
  EXPECT_EQ(helen->attributes.at("department"), "Finance");
  EXPECT_EQ(helen->attributes.at("seniority"), "executive");
  EXPECT_NE(find_grant(facts, "same-person", kHelen, "principal:okta/00u1"), nullptr);
}

// As /api/v1/... answers: rows of members and of roles say whose they are by their links, or by the file
// alone.
TEST(Listings, OktaTellsByItsLinksWhoIsInWhatAndWhoAdministers) {
  Facts facts;
  const auto user = [](std::string_view id, std::string_view login) {
    return R"({"id":")" + std::string(id) + R"(","status":"ACTIVE","profile":{"login":")" +
           std::string(login) + R"("},"_links":{"self":{"href":"https://acme-admin.okta.com/api/v1/users/)" +
           std::string(id) + R"("}}})";
  };
  const std::string ann = "00uAAAAAAAAAAAAAAAA1", bob = "00uBBBBBBBBBBBBBBBB2", eve = "00uEEEEEEEEEEEEEEEE3",
                    desk = "00gDDDDDDDDDDDDDDDD1", app = "0oaPPPPPPPPPPPPPPPP1";
  const std::string principal_ann = "principal:okta/" + base::lower(ann),
                    principal_bob = "principal:okta/" + base::lower(bob),
                    principal_eve = "principal:okta/" + base::lower(eve),
                    principal_desk = "principal:okta/" + base::lower(desk),
                    acme = "principal:okta/acme.okta.com", help_desk = acme + "/role/help_desk_admin";
  facts.append(read_text("[" + user(ann, "ann@acme.example") + "," + user(bob, "bob@acme.example") + "," +
                             user(eve, "eve@acme.example") + "]",
                         "okta/users.json"));
  facts.append(read_text("[" + user(bob, "bob@acme.example") + "]", "okta/group-" + desk + "-users.json"));
  facts.append(read_text(R"([{"id":")" + desk +
                             R"(","type":"OKTA_GROUP","profile":{"name":"Desk"},"_links":{"self":{"href":
                             "https://acme.okta.com/api/v1/groups/x"}}}])",
                         "okta/groups.json"));
  const auto role = [&](std::string_view type, std::string_view holder) {
    return R"([{"id":"ra1","label":"A role","type":")" + std::string(type) +
           R"(","status":"ACTIVE","assignmentType":"USER","_links":{"assignee":{"href":"https://acme.okta.com/api/v1/)" +
           std::string(holder) + R"("}}}])";
  };
  facts.append(read_text(role("SUPER_ADMIN", "users/" + ann), "okta/user-roles.json"));
  facts.append(read_text(role("HELP_DESK_ADMIN", "groups/" + desk), "okta/group-roles.json"));
  KeepingSink sink;
  facts.append(read_text(role("SOMETHING_NEW", "users/" + eve), sink, "okta/eve-roles.json"));
  ASSERT_EQ(sink.parts.size(), 1u);
  EXPECT_THAT(sink.parts[0].reason, testing::HasSubstr("SOMETHING_NEW"));
  facts.append(
      read_text(R"([{"id":")" + eve +
                    R"(","scope":"USER","_links":{"app":{"href":"https://acme.okta.com/api/v1/apps/)" + app +
                    R"("},"user":{"href":"https://acme.okta.com/api/v1/users/)" + eve + R"("}}}])",
                "okta/app-users.json"));
  facts.append(read_text(R"([{"id":"00T1","name":"ops","userId":")" + ann +
                             R"(","clientName":"Okta API","created":"2023-05-01T00:00:00.000Z"}])",
                         "okta/api-tokens.json"));
  link_facts(facts, embedded_rights());
  EXPECT_NE(find_grant(facts, "Okta_MemberOf", principal_bob, principal_desk), nullptr);
  EXPECT_NE(find_grant(facts, "okta-assigned", principal_eve, "resource:okta/" + base::lower(app)), nullptr);
  EXPECT_NE(find_grant(facts, "Okta_Contains", acme, principal_eve), nullptr);
  EXPECT_NE(find_grant(facts, "Okta_SuperAdmin", acme + "/role/super_admin", acme), nullptr);
  EXPECT_NE(find_grant(facts, "okta-role", principal_ann, acme + "/role/super_admin"), nullptr);
  // The help desk resets whoever is no administrator, by themselves or by a group.
  EXPECT_NE(find_grant(facts, "Okta_HelpDeskAdmin", help_desk, principal_eve), nullptr);
  EXPECT_EQ(find_grant(facts, "Okta_HelpDeskAdmin", help_desk, principal_ann), nullptr);
  EXPECT_EQ(find_grant(facts, "Okta_HelpDeskAdmin", help_desk, principal_bob), nullptr);
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].principal, principal_ann);
  EXPECT_EQ(facts.credentials[0].slot, "token");
}

// As `gh api repos/acme/shop/collaborators` answers: the rows do not say of which repository.
TEST(Listings, CollaboratorsAreOfTheRepositoryThatTheirFileIsNamedAfter) {
  Facts facts;
  constexpr std::string_view kRow =
      R"([{"login":"Ann","id":1,"node_id":"U1","permissions":{"admin":false,"push":true,"pull":true},"role_name":"write"}])";
  KeepingSink sink;
  facts.append(read_text(kRow, sink, "github/collaborators-shop.json"));
  ASSERT_EQ(sink.parts.size(), 1u);
  EXPECT_THAT(sink.parts[0].reason, testing::HasSubstr("\"shop\""));
  facts.append(read_text(kRow, "github/acme/infra/collaborators.json"));
  facts.append(read_text(kRow, "github/collaborators.json"));
  facts.append(read_text(R"([{"id":9,"name":"shop","full_name":"Acme/Shop","private":true,
    "owner":{"login":"Acme","type":"Organization"}}])",
                         "github/repos.json"));
  facts.append(
      read_text(R"({"url":"https://api.github.com/orgs/acme/memberships/bea","state":"active","role":"admin",
    "organization":{"login":"acme"},"user":{"login":"bea"}})",
                "github/membership-bea.json"));
  link_facts(facts, embedded_rights());
  EXPECT_NE(find_grant(facts, "GH_WriteRepoContents", "principal:github/ann", "resource:github/acme/shop"),
            nullptr);
  EXPECT_NE(find_grant(facts, "GH_WriteRepoContents", "principal:github/ann", "resource:github/acme/infra"),
            nullptr);
  EXPECT_EQ(count_grants(facts, "GH_WriteRepoContents"), 2u);
  EXPECT_NE(find_grant(facts, "github-owner", "principal:github/bea", "principal:github/acme"), nullptr);
  EXPECT_NE(find_grant(facts, "repositories-contain", "principal:github/acme", "resource:github/acme/shop"),
            nullptr);
  EXPECT_EQ(find_grant(facts, "", "", "resource:github/?/shop"), nullptr);
}

TEST(Listings, LogsAndOtherTablesAreLeftToTheirReaders) {
  EXPECT_FALSE(recognises_directory("userPrincipalName,id,displayName,ipAddress\na@b.example,1,x,1.2.3.4\n"));
  EXPECT_FALSE(recognises_directory("name,amount\nx,1\n"));
  EXPECT_FALSE(recognises_directory(R"([{"price":1},{"price":2}])"));
}

// Policies as ROADrecon keeps them: the detail is a list with one text, which is JSON in the portal's own
// names.
TEST(Listings, ARoadreconDatabaseTellsWhomPoliciesProtect) {
  sqlite3 *database = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  const auto run = [&](const std::string &sql) {
    ASSERT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  };
  run("CREATE TABLE TenantDetails (objectId TEXT, displayName TEXT);"
      "CREATE TABLE Users (objectId TEXT, userPrincipalName TEXT, displayName TEXT, "
      "strongAuthenticationDetail TEXT);"
      "CREATE TABLE Groups (objectId TEXT, displayName TEXT);"
      "CREATE TABLE ServicePrincipals (objectId TEXT, displayName TEXT);"
      "CREATE TABLE lnk_group_member_user (\"Group\" TEXT, \"User\" TEXT);"
      "CREATE TABLE Policys (objectId TEXT, displayName TEXT, policyType INTEGER, policyDetail TEXT, "
      "policyIdentifier TEXT);"
      "INSERT INTO TenantDetails VALUES ('22222222-2222-2222-2222-222222222222','Acme');"
      "INSERT INTO Users VALUES ('11111111-1111-1111-1111-111111111111','helen@acme.example','Helen',"
      " '{\"methods\":[],\"requirements\":[{\"relyingParty\":\"*\",\"state\":\"Enforced\"}]}');"
      "INSERT INTO Users VALUES ('33333333-3333-3333-3333-333333333333','bob@acme.example','Bob',NULL);"
      "INSERT INTO Groups VALUES ('55555555-5555-5555-5555-555555555555','Exceptions');"
      "INSERT INTO lnk_group_member_user VALUES "
      "('55555555-5555-5555-5555-555555555555','33333333-3333-3333-3333-333333333333');");
  const auto policy = [&](char digit, std::string detail) {
    std::string quoted;
    for (const char c : detail) quoted += c == '"' ? "\\\"" : c == '\n' ? " " : std::string(1, c);
    run(std::string("INSERT INTO Policys VALUES ('aaaaaaaa-0000-0000-0000-00000000000") + digit +
        "','p',18,'[\"" + quoted + "\"]','bbbbbbbb-0000-0000-0000-00000000000" + digit + "');");
  };
  policy(
      '1',
      R"({"Version":1,"CreatedDateTime":"2023-05-01T10:00:00.1234567Z","ModifiedDateTime":"2023-06-01T10:00:00Z",
      "State":"Enabled","Conditions":{"Applications":{"Include":[{"Applications":["All"]}]},
      "Users":{"Include":[{"Users":["All"]}],"Exclude":[{"Groups":["55555555-5555-5555-5555-555555555555"]}]},
      "ClientTypes":{"Include":[{"ClientTypes":["Browser","Native"]}]}},
      "Controls":[{"Control":[],"AuthStrengthIds":["00000000-0000-0000-0000-000000000004"]}]})");
  policy('2', R"({"CreatedDateTime":"2023-05-01T10:00:00Z","State":"Enabled","Conditions":
      {"Applications":{"Include":[{"Applications":["All"]}]},"Users":{"Include":[{"Users":["All"]}]},
      "ClientTypes":{"Include":[{"ClientTypes":["EasSupported","EasUnsupported","OtherLegacy","LegacySmtp","LegacyPop",
      "LegacyImap","LegacyMapi","LegacyOffice"]}]}},"Controls":[{"Control":["Block"]}]})");
  policy('3', R"({"CreatedDateTime":"2023-05-01T10:00:00Z","State":"Reporting","Conditions":
      {"Applications":{"Include":[{"Applications":["All"]}]},"Users":{"Include":[{"Users":["All"]}]}},
      "Controls":[{"Control":["Block"]}]})");
  sqlite3_int64 size = 0;
  unsigned char *raw = sqlite3_serialize(database, "main", &size, 0);
  const std::string bytes(reinterpret_cast<const char *>(raw), static_cast<std::size_t>(size));
  sqlite3_free(raw);
  sqlite3_close(database);

  Facts facts;
  KeepingSink sink;
  evidence::ItemView item;
  item.path = "roadrecon.db";
  item.bytes = bytes;
  ASSERT_TRUE(roadrecon::read_directory(item, facts, sink));
  link_facts(facts, embedded_rights());
  ASSERT_EQ(policies_of(facts).size(), 3u);
  EXPECT_EQ(facts.principal(kHelen)->attributes.at("per-user-mfa"), "enforced");
  const auto required = requirements_of(facts);
  ASSERT_EQ(required.size(), 1u);  // Bob is among the exceptions
  EXPECT_EQ(required.front().principal, kHelen);
  EXPECT_EQ(base::format_time(required.front().valid.from), "2023-06-01T10:00:00Z");
}

TEST(Listings, ARoadreconDatabaseIsReadWithItsDates) {
  sqlite3 *database = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  const char *sql =
      "CREATE TABLE TenantDetails (objectId TEXT, displayName TEXT);"
      "CREATE TABLE Users (objectId TEXT, userPrincipalName TEXT, mail TEXT, displayName TEXT, "
      "accountEnabled BOOLEAN,"
      " refreshTokensValidFromDateTime DATETIME, strongAuthenticationDetail TEXT);"
      "CREATE TABLE ServicePrincipals (objectId TEXT, appId TEXT, displayName TEXT, passwordCredentials "
      "TEXT);"
      "CREATE TABLE lnk_group_member_user (\"Group\" TEXT, \"User\" TEXT);"
      "CREATE TABLE OAuth2PermissionGrants (clientId TEXT, consentType TEXT, principalId TEXT, scope TEXT, "
      "startTime DATETIME);"
      "INSERT INTO TenantDetails VALUES ('22222222-2222-2222-2222-222222222222','Acme');"
      "INSERT INTO Users VALUES "
      "('11111111-1111-1111-1111-111111111111','helen@acme.example','helen@acme.example','Helen',1,"
      " '2024-02-03 04:05:06.000000','{\"methods\":[]}');"
      "INSERT INTO ServicePrincipals VALUES "
      "('44444444-4444-4444-4444-444444444444','66666666-6666-6666-6666-666666666666','app',"
      " '[{\"keyId\":\"77777777-7777-7777-7777-777777777777\",\"startDate\":\"2023-01-01T00:00:00Z\"}]');"
      "INSERT INTO lnk_group_member_user VALUES "
      "('88888888-8888-8888-8888-888888888888','11111111-1111-1111-1111-111111111111');"
      "INSERT INTO OAuth2PermissionGrants VALUES ('44444444-4444-4444-4444-444444444444','Principal',"
      " '11111111-1111-1111-1111-111111111111','Mail.Read','2024-01-01 00:00:00.000000');";
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_int64 size = 0;
  unsigned char *raw = sqlite3_serialize(database, "main", &size, 0);
  const std::string bytes(reinterpret_cast<const char *>(raw), static_cast<std::size_t>(size));
  sqlite3_free(raw);
  sqlite3_close(database);

  ASSERT_TRUE(roadrecon::recognises_directory(bytes));
  Facts facts;
  KeepingSink sink;
  evidence::ItemView item;
  item.path = "roadrecon.db";
  item.bytes = bytes;
  ASSERT_TRUE(roadrecon::read_directory(item, facts, sink));
  link_facts(facts, embedded_rights());
  const Principal *helen = facts.principal(kHelen);
  ASSERT_NE(helen, nullptr);
  EXPECT_EQ(helen->attributes.at("sessions-valid-from"), "2024-02-03T04:05:06.000000Z");
  EXPECT_EQ(helen->attributes.at("factors"), "none");
  EXPECT_NE(find_grant(facts, "AZMemberOf", kHelen, ""), nullptr);
  const Grant *consent = find_grant(facts, "delegated:Mail.Read", "", kHelensBox);
  ASSERT_NE(consent, nullptr);
  EXPECT_TRUE(consent->start_known);
  EXPECT_EQ(facts.credentials.size(), 1u);
  // A page that is damaged is no reason to fall over.
  std::string broken = bytes;
  for (std::size_t i = 4096; i < broken.size(); i += 7) broken[i] = 'x';
  item.bytes = broken;
  Facts rest;
  (void)roadrecon::read_directory(item, rest, sink);
}

}  // namespace
}  // namespace dislodge::identity
