// What a case keeps of records and sightings is their encoding (evidence/record.hpp, secret/sighting.hpp).
// Its version is the case's schema: an older case is brought forward by a migration, then read anew, never
// misread.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/hash.hpp"
#include "base/secure.hpp"
#include "casefile/case.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;

evidence::Record whole_record() {
  evidence::Record record;
  record.kind = evidence::RecordKind::blob;
  record.item = "a.mbox!/7";
  record.message_id = "id@x.example";
  record.in_reply_to = "parent@x.example";
  record.references = {"a@x.example"};
  record.subject = "keys";
  record.people = {{evidence::PersonRole::from, "Ann", "ann@x.example"}};
  record.sent = base::Time{1'700'000'000'000'000};
  record.received = base::Time{1'700'000'001'000'000};
  record.sent_text = "Tue, 14 Nov 2023";
  record.folder = "Inbox";
  record.quoted_bytes = 7;
  record.name = "a.txt";
  record.media_type = "text/plain";
  record.commit = "c0ffee";
  record.path = "conf/app.yml";
  record.committed = base::Time{5};
  record.commits = 3;
  record.affiliations = {"Example GmbH"};
  return record;
}

secret::Sighting whole_sighting() {
  secret::Sighting s;
  s.kind = "password";
  s.rule = "prose";
  s.item = "a.mbox!/7";
  s.line = 3;
  s.column = 4;
  s.offset = 99;
  s.length = 12;
  s.space = evidence::Space::text;
  s.mask = "P… (8-15)";
  s.confidence = 0.75;
  s.value = 1;
  s.record = 0;
  s.quote_depth = 2;
  s.closing = secret::Closing::signature;
  s.identifier = true;
  s.latent = true;
  s.hints = {{secret::HintKind::user, "svc"}};
  s.rejected = "example";
  return s;
}

template <typename Value>
std::string encoded(const Value &value) {
  base::WireWriter out;
  value.encode(out);
  return out.take();
}

TEST(StoredEncoding, AChangeOfItRaisesTheSchema) {
  // Where one of these differs, what older cases hold would be misread: raise casefile::kSchemaVersion, add
  // the migration that brings stored bodies forward (casefile/case.cpp), then put the new digest here.
  ASSERT_EQ(casefile::kSchemaVersion, 6);
  EXPECT_EQ(base::to_hex(base::sha256(encoded(whole_record()))),
            "9818bb6e47d716d1a06e05f1d761dc860f61266462df5f9b9649645f517c2e0e");
  EXPECT_EQ(base::to_hex(base::sha256(encoded(whole_sighting()))),
            "5c4ffbf7830b41f078cac425a1b640f2ec7326be7321821ea292ceb379c83f00");
}

TEST(StoredEncoding, AnOlderCaseIsBroughtForward) {
  base::harden_process();
  std::string folder = (fs::temp_directory_path() / "dislodge-stored-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  casefile::Unlock unlock;
  unlock.key_file = base::SecretBytes::random(32);
  const fs::path place = fs::path(folder) / "case";
  {
    auto made = casefile::Case::create(place, unlock);
    ASSERT_TRUE(made) << made.error().message;
    casefile::Database &database = (*made)->database();
    ASSERT_TRUE(database.execute("INSERT INTO secret VALUES ('s', x'00', 12)"));
    // As schema 3 wrote a record and schema 4 a sighting: without what each got at its end.
    evidence::Record plain = whole_record();
    plain.affiliations.clear();
    std::string record = encoded(plain);
    record.pop_back();
    std::string sighting = encoded(whole_sighting());
    sighting.pop_back();
    auto insert = database.prepare(
        "INSERT INTO sighting (evidence, unit, secret, record, item, line, offset, body) VALUES (1, 'u', "
        "'s', NULL, "
        "'a.mbox!/7', 3, 99, ?)");
    ASSERT_TRUE(insert);
    insert->bind_blob(1, sighting);
    ASSERT_TRUE(insert->run());
    auto keep = database.prepare(
        "INSERT INTO record (evidence, unit, item, kind, message_id, sent, body) VALUES (1, 'u', "
        "'a.mbox!/7', 'blob', "
        "'', 0, ?)");
    ASSERT_TRUE(keep);
    keep->bind_blob(1, record);
    ASSERT_TRUE(keep->run());
    ASSERT_TRUE(database.execute("DROP TABLE exposed_again; PRAGMA user_version=3"));
  }
  const auto refused = casefile::Case::open(place, unlock, casefile::Case::Access::read);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("dislodge investigate"), std::string::npos);
  {
    auto brought = casefile::Case::open(place, unlock, casefile::Case::Access::write);
    ASSERT_TRUE(brought) << brought.error().message;
    const auto sightings = load_sightings(**brought);
    ASSERT_TRUE(sightings) << sightings.error().message;
    ASSERT_EQ(sightings->size(), 1u);
    EXPECT_EQ((*sightings)[0].sighting.rejected, "example");
    EXPECT_EQ((*sightings)[0].sighting.closing, secret::Closing::none);
    EXPECT_EQ((*sightings)[0].sighting.hints.size(), 1u);
    const auto records = load_records(**brought);
    ASSERT_TRUE(records) << records.error().message;
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ((*records)[0].record.commits, 3u);
    EXPECT_TRUE((*records)[0].record.affiliations.empty());
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace dislodge::engine
