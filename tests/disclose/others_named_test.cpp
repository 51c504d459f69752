#include "disclose/others_named.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dislodge::disclose {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> named(std::string_view text) {
  Sides sides;
  sides.domains = {"northwind.example", "harborline.example"};
  sides.addresses = {"jo@gmail.com"};
  sides.known = {"kielcargo.example"};
  std::vector<std::string> out;
  add_others_named(text, sides, out);
  return out;
}

TEST(OthersNamed, BothSidesAndTheirSubdomainsAreNobodyElse) {
  EXPECT_THAT(named("From: ilse@edi.harborline.example to HELEN@Northwind.example, jo@gmail.com."),
              IsEmpty());
}

TEST(OthersNamed, AnAddressOfAnybodyElseCounts) {
  EXPECT_THAT(named("cc <eve@mail.other.example>, eve2@other.example; max@gmail.com"),
              ElementsAre("other.example", "max@gmail.com"));
}

TEST(OthersNamed, HostsOfKnownPartiesCountAndLinksDoNot) {
  EXPECT_THAT(named("see https://news.example.org/a and sftp.kielcargo.example:22"),
              ElementsAre("kielcargo.example"));
}

TEST(OthersNamed, HowARepositoryIsWrittenIsNoPerson) {
  EXPECT_THAT(named("git clone git@github.com:northwind/platform.git"), IsEmpty());
}

TEST(OthersNamed, IsBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a@x" + std::to_string(i) + ".example ";
  EXPECT_THAT(named(text), SizeIs(kOthersNamedMax));
}

}  // namespace
}  // namespace dislodge::disclose
