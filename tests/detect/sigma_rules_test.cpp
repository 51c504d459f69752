// The rules that are shipped: every one loads, and finds its examples and only them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(ShippedRules, MostAreRuledOutByTheScan) {
  const auto &options = builtin_options();
  EXPECT_GT(options.sigma->with_witness() * 100, options.sigma->set().rules.size() * 90);
}

}  // namespace
}  // namespace dislodge::detect
