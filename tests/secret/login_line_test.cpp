// Lists of stolen logins, one a line.
#include "secret/login_line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

struct Line {
  std::string user, url, value;
  bool operator==(const Line &) const = default;
};

std::vector<Line> lines_in(const std::string &text) {
  std::vector<Line> out;
  for (const Found &one : test::scan(text))
    if (one.sighting.rejected.empty() && !one.sighting.identifier)
      out.push_back({test::hint_of(one, HintKind::user), test::hint_of(one, HintKind::url), one.value});
  return out;
}

TEST(LoginLine, EachIsAnAccountAtItsOwnSite) {
  const std::string list =
      "https://login.microsoftonline.com/common/oauth2:kira.ops@castle.example:Jn5!copperVale88\n"
      "https://github.com/login:soldev:Otter!92quilt\n"
      "https://www.netflix.com:private@mail.example:Slate!55otter\n"
      "https://10.1.2.3:8443/ui/?next=/:admin:Fal:con+44mist\n"
      "android://Zx9h2k==@com.slack/:kira.ops@castle.example:Wren#4471lane\n";
  EXPECT_EQ(lines_in(list),
            (std::vector<Line>{{"kira.ops@castle.example", "https://login.microsoftonline.com/common/oauth2",
                                "Jn5!copperVale88"},
                               {"soldev", "https://github.com/login", "Otter!92quilt"},
                               {"private@mail.example", "https://www.netflix.com", "Slate!55otter"},
                               {"admin", "https://10.1.2.3:8443/ui/", "Fal:con+44mist"},
                               {"kira.ops@castle.example", "", "Wren#4471lane"}}));
}

TEST(LoginLine, OtherMarksAndLinesWithoutSchemeBesideOthers) {
  const std::string list =
      "castle.example/vpn|nina.hd|Tulip*81rocket\n"
      "https://hr.castle.example/signin|pete.hd|summertime\n"
      "https://wiki.castle.example/|kira@castle.example|Birch#4471lane\n"
      "intranet.castle.example|rob.sa|Cedar?12magnet\r\n"
      "\n"
      "build.castle.example|12|passed\n";
  EXPECT_EQ(lines_in(list), (std::vector<Line>{
                                {"nina.hd", "castle.example/vpn", "Tulip*81rocket"},
                                {"pete.hd", "https://hr.castle.example/signin", "summertime"},
                                {"kira@castle.example", "https://wiki.castle.example/", "Birch#4471lane"},
                                {"rob.sa", "intranet.castle.example", "Cedar?12magnet"},
                            }));
}

TEST(LoginLine, LinksWithNumbersAndWordsBehindThemAreNone) {
  EXPECT_TRUE(lines_in("https://cdn.acme.example/app.js:1012:34561\n"
                       "https://docs.acme.example/guide:section:introduction\n"
                       "https://acme.example/a:user:password\n"
                       "http://wiki.acme.example/doku.php?id=getting-started:installation:debian#build_r\n"
                       "src/main.cpp:120:error\n")
                  .empty());
  EXPECT_FALSE(login_line_at("castle.example/vpn:nina.hd:Tulip*81rocket", 0, false));
  EXPECT_TRUE(login_line_at("castle.example/vpn:nina.hd:Tulip*81rocket", 0, true));
  EXPECT_FALSE(login_line_at("castle.example/vpn:nina.hd:", 0, true));
  EXPECT_FALSE(login_line_at("", 0, true));
  EXPECT_TRUE(
      login_line_at("https://castle.example/login?next=/:nina@castle.example:Tulip*81rocket", 0, false));
}

}  // namespace
}  // namespace dislodge::secret
