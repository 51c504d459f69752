#include "identity/ended_keys.hpp"

#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

TEST(EndedKeys, WhatIsDeletedOrDeactivatedOpensNothingFromThenOn) {
  EventMaker maker("trail.json");
  const auto removed = [&](std::string_view time, std::string_view user, std::string_view key) {
    log::Event &event =
        maker.add(log::EventClass::admin_change, time, "DeleteAccessKey", {{"key-removed", key}});
    event.source = log::Source::aws_cloudtrail;
    event.tenant = maker.id("482913007654");
    event.actor_name = maker.id("admin");
    event.target_type = maker.id("user");
    event.target_name = maker.id(user);
  };
  removed("2025-03-20T10:00:00Z", "ci", "AKIALISTED");
  removed("2025-03-20T09:00:00Z", "ci", "AKIALISTED");
  removed("2025-03-21T09:00:00Z", "backup", "AKIAPLANTED");
  Facts facts;
  Principal ci;
  ci.id = "principal:aws/482913007654/user/ci";
  ci.kind = PrincipalKind::user;
  ci.tenant = "482913007654";
  facts.principals.push_back(ci);
  Credential listed;
  listed.principal = ci.id;
  listed.slot = "access-key";
  listed.key_id = "akialisted";
  listed.id = credential_id(listed.principal, listed.slot, listed.key_id);
  facts.credentials.push_back(listed);
  end_removed_keys(maker.table, facts);
  ASSERT_EQ(facts.credentials.size(), 2u);
  for (const Credential &one : facts.credentials) {
    const bool planted = one.key_id == "akiaplanted";
    EXPECT_EQ(one.principal, planted ? "principal:aws/482913007654/backup" : ci.id);
    EXPECT_EQ(one.valid.until, *base::parse_time(planted ? "2025-03-21T09:00:00Z" : "2025-03-20T09:00:00Z"));
  }
}

TEST(EndedKeys, ATokenThatGithubShowsDeletedIsDead) {
  EventMaker maker("audit.json");
  const auto add = [&](std::string_view time, std::string_view what, std::string_view hash) {
    log::Event &event = maker.add(log::EventClass::admin_change, time, what, {{"hashed-token", hash}});
    event.source = log::Source::github;
    event.actor_name = maker.id("vik");
    event.actor_type = maker.id("user");
    event.tenant = maker.id("acme");
  };
  add("2025-03-20T10:00:00Z", "oauth_access.destroy", "AbC+/d=");
  add("2025-03-20T10:00:00Z", "repo.create", "XyZ=");  // with which it was done
  Facts facts;
  end_removed_keys(maker.table, facts);
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].principal, "principal:github/vik");
  EXPECT_EQ(facts.credentials[0].slot, "token");
  EXPECT_EQ(facts.credentials[0].key_id, "abc+/d=");
  EXPECT_EQ(facts.credentials[0].valid.until, *base::parse_time("2025-03-20T10:00:00Z"));
}

}  // namespace
}  // namespace dislodge::identity
