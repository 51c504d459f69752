// The rules that are shipped: every one loads, and finds its examples and only them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "detect/detect.hpp"
#include "detect/sigma_check.hpp"

namespace dislodge::detect {
namespace {

TEST(ShippedRules, AllLoad) {
  const auto options = load_options(base::embedded_rules());
  ASSERT_TRUE(options) << options.error().message;
  for (const SigmaProblem &problem : options->sigma->set().problems)
    ADD_FAILURE() << problem.path << ": " << problem.title << ": " << problem.reason;
  EXPECT_GT(options->sigma->set().rules.size(), 90u);
}

TEST(ShippedRules, FindTheirExamplesAndOnlyThem) {
  const auto &options = builtin_options();
  ASSERT_TRUE(options.sigma);
  for (const SigmaProblem &problem : check_examples(*options.sigma))
    ADD_FAILURE() << problem.path << ": " << problem.title << " " << problem.reason;
}

// What a sentence asks for is what readers keep: a native name of a record is not.
TEST(ShippedRules, SentencesAskForWhatEventsKeep) {
  const std::set<std::string_view> kept = {"alert", "command-line", "group", "scope", "secrets-passed"};
  for (const SigmaRule &rule : builtin_options().sigma->set().rules) {
    if (!rule.own) continue;
    const std::string_view says = rule.own->says;
    for (std::size_t at = says.find("{field:"); at != std::string_view::npos;
         at = says.find("{field:", at + 1)) {
      const std::string_view name = says.substr(at + 7, says.find('}', at) - at - 7);
      EXPECT_EQ(kept.count(name), 1u) << rule.id << ": " << name;
    }
  }
}

TEST(ShippedRules, MostAreRuledOutByTheScan) {
  const auto &options = builtin_options();
  EXPECT_GT(options.sigma->with_witness() * 100, options.sigma->set().rules.size() * 90);
}

}  // namespace
}  // namespace dislodge::detect
