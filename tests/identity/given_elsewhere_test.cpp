#include "identity/given_elsewhere.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/ids.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

using log::EventClass;
using log::Source;
using Extras = std::initializer_list<std::pair<std::string_view, std::string_view>>;

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

// A change in one system, as its reader tells it.
struct Change {
  Source source = Source::github;
  std::string_view operation, actor = {}, target = {}, target_id = {}, type = {}, place = {}, tenant = {};
  Extras extras = {};
  std::string_view time = "2025-03-01T10:00:00Z";
};

class GivenElsewhere : public testing::Test {
 protected:
  log::Event &add(const Change &one) {
    log::Event &event = events.add(EventClass::admin_change, one.time, one.operation, one.extras);
    event.source = one.source;
    event.actor_name = events.id(one.actor);
    event.actor_type = events.id("user");
    event.target_name = events.id(one.target);
    event.target_id = events.id(one.target_id);
    event.target_type = events.id(one.type);
    event.resource_name = events.id(one.place);
    event.tenant = events.id(one.tenant);
    return event;
  }
  void run() { add_given_elsewhere(events.table, facts); }
  base::Interval held(std::string_view kind, std::string_view from, std::string_view to) {
    const Grant *one = find_grant(facts, kind, from, to);
    return one == nullptr ? base::Interval{base::kTimeMin, base::kTimeMin} : one->valid;
  }
  void listed(std::string kind, std::string from, std::string to) {
    Grant one;
    one.kind = std::move(kind);
    one.from = std::move(from);
    one.to = std::move(to);
    one.id = grant_id(one.kind, one.from, one.to);
    one.evidence = "listing.json:line 1";
    facts.grants.push_back(std::move(one));
  }
  const base::Interval kNever{base::kTimeMin, base::kTimeMin};
  EventMaker events{"audit.json"};
  Facts facts;
};

TEST_F(GivenElsewhere, ACollaboratorReadsFromThenOnUntilTakenOff) {
  add({.operation = "repo.add_member",
       .actor = "ann",
       .target = "eve",
       .type = "user",
       .place = "acme/infra",
       .tenant = "acme",
       .extras = {{"permission", "write"}}});
  add({.operation = "repo.remove_member",
       .actor = "ann",
       .target = "eve",
       .type = "user",
       .place = "acme/infra",
       .tenant = "acme",
       .time = "2025-03-05T00:00:00Z"});
  add({.operation = "repo.add_member",
       .actor = "ann",
       .target = "bob",
       .type = "user",
       .place = "acme/infra",
       .tenant = "acme"})
      .outcome = log::Outcome::error;
  run();
  EXPECT_EQ(held("GH_WriteRepoContents", "principal:github/eve", "resource:github/acme/infra"),
            (base::Interval{at("2025-03-01T10:00:00Z"), at("2025-03-05T00:00:00Z")}));
  EXPECT_EQ(facts.grants.size(), 1u);  // what failed gave nothing
  ASSERT_EQ(facts.resources.size(), 1u);
  EXPECT_EQ(facts.resources[0].kind, "repository");
  // Whoever got it stays as unknown as before: a stranger is told as one.
  EXPECT_EQ(find_principal(facts, "principal:github/eve"), nullptr);
}

TEST_F(GivenElsewhere, WhatAListingKnowsEndsTooWhateverItsKind) {
  listed("GH_AdminTo", "principal:github/eve", "resource:github/acme/infra");
  listed("GH_AdminTo", "principal:github/eve", "resource:github/acme/site");
  listed("GH_ReadRepoContents", "principal:github/eve", "resource:github/other/x");
  add({.operation = "repo.remove_member",
       .target = "eve",
       .type = "user",
       .place = "acme/infra",
       .tenant = "acme"});
  add({.operation = "org.remove_member",
       .target = "eve",
       .type = "user",
       .tenant = "acme",
       .time = "2025-03-09T00:00:00Z"});
  run();
  EXPECT_EQ(held("GH_AdminTo", "principal:github/eve", "resource:github/acme/infra").until,
            at("2025-03-01T10:00:00Z"));
  EXPECT_EQ(held("GH_AdminTo", "principal:github/eve", "resource:github/acme/site").until,
            at("2025-03-09T00:00:00Z"));
  EXPECT_EQ(held("GH_ReadRepoContents", "principal:github/eve", "resource:github/other/x").until,
            base::kTimeMax);
}

TEST_F(GivenElsewhere, MembersAndOwnersOfAnOrganisationReadItsRepositories) {
  Resource known;
  known.id = "resource:github/acme/infra";
  known.evidence = "repos.json:line 2";
  facts.resources.push_back(known);
  add({.operation = "org.add_member",
       .target = "eve",
       .type = "user",
       .tenant = "Acme",
       .extras = {{"permission", "read"}}});
  add({.operation = "org.update_member",
       .target = "bob",
       .type = "user",
       .tenant = "Acme",
       .extras = {{"permission", "admin"}}});
  run();
  EXPECT_NE(held("github-member", "principal:github/eve", "resource:github/acme/*"), kNever);
  EXPECT_NE(held("github-owner", "principal:github/bob", "principal:github/acme"), kNever);
  EXPECT_NE(held("repositories-contain", "principal:github/acme", "resource:github/acme/*"), kNever);
  EXPECT_NE(held("repositories-contain", "resource:github/acme/*", "resource:github/acme/infra"), kNever);
  for (const Grant &one : facts.grants) EXPECT_NE(embedded_rights().find(one.kind), nullptr) << one.kind;
}

TEST_F(GivenElsewhere, ATeamHoldsWhatItIsGiven) {
  add({.operation = "team.add_member",
       .target = "eve",
       .type = "user",
       .tenant = "acme",
       .extras = {{"team", "acme/ops"}}});
  add({.operation = "team.add_repository", .target = "acme/ops", .place = "acme/infra", .tenant = "acme"});
  run();
  EXPECT_NE(held("GH_MemberOf", "principal:github/eve", "principal:github/acme/ops"), kNever);
  EXPECT_NE(held("GH_ReadRepoContents", "principal:github/acme/ops", "resource:github/acme/infra"), kNever);
}

TEST_F(GivenElsewhere, WhoMadeADeployKeyHasIt) {
  add({.operation = "deploy_key.create",
       .actor = "eve",
       .place = "acme/infra",
       .tenant = "acme",
       .extras = {{"fingerprint", "SHA256:AbC"}, {"key-title", "ci"}, {"read-only", "true"}}});
  add({.operation = "deploy_key.destroy",
       .actor = "ann",
       .place = "acme/infra",
       .tenant = "acme",
       .extras = {{"fingerprint", "SHA256:AbC"}},
       .time = "2025-03-02T00:00:00Z"});
  run();
  const std::string key = ssh_key_principal("SHA256:AbC");
  EXPECT_EQ(held("GH_ReadRepoContents", key, "resource:github/acme/infra"),
            (base::Interval{at("2025-03-01T10:00:00Z"), at("2025-03-02T00:00:00Z")}));
  EXPECT_EQ(held("key-made-by", "principal:github/eve", key),
            (base::Interval{at("2025-03-01T10:00:00Z"), at("2025-03-01T10:00:00Z") + 1}));
  ASSERT_NE(find_principal(facts, key), nullptr);
  EXPECT_EQ(find_principal(facts, key)->kind, PrincipalKind::key);
}

// The log calls them so for people and for repositories.
TEST_F(GivenElsewhere, PublicKeysAreOfARepositoryOrOfAnAccount) {
  const auto key = [&](std::string_view operation, std::string_view place, std::string_view print,
                       std::string_view time) {
    add({.operation = operation,
         .actor = "eve",
         .place = place,
         .tenant = "acme",
         .extras = {{"fingerprint", print}, {"key-title", "runner"}, {"read-only", "false"}},
         .time = time});
  };
  key("public_key.create", "acme/infra", "SHA256:AbC", "2025-03-01T00:00:00Z");
  key("public_key.delete", "acme/infra", "SHA256:AbC", "2025-03-05T00:00:00Z");
  key("public_key.delete", "acme/infra", "SHA256:OlD", "2025-03-05T00:00:00Z");
  key("public_key.create", "", "SHA256:OwN", "2025-03-02T00:00:00Z");
  key("public_key.delete", "", "SHA256:OwN", "2025-03-04T00:00:00Z");
  run();
  const std::string repository = "resource:github/acme/infra", first = ssh_key_principal("SHA256:AbC"),
                    old = ssh_key_principal("SHA256:OlD"), own = ssh_key_principal("SHA256:OwN");
  EXPECT_EQ(held("GH_WriteRepoContents", first, repository),
            (base::Interval{at("2025-03-01T00:00:00Z"), at("2025-03-05T00:00:00Z")}));
  EXPECT_EQ(held("GH_WriteRepoContents", old, repository),
            (base::Interval{base::kTimeMin, at("2025-03-05T00:00:00Z")}))
      << "held until it was taken, be it that nobody saw it given";
  EXPECT_EQ(held("key-of-account", own, "principal:github/eve"),
            (base::Interval{at("2025-03-02T00:00:00Z"), at("2025-03-04T00:00:00Z")}));
  // By its fingerprint the private half is found.
  const auto known = std::find_if(facts.credentials.begin(), facts.credentials.end(),
                                  [&](const Credential &one) { return one.principal == first; });
  ASSERT_NE(known, facts.credentials.end());
  EXPECT_EQ(known->thumbprint, "SHA256:AbC");
  EXPECT_EQ(known->slot, "github-deploy-key");
}

TEST_F(GivenElsewhere, WhoClonesARepositoryMayReadIt) {
  const auto clone = [&](std::string_view who, std::string_view repository, std::string_view time,
                         Extras extras = {}) {
    log::Event &event = add({.operation = "git.clone",
                             .actor = who,
                             .place = repository,
                             .tenant = "acme",
                             .extras = extras,
                             .time = time});
    event.event_class = EventClass::code_access;
  };
  listed("GH_AdminTo", "principal:github/bob", "resource:github/acme/app");
  clone("eve", "acme/app", "2025-03-04T00:00:00Z");
  clone("eve", "acme/app", "2025-03-02T00:00:00Z");
  clone("eve", "acme/site", "2025-03-02T00:00:00Z", {{"visibility", "public"}});
  clone("bob", "acme/app", "2025-03-02T00:00:00Z");
  add({.operation = "repo.remove_member",
       .target = "bob",
       .type = "user",
       .place = "acme/app",
       .tenant = "acme",
       .time = "2025-03-05T00:00:00Z"});
  run();
  const base::Interval second{at("2025-03-02T00:00:00Z"), at("2025-03-02T00:00:00Z") + 1},
      fourth{at("2025-03-04T00:00:00Z"), at("2025-03-04T00:00:00Z") + 1};
  const Grant *read =
      find_grant(facts, "GH_ReadRepoContents", "principal:github/eve", "resource:github/acme/app");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->valid, base::Interval{});
  EXPECT_EQ(read->used, (std::vector<base::Interval>{second, fourth}));
  // What is public says nothing, and a right that is known is what was used; it ended.
  EXPECT_EQ(count_grants(facts, "GH_ReadRepoContents"), 1u);
  const Grant *known = find_grant(facts, "GH_AdminTo", "principal:github/bob", "resource:github/acme/app");
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->valid.until, at("2025-03-05T00:00:00Z"));
  EXPECT_EQ(known->used, std::vector<base::Interval>{second});
}

TEST_F(GivenElsewhere, MembersInGitlabReadFromReporterUp) {
  add({.source = Source::gitlab,
       .operation = "member_created",
       .target = "Eve Moe",
       .target_id = "7",
       .type = "User",
       .place = "acme/infra",
       .extras = {{"role", "Developer"}, {"entity-type", "Project"}}});
  add({.source = Source::gitlab,
       .operation = "add user_access",
       .target = "Bob",
       .type = "User",
       .place = "acme",
       .extras = {{"role", "Reporter"}, {"entity-type", "Group"}}});
  add({.source = Source::gitlab,
       .operation = "member_created",
       .target = "Gus",
       .type = "User",
       .place = "acme/infra",
       .extras = {{"role", "Guest"}, {"entity-type", "Project"}}});
  add({.source = Source::gitlab,
       .operation = "remove user_access",
       .target = "Bob",
       .type = "User",
       .place = "acme",
       .extras = {{"entity-type", "Group"}},
       .time = "2025-03-04T00:00:00Z"});
  run();
  EXPECT_NE(held("gitlab-member", "principal:gitlab/?/eve moe", "resource:gitlab/acme/infra"), kNever);
  EXPECT_EQ(held("gitlab-member", "principal:gitlab/?/bob", "resource:gitlab/acme/*").until,
            at("2025-03-04T00:00:00Z"));
  EXPECT_NE(held("repositories-contain", "resource:gitlab/acme/*", "resource:gitlab/acme/infra"), kNever);
  EXPECT_EQ(count_grants(facts, "gitlab-member"), 2u);
}

TEST_F(GivenElsewhere, GitlabCallsPeopleByWhatTheyAreCalled) {
  Principal eve;
  eve.id = "principal:gitlab/emoe";
  eve.kind = PrincipalKind::user;
  eve.name = "Eve Moe";
  facts.principals.push_back(eve);
  add({.source = Source::gitlab,
       .operation = "member_created",
       .target = "Eve Moe",
       .type = "User",
       .place = "acme/infra",
       .extras = {{"role", "Developer"}, {"entity-type", "Project"}}});
  run();
  EXPECT_NE(held("gitlab-member", "principal:gitlab/emoe", "resource:gitlab/acme/infra"), kNever);
}

TEST_F(GivenElsewhere, PoliciesAndGroupsOfAws) {
  constexpr std::string_view kAccount = "482913007654",
                             kAdmin = "policy arn:aws:iam::aws:policy/AdministratorAccess";
  add({.source = Source::aws_cloudtrail,
       .operation = "AttachUserPolicy",
       .target = "backup",
       .type = "user",
       .tenant = kAccount,
       .extras = {{"target", kAdmin}}});
  add({.source = Source::aws_cloudtrail,
       .operation = "DetachUserPolicy",
       .target = "backup",
       .type = "user",
       .tenant = kAccount,
       .extras = {{"target", kAdmin}},
       .time = "2025-03-03T00:00:00Z"});
  add({.source = Source::aws_cloudtrail,
       .operation = "AttachGroupPolicy",
       .target = "ops",
       .type = "group",
       .tenant = kAccount,
       .extras = {{"target", "policy arn:aws:iam::aws:policy/SecretsManagerReadWrite"}}});
  add({.source = Source::aws_cloudtrail,
       .operation = "AddUserToGroup",
       .target = "eve",
       .type = "user",
       .tenant = kAccount,
       .extras = {{"target", "group ops"}}});
  add({.source = Source::aws_cloudtrail,
       .operation = "AttachRolePolicy",
       .target = "ci",
       .type = "role",
       .tenant = kAccount,
       .extras = {{"target", "policy arn:aws:iam::482913007654:policy/mine"}}});
  run();
  const std::string place = "principal:aws/482913007654";
  EXPECT_EQ(held("aws-administrator", place + "/backup", place),
            (base::Interval{at("2025-03-01T10:00:00Z"), at("2025-03-03T00:00:00Z")}));
  EXPECT_NE(held("aws-reads", place + "/group/ops", "resource:aws/482913007654/secretsmanager"), kNever);
  EXPECT_NE(held("aws-member-of", place + "/eve", place + "/group/ops"), kNever);
  EXPECT_EQ(count_grants(facts, "aws-administrator"), 1u);  // what a policy of theirs allows stands elsewhere
}

TEST_F(GivenElsewhere, WhatAPolicyOfTheirOwnAllowsStandsInTheCallThatSetsIt) {
  constexpr std::string_view kAccount = "482913007654";
  const auto call = [&](std::string_view operation, std::string_view target, std::string_view type,
                        std::string_view document, std::string_view time) {
    add({.source = Source::aws_cloudtrail,
         .operation = operation,
         .target = target,
         .type = type,
         .tenant = kAccount,
         .extras = {{"policy-name", "p1"}, {"policy-document", document}},
         .time = time});
  };
  call("PutUserPolicy", "eve", "user",
       R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
       "2025-03-01T00:00:00Z");
  call("PutUserPolicy", "eve", "user",
       R"({"Statement":{"Effect":"Allow","Action":["s3:Get*"],"Resource":"arn:aws:s3:::backup/*"}})",
       "2025-03-02T00:00:00Z");
  call("DeleteUserPolicy", "eve", "user", "", "2025-03-03T00:00:00Z");
  call("PutRolePolicy", "ci", "role", "{not json", "2025-03-03T00:00:00Z");
  call("UpdateAssumeRolePolicy", "ci", "role",
       R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:user/mal"},)"
       R"("Action":"sts:AssumeRole"}]})",
       "2025-03-04T00:00:00Z");
  run();
  const std::string place = "principal:aws/482913007654", eve = place + "/eve";
  EXPECT_EQ(held("aws-administrator", eve, place),
            (base::Interval{at("2025-03-01T00:00:00Z"), at("2025-03-02T00:00:00Z")}));
  EXPECT_EQ(held("aws-reads", eve, "resource:aws/482913007654/s3"),
            (base::Interval{at("2025-03-02T00:00:00Z"), at("2025-03-03T00:00:00Z")}));
  EXPECT_EQ(held("aws-trusts", "principal:aws/999999999999/user/mal", place + "/role/ci").from,
            at("2025-03-04T00:00:00Z"));
  EXPECT_EQ(facts.grants.size(), 3u);
}

TEST_F(GivenElsewhere, RolesGroupsAndApplicationsOfOkta) {
  const auto okta = [&](std::string_view operation, std::string_view type, std::string_view id, Extras extras,
                        std::string_view time = "2025-03-01T10:00:00Z") {
    add({.source = Source::okta,
         .operation = operation,
         .actor = "ann@acme.example",
         .target_id = id,
         .type = type,
         .tenant = "acme",
         .extras = extras,
         .time = time});
  };
  okta("user.account.privilege.grant", "User", "00uEVE", {{"role", "Super administrator"}});
  okta("group.user_membership.add", "User", "00uEVE", {{"target", "UserGroup 00gOPS Operations"}});
  // The first target of an assignment is the account within the application.
  okta("application.user_membership.add", "AppUser", "0uaX",
       {{"target", "AppInstance 0oaVPN Company VPN"}, {"target", "User 00uEVE eve@acme.example"}});
  okta("user.account.privilege.revoke", "User", "00uEVE", {}, "2025-03-06T00:00:00Z");
  run();
  EXPECT_EQ(held("okta-role", "principal:okta/acme/00ueve", "principal:okta/acme/role/super_admin"),
            (base::Interval{at("2025-03-01T10:00:00Z"), at("2025-03-06T00:00:00Z")}));
  EXPECT_NE(held("Okta_MemberOf", "principal:okta/acme/00ueve", "principal:okta/00gops"), kNever);
  EXPECT_NE(held("okta-assigned", "principal:okta/acme/00ueve", "resource:okta/0oavpn"), kNever);
  EXPECT_NE(held("Okta_Contains", "principal:okta/acme", "principal:okta/00gops"), kNever);
}

TEST_F(GivenElsewhere, ARevocationInOktaSaysWhatWasHeldAndNothingElse) {
  const auto okta = [&](std::string_view operation, std::string_view id, Extras extras,
                        std::string_view time) {
    add({.source = Source::okta,
         .operation = operation,
         .actor = "ann@acme.example",
         .target_id = id,
         .type = "User",
         .tenant = "acme",
         .extras = extras,
         .time = time});
  };
  const std::string roles = "principal:okta/acme/role/", desk = roles + "help_desk_admin",
                    super = roles + "super_admin", eve = "principal:okta/acme/00ueve",
                    bob = "principal:okta/acme/00ubob", cyd = "principal:okta/acme/00ucyd",
                    dan = "principal:okta/acme/00udan";
  const base::Time end = at("2025-03-06T00:00:00Z");
  okta("user.account.privilege.grant", "00uEVE", {{"role", "Help Desk Administrator"}},
       "2025-03-01T00:00:00Z");
  okta("user.account.privilege.revoke", "00uEVE", {{"role", "Help Desk Administrator"}},
       "2025-03-06T00:00:00Z");
  okta("user.account.privilege.revoke", "00uBOB",
       {{"role", "Group administrator (for Sales, Support), Read Only Administrator"}},
       "2025-03-06T00:00:00Z");
  okta("user.account.privilege.revoke", "00uCYD", {}, "2025-03-06T00:00:00Z");
  listed("okta-role", dan, super);
  okta("user.account.privilege.grant", "00uDAN", {{"role", "Report administrator"}}, "2025-03-01T00:00:00Z");
  okta("user.account.privilege.revoke", "00uDAN", {}, "2025-03-06T00:00:00Z");
  run();
  EXPECT_EQ(held("okta-role", eve, desk), (base::Interval{at("2025-03-01T00:00:00Z"), end}));
  for (const std::string &who : {eve, bob, cyd}) {
    EXPECT_EQ(held("okta-role", who, super), kNever) << who;
    EXPECT_EQ(held("okta-role", who, roles + "org_admin"), kNever) << who;
  }
  EXPECT_EQ(held("okta-role", bob, roles + "user_admin"), (base::Interval{base::kTimeMin, end}));
  EXPECT_EQ(held("okta-role", bob, roles + "read_only_admin").until, end);
  EXPECT_EQ(held("okta-role", dan, roles + "report_admin").until, end);
  EXPECT_EQ(held("okta-role", dan, super).until, base::kTimeMax) << "a listing has it still";
}

TEST_F(GivenElsewhere, GroupsAndRolesOfGoogle) {
  add({.source = Source::google,
       .operation = "ADD_GROUP_MEMBER",
       .target = "eve@acme.example",
       .tenant = "c01",
       .extras = {{"parameter:user_email", "eve@acme.example"},
                  {"parameter:group_email", "Ops@acme.example"}}});
  add({.source = Source::google,
       .operation = "ASSIGN_ROLE",
       .target = "eve@acme.example",
       .tenant = "c01",
       .extras = {{"role", "_SEED_ADMIN_ROLE"}, {"parameter:user_email", "eve@acme.example"}}});
  add({.source = Source::google,
       .operation = "ASSIGN_ROLE",
       .target = "bob@acme.example",
       .tenant = "c01",
       .extras = {{"role", "_HELP_DESK_ADMIN_ROLE"}, {"parameter:user_email", "bob@acme.example"}}});
  add({.source = Source::google_cloud,
       .operation = "SetIamPolicy",
       .target = "projects/acme-prod",
       .tenant = "acme-prod",
       .extras = {
           {"binding", "ADD roles/owner user:eve@acme.example"},
           {"binding", "ADD roles/storage.objectViewer serviceAccount:ci@acme-prod.iam.gserviceaccount.com"},
           {"binding", "ADD roles/viewer allUsers"}}});
  run();
  EXPECT_NE(held("google-member-of", "principal:google/c01/eve@acme.example",
                 "principal:google/c01/ops@acme.example"),
            kNever);
  EXPECT_NE(held("google-administrator", "principal:google/c01/eve@acme.example", "principal:google/c01"),
            kNever);
  EXPECT_NE(held("google-administrator", "principal:google/acme-prod/eve@acme.example",
                 "principal:google/acme-prod"),
            kNever);
  EXPECT_NE(held("google-role", "principal:google/acme-prod/ci@acme-prod.iam.gserviceaccount.com",
                 "resource:google/acme-prod"),
            kNever);
  EXPECT_EQ(count_grants(facts, "google-administrator"), 2u);
}

TEST_F(GivenElsewhere, GroupsOfADomain) {
  Principal eve;
  eve.id = "principal:ad/s-1-5-21-1-2-3-1104";
  eve.kind = PrincipalKind::user;
  eve.attributes = {{"samaccountname", "eve"}};
  eve.tenant = "corp.example";
  facts.principals.push_back(eve);
  const std::string admins = "principal:ad/s-1-5-21-1-2-3-512";
  for (const auto &[operation, time, id] :
       {std::tuple("member added to global group", "2025-03-01T10:00:00Z", "4728"),
        std::tuple("member removed from global group", "2025-03-02T00:00:00Z", "4729")})
    add({.source = Source::windows,
         .operation = operation,
         .actor = "corp\\ann",
         .target = "corp\\eve",
         .type = "user",
         .tenant = "corp.example",
         .extras = {{"event-id", id}, {"group-sid", "S-1-5-21-1-2-3-512"}, {"group", "Domain Admins"}},
         .time = time});
  run();
  EXPECT_EQ(held("MemberOf", eve.id, admins),
            (base::Interval{at("2025-03-01T10:00:00Z"), at("2025-03-02T00:00:00Z")}));
  EXPECT_NE(held("domain-administrators", admins, "principal:ad/s-1-5-21-1-2-3"), kNever);
  EXPECT_EQ(find_principal(facts, admins)->name, "Domain Admins");
}

}  // namespace
}  // namespace dislodge::identity
