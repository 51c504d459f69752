#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/add.hpp"
#include "engine/cloud_links.hpp"
#include "engine/exposure_file.hpp"
#include "engine/inputs.hpp"

namespace dislodge::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

TEST(CloudLinks, NamesThePlaceAndNotTheKey) {
  const auto links = cloud_links(
      "see https://contoso.sharepoint.com/:x:/s/Finance/EdTokenTokenTokenTokenToken123?e=4aBcD and\n"
      "<a href=\"https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456/view\"> and "
      "https://example.org/report.pdf",
      100);
  ASSERT_THAT(links, SizeIs(2));
  EXPECT_THAT(links[0], StartsWith("contoso.sharepoint.com/:x:/s/Finance/"));
  EXPECT_THAT(links[0], Not(HasSubstr("EdToken")));
  EXPECT_THAT(links[1], StartsWith("drive.google.com/file/d/"));
  EXPECT_THAT(links[1], Not(HasSubstr("1AbCd")));
}

TEST(CloudLinks, EachOnceAndOnlyFiles) {
  EXPECT_THAT(cloud_links("https://we.tl/t-abc https://we.tl/t-abc http:// ://", 100), SizeIs(1));
  EXPECT_THAT(cloud_links("https://sharepoint.com.evil.example/:x:/s/a https://contoso.sharepoint.com", 100),
              SizeIs(0));
  EXPECT_THAT(cloud_links("https://we.tl/t-a https://we.tl/t-b https://we.tl/t-c", 2), SizeIs(2));
}

TEST(ExposureFile, FitsTheCustodianThenTheLongestPath) {
  const auto rules = parse_exposure_file(
      "mailbox,from,until\nexport,2023-01-01,\nexport/"
      "alice.mbox,2023-02-01,2023-03-01\nbob@example.org,,2024-01-01\n"
      "bob@example.org,2024-02-01,2024-02-02\n",
      "e.csv");
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_THAT(*rules, SizeIs(4));
  const auto lines = [&](std::string_view item, std::string_view custodian) {
    std::vector<std::size_t> found;
    for (const ExposureRule *rule : exposures_of(*rules, item, custodian)) found.push_back(rule->line);
    return found;
  };
  EXPECT_THAT(lines("export/x.mbox", ""), ElementsAre(2u));
  EXPECT_THAT(lines("export/alice.mbox", ""), ElementsAre(3u));
  EXPECT_THAT(lines("export/x.mbox", "Bob@example.org"), ElementsAre(4u, 5u)) << "whoever came twice";
  EXPECT_THAT(lines("pst/bob@example.org.pst", ""), ElementsAre(4u, 5u));
  EXPECT_THAT(lines("other/rob@example.org.pst", ""), SizeIs(0));
  EXPECT_EQ((*rules)[0].interval.until, base::kTimeMax);
}

TEST(ExposureFile, MistakesNameTheLine) {
  EXPECT_THAT(parse_exposure_file("a,b\n1,2\n", "e.csv").error().message, HasSubstr("e.csv:1"));
  EXPECT_THAT(parse_exposure_file("mailbox;from\nx;gestern\n", "e.csv").error().message,
              HasSubstr("e.csv:2"));
  EXPECT_THAT(parse_exposure_file("path,from,until\nx,2024-01-02,2024-01-01\n", "e.csv").error().message,
              HasSubstr("ends before"));
  EXPECT_FALSE(parse_exposure_file("mailbox,from,until\n", "e.csv"));
}

// An account and its mailbox have one name; `why` is asked by it.
TEST(Names, AMailboxWithinReachIsFoundWhereItsOwnerIsNot) {
  Picture picture;
  identity::Principal carl;
  carl.id = "principal:entra/t/carl";
  carl.names = {"carl@x.example"};
  identity::Resource mailbox;
  mailbox.id = "resource:exchange/t/carl@x.example";
  mailbox.name = "carl@x.example";
  picture.facts.principals = {carl};
  picture.facts.resources = {mailbox};
  index_picture(picture);
  reach::ReachRow row;
  row.grade = detect::Grade::possible;
  row.id = mailbox.id;
  picture.reach.rows = {row};
  EXPECT_EQ(resolve_name(picture, "carl@x.example"), mailbox.id);
  picture.reach.rows[0].id = carl.id;
  EXPECT_EQ(resolve_name(picture, "Carl@x.example"), carl.id);
  EXPECT_THAT(things_named(picture, "carl@x.example"), ElementsAre(carl.id));
}

// What only a plan knows has a name too.
TEST(Names, WhatASecretOpensIsNamedByIt) {
  Picture picture;
  identity::SecretFact secret;
  secret.id = "secret:00112233445566778899aabbccddeeff";
  secret.kind = "jwt";
  picture.secrets = {secret};
  picture.masks[secret.id] = "ey… (128+)";
  EXPECT_EQ(picture.name_of("principal:unknown/00112233445566778899aabbccddeeff"),
            "whatever jwt ey… (128+) opens");
}

// "Nothing to do" must not stand over a finding that no action answers.
TEST(NotCovered, AnExportThatNobodyDeclaredIsNoMissingExport) {
  Picture picture;
  reach::ReachRow row;
  row.id = "principal:entra/3ac71a5d/svc";
  row.type = "principal";
  row.grade = detect::Grade::possible;
  picture.reach.rows = {row};
  EXPECT_THAT(not_covered(picture), testing::Contains(HasSubstr("no directory export was handed in")));
  picture.directories = {"entra", "entra/3ac71a5d"};
  EXPECT_THAT(
      not_covered(picture),
      testing::Contains("tenant 3ac71a5d: the intruder acted there and nothing declares when its directory "
                        "export was made, nor that it is whole"));
}

TEST(NotCovered, WhatTheLogsShowAndNobodyIsBlamedForStaysOpen) {
  Picture picture;
  detect::Detection theirs, open, excluded;
  theirs.intruder = true;
  open.kind = "risky-signin";
  open.confidence = 0.6;
  open.first = *base::parse_time("2026-03-17T04:44:00Z");
  excluded.grade = detect::Grade::excluded;
  picture.detections = {theirs, excluded};
  EXPECT_THAT(not_covered(picture), Not(testing::Contains(HasSubstr("dislodge detections"))));
  picture.detections.push_back(open);
  EXPECT_THAT(not_covered(picture),
              testing::Contains(AllOf(StartsWith("1 finding in the logs that is nobody's"),
                                      HasSubstr("first risky-signin at 2026-03-17T04:44:00Z"))));
}

}  // namespace
}  // namespace dislodge::engine
