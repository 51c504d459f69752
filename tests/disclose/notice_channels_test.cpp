// A notice never goes by a channel that the intruder reads, however its address is written.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disclose/notices.hpp"

namespace dislodge::disclose {
namespace {

NoticeInput to(std::string_view address) {
  NoticeInput input;
  input.kind = NoticeKind::person;
  input.recipient = "Helen Marsh";
  input.address = address;
  input.sender.contact_channel = "telephone +49 30 1234";
  input.channels_read = {"helen.marsh@northwind.example"};
  return input;
}

TEST(NoticeChannels, AMailboxThatIsReadIsRefusedHoweverItIsWritten) {
  for (const char *address :
       {"helen.marsh@northwind.example", "Helen.Marsh@Northwind.example",
        "Helen <helen.marsh@northwind.example>", "helen.marsh+urgent@northwind.example",
        "\"Marsh, Helen\" <HELEN.MARSH+x@northwind.example>", "mailto:helen.marsh@northwind.example"}) {
    const auto made = notice_to(to(address));
    ASSERT_FALSE(made) << address;
    EXPECT_THAT(made.error().message, testing::HasSubstr("another channel")) << address;
  }
}

TEST(NoticeChannels, OthersAreNot) {
  for (const char *address : {"helen@home.example", "helen.marsh@northwind.example.org", ""})
    EXPECT_TRUE(notice_to(to(address))) << address;
}

}  // namespace
}  // namespace dislodge::disclose
