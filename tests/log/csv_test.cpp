#include "log/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::log {
namespace {

using testing::ElementsAre;

struct Rows {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> lines;
  std::vector<BadSpan> bad;
};

Rows read(CsvTable table) {
  Rows out;
  CsvRow row;
  while (table.next(row, [&](const BadSpan &bad) { out.bad.push_back(bad); })) {
    out.rows.emplace_back(row.fields.begin(), row.fields.end());
    out.lines.push_back(row.line);
  }
  return out;
}

TEST(Csv, QuotesLineFeedsAndDoubledQuotes) {
  const Rows out = read(CsvTable("a,b,c\r\n1,\"x \"\"y\"\"\nz\",3\r\n,\"\",6", {}));
  ASSERT_EQ(out.rows.size(), 2u);
  EXPECT_THAT(out.rows[0], ElementsAre("1", "x \"y\"\nz", "3"));
  EXPECT_THAT(out.rows[1], ElementsAre("", "", "6"));
  EXPECT_THAT(out.lines, ElementsAre(2u, 4u));
}

TEST(Csv, MarkTypeLineAndSemicolons) {
  CsvTable table("\xEF\xBB\xBF#TYPE Selected.PSCustomObject\r\n\"Record Type\";\"Id \"\r\n5;7\r\n", {});
  EXPECT_THAT(table.columns(), ElementsAre("Record Type", "Id"));
  EXPECT_EQ(table.column("id"), 1u);
  EXPECT_EQ(table.column("none"), std::nullopt);
  CsvRow row;
  ASSERT_TRUE(table.next(row, [](const BadSpan &) {}));
  EXPECT_THAT(row.fields, ElementsAre("5", "7"));
  EXPECT_EQ(row.line, 3u);
}

TEST(Csv, AQuoteThatNeverClosesCostsItsRow) {
  const Rows out = read(CsvTable("a,b\n1,2\n3,\"x\n5,6\n7,8\n", {}));
  ASSERT_EQ(out.rows.size(), 3u);
  EXPECT_THAT(out.rows[1], ElementsAre("5", "6"));
  ASSERT_EQ(out.bad.size(), 1u);
  EXPECT_EQ(out.bad[0].line, 3u);
}

TEST(Csv, TheFileEndsInsideAQuote) {
  const Rows out = read(CsvTable("a,b\n1,2\n3,\"x", {}));
  EXPECT_EQ(out.rows.size(), 1u);
  ASSERT_EQ(out.bad.size(), 1u);
  EXPECT_EQ(out.bad[0].length, 4u);
}

TEST(Csv, AnEndlessRowIsTooLarge) {
  base::Limits limits;
  limits.line_bytes_max = 100;
  const Rows out = read(CsvTable("a,b\n1,\"" + std::string(500, 'x') + "\"\n3,4\n", limits));
  ASSERT_EQ(out.rows.size(), 1u);
  EXPECT_THAT(out.rows[0], ElementsAre("3", "4"));
  EXPECT_EQ(out.bad.at(0).state, evidence::LedgerState::too_large);
}

TEST(Csv, EmptyAndHeaderOnly) {
  EXPECT_TRUE(CsvTable("", {}).columns().empty());
  EXPECT_EQ(read(CsvTable("a,b,c", {})).rows.size(), 0u);
  EXPECT_EQ(read(CsvTable("a,b,c\n", {})).rows.size(), 0u);
}

// A range may begin anywhere, in a quoted field with line feeds too; each row belongs to one range.
TEST(Csv, RangesOwnTheRowsThatBeginInThem) {
  std::string text = "id,data,end\r\n";
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i) + (i % 3 == 0 ? ",\"{\"\"k\"\":\"\"a,\nb\"\"}\",x\r\n" : ",plain,y\r\n");
  const Rows whole = read(CsvTable(text, {}));
  ASSERT_EQ(whole.rows.size(), 60u);
  for (std::size_t step = 3; step < 200; step += 2) {
    Rows parts;
    for (std::size_t begin = 0; begin < text.size(); begin += step) {
      const Rows part = read(CsvTable(text, {}, {}, begin, begin + step));
      parts.rows.insert(parts.rows.end(), part.rows.begin(), part.rows.end());
      parts.lines.insert(parts.lines.end(), part.lines.begin(), part.lines.end());
      ASSERT_TRUE(part.bad.empty());
    }
    ASSERT_EQ(parts.rows, whole.rows) << step;
    ASSERT_EQ(parts.lines, whole.lines) << step;
  }
}

TEST(Csv, AHeaderThatIsPassedIn) {
  const Rows out = read(CsvTable("1,2\n3,4\n", {}, "a,b"));
  EXPECT_EQ(out.rows.size(), 2u);
}

}  // namespace
}  // namespace dislodge::log
