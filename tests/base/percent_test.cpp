#include "base/percent.hpp"

#include <gtest/gtest.h>

namespace dislodge::base {
namespace {

TEST(Percent, BytesAreDecodedAndWhatIsNoEscapeStays) {
  EXPECT_EQ(percent_decoded("p%40ss%2Fw%c3%b6rd"), "p@ss/w\xC3\xB6rd");
  EXPECT_EQ(percent_decoded("%41"), "A");
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%zz%%20"), "%zz% ");
  EXPECT_EQ(percent_decoded("a+b"), "a+b");  // a plus is a space in forms only
  EXPECT_EQ(percent_decoded(""), "");
}

}  // namespace
}  // namespace dislodge::base
