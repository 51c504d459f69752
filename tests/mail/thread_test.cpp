#include "mail/thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dislodge::mail {
namespace {

evidence::Record message(std::string id, std::string subject, std::vector<std::string> references = {}) {
  evidence::Record record;
  record.kind = evidence::RecordKind::message;
  record.message_id = std::move(id);
  record.subject = std::move(subject);
  record.references = std::move(references);
  return record;
}

TEST(Thread, references_join_also_through_messages_not_held) {
  const auto keys = thread_keys({message("b@x", "Re: x", {"a@x"}), message("c@x", "Re: x", {"a@x"}),
                                 message("d@x", "x"), message("e@x", "other")});
  EXPECT_EQ(keys[0], "a@x");
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_NE(keys[0], keys[2]) << "a thread of its own with the same subject";
  EXPECT_NE(keys[0], keys[3]);
}

TEST(Thread, replies_without_references_join_by_subject) {
  const auto keys = thread_keys({message("a@x", "Budget 2024"), message("b@x", "AW: [team] RE: budget  2024"),
                                 message("", "Fwd: Budget 2024")});
  EXPECT_EQ(keys[0], "a@x");
  EXPECT_EQ(keys[1], "a@x");
  EXPECT_EQ(keys[2], "a@x");
}

TEST(Thread, a_common_subject_joins_nothing_else) {
  const auto keys =
      thread_keys({message("a@x", "hello"), message("b@x", "hello"), message("c@x", "Re: hello")});
  EXPECT_NE(keys[0], keys[1]);
  EXPECT_EQ(keys[2], "c@x");
}

TEST(Thread, order_does_not_matter) {
  std::vector<evidence::Record> records = {message("a@x", "s"), message("b@x", "Re: s", {"a@x"}),
                                           message("c@x", "Re: s", {"b@x"}), message("", "Re: s"),
                                           message("z@x", "t")};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  const auto expected = thread_keys(records);
  do {
    std::vector<evidence::Record> shuffled;
    for (const std::size_t i : order) shuffled.push_back(records[i]);
    const auto keys = thread_keys(shuffled);
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(keys[i], expected[order[i]]);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Thread, subjects) {
  bool reply = false;
  EXPECT_EQ(base_subject("Re[2]: RE: fwd: [list] x", reply), "x");
  EXPECT_TRUE(reply);
  EXPECT_EQ(base_subject("[ticket 12]", reply), "[ticket 12]");
  EXPECT_FALSE(reply);
  EXPECT_EQ(base_subject("Result: fine", reply), "result: fine");
  EXPECT_FALSE(reply);
}

}  // namespace
}  // namespace dislodge::mail
