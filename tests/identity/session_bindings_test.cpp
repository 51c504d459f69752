#include "identity/session_bindings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/owner.hpp"

namespace dislodge::identity {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// Okta's system log of castle.example: four people sign in, rob's session is the one whose cookie was mailed.
class SessionBindings : public testing::Test {
 protected:
  SessionBindings() {
    for (const char *name : {"ann", "ben", "cem", "rob"}) act(name, std::string("session-of-") + name);
    act("guest", "session-of-guest", "partner.example");
    maker.table.settle();
    secret.id = id_of("session-of-rob");
    secret.kind = kSessionCookie;
    SecretPlace place;
    place.item = "support.mbox!/1!/2";
    place.people = {"rob@castle.example", "help@vendor.example"};
    place.hints = {{secret::HintKind::host, "castle-admin.okta.com"}};
    secret.places = {place};
  }
  void act(const std::string &name, const std::string &session,
           const std::string &domain = "castle.example") {
    log::Event &event =
        maker.add(log::EventClass::interactive_signin, "2024-02-20T13:40:00Z", "user.session.start", {});
    event.source = log::Source::okta;
    event.outcome = log::Outcome::ok;
    event.actor_id = maker.id("00u" + name);
    event.actor_name = maker.id(name + "@" + domain);
    event.session = maker.id(session);
  }
  static std::string id_of(std::string_view value) {
    return "secret:" + std::to_string(std::hash<std::string_view>{}(value));
  }
  void bind() { bind_sessions({secret}, maker.table, id_of, facts, unbound); }

  EventMaker maker{"okta.json"};
  SecretFact secret;
  Facts facts;
  std::vector<Unbound> unbound;
};

TEST_F(SessionBindings, ACookieIsBoundToTheAccountOfTheSessionOfThatValue) {
  unbound = {{secret.id, "no name stands beside it"}};
  bind();
  ASSERT_THAT(facts.bindings, SizeIs(1));
  const Binding &one = facts.bindings[0];
  EXPECT_EQ(one.principal, "principal:okta/?/00urob");
  EXPECT_EQ(one.slot, kSessionCookie);
  EXPECT_EQ(one.strength, 1.0);
  EXPECT_EQ(base::format_time(one.valid.from), "2024-02-20T13:40:00Z");
  EXPECT_EQ(one.evidence, maker.table.source_of(maker.table.events[3]));
  EXPECT_THAT(unbound, IsEmpty());
  ASSERT_NE(facts.principal(one.principal), nullptr);
  EXPECT_EQ(facts.principal(one.principal)->name, "rob@castle.example");
}

TEST_F(SessionBindings, AnotherValueOrAnotherKindOfSecretIsNone) {
  secret.id = id_of("session-of-nobody");
  bind();
  EXPECT_THAT(facts.bindings, IsEmpty());
  secret.id = id_of("session-of-rob");
  secret.kind = "password";
  bind();
  EXPECT_THAT(facts.bindings, IsEmpty());
}

TEST_F(SessionBindings, WhoseSystemLogIsHeldIsNoThirdParty) {
  EXPECT_FALSE(ourselves(facts, {}).ours("castle-admin.okta.com"));
  const Ourselves us = ourselves(facts, {"help@vendor.example"}, &maker.table);
  EXPECT_TRUE(us.ours("castle.example"));
  EXPECT_TRUE(us.ours("castle-admin.okta.com"));
  EXPECT_FALSE(us.ours("partner.example")) << "a guest's domain";
  EXPECT_FALSE(us.ours("partner.okta.com"));
  bind();
  std::vector<SecretFact> secrets = {secret};
  tell_owners(secrets, facts, us);
  EXPECT_TRUE(us.ours(secrets[0].owner)) << secrets[0].owner << ": " << secrets[0].owner_why;
}

}  // namespace
}  // namespace dislodge::identity
