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

// Ann, and one action on her account that was recorded as in effect since the fourth.
struct Ann {
  Picture picture;
  evict::PlannedAction action;
  explicit Ann(std::string_view name) {
    identity::Principal ann;
    ann.id = "principal:entra/t/ann";
    ann.name = "Ann";
    picture.facts.principals = {ann};
    index_picture(picture);
    picture.events.files = {"signins.json"};
    action.action = name;
    action.target = action.principal = ann.id;
    action.state = evict::ActionState::in_effect;
    action.since = at("2023-11-04T10:00:00Z");
  }
  void event(std::string_view time, log::EventClass event_class, std::string_view session) {
    log::Event one;
    one.time = at(time);
    one.source =
        event_class == log::EventClass::mail_access ? log::Source::m365_audit : log::Source::entra_signin;
    one.event_class = event_class;
    one.outcome = event_class == log::EventClass::mail_access ? log::Outcome::none : log::Outcome::ok;
    one.line = picture.events.events.size() + 1;
    one.tenant = picture.events.pool.intern("t");
    one.actor_id = picture.events.pool.intern("ann");
    one.session = picture.events.pool.intern(session);
    picture.events.events.push_back(one);
  }
  std::vector<Contradiction> against() const { return contradictions(picture, {{action}}); }
};

TEST(InEffect, ASessionFromBeforeThatGoesOnSpeaksAgainstItsRevocation) {
  using enum log::EventClass;
  Ann made("revoke-sessions");
  made.event("2023-11-05T08:00:00Z", noninteractive_signin, "new");  // begun after
  made.event("2023-11-02T08:00:00Z", interactive_signin, "old");
  made.event("2023-11-04T10:30:00Z", noninteractive_signin, "old");  // within the life of a token
  made.event("2023-11-05T10:00:00Z", mail_access, "old");            // a token without an end for a day
  EXPECT_THAT(made.against(), IsEmpty());
  made.event("2023-11-12T08:00:00Z", mail_access, "old");
  ASSERT_THAT(made.against(), SizeIs(1));
  EXPECT_EQ(made.against()[0].first, at("2023-11-12T08:00:00Z"));
  made.event("2023-11-06T08:00:00Z", noninteractive_signin, "old");
  ASSERT_THAT(made.against(), SizeIs(1));
  EXPECT_EQ(made.against()[0].first, at("2023-11-06T08:00:00Z"));
  EXPECT_THAT(made.against()[0].says, HasSubstr("a session of Ann from before going on 2 times later"));
  // Whoever signs in anew in the same browser keeps its session.
  made.event("2023-11-05T07:00:00Z", interactive_signin, "old");
  EXPECT_THAT(made.against(), IsEmpty());
}

TEST(InEffect, WhomItPutOutOfUseAndWhoWorks) {
  Picture picture;
  identity::Principal backup;
  backup.id = "principal:entra/t/backup";
  backup.name = "backup";
  picture.facts.principals = {backup};
  index_picture(picture);
  picture.events.files = {"calls.json"};
  evict::PlannedAction block;
  block.action = "disable-account";
  block.target = block.principal = backup.id;
  block.state = evict::ActionState::in_effect;
  block.since = at("2023-11-04T10:00:00Z");
  const auto call = [&](std::string_view time, std::string_view key) {
    log::Event one;
    one.time = at(time);
    one.source = log::Source::graph_activity;
    one.event_class = log::EventClass::api_call;
    one.line = picture.events.events.size() + 1;
    one.tenant = picture.events.pool.intern("t");
    one.actor_id = picture.events.pool.intern("backup");
    one.key_id = picture.events.pool.intern(key);
    picture.events.events.push_back(one);
  };
  call("2023-11-05T08:00:00Z", "asia1");  // a session that was opened before
  EXPECT_THAT(contradictions(picture, {{block}}), IsEmpty());
  call("2023-11-05T09:00:00Z", "akia1");  // a key that needs none
  EXPECT_THAT(contradictions(picture, {{block}}), SizeIs(1));
  picture.events.events.clear();
  call("2023-11-16T08:00:00Z", "asia1");
  EXPECT_THAT(contradictions(picture, {{block}}), SizeIs(1));
  // A ticket of Kerberos is given for another's key.
  picture.events.events.back().event_class = log::EventClass::key_use;
  EXPECT_THAT(contradictions(picture, {{block}}), IsEmpty());
}

TEST(InEffect, TheIntruderWithTheRightPasswordSpeaksAgainstItsRotation) {
  Ann made("rotate-secret");
  made.action.secret = "secret:abc";
  made.event("2023-11-12T08:00:00Z", log::EventClass::interactive_signin, "s");
  EXPECT_THAT(made.against(), IsEmpty()) << "its owner";
  detect::Detection used;
  used.kind = "stolen-secret-used";
  used.intruder = true;
  used.grade = detect::Grade::confirmed;
  used.events = {{"signins.json", 1}};
  used.uses = {{"secret:abc", made.action.principal, at("2023-11-12T08:00:00Z"), true, "ok"}};
  made.picture.detections = {used};
  ASSERT_THAT(made.against(), SizeIs(1));
  EXPECT_THAT(made.against()[0].says, HasSubstr("the intruder signing in as Ann with the right password"));
  made.picture.detections[0].intruder = false;
  EXPECT_THAT(made.against(), IsEmpty());
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
