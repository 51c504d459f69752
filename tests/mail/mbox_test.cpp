#include "mail/mbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "collecting_sink.hpp"
#include "evidence/mail_signature.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;

const std::string kThree =
    "From a@example.com Fri Jan 12 07:08:09 2024\nSubject: one\n\nFrom what I can tell, Fri is fine\n>From "
    "x\n\n"
    "From 1787@xxx Fri Jan 12 07:08:10 +0000 2024\nSubject: two\n\nno blank line before the next\n"
    "From MAILER-DAEMON  Sat Jan 13 00:00:00 2024\r\nSubject: three\r\n\r\nlast, cut off";

std::vector<std::string> subjects(std::string_view bytes, const MboxRange *range = nullptr,
                                  std::vector<std::string> *paths = nullptr) {
  CollectingSink sink([](const evidence::ItemView &) -> test::Reader { return read_message; });
  const evidence::ItemView item = test::item_of("x.mbox", bytes);
  EXPECT_TRUE((range == nullptr ? read_mbox(item, sink) : read_mbox_range(item, *range, sink)).has_value());
  std::vector<std::string> out;
  for (const auto &record : sink.records) {
    out.push_back(record.subject);
    if (paths != nullptr) paths->push_back(record.item);
  }
  return out;
}

TEST(Mbox, messages_are_split_at_separators_only) {
  std::vector<std::string> paths;
  EXPECT_THAT(subjects(kThree, nullptr, &paths), testing::ElementsAre("one", "two", "three"));
  EXPECT_THAT(paths, testing::ElementsAre("x.mbox!/1", "x.mbox!/2", "x.mbox!/3"));
}

TEST(Mbox, bytes_are_borrowed_and_keep_their_quoting) {
  CollectingSink sink;
  ASSERT_TRUE(read_mbox(test::item_of("x", kThree), sink).has_value());
  ASSERT_EQ(sink.children.size(), 3u);
  EXPECT_EQ(sink.children[0].bytes, "Subject: one\n\nFrom what I can tell, Fri is fine\n>From x\n");
  EXPECT_EQ(sink.children[1].bytes, "Subject: two\n\nno blank line before the next\n");
  EXPECT_EQ(sink.children[2].bytes, "Subject: three\r\n\r\nlast, cut off");
  EXPECT_EQ(sink.children[0].type, evidence::ItemType::message);
}

TEST(Mbox, separator_broken_over_two_lines) {
  const std::string mbox =
      "From somebody with a very long address\n  at example.com  Mon Jan  1 00:00:00 2024\nSubject: x\n\nb\n";
  EXPECT_THAT(subjects(mbox), testing::ElementsAre("x"));
}

TEST(Mbox, text_in_a_header_is_no_separator) {
  const std::string mbox =
      "From a Mon Jan  1 00:00:00 2024\nDKIM-Signature: h=\nFrom : to : subject;\nSubject: x\n\nb\n";
  EXPECT_THAT(subjects(mbox), testing::ElementsAre("x"));
}

TEST(Mbox, preamble_is_scanned_with_its_place) {
  CollectingSink sink;
  const std::string mbox = "garbage pw=1\n" + kThree;
  ASSERT_TRUE(read_mbox(test::item_of("x", mbox), sink).has_value());
  ASSERT_EQ(sink.texts.size(), 2u);  // and the lines between messages
  EXPECT_EQ(sink.texts[0].text, "garbage pw=1\n");
  EXPECT_EQ(sink.children.size(), 3u);
}

TEST(Mbox, every_cut_into_ranges_gives_the_same_messages) {
  for (std::uint64_t unit = 1; unit <= kThree.size() + 1; ++unit) {
    std::vector<std::string> found;
    std::vector<std::string> paths;
    std::uint64_t owned = 0;
    for (const MboxRange &range : mbox_ranges(kThree, unit)) {
      for (auto &subject : subjects(kThree, &range, &paths)) found.push_back(subject);
      const ByteRange bytes = owned_bytes(kThree, range);
      EXPECT_EQ(bytes.begin, owned);
      owned = bytes.end;
    }
    EXPECT_EQ(owned, kThree.size());
    EXPECT_THAT(found, testing::ElementsAre("one", "two", "three")) << unit;
    EXPECT_THAT(paths, testing::ElementsAre("x.mbox!/1", "x.mbox!/2", "x.mbox!/3")) << unit;
  }
  EXPECT_EQ(count_messages(kThree, 0, kThree.size()), 3u);
  EXPECT_EQ(separators(kThree, 0, kThree.size()).size(), 3u);
}

TEST(Mbox, empty_and_foreign_files) {
  EXPECT_TRUE(subjects("").empty());
  EXPECT_TRUE(subjects("no mail").empty());
  EXPECT_THAT(subjects("From a Mon Jan  1 00:00:00 2024\n"), testing::ElementsAre(""));
}

TEST(MailSignature, tells_mbox_and_messages_from_others) {
  EXPECT_TRUE(evidence::looks_like_mbox(kThree));
  EXPECT_FALSE(evidence::looks_like_mbox("From here on\nall is text\n"));
  EXPECT_TRUE(evidence::looks_like_message("Return-Path: <a@b>\nReceived: from x\n\tby y\nSubject: z\n\nb"));
  EXPECT_FALSE(evidence::looks_like_message("name: x\ndate: y\nsteps:\n  - a\n"));
  EXPECT_FALSE(evidence::looks_like_message("HTTP/1.1 200 OK\nDate: x\nContent-Type: text/html\n\n"));
  EXPECT_FALSE(evidence::looks_like_message(""));
}

// mboxcl2: nothing is quoted, so a body may hold a whole message with its separator.
TEST(Mbox, lengths_count_where_they_lead_to_a_separator) {
  const std::string body =
      "look at this:\n\nFrom b@example.com Fri Jan 12 07:08:09 2024\nSubject: quoted\n\ninner\n";
  const std::string head = "From a@example.com Fri Jan 12 07:08:09 2024\nSubject: outer\nContent-Length: ";
  const std::string second = "From c@example.com Sat Jan 13 07:08:09 2024\nSubject: second\n\nend\n";
  const std::string whole = head + std::to_string(body.size()) + "\n\n" + body + "\n" + second;
  EXPECT_TRUE(evidence::mbox_counts_lengths(whole));
  EXPECT_THAT(subjects(whole), testing::ElementsAre("outer", "second"));
  // A length that leads elsewhere is no length.
  const std::string wrong = head + std::to_string(body.size() - 3) + "\n\n" + body + "\n" + second;
  EXPECT_FALSE(evidence::mbox_counts_lengths(wrong));
  EXPECT_THAT(subjects(wrong), testing::ElementsAre("outer", "quoted", "second"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    (void)subjects(std::string_view(whole).substr(0, size));
}

TEST(Mbox, lines_between_messages_are_text_of_the_mbox) {
  const std::string mbox =
      "From a@x.example Thu Jan  1 00:00:00 2024\nSubject: 1\n\none\n\nFrom pw=hunter2 Thu Jan  1 00:00:00 "
      "2024\n"
      "Subject: 2\n\ntwo\n";
  test::CollectingSink sink;
  ASSERT_TRUE(read_mbox(test::item_of("m", mbox), sink));
  ASSERT_EQ(sink.children.size(), 2u);
  ASSERT_EQ(sink.texts.size(), 1u);
  EXPECT_EQ(sink.texts[0].item, "m");
  EXPECT_EQ(sink.texts[0].offset_of("hunter2"), mbox.find("hunter2"));
  EXPECT_EQ(sink.texts[0].offset_of("a@x.example"), mbox.find("a@x.example"));
}

TEST(Mbox, lines_that_end_with_a_carriage_return_alone) {
  const std::string mbox =
      "From a@x.example Thu Jan  1 00:00:00 2024\rSubject: 1\r\rone\r\rFrom b@x.example Thu Jan  1 00:00:00 "
      "2024\r"
      "Subject: 2\r\rtwo\r";
  test::CollectingSink sink;
  ASSERT_TRUE(read_mbox(test::item_of("m", mbox), sink));
  ASSERT_EQ(sink.children.size(), 2u);
  EXPECT_EQ(sink.children[0].bytes, "Subject: 1\n\none\n");
  EXPECT_EQ(sink.children[1].bytes, "Subject: 2\n\ntwo\n");
}

}  // namespace
}  // namespace dislodge::mail
