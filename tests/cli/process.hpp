#pragma once
// Runs the built binary as a user would, with its output caught, in a folder that goes away with the test.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dislodge::cli_test {

struct Outcome {
  int code = -1;  // exit code; -N where signal N ended it
  std::string out, err;
};

// argv after the program's name; stdin from /dev/null or from the text given.
Outcome run(const std::vector<std::string> &arguments, const std::string &input = "");
// Starts it and returns at once, output thrown away.
pid_t start(const std::vector<std::string> &arguments);
int wait_for(pid_t process);

std::vector<std::string> lines_of(const std::string &text);
void write(const std::filesystem::path &path, const std::string &bytes);
std::string slurp(const std::filesystem::path &path);

// A folder of the test's own, with HOME inside it and a key file; a case that needs no passphrase.
class CaseTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  std::string path(const std::string &name) const { return (folder_ / name).string(); }
  // Arguments with --key-file appended.
  std::vector<std::string> keyed(std::vector<std::string> arguments) const;
  Outcome dislodge(const std::vector<std::string> &arguments) const { return run(keyed(arguments)); }
  void make_case(const std::string &name = "case") const;
  std::string dump(const std::string &name = "case") const;

  std::filesystem::path folder_;
};

inline const std::filesystem::path kNorthwind =
    std::filesystem::path(DISLODGE_SOURCE_DIR) / "examples/northwind";

}  // namespace dislodge::cli_test
