#include "base/limit_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(LimitNames, NumbersMayHaveUnits) {
  Limits limits;
  ASSERT_TRUE(set_limit(limits, "member_bytes_max=3G"));
  EXPECT_EQ(limits.member_bytes_max, 3ull << 30);
  ASSERT_TRUE(set_limit(limits, "members_max=2k"));
  EXPECT_EQ(limits.members_max, 2048u);
  ASSERT_TRUE(set_limit(limits, "ocr_images_max=0"));
  EXPECT_EQ(limits.ocr_images_max, 0u);
}

TEST(LimitNames, WhatIsNoLimitOrNoNumberIsRefused) {
  Limits limits;
  const auto unknown = set_limit(limits, "depth=3");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("mime_depth_max"));
  for (const char *wrong : {"", "=", "members_max", "members_max=", "members_max=-1", "members_max=1X",
                            "members_max=4G", "member_bytes_max=99999999999T", "unit_bytes=1"})
    EXPECT_FALSE(set_limit(limits, wrong)) << wrong;
  EXPECT_EQ(limits.digest(), Limits().digest());
}

// Each that can be set is part of what a result is kept under.
TEST(LimitNames, EachMakesAnotherDigest) {
  for (const std::string_view name : limit_names()) {
    Limits limits;
    ASSERT_TRUE(set_limit(limits, std::string(name) + "=77")) << name;
    EXPECT_NE(limits.digest(), Limits().digest()) << name;
    Limits again;
    set_limits(again, "of_another_version=1\n" + all_settings(limits));
    EXPECT_EQ(again.digest(), limits.digest()) << name;
  }
}

TEST(LimitNames, TheLastSettingOfANameStands) {
  const std::string all =
      with_setting(with_setting(with_setting("", "members_max=1"), "headers_max=5"), "members_max=1M");
  EXPECT_EQ(all, "headers_max=5\nmembers_max=1M\n");
}

TEST(LimitNames, RaisedIsToldFromLowered) {
  Limits before, now;
  EXPECT_THAT(change_of(before, now).raised, IsEmpty());
  now.headers_max *= 2;
  EXPECT_THAT(change_of(before, now).raised, ElementsAre("headers_max"));
  EXPECT_FALSE(change_of(before, now).lowered);
  now.ocr_images_max = 0;
  EXPECT_TRUE(change_of(before, now).lowered);
}

}  // namespace
}  // namespace dislodge::base
