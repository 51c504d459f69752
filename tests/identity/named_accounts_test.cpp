#include "identity/named_accounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/bindings.hpp"
#include "identity/owner.hpp"

namespace dislodge::identity {
namespace {

using testing::Contains;
using testing::IsEmpty;

class NamedAccounts : public testing::Test {
 protected:
  void logon(log::Source source, std::string_view tenant, std::string_view name, std::string_view id,
             log::Outcome outcome = log::Outcome::ok, std::string_view code = "4624") {
    log::Event &event =
        maker.add(log::EventClass::interactive_signin, "2025-03-01T00:00:00Z", "logon", {{"event-id", code}});
    event.source = source;
    event.tenant = maker.id(tenant);
    event.actor_name = maker.id(name);
    event.actor_id = maker.id(id);
    event.outcome = outcome;
  }
  std::vector<std::string> ids() {
    add_named_accounts(maker.table, facts);
    facts.settle();
    std::vector<std::string> list;
    for (const Principal &one : facts.principals) list.push_back(one.id);
    return list;
  }
  SecretFact password(std::string_view user) {
    SecretFact one;
    one.id = "secret:1";
    one.kind = "password";
    SecretPlace place;
    place.item = "alice.mbox!/1";
    place.hints = {{secret::HintKind::login, std::string(user)}, {secret::HintKind::user, std::string(user)}};
    one.places = {place};
    return one;
  }
  Facts facts;
  EventMaker maker{"dc.xml"};
};

TEST_F(NamedAccounts, WhoSignedInIsAnAccountAndWhoWasRefusedIsNot) {
  logon(log::Source::windows, "brisk.local", "brisk\\svc-backup", "S-1-5-21-1-2-3-1104");
  logon(log::Source::windows, "brisk.local", "brisk\\svc-backup", "S-1-5-21-1-2-3-1104");
  logon(log::Source::windows, "brisk.local", "brisk\\oracle", "", log::Outcome::wrong_secret);
  logon(log::Source::windows, "brisk.local", "nt authority\\system", "S-1-5-18");
  logon(log::Source::windows, "brisk.local", "brisk\\dc1$", "S-1-5-21-1-2-3-1000");
  logon(log::Source::sshd, "bastion", "deploy", "");
  EXPECT_THAT(ids(), testing::UnorderedElementsAre("principal:ad/brisk.local/brisk\\svc-backup",
                                                   "principal:host/bastion/deploy"));
}

TEST_F(NamedAccounts, ItsPasswordIsBoundHoweverItIsWritten) {
  for (const std::string_view user : {"svc-backup", "BRISK\\svc-backup", "svc-backup@brisk.local"}) {
    facts = {};
    logon(log::Source::windows, "brisk.local", "brisk\\svc-backup", "S-1-5-21-1-2-3-1104");
    logon(log::Source::windows, "brisk.local", "brisk\\svc-backup", "S-1-5-21-1-2-3-1104", log::Outcome::ok,
          "4769");
    ids();
    EXPECT_THAT(bind_secrets({password(user)}, facts, &maker.table), IsEmpty()) << user;
    ASSERT_EQ(facts.bindings.size(), 1u) << user;
    EXPECT_EQ(facts.bindings[0].principal, "principal:ad/brisk.local/brisk\\svc-backup") << user;
    EXPECT_TRUE(ourselves(facts, {}).ours("brisk.local")) << "its controller's log was handed in";
  }
}

TEST_F(NamedAccounts, AKeyIsBoundToTheAccountsThatItIsSeenToOpen) {
  for (const std::string_view host : {"bastion", "db1"}) {
    logon(log::Source::sshd, host, "deploy", "");
    maker.table.events.back().key_id = maker.id("SHA256:AbCdEf0123");
  }
  ids();
  SecretFact key;
  key.id = "secret:2";
  key.kind = "private-key";
  SecretPlace place;
  place.item = "alice.mbox!/2";
  place.hints = {{secret::HintKind::ssh_fingerprint, "SHA256:AbCdEf0123"}};
  key.places = {place};
  EXPECT_THAT(bind_secrets({key}, facts, &maker.table), IsEmpty());
  std::vector<std::string> opened;
  for (const Binding &one : facts.bindings) opened.push_back(one.principal);
  EXPECT_THAT(opened,
              testing::UnorderedElementsAre("principal:host/bastion/deploy", "principal:host/db1/deploy"));
}

}  // namespace
}  // namespace dislodge::identity
