#include "identity/link.hpp"
#include "identity/name_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/ids.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

const std::string kCorp = "c0000000-0000-4000-8000-000000000000";
const std::string kLab = "1ab00000-0000-4000-8000-000000000000";
const std::string kAppId = "a9900000-0000-4000-8000-000000000000";
std::string guid(int n) {
  char text[40];
  std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012d", n);
  return text;
}
std::string corp(int n) {
  return entra_principal(kCorp, guid(n));
}
std::string lab(int n) {
  return entra_principal(kLab, guid(n));
}

Principal make(const std::string &id, PrincipalKind kind,
               std::map<std::string, std::string> attributes = {}) {
  Principal p;
  p.id = id;
  p.kind = kind;
  p.tenant = entra_parts(id).tenant;
  p.names = {std::string(entra_parts(id).object)};
  for (const char *key : {"upn", "mail", "app-id", "email"}) {
    if (attributes.count(key) != 0) p.names.push_back(attributes[key]);
  }
  p.attributes = std::move(attributes);
  p.evidence = "dir:line 1";
  return p;
}
Grant give(std::string kind, std::string from, std::string to, std::string_view start = "") {
  Grant g;
  g.kind = std::move(kind);
  g.from = std::move(from);
  g.to = std::move(to);
  if (!start.empty()) {
    g.valid.from = *base::parse_time(start);
    g.start_known = true;
  }
  g.id = grant_id(g.kind, g.from, g.to);
  g.evidence = "dir:line 2";
  return g;
}

// Two tenants: an application at home in the lab, its service principal in both, and rights in the corporate
// one.
Facts two_tenants() {
  Facts facts;
  facts.principals = {
      make(entra_principal(kCorp, kCorp), PrincipalKind::tenant,
           {{"collected", "true"}, {"default-domain", "northwind.example"}}),
      make(entra_principal(kLab, kLab), PrincipalKind::tenant),
      make(corp(1), PrincipalKind::user,
           {{"upn", "ann@northwind.example"}, {"mail", "ann.lee@northwind.example"}}),
      make(corp(2), PrincipalKind::user, {{"upn", "svc@northwind.example"}}),
      make(corp(3), PrincipalKind::user,
           {{"upn", "x#ext#@northwind.example"}, {"mail", "x@partner.example"}, {"user-type", "guest"}}),
      make(lab(1), PrincipalKind::application, {{"app-id", kAppId}}),
      make(lab(2), PrincipalKind::service_principal, {{"app-id", kAppId}, {"app-owner-tenant", kLab}}),
      make(corp(10), PrincipalKind::service_principal,
           {{"app-id", kAppId}, {"app-owner-tenant", kLab}, {"created", "2025-10-07T00:00:00Z"}}),
      make(corp(11), PrincipalKind::service_principal,
           {{"app-id", "00000003-0000-0000-c000-000000000000"},
            {"app-owner-tenant", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"}}),
      make(corp(12), PrincipalKind::application, {{"app-id", guid(900)}}),
      make(corp(20), PrincipalKind::group, {}),
      make(corp(21), PrincipalKind::group, {{"role-assignable", "true"}}),
      make(entra_principal(kCorp, "62e90394-69f5-4237-9190-012177145e10"), PrincipalKind::role)};
  return facts;
}
Facts linked(Facts facts) {
  link_facts(facts, embedded_rights());
  return facts;
}

TEST(Link, AnApplicationRunsAsItsServicePrincipalInEveryTenant) {
  const Facts facts = linked(two_tenants());
  EXPECT_NE(find_grant(facts, "AZRunsAs", lab(1), lab(2)), nullptr);
  const Grant *across = find_grant(facts, "AZRunsAs", lab(1), corp(10));
  ASSERT_NE(across, nullptr);
  EXPECT_EQ(across->valid.from, *base::parse_time("2025-10-07T00:00:00Z"));  // not before there was one
  EXPECT_FALSE(across->start_known);
  EXPECT_EQ(count_grants(facts, "AZRunsAs"), 2u);
}

TEST(Link, AServicePrincipalOfAnotherHomeIsNotJoined) {
  Facts facts = two_tenants();
  facts.principals[7].attributes["app-owner-tenant"] = guid(77);
  EXPECT_EQ(find_grant(linked(facts), "AZRunsAs", lab(1), corp(10)), nullptr);
}

TEST(Link, MailboxRolesOpenEveryMailboxOfTheTenant) {
  Facts facts = two_tenants();
  facts.grants.push_back(
      give("app-role:dc890d15-9560-4a4c-9b7f-a736ec74ec40", corp(10), corp(11), "2025-10-07T02:57:18Z"));
  facts.grants.push_back(give("app-role:e2a3a72e-5f79-4c64-b1b1-878b674786c9", corp(10), corp(11)));
  facts = linked(facts);
  const Grant *one = find_grant(facts, "full_access_as_app", corp(10), all_mailboxes_id(kCorp));
  ASSERT_NE(one, nullptr);
  EXPECT_TRUE(one->start_known);
  EXPECT_NE(find_grant(facts, "Mail.ReadWrite", corp(10), all_mailboxes_id(kCorp)), nullptr);
  const std::string box = mailbox_id(kCorp, "ann@northwind.example");
  EXPECT_NE(find_grant(facts, "mailbox-contains", all_mailboxes_id(kCorp), box), nullptr);
  EXPECT_NE(find_grant(facts, "owns-mailbox", corp(1), box), nullptr);
  EXPECT_EQ(count_grants(facts, "owns-mailbox"),
            1u);  // neither the service account nor the guest has one here
}

TEST(Link, TenantRolesOpenTheTenantAndItHoldsItsPrincipals) {
  Facts facts = two_tenants();
  facts.grants.push_back(give("app-role:06b708a9-e830-4db3-a914-8e69da51d44f", corp(10), corp(11)));
  facts = linked(facts);
  const std::string tenant = entra_principal(kCorp, kCorp);
  EXPECT_NE(find_grant(facts, "AppRoleAssignment.ReadWrite.All", corp(10), tenant), nullptr);
  EXPECT_NE(find_grant(facts, "tenant-contains", tenant, corp(1)), nullptr);
  EXPECT_NE(find_grant(facts, "tenant-contains", tenant, corp(12)), nullptr);
  EXPECT_EQ(find_grant(facts, "tenant-contains", tenant, corp(11)), nullptr);  // Microsoft's own
  EXPECT_EQ(find_grant(facts, "tenant-contains", tenant, lab(1)), nullptr);
}

TEST(Link, ApplicationReadWriteAllMintsOnApplicationsOfItsTenant) {
  Facts facts = two_tenants();
  facts.grants.push_back(give("app-role:1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", corp(10), corp(11)));
  facts = linked(facts);
  EXPECT_NE(find_grant(facts, "Application.ReadWrite.All", corp(10), corp(12)), nullptr);
  EXPECT_EQ(count_grants(facts, "Application.ReadWrite.All"),
            1u);  // not itself, not Microsoft's, not the lab's
}

// Anybody may name a role of their own API "Mail.Read": the id decides.
TEST(Link, ARoleOfAnotherApiWithAKnownNameOpensNothing) {
  Facts facts = two_tenants();
  facts.principals[9].attributes["app-role:" + guid(5)] = "Mail.Read";
  facts.grants.push_back(give("app-role:" + guid(5), corp(10), corp(12)));
  facts = linked(facts);
  EXPECT_EQ(count_grants(facts, "Mail.Read"), 0u);
  EXPECT_NE(find_grant(facts, "app-role:Mail.Read", corp(10), corp(12)), nullptr);
}

TEST(Link, DirectoryRolesOpenWhatTheyOpen) {
  Facts facts = two_tenants();
  const std::string admin = entra_principal(kCorp, "62e90394-69f5-4237-9190-012177145e10"),
                    helpdesk = entra_principal(kCorp, "729827e3-9c14-49f7-bb1b-9608f156bbb8");
  facts.principals.push_back(
      make(helpdesk, PrincipalKind::role, {{"template-id", "729827e3-9c14-49f7-bb1b-9608f156bbb8"}}));
  facts.grants = {
      give("AZHasRole", corp(1), admin), give("AZHasRole", corp(20), helpdesk),
      give("AZMemberOf", corp(2), corp(20)),
      give("AZScopedRole:9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", corp(1), entra_principal(kCorp, guid(900))),
      give("AZScopedRole:729827e3-9c14-49f7-bb1b-9608f156bbb8", corp(1), entra_principal(kCorp, guid(901)))};
  facts = linked(facts);
  EXPECT_NE(find_grant(facts, "AZGlobalAdmin", admin, entra_principal(kCorp, kCorp)), nullptr);
  // The helpdesk resets ordinary users: not the administrator, not its own members, who hold a role through
  // it.
  EXPECT_EQ(find_grant(facts, "role:Helpdesk Administrator", helpdesk, corp(1)), nullptr);
  EXPECT_EQ(find_grant(facts, "role:Helpdesk Administrator", helpdesk, corp(2)), nullptr);
  EXPECT_NE(find_grant(facts, "role:Helpdesk Administrator", helpdesk, corp(3)), nullptr);
  // A role limited to one application, named by its application id.
  EXPECT_NE(find_grant(facts, "AZAppAdmin", corp(1), corp(12)), nullptr);
  EXPECT_EQ(count_grants(facts, "AZScopedRole"), 1u);
}

TEST(Link, UnknownTenantsAndApplicationIdsAreResolved) {
  Facts facts = two_tenants();
  facts.grants = {give("AZMemberOf", entra_principal("", guid(1)), entra_principal("", guid(20))),
                  give("AZAppOwner", lab(50), entra_principal(kLab, kAppId)),
                  give("GH_SyncedTo", "principal:entra/?name=ann@northwind.example", "principal:github/u1"),
                  give("GH_SyncedTo", "principal:entra/?name=nobody@x.example", "principal:github/u2")};
  facts = linked(facts);
  // guid(1) is in both tenants' files here, so it stays unknown; the group is in one only.
  EXPECT_NE(find_grant(facts, "AZMemberOf", entra_principal("", guid(1)), corp(20)), nullptr);
  EXPECT_NE(find_grant(facts, "AZAppOwner", lab(50), lab(1)), nullptr);
  EXPECT_NE(find_grant(facts, "GH_SyncedTo", corp(1), "principal:github/u1"), nullptr);
  EXPECT_NE(find_grant(facts, "GH_SyncedTo", "principal:entra/?name=nobody@x.example", "principal:github/u2"),
            nullptr);
}

TEST(Link, OnePersonsAccounts) {
  Facts facts = two_tenants();
  facts.principals.push_back(
      make("principal:github/u1", PrincipalKind::user, {{"email", "ann.lee@northwind.example"}}));
  facts.principals.push_back(
      make(entra_principal(guid(70), guid(71)), PrincipalKind::user, {{"upn", "x@partner.example"}}));
  facts = linked(facts);
  // The mail account resets the other's password; a GitHub token does not open the mail account.
  EXPECT_NE(find_grant(facts, "same-person", corp(1), "principal:github/u1"), nullptr);
  EXPECT_EQ(find_grant(facts, "same-person", "principal:github/u1", corp(1)), nullptr);
  EXPECT_NE(find_grant(facts, "home-of-guest", entra_principal(guid(70), guid(71)), corp(3)), nullptr);
  EXPECT_EQ(find_grant(facts, "home-of-guest", corp(3), ""), nullptr);
}

// An address that thousands of accounts carry is no person's: they are joined without writing every pair.
TEST(Link, AnAddressOfThousandsIsNotAllPairs) {
  constexpr int kAccounts = 2000;
  Facts facts;
  for (int i = 0; i < kAccounts; ++i)
    for (const char *realm : {"principal:github/u", "principal:okta/u"})
      facts.principals.push_back(
          make(realm + std::to_string(i), PrincipalKind::user, {{"email", "team@corp.example"}}));
  link_facts(facts, embedded_rights());
  std::map<std::string, std::set<std::string>> to;
  std::size_t grants = 0;
  for (const Grant &g : facts.grants) {
    if (g.kind != "same-person") continue;
    ++grants;
    to[g.from].insert(g.to);
  }
  EXPECT_LT(grants, 20u * 2 * kAccounts);
  // From any of them every other is reached still.
  std::set<std::string> seen = {"principal:github/u1999"};
  std::vector<std::string> open(seen.begin(), seen.end());
  while (!open.empty()) {
    const std::string at = open.back();
    open.pop_back();
    for (const std::string &next : to[at])
      if (seen.insert(next).second) open.push_back(next);
  }
  EXPECT_EQ(seen.size(), 2u * kAccounts);
}

TEST(Link, BothHalvesMakeAComposite) {
  Facts facts;
  facts.grants = {give("GetChanges", "principal:ad/a", "principal:ad/d"),
                  give("GetChangesAll", "principal:ad/a", "principal:ad/d"),
                  give("GetChanges", "principal:ad/b", "principal:ad/d")};
  facts = linked(facts);
  EXPECT_NE(find_grant(facts, "DCSync", "principal:ad/a", "principal:ad/d"), nullptr);
  EXPECT_EQ(count_grants(facts, "DCSync"), 1u);
}

TEST(Link, TwiceIsOnce) {
  Facts once = two_tenants();
  once.grants = {give("app-role:dc890d15-9560-4a4c-9b7f-a736ec74ec40", corp(10), corp(11)),
                 give("AZHasRole", corp(1), entra_principal(kCorp, "62e90394-69f5-4237-9190-012177145e10"))};
  once = linked(once);
  Facts twice = linked(once);
  base::WireWriter a, b;
  once.encode(a);
  twice.encode(b);
  EXPECT_EQ(a.bytes(), b.bytes());
}

TEST(Names, FindPeopleAndMailboxes) {
  const Facts facts = linked(two_tenants());
  const NameIndex names(facts);
  EXPECT_EQ(names.mailbox("Ann.Lee@northwind.example"), mailbox_id(kCorp, "ann@northwind.example"));
  EXPECT_EQ(names.mailbox("nobody@northwind.example"), "");
  EXPECT_EQ(names.mailbox("x@partner.example"), "");  // a guest's mailbox is elsewhere
  ASSERT_NE(names.only("ann@northwind.example", PrincipalKind::user), nullptr);
  EXPECT_EQ(names.only("ann@northwind.example", PrincipalKind::group), nullptr);
  EXPECT_EQ(names.find(kAppId).size(), 3u);
  EXPECT_EQ(names.find_local("ann").size(), 1u);
  EXPECT_EQ(resource_of_custodian("Ann.Lee@Northwind.example ", names),
            mailbox_id(kCorp, "ann@northwind.example"));
  EXPECT_EQ(resource_of_custodian("who@elsewhere.example", names),
            "resource:mail/elsewhere.example/who@elsewhere.example");
  EXPECT_EQ(resource_of_custodian("https://GitHub.com/Northwind/Config.git", names),
            "resource:github/northwind/config");
  EXPECT_EQ(resource_of_custodian("git@github.com:northwind/config.git", names),
            "resource:github/northwind/config");
  EXPECT_EQ(resource_of_custodian("gitlab.northwind.example/a/b", names),
            "resource:gitlab.northwind.example/a/b");
  EXPECT_EQ(resource_of_custodian("the office", names), "");
}

}  // namespace
}  // namespace dislodge::identity
