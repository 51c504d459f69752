#include "identity/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/changes.hpp"
#include "identity/ids.hpp"
#include "identity/link.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

using log::EventClass;
using testing::HasSubstr;

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
const std::string kActor = "ac700000-0000-4000-8000-000000000000";
const std::string kService = "5e700000-0000-4000-8000-000000000000";
const std::string kExchange = "e4c00000-0000-4000-8000-000000000000";
const std::string kApp = "a9900000-0000-4000-8000-000000000000";
const std::string kKey = "1e700000-0000-4000-8000-000000000000";
constexpr std::string_view kFullAccess = "dc890d15-9560-4a4c-9b7f-a736ec74ec40";
std::string here(std::string_view object) {
  return entra_principal(kTenant, object);
}
base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

class History : public testing::Test {
 protected:
  log::Event &change(std::string_view time, std::string_view operation, std::string_view target,
                     std::initializer_list<std::pair<std::string_view, std::string_view>> extras = {}) {
    log::Event &event = events.add(EventClass::directory_audit, time, operation, extras);
    event.tenant = events.id(kTenant);
    event.actor_id = events.id(kActor);
    event.actor_name = events.id("ann@northwind.example");
    event.actor_type = events.id("user");
    event.target_id = events.id(target);
    return event;
  }
  Facts facts() {
    Facts made;
    add_history(events.table, embedded_rights(), made);
    made.settle();
    return made;
  }
  EventMaker events;
};

// Records of a registration may name whose the device is: that makes no device of a person.
TEST_F(History, APersonForWhomADeviceIsRegisteredStaysAPerson) {
  change("2025-10-07T02:57:18Z", "Register device", kService).target_type = events.id("Device");
  change("2025-10-07T02:57:19Z", "Register device", kApp).target_type = events.id("User");
  const Facts made = facts();
  ASSERT_NE(made.principal(here(kService)), nullptr);
  EXPECT_EQ(made.principal(here(kService))->kind, PrincipalKind::device);
  EXPECT_EQ(made.principal(here(kApp)), nullptr);
}

TEST_F(History, AppRoleAssignmentHasItsTimeAndGrantee) {
  change("2025-10-07T02:57:18Z", "Add app role assignment to service principal", kExchange,
         {{"grantee", kService}, {"new:AppRole.Id", kFullAccess}, {"app-role", "full_access_as_app"}});
  const Facts made = facts();
  const Grant *one =
      find_grant(made, "app-role:" + std::string(kFullAccess), here(kService), here(kExchange));
  ASSERT_NE(one, nullptr);
  EXPECT_TRUE(one->start_known);
  EXPECT_EQ(one->valid.from, at("2025-10-07T02:57:18Z"));
  EXPECT_EQ(one->evidence, "ual.csv:line 2");
  EXPECT_EQ(one->id, grant_id(one->kind, one->from, one->to));  // as a directory row has it
}

TEST_F(History, ARoleNamedOnlyGetsItsId) {
  change("2025-10-07T02:57:18Z", "Add app role assignment to service principal.", kExchange,
         {{"grantee", kService}, {"app-role", "full_access_as_app"}});
  EXPECT_NE(find_grant(facts(), "app-role:" + std::string(kFullAccess), here(kService), here(kExchange)),
            nullptr);
}

TEST_F(History, GivenTakenAndGivenAgain) {
  const auto give = [&](std::string_view time, bool add) {
    change(time,
           add ? "Add app role assignment to service principal"
               : "Remove app role assignment from service principal",
           kExchange, {{"grantee", kService}, {"new:AppRole.Id", kFullAccess}});
  };
  give("2025-10-01", true);
  give("2025-10-02", true);  // told by a second log
  give("2025-10-05", false);
  give("2025-10-09", true);
  const Facts made = facts();
  std::vector<base::Interval> periods;
  for (const Grant &g : made.grants) periods.push_back(g.valid);
  EXPECT_THAT(periods, testing::UnorderedElementsAre(base::Interval{at("2025-10-01"), at("2025-10-05")},
                                                     base::Interval{at("2025-10-09"), base::kTimeMax}));
  // The one that holds now merges with the directory's row.
  const Grant *open = nullptr;
  for (const Grant &g : made.grants) {
    if (g.id == grant_id(g.kind, g.from, g.to)) open = &g;
  }
  ASSERT_NE(open, nullptr);
  EXPECT_EQ(open->valid.from, at("2025-10-09"));
}

TEST_F(History, ARemovalAloneEndsARightOfUnknownStart) {
  change("2025-10-05", "Remove member from role", kActor,
         {{"old:Role.TemplateId", "62e90394-69f5-4237-9190-012177145e10"}});
  const Facts made = facts();
  const Grant *one =
      find_grant(made, "AZHasRole", here(kActor), here("62e90394-69f5-4237-9190-012177145e10"));
  ASSERT_NE(one, nullptr);
  EXPECT_FALSE(one->start_known);
  EXPECT_TRUE(one->end_known);
  EXPECT_EQ(one->valid, (base::Interval{base::kTimeMin, at("2025-10-05")}));
}

TEST_F(History, RolesByTemplateByNameAndByTheirOldName) {
  for (const auto &[key, value] :
       {std::pair("new:Role.TemplateId", "\"62e90394-69f5-4237-9190-012177145e10\""),
        std::pair("new:Role.DisplayName", "Global Administrator"),
        std::pair("new:Role.DisplayName", "Company Administrator")}) {
    events = EventMaker();
    change("2025-10-05", "Add member to role.", kActor, {{key, value}});
    EXPECT_NE(find_grant(facts(), "AZHasRole", here(kActor), here("62e90394-69f5-4237-9190-012177145e10")),
              nullptr)
        << value;
  }
}

TEST_F(History, CredentialsAddedAndRemoved) {
  change(
      "2025-10-06T03:34:12Z", "Update application \xE2\x80\x93 Certificates and secrets management ", kApp,
      {{"key-added", kKey},
       {"key-description", "KeyIdentifier=" + kKey + ",KeyType=Password,KeyUsage=Verify,DisplayName=sync"}});
  change("2025-10-20T00:00:00Z", "Update application \xE2\x80\x93 Certificates and secrets management ", kApp,
         {{"key-removed", kKey}});
  change("2025-10-21T00:00:00Z", "Remove service principal credentials", kApp,
         {{"key-removed", "dead0000-0000-4000-8000-000000000000"}});
  const Facts made = facts();
  ASSERT_EQ(made.credentials.size(), 1u);  // of the other nobody ever listed the kind
  EXPECT_EQ(made.credentials[0].slot, "app-secret");
  EXPECT_EQ(made.credentials[0].key_id, kKey);
  EXPECT_EQ(made.credentials[0].name, "sync");
  EXPECT_EQ(made.credentials[0].valid, (base::Interval{at("2025-10-06T03:34:12Z"), at("2025-10-20")}));
}

TEST_F(History, WhoWasMadeIsAPrincipalWithItsDate) {
  log::Event &event = change("2025-10-07T02:39:28Z", "Add user.", kService);
  event.target_name = events.id("Sync.Service@northwind.example");
  const Facts made = facts();
  const Principal *user = find_principal(made, here(kService));
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(user->kind, PrincipalKind::user);
  EXPECT_EQ(user->attributes.at("created"), "2025-10-07T02:39:28Z");
  EXPECT_EQ(user->attributes.at("created-by"), here(kActor));
  EXPECT_EQ(user->attributes.at("upn"), "sync.service@northwind.example");
  EXPECT_NE(find_principal(made, here(kActor)), nullptr);  // who acted exists too
}

TEST_F(History, OwnersGroupsAndMailboxes) {
  change("2025-10-05", "Add owner to application", kActor, {{"new:Application.ObjectID", kApp}});
  change("2025-10-05", "Add member to group", kActor, {{"target", "Group " + kService + " Admins"}});
  log::Event &mail = events.add(
      EventClass::mail_admin, "2025-10-06", "Add-MailboxPermission",
      {{"new:Identity", "Boss@northwind.example"}, {"new:User", kActor}, {"new:AccessRights", "FullAccess"}});
  mail.tenant = events.id(kTenant);
  log::Event &send = events.add(
      EventClass::mail_admin, "2025-10-06", "Add-MailboxPermission",
      {{"new:Identity", "Boss@northwind.example"}, {"new:User", kService}, {"new:AccessRights", "SendAs"}});
  send.tenant = events.id(kTenant);
  const Facts made = facts();
  EXPECT_NE(find_grant(made, "AZAppOwner", here(kActor), here(kApp)), nullptr);
  EXPECT_NE(find_grant(made, "AZMemberOf", here(kActor), here(kService)), nullptr);
  EXPECT_NE(find_grant(made, "FullAccess", here(kActor), mailbox_id(kTenant, "boss@northwind.example")),
            nullptr);
  EXPECT_EQ(count_grants(made, "FullAccess"), 1u);
}

TEST_F(History, ForwardingEndsWithItsRule) {
  const auto cmdlet = [&](std::string_view time, std::string_view what,
                          std::initializer_list<std::pair<std::string_view, std::string_view>> extras) {
    log::Event &event = events.add(EventClass::mail_admin, time, what, extras);
    event.tenant = events.id(kTenant);
    event.actor_name = events.id("boss@northwind.example");
  };
  cmdlet("2025-10-05", "New-InboxRule", {{"new:Name", "Sync"}, {"new:ForwardTo", "a@out.example"}});
  cmdlet("2025-10-05", "New-InboxRule", {{"new:Name", "Other"}, {"new:ForwardTo", "b@out.example"}});
  cmdlet("2025-10-05", "Set-Mailbox",
         {{"new:Identity", "boss@northwind.example"}, {"new:ForwardingSmtpAddress", "smtp:c@out.example"}});
  cmdlet("2025-10-07", "Remove-InboxRule", {{"new:Identity", "boss@northwind.example\\Sync"}});
  cmdlet("2025-10-08", "Set-Mailbox",
         {{"new:Identity", "boss@northwind.example"}, {"cleared", "ForwardingSmtpAddress"}});
  const Facts made = facts();
  const auto until = [&](std::string_view reader) {
    const Grant *one = find_grant(made, "mailbox-forwarding", reader, "");
    return one == nullptr ? base::kTimeMin : one->valid.until;
  };
  EXPECT_EQ(until("principal:mail/a@out.example"), at("2025-10-07"));
  EXPECT_EQ(until("principal:mail/b@out.example"), base::kTimeMax);
  EXPECT_EQ(until("principal:mail/c@out.example"), at("2025-10-08"));
}

TEST_F(History, WhatFailedChangesNothing) {
  change("2025-10-05", "Add owner to application", kActor, {{"new:Application.ObjectID", kApp}}).outcome =
      log::Outcome::error;
  EXPECT_TRUE(facts().grants.empty());
}

TEST_F(History, ConsentToReadMail) {
  change("2025-10-05", "Consent to application.", kService,
         {{"permissions", "User.Read Mail.Read openid"}, {"consent-type", "AllPrincipals"}});
  change("2025-10-06", "Consent to application.", kExchange,
         {{"permissions", "Mail.Read"}, {"consent-type", "Principal"}});
  const Facts made = facts();
  EXPECT_NE(find_grant(made, "delegated:Mail.Read", here(kService), all_mailboxes_id(kTenant)), nullptr);
  EXPECT_NE(
      find_grant(made, "delegated:Mail.Read", here(kExchange), mailbox_id(kTenant, "ann@northwind.example")),
      nullptr);
  EXPECT_EQ(made.grants.size(), 2u);
}

TEST_F(History, UseIsMarkedByWhatTheEventShows) {
  Facts made;
  for (const char *kind : {"full_access_as_app", "Mail.Read"}) {
    Grant g;
    g.kind = kind;
    g.from = here(kService);
    g.to = all_mailboxes_id(kTenant);
    g.id = grant_id(g.kind, g.from, g.to);
    made.grants.push_back(g);
  }
  Grant runs;
  runs.kind = "AZRunsAs";
  runs.from = "principal:entra/home/app";
  runs.to = here(kService);
  runs.id = grant_id(runs.kind, runs.from, runs.to);
  made.grants.push_back(runs);
  Principal service;
  service.id = here(kService);
  service.kind = PrincipalKind::service_principal;
  service.tenant = kTenant;
  service.attributes["app-id"] = kApp;
  made.principals.push_back(service);
  log::Event &read = events.add(EventClass::mail_access, "2025-10-08T01:00:00Z", "MailItemsAccessed",
                                {{"app-only", "true"}});
  read.tenant = events.id(kTenant);
  read.application_id = events.id(kApp);
  read.mailbox = events.id("ann@northwind.example");
  read.agent = events.id("Client=WebServices;ExchangeServicesClient/15.0");
  log::Event &sign_in = events.add(EventClass::service_principal_signin, "2025-10-08T00:59:00Z", "Sign-in");
  sign_in.tenant = events.id(kTenant);
  sign_in.actor_id = events.id(kService);
  sign_in.actor_type = events.id("service-principal");
  mark_use(events.table, made);
  EXPECT_EQ(made.grants[0].used,
            (std::vector<base::Interval>{{at("2025-10-08T01:00:00Z"), at("2025-10-08T01:00:00Z") + 1}}));
  EXPECT_TRUE(made.grants[1].used.empty());  // Exchange Web Services, not Graph
  EXPECT_EQ(made.grants[2].used.size(), 1u);
}

TEST_F(History, ChangesSinceFirstAccess) {
  change("2025-10-01", "Add user.", kApp).target_name = events.id("before@northwind.example");
  change("2025-10-06T03:34:12Z", "Update application \xE2\x80\x93 Certificates and secrets management ", kApp,
         {{"key-added", kKey}});
  change("2025-10-06T03:34:12Z", "Update application \xE2\x80\x93 Certificates and secrets management", kApp,
         {{"key-added", kKey}});  // told twice
  change("2025-10-07", "Add user.", kService).target_name = events.id("new@northwind.example");
  log::Event &rule = events.add(EventClass::mail_admin, "2025-10-08", "New-InboxRule",
                                {{"new:ForwardTo", "thief@evil.example"}});
  rule.address = events.id("198.51.100.7");
  rule.target_name = events.id("ann@northwind.example");
  Facts made = facts();
  made.credentials.push_back({"credential:x",
                              here(kService),
                              "app-secret",
                              "other",
                              "",
                              "",
                              "",
                              {at("2025-10-09"), base::kTimeMax},
                              "dir:line 9"});
  Attribution attribution;
  attribution.intruder = {here(kActor)};
  attribution.intruder_addresses = {"198.51.100.7"};
  attribution.claimed = {"ual.csv:line 5"};
  const std::vector<Change> changes =
      changes_since(events.table, made, at("2025-10-02"), at("2025-11-01"), attribution);
  ASSERT_EQ(changes.size(), 4u);
  EXPECT_EQ(changes[0].what, "credential");
  EXPECT_THAT(changes[0].detail, HasSubstr(kKey));
  EXPECT_EQ(changes[0].owner, ChangeOwner::intruder);
  EXPECT_EQ(changes[1].what, "user");
  EXPECT_EQ(changes[1].owner, ChangeOwner::ours);
  EXPECT_EQ(changes[2].what, "rule");
  EXPECT_THAT(changes[2].because, HasSubstr("198.51.100.7"));
  EXPECT_THAT(changes[2].detail, HasSubstr("thief@evil.example"));
  EXPECT_EQ(changes[3].what, "credential");
  EXPECT_EQ(changes[3].owner, ChangeOwner::unknown);
  EXPECT_EQ(changes[3].evidence, "dir:line 9");
}

}  // namespace
}  // namespace dislodge::identity
