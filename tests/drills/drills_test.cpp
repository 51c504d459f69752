// Every kind of drill, end to end and from outside: write it, let foreign readers judge the evidence, make a
// case, hand in, investigate, grade. Two seeds come from the commit, so that no seed is one that we know.

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "../cli/process.hpp"

namespace dislodge::cli_test {
namespace {

// Two numbers of this commit; outside of a repository, two of today's choice.
std::vector<std::uint64_t> seeds() {
  std::string hash;
  if (FILE *pipe = popen("git -C '" DISLODGE_SOURCE_DIR "' rev-parse HEAD 2>/dev/null", "r")) {
    char buffer[80] = {};
    if (std::fgets(buffer, sizeof buffer, pipe) != nullptr) hash = buffer;
    pclose(pipe);
  }
  if (hash.size() < 16) return {3, 20'260'301};
  return {std::stoull(hash.substr(0, 7), nullptr, 16), std::stoull(hash.substr(7, 7), nullptr, 16)};
}

std::vector<std::string> kinds() {
  std::vector<std::string> list;
  for (const std::string &line : lines_of(run({"drill", "--list"}).out))
    if (!line.empty()) list.push_back(line);
  return list;
}

class Drills : public CaseTest, public testing::WithParamInterface<std::string> {};

TEST_P(Drills, IsGradedPerfect) {
  for (const std::uint64_t seed : seeds()) {
    const std::string name = GetParam() + "-" + std::to_string(seed);
    const std::string drill = path(name), a_case = path(name + ".case");
    ASSERT_EQ(
        run({"drill", "--kind", GetParam(), "--seed", std::to_string(seed), "--size", "small", drill}).code,
        0);
    const std::string foreign =
        "python3 '" DISLODGE_SOURCE_DIR "/tests/drill/foreign_readers.py' '" + drill + "'";
    EXPECT_EQ(std::system(foreign.c_str()), 0) << name;
    make_case(name + ".case");
    ASSERT_EQ(dislodge({"add", a_case, drill + "/evidence"}).code, 0);
    const Outcome read = dislodge({"investigate", a_case});
    EXPECT_EQ(read.code, 0) << read.err;
    const Outcome grade = dislodge({"drill", "grade", drill, a_case});
    EXPECT_EQ(grade.code, 0) << name << "\n" << grade.out << grade.err;
    std::filesystem::remove_all(drill);
    std::filesystem::remove_all(a_case);
  }
}
INSTANTIATE_TEST_SUITE_P(Every, Drills, testing::ValuesIn(kinds()), [](const auto &kind) {
  std::string name = kind.param;
  for (char &byte : name)
    if (byte == '-') byte = '_';
  return name;
});

TEST(DrillKinds, AreAtLeastEight) {
  EXPECT_GE(kinds().size(), 8u);
}

// A grade that cannot fail proves nothing: the answers of another drill are no match.
TEST_F(Drills, TheWrongAnswersAreNotPerfect) {
  const std::string one = path("one"), other = path("other");
  ASSERT_EQ(run({"drill", "--kind", "har-theft", "--seed", "1", one}).code, 0);
  ASSERT_EQ(run({"drill", "--kind", "har-theft", "--seed", "2", other}).code, 0);
  make_case();
  ASSERT_EQ(dislodge({"add", path("case"), one + "/evidence"}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("case")}).code, 0);
  EXPECT_EQ(dislodge({"drill", "grade", one, path("case")}).code, 0);
  const Outcome wrong = dislodge({"drill", "grade", other, path("case")});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.out.find("Not perfect."), std::string::npos);
}

}  // namespace
}  // namespace dislodge::cli_test
