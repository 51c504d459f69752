#include "identity/fact.hpp"

#include <gtest/gtest.h>

#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

Facts one_of_each() {
  Facts facts;
  facts.principals.push_back(
      {"principal:entra/t/o", PrincipalKind::user, "Ann", {"b", "a"}, "t", {{"title", "CFO"}}, "dir:line 1"});
  facts.resources.push_back(
      {"resource:exchange/t/ann@x.example", "mailbox", "ann@x.example", "ann.mbox", "dir:line 1"});
  Grant grant{"grant:1",
              "AZOwns",
              "principal:entra/t/o",
              "principal:entra/t/g",
              {at("2024-01-01"), base::kTimeMax},
              true,
              false,
              {{at("2024-02-01"), at("2024-02-02")}},
              "dir:line 2"};
  facts.grants.push_back(grant);
  facts.credentials.push_back({"credential:1",
                               "principal:entra/t/o",
                               "app-secret",
                               "key",
                               "abc",
                               "",
                               "name",
                               {at("2023-01-01"), at("2025-01-01")},
                               "dir:line 3"});
  facts.bindings.push_back(
      {"secret:1", "principal:entra/t/o", "password", "", {}, 0.8, "beside it", {}, "mail:line 4"});
  facts.presences.push_back({"secret:1",
                             "resource:exchange/t/ann@x.example",
                             {at("2024-01-05"), base::kTimeMax},
                             "id@x",
                             "mail:line 4"});
  facts.exposures.push_back({"resource:exchange/t/ann@x.example",
                             {at("2024-01-05"), at("2024-01-06")},
                             true,
                             "id@x",
                             "log:line 1"});
  facts.unlocks.push_back({"secret:1", "secret:2", "secret:3", "zip"});
  return facts;
}

TEST(Facts, SurviveTheWire) {
  base::WireWriter out;
  one_of_each().encode(out);
  const auto back = Facts::decode(out.bytes());
  ASSERT_TRUE(back) << back.error().message;
  base::WireWriter again;
  back->encode(again);
  EXPECT_EQ(out.bytes(), again.bytes());
  EXPECT_EQ(back->grants[0].used[0].from, at("2024-02-01"));
  EXPECT_EQ(back->principals[0].attributes.at("title"), "CFO");
  EXPECT_DOUBLE_EQ(back->bindings[0].strength, 0.8);
}

TEST(Facts, EveryTruncationIsRefused) {
  base::WireWriter out;
  one_of_each().encode(out);
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    EXPECT_FALSE(Facts::decode(std::string_view(out.bytes()).substr(0, size))) << size;
  }
  EXPECT_FALSE(Facts::decode(out.bytes() + "x"));
}

TEST(Facts, SettleIsIdempotentAndIndependentOfOrder) {
  Facts a = one_of_each(), b = one_of_each();
  Facts other;
  other.principals.push_back({"principal:entra/t/o",
                              PrincipalKind::other,
                              "",
                              {"c"},
                              "",
                              {{"title", "Clerk"}, {"created", "2020"}},
                              "log:line 9"});
  other.principals.push_back({"principal:entra/t/a", PrincipalKind::group, "G", {}, "t", {}, "dir:line 5"});
  a.append(other);
  Facts reversed = other;
  reversed.append(b);
  a.settle();
  reversed.settle();
  base::WireWriter first, second, third;
  a.encode(first);
  reversed.encode(second);
  a.settle();
  a.encode(third);
  EXPECT_EQ(first.bytes(), second.bytes());
  EXPECT_EQ(first.bytes(), third.bytes());
  ASSERT_EQ(a.principals.size(), 2u);
  const Principal *ann = a.principal("principal:entra/t/o");
  ASSERT_NE(ann, nullptr);
  EXPECT_EQ(ann->kind, PrincipalKind::user);
  EXPECT_EQ(ann->names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(ann->attributes.at("title"), "CFO");  // the first that has it, by evidence
  EXPECT_EQ(ann->attributes.at("created"), "2020");
  EXPECT_EQ(ann->evidence, "dir:line 1; log:line 9");
  EXPECT_EQ(a.principal("principal:entra/t/zzz"), nullptr);
}

TEST(Facts, AGrantSeenInDirectoryAndLogIsOneWithItsStart) {
  Facts facts;
  Grant row{"grant:1", "k", "a", "b", {}, false, false, {}, "dir:line 1"};
  Grant event{"grant:1",       "k", "a", "b", {at("2024-05-01"), base::kTimeMax}, true, false, {},
              "ual.csv:line 7"};
  facts.grants = {event, row};
  facts.settle();
  ASSERT_EQ(facts.grants.size(), 1u);
  EXPECT_TRUE(facts.grants[0].start_known);
  EXPECT_EQ(facts.grants[0].valid.from, at("2024-05-01"));
  EXPECT_EQ(facts.grants[0].evidence, "dir:line 1; ual.csv:line 7");
}

TEST(Facts, ARemovalCutsTheEndThatTheDirectoryPromised) {
  Facts facts;
  facts.credentials.push_back({"credential:1",
                               "p",
                               "app-secret",
                               "key",
                               "abc",
                               "",
                               "",
                               {at("2023-01-01"), at("2027-01-01")},
                               "dir:line 1"});
  facts.credentials.push_back({"credential:1",
                               "p",
                               "app-secret",
                               "key",
                               "",
                               "",
                               "",
                               {base::kTimeMin, at("2024-03-01")},
                               "log:line 1"});
  facts.settle();
  ASSERT_EQ(facts.credentials.size(), 1u);
  EXPECT_EQ(facts.credentials[0].valid, (base::Interval{at("2023-01-01"), at("2024-03-01")}));
  EXPECT_EQ(facts.credentials[0].hint, "abc");
}

TEST(Ids, PartsAndForms) {
  EXPECT_EQ(entra_principal("T-1", "ABC"), "principal:entra/t-1/abc");
  EXPECT_EQ(entra_principal("", "ABC"), "principal:entra/?/abc");
  const EntraId parts = entra_parts("principal:entra/t-1/abc");
  EXPECT_EQ(parts.tenant, "t-1");
  EXPECT_EQ(parts.object, "abc");
  EXPECT_TRUE(entra_parts("principal:github/x").tenant.empty());
  EXPECT_EQ(mailbox_id("T", "Ann@X.example"), "resource:exchange/t/ann@x.example");
  EXPECT_EQ(aws_key_principal("123456789012", "AKIAX"), "principal:aws/123456789012/akiax");
  EXPECT_TRUE(is_guid("06b708a9-e830-4db3-a914-8e69da51d44f"));
  EXPECT_FALSE(is_guid("06b708a9-e830-4db3-a914-8e69da51d44"));
  EXPECT_FALSE(is_guid("06b708a9xe830-4db3-a914-8e69da51d44f"));
  for (const char *good : {"a@b.example", "first.last+tag@sub.b.example"})
    EXPECT_TRUE(looks_like_address(good)) << good;
  for (const char *bad :
       {"a@b", "@b.example", "a b@c.example", "a@b@c.example", "a@b.", "https://a@b.example", "", "a@.b"}) {
    EXPECT_FALSE(looks_like_address(bad)) << bad;
  }
  EXPECT_NE(grant_id("k", "a", "b"), grant_id("k", "ab", ""));
  EXPECT_EQ(credential_id("p", "s", "KEY"), credential_id("p", "s", "key"));
}

}  // namespace
}  // namespace dislodge::identity
