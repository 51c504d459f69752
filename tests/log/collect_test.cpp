#include "log/collect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/embedded_rules.hpp"

namespace dislodge::log {
namespace {

using testing::HasSubstr;

std::vector<Export> ours() {
  std::vector<std::pair<std::string_view, std::string_view>> files;
  for (const base::EmbeddedRule &file : base::embedded_rules())
    if (file.path.starts_with("rules/collect/")) files.emplace_back(file.path, file.text);
  auto exports = load_exports(files);
  EXPECT_TRUE(exports) << (exports ? "" : exports.error().message);
  return exports ? std::move(*exports) : std::vector<Export>();
}

TEST(Collect, OurListIsSoundAndSoonestFirst) {
  const std::vector<Export> exports = ours();
  ASSERT_GT(exports.size(), 20u);
  for (std::size_t i = 1; i < exports.size(); ++i) EXPECT_LE(exports[i - 1].days, exports[i].days);
  for (const Export &one : exports) EXPECT_FALSE(one.command.empty()) << one.id;
}

TEST(Collect, LeavesOutWhatTheCaseHolds) {
  const std::vector<Export> exports = ours();
  Coverage held;
  held.source = Source::entra_signin;
  held.event_class = EventClass::interactive_signin;
  held.events = 3;
  bool interactive = false;
  bool applications = false;
  for (const Export *one : still_missing(exports, {held})) {
    interactive = interactive || one->id == "entra-sign-ins-interactive";
    applications = applications || one->id == "entra-sign-ins-service-principal";
  }
  EXPECT_FALSE(interactive);
  EXPECT_TRUE(applications) << "an export with interactive sign-ins only is not the whole";
  EXPECT_EQ(still_missing(exports, {}).size(), exports.size());
}

TEST(Collect, DirectoriesAreTakenToo) {
  const std::vector<Export> exports = ours();
  const auto missing = [&](const std::set<std::string> &directories) {
    std::set<std::string> systems;
    for (const Export *one : still_missing(exports, {}, directories))
      if (one->source.starts_with("directory:")) systems.insert(one->source);
    return systems;
  };
  EXPECT_GE(missing({}).size(), 6u);
  EXPECT_TRUE(missing({}).contains("directory:entra"));
  EXPECT_FALSE(missing({"entra", "aws"}).contains("directory:entra"));
  EXPECT_TRUE(missing({"entra", "aws"}).contains("directory:ad"));
}

TEST(Collect, ErrorsNameThePlace) {
  const auto wrong = load_exports({{"a.toml", "[[export]]\nid = \"x\"\nsource = \"nonsense\"\n"}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("a.toml:1"));
  EXPECT_FALSE(load_exports({{"a.toml", "[[export]]\nunknown = 1\n"}}));
  EXPECT_FALSE(load_exports({{"a.toml", "= broken"}}));
}

}  // namespace
}  // namespace dislodge::log
