#include "mail/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collecting_sink.hpp"

namespace dislodge::mail {
namespace {

using test::CollectingSink;
using test::item_of;

TEST(Calendar, IsTextWithoutFoldsAndEscapesInItsOwnPlace) {
  const std::string bytes =
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
      "DESCRIPTION:Password: Kx7#ma\r\n rs_Wq81\\nbye\\, all\\; C:\\\\temp \\x\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n";
  ASSERT_TRUE(recognises_calendar(bytes));
  CollectingSink sink;
  const auto item = item_of("invite.ics", bytes);
  ASSERT_TRUE(read_calendar(item, sink).has_value());
  ASSERT_EQ(sink.texts.size(), 1u);
  const auto &text = sink.texts[0];
  EXPECT_THAT(text.text, testing::HasSubstr("Password: Kx7#mars_Wq81\nbye, all; C:\\temp \\x\r\n"));
  EXPECT_EQ(text.offset_of("Kx7"), bytes.find("Kx7"));
  EXPECT_EQ(text.offset_of("rs_Wq81"), bytes.find("rs_Wq81"));
  EXPECT_EQ(text.offset_of("bye"), bytes.find("bye"));
  EXPECT_EQ(text.offset_of(" all"), bytes.find(" all"));
  EXPECT_EQ(text.offset_of("temp"), bytes.find("temp"));
  EXPECT_EQ(text.offset_of("END:VEVENT"), bytes.find("END:VEVENT"));
  EXPECT_EQ(sink.records.size(), 1u);
}

TEST(Calendar, IsToldFromOtherText) {
  EXPECT_TRUE(
      recognises_calendar("\xEF\xBB\xBF"
                          "BEGIN:VCARD\nFN:Ann\n"));
  EXPECT_FALSE(recognises_calendar("BEGIN:SOMETHING\n"));
  EXPECT_FALSE(recognises_calendar(""));
}

}  // namespace
}  // namespace dislodge::mail
