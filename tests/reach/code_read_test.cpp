#include "reach/code_read.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.hpp"

namespace dislodge::reach {
namespace {

class CodeRead : public testing::Test {
 protected:
  void event(int day, std::string_view operation, std::string_view repository,
             log::Source source = log::Source::github, log::Outcome outcome = log::Outcome::ok) {
    log::Event one;
    one.time = fixture::day(day);
    one.source = source;
    one.event_class = log::EventClass::code_access;
    one.outcome = outcome;
    one.operation = table_.pool.intern(operation);
    one.resource_name = table_.pool.intern(repository);
    one.tenant = table_.pool.intern("Acme");
    one.file = table_.file_index("audit.json");
    one.line = table_.events.size() + 1;
    table_.events.push_back(one);
  }
  // A detection of all events, as they are the intruder's or not.
  detect::Detection seen(bool intruder, detect::Grade grade) const {
    detect::Detection one;
    one.kind = "repository-cloned";
    one.intruder = intruder;
    one.grade = grade;
    for (const log::Event &event : table_.events)
      one.events.push_back({"audit.json", event.line, event.column});
    return one;
  }
  log::EventTable table_;
  identity::Facts facts_;
};

TEST_F(CodeRead, AClonedRepositoryIsReadAndMissed) {
  event(12, "git.clone", "acme/App");
  event(10, "git.fetch", "acme/app");
  event(11, "git.push", "acme/other");
  event(11, "git.clone", "acme/refused", log::Source::github, log::Outcome::blocked);
  event(13, "repository_git_operation", "group/tool", log::Source::gitlab);
  add_code_read(table_, {seen(true, detect::Grade::confirmed)}, facts_);
  ASSERT_EQ(facts_.exposures.size(), 2u);
  EXPECT_EQ(facts_.exposures[0].resource, "resource:github/acme/app");
  EXPECT_EQ(facts_.exposures[0].interval, (base::Interval{fixture::day(10), fixture::day(10) + 1}));
  EXPECT_TRUE(facts_.exposures[0].confirmed);
  EXPECT_EQ(facts_.exposures[0].evidence, "audit.json:line 2");
  EXPECT_EQ(facts_.exposures[1].resource, "resource:gitlab/group/tool");
  const Reach reach = compute_reach(facts_, fixture::rights(), {});
  ASSERT_EQ(reach.missing.size(), 2u);
  for (const MissingEvidence &one : reach.missing) EXPECT_EQ(one.kind, "repository");
  for (const ReachRow &row : reach.rows) EXPECT_EQ(row.grade, Grade::confirmed) << row.id;
}

TEST_F(CodeRead, WhatLiesInARepositoryThatWasHandedInIsKnown) {
  event(10, "git.clone", "acme/infra");
  identity::Resource held;
  held.id = fixture::kRepo;
  held.kind = "repository";
  held.held_in = "infra.bundle";
  facts_.resources.push_back(held);
  facts_.presences.push_back(
      {std::string(fixture::kToken), std::string(fixture::kRepo), fixture::since(3), "", "x:1"});
  add_code_read(table_, {seen(true, detect::Grade::possible)}, facts_);
  const Reach reach = compute_reach(facts_, fixture::rights(), {});
  EXPECT_EQ(facts_.resources.size(), 1u);
  EXPECT_TRUE(reach.missing.empty());
  bool known = false;
  for (const ReachRow &row : reach.rows) known |= row.id == fixture::kToken && row.since == fixture::day(10);
  EXPECT_TRUE(known);
}

TEST_F(CodeRead, AnOwnServersRepositoryIsTheOneThatWasHandedIn) {
  event(10, "repository_git_operation", "Group/Tool", log::Source::gitlab);
  identity::Resource held;
  held.id = "resource:git.acme.example/group/tool";
  held.kind = "repository";
  facts_.resources.push_back(held);
  add_code_read(table_, {seen(true, detect::Grade::possible)}, facts_);
  ASSERT_EQ(facts_.exposures.size(), 1u);
  EXPECT_EQ(facts_.exposures[0].resource, held.id);
  EXPECT_FALSE(facts_.exposures[0].confirmed);
}

TEST_F(CodeRead, WhatIsNotTheIntrudersIsNotRead) {
  event(10, "git.clone", "acme/app");
  add_code_read(table_, {seen(false, detect::Grade::confirmed), seen(true, detect::Grade::excluded)}, facts_);
  EXPECT_TRUE(facts_.exposures.empty());
  EXPECT_TRUE(facts_.resources.empty());
}

}  // namespace
}  // namespace dislodge::reach
