#include "report/files.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/files.hpp"

namespace dislodge::report {
namespace {

namespace fs = std::filesystem;

// A table that is sent on by itself must say that it is of a partial run, and goes once the run is whole.
TEST(ReportFiles, EachOfAPartialRunSaysSo) {
  std::string folder = (fs::temp_directory_path() / "dislodge-files-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const fs::path out = folder;
  engine::Picture picture;
  picture.totals.handed_in = 100;
  picture.totals.read = 29;
  picture.totals.pending = 71;
  const auto partial = write_report(picture, {}, out);
  ASSERT_TRUE(partial) << partial.error().message;
  std::size_t count = 0;
  for (const auto &file : fs::directory_iterator(out)) {
    ++count;
    const std::string name = file.path().filename().string();
    const auto text = base::read_file(file.path());
    ASSERT_TRUE(text);
    EXPECT_TRUE(name.starts_with("partial-") || text->find("partial: 29 % read") != std::string::npos)
        << name;
  }
  EXPECT_EQ(count, partial->size());

  picture.totals.read = 100;
  picture.totals.pending = 0;
  const auto whole = write_report(picture, {}, out);
  ASSERT_TRUE(whole) << whole.error().message;
  for (const auto &file : fs::directory_iterator(out))
    EXPECT_FALSE(file.path().filename().string().starts_with("partial-")) << file.path();
  EXPECT_TRUE(fs::exists(out / "secrets.csv"));
  fs::remove_all(out);
}

}  // namespace
}  // namespace dislodge::report
