// One item's disaster costs one row of the ledger: what stands before and behind it is read, the bytes add
// up, and it is not tried for ever.

#include "engine/workers.hpp"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.hpp"
#include "base/secure.hpp"
#include "engine/add.hpp"
#include "engine/investigate.hpp"
#include "engine/poisoned.hpp"
#include "engine/read_pass.hpp"
#include "engine/readers.hpp"
#include "engine/recogniser.hpp"
#include "engine/sandbox.hpp"

namespace dislodge::engine {
namespace {

namespace fs = std::filesystem;
using evidence::LedgerRow;
using evidence::LedgerState;

constexpr std::string_view kRules = R"(family = "test"
source = "this test"

[[rule]]
id = "test-token"
name = "Token of a test"
kind = "api-key"
pattern = '''\b(tk_[0-9a-f]{16})\b'''
keywords = ["tk_"]
entropy = 1.0
checks = []
confidence = 0.9
authenticates = "nothing"
realm = ""
owner = "none"
rotate = "Nothing to do."
positive = ['''the key is tk_0123456789abcdef''', '''tk_00112233445566ab''']
negative = ['''tk_none''', '''tk_0123''']
)";

std::string gzip(const std::string &bytes) {
  libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

// One file of a tar (POSIX.1-1988).
std::string tar_member(const std::string &name, const std::string &bytes) {
  std::string head(512, '\0');
  const auto put = [&](std::size_t at, const std::string &text) { head.replace(at, text.size(), text); };
  put(0, name);
  put(100, "0000644");
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", bytes.size());
  put(124, size);
  put(136, "00000000000");
  put(156, "0");
  put(257, std::string("ustar\0"
                       "00",
                       8));
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  char check[8];
  std::snprintf(check, sizeof check, "%06o", sum);
  put(148, std::string(check, 7));
  std::string out = head + bytes;
  out.resize((out.size() + 511) / 512 * 512);
  return out;
}

class WorkersTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!sandbox_available()) GTEST_SKIP() << "no sandbox in this build";
    std::string name = (fs::temp_directory_path() / "dislodge-workers-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directories(root_ / "rules/secrets");
    ASSERT_TRUE(base::write_file(root_ / "rules/secrets/test.toml", kRules));
    options_.rules_folder = root_ / "rules";
    options_.workers = 1;
    options_.limits.worker_memory_bytes = 160ull << 20;
    options_.limits.ocr_images_max = 0;
    auto rules = load_secret_rules(options_);
    ASSERT_TRUE(rules) << rules.error().message;
    rules_ = std::move(*rules);
  }
  void TearDown() override {
    if (!root_.empty()) fs::remove_all(root_);
  }
  base::Result<UnitResult> read(const std::string &bytes) {
    EXPECT_TRUE(base::write_file(root_ / "t.tar", bytes));
    Job job;
    job.item = "t.tar";
    job.type = evidence::ItemType::tar;
    job.end = bytes.size();
    job.files.push_back({root_ / "t.tar", ""});
    WorkerPool pool = make_pool(*rules_, options_, std::string(32, 'k'), false);
    base::Result<UnitResult> out = base::fail(base::ErrorKind::internal, "nothing was delivered");
    const auto done =
        pool.run({job}, [&](std::size_t, base::Result<UnitResult> result) -> base::Result<void> {
          out = std::move(result);
          return {};
        });
    EXPECT_TRUE(done);
    return out;
  }
  // More memory than the worker may have.
  static std::string bomb() {
    static const std::string made = gzip(std::string(190u << 20, '\0'));
    return made;
  }

  fs::path root_;
  Options options_;
  std::unique_ptr<SecretRules> rules_;
};

TEST_F(WorkersTest, AnItemThatKillsItsReaderIsOneRow) {
  const std::string tar = tar_member("a.txt", "key tk_0123456789abcdef\n") + tar_member("bomb.gz", bomb()) +
                          tar_member("b.txt", "key tk_fedcba9876543210\n") + std::string(1024, '\0');
  const auto result = read(tar);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->sightings.size(), 2u);
  std::size_t crashed = 0;
  for (const LedgerRow &row : result->ledger) {
    if (row.state == LedgerState::crashed) {
      ++crashed;
      EXPECT_EQ(row.item, "t.tar!/bomb.gz");
      EXPECT_EQ(row.read, 0u);
      EXPECT_FALSE(row.remedy.empty());
    }
    if (row.parent.empty()) {
      EXPECT_EQ(row.size, tar.size());
    }
  }
  EXPECT_EQ(crashed, 1u);
}

TEST_F(WorkersTest, ManyPoisonedItemsCostARowEach) {
  std::string tar;
  for (int i = 0; i < 40; ++i) tar += tar_member("bomb" + std::to_string(i) + ".gz", bomb());
  tar += tar_member("last.txt", "key tk_0123456789abcdef\n") + std::string(1024, '\0');
  const auto result = read(tar);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->sightings.size(), 1u);
  std::size_t crashed = 0;
  for (const LedgerRow &row : result->ledger) crashed += row.state == LedgerState::crashed;
  EXPECT_EQ(crashed, 40u);
}

TEST_F(WorkersTest, AUnitThatPassesTheLimitOfPoisonedItemsIsGivenUp) {
  std::string tar;
  for (std::size_t i = 0; i <= kPoisonedMax; ++i)
    tar += tar_member("bomb" + std::to_string(i) + ".gz", bomb());
  const auto result = read(tar);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::ErrorKind::internal);
}

// Each try would cost its crash, or the limit of time, once more: the same readers pass it over, until
// somebody asks or another limit makes them other readers.
TEST_F(WorkersTest, ACaseTriesWhatCrashedItsReaderOnceOnly) {
  base::harden_process();
  ASSERT_TRUE(base::write_file(root_ / "t.tar", tar_member("a.txt", "key tk_0123456789abcdef\n") +
                                                    tar_member("bomb.gz", bomb()) + std::string(1024, '\0')));
  casefile::Unlock unlock;
  unlock.key_file = base::SecretBytes::random(32);
  auto made = casefile::Case::create(root_ / "case", unlock);
  ASSERT_TRUE(made) << made.error().message;
  casefile::Case &the_case = **made;
  ASSERT_TRUE(add_evidence(the_case, root_ / "t.tar", {}, [](const evidence::IntakeStep &) {}));
  const auto read = [&] {
    base::Progress progress(false);
    base::Timings timings;
    const auto done = read_evidence(the_case, options_, progress, timings);
    EXPECT_TRUE(done) << done.error().message;
  };
  const auto unit = [&] { return load_units(the_case, false)->at(0); };
  const auto bombs_row = [&] {
    const auto ledger = load_ledger(the_case);
    for (const LedgerRow &row : *ledger)
      if (row.item == "t.tar!/bomb.gz") return row;
    return LedgerRow{};
  };
  read();
  EXPECT_EQ(unit().attempts, 1u);
  EXPECT_EQ(bombs_row().state, LedgerState::crashed);
  const std::string readers = readers_digest(rules_->digest, options_.limits);
  const auto poisoned = poisoned_items(the_case, unit(), readers);
  ASSERT_EQ(poisoned->size(), 1u);
  EXPECT_EQ(poisoned->at("t.tar!/bomb.gz"), LedgerState::crashed);
  EXPECT_TRUE(poisoned_items(the_case, unit(), "others")->empty());
  read();
  EXPECT_EQ(unit().attempts, 1u);
  options_.retry_poisoned = true;
  read();
  EXPECT_EQ(unit().attempts, 2u);
  EXPECT_EQ(bombs_row().state, LedgerState::crashed);
  options_.retry_poisoned = false;
  options_.limits.worker_memory_bytes = 1ull << 30;
  read();
  EXPECT_EQ(unit().attempts, 3u);
  EXPECT_EQ(bombs_row().state, LedgerState::read) << bombs_row().reason;
}

// A unit that could not be read at all waits for other readers, too; one whose file was gone does not.
TEST_F(WorkersTest, AUnitThatCouldNotBeReadWaitsForOtherReaders) {
  base::harden_process();
  ASSERT_TRUE(base::write_file(root_ / "t.tar", tar_member("a.txt", "a") + std::string(1024, '\0')));
  casefile::Unlock unlock;
  unlock.key_file = base::SecretBytes::random(32);
  auto made = casefile::Case::create(root_ / "case", unlock);
  ASSERT_TRUE(made) << made.error().message;
  casefile::Case &the_case = **made;
  ASSERT_TRUE(add_evidence(the_case, root_ / "t.tar", {}, [](const evidence::IntakeStep &) {}));
  const UnitRow unit = load_units(the_case, true)->at(0);
  const EvidenceRow evidence = load_evidence(the_case)->at(0);
  const auto waiting = [&](std::string_view readers) {
    EXPECT_TRUE(refresh_units(the_case, readers));
    return load_units(the_case, true)->size();
  };
  ASSERT_TRUE(
      store_failure(the_case, evidence, unit, {base::ErrorKind::internal, "crashed again and again"}));
  ASSERT_TRUE(keep_failed(the_case, unit, "readers+tried"));
  EXPECT_EQ(waiting("readers"), 0u);
  EXPECT_EQ(waiting("others"), 1u);
  ASSERT_TRUE(
      store_failure(the_case, evidence, unit, {base::ErrorKind::internal, "crashed again and again"}));
  ASSERT_TRUE(keep_failed(the_case, unit, "readers"));
  ASSERT_TRUE(reopen_poisoned(the_case));
  EXPECT_EQ(waiting("readers"), 1u);
  ASSERT_TRUE(store_failure(the_case, evidence, unit, {base::ErrorKind::io, "is gone"}));
  EXPECT_EQ(waiting("readers"), 1u);
}

TEST_F(WorkersTest, TheRecogniserTellsWhatFilesAre) {
  RecogniserProcess recogniser;
  ASSERT_TRUE(base::write_file(root_ / "a.bin", "%PDF-1.7\n"));
  ASSERT_TRUE(base::write_file(root_ / "b.txt", "user,password\nanna,x\nben,y\n"));
  ASSERT_TRUE(base::write_file(root_ / "empty", ""));
  const auto pdf = recogniser.ask(root_ / "a.bin", "a.bin");
  ASSERT_TRUE(pdf);
  EXPECT_EQ(pdf->type, evidence::ItemType::pdf);
  const auto csv = recogniser.ask(root_ / "b.txt", "b.txt");
  ASSERT_TRUE(csv);
  EXPECT_EQ(csv->type, evidence::ItemType::csv);
  EXPECT_TRUE(csv->divisible);
  const auto empty = recogniser.ask(root_ / "empty", "empty");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->type, evidence::ItemType::empty);
  EXPECT_FALSE(recogniser.ask(root_ / "missing", "missing"));
}

}  // namespace
}  // namespace dislodge::engine
