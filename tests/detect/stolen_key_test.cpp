// Uses of keys that logs name by their id: whether they are the owner's habit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/stolen_secret.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;

constexpr const char *kBot = "principal:aws/482913007654/user/ci-bot";

class StolenKey : public testing::Test {
 protected:
  StolenKey() {
    table.files.emplace_back("trail.json");
    identity::Principal bot;
    bot.id = kBot;
    bot.kind = identity::PrincipalKind::user;
    bot.name = "ci-bot";
    facts.principals.push_back(bot);
    identity::Credential key;
    key.id = "credential:1";
    key.principal = kBot;
    key.slot = "access-key";
    key.key_id = "akiaxyz";
    facts.credentials.push_back(key);
    identity::Binding binding;
    binding.secret = "secret:1";
    binding.principal = kBot;
    binding.slot = "access-key";
    binding.credential = key.id;
    facts.bindings.push_back(binding);
    facts.settle();
    for (int i = 0; i < 20; ++i) call(i, "203.0.113.10", "aws-cli/2.15");
  }
  void call(int day, std::string_view address, std::string_view agent,
            std::string_view operation = "ListBuckets", std::string_view key = "akiaxyz") {
    log::Event event;
    event.source = log::Source::aws_cloudtrail;
    event.event_class = log::EventClass::api_call;
    event.outcome = log::Outcome::ok;
    event.time = base::Time{base::time_of({2025, 3, 1}).us + day * base::kDay};
    event.line = table.events.size() + 1;
    event.tenant = table.pool.intern("482913007654");
    event.actor_name = table.pool.intern("ci-bot");
    event.key_id = table.pool.intern(key);
    event.address = table.pool.intern(address);
    event.agent = table.pool.intern(agent);
    event.operation = table.pool.intern(operation);
    table.events.push_back(event);
  }
  std::vector<Detection> uses() {
    return detect_secret_use(table, facts, {}, {{"secret:1", base::time_of({2025, 3, 10})}});
  }
  log::EventTable table;
  identity::Facts facts;
};

TEST_F(StolenKey, ItsOwnersHabitIsNoUse) {
  call(21, "203.0.113.44", "aws-cli/2.15");  // a neighbour of the usual address
  call(22, "203.0.113.10", "Boto3/1.34");    // a new program where it always runs
  EXPECT_TRUE(uses().empty());
}

TEST_F(StolenKey, AnotherNetworkAndProgramIsAUseThatIsPossiblyTheirs) {
  call(21, "198.51.100.9", "Boto3/1.34", "GetSecretValue");
  call(21, "198.51.100.9", "Boto3/1.34", "AssumeRole");
  const auto found = uses();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, "stolen-secret-used");
  EXPECT_EQ(found[0].grade, Grade::possible);
  EXPECT_FALSE(found[0].intruder);
  EXPECT_EQ(found[0].events.size(), 2u);
  EXPECT_THAT(found[0].says, HasSubstr("access key of ci-bot was used for GetSecretValue"));
  ASSERT_FALSE(found[0].uses.empty());
  EXPECT_EQ(found[0].uses[0].secret, "secret:1");
}

// Whoever holds the key has the tool too, in another version perhaps.
TEST_F(StolenKey, TheSameProgramFromAnotherNetworkIsAUseWhereTheKeyHasAHome) {
  call(21, "198.51.100.9", "aws-cli/2.17", "GetSecretValue");
  const auto found = uses();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].intruder);
  EXPECT_THAT(found[0].because, HasSubstr("a network from which this key was never used"));
}

TEST_F(StolenKey, BeforeItCouldBeKnownAndOtherKeysAreNone) {
  call(3, "198.51.100.9", "Boto3/1.34");
  call(21, "198.51.100.9", "Boto3/1.34", "GetSecretValue", "akiaother");
  EXPECT_TRUE(uses().empty());
}

}  // namespace
}  // namespace dislodge::detect
