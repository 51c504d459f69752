#include "identity/bindings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/ids.hpp"
#include "secret/named_account.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

using secret::HintKind;
using testing::HasSubstr;

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
const std::string kAppId = "a9900000-0000-4000-8000-000000000000";
std::string here(std::string_view object) {
  return entra_principal(kTenant, object);
}
base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

class Bindings : public testing::Test {
 protected:
  Bindings() {
    user("ann", "ann@northwind.example", "2025-06-10T00:00:00Z");
    user("bob", "bob@northwind.example");
    user("bob2", "bob@nwlab.example");
    principal(here("app"), PrincipalKind::application, {kAppId}).attributes["app-id"] = kAppId;
    principal("principal:github/u1", PrincipalKind::user, {"nw-bot"});
    principal("principal:github/dk1", PrincipalKind::key, {});
    credential("principal:github/dk1", "ssh-key", "", "", "SHA256:AbC+/d");
    credential(here("app"), "app-secret", "key-1", "bht", "");
    credential(here("app"), "app-secret", "key-2", "CGM", "");
    credential(here("app"), "certificate", "key-3", "", "C5826ADAD892DFB8FA4AD22FF69B6CA69D4980CA");
    credential(here("other"), "app-secret", "key-4", "CGM", "");
  }
  Principal &principal(std::string id, PrincipalKind kind, std::vector<std::string> names) {
    Principal p;
    p.id = std::move(id);
    p.kind = kind;
    p.name = p.id;
    p.names = std::move(names);
    p.tenant = kTenant;
    p.evidence = "dir:line 1";
    facts.principals.push_back(std::move(p));
    return facts.principals.back();
  }
  void user(std::string_view object, std::string upn, std::string changed = "") {
    Principal &p = principal(here(object), PrincipalKind::user, {upn});
    p.attributes["upn"] = upn;
    if (!changed.empty()) p.attributes["last-password-change"] = changed;
  }
  void credential(std::string owner, std::string slot, std::string key, std::string hint, std::string thumb) {
    Credential c;
    c.principal = std::move(owner);
    c.slot = std::move(slot);
    c.key_id = std::move(key);
    c.hint = std::move(hint);
    c.thumbprint = std::move(thumb);
    c.id = credential_id(c.principal, c.slot, c.key_id + c.thumbprint);
    c.valid = {at("2024-01-01"), at("2027-01-01")};
    c.evidence = "dir:line 2";
    facts.credentials.push_back(std::move(c));
  }
  SecretFact &secret(std::string kind, std::vector<secret::Hint> hints, std::vector<std::string> people = {},
                     std::uint32_t quoted = 0) {
    SecretFact one;
    one.id = "secret:" + std::to_string(secrets.size());
    one.kind = std::move(kind);
    SecretPlace place;
    place.item = "exec.mbox!/3";
    place.line = 7;
    place.resource = "resource:exchange/t/ann";
    place.message_id = "3@x";
    place.present_from = at("2025-06-11");
    place.hints = std::move(hints);
    place.people = std::move(people);
    place.quote_depth = quoted;
    one.places.push_back(place);
    secrets.push_back(one);
    return secrets.back();
  }
  const Binding *bound(std::size_t index) {
    if (!ran_) {
      unbound = bind_secrets(secrets, facts, events);
      ran_ = true;
    }
    for (const Binding &b : facts.bindings) {
      if (b.secret == secrets[index].id) return &b;
    }
    return nullptr;
  }
  std::string why_not(std::size_t index) {
    EXPECT_EQ(bound(index), nullptr);
    for (const Unbound &one : unbound) {
      if (one.secret == secrets[index].id) return one.why;
    }
    return "";
  }
  Facts facts;
  std::vector<SecretFact> secrets;
  std::vector<Unbound> unbound;
  const log::EventTable *events = nullptr;
  bool ran_ = false;
};

TEST_F(Bindings, CertificateAndSshKeyByTheirPublicHalf) {
  secret("private-key", {{HintKind::thumbprint, "c5826adad892dfb8fa4ad22ff69b6ca69d4980ca"}});
  secret("private-key", {{HintKind::ssh_fingerprint, "SHA256:AbC+/d="}});
  secret("private-key", {{HintKind::ssh_fingerprint, "SHA256:abc+/d"}});  // case counts in base64
  secret("private-key", {{HintKind::subject, "CN=edi.harborline.example"}});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, here("app"));
  EXPECT_EQ(bound(0)->slot, "certificate");
  EXPECT_DOUBLE_EQ(bound(0)->strength, 1.0);
  EXPECT_EQ(bound(0)->valid.until, at("2027-01-01"));
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, "principal:github/dk1");
  EXPECT_THAT(why_not(2), HasSubstr("no directory lists a key"));
  EXPECT_THAT(why_not(3), HasSubstr("certificate"));
}

// An account of the domain and its copy in Entra are one; a domain that nobody here is of is another's.
TEST_F(Bindings, TheDomainBesideANameCounts) {
  const std::string sid = "s-1-5-21-1-2-3-1105";
  principal("principal:ad/" + sid, PrincipalKind::user, {sid, "carl@iota.local", "iota\\carl"}).tenant =
      "iota.local";
  principal(here("carl"), PrincipalKind::user, {"carl@northwind.example", sid});
  principal(here("dora"), PrincipalKind::user, {"dora@northwind.example"});
  secret("password", {{HintKind::user, "IOTA\\Carl"}});
  secret("password", {{HintKind::user, "carl"}});
  secret("password", {{HintKind::user, "CONTOSO\\carl"}});
  secret("password", {{HintKind::user, "NORTHWIND\\dora"}});  // as the mail domain is called
  for (const std::size_t i : {0u, 1u}) {
    ASSERT_NE(bound(i), nullptr) << i;
    EXPECT_EQ(bound(i)->principal, "principal:ad/" + sid);
  }
  EXPECT_THAT(why_not(2), HasSubstr("contoso\\carl beside it is of a domain that no directory held is of"));
  ASSERT_NE(bound(3), nullptr);
  EXPECT_EQ(bound(3)->principal, here("dora"));
}

TEST_F(Bindings, EntraClientSecrets) {
  secret("entra-client-secret", {{HintKind::prefix, "bht"}});
  secret("entra-client-secret", {{HintKind::prefix, "CGM"}, {HintKind::application, kAppId}});
  secret("entra-client-secret", {{HintKind::prefix, "CGM"}});
  secret("entra-client-secret", {{HintKind::prefix, "zzz"}, {HintKind::application, kAppId}});
  secret("entra-client-secret", {{HintKind::prefix, "zzz"}});
  secret("entra-client-secret", {{HintKind::prefix, "zzz"}, {HintKind::key_id, "KEY-1"}});
  secret("entra-client-secret", {{HintKind::application, "b0000000-0000-4000-8000-000000000000"}});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_DOUBLE_EQ(bound(0)->strength, 0.9);
  EXPECT_THAT(bound(0)->why, HasSubstr("key-1"));
  EXPECT_DOUBLE_EQ(bound(1)->strength, 0.95);
  EXPECT_EQ(bound(1)->principal, here("app"));
  EXPECT_DOUBLE_EQ(bound(2)->strength, 0.6);  // one of two
  EXPECT_EQ(std::count_if(facts.bindings.begin(), facts.bindings.end(),
                          [&](const Binding &b) { return b.secret == secrets[2].id; }),
            2);
  EXPECT_DOUBLE_EQ(bound(3)->strength, 0.5);
  EXPECT_THAT(bound(3)->why, HasSubstr("may have been removed"));
  EXPECT_THAT(why_not(4), HasSubstr("no directory lists a credential"));
  EXPECT_DOUBLE_EQ(bound(5)->strength, 1.0);
  EXPECT_THAT(why_not(6), HasSubstr("in no directory"));
}

TEST_F(Bindings, PasswordsByTheAccountBesideThem) {
  secret("password", {{HintKind::user, "Ann@northwind.example"}});
  secret("password", {{HintKind::user, "nobody@sftp.kielcargo.example"}});
  secret("url-credentials", {{HintKind::user, "apireports"}, {HintKind::host, "erp.northwind.example"}});
  secret("password", {{HintKind::user, "ann"}});
  secret("password", {{HintKind::user, "bob"}});
  secret("password", {{HintKind::user, "svc-unknown"}});
  secret("password", {});
  secret("slack-token", {{HintKind::user, "ann@northwind.example"}});
  EXPECT_EQ(bound(0)->principal, here("ann"));
  EXPECT_EQ(bound(0)->valid.until, base::kTimeMax);  // changed the day before it was written
  EXPECT_EQ(bound(1)->principal, "principal:account/nobody@sftp.kielcargo.example");
  EXPECT_NE(facts.principal("principal:account/nobody@sftp.kielcargo.example"), nullptr);
  EXPECT_EQ(bound(2)->principal, "principal:account/apireports@erp.northwind.example");
  EXPECT_DOUBLE_EQ(bound(3)->strength, 0.6);
  EXPECT_EQ(bound(3)->principal, here("ann"));
  EXPECT_THAT(why_not(4), HasSubstr("fits 2 accounts"));
  EXPECT_THAT(why_not(5), HasSubstr("in no directory"));
  EXPECT_THAT(why_not(6), HasSubstr("no account stands beside it"));
  EXPECT_THAT(why_not(7), HasSubstr("nothing beside it"));
}

// The address beside a password is often that of whoever wrote the message.
TEST_F(Bindings, ASignatureIsNoAccount) {
  secret("password", {{HintKind::user, "ann@northwind.example"}},
         {"Ann@northwind.example", "bob@northwind.example"});
  secret("password", {{HintKind::user, "bob@northwind.example"}},
         {"ann@northwind.example", "bob@northwind.example"}, 1);
  secret("password", {{HintKind::user, "bob@northwind.example"}},
         {"ann@northwind.example", "bob@northwind.example"});
  secret("password", {{HintKind::user, "ann@northwind.example"}, {HintKind::user, "svc@x.example"}},
         {"ann@northwind.example"});
  EXPECT_THAT(why_not(0), HasSubstr("no account"));
  EXPECT_THAT(why_not(1), HasSubstr("no account"));  // the head of a quotation
  ASSERT_NE(bound(2), nullptr);                      // "your new password": the recipient's own
  EXPECT_EQ(bound(2)->principal, here("bob"));
  EXPECT_LT(bound(2)->strength, 0.9);
  EXPECT_EQ(bound(3)->principal, "principal:account/svc@x.example");
}

// "your password", "my password" (secret/said_owner.hpp).
TEST_F(Bindings, PronounsStandForThoseOnTheMessage) {
  const std::string it = "it@northwind.example";
  const std::string ann = "ann@northwind.example";
  secret("password", {{HintKind::user, "the recipient"}}, {it, ann});
  secret("password", {{HintKind::user, "the author"}}, {ann, it, "bob@northwind.example"});
  secret("password", {{HintKind::user, "the recipient"}}, {it, ann, "bob@northwind.example"});
  secret("password", {{HintKind::user, "the recipient"}}, {it, ann}, 1);
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, here("ann"));
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, here("ann"));
  EXPECT_THAT(why_not(2), HasSubstr("no account"));  // nobody can say which of the two
  EXPECT_THAT(why_not(3), HasSubstr("no account"));  // quoted: the people are those of another message
}

// A word of the sentence that may be an account's name is one where exactly one account has it.
TEST_F(Bindings, AMentionCountsWhereADirectoryKnowsIt) {
  secret("password", {{HintKind::mention, "Ann"}, {HintKind::host, "erp.northwind.example"}});
  secret("password", {{HintKind::mention, "one-off"}, {HintKind::mention, "ann"}}, {"it@northwind.example"},
         1);
  secret("password", {{HintKind::mention, "bob"}});
  secret("password", {{HintKind::user, "ann"}, {HintKind::host, "erp.northwind.example"}});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, here("ann"));
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, here("ann"));
  EXPECT_THAT(why_not(2), HasSubstr("no account"));  // two are called so
  // A host of the account's own domain may ask the directory, or know the name by itself.
  std::vector<std::string> opened;
  for (const Binding &b : facts.bindings)
    if (b.secret == secrets[3].id) opened.push_back(b.principal);
  EXPECT_THAT(opened,
              testing::UnorderedElementsAre(here("ann"), "principal:account/ann@erp.northwind.example"));
}

// A portal names its customers by their addresses: what it sent opens the portal, what somebody chose there
// may open the account here as well.
TEST_F(Bindings, AnAddressAtASiteOfSomebodyElse) {
  const secret::Hint ann{HintKind::user, "ann@northwind.example"}, login{HintKind::login, ann.value};
  secret("password", {ann, login, {HintKind::url, "https://app.zen.example/login"}},
         {"help@zen.example", "ann@northwind.example"});
  secret("password", {ann, login, {HintKind::url, "https://www.netflix.com/"}});
  secret("password", {ann, login, {HintKind::url, "https://login.microsoftonline.com/common"}});
  secret("password", {ann, login, {HintKind::url, "https://northwind.okta.com/login"}});
  bound(0);
  const auto opened = [&](std::size_t index) {
    std::vector<std::pair<std::string, double>> out;
    for (const Binding &b : facts.bindings)
      if (b.secret == secrets[index].id) out.emplace_back(b.principal, b.strength);
    return out;
  };
  using Opened = std::vector<std::pair<std::string, double>>;
  EXPECT_EQ(opened(0), (Opened{{"principal:account/ann@northwind.example@app.zen.example", 0.8}}));
  EXPECT_THAT(opened(1), testing::UnorderedElementsAre(
                             std::pair("principal:account/ann@northwind.example@www.netflix.com", 0.8),
                             std::pair(here("ann"), 0.3)));
  ASSERT_EQ(opened(2).size(), 1u);
  EXPECT_EQ(opened(2)[0].first, here("ann"));
  ASSERT_EQ(opened(3).size(), 1u);  // our own name at the provider
  EXPECT_EQ(opened(3)[0].first, here("ann"));
}

TEST_F(Bindings, APasswordChangedAfterItWasWrittenIsDeadSince) {
  secret("password", {{HintKind::user, "ann@northwind.example"}}).places[0].present_from = at("2025-01-01");
  secret("password", {{HintKind::user, "ann@northwind.example"}}).places[0].present_from = base::kTimeMin;
  EXPECT_EQ(bound(0)->valid.until, at("2025-06-10"));
  EXPECT_THAT(bound(0)->why, HasSubstr("changed 2025-06-10"));
  EXPECT_EQ(bound(1)->valid.until, base::kTimeMax);
}

TEST_F(Bindings, AnAccountThatOnlyALogKnows) {
  EventMaker maker;
  const std::string tenant = "d0000000-0000-4000-8000-000000000000",
                    object = "0b000000-0000-4000-8000-000000000000";
  log::Event &event = maker.add(log::EventClass::interactive_signin, "2025-10-01", "Sign-in");
  event.tenant = maker.id(tenant);
  event.actor_id = maker.id(object);
  event.actor_name = maker.id("svc@harborline.example");
  event.actor_type = maker.id("user");
  events = &maker.table;
  secret("password", {{HintKind::user, "svc@harborline.example"}});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, entra_principal(tenant, object));
  ASSERT_NE(facts.principal(entra_principal(tenant, object)), nullptr);
}

TEST_F(Bindings, CloudKeysAndTokens) {
  secret("aws-secret-key", {{HintKind::key_id, "AKIAABCDEFGHIJKLMNOP"}, {HintKind::account, "123456789012"}});
  secret("aws-secret-key", {});
  secret("azure-storage-key", {{HintKind::account, "nwbackupdr"}});
  secret("github-token", {{HintKind::user, "nw-bot"}});
  secret("github-token", {{HintKind::url, "https://github.com/Northwind/Config.git"}});
  secret("github-token", {{HintKind::user, "ann"}});
  secret("jwt", {{HintKind::issuer, "https://portal.example/"}, {HintKind::subject, "northwind"}});
  EXPECT_EQ(bound(0)->principal, "principal:aws/123456789012/akiaabcdefghijklmnop");
  EXPECT_THAT(why_not(1), HasSubstr("no access key id"));
  EXPECT_EQ(bound(2)->principal, "principal:account/nwbackupdr@blob.core.windows.net");
  EXPECT_EQ(bound(3)->principal, "principal:github/u1");
  ASSERT_NE(bound(4), nullptr);
  EXPECT_NE(
      find_grant(facts, "token-reads-repository", bound(4)->principal, "resource:github/northwind/config"),
      nullptr);
  EXPECT_THAT(why_not(5), HasSubstr("no account and no repository"));
  EXPECT_THAT(why_not(6), HasSubstr("names no account"));
}

// The report of credentials says that a user has a key, and not which.
TEST_F(Bindings, AKeyOfAnAccountIsThatOfTheOnlyUserWhoHasOne) {
  principal("principal:aws/123456789012/user/backup", PrincipalKind::user, {});
  credential("principal:aws/123456789012/user/backup", "access-key", "", "", "");
  principal("principal:aws/222222222222/user/one", PrincipalKind::user, {});
  principal("principal:aws/222222222222/user/two", PrincipalKind::user, {});
  credential("principal:aws/222222222222/user/one", "access-key", "", "", "");
  credential("principal:aws/222222222222/user/two", "access-key", "", "", "");
  secret("aws-secret-key", {{HintKind::key_id, "AKIAABCDEFGHIJKLMNOP"}, {HintKind::account, "123456789012"}});
  secret("aws-secret-key", {{HintKind::key_id, "AKIAZZZZEFGHIJKLMNOP"}, {HintKind::account, "222222222222"}});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, "principal:aws/123456789012/user/backup");
  EXPECT_THAT(bound(0)->why, HasSubstr("the only user"));
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, "principal:aws/222222222222/akiazzzzefghijklmnop");
  EXPECT_NE(find_grant(facts, "key-of-account", bound(1)->principal, "principal:aws/222222222222/user/one"),
            nullptr);
  EXPECT_NE(find_grant(facts, "key-of-account", bound(1)->principal, "principal:aws/222222222222/user/two"),
            nullptr);
}

// No export of the domain was handed in, and its controller's log shows the account at work.
TEST_F(Bindings, AnAccountThatOnlyALogOfADomainKnowsIsBound) {
  EventMaker maker;
  const auto sign_in = [&](std::string_view name, std::string_view domain) {
    log::Event &event = maker.add(log::EventClass::interactive_signin, "2025-10-01", "4624");
    event.source = log::Source::windows;
    event.actor_name = maker.id(name);
    event.tenant = maker.id(domain);
    event.outcome = log::Outcome::ok;
  };
  sign_in("svc-backup", "BRISK");
  sign_in("operator", "BRISK");
  sign_in("operator", "OTHER");
  events = &maker.table;
  secret("password", {{HintKind::user, "BRISK\\svc-backup"}});
  secret("password", {{HintKind::user, "svc-backup@brisk.local"}});
  secret("password", {{HintKind::user, "svc-backup"}});
  secret("password", {{HintKind::user, "svc-backup@elsewhere.example"}});
  secret("password", {{HintKind::user, "operator"}});
  secret("password", {{HintKind::user, "other\\operator"}});
  for (const std::size_t i : {0u, 1u, 2u}) {
    ASSERT_NE(bound(i), nullptr) << i;
    EXPECT_EQ(bound(i)->principal, "principal:ad/brisk/svc-backup") << i;
    EXPECT_THAT(bound(i)->why, HasSubstr("a log shows"));
  }
  EXPECT_EQ(bound(3)->principal, "principal:account/svc-backup@elsewhere.example");
  EXPECT_THAT(why_not(4), HasSubstr("several accounts"));
  ASSERT_NE(bound(5), nullptr);
  EXPECT_EQ(bound(5)->principal, "principal:ad/other/operator");
}

TEST_F(Bindings, TokensOfOktaAndGitLab) {
  principal("principal:gitlab/ci-bot", PrincipalKind::user, {"ci-bot"});
  secret("okta-api-token", {});
  secret("gitlab-token", {{HintKind::user, "ci-bot"}});
  secret("gitlab-token", {{HintKind::url, "https://gitlab.northwind.example/ops/tools/deploy.git"}});
  EXPECT_THAT(why_not(0), HasSubstr("/api/v1/api-tokens"));
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, "principal:gitlab/ci-bot");
  ASSERT_NE(bound(2), nullptr);
  EXPECT_NE(
      find_grant(facts, "token-reads-repository", bound(2)->principal, "resource:gitlab/ops/tools/deploy"),
      nullptr);
}

TEST_F(Bindings, AnApiTokenOfOktaMayBeEachOfTheFewThatAreListed) {
  credential("principal:okta/00u1", "token", "00t1", "", "");
  secret("okta-api-token", {});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, "principal:okta/00u1");
  EXPECT_THAT(bound(0)->why, HasSubstr("the only one"));
}

TEST_F(Bindings, PresencesAndIdempotence) {
  secret("password", {{HintKind::user, "ann@northwind.example"}});
  ASSERT_NE(bound(0), nullptr);
  ASSERT_EQ(facts.presences.size(), 1u);
  EXPECT_EQ(facts.presences[0].resource, "resource:exchange/t/ann");
  EXPECT_EQ(facts.presences[0].valid.from, at("2025-06-11"));
  EXPECT_EQ(facts.presences[0].evidence, "exec.mbox!/3:line 7");
  base::WireWriter once, twice;
  facts.encode(once);
  bind_secrets(secrets, facts);
  facts.encode(twice);
  EXPECT_EQ(once.bytes(), twice.bytes());
}

TEST_F(Bindings, PeopleMailTheirOwnLogin) {
  const std::string ann = "ann@northwind.example";
  secret("password", {{HintKind::user, ann}}, {ann});                          // signed with it
  secret("password", {{HintKind::user, ann}, {HintKind::login, ann}}, {ann});  // "log in as ann@... with ..."
  secret("password", {{HintKind::user, ann}, {HintKind::login, ann}}, {ann}, 1);  // and the same in a reply
  EXPECT_THAT(why_not(0), HasSubstr("no account"));
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, here("ann"));
  ASSERT_NE(bound(2), nullptr);
  EXPECT_EQ(bound(2)->principal, here("ann"));
}

TEST_F(Bindings, APasswordEndsWhenALogShowsThatItWasReset) {
  const std::string object = "e0000000-0000-4000-8000-000000000001";
  user(object, "ivan@northwind.example");
  secret("password", {{HintKind::user, "ivan@northwind.example"}});
  EventMaker maker;
  const auto reset = [&](std::string_view time) {
    log::Event &event = maker.add(log::EventClass::directory_audit, time, "Reset user password");
    event.tenant = maker.id(kTenant);
    event.target_id = maker.id(object);
  };
  reset("2025-06-01T00:00:00Z");  // before it was written down
  reset("2025-07-01T09:00:00Z");
  reset("2025-08-01T00:00:00Z");
  events = &maker.table;
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->valid.until, at("2025-07-01T09:00:00Z"));
  EXPECT_THAT(bound(0)->why, HasSubstr("ual.csv:line 3"));
}

TEST_F(Bindings, ThePasswordOfASynchronisedAccountIsTheDomains) {
  const std::string here_bob = here("bob"), there = "principal:ad/s-1-5-21-1-2-3-1104";
  principal(there, PrincipalKind::user, {"corp\\bob.t"}).attributes["last-password-change"] =
      "2025-07-01T00:00:00Z";
  Grant synchronised;
  synchronised.kind = "SyncedToEntraUser";
  synchronised.from = there;
  synchronised.to = here_bob;
  synchronised.id = grant_id(synchronised.kind, there, here_bob);
  facts.grants.push_back(synchronised);
  secret("password", {{HintKind::user, "bob@northwind.example"}});
  secret("password", {{HintKind::user, "CORP\\bob.t"}});
  ASSERT_NE(bound(0), nullptr);
  for (const std::string secret_id : {"secret:0", "secret:1"})
    for (const std::string &account : {here_bob, there}) {
      const auto found = std::find_if(facts.bindings.begin(), facts.bindings.end(), [&](const Binding &b) {
        return b.secret == secret_id && b.principal == account;
      });
      ASSERT_NE(found, facts.bindings.end()) << secret_id << " at " << account;
      EXPECT_EQ(found->slot, "password");
      EXPECT_EQ(found->valid.until, at("2025-07-01")) << "changed on one side, it is changed on both";
    }
}

TEST_F(Bindings, KeysThatALogShowsInUse) {
  Principal &bot = principal("principal:aws/482913007654/user/ci-bot", PrincipalKind::user,
                             {"arn:aws:iam::482913007654:user/ci-bot"});
  bot.tenant = "482913007654";
  secret("aws-secret-key", {{HintKind::key_id, "AKIAXYZABCDEFGHIJKLM"}, {HintKind::account, "482913007654"}});
  secret("aws-secret-key", {{HintKind::key_id, "AKIANOBODYUSESTHISXX"}, {HintKind::account, "482913007654"}});
  secret("github-token", {{HintKind::key_id, "Zm9v+/Bar="}});
  EventMaker maker("trail.json");
  log::Event &call = maker.add(log::EventClass::api_call, "2025-03-02T00:00:00Z", "GetCallerIdentity",
                               {{"arn", "arn:aws:iam::482913007654:user/ci-bot"}});
  call.source = log::Source::aws_cloudtrail;
  call.tenant = maker.id("482913007654");
  call.actor_name = maker.id("ci-bot");
  call.key_id = maker.id("akiaxyzabcdefghijklm");
  log::Event &fetch = maker.add(log::EventClass::code_access, "2025-03-03T00:00:00Z", "git.fetch",
                                {{"hashed-token", "Zm9v+/Bar="}});
  fetch.source = log::Source::github;
  fetch.actor_name = maker.id("nw-bot");
  events = &maker.table;

  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, "principal:aws/482913007654/user/ci-bot");
  EXPECT_EQ(bound(0)->slot, "access-key");
  EXPECT_DOUBLE_EQ(bound(0)->strength, 1.0);
  ASSERT_NE(bound(1), nullptr);
  EXPECT_EQ(bound(1)->principal, "principal:aws/482913007654/akianobodyusesthisxx");
  ASSERT_NE(bound(2), nullptr);
  EXPECT_EQ(bound(2)->principal, "principal:github/u1");
  EXPECT_EQ(bound(2)->slot, "token");
  EXPECT_THAT(bound(2)->why, HasSubstr("in use by"));
}

TEST_F(Bindings, AKeyThatAListingGivesToAUser) {
  principal("principal:aws/482913007654/user/ci-bot", PrincipalKind::user, {});
  credential("principal:aws/482913007654/user/ci-bot", "access-key", "AKIAXYZABCDEFGHIJKLM", "", "");
  secret("aws-secret-key", {{HintKind::key_id, "AKIAXYZABCDEFGHIJKLM"}});
  ASSERT_NE(bound(0), nullptr);
  EXPECT_EQ(bound(0)->principal, "principal:aws/482913007654/user/ci-bot");
  EXPECT_FALSE(bound(0)->credential.empty());
}

}  // namespace
}  // namespace dislodge::identity
