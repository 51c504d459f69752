#include "report/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture_fixture.hpp"

namespace dislodge::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Csv, QuotesAsRfc4180) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_row({"a", "", "c"}), "a,,c\r\n");
}

TEST(Csv, NoCellIsAFormula) {
  for (const char *formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"}) {
    const std::string cell = csv_cell(formula);
    EXPECT_TRUE(cell.starts_with('\'') || cell.starts_with("\"'")) << formula;
  }
  EXPECT_EQ(csv_cell("a=1"), "a=1");
  EXPECT_EQ(csv_cell("\xff"), "\xEF\xBF\xBD");
}

TEST(Csv, TablesHaveOneWidth) {
  const engine::Picture picture = hostile_picture();
  const std::string plan = plan_csv(picture.plan);
  EXPECT_THAT(plan, HasSubstr("'@SUM(A1)"));
  EXPECT_THAT(plan, HasSubstr("'-x"));
  const auto commas = [](std::string_view line) { return std::count(line.begin(), line.end(), ','); };
  EXPECT_EQ(commas(plan.substr(0, plan.find("\r\n"))), 18);
  EXPECT_THAT(secrets_csv(picture), HasSubstr("mail.mbox!/1,7"));
  EXPECT_THAT(ledger_csv(picture), HasSubstr("encrypted"));
}

}  // namespace
}  // namespace dislodge::report
