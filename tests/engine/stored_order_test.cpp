// Rows come back in the order that the case's own sorting would give, whatever the order they were kept in.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <random>

#include "base/secure.hpp"
#include "base/wire.hpp"
#include "engine/load_case.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;

class StoredOrder : public testing::Test {
 protected:
  void SetUp() override {
    base::harden_process();
    folder_ = (fs::temp_directory_path() / "dislodge-order-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    casefile::Unlock unlock;
    unlock.key_file = base::SecretBytes::random(32);
    auto made = casefile::Case::create(fs::path(folder_) / "case", unlock);
    ASSERT_TRUE(made) << made.error().message;
    case_ = std::move(*made);
  }
  void TearDown() override {
    case_.reset();
    fs::remove_all(folder_);
  }
  void run(const std::string &sql) { ASSERT_TRUE(case_->database().execute(sql)) << sql; }

  std::string folder_;
  std::unique_ptr<casefile::Case> case_;
};

TEST_F(StoredOrder, SightingsAndRecordsOfUnitsThatWereReadAgain) {
  std::mt19937 random(5);
  run("PRAGMA foreign_keys=OFF; BEGIN");
  const std::vector<std::string> roots = {"mail/b.mbox", "mail/a.mbox", "x.bundle", "mail/a.mbox.zip"};
  for (int unit = 0; unit < 12; ++unit) {
    const auto evidence = static_cast<std::int64_t>(random() % roots.size());
    for (int i = 0; i < 25; ++i) {
      secret::Sighting one;
      one.item = roots[static_cast<std::size_t>(evidence)] +
                 (random() % 4 == 0 ? "" : "!/" + std::to_string(random() % 12));
      one.offset = random() % 3;
      const std::string secret = "s" + std::to_string(random() % 4);
      base::WireWriter body;
      one.encode(body);
      auto insert = case_->database().prepare(
          "INSERT INTO sighting (evidence, unit, secret, record, item, line, offset, body) VALUES (?, ?, ?, "
          "NULL, ?, "
          "1, ?, ?)");
      ASSERT_TRUE(insert);
      insert->bind_all(evidence, "u" + std::to_string(unit), secret, one.item, one.offset)
          .bind_blob(6, body.bytes());
      ASSERT_TRUE(insert->run());
      evidence::Record record;
      record.item = one.item;
      base::WireWriter kept;
      record.encode(kept);
      auto keep = case_->database().prepare(
          "INSERT INTO record (evidence, unit, item, kind, message_id, sent, body) VALUES (?, ?, ?, "
          "'message', '', 0, "
          "?)");
      ASSERT_TRUE(keep);
      keep->bind_all(evidence, "u" + std::to_string(unit), record.item).bind_blob(4, kept.bytes());
      ASSERT_TRUE(keep->run());
    }
  }
  run("DELETE FROM sighting WHERE rowid % 7 = 3; DELETE FROM record WHERE id % 5 = 1; COMMIT");

  const auto sightings = load_sightings(*case_);
  ASSERT_TRUE(sightings) << sightings.error().message;
  auto sorted = case_->database().prepare(
      "SELECT evidence, item, offset, secret FROM sighting ORDER BY item, offset, secret, rowid");
  ASSERT_TRUE(sorted);
  std::size_t at = 0;
  for (; *sorted->step(); ++at) {
    ASSERT_LT(at, sightings->size());
    const StoredSighting &row = (*sightings)[at];
    EXPECT_EQ(row.evidence, sorted->integer(0));
    EXPECT_EQ(row.sighting.item, sorted->text(1));
    EXPECT_EQ(row.sighting.offset, static_cast<std::uint64_t>(sorted->integer(2)));
    EXPECT_EQ(row.secret, sorted->text(3));
  }
  EXPECT_EQ(at, sightings->size());

  for (const int threads : {1, 2}) {
    const auto content = load_case(*case_, threads);
    ASSERT_TRUE(content) << content.error().message;
    ASSERT_EQ(content->sightings.size(), sightings->size());
    for (std::size_t i = 0; i < sightings->size(); ++i) {
      EXPECT_EQ(content->sightings.secret(i), sightings->secret(i));
      EXPECT_EQ(content->sightings.row(i).sighting.item, sightings->row(i).sighting.item);
    }
    EXPECT_EQ(content->records.size(),
              static_cast<std::size_t>(*case_->database().integer("SELECT count(*) FROM record").value()));
  }

  const auto records = load_records(*case_);
  ASSERT_TRUE(records) << records.error().message;
  auto listed = case_->database().prepare("SELECT id FROM record ORDER BY item, id");
  ASSERT_TRUE(listed);
  for (at = 0; *listed->step(); ++at) {
    ASSERT_LT(at, records->size());
    EXPECT_EQ((*records)[at].id, listed->integer(0));
  }
  EXPECT_EQ(at, records->size());
}

TEST_F(StoredOrder, LengthsOfSecrets) {
  run("INSERT INTO secret VALUES ('00112233445566778899aabbccddeeff', x'00', 12), ('s', x'00', 7)");
  const auto lengths = load_secret_lengths(*case_);
  ASSERT_TRUE(lengths) << lengths.error().message;
  EXPECT_EQ(lengths->of("00112233445566778899aabbccddeeff"), 12u);
  EXPECT_EQ(lengths->of("s"), 7u);
  EXPECT_EQ(lengths->of("none"), 0u);
}

}  // namespace
}  // namespace dislodge::engine
