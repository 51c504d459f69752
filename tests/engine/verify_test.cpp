// Whether it held: what logs after the eviction show, and what they cannot.
#include "engine/verify.hpp"
#include "engine/canaries.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/secure.hpp"
#include "engine/inputs.hpp"

namespace dislodge::engine {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

constexpr std::string_view kAnn = "principal:entra/t/ann";

// An account that was put out of use on the 12th, and a log that reaches to the 20th.
Picture evicted() {
  Picture picture;
  identity::Principal ann;
  ann.id = kAnn;
  ann.name = "Ann";
  picture.facts.principals = {ann};
  index_picture(picture);
  evict::PlannedAction reset;
  reset.id = "a7";
  reset.action = "rotate-secret";
  reset.name = "Set a new password";
  reset.target = reset.principal = kAnn;
  reset.target_name = "Ann";
  reset.role = evict::Role::obligation;
  reset.state = evict::ActionState::in_effect;
  reset.since = at("2026-03-12T08:00:00Z");
  reset.does_not_cut = {"access tokens that were issued (1h)", "inbox rules of the mailbox (until removed)"};
  picture.plan.actions = {reset};
  picture.events.files = {"after/signins.json"};
  log::Coverage coverage;
  coverage.source = log::Source::entra_signin;
  coverage.event_class = log::EventClass::interactive_signin;
  coverage.tenant = "t";
  coverage.first = at("2026-03-01T00:00:00Z");
  coverage.last = at("2026-03-20T00:00:00Z");
  coverage.declared = coverage.complete = true;
  picture.coverage = {coverage};
  return picture;
}

log::Event event(Picture &picture, std::string_view time, std::uint64_t line, std::string_view actor,
                 std::string_view address) {
  log::Event one;
  one.time = at(time);
  one.line = line;
  one.actor_id = picture.events.pool.intern(actor);
  one.address = picture.events.pool.intern(address);
  one.operation = picture.events.pool.intern("Sign-in activity");
  return one;
}

detect::Session session(std::string_view first, std::string_view last, bool intruder, std::string address) {
  detect::Session one;
  one.id = "s1";
  one.principal = kAnn;
  one.first = at(first);
  one.last = at(last);
  one.addresses = {std::move(address)};
  one.intruder = intruder;
  one.because = "the client of the spray";
  return one;
}

Verification verified(const Picture &picture, const VerifyOptions &options = {}) {
  const auto found = verify(picture, options);
  EXPECT_TRUE(found.has_value());
  return *found;
}

TEST(Verify, SaysNoSignWithinCoverageAndNothingMore) {
  const Verification found = verified(evicted());
  EXPECT_FALSE(found.reopened());
  EXPECT_EQ(found.says,
            "no sign within coverage entra-signin until 2026-03-20T00:00:00Z; keep watching until "
            "2026-06-10T08:00:00Z");
  for (const std::string_view never : {"evicted", "contained", "is out"})
    EXPECT_THAT(verification_text(evicted(), found), Not(HasSubstr(std::string(never))));
}

TEST(Verify, AnInterruptedLogIsNoQuietOne) {
  Picture picture = evicted();
  picture.coverage[0].gaps = {
      {{at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z")}, "before it"},
      {{at("2026-03-14T00:00:00Z"), at("2026-03-16T00:00:00Z")}, "no event for 2 days"}};
  const Verification found = verified(picture);
  EXPECT_THAT(found.says, HasSubstr("which 1 gap has interrupted: nothing is said of it"));
  ASSERT_THAT(found.watched, SizeIs(1));
  EXPECT_THAT(found.watched[0].gaps, ElementsAre(HasSubstr("no event for 2 days")));
}

TEST(Verify, CannotSayWithoutALogThatReachesBeyond) {
  Picture picture = evicted();
  picture.coverage[0].last = at("2026-03-11T00:00:00Z");
  EXPECT_THAT(verified(picture).says, HasSubstr("cannot say"));
}

TEST(Verify, NeedsToKnowSinceWhen) {
  Picture picture = evicted();
  picture.plan.actions[0].state = evict::ActionState::claimed;
  const auto found = verify(picture, {});
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, HasSubstr("dislodge plan tick"));
}

// The session began long before; what counts is when it was used after it should have been over.
TEST(Verify, ASessionOfTheIntruderReopensWithTheMomentThePlaceAndTheWay) {
  Picture picture = evicted();
  picture.sessions = {session("2026-03-01T00:00:00Z", "2026-03-15T03:00:00Z", true, "198.51.100.7")};
  picture.events.events = {event(picture, "2026-03-10T00:00:00Z", 3, "ann", "198.51.100.7"),
                           event(picture, "2026-03-14T02:00:00Z", 9, "ann", "198.51.100.7"),
                           event(picture, "2026-03-15T03:00:00Z", 11, "ann", "198.51.100.7")};
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_EQ(found.signs[0].time, at("2026-03-14T02:00:00Z"));
  EXPECT_EQ(found.signs[0].evidence, "after/signins.json:line 9");
  EXPECT_TRUE(found.signs[0].certain);
  // Two days later an access token of an hour is no way back any more.
  EXPECT_EQ(
      found.signs[0].likely_path,
      "a7 (rotate-secret, Ann) is in effect and does not cut: inbox rules of the mailbox (until removed)");
  EXPECT_THAT(found.says, HasSubstr("re-opened: 1 sign of the intruder"));
}

TEST(Verify, AnAddressOfTheIntruderIsJudgedByPeople) {
  Picture picture = evicted();
  picture.sessions = {session("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", true, "198.51.100.7"),
                      session("2026-03-16T00:00:00Z", "2026-03-16T01:00:00Z", false, "198.51.100.7")};
  Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_EQ(found.signs[0].what, "fingerprint");
  EXPECT_FALSE(found.signs[0].certain);
  EXPECT_THAT(found.says, HasSubstr("until a named owner explains 1 event"));
  // One from which others worked before tells nobody apart.
  picture.sessions.push_back(session("2026-03-05T00:00:00Z", "2026-03-05T01:00:00Z", false, "198.51.100.7"));
  EXPECT_THAT(verified(picture).signs, IsEmpty());
}

// Where the guesses came from is theirs too, whoever signs in from there.
TEST(Verify, AnAddressOfTheSprayIsAFingerprint) {
  Picture picture = evicted();
  detect::Detection spray;
  spray.kind = "spray";
  spray.intruder = true;
  spray.first = spray.last = at("2026-03-02T00:00:00Z");
  spray.addresses = {"198.51.100.77"};
  picture.detections.push_back(spray);
  picture.sessions = {session("2026-03-16T00:00:00Z", "2026-03-16T01:00:00Z", false, "198.51.100.77")};
  picture.events.events = {event(picture, "2026-03-16T00:00:00Z", 8, "ann", "198.51.100.77")};
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_THAT(found.signs[0].says, HasSubstr("used from 198.51.100.77"));
  EXPECT_EQ(found.signs[0].evidence, "after/signins.json:line 8");
}

// A sign-in without a session id is in no session.
TEST(Verify, AnEventFromAnAddressOfTheIntruderCountsWithoutASession) {
  Picture picture = evicted();
  picture.sessions = {session("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", true, "198.51.100.7")};
  picture.events.events = {event(picture, "2026-03-05T00:00:00Z", 2, "gerd", "198.51.100.7"),
                           event(picture, "2026-03-16T05:00:00Z", 9, "gerd", "198.51.100.7"),
                           event(picture, "2026-03-16T04:00:00Z", 8, "gerd", "198.51.100.7"),
                           event(picture, "2026-03-16T04:00:00Z", 7, "ida", "203.0.113.1")};
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_THAT(found.signs[0].says, HasSubstr("gerd was used from 198.51.100.7"));
  EXPECT_EQ(found.signs[0].evidence, "after/signins.json:line 8");
  EXPECT_FALSE(found.signs[0].certain);
}

TEST(Verify, AnExposedAccountFromANewPlaceWithANewProgramIsForPeopleToJudge) {
  Picture picture = evicted();
  for (int day = 1; day < 8; ++day) {
    detect::Session one = session(fmt::format("2026-03-0{}T08:00:00Z", day),
                                  fmt::format("2026-03-0{}T17:00:00Z", day), false, "203.0.113.7");
    one.agents = {"Mozilla/5.0 (Windows NT 10.0) Chrome/12" + std::to_string(day)};
    picture.sessions.push_back(one);
  }
  detect::Session update = session("2026-03-14T08:00:00Z", "2026-03-14T09:00:00Z", false, "198.51.100.9");
  update.agents = {"Mozilla/5.0 (Windows NT 10.0) Chrome/130"};  // her own browser, on a journey
  picture.sessions.push_back(update);
  EXPECT_FALSE(verified(picture).reopened());
  detect::Session other = session("2026-03-15T03:00:00Z", "2026-03-15T03:00:00Z", false, "104.28.5.5");
  other.agents = {"Mozilla/5.0 (X11; Linux x86_64) Firefox/124"};
  picture.sessions.push_back(other);
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_EQ(found.signs[0].what, "unusual");
  EXPECT_FALSE(found.signs[0].certain);
  EXPECT_THAT(found.signs[0].says, HasSubstr("Ann was used from 104.28.5.5"));
  EXPECT_THAT(found.says, HasSubstr("until a named owner explains"));
}

// A service principal that has always come from one place with one key.
Picture workload(std::string_view action) {
  Picture picture = evicted();
  identity::Principal vault;
  vault.id = "principal:entra/t/vault";
  vault.kind = identity::PrincipalKind::service_principal;
  vault.name = "Backup Vault";
  picture.facts.principals.push_back(vault);
  index_picture(picture);
  picture.plan.actions[0].action = action;
  picture.plan.actions[0].principal = picture.plan.actions[0].target = vault.id;
  for (int day = 1; day < 9; ++day) {
    log::Event one = event(picture, fmt::format("2026-03-0{}T08:00:00Z", day),
                           static_cast<std::uint64_t>(day), "vault", "203.0.113.7");
    one.source = log::Source::entra_signin;
    one.tenant = picture.events.pool.intern("t");
    one.key_id = picture.events.pool.intern("key-of-old");
    picture.events.events.push_back(one);
  }
  return picture;
}

log::Event tried(Picture &picture, std::string_view time, std::string_view address, std::string_view key,
                 log::Outcome outcome = log::Outcome::ok) {
  log::Event one = event(picture, time, 77, "vault", address);
  one.source = log::Source::entra_signin;
  one.tenant = picture.events.pool.intern("t");
  one.key_id = picture.events.pool.intern(key);
  one.outcome = outcome;
  return one;
}

TEST(Verify, WhatWasPutOutOfUseAndIsTriedAgainIsSaid) {
  Picture picture = workload("disable-service-principal");
  EXPECT_FALSE(verified(picture).reopened());
  for (const char *time : {"2026-03-15T01:00:00Z", "2026-03-14T01:00:00Z"})
    picture.events.events.push_back(
        tried(picture, time, "198.51.100.9", "key-of-old", log::Outcome::blocked));
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_EQ(found.signs[0].what, "out-of-use");
  EXPECT_EQ(found.signs[0].time, at("2026-03-14T01:00:00Z"));
  EXPECT_THAT(found.signs[0].says,
              AllOf(HasSubstr("Backup Vault, which a7 put out of use, was tried from 198.51.100.9"),
                    HasSubstr("2 times until 2026-03-15")));
}

TEST(Verify, AnExposedApplicationWithACredentialThatNobodySawBefore) {
  Picture picture = workload("rotate-secret");
  // What the responders set in its place is used from where the work has always been done.
  picture.events.events.push_back(tried(picture, "2026-03-13T08:00:00Z", "203.0.113.7", "key-of-new"));
  EXPECT_FALSE(verified(picture).reopened());
  picture.events.events.push_back(tried(picture, "2026-03-15T03:00:00Z", "82.115.46.89", "key-of-nobody"));
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_EQ(found.signs[0].what, "credential");
  EXPECT_FALSE(found.signs[0].certain);
  EXPECT_THAT(found.signs[0].says,
              HasSubstr("Backup Vault signed in with a credential (key id key-of-nobody) that it "
                        "never showed before, from 82.115.46.89, where it was never seen"));
}

TEST(Verify, AWorkloadOfOnePlaceFromAnother) {
  Picture picture = evicted();
  for (int day = 1; day < 8; ++day)
    picture.sessions.push_back(session(fmt::format("2026-03-0{}T08:00:00Z", day),
                                       fmt::format("2026-03-0{}T08:00:00Z", day), false, "203.0.113.7"));
  picture.sessions.push_back(session("2026-03-15T03:00:00Z", "2026-03-15T03:00:00Z", false, "104.28.5.5"));
  const Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_THAT(found.signs[0].says,
              HasSubstr("Ann was used from 104.28.5.5, which was not ever seen for it before"));
  // One that has come from everywhere has no place to leave.
  for (int day = 1; day < 8; ++day)
    picture.sessions.push_back(session(fmt::format("2026-03-0{}T09:00:00Z", day),
                                       fmt::format("2026-03-0{}T09:00:00Z", day), false,
                                       fmt::format("20.{}.1.1", day)));
  EXPECT_FALSE(verified(picture).reopened());
}

TEST(Verify, ChangesOfOneHandAndKindAreOneThingToExplain) {
  Picture picture = evicted();
  for (int i = 0; i < 13; ++i) {
    identity::Change change;
    change.time = at(fmt::format("2026-03-13T0{}:00:00Z", i % 8));
    change.what = "password";
    change.detail = "password changed";
    change.target = "principal:entra/t/u" + std::to_string(i);
    change.evidence = "directory.json:line " + std::to_string(i + 1);
    picture.changes.push_back(change);
  }
  Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_THAT(found.signs[0].says, HasSubstr("and 12 more until 2026-03-13T07:00:00Z"));
  EXPECT_THAT(found.says, HasSubstr("explains 1 event "));
  picture.sessions = {session("2026-03-14T00:00:00Z", "2026-03-14T02:00:00Z", true, "198.51.100.7")};
  found = verified(picture);
  EXPECT_THAT(found.says, AllOf(HasSubstr("re-opened: 1 sign of the intruder"),
                                HasSubstr("1 event that a named owner must explain")));
}

TEST(Verify, AChangeThatNobodyClaimsReopens) {
  Picture picture = evicted();
  identity::Change change;
  change.time = at("2026-03-13T00:00:00Z");
  change.what = "credential";
  change.detail = "Add a client secret";
  change.target = "principal:entra/t/app";
  change.target_name = "Billing";
  change.by = std::string(kAnn);
  change.by_name = "ann@x.example";
  change.evidence = "after/audit.csv:line 4";
  picture.changes = {change};
  Verification found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_EQ(found.signs[0].says,
            "credential: Add a client secret, on Billing by ann@x.example, which nobody has claimed");
  picture.changes[0].owner = identity::ChangeOwner::ours;
  EXPECT_THAT(verified(picture).signs, IsEmpty());
}

// The administrator who updates users every day, from where they always did, has nothing to explain.
TEST(Verify, EverydayChangesAreCountedAndReopenNothing) {
  Picture picture = evicted();
  picture.events.files = {"audit.json"};
  std::uint64_t line = 0;
  const auto update = [&](std::string_view time, std::string_view operation, std::string_view address) {
    log::Event one = event(picture, time, ++line, "it", address);
    one.event_class = log::EventClass::directory_audit;
    one.operation = picture.events.pool.intern(operation);
    picture.events.events.push_back(one);
    if (one.time < at("2026-03-12T08:00:00Z")) return;
    identity::Change change;
    change.time = one.time;
    change.what = operation == "Update user" ? "user" : "credential";
    change.detail = operation;
    change.target = "principal:entra/t/tina";
    change.by = "principal:entra/t/it";
    change.by_name = "it@x.example";
    change.evidence = picture.events.source_of(one);
    picture.changes.push_back(change);
  };
  for (int day = 1; day <= 5; ++day) {
    update(fmt::format("2026-03-0{}T09:00:00Z", day), "Update user", "192.0.2.10");
    update(fmt::format("2026-03-0{}T10:00:00Z", day), "Add service principal credentials", "192.0.2.10");
  }
  update("2026-03-13T09:00:00Z", "Update user", "192.0.2.10");
  update("2026-03-14T09:00:00Z", "Update user", "192.0.2.10");
  Verification found = verified(picture);
  EXPECT_FALSE(found.reopened());
  EXPECT_THAT(found.everyday, ElementsAre(AllOf(HasSubstr("Update user by it@x.example, 2 times"),
                                                HasSubstr("as on 5 days before"))));
  EXPECT_THAT(verification_text(picture, found), HasSubstr("everyday changes, which are no sign"));
  // From elsewhere it is none of it, and a credential is claimed however usual.
  update("2026-03-15T09:00:00Z", "Update user", "203.0.113.9");
  update("2026-03-15T10:00:00Z", "Add service principal credentials", "192.0.2.10");
  found = verified(picture);
  ASSERT_THAT(found.signs, SizeIs(2));
  EXPECT_THAT(found.signs[0].likely_path, HasSubstr("if it@x.example says that it is theirs"));
}

TEST(Verify, TheWayBackIsTheActionOnTheCredentialThatIsShown) {
  Picture picture = evicted();
  evict::PlannedAction block = picture.plan.actions[0];
  block.id = "a1";
  block.action = "disable-service-principal";
  block.name = "Block sign-in";
  block.state = evict::ActionState::open;
  evict::PlannedAction remove = block;
  remove.id = "a9";
  remove.action = "remove-app-credential";
  remove.name = "Remove the credential";
  remove.principal = remove.target = "principal:entra/t/app";
  remove.fact = "key-1";
  picture.plan.actions.push_back(block);
  picture.plan.actions.push_back(remove);
  picture.sessions = {session("2026-03-14T02:00:00Z", "2026-03-14T03:00:00Z", true, "198.51.100.7")};
  picture.events.events = {event(picture, "2026-03-14T02:00:00Z", 9, "ann", "198.51.100.7")};
  EXPECT_EQ(verified(picture).signs.at(0).likely_path, "a1 (Block sign-in) is open");
  picture.events.events[0].key_id = picture.events.pool.intern("KEY-1");
  EXPECT_EQ(verified(picture).signs.at(0).likely_path, "a9 (Remove the credential) is open");
}

TEST(Verify, ASecretThatIsRefusedShowsThatItsReplacementHolds) {
  Picture picture = evicted();
  detect::Detection tried;
  tried.kind = "stolen-secret-tried";
  tried.principals = {std::string(kAnn)};
  tried.first = tried.last = at("2026-03-14T02:00:00Z");
  tried.says = "a stolen password of Ann was tried: it was not accepted";
  picture.detections = {tried};
  EXPECT_THAT(verified(picture).signs.at(0).likely_path, HasSubstr("none: a7 (rotate-secret, Ann) has held"));
}

TEST(Verify, WhatARevocationEndedIsNoWayBack) {
  Picture picture = evicted();
  picture.plan.actions[0].does_not_cut = {"sessions live on (until revoked)"};
  evict::PlannedAction revoke = picture.plan.actions[0];
  revoke.id = "a8";
  revoke.action = "revoke-sessions";
  revoke.does_not_cut = {"application cookies (as the application says)"};
  picture.plan.actions.push_back(revoke);
  picture.sessions = {session("2026-03-14T02:00:00Z", "2026-03-14T03:00:00Z", true, "198.51.100.7")};
  EXPECT_THAT(verified(picture).signs.at(0).likely_path, HasSubstr("does not cut: application cookies"));
}

TEST(Verify, ACanaryThatIsTouchedReopens) {
  Picture picture = evicted();
  picture.events.events = {event(picture, "2026-03-14T02:00:00Z", 5, "canary@x.example", "203.0.113.9")};
  const Verification found = verified(picture, {base::kTimeMin, {"canary@x.example"}});
  ASSERT_THAT(found.signs, SizeIs(1));
  EXPECT_THAT(found.signs[0].says, HasSubstr("canary@x.example was touched: Sign-in activity"));
  EXPECT_EQ(found.signs[0].evidence, "after/signins.json:line 5");
}

TEST(Verify, CanariesStayWithTheCase) {
  base::harden_process();
  std::string folder = (std::filesystem::temp_directory_path() / "dislodge-canaries-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  casefile::Unlock unlock;
  unlock.key_file = base::SecretBytes::random(32);
  {
    auto made = casefile::Case::create(std::filesystem::path(folder) / "case", unlock);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(keep_canaries(**made, {"canary@x.example", "vault/honey"}));
    ASSERT_TRUE(keep_canaries(**made, {"canary@x.example"}));
    EXPECT_THAT(*kept_canaries(**made), ElementsAre("canary@x.example", "vault/honey"));
    const auto entries = (*made)->journal().entries();
    EXPECT_EQ(entries->size(), 2u) << "new, and what was added: nothing is written where nothing changes";
    ASSERT_TRUE(keep_canaries(**made, {"none", "other"}));
    EXPECT_THAT(*kept_canaries(**made), ElementsAre("other"));
  }
  std::filesystem::remove_all(folder);
}

TEST(Verify, AnActionThatIsNotInEffectIsTheLikelyWay) {
  Picture picture = evicted();
  evict::PlannedAction open = picture.plan.actions[0];
  open.id = "a9";
  open.name = "Revoke the sessions";
  open.state = evict::ActionState::failed;
  picture.plan.actions.push_back(open);
  picture.sessions = {session("2026-03-13T00:00:00Z", "2026-03-15T03:00:00Z", true, "198.51.100.7")};
  EXPECT_EQ(verified(picture).signs.at(0).likely_path, "a9 (Revoke the sessions) has failed");
}

}  // namespace
}  // namespace dislodge::engine
