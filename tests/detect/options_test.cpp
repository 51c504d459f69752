#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;

std::vector<base::EmbeddedRule> rules_with(std::string_view extra) {
  std::vector<base::EmbeddedRule> files(base::embedded_rules().begin(), base::embedded_rules().end());
  files.push_back({"rules/detections/extra.toml", extra});
  return files;
}

TEST(Options, TheBuiltInRulesLoad) {
  const auto options = load_options(base::embedded_rules());
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->kinds.size(), 41u);
  EXPECT_TRUE(options->privileged.count("full_access_as_app"));
  EXPECT_TRUE(options->mail_roles.count("mail.read"));
  EXPECT_EQ(options->role_names.at("dc890d15-9560-4a4c-9b7f-a736ec74ec40"), "full_access_as_app");
  EXPECT_TRUE(options->mail_clients.count("9199bf20-a13f-4107-85dc-02114787ef48"));
  for (const KindRule &rule : options->kinds)
    for (const std::string &technique : rule.techniques)
      EXPECT_THAT(technique, testing::MatchesRegex("T[0-9]{4}(\\.[0-9]{3})?"));
}

TEST(Options, MistakesAreNamedByFileAndLine) {
  struct Case {
    const char *text, *says;
  };
  for (const Case &one :
       {Case{"[spray]\nsource = \"x\"\naccounts_min = \"three\"\n", "extra.toml:3"},
        Case{"[spray]\nsource = \"x\"\naccounts = 3\n", "accounts"},
        Case{"[spray]\naccounts_min = 3\n", "source"},
        Case{"[[kind]]\nkind = \"sprays\"\ntechniques = [\"T1\"]\nsays = \"x\"\nsource = \"x\"\n",
             "no kind of detection"},
        Case{"[[kind]]\nkind = \"spray\"\ntechniques = [\"T1\"]\nsays = \"x\"\nsource = \"x\"\n",
             "stands twice"},
        Case{"[other]\n", "not known"}, Case{"[spray\n", "extra.toml:1"},
        Case{"[privileged]\nsource = \"x\"\nmail = [1]\n", "list of texts"}}) {
    const auto rules = rules_with(one.text);
    const auto options = load_options(rules);
    ASSERT_FALSE(options) << one.text;
    EXPECT_THAT(options.error().message, HasSubstr(one.says));
    EXPECT_THAT(options.error().message, HasSubstr("extra.toml"));
  }
  EXPECT_FALSE(load_options({})) << "without the kinds there is nothing to say";
}

}  // namespace
}  // namespace dislodge::detect
