#include "file/sheet_header.hpp"

#include <gtest/gtest.h>

namespace dislodge::file {
namespace {

TEST(SheetHeader, CodesAreNoPartOfWhatPeopleWrote) {
  EXPECT_EQ(without_header_codes("&Csk_live_1"), "sk_live_1");
  EXPECT_EQ(without_header_codes("&L&\"Arial,Bold\"&12Key 7&C&K01+000red&KFF0000&Bx&RPage &P of &N"),
            "Key 7\nredx\nPage   of  ");
  EXPECT_EQ(without_header_codes("R&&D & more &"), "R&D & more &");
  EXPECT_EQ(without_header_codes("&\"never closed"), "");
  EXPECT_EQ(without_header_codes("&Kno colour"), "no colour");
  EXPECT_EQ(without_header_codes(""), "");
}

TEST(SheetHeader, IsToldByItsElement) {
  EXPECT_TRUE(is_sheet_header("oddHeader"));
  EXPECT_TRUE(is_sheet_header("firstFooter"));
  EXPECT_FALSE(is_sheet_header("headerFooter"));
  EXPECT_FALSE(is_sheet_header("Header"));
}

}  // namespace
}  // namespace dislodge::file
