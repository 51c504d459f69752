#include "engine/stolen_pass.hpp"

#include <gtest/gtest.h>

#include "engine/load_files.hpp"
#include "engine/readable.hpp"
#include "engine/traced_mail.hpp"

namespace dislodge::engine {
namespace {

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

// A mailbox of three messages, the intruder's synchronisation of one folder on the 17th.
Picture synchronised(const std::string &folder) {
  Picture picture;
  EvidenceRow box;
  box.id = 1;
  box.root = "dora.pst";
  box.custodian = "Dora@brisk.example";
  picture.evidence.push_back(box);
  const auto message = [&](std::string id, std::string where, std::string_view received) {
    StoredRecord row;
    row.evidence = 1;
    row.record.kind = evidence::RecordKind::message;
    row.record.message_id = std::move(id);
    row.record.folder = std::move(where);
    row.record.received = at(received);
    picture.records.push_back(row);
  };
  message("1@x", "Top of Information Store/Inbox", "2025-03-01T00:00:00Z");
  message("2@x", "Top of Information Store/Inbox", "2025-03-20T00:00:00Z");
  message("3@x", "Top of Information Store/Sent Items", "2025-03-01T00:00:00Z");
  detect::Detection sync;
  sync.intruder = true;
  sync.mail_read.push_back({"dora@brisk.example", "", folder, at("2025-03-17T09:00:00Z"), false});
  picture.detections.push_back(sync);
  return picture;
}

// MailItemsAccessed writes "\\Inbox", a PST "Top of Information Store/Inbox"; what came after the
// synchronisation was not in it.
TEST(StolenPass, AFolderThatWasSynchronisedIsToldInMessages) {
  Picture picture = synchronised("\\Inbox");
  tell_stolen(picture);
  const Stolen &stolen = picture.stolen.at("dora@brisk.example");
  EXPECT_EQ(stolen.seen_accessed, 0u);
  EXPECT_EQ(stolen.in_accessed_folder, 1u);
  EXPECT_EQ(stolen.folder_unknown, 0u);
  EXPECT_EQ(stolen.could_be_read, 3u);
  EXPECT_EQ(picture.totals.not_exported, 0u);
}

TEST(StolenPass, AFolderWhoseNameOnlyBeginsAlikeIsAnother) {
  Picture picture = synchronised("\\Inbox\\Sent Items");
  tell_stolen(picture);
  EXPECT_EQ(picture.stolen.at("dora@brisk.example").in_accessed_folder, 0u);
}

// An mbox says no folders: what lay in the mailbox by then may have been in it.
TEST(StolenPass, WhereTheExportSaysNoFolderWhatWasThereCounts) {
  Picture picture = synchronised("\\Inbox");
  for (StoredRecord &row : picture.records) row.record.folder.clear();
  tell_stolen(picture);
  const Stolen &stolen = picture.stolen.at("dora@brisk.example");
  EXPECT_EQ(stolen.in_accessed_folder, 2u);
  EXPECT_EQ(stolen.folder_unknown, 2u);
}

// A message that came after the exposure ended was never there to be read.
TEST(StolenPass, WhatArrivedAfterTheExposureIsNotCounted) {
  Picture picture = synchronised("\\Inbox");
  picture.detections.clear();
  identity::Resource mailbox;
  mailbox.id = "resource:exchange/-/dora@brisk.example";
  mailbox.kind = "mailbox";
  mailbox.name = "dora@brisk.example";
  picture.facts.resources = {mailbox};
  reach::ReachRow row;
  row.id = mailbox.id;
  row.type = "resource";
  row.possible_intervals.add({at("2025-02-01T00:00:00Z"), at("2025-03-02T00:00:00Z")});
  picture.reach.rows = {row};
  tell_stolen(picture);
  EXPECT_EQ(picture.stolen.at("dora@brisk.example").could_be_read, 2u) << "the second came on the 20th";
  const ReadableMail readable(picture);
  EXPECT_TRUE(readable.lay_there(picture.records[0], "dora@brisk.example"));
  EXPECT_FALSE(readable.lay_there(picture.records[1], "dora@brisk.example"));
  EXPECT_FALSE(readable.lay_there(picture.records[0], "ida@brisk.example")) << "within nobody's reach";
  EXPECT_EQ(readable.span().from, at("2025-02-01T00:00:00Z"));
  EXPECT_EQ(readable.span().until, at("2025-03-02T00:00:00Z"));
  EXPECT_EQ(ReadableMail(Picture()).span().from, base::kTimeMin) << "no date that nothing shows";
}

TEST(StolenPass, AMailboxWhoseOwnerWasInferredIsExported) {
  Picture picture = synchronised("\\Inbox");
  picture.evidence[0].custodian.clear();
  picture.custodians[1] = "dora@brisk.example";
  tell_stolen(picture);
  EXPECT_EQ(picture.stolen.at("dora@brisk.example").could_be_read, 3u);
  EXPECT_EQ(picture.totals.not_exported, 0u);
}

// Of what an event names nobody says in the next line that no event tells whether it was opened.
TEST(StolenPass, WhatWasSeenAccessedIsNotCountedAgain) {
  Picture picture = synchronised("\\Inbox");
  for (const char *id : {"1@x", "2@x", "gone@x"})
    picture.detections[0].mail_read.push_back(
        {"dora@brisk.example", id, "", base::parse_time("2025-03-21T00:00:00Z").value(), false});
  tell_stolen(picture);
  const Stolen &stolen = picture.stolen.at("dora@brisk.example");
  EXPECT_EQ(stolen.seen_accessed, 3u);
  EXPECT_EQ(stolen.could_be_read, 1u);
  EXPECT_EQ(picture.totals.not_held, 1u);
}

TEST(StolenPass, WhereTheLogWasThrottledTheCountIsNotTheWhole) {
  Picture picture = synchronised("\\Inbox");
  EXPECT_FALSE((tell_stolen(picture), picture.stolen.at("dora@brisk.example").throttled));
  picture.detections[0].mail_read[0].throttled = true;
  tell_stolen(picture);
  EXPECT_TRUE(picture.stolen.at("dora@brisk.example").throttled);
}

TEST(StolenPass, AMailboxThatNobodyExportedIsARowOfTheLedger) {
  Picture picture = synchronised("\\Inbox");
  picture.records.clear();
  tell_stolen(picture);
  ASSERT_EQ(picture.ledger.size(), 1u);
  EXPECT_EQ(picture.ledger[0].item, "mailbox:dora@brisk.example");
  EXPECT_EQ(picture.ledger[0].state, evidence::LedgerState::not_exported);
}

// A message trace names what the export lacks: of mailboxes that could be read, for as long as they could.
TEST(StolenPass, MailThatATraceNamesAndNoMailboxHoldsIsTold) {
  Picture picture = synchronised("\\Inbox");
  identity::Resource mailbox;
  mailbox.id = "resource:exchange/-/dora@brisk.example";
  mailbox.kind = "mailbox";
  mailbox.name = "dora@brisk.example";
  picture.facts.resources = {mailbox};
  reach::ReachRow row;
  row.id = mailbox.id;
  row.type = "resource";
  row.grade = detect::Grade::possible;
  row.possible_intervals.add({base::kTimeMin, at("2025-03-15T00:00:00Z")});
  picture.reach.rows = {row};
  log::EventTable &events = picture.events;
  const auto traced = [&](std::string_view id, std::string_view to, std::string_view time,
                          std::string_view status = "Delivered", std::string_view delivered_to = "") {
    log::Event event;
    event.time = at(time);
    event.source = log::Source::message_trace;
    event.event_class = log::EventClass::message_flow;
    event.target_name = events.pool.intern(to);
    event.extra_begin = static_cast<std::uint32_t>(events.extras.size());
    const auto extra = [&](std::string_view key, std::string_view value) {
      if (value.empty()) return;
      events.extras.push_back({events.pool.intern(key), events.pool.intern(value)});
      ++event.extra_count;
    };
    extra("message-id", id);
    extra("status", status);
    extra("delivered-to", delivered_to);
    events.events.push_back(event);
  };
  traced("1@x", "dora@brisk.example", "2025-03-01T00:00:00Z");
  traced("gone@x", "dora@brisk.example", "2025-03-02T00:00:00Z");
  traced("gone@x", "dora@brisk.example", "2025-03-02T00:00:01Z");
  traced("late@x", "dora@brisk.example", "2025-03-16T00:00:00Z");
  traced("refused@x", "dora@brisk.example", "2025-03-02T00:00:00Z", "FilteredAsSpam");
  traced("received@x", "dora@brisk.example", "2025-03-02T00:00:00Z", "RECEIVE");
  traced("other@x", "eve@brisk.example", "2025-03-02T00:00:00Z");
  traced("steps@x", "eve@brisk.example;dora@brisk.example", "2025-03-03T00:00:00Z", "DELIVER");
  traced("portal@x", "eve@brisk.example", "2025-03-04T00:00:00Z", "", "dora@brisk.example");
  const auto rows = traced_and_not_held(picture);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].item, "message:gone@x");
  EXPECT_EQ(rows[0].parent, "mailbox:dora@brisk.example");
  EXPECT_EQ(rows[0].state, evidence::LedgerState::not_held);
  EXPECT_NE(rows[0].reason.find("on 2025-03-02"), std::string::npos) << rows[0].reason;
  EXPECT_EQ(rows[1].item, "message:portal@x");
  EXPECT_EQ(rows[2].item, "message:steps@x");
  // A total of their own: nobody saw the intruder read them, and nothing that was handed in was unreadable.
  tell_missing(rows, picture);
  EXPECT_EQ(picture.totals.named_not_held, 3u);
  EXPECT_EQ(picture.totals.not_held, 0u);
  EXPECT_EQ(picture.totals.unread_items, 0u);
}

}  // namespace
}  // namespace dislodge::engine
