#include "base/text_order.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <tuple>

namespace dislodge::base {
namespace {

struct Row {
  std::string text;
  std::uint64_t offset = 0;
  int number = 0;
};

// As rows are loaded: each run is sorted by itself, and then the runs are joined.
void sort(std::vector<Row> &rows, const std::vector<std::uint32_t> &begins) {
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : rows.size();
    sort_by_text(
        std::span(rows).subspan(begins[i], end - begins[i]),
        [](const Row &row) { return std::string_view(row.text); },
        [](const Row &a, const Row &b) -> std::weak_ordering { return a.offset <=> b.offset; });
  }
  put_in_order(rows, order_of_sorted_runs(
                         static_cast<std::uint32_t>(rows.size()), begins,
                         [&](std::uint32_t i) { return std::string_view(rows[i].text); },
                         [&](std::uint32_t a, std::uint32_t b) -> std::weak_ordering {
                           return rows[a].offset <=> rows[b].offset;
                         }));
}

std::vector<std::string> texts(const std::vector<Row> &rows) {
  std::vector<std::string> all;
  for (const Row &row : rows) all.push_back(row.text);
  return all;
}

TEST(TextOrder, WhatAllBeginWithDecidesNothing) {
  std::vector<Row> rows = {
      {"mail/ann.mbox!/12"}, {"mail/ann.mbox!/2"}, {"mail/ann.mbox"}, {"mail/ann.mbox!/10"}};
  sort(rows, {0});
  EXPECT_EQ(texts(rows), (std::vector<std::string>{"mail/ann.mbox", "mail/ann.mbox!/10", "mail/ann.mbox!/12",
                                                   "mail/ann.mbox!/2"}));
}

TEST(TextOrder, BytesAboveAsciiAndZeroesAreOrderedAsBytes) {
  std::vector<Row> rows = {{"\xC3\xA9"}, {"z"}, {std::string("a\0", 2)}, {"a"}, {std::string("a\0b", 3)},
                           {""}};
  sort(rows, {0});
  EXPECT_EQ(texts(rows), (std::vector<std::string>{"", "a", std::string("a\0", 2), std::string("a\0b", 3),
                                                   "z", "\xC3\xA9"}));
}

TEST(TextOrder, RunsJoinAsOneStableSortWould) {
  std::mt19937 random(7);
  const std::vector<std::string> roots = {"a.mbox!/", "b.mbox!/", "b.mbox", "", "c"};
  for (int round = 0; round < 500; ++round) {
    std::vector<Row> rows;
    std::vector<std::uint32_t> begins;
    for (unsigned runs = random() % 6; runs > 0; --runs) {
      begins.push_back(static_cast<std::uint32_t>(rows.size()));
      const std::string &root = roots[random() % roots.size()];
      for (unsigned i = random() % 9; i > 0; --i)
        rows.push_back({root + std::to_string(random() % 30), random() % 3, static_cast<int>(rows.size())});
    }
    std::vector<Row> expected = rows;
    std::stable_sort(expected.begin(), expected.end(), [](const Row &a, const Row &b) {
      return std::tie(a.text, a.offset) < std::tie(b.text, b.offset);
    });
    sort(rows, begins);
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].number, expected[i].number);
      ASSERT_EQ(rows[i].text, expected[i].text);
    }
  }
}

}  // namespace
}  // namespace dislodge::base
