#include "mail/pst.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "collecting_sink.hpp"
#include "mail/message.hpp"
#include "pst_writer.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;
using test::pst_number;
using test::pst_text;
using test::PstValue;
using test::PstWriter;

CollectingSink read(std::string_view bytes) {
  CollectingSink sink([](const evidence::ItemView &item) -> test::Reader {
    if (item.type == evidence::ItemType::message) return read_message;
    return {};
  });
  const auto done = read_pst(test::item_of("exec.pst", bytes), sink);
  if (!done) sink.errors.push_back(done.error().message);
  return sink;
}

std::vector<PstValue> note(std::string_view subject, std::string_view body) {
  return {pst_text(0x001A, "IPM.Note"), pst_text(0x0037, subject), pst_text(0x0C1A, "Ada"),
          pst_text(0x0C1F, "ada@a.example"), pst_text(0x1000, body)};
}
std::vector<PstValue> person(std::uint32_t kind, std::string_view name, std::string_view address) {
  return {pst_number(0x0C15, kind), pst_text(0x3001, name), pst_text(0x39FE, address)};
}

std::string sample(PstForm form, PstCipher cipher) {
  PstWriter writer(form, cipher);
  const std::uint32_t root = writer.folder(9, "Top", 0);
  const std::uint32_t inbox = writer.folder(10, "Inbox", root);
  const auto inner = writer.message(note("inner", "the inner one"));
  const std::string long_body(20'000, 'b');
  writer.node(
      0x200024,
      writer.message(
          note("first", "password is Horse7"),
          {person(1, "Bob", "bob@b.example"), person(3, "Eve", "eve@e.example")},
          {{{pst_text(0x3707, "key.txt"), {0x3701, 0x0102, "secret bytes"}, pst_number(0x3705, 1)}, {}},
           {{pst_text(0x3001, "inner"), pst_number(0x3705, 5)}, inner}}),
      inbox);
  writer.node(0x200044, writer.message(note("long", long_body + " end of it")), inbox);
  return writer.write();
}

TEST(Pst, ReadsEveryFormWithEveryCipher) {
  for (const PstForm form : {PstForm::ansi, PstForm::unicode, PstForm::unicode_4k}) {
    for (const PstCipher cipher : {PstCipher::none, PstCipher::permute, PstCipher::cyclic}) {
      SCOPED_TRACE(testing::Message() << "form " << int(form) << " cipher " << int(cipher));
      const CollectingSink sink = read(sample(form, cipher));
      EXPECT_TRUE(sink.errors.empty());
      EXPECT_TRUE(sink.unreads.empty());
      ASSERT_EQ(sink.records.size(), 3u);
      const evidence::Record &first = sink.records[0];
      EXPECT_EQ(first.item, "exec.pst!/200024");
      EXPECT_EQ(first.subject, "first");
      EXPECT_EQ(first.folder, "Top/Inbox");
      ASSERT_EQ(first.people.size(), 3u);
      EXPECT_EQ(first.people[0].address, "ada@a.example");
      EXPECT_EQ(first.people[2].role, evidence::PersonRole::bcc);
      EXPECT_EQ(first.people[2].address, "eve@e.example");
      EXPECT_NE(sink.text_of("exec.pst!/200024!/1"), nullptr);
      EXPECT_EQ(sink.text_of("exec.pst!/200024!/1")->text, "password is Horse7");
      const auto paths = sink.paths();
      ASSERT_EQ(std::count(paths.begin(), paths.end(), "exec.pst!/200024!/2"), 1);
      for (const auto &child : sink.children)
        if (child.path == "exec.pst!/200024!/2") {
          EXPECT_EQ(child.bytes, "secret bytes");
          EXPECT_EQ(child.name, "key.txt");
        }
      EXPECT_EQ(sink.records[1].item, "exec.pst!/200024!/3");
      EXPECT_EQ(sink.records[1].subject, "inner");
      EXPECT_EQ(sink.records[2].item, "exec.pst!/200044");
      const auto *body = sink.text_of("exec.pst!/200044!/1");
      ASSERT_NE(body, nullptr);
      EXPECT_TRUE(body->text.ends_with("b end of it"));
      EXPECT_EQ(body->text.size(), 20'010u);
    }
  }
}

// Where libpff and readpst give nothing: the trees lie at the end and are gone.
TEST(Pst, ACutFileGivesTheMessagesWhoseBlocksAreThere) {
  for (const PstForm form : {PstForm::ansi, PstForm::unicode, PstForm::unicode_4k}) {
    PstWriter writer(form, PstCipher::permute);
    const std::uint32_t inbox = writer.folder(9, "Inbox", 0);
    std::vector<std::uint64_t> ends;
    constexpr std::uint32_t kMessages = 100;
    for (std::uint32_t i = 0; i < kMessages; ++i) {
      const std::string subject = "subject " + std::to_string(i);
      writer.node(0x200004 + 32 * i,
                  writer.message(note(subject, std::string(i * 100, 'x') + " body " + std::to_string(i)),
                                 {person(1, "Bob", "bob@b.example")},
                                 {{{pst_text(0x3707, "a.bin"), {0x3701, 0x0102, "data " + subject}}, {}}}),
                  inbox);
      ends.push_back(writer.size());
    }
    const std::string whole = writer.write();
    for (const double share : {0.5, 0.7, 0.9}) {
      SCOPED_TRACE(testing::Message() << "form " << int(form) << " share " << share);
      const auto size = static_cast<std::size_t>(static_cast<double>(whole.size()) * share);
      const auto there = static_cast<std::size_t>(
          std::count_if(ends.begin(), ends.end(), [&](std::uint64_t end) { return end <= size; }));
      const CollectingSink sink = read(std::string_view(whole).substr(0, size));
      EXPECT_FALSE(sink.unreads.empty());
      std::size_t found = 0;
      std::size_t attached = 0;
      for (const evidence::Record &record : sink.records)
        if (record.subject.starts_with("subject ") && record.people.size() == 2) ++found;
      for (const auto &child : sink.children)
        if (child.bytes.starts_with("data subject ")) ++attached;
      EXPECT_GE(found * 10, there * 8);
      EXPECT_GE(attached * 10, there * 8);
      EXPECT_GT(there, 20u);
    }
  }
}

TEST(Pst, DeletedMessagesAreReadFromPagesThatTheTreeNoLongerReaches) {
  PstWriter writer;
  const std::uint32_t inbox = writer.folder(9, "Inbox", 0);
  writer.node(0x200024, writer.message(note("kept", "kept text")), inbox);
  writer.node(0x200044, writer.message(note("deleted", "deleted text")), inbox);
  writer.write();
  writer.forget(0x200044);
  const CollectingSink sink = read(writer.write());
  EXPECT_TRUE(sink.unreads.empty());
  ASSERT_EQ(sink.records.size(), 2u);
  EXPECT_EQ(sink.records[1].subject, "deleted");
}

TEST(Pst, AMessageWithoutItsFolderIsReadAsOrphaned) {
  PstWriter writer;
  writer.node(0x200024, writer.message(note("alone", "text")), 0x8042);
  const CollectingSink sink = read(writer.write());
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_EQ(sink.records[0].folder, "(orphaned)");
}

TEST(Pst, ABrokenBlockCostsItsMessageOnly) {
  std::string bytes = sample(PstForm::unicode, PstCipher::none);
  bytes.replace(bytes.find("secret bytes"), 6, "SECRET");
  const CollectingSink sink = read(bytes);
  EXPECT_FALSE(sink.unreads.empty());
  ASSERT_FALSE(sink.records.empty());
  bool other = false;
  for (const evidence::Record &record : sink.records) other = other || record.subject == "long";
  EXPECT_TRUE(other);
}

TEST(Pst, HostileInputEnds) {
  const std::string good = sample(PstForm::unicode, PstCipher::permute);
  std::uint32_t state = 1;
  for (int round = 0; round < 60; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 50; ++i) {
      state = state * 1664525u + 1013904223u;
      bytes[(state >> 4) % bytes.size()] = static_cast<char>(state >> 24);
    }
    read(bytes);
  }
  for (std::size_t size = 0; size < good.size(); size += 997) read(std::string_view(good).substr(0, size));
}

}  // namespace
}  // namespace dislodge::mail
