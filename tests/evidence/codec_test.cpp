// Records and ledger rows cross the border between worker and coordinator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/item.hpp"
#include "evidence/ledger.hpp"
#include "evidence/record.hpp"

namespace dislodge::evidence {
namespace {

TEST(Codec, ARecordComesBackAsItWas) {
  Record record;
  record.kind = RecordKind::blob;
  record.item = "app.bundle!/0a1b";
  record.message_id = "id@x";
  record.in_reply_to = "parent@x";
  record.references = {"a@x", "b@x"};
  record.subject = "Re: \xC3\xBC";
  record.people = {{PersonRole::committer, "Ann", "ann@x.example"}, {PersonRole::to, "", "b@x"}};
  record.sent = base::Time{-5};
  record.received = base::Time{1700000000000000};
  record.sent_text = "Fri, 12 Jan 2024";
  record.folder = "Inbox";
  record.quoted_bytes = 7;
  record.name = "a.txt";
  record.media_type = "text/plain";
  record.commit = "c0ffee";
  record.path = "conf/app.yml";
  record.committed = base::Time{1};
  record.commits = 3;
  base::WireWriter out;
  record.encode(out);
  base::WireReader in(out.bytes());
  const Record back = Record::decode(in);
  ASSERT_TRUE(in.finish("record"));
  base::WireWriter again;
  back.encode(again);
  EXPECT_EQ(again.bytes(), out.bytes());
  EXPECT_EQ(back.people[0].address, "ann@x.example");
  EXPECT_EQ(back.people[0].role, PersonRole::committer);
  EXPECT_EQ(back.references, record.references);
  EXPECT_EQ(back.sent, base::Time{-5});
  EXPECT_EQ(back.commits, 3u);
}

TEST(Codec, ALedgerRowComesBackAsItWas) {
  LedgerRow row{"a!/b", "a", LedgerState::encrypted, "why", "what to do", 100, 40, 1};
  base::WireWriter out;
  row.encode(out);
  base::WireReader in(out.bytes());
  const LedgerRow back = LedgerRow::decode(in);
  ASSERT_TRUE(in.finish("row"));
  EXPECT_EQ(back.item, "a!/b");
  EXPECT_EQ(back.parent, "a");
  EXPECT_EQ(back.state, LedgerState::encrypted);
  EXPECT_EQ(back.remedy, "what to do");
  EXPECT_EQ(back.size, 100u);
  EXPECT_EQ(back.read, 40u);
}

TEST(Codec, AStateOutsideTheListBecomesDamaged) {
  base::WireWriter out;
  out.text("i");
  out.text("");
  out.number(250);
  base::WireReader in(out.bytes());
  EXPECT_EQ(LedgerRow::decode(in).state, LedgerState::damaged);
}

TEST(Codec, CutMessagesAreNoticed) {
  Record record;
  record.item = "item";
  record.references = {"x"};
  base::WireWriter out;
  record.encode(out);
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    base::WireReader in(std::string_view(out.bytes()).substr(0, size));
    Record::decode(in);
    EXPECT_FALSE(in.finish("record"));
  }
}

TEST(Codec, NamesOfStatesAndTypesAreDistinct) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(LedgerState::not_exported); ++i)
    names.push_back(name_of(static_cast<LedgerState>(i)));
  for (int i = 0; i <= static_cast<int>(ItemType::evtx); ++i)
    names.push_back(name_of(static_cast<ItemType>(i)));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace dislodge::evidence
