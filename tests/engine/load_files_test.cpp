#include "engine/load_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/load_file.hpp"

namespace dislodge::engine {
namespace {

StoredRecord message(std::string item, std::string id) {
  StoredRecord row;
  row.record.kind = evidence::RecordKind::message;
  row.record.item = std::move(item);
  row.record.message_id = std::move(id);
  return row;
}

StoredRecord load_row(std::string id, std::string name, std::string folder, std::string mailbox) {
  StoredRecord row;
  row.record.kind = evidence::RecordKind::document;
  row.record.media_type = mail::kLoadFileRow;
  row.record.item = "export.zip!/Items.csv!/1";
  row.record.message_id = std::move(id);
  row.record.name = std::move(name);
  row.record.folder = std::move(folder);
  row.record.sent = base::Time{1'705'042'800'000'000};
  row.record.people.push_back({evidence::PersonRole::delivered_to, "", std::move(mailbox)});
  return row;
}

TEST(LoadFiles, what_they_say_is_joined_by_id_and_by_path) {
  Picture picture;
  picture.records = {message("export.zip!/mail.pst!/200024", "m1@a.example"),
                     message("export.zip!/Exchange/alice/2.eml", ""),
                     load_row("m1@a.example", "", "Inbox/VPN", "alice@a.example"),
                     load_row("", "Exchange/alice/2.eml", "Sent", "alice@a.example")};
  picture.records[0].record.folder = "its own";
  EXPECT_TRUE(join_load_files(picture).empty());
  ASSERT_EQ(picture.records.size(), 2u);
  // What a message says itself stays.
  EXPECT_EQ(picture.records[0].record.folder, "its own");
  EXPECT_EQ(picture.records[0].record.sent.us, 1'705'042'800'000'000);
  ASSERT_EQ(picture.records[0].record.people.size(), 1u);
  EXPECT_EQ(picture.records[0].record.people[0].address, "alice@a.example");
  EXPECT_EQ(picture.records[1].record.folder, "Sent");
}

TEST(LoadFiles, what_they_name_and_nobody_handed_in_is_a_row_of_the_ledger) {
  Picture picture;
  picture.records = {message("a.mbox!/1", "m1@a.example"), load_row("m1@a.example", "", "", "a@a.example"),
                     load_row("m2@a.example", "", "", "a@a.example"),
                     load_row("m2@a.example", "", "", "b@a.example"),
                     load_row("", "lost.eml", "", "a@a.example")};
  const auto missing = join_load_files(picture);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].item, "message:m2@a.example");
  EXPECT_EQ(missing[0].state, evidence::LedgerState::not_held);
  tell_missing(missing, picture);
  tell_missing(missing, picture);  // known already: told once
  EXPECT_EQ(picture.ledger.size(), 1u);
  EXPECT_EQ(picture.totals.named_not_held, 1u);
  EXPECT_EQ(picture.totals.unread_items, 0u);
  EXPECT_EQ(picture.totals.not_held, 0u);  // no event shows it read
}

}  // namespace
}  // namespace dislodge::engine
