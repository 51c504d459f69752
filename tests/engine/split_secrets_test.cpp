// The account in one message, its password in the next.
#include "engine/split_secrets.hpp"

#include <gtest/gtest.h>

namespace dislodge::engine {
namespace {

constexpr std::int64_t kStart = 1'760'000'000'000'000;

StoredRecord message(std::int64_t id, std::string from, std::string to, std::string subject,
                     std::int64_t hours, std::string reply_to = {}) {
  StoredRecord row;
  row.id = id;
  row.evidence = 1;
  row.record.kind = evidence::RecordKind::message;
  row.record.message_id = "m" + std::to_string(id) + "@acme.example";
  row.record.in_reply_to = std::move(reply_to);
  row.record.subject = std::move(subject);
  row.record.people = {{evidence::PersonRole::from, "", std::move(from)},
                       {evidence::PersonRole::to, "", std::move(to)}};
  row.record.sent = base::Time{kStart + hours * base::kHour};
  return row;
}

StoredSighting sighting(std::int64_t record, std::string kind, std::string user = {}) {
  StoredSighting row;
  row.evidence = 1;
  row.record = record;
  row.secret = std::string(32, static_cast<char>('a' + record));
  row.sighting.kind = std::move(kind);
  row.sighting.identifier = row.sighting.kind != "password";
  if (!user.empty()) row.sighting.hints.push_back({secret::HintKind::user, std::move(user)});
  return row;
}

std::string user_of(const StoredSighting &row) {
  return row.sighting.hints.empty() ? "" : row.sighting.hints.front().value;
}

void join(std::vector<StoredSighting> &rows, const std::vector<StoredRecord> &records) {
  SightingTable table;
  for (const StoredSighting &row : rows) table.push_back(row);
  join_split_secrets(table, records);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = table[i];
}

TEST(SplitSecrets, AWordAloneThatWasAnnouncedIsThePasswordOfTheAccount) {
  const std::vector<StoredRecord> records = {
      message(1, "it@acme.example", "kim@acme.example", "Your VPN account", 0),
      message(2, "it@acme.example", "kim@acme.example", "Re: Your VPN account", 1)};
  std::vector<StoredSighting> sightings = {sighting(1, "account-announced", "kmeyer"),
                                           sighting(2, "word-alone")};
  join(sightings, records);
  EXPECT_EQ(sightings[1].sighting.kind, "password");
  EXPECT_FALSE(sightings[1].sighting.identifier);
  EXPECT_EQ(user_of(sightings[1]), "kmeyer");
}

TEST(SplitSecrets, APasswordWithoutUserGetsTheAnnouncedOneByThread) {
  const std::vector<StoredRecord> records = {
      message(1, "it@acme.example", "kim@acme.example", "Account", 0),
      message(2, "it@acme.example", "kim@acme.example", "as promised", 30, "m1@acme.example")};
  std::vector<StoredSighting> sightings = {sighting(1, "account-announced", "kmeyer"),
                                           sighting(2, "password")};
  join(sightings, records);
  EXPECT_EQ(user_of(sightings[1]), "kmeyer");
}

TEST(SplitSecrets, OthersLaterOrEarlierMessagesAreNotJoined) {
  const std::vector<StoredRecord> records = {
      message(1, "it@acme.example", "kim@acme.example", "Account", 0),
      message(2, "tom@acme.example", "kim@acme.example", "Account", 1),       // another sender
      message(3, "it@acme.example", "ann@acme.example", "Account", 1),        // to somebody else
      message(4, "it@acme.example", "kim@acme.example", "Account", 24 * 30),  // a month later
      message(5, "it@acme.example", "kim@acme.example", "Account", -2),       // before
      message(6, "it@acme.example", "kim@acme.example", "Lunch", 1)};         // of something else
  std::vector<StoredSighting> sightings = {sighting(1, "account-announced", "kmeyer")};
  for (int id = 2; id <= 6; ++id) sightings.push_back(sighting(id, "word-alone"));
  join(sightings, records);
  for (std::size_t i = 1; i < sightings.size(); ++i) EXPECT_EQ(sightings[i].sighting.kind, "word-alone") << i;
}

TEST(SplitSecrets, AnApplicationSecretGetsTheIdsThatWereSentApart) {
  const std::vector<StoredRecord> records = {
      message(1, "it@acme.example", "kim@acme.example", "App registration", 0),
      message(2, "it@acme.example", "kim@acme.example", "RE: App registration", 1),
      message(3, "it@acme.example", "kim@acme.example", "Lunch", 2)};
  const std::string app = "0f2c9a4e-1b7d-4c53-8e6a-9d3b5f7c1e20";
  const std::string tenant = "6f3c1d8a-5b27-4e90-9c4d-2a7be81f0c63";
  std::vector<StoredSighting> sightings = {sighting(1, "application-id"), sighting(1, "tenant-id"),
                                           sighting(2, "entra-client-secret"),
                                           sighting(3, "entra-client-secret")};
  sightings[0].sighting.hints.push_back({secret::HintKind::application, app});
  sightings[1].sighting.hints.push_back({secret::HintKind::tenant, tenant});
  sightings[2].sighting.identifier = sightings[3].sighting.identifier = false;
  join(sightings, records);
  EXPECT_EQ(secret::hint(sightings[2].sighting, secret::HintKind::application), app);
  EXPECT_EQ(secret::hint(sightings[2].sighting, secret::HintKind::tenant), tenant);
  EXPECT_TRUE(sightings[3].sighting.hints.empty()) << "of another thread";
  // Two applications in the first message: nobody can say whose it is.
  sightings[2].sighting.hints.clear();
  sightings.push_back(sighting(1, "application-id"));
  sightings.back().sighting.hints.push_back(
      {secret::HintKind::application, "11111111-2222-4333-8444-555555555555"});
  join(sightings, records);
  EXPECT_TRUE(sightings[2].sighting.hints.empty());
}

TEST(SplitSecrets, ASecretKeyOfAwsGetsTheIdThatWentToSomebodyElse) {
  const std::vector<StoredRecord> records = {
      message(1, "it@acme.example", "ivan@acme.example", "AWS for the backup user", 0),
      message(2, "it@acme.example", "judy@acme.example", "AWS for the backup user", 0),
      message(3, "it@acme.example", "judy@acme.example", "AWS for the backup user", 24 * 3),  // days later
      message(4, "tom@acme.example", "judy@acme.example", "AWS for the backup user", 0),  // another sender
      message(5, "it@acme.example", "judy@acme.example", "Backups", 0)};                  // another subject
  const std::string id = "AKIAQYLPMN5HFIQR7BBB";
  std::vector<StoredSighting> sightings = {sighting(1, "aws-access-key-id", "backup")};
  sightings[0].sighting.hints.push_back({secret::HintKind::key_id, id});
  for (int record = 2; record <= 5; ++record) {
    sightings.push_back(sighting(record, "aws-secret-key"));
    sightings.back().sighting.identifier = false;
  }
  join(sightings, records);
  EXPECT_EQ(secret::hint(sightings[1].sighting, secret::HintKind::key_id), id);
  EXPECT_EQ(secret::hint(sightings[1].sighting, secret::HintKind::user), "backup");
  for (std::size_t i = 2; i < sightings.size(); ++i) EXPECT_TRUE(sightings[i].sighting.hints.empty()) << i;
}

TEST(SplitSecrets, IdsOfAwsThatMayBelongToAnotherSecretAreNotJoined) {
  const std::vector<StoredRecord> records = {message(1, "it@acme.example", "ivan@acme.example", "AWS", 0),
                                             message(2, "it@acme.example", "judy@acme.example", "AWS", 0)};
  std::vector<StoredSighting> several = {sighting(1, "aws-access-key-id"), sighting(1, "aws-access-key-id"),
                                         sighting(2, "aws-secret-key")};
  several[0].sighting.hints.push_back({secret::HintKind::key_id, "AKIAQYLPMN5HFIQR7BBB"});
  several[1].sighting.hints.push_back({secret::HintKind::key_id, "AKIAQYLPMN5HFIQR7CCC"});
  several[2].sighting.identifier = false;
  join(several, records);
  EXPECT_TRUE(several[2].sighting.hints.empty()) << "two ids";
  // The id has its secret beside it.
  std::vector<StoredSighting> taken = {several[0], sighting(1, "aws-secret-key"), several[2]};
  taken[1].sighting.identifier = false;
  join(taken, records);
  EXPECT_TRUE(taken[2].sighting.hints.empty());
}

TEST(SplitSecrets, AWordAloneInAnotherMailboxMayOpenTheArchiveOfItsSubject) {
  std::vector<StoredRecord> records = {
      message(1, "it@acme.example", "ivan@acme.example", "Lists", 0),
      message(2, "it@acme.example", "judy@acme.example", "Lists", 1),
      message(3, "it@acme.example", "judy@acme.example", "password", 1)};  // of whatever, to somebody else
  for (StoredRecord &row : records) row.record.item = "mail.mbox!/" + std::to_string(row.id);
  SightingTable table;
  for (int record = 2; record <= 3; ++record) table.push_back(sighting(record, "word-alone"));
  EXPECT_EQ(words_that_may_open({"mail.mbox!/1!/2!/list.txt"}, table, records),
            (std::vector<std::string>{std::string(32, 'c')}));
}

TEST(SplitSecrets, WithoutAnnouncementAWordStaysAWord) {
  const std::vector<StoredRecord> records = {message(1, "it@acme.example", "kim@acme.example", "ticket", 0)};
  std::vector<StoredSighting> sightings = {sighting(1, "word-alone")};
  join(sightings, records);
  EXPECT_EQ(sightings[0].sighting.kind, "word-alone");
  EXPECT_TRUE(sightings[0].sighting.identifier);
}

}  // namespace
}  // namespace dislodge::engine
