#include "drill/drill.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace dislodge::drill {
namespace {

// Rewrites the sample that ships, when asked: DISLODGE_WRITE_DRILL=DIR [DISLODGE_DRILL_SEED, _SIZE] drill_test
TEST(Drill, WritesWhereTheEnvironmentSays) {
  const char *folder = std::getenv("DISLODGE_WRITE_DRILL");
  if (folder == nullptr) GTEST_SKIP() << "DISLODGE_WRITE_DRILL is not set";
  const char *seed = std::getenv("DISLODGE_DRILL_SEED");
  const char *size = std::getenv("DISLODGE_DRILL_SIZE");
  DrillOptions options;
  options.seed = seed == nullptr ? 2311 : std::strtoull(seed, nullptr, 10);
  options.size = *parse_size(size == nullptr ? "small" : size);
  options.folder = folder;
  const auto done = write_drill(options);
  ASSERT_TRUE(done) << done.error().message;
}

}  // namespace
}  // namespace dislodge::drill
