#include "identity/undone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "event_maker.hpp"

namespace dislodge::identity {
namespace {

using testing::Contains;
using testing::SizeIs;

// principal, what, by themselves
using Told = std::tuple<std::string, std::string, bool>;

struct Act {
  log::Source source;
  std::string_view operation, actor, target_id, target_name, target_type;
  log::Outcome outcome = log::Outcome::ok;
};

std::multiset<Told> told(const std::vector<Act> &acts) {
  EventMaker maker("log.json");
  for (const Act &act : acts) {
    log::Event &event = maker.add(log::EventClass::admin_change, "2025-03-19T09:00:00Z", act.operation,
                                  {{"target", "policy arn:aws:iam::aws:policy/AdministratorAccess"}});
    event.source = act.source;
    event.tenant = maker.id("o");
    event.actor_name = event.actor_id = maker.id(act.actor);
    event.target_id = maker.id(act.target_id);
    event.target_name = maker.id(act.target_name);
    event.target_type = maker.id(act.target_type);
    event.outcome = act.outcome;
  }
  std::vector<Sweep> sweeps;
  add_undone(maker.table, {}, sweeps);
  std::multiset<Told> all;
  for (const Sweep &one : sweeps) all.emplace(one.principal, one.what, one.by_themselves);
  return all;
}

TEST(Undone, OfEachSystemInItsOwnWords) {
  const auto all = told({
      {log::Source::okta, "user.account.reset_password", "amy", "00ufred", "fred@x.example", "User"},
      {log::Source::okta, "user.session.clear", "amy", "00ufred", "fred@x.example", "User"},
      {log::Source::okta, "system.api_token.revoke", "amy", "00Tbk", "bk", "Token"},
      {log::Source::google, "CHANGE_PASSWORD", "amy@x.example", "", "fred@x.example", ""},
      {log::Source::aws_cloudtrail, "DetachUserPolicy", "amy", "", "backup", "user"},
      {log::Source::github, "org.remove_member", "amy", "", "x9", "user"},
      {log::Source::gitlab, "member_destroyed", "amy", "", "x9", "User"},
  });
  EXPECT_THAT(all, SizeIs(7));
  EXPECT_THAT(all, Contains(Told{"principal:okta/o/00ufred", "password", false}));
  EXPECT_THAT(all, Contains(Told{"principal:okta/o/00ufred", "session:session", false}));
  EXPECT_THAT(all, Contains(Told{"", "token 00tbk", false})) << "the log does not say whose it was";
  EXPECT_THAT(all, Contains(Told{"principal:google/o/fred@x.example", "password", false}));
  EXPECT_THAT(all, Contains(Told{"principal:aws/o/backup",
                                 "right arn:aws:iam::aws:policy/AdministratorAccess", false}));
  EXPECT_THAT(all, Contains(Told{"principal:github/x9", "right", false}));
}

TEST(Undone, WhatFailedOrIsAnotherSystemsWordIsNot) {
  EXPECT_THAT(told({{log::Source::okta, "user.account.reset_password", "amy", "00ufred", "", "User",
                     log::Outcome::error},
                    {log::Source::google, "user.account.reset_password", "amy", "", "fred@x.example", ""},
                    {log::Source::okta, "user.session.start", "amy", "00ufred", "", "User"}}),
              testing::IsEmpty());
}

TEST(Undone, WhoDoesItToThemselvesIsTold) {
  EXPECT_THAT(told({{log::Source::okta, "user.account.update_password", "00ufred", "00ufred", "", "User"}}),
              Contains(Told{"principal:okta/o/00ufred", "password", true}));
}

}  // namespace
}  // namespace dislodge::identity
