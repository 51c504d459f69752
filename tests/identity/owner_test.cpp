#include "identity/owner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using secret::HintKind;
using testing::HasSubstr;

TEST(RegistrableDomain, Names) {
  const std::pair<const char *, const char *> cases[] = {
      {"mail.northwind.example", "northwind.example"},
      {"Northwind.Example.", "northwind.example"},
      {"a.b.example.co.uk", "example.co.uk"},
      {"example.com.au", "example.com.au"},
      {"https://erp.northwind.example:8443/x?y", "northwind.example"},
      {"user@sftp.kielcargo.example", "kielcargo.example"},
      {"contoso.onmicrosoft.com", "contoso.onmicrosoft.com"},
      {"x.contoso.onmicrosoft.com", "contoso.onmicrosoft.com"},
      {"onmicrosoft.com", ""},
      {"co.uk", ""},
      {"mail.prefeitura.sp.gov.br", "prefeitura.sp.gov.br"},
      {"www.lea.k12.ca.us", "lea.k12.ca.us"},
      {"shop.example.co.jp", "example.co.jp"},
      {"a.b.example.city.kawasaki.jp", "city.kawasaki.jp"},
      // A bucket is no organisation: the list's private part is not used.
      {"bucket.s3.amazonaws.com", "amazonaws.com"},
      {"localhost", ""},
      {"192.0.2.4", ""},
      {"", ""},
      {"a..b", ""},
      {".example.com", ""},
      {"bad name.example", ""},
      {"[2001:db8::1]", ""},
      {"com", ""},
      {"m\xC3\xBCller.example", "m\xC3\xBCller.example"}};
  for (const auto &[host, expected] : cases) EXPECT_EQ(registrable_domain(host), expected) << host;
  EXPECT_EQ(registrable_domain(std::string(300, 'a') + ".example"), "");
}

class Owners : public testing::Test {
 protected:
  Owners() {
    us.domains = {"northwind.example"};
    us.primary = "northwind.example";
    us.tenants = {{"t-us", "northwind.example"}, {"t-them", "harborline.example"}};
  }
  SecretFact owned(std::string kind, std::vector<secret::Hint> hints, std::vector<std::string> people = {},
                   std::string resource = "resource:exchange/t/x") {
    SecretFact one;
    one.id = "secret:1";
    one.kind = std::move(kind);
    SecretPlace place;
    place.item = "m";
    place.hints = std::move(hints);
    place.people = std::move(people);
    place.resource = std::move(resource);
    one.places = {place};
    std::vector<SecretFact> list = {one};
    tell_owners(list, facts, us);
    return list[0];
  }
  Facts facts;
  Ourselves us;
};

TEST_F(Owners, ByWhatStandsInAndBesideTheSecret) {
  EXPECT_EQ(owned("entra-client-secret", {{HintKind::tenant, "T-US"}}).owner, "northwind.example");
  EXPECT_EQ(owned("private-key", {{HintKind::subject, "CN=edi.harborline.example, O=Harborline"}},
                  {"ilse@harborline.example"})
                .owner,
            "harborline.example");
  EXPECT_EQ(owned("jwt", {{HintKind::issuer, "https://portal.cascadia.example/"}},
                  {"joan@cascadia.example", "helen@northwind.example"})
                .owner,
            "cascadia.example");
  EXPECT_EQ(owned("url-credentials", {{HintKind::host, "erp.northwind.example"}}).owner, "northwind.example");
  EXPECT_EQ(owned("password", {{HintKind::user, "northwind@sftp.kielcargo.example"}}, {"j@kielcargo.example"})
                .owner,
            "kielcargo.example");
  EXPECT_THAT(owned("password", {{HintKind::user, "svc@harborline.example"}}).owner_why,
              HasSubstr("svc@harborline.example"));
}

TEST_F(Owners, ServicesAndFreeMailNeverVote) {
  EXPECT_EQ(owned("connection-string", {{HintKind::host, "x.database.windows.net"}}).owner, "");
  EXPECT_EQ(owned("slack-token", {}, {"someone@gmail.com"}).owner, "");
  EXPECT_EQ(owned("slack-token", {}, {"mei@northwind.example"}).owner, "northwind.example");
  EXPECT_EQ(owned("github-token", {{HintKind::url, "https://github.com/a/b"}}, {},
                  "resource:github/northwind/config")
                .owner,
            "northwind.example");
}

// An environment file holds the keys of many services: whose host stands in the next line says nothing of
// them.
TEST_F(Owners, AKeyOfOneServiceIsNotWhoseHostStandsBesideIt) {
  for (const char *kind : {"aws-secret-key", "stripe-key", "npm-access-token"}) {
    EXPECT_EQ(owned(kind, {{HintKind::host, "hooks.harborline.example"}}).owner, "") << kind;
    EXPECT_EQ(owned(kind, {{HintKind::host, "erp.northwind.example"}}).owner, "northwind.example") << kind;
  }
  EXPECT_EQ(owned("webhook-url", {{HintKind::host, "hooks.slack.com"}}).owner, "")
      << "the service's, not a customer's";
  EXPECT_EQ(owned("api-key", {{HintKind::host, "api.harborline.example"}}).owner, "harborline.example");
}

TEST_F(Owners, ABarePasswordSaysNothing) {
  const SecretFact bare =
      owned("password", {{HintKind::user, "mei@northwind.example"}}, {"mei@northwind.example"});
  EXPECT_EQ(bare.owner, "");
  EXPECT_THAT(bare.owner_why, HasSubstr("nothing beside it"));
}

TEST_F(Owners, ATieNamesNobodyAndSaysWhy) {
  const SecretFact tie =
      owned("api-key", {{HintKind::host, "a.one.example"}, {HintKind::host, "b.two.example"}});
  EXPECT_EQ(tie.owner, "");
  EXPECT_THAT(tie.owner_why, HasSubstr("undecided between one.example"));
  const SecretFact margin = owned(
      "api-key", {{HintKind::host, "a.one.example"}, {HintKind::host, "b.two.example"}}, {"x@two.example"});
  EXPECT_EQ(margin.owner, "two.example");
  EXPECT_THAT(margin.owner_why, HasSubstr("over one.example"));
}

TEST_F(Owners, ABindingTellsMost) {
  facts.bindings.push_back({"secret:1", entra_principal("t-them", "o"), "password", "", {}, 0.8, "", {}, ""});
  EXPECT_EQ(owned("password", {{HintKind::host, "vpn.northwind.example"}}).owner, "harborline.example");
}

TEST(Ourselves, FromTenantsAndCustodians) {
  Facts facts;
  const auto tenant = [&](std::string id, std::string domain, bool collected) {
    Principal p;
    p.id = entra_principal(id, id);
    p.kind = PrincipalKind::tenant;
    p.tenant = id;
    p.names = {domain};
    p.attributes["default-domain"] = domain;
    if (collected) p.attributes["collected"] = "true";
    facts.principals.push_back(p);
  };
  const auto user = [&](std::string id, std::string upn) {
    Principal p;
    p.id = entra_principal(id, upn);
    p.kind = PrincipalKind::user;
    p.tenant = id;
    p.attributes["upn"] = upn;
    facts.principals.push_back(p);
  };
  tenant("t1", "northwind.example", true);
  tenant("t2", "nwlab.example", true);
  tenant("t3", "partner.example", false);
  user("t1", "a@northwind.example");
  user("t1", "b@northwind.example");
  user("t2", "c@nwlab.example");
  user("t4", "svc@harborline.example");
  const Ourselves us =
      ourselves(facts, {"helen@northwind.example", "private@gmail.com", "github.com/northwind/config"});
  EXPECT_THAT(us.domains, testing::ElementsAre("northwind.example", "nwlab.example"));
  EXPECT_EQ(us.primary, "northwind.example");
  EXPECT_EQ(us.tenants.at("t4"), "harborline.example");
  EXPECT_FALSE(us.ours("partner.example"));
}

TEST(OwnersOfDomains, ACollectedAdDomainIsOurs) {
  Facts facts;
  const auto domain = [&](std::string_view name, std::string_view collected) {
    Principal p;
    p.id = "principal:ad/" + std::string(name);
    p.kind = PrincipalKind::tenant;
    p.tenant = name;
    p.attributes["type"] = "Domain";
    if (!collected.empty()) p.attributes["collected"] = collected;
    facts.principals.push_back(std::move(p));
  };
  domain("corp.brisk.local", "true");
  domain("old-collector.local", "");  // collectors before v5 do not say
  domain("partner.example", "false");
  const Ourselves us = ourselves(facts, {"alice@brisk.example"});
  EXPECT_TRUE(us.ours("brisk.local"));
  EXPECT_TRUE(us.ours("old-collector.local"));
  EXPECT_FALSE(us.ours("partner.example"));
  EXPECT_EQ(us.primary, "brisk.example");
}

// Whose customer somebody is tells nothing of whose the password is; where it is used does.
TEST_F(Owners, ThePageWhereItIsUsedBeforeTheAddressThatItKnows) {
  const std::vector<secret::Hint> hints = {{HintKind::user, "ann@northwind.example"},
                                           {HintKind::login, "ann@northwind.example"},
                                           {HintKind::host, "app.zen.example"},
                                           {HintKind::url, "https://app.zen.example/login"}};
  EXPECT_EQ(owned("password", hints, {"help@zen.example", "ann@northwind.example"}).owner, "zen.example");
  EXPECT_EQ(owned("password", hints, {"ann@northwind.example", "bob@northwind.example"}).owner,
            "zen.example");
}

// acme.okta.com is where we sign in ourselves, and no third party.
TEST_F(Owners, AProvidersNameOfOursIsOurs) {
  add_served_names(us);
  EXPECT_TRUE(us.ours("northwind.okta.com"));
  EXPECT_TRUE(us.ours("northwind.atlassian.net"));
  EXPECT_FALSE(us.ours("harborline.okta.com"));
  const SecretFact ours = owned("okta-api-token", {{HintKind::host, "northwind.okta.com"}});
  EXPECT_EQ(ours.owner, "northwind.example");
  EXPECT_THAT(ours.owner_why, HasSubstr("northwind.okta.com"));
  EXPECT_EQ(owned("okta-api-token", {{HintKind::host, "harborline.okta.com"}}).owner, "harborline.okta.com");
}

// Under whichever name Okta serves it: its listing was handed in.
TEST(OurselvesByOkta, AListedOrganisationIsOurs) {
  Facts facts;
  Principal place;
  place.id = "principal:okta/nwind-prod.okta.com";
  place.kind = PrincipalKind::tenant;
  place.name = "nwind-prod.okta.com";
  place.attributes["collected"] = "true";
  Principal user;
  user.id = "principal:okta/00u1";
  user.kind = PrincipalKind::user;
  user.names = {"00u1", "ann@northwind.example"};
  facts.principals = {place, user};
  const Ourselves us = ourselves(facts, {});
  EXPECT_TRUE(us.ours("northwind.example"));
  EXPECT_TRUE(us.ours("nwind-prod.okta.com"));
  EXPECT_TRUE(us.ours("northwind.zendesk.com"));
}

}  // namespace
}  // namespace dislodge::identity
