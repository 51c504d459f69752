#include "base/item_path.hpp"

#include <gtest/gtest.h>

namespace dislodge::base {
namespace {

TEST(ItemPath, EscapesWhatTheGrammarNeeds) {
  EXPECT_EQ(escape_step("a%b!c#d~e\n"), "a%25b%21c%23d%7Ee%0A");
  EXPECT_EQ(escape_step("gr\xC3\xBC\xC3\x9F.txt"), "gr\xC3\xBC\xC3\x9F.txt");
  EXPECT_EQ(escape_step("bad\xFF\xC3"), "bad%FF%C3");
  for (const char *name : {"a%b!c#d~e\n", "conf/app.yml", "100%", "!/~base64@3"})
    EXPECT_EQ(unescape_step(escape_step(name)), name);
  EXPECT_EQ(escape_step("!/").find("!/"), std::string::npos);
}

TEST(ItemPath, TakesApartWhatItPutTogether) {
  const std::string item = join_item(join_item("exec.mbox", "17"), "2");
  EXPECT_EQ(item, "exec.mbox!/17!/2");
  EXPECT_EQ(item_root(item), "exec.mbox");
  EXPECT_EQ(item_parent(item), "exec.mbox!/17");
  EXPECT_EQ(item_parent("exec.mbox"), "");
  EXPECT_EQ(item_steps(item), (std::vector<std::string_view>{"exec.mbox", "17", "2"}));
  EXPECT_EQ(decoded_view_step("base64", 120), "~base64@120");
}

}  // namespace
}  // namespace dislodge::base
