#include "secret/context.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::secret {
namespace {

using testing::HasSubstr;
using testing::Not;

TextSpan at(std::string_view text, std::string_view part) {
  const std::size_t begin = text.find(part);
  return {begin, begin + part.size()};
}

TEST(Context, TheSecretAndItsNeighboursAreNotInIt) {
  const std::string text =
      "Hi Ana,\nthe VPN login is svc-backup with Orange7Lemon, and the old one was Blue9Pear.\nBest, Tom\n";
  const std::string context =
      masked_context(text, at(text, "Orange7Lemon"), {at(text, "Orange7Lemon"), at(text, "Blue9Pear")});
  EXPECT_THAT(context, Not(HasSubstr("Orange7Lemon")));
  EXPECT_THAT(context, Not(HasSubstr("Blue9Pear")));
  EXPECT_EQ(context,
            "Hi Ana,\nthe VPN login is svc-backup with \x1f, and the old one was "
            "\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2.\nBest, Tom\n");
}

TEST(Context, WhatNobodyNamedButLooksLikeAKeyIsHiddenToo) {
  const std::string text =
      "token here: X\nAWS_SECRET=aB3dE6gH9jK2mN5pQ8rS\npassword: hunter2\nordinary-words-with-dashes stay "
      "readable\n";
  const std::string context = masked_context(text, at(text, "X"), {});
  EXPECT_THAT(context, Not(HasSubstr("aB3dE6gH9jK2mN5pQ8rS")));
  EXPECT_THAT(context, Not(HasSubstr("hunter2")));
  EXPECT_THAT(context, HasSubstr("ordinary-words-with-dashes stay readable"));
}

// A key that begins before the window must not leave its end behind.
TEST(Context, AWordThatTheEdgeCutsGoesWhole) {
  const std::string text = std::string(1000, 'q') + " " + std::string(300, 'k') + "END here it is: VALUE" +
                           std::string(200, ' ') + "x" + std::string(500, 'z');
  const std::string context = masked_context(text, at(text, "VALUE"), {});
  EXPECT_THAT(context, Not(HasSubstr("kkk")));
  EXPECT_THAT(context, Not(HasSubstr("zzz")));
  EXPECT_THAT(context, HasSubstr("here it is: \x1f"));
}

TEST(Context, IsValidTextWhateverTheInputIs) {
  const std::string text = std::string("\xff\xfe\x80 caf\xc3\xa9 \x1f pass ") + "V" + "\xe2\x82 end";
  const std::string context = masked_context(text, at(text, "V"), {{0, 100000}, {5, 2}});
  EXPECT_EQ(std::count(context.begin(), context.end(), kContextHere), 1);
  EXPECT_EQ(masked_context("", {0, 1}, {}), "");
  EXPECT_EQ(masked_context("abc", {5, 9}, {}), "");
}

}  // namespace
}  // namespace dislodge::secret
