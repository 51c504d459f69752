#include "identity/realm_accounts.hpp"

#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/places.hpp"

namespace dislodge::identity {
namespace {

class RealmAccountsOf : public testing::Test {
 protected:
  void listed(std::string id, std::vector<std::string> names, std::string tenant = "") {
    Principal p;
    p.id = std::move(id);
    p.kind = PrincipalKind::user;
    p.names = std::move(names);
    p.tenant = std::move(tenant);
    facts.principals.push_back(std::move(p));
  }
  std::string actor(log::Source source, std::string_view id, std::string_view name,
                    std::string_view tenant = "") {
    log::Event &event = maker.add(log::EventClass::interactive_signin, "2025-03-01T00:00:00Z", "x");
    event.source = source;
    event.actor_id = maker.id(id);
    event.actor_name = maker.id(name);
    event.tenant = maker.id(tenant);
    return RealmAccounts(facts).actor(maker.table, event);
  }
  Facts facts;
  EventMaker maker;
};

TEST_F(RealmAccountsOf, OktaByItsIdOrLogin) {
  listed("principal:okta/00uf58", {"00uf58", "karl.l@brisk.example"});
  EXPECT_EQ(actor(log::Source::okta, "00uF58", "karl.l@brisk.example"), "principal:okta/00uf58");
  EXPECT_EQ(actor(log::Source::okta, "", "Karl.L@brisk.example", "brisk.okta.com"), "principal:okta/00uf58");
  EXPECT_EQ(actor(log::Source::okta, "00uother", "eve@brisk.example"), "principal:okta/?/00uother");
}

TEST_F(RealmAccountsOf, AwsUsersOfTheirAccountOnly) {
  listed("principal:aws/482913007654/user/karl.l", {"arn:aws:iam::482913007654:user/karl.l"}, "482913007654");
  listed("principal:aws/111111111111/user/karl.l", {}, "111111111111");
  EXPECT_EQ(actor(log::Source::aws_cloudtrail, "AIDA1", "karl.l", "482913007654"),
            "principal:aws/482913007654/user/karl.l");
  EXPECT_EQ(actor(log::Source::aws_cloudtrail, "AIDA1", "karl.l"),
            "principal:aws/?/karl.l");  // which of the two?
  EXPECT_EQ(actor(log::Source::aws_cloudtrail, "AIDA1", "karl.l", "222222222222"),
            "principal:aws/222222222222/karl.l");
}

TEST_F(RealmAccountsOf, ASessionOfARoleIsNotTheRole) {
  const std::string session = actor(log::Source::aws_cloudtrail, "AROA1:x",
                                    "arn:aws:sts::482913007654:assumed-role/Admin/x", "482913007654");
  EXPECT_EQ(session, "principal:aws/482913007654/assumed-role/admin/x");
  EXPECT_EQ(aws_role_of(session), "principal:aws/482913007654/role/admin");
  EXPECT_EQ(aws_role_of("principal:aws/482913007654/user/admin"), "");
}

TEST_F(RealmAccountsOf, ADomainsAccountsByTheirShortNames) {
  listed("principal:ad/s-1-5-21-1-2-3-1104", {"svc-sql@brisk.local", "brisk\\svc-sql"}, "brisk.local");
  facts.principals.back().attributes["samaccountname"] = "svc-sql";
  for (const char *name : {"brisk\\svc-sql", "BRISK\\SVC-SQL", "svc-sql@brisk.local"})
    EXPECT_EQ(actor(log::Source::windows, "", name), "principal:ad/s-1-5-21-1-2-3-1104") << name;
  EXPECT_EQ(actor(log::Source::windows, "", "svc-sql", "brisk"), "principal:ad/s-1-5-21-1-2-3-1104");
  EXPECT_EQ(actor(log::Source::windows, "S-1-5-21-1-2-3-1104", ""), "principal:ad/s-1-5-21-1-2-3-1104");
  EXPECT_EQ(actor(log::Source::windows, "", "other\\svc-sql"), "principal:ad/?/other\\svc-sql");
}

TEST_F(RealmAccountsOf, WhomAnEventChanged) {
  listed("principal:aws/482913007654/user/backup", {"arn:aws:iam::482913007654:user/backup"}, "482913007654");
  facts.principals.back().name = "backup";
  const auto target = [&](log::Source source, std::string_view type, std::string_view id,
                          std::string_view name, std::string_view tenant, std::string_view code = "") {
    log::Event &event =
        maker.add(log::EventClass::admin_change, "2025-03-01T00:00:00Z", "x", {{"event-id", code}});
    event.source = source;
    event.target_type = maker.id(type);
    event.target_id = maker.id(id);
    event.target_name = maker.id(name);
    event.tenant = maker.id(tenant);
    return RealmAccounts(facts).target(maker.table, event);
  };
  EXPECT_EQ(target(log::Source::aws_cloudtrail, "user", "", "backup", "482913007654"),
            "principal:aws/482913007654/user/backup");
  EXPECT_EQ(target(log::Source::aws_cloudtrail, "trail", "", "backup", "482913007654"), "");
  EXPECT_EQ(target(log::Source::okta, "User", "00u7", "a@x.example", "x.okta.com"),
            "principal:okta/x.okta.com/00u7");
  EXPECT_EQ(target(log::Source::github, "user", "17", "Mallory", "acme"), "principal:github/mallory");
  EXPECT_EQ(target(log::Source::google, "", "", "Quarterly figures", "acme.example"), "");
  EXPECT_EQ(target(log::Source::windows, "", "S-1-5-21-1-2-3-9", "x\\eve", "dc", "4724"),
            "principal:ad/dc/x\\eve");
  EXPECT_EQ(target(log::Source::windows, "", "S-1-5-21-1-2-3-512", "x\\domain admins", "dc", "4728"), "")
      << "of what is done to groups the event names the group";
}

TEST_F(RealmAccountsOf, EntraHasItsOwn) {
  EXPECT_EQ(actor(log::Source::entra_signin, "e0000000-0000-4000-8000-000000000001", "ann@brisk.example"),
            "");
}

}  // namespace
}  // namespace dislodge::identity
