// What was recorded as done, against what logs show; and what it has ended.
#include "engine/in_effect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/embedded_rules.hpp"
#include "engine/inputs.hpp"
#include "reach/program.hpp"

namespace dislodge::engine {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

constexpr std::string_view kDeva = "principal:github/orbit/deva";
constexpr std::string_view kHash = "q2h4ztrdfqaxm5rfz9xv8w2c7t3n5k1b";

// A token of deva's that lay in exposed mail, and the record that it was revoked on the fourth.
struct Revoked {
  Picture picture;
  std::vector<evict::PlannedAction> done;
  Revoked() {
    identity::Principal deva;
    deva.id = kDeva;
    deva.name = "deva";
    picture.facts.principals = {deva};
    identity::Credential token;
    token.id = "credential:1";
    token.principal = kDeva;
    token.slot = "token";
    token.key_id = kHash;
    picture.facts.credentials = {token};
    identity::Binding binding;
    binding.secret = "secret:abc";
    binding.principal = kDeva;
    binding.slot = "token";
    binding.credential = token.id;
    picture.facts.bindings = {binding};
    index_picture(picture);
    picture.events.files = {"after/audit.json"};
    evict::PlannedAction rotate;
    rotate.action = "rotate-secret";
    rotate.target = rotate.principal = kDeva;
    rotate.secret = "secret:abc";
    rotate.state = evict::ActionState::in_effect;
    rotate.since = at("2023-11-04T10:00:00Z");
    done = {rotate};
  }
  void call(std::string_view time, std::string_view hash, log::Outcome outcome = log::Outcome::none) {
    log::Event one;
    one.time = at(time);
    one.source = log::Source::github;
    one.event_class = log::EventClass::code_access;
    one.outcome = outcome;
    one.line = picture.events.events.size() + 1;
    one.actor_name = picture.events.pool.intern("deva");
    one.address = picture.events.pool.intern("203.0.113.7");
    one.extra_begin = static_cast<std::uint32_t>(picture.events.extras.size());
    one.extra_count = 1;
    picture.events.extras.push_back(
        {picture.events.pool.intern("hashed-token"), picture.events.pool.intern(hash)});
    picture.events.events.push_back(one);
  }
};

TEST(InEffect, AReplacedTokenThatIsAcceptedSpeaksAgainstTheRecord) {
  Revoked made;
  made.call("2023-11-03T08:00:00Z", kHash);                         // before
  made.call("2023-11-04T10:30:00Z", kHash);                         // caches
  made.call("2023-11-05T08:00:00Z", "anothertoken");                // the new one
  made.call("2023-11-05T09:00:00Z", kHash, log::Outcome::blocked);  // refused: it holds
  EXPECT_THAT(contradictions(made.picture, made.done), IsEmpty());
  made.call("2023-11-07T08:00:00Z", kHash);
  made.call("2023-11-06T08:00:00Z", kHash);
  const auto found = contradictions(made.picture, made.done);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].first, at("2023-11-06T08:00:00Z"));
  EXPECT_EQ(found[0].evidence, "after/audit.json:line 6");
  EXPECT_EQ(found[0].action, evict::key_of(made.done[0]));
  EXPECT_THAT(found[0].says, AllOf(HasSubstr("in effect since 2023-11-04T10:00:00Z"),
                                   HasSubstr("the old credential of deva accepted 2 times later, first at "
                                             "2023-11-06T08:00:00Z from 203.0.113.7")));
  made.done[0].state = evict::ActionState::claimed;
  EXPECT_THAT(contradictions(made.picture, made.done), IsEmpty()) << "a word is not taken for done";
}

TEST(InEffect, WhomItPutOutOfUseAndWhoSignsIn) {
  Picture picture;
  identity::Principal ann;
  ann.id = "principal:entra/t/ann";
  ann.name = "Ann";
  picture.facts.principals = {ann};
  index_picture(picture);
  picture.events.files = {"after/signins.json"};
  evict::PlannedAction block;
  block.action = "disable-account";
  block.target = block.principal = ann.id;
  block.state = evict::ActionState::in_effect;
  block.since = at("2023-11-04T10:00:00Z");
  const auto signin = [&](std::string_view time, log::Outcome outcome) {
    log::Event one;
    one.time = at(time);
    one.source = log::Source::entra_signin;
    one.event_class = log::EventClass::interactive_signin;
    one.outcome = outcome;
    one.line = picture.events.events.size() + 1;
    one.tenant = picture.events.pool.intern("t");
    one.actor_id = picture.events.pool.intern("ann");
    picture.events.events.push_back(one);
  };
  signin("2023-11-05T08:00:00Z", log::Outcome::blocked);
  EXPECT_THAT(contradictions(picture, {{block}}), IsEmpty());
  signin("2023-11-05T09:00:00Z", log::Outcome::ok);
  const auto found = contradictions(picture, {{block}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].says, HasSubstr("Ann signing in 1 time later"));
  // What shuts old protocols, or ends one key, leaves its owner at work.
  for (const char *action : {"disable-mailbox-protocols", "delete-access-key"}) {
    block.action = action;
    EXPECT_THAT(contradictions(picture, {{block}}), IsEmpty()) << action;
  }
}

TEST(InEffect, ReachEndsWhereAnActionEndedIt) {
  Revoked made;
  identity::Facts &facts = made.picture.facts;
  identity::Resource mailbox;
  mailbox.id = "resource:mailbox/ceo@x.example";
  mailbox.name = "ceo@x.example";
  mailbox.kind = "mailbox";
  facts.resources = {mailbox};
  identity::Exposure exposure;
  exposure.resource = mailbox.id;
  exposure.interval = {at("2023-10-18T00:00:00Z"), base::kTimeMax};
  facts.exposures = {exposure};
  identity::Presence presence;
  presence.secret = "secret:abc";
  presence.resource = mailbox.id;
  presence.valid = {at("2023-10-20T00:00:00Z"), base::kTimeMax};
  facts.presences = {presence};
  facts.bindings[0].valid = {base::kTimeMin, base::kTimeMax};
  const auto rights = identity::load_rights(base::embedded_rules());
  const auto actions = evict::load_actions(base::embedded_rules());
  ASSERT_TRUE(rights && actions);
  made.picture.reach = reach::compute_reach(facts, *rights, {}, {});
  const auto row_of = [&](std::string_view id) {
    const auto &rows = made.picture.reach.rows;
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto &one) { return one.id == id; });
    EXPECT_NE(row, rows.end()) << id;
    return row == rows.end() ? reach::ReachRow() : *row;
  };
  EXPECT_EQ(row_of(kDeva).intervals.last(), base::kTimeMax);
  ASSERT_TRUE(end_what_is_cut(made.picture, *actions, made.done));
  EXPECT_EQ(row_of(kDeva).intervals.first(), at("2023-10-20T00:00:00Z"));
  EXPECT_LT(row_of(kDeva).intervals.last(), at("2023-11-05T10:00:00Z"));
  EXPECT_EQ(row_of("secret:abc").intervals.last(), base::kTimeMax) << "what is known stays known";
  EXPECT_EQ(row_of(mailbox.id).intervals.last(), base::kTimeMax) << "nothing was done about the mailbox";
}

}  // namespace
}  // namespace dislodge::engine
