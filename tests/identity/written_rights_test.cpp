#include "identity/written_rights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/ids.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kHeader = "from,right,to,since,until\n";

std::vector<std::string> read(Facts &facts, std::string_view rows) {
  facts.append(read_text(std::string(kHeader) + std::string(rows), "rights.csv"));
  facts.settle();
  return read_written_rights(facts, embedded_rights());
}

TEST(WrittenRights, AnUnknownKindIsToldWithItsFileLineAndWhatIsKnown) {
  Facts facts;
  const auto notes = read(facts, "svc-a,frobs,svc-b,,\nsvc-a,GenericAll,svc-b,,\nsvc-c,frobs,svc-d,,\n");
  EXPECT_THAT(notes,
              ElementsAre(AllOf(HasSubstr("rights.csv:line 2, rights.csv:line 4"), HasSubstr("\"frobs\""),
                                HasSubstr("these 2 open"), HasSubstr("controls, reads, member"))));
  EXPECT_NE(find_grant(facts, "frobs", "principal:local/svc-a", "principal:local/svc-b"), nullptr);
}

TEST(WrittenRights, WhatIsLikeAnUnknownKindIsNamed) {
  Facts facts;
  EXPECT_THAT(read(facts, "svc-a,AddSecretToApp,svc-b,,\n"), ElementsAre(HasSubstr("like it: ")));
}

TEST(WrittenRights, SpellingAndPlainWordsDoNotCount) {
  Facts facts;
  EXPECT_THAT(read(facts,
                   "a,generic all,b,,\na,control,c,,\nd,Full_Access,boss@brisk.example,,\n"
                   "e,RESET-PASSWORD,a,,\nf,member of,g,,\n"),
              IsEmpty());
  EXPECT_NE(find_grant(facts, "GenericAll", "principal:local/a", "principal:local/b"), nullptr);
  EXPECT_NE(find_grant(facts, "controls", "principal:local/a", "principal:local/c"), nullptr);
  EXPECT_NE(find_grant(facts, "FullAccess", "principal:local/d", ""), nullptr);
  EXPECT_NE(find_grant(facts, "sets-password", "principal:local/e", "principal:local/a"), nullptr);
  EXPECT_NE(find_grant(facts, "MemberOf", "principal:local/f", "principal:local/g"), nullptr);
  for (const Grant &one : facts.grants) EXPECT_EQ(one.id, grant_id(one.kind, one.from, one.to));
}

TEST(WrittenRights, OneSlipOfThePenIsTakenAndTold) {
  for (const char *written : {"FullAcess", "FullAccesss", "FulllAccess", "FullAccses"}) {
    Facts facts;
    const auto notes = read(facts, std::string("a,") + written + ",boss@brisk.example,,\n");
    EXPECT_THAT(notes, ElementsAre(AllOf(HasSubstr("rights.csv:line 2"), HasSubstr("read as FullAccess"))))
        << written;
    EXPECT_NE(find_grant(facts, "FullAccess", "principal:local/a", ""), nullptr) << written;
  }
  Facts facts;
  EXPECT_THAT(read(facts, "a,FulAces,boss@brisk.example,,\n"), ElementsAre(HasSubstr("no kind of right")));
}

TEST(WrittenRights, ToReadAnAddressIsToReadItsMailbox) {
  Facts facts;
  read(facts,
       "svc-a@brisk.example,FullAccess,cfo@brisk.example,,\nsvc-a@brisk.example,read,vault-1,,\n"
       "svc-a@brisk.example,reads,github.com/brisk/infra,,\n");
  EXPECT_NE(find_grant(facts, "FullAccess", "", "resource:mail/brisk.example/cfo@brisk.example"), nullptr);
  EXPECT_NE(find_grant(facts, "reads", "", "resource:local/vault-1"), nullptr);
  EXPECT_NE(find_grant(facts, "reads", "", "resource:github/brisk/infra"), nullptr);
  ASSERT_EQ(facts.resources.size(), 3u);
  for (const Resource &one : facts.resources) {
    EXPECT_TRUE(one.held_in.empty());
    EXPECT_THAT(one.evidence, HasSubstr("rights.csv:line "));
    if (one.name == "cfo@brisk.example") {
      EXPECT_EQ(one.kind, "mailbox");
    }
  }
  // The names stand for things now, and for nobody.
  EXPECT_EQ(find_principal(facts, "principal:local/cfo@brisk.example"), nullptr);
  EXPECT_NE(find_principal(facts, "principal:local/svc-a@brisk.example"), nullptr);
}

TEST(WrittenRights, NamesAreThoseOfADirectory) {
  Facts facts;
  const auto known = [&](std::string id, std::string upn, PrincipalKind kind) {
    Principal one;
    one.id = std::move(id);
    one.kind = kind;
    one.names = {upn};
    one.attributes = {{"upn", upn}, {"mail", upn}};
    one.evidence = "azurehound.json:line 3";
    facts.principals.push_back(std::move(one));
  };
  known("principal:entra/t/1", "ann@brisk.example", PrincipalKind::user);
  known("principal:entra/t/2", "cfo@brisk.example", PrincipalKind::user);
  known("principal:okta/00u1", "ann@brisk.example", PrincipalKind::user);
  known("principal:okta/00u2", "two@brisk.example", PrincipalKind::user);
  known("principal:gitlab/two", "two@brisk.example", PrincipalKind::user);
  read(facts,
       "ann@brisk.example,FullAccess,cfo@brisk.example,,\nann@brisk.example,controls,two@brisk.example,,\n");
  EXPECT_NE(find_grant(facts, "FullAccess", "principal:entra/t/1", mailbox_id("t", "cfo@brisk.example")),
            nullptr);
  // Two accounts elsewhere bear that name: which is meant cannot be said.
  EXPECT_NE(find_grant(facts, "controls", "principal:entra/t/1", "principal:local/two@brisk.example"),
            nullptr);
  EXPECT_EQ(find_principal(facts, "principal:local/ann@brisk.example"), nullptr);
}

TEST(WrittenRights, RowsThatSayNothingAndDatesThatAreNoneAreListed) {
  KeepingSink sink;
  const Facts facts =
      read_text(std::string(kHeader) + "a,controls,b,,\na,,b,,\n,controls,b,,\na,controls,c,soon,\n", sink,
                "rights.csv");
  EXPECT_EQ(facts.grants.size(), 2u);
  ASSERT_EQ(sink.parts.size(), 2u);
  EXPECT_THAT(sink.parts[0].reason, AllOf(HasSubstr("2 rows"), HasSubstr("rights.csv:line 3")));
  EXPECT_THAT(sink.parts[1].reason, AllOf(HasSubstr("1 row"), HasSubstr("no date"), HasSubstr("line 5")));
}

}  // namespace
}  // namespace dislodge::identity
