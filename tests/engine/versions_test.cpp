// Histories as git stores them: each blob is scanned whole and as a version of what came before it, and both
// must say the same: the bundles of the sample breach, and, where
// DISLODGE_TEST_REPOS names a folder, every pack and bundle beneath it (large public clones were read so).

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "engine/options.hpp"
#include "evidence/recognise.hpp"
#include "repo/repository.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;

class Listing : public secret::FoundSink {
 public:
  void found(secret::Found one) override {
    const secret::Sighting &s = one.sighting;
    list += s.rule + " " + s.item + " " + std::to_string(s.offset) + "+" + std::to_string(s.length) + " " +
            std::to_string(s.line) + ":" + std::to_string(s.column) + " " + std::to_string(s.confidence) +
            " " + s.rejected + " " + s.mask + " " + std::to_string(std::hash<std::string>()(one.value)) +
            " " + std::to_string(std::hash<std::string>()(one.context));
    for (const secret::Hint &hint : s.hints) list += " " + hint.value;
    list += "\n";
    ++count;
  }
  std::string list;
  std::size_t count = 0;
};

class ComparingSink : public evidence::Sink {
 public:
  ComparingSink(std::unique_ptr<secret::Scanner> whole, std::unique_ptr<secret::Scanner> versions)
      : whole_(std::move(whole)), versions_(std::move(versions)) {}

  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &item) override {
    if (evidence::text_encoding(item.bytes) != evidence::TextEncoding::utf8 || !base::valid_utf8(item.bytes))
      return 0;
    evidence::TextView view;
    view.item = item.path;
    view.text = item.bytes;
    Listing a, b;
    whole_->scan(view, a);
    versions_->scan_version(view, b);
    EXPECT_EQ(a.list, b.list) << item.path;
    ++blobs;
    bytes += item.bytes.size();
    found += a.count;
    return 0;
  }
  void unread(evidence::Unread) override {}
  const base::Limits &limits() const override { return limits_; }

  std::size_t blobs = 0, found = 0;
  std::uint64_t bytes = 0;

 private:
  base::Limits limits_;
  std::unique_ptr<secret::Scanner> whole_, versions_;
};

class VersionsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto rules = load_secret_rules({});
    ASSERT_TRUE(rules) << rules.error().message;
    rules_ = std::move(*rules);
  }
  // Blobs and sightings of a pack or bundle, after both scans agreed on each.
  std::pair<std::size_t, std::size_t> compare(const fs::path &path) {
    const auto file = base::MappedFile::open(path);
    EXPECT_TRUE(file) << path;
    if (!file) return {};
    ComparingSink sink(make_scanner(*rules_, true), make_scanner(*rules_, true));
    evidence::ItemView item;
    const std::string name = path.filename().string();
    item.path = name;
    item.bytes = file->bytes();
    EXPECT_TRUE(path.extension() == ".pack" ? repo::read_pack(item, sink) : repo::read_bundle(item, sink));
    return {sink.blobs, sink.found};
  }
  std::unique_ptr<SecretRules> rules_;
};

TEST_F(VersionsTest, TheSampleBreach) {
  for (const char *name : {"lab-scripts.bundle", "platform-config.bundle"}) {
    const auto [blobs, found] =
        compare(fs::path(DISLODGE_SOURCE_DIR) / "examples/northwind/evidence/repos" / name);
    EXPECT_GT(blobs, 0u) << name;
    EXPECT_GT(found, 0u) << name;
  }
}

TEST_F(VersionsTest, ClonesThatAreHere) {
  const char *folder = std::getenv("DISLODGE_TEST_REPOS");
  if (folder == nullptr) GTEST_SKIP() << "DISLODGE_TEST_REPOS names no folder of clones";
  for (const auto &entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".pack" && entry.path().extension() != ".bundle") continue;
    const auto [blobs, found] = compare(entry.path());
    std::printf("%s: %zu blobs, %zu sightings, rejected ones included\n", entry.path().c_str(), blobs, found);
  }
}

}  // namespace
}  // namespace dislodge::engine
