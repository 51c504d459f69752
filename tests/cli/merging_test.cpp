// A worker takes units and gives back findings, and results merge associatively: workers 1 and 2, shards 1, 2
// and 7, killed and not, give the same case.

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class MergingTest : public CaseTest {
 protected:
  // Two cases are comparable where they have one key: copies of one empty case.
  void copy_empty(const std::string &name) {
    fs::copy(path("empty"), path(name), fs::copy_options::recursive);
  }
  void SetUp() override {
    CaseTest::SetUp();
    make_case("empty");
    evidence_ = (kNorthwind / "evidence").string();
  }
  std::string whole(const std::string &workers) {
    const std::string name = "workers-" + workers;
    copy_empty(name);
    EXPECT_EQ(dislodge({"add", path(name), evidence_}).code, 0);
    const Outcome done = dislodge({"investigate", path(name), "--workers", workers});
    EXPECT_TRUE(done.code == 0) << done.code << done.err;
    return dump(name);
  }
  std::string evidence_;
};

TEST_F(MergingTest, WorkersDoNotMatter) {
  const std::string one = whole("1");
  EXPECT_GT(lines_of(one).size(), 100u);
  EXPECT_EQ(one, whole("2"));
}

TEST_F(MergingTest, ShardsDoNotMatter) {
  const std::string direct = whole("2");
  for (const int count : {1, 2, 7}) {
    const std::string name = "shards-" + std::to_string(count);
    copy_empty(name);
    std::vector<std::string> merge = {"merge", path(name)};
    for (int i = 0; i < count; ++i) {
      const std::string file = path(name + "-" + std::to_string(i));
      const Outcome made = run({"scan", "--shard", std::to_string(i) + "/" + std::to_string(count),
                                "--seal-to", path("empty/case.pub"), "--out", file, evidence_});
      ASSERT_EQ(made.code, 0) << made.err;
      EXPECT_THAT(slurp(file), testing::Not(HasSubstr("northwind")));
      merge.push_back(file);
    }
    merge.push_back(merge.back());  // a repeat is ignored
    const Outcome merged = dislodge(merge);
    ASSERT_EQ(merged.code, 0) << merged.err;
    EXPECT_EQ(dump(name), direct) << count << " shards";
  }
}

TEST_F(MergingTest, LostForeignAndCutShardsAreRefusedByName) {
  const auto shard = [&](int i, int n, const std::string &input, const std::string &pub,
                         const std::string &name) {
    EXPECT_EQ(run({"scan", "--shard", std::to_string(i) + "/" + std::to_string(n), "--seal-to", pub, "--out",
                   path(name), input})
                  .code,
              0);
    return path(name);
  };
  const std::string input = (kNorthwind / "evidence/mail/omar.reyes").string();
  const std::string zero = shard(0, 2, input, path("empty/case.pub"), "zero");
  const std::string one = shard(1, 2, input, path("empty/case.pub"), "one");
  copy_empty("case");
  const std::string before = dump("case");
  Outcome refused = dislodge({"merge", path("case"), zero});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("lost shards: 1/2"));

  // Sealed to another case.
  fs::create_directories(folder_ / "elsewhere");
  ASSERT_EQ(run({"new", path("other"), "--key-file", path("other.key")}).code, 0);
  const std::string foreign = shard(1, 2, input, path("other/case.pub"), "foreign");
  refused = dislodge({"merge", path("case"), zero, foreign});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("foreign: a foreign shard"));

  // Of another set.
  const std::string other_set =
      shard(1, 2, (kNorthwind / "evidence/directory").string(), path("empty/case.pub"), "other-set");
  refused = dislodge({"merge", path("case"), zero, other_set});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("another set"));

  // Cut short.
  const std::string bytes = slurp(one);
  write(folder_ / "cut", bytes.substr(0, bytes.size() / 2));
  refused = dislodge({"merge", path("case"), zero, path("cut")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("damaged or cut short"));
  EXPECT_EQ(dump("case"), before);

  EXPECT_EQ(dislodge({"merge", path("case"), one, zero}).code, 0);
}

// Neither loss nor duplicate, however often and wherever it is killed: the case is the same, and so is every
// byte of what it answers.
TEST_F(MergingTest, RunsKilledAtAnyMomentGiveTheSameCase) {
  const auto timed = [&](const std::vector<std::string> &arguments) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome done = dislodge(arguments);
    EXPECT_EQ(done.code, 0) << done.err;
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin)
        .count();
  };
  const auto killed = [&](const std::vector<std::string> &arguments, long long after) {
    const pid_t process = start(keyed(arguments));
    std::this_thread::sleep_for(std::chrono::microseconds(after));
    ::kill(process, SIGKILL);
    wait_for(process);
  };
  // The plan begins at the next full hour, so it is not compared; what it is made from is.
  const auto answers = [&](const std::string &name) {
    std::string all = dump(name);
    for (const char *command : {"ledger", "secrets", "reach", "detections", "sessions", "coverage", "events"})
      all += dislodge({command, path(name), "--json"}).out;
    return all;
  };
  copy_empty("whole");
  const auto adding = timed({"add", path("whole"), evidence_});
  const auto reading = timed({"investigate", path("whole")});
  const std::string expected = answers("whole");

  copy_empty("killed");
  std::mt19937_64 random(std::random_device{}());
  for (int i = 0; i < 4; ++i)
    killed({"add", path("killed"), evidence_},
           static_cast<long long>(random() % static_cast<std::uint64_t>(adding)));
  ASSERT_EQ(dislodge({"add", path("killed"), evidence_}).code, 0);
  for (int i = 0; i < 8; ++i)
    killed({"investigate", path("killed")},
           static_cast<long long>(random() % static_cast<std::uint64_t>(reading)));
  const Outcome resumed = dislodge({"investigate", path("killed")});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(answers("killed"), expected);
  EXPECT_EQ(dislodge({"journal", "verify", path("killed")}).code, 0);
}

}  // namespace
}  // namespace dislodge::cli_test
