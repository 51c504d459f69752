// Files that were handed in one by one: what lies in one folder is one thing that could be read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/inputs.hpp"
#include "engine/secrets_pass.hpp"

namespace dislodge::engine {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

EvidenceRow row(std::int64_t id, std::string root, std::string type) {
  EvidenceRow one;
  one.id = id;
  one.root = std::move(root);
  one.type = std::move(type);
  return one;
}

StoredRecord message(std::int64_t id, std::int64_t evidence, std::vector<std::string> people) {
  StoredRecord one;
  one.id = id;
  one.evidence = evidence;
  one.record.kind = evidence::RecordKind::message;
  for (std::string &address : people) {
    evidence::Person person;
    person.address = std::move(address);
    one.record.people.push_back(std::move(person));
  }
  return one;
}

TEST(LooseFiles, OfOneFolderAreOneResourceWithOneExposure) {
  std::vector<EvidenceRow> rows;
  for (int i = 1; i <= 150; ++i) rows.push_back(row(i, "share/plans/" + std::to_string(i) + ".txt", "text"));
  rows.push_back(row(151, "share/other/alone.txt", "text"));
  identity::Facts facts;
  const Held held = hold_evidence(rows, {}, facts);
  EXPECT_EQ(held.resource.at(1), "resource:evidence/share/plans");
  EXPECT_EQ(held.resource.at(150), held.resource.at(1));
  EXPECT_EQ(held.resource.at(151), "resource:evidence/share/other/alone.txt");
  ASSERT_EQ(facts.resources.size(), 2u);
  for (const identity::Resource &one : facts.resources) {
    const bool folder = one.id == held.resource.at(1);
    EXPECT_EQ(one.name, folder ? "share/plans (150 files)" : "share/other/alone.txt");
  }
  add_exposures(rows, held, facts);
  EXPECT_EQ(facts.exposures.size(), 2u);
}

// Had one of them been exposed at another time, reading one would say nothing of the other.
TEST(LooseFiles, ExposedAtSeveralTimesStayApart) {
  std::vector<EvidenceRow> rows = {row(1, "share/a.txt", "text"), row(2, "share/b.txt", "text")};
  rows[1].exposure_said = true;
  rows[1].exposed = {base::Time{0}, base::Time{base::kDay}};
  identity::Facts facts;
  const Held held = hold_evidence(rows, {}, facts);
  EXPECT_NE(held.resource.at(1), held.resource.at(2));
  add_exposures(rows, held, facts);
  EXPECT_EQ(facts.exposures.size(), 2u);
}

TEST(LooseFiles, AMailboxThatWasExportedAFileAMessageHasAnOwner) {
  std::vector<EvidenceRow> rows;
  std::vector<StoredRecord> records;
  for (int i = 1; i <= 4; ++i) {
    rows.push_back(row(i, "export/ana/" + std::to_string(i) + ".eml", "message"));
    records.push_back(message(i, i, {"ana@acme.example", "p" + std::to_string(i) + "@other.example"}));
  }
  rows.push_back(row(5, "export/box.mbox", "mbox"));
  identity::Facts facts;
  const Held held = hold_evidence(rows, records, facts);
  EXPECT_EQ(held.custodian.at(1), "ana@acme.example");
  EXPECT_EQ(held.resource.at(4), held.resource.at(1));
  EXPECT_EQ(held.resource.at(5), "resource:evidence/export/box.mbox") << "a mailbox of its own";
}

TEST(Verdict, WithoutLogsAndDirectoryTheCaseIsNotClosed) {
  Picture picture;
  EXPECT_THAT(not_covered(picture), Contains(HasSubstr("no log was handed in")));
  EXPECT_THAT(not_covered(picture), Contains(HasSubstr("no directory was handed in")));
  picture.directories.insert("directory/azurehound.json");
  picture.coverage.emplace_back();
  EXPECT_THAT(not_covered(picture), Not(Contains(HasSubstr("was handed in:"))));
}

// A log testifies about the intruder: packed a file a day in a folder, or all of it in one archive, it is no
// share of documents that they could read. One that lies in a mailbox does not make the mailbox a log.
TEST(LooseFiles, LogsAreNotWhatWasStolen) {
  const std::vector<EvidenceRow> rows = {
      row(1, "trail/1.json.gz", "gzip"), row(2, "trail/2.json.gz", "gzip"), row(3, "logs.zip", "zip"),
      row(4, "share.zip", "zip"),        row(5, "box.mbox", "mbox"),
  };
  const std::vector<std::string> files = {"trail/1.json.gz!/1.json", "trail/2.json.gz!/2.json",
                                          "logs.zip!/a.csv", "share.zip!/auth.log", "box.mbox!/1!/2"};
  StoredSighting in_log, in_share;
  in_log.evidence = 3;
  in_log.sighting.item = "logs.zip!/a.csv!/~base64@12";
  in_share.evidence = 4;
  in_share.sighting.item = "share.zip!/notes.txt";
  StoredRecord mail = message(1, 5, {"ana@acme.example"});
  mail.record.item = "box.mbox!/1";
  const std::vector<std::int64_t> logs = logs_among(rows, {mail}, {in_log, in_share}, files);
  EXPECT_EQ(logs, (std::vector<std::int64_t>{1, 2, 3}));

  identity::Facts facts;
  const Held held = hold_evidence(rows, {mail}, facts, logs);
  add_exposures(rows, held, facts);
  EXPECT_EQ(facts.exposures.size(), 2u);
  for (const identity::Exposure &one : facts.exposures)
    EXPECT_THAT(one.resource, testing::AnyOf("resource:evidence/share.zip", "resource:evidence/box.mbox"));
}

// All of it from one to the other: the people do not tell whose it is, the log of reading does.
TEST(LooseFiles, AMailboxOfTwoIsWhoseTheLogSays) {
  const std::vector<EvidenceRow> rows = {row(1, "export.mbox", "mbox")};
  std::vector<StoredRecord> records;
  for (int i = 1; i <= 4; ++i) {
    records.push_back(message(i, 1, {"carl@acme.example", "dora@acme.example"}));
    records.back().record.message_id = std::to_string(i) + "@x";
  }
  identity::Facts facts;
  EXPECT_EQ(hold_evidence(rows, records, facts).custodian.at(1), "");
  identity::Facts again;
  const Held held = hold_evidence(rows, records, again, {}, {{"2@x", "dora@acme.example"}});
  EXPECT_EQ(held.custodian.at(1), "dora@acme.example");
  EXPECT_EQ(held.resource.at(1), "resource:mail/acme.example/dora@acme.example");
  // Where the log names the tenant, that mailbox is this one.
  identity::Facts logged;
  identity::Resource box;
  box.id = "resource:exchange/22222222-2222-2222-2222-222222222222/dora@acme.example";
  box.kind = "mailbox";
  logged.resources.push_back(box);
  EXPECT_EQ(hold_evidence(rows, records, logged, {}, {{"2@x", "dora@acme.example"}}).resource.at(1), box.id);
  for (StoredRecord &one : records) {
    one.record.people[1].role = evidence::PersonRole::delivered_to;
  }
  identity::Facts delivered;
  EXPECT_EQ(hold_evidence(rows, records, delivered).custodian.at(1), "dora@acme.example");
}

TEST(LooseFiles, AMailboxOfTwoIsWhoseNameItBears) {
  for (const auto &[file, owner] : {std::pair("in/dora.mbox", "dora@acme.example"),
                                    std::pair("in/carl@acme.example.mbox", "carl@acme.example"),
                                    std::pair("in/dora-2.mbox", ""), std::pair("in/dora.lee.mbox", "")}) {
    const std::vector<EvidenceRow> rows = {row(1, file, "mbox")};
    std::vector<StoredRecord> records;
    for (int i = 1; i <= 4; ++i) records.push_back(message(i, 1, {"carl@acme.example", "dora@acme.example"}));
    identity::Facts facts;
    EXPECT_EQ(hold_evidence(rows, records, facts).custodian.at(1), owner) << file;
  }
}

StoredRecord packed(std::int64_t evidence, const std::string &item, std::vector<std::string> people) {
  StoredRecord one = message(evidence, evidence, std::move(people));
  one.record.item = item;
  return one;
}

// Purview's and Vault's own form.
TEST(PackedMailbox, IsItsOwnersWhomItsFoldersAreNamedAfter) {
  std::vector<EvidenceRow> rows = {row(1, "in/export.zip", "zip"), row(2, "in/other.zip", "zip")};
  const std::vector<StoredRecord> records = {
      packed(1,
             "in/export.zip!/Exchange/Ann.Lee@brisk.example (Primary)/Top of Information Store/Inbox/1.eml",
             {"bob@brisk.example", "ann.lee@brisk.example"}),
      packed(2, "in/other.zip!/dora@brisk.example.mbox!/7", {"x@y.example"})};
  identity::Facts facts;
  const Held held = hold_evidence(rows, records, facts, {});
  EXPECT_EQ(held.custodian.at(1), "ann.lee@brisk.example");
  EXPECT_EQ(held.custodian.at(2), "dora@brisk.example");
  EXPECT_NE(held.resource.at(1), held.resource.at(2));
  EXPECT_THAT(held.resource.at(1), HasSubstr("ann.lee@brisk.example"));
  ASSERT_EQ(facts.resources.size(), 2u);
  EXPECT_EQ(facts.resources[0].kind, "mailbox");
  EXPECT_THAT(held.inferred, Contains(HasSubstr("in/export.zip: taken for the mailbox of ann.lee")));
}

TEST(PackedMailbox, OfWhoIsOnMostOfItsMessagesWhereNothingIsNamed) {
  std::vector<EvidenceRow> rows = {row(1, "a.tgz", "gzip"), row(2, "docs.zip", "zip")};
  std::vector<StoredRecord> records;
  for (const char *other : {"x@a.example", "y@b.example", "z@c.example"})
    records.push_back(packed(1, "a.tgz!/a.tar!/Inbox/1.eml", {"dora@brisk.example", other}));
  identity::Facts facts;
  const Held held = hold_evidence(rows, records, facts, {});
  EXPECT_EQ(held.custodian.at(1), "dora@brisk.example");
  EXPECT_EQ(held.resource.at(2), "resource:evidence/docs.zip");
}

TEST(PackedMailbox, OfSeveralPeopleIsNobodysAndSaysSo) {
  std::vector<EvidenceRow> rows = {row(1, "all.zip", "zip")};
  const std::vector<StoredRecord> records = {
      packed(1, "all.zip!/Exchange/ann@brisk.example (Primary)/1.eml", {"ann@brisk.example"}),
      packed(1, "all.zip!/Exchange/bob@brisk.example (Primary)/1.eml", {"bob@brisk.example"})};
  identity::Facts facts;
  const Held held = hold_evidence(rows, records, facts, {});
  EXPECT_EQ(held.resource.at(1), "resource:evidence/all.zip");
  EXPECT_THAT(held.inferred, Contains(HasSubstr("mailboxes of several people")));
}

}  // namespace
}  // namespace dislodge::engine
