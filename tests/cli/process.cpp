#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace dislodge::cli_test {

namespace fs = std::filesystem;

void write(const fs::path &path, const std::string &bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string slurp(const fs::path &path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

namespace {

pid_t spawn(const std::vector<std::string> &arguments, const std::string &in, const std::string &out,
            const std::string &err) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int ends[3] = {::open(in.c_str(), O_RDONLY), ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600),
                       ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)};
  for (int i = 0; i < 3; ++i) ::dup2(ends[i], i);
  std::vector<char *> argv;
  static std::string program = DISLODGE_BINARY;
  argv.push_back(program.data());
  for (const std::string &argument : arguments) argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

int wait_for(pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

pid_t start(const std::vector<std::string> &arguments) {
  return spawn(arguments, "/dev/null", "/dev/null", "/dev/null");
}

Outcome run(const std::vector<std::string> &arguments, const std::string &input) {
  std::string name = (fs::temp_directory_path() / "dislodge-run-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return {};
  const fs::path folder = name;
  std::string in = "/dev/null";
  if (!input.empty()) {
    in = (folder / "in").string();
    write(in, input);
  }
  Outcome result;
  result.code = wait_for(spawn(arguments, in, (folder / "out").string(), (folder / "err").string()));
  result.out = slurp(folder / "out");
  result.err = slurp(folder / "err");
  fs::remove_all(folder);
  return result;
}

void CaseTest::SetUp() {
  std::string name = (fs::temp_directory_path() / "dislodge-cli-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  folder_ = name;
  // The user's key and the compiled rules: a cache shared by the tests of one build saves seconds each.
  ::setenv("XDG_CONFIG_HOME", (folder_ / "config").c_str(), 1);
  ::setenv("XDG_CACHE_HOME", (fs::path(DISLODGE_BINARY).parent_path() / "test-cache").c_str(), 1);
}

void CaseTest::TearDown() {
  fs::remove_all(folder_);
}

std::vector<std::string> CaseTest::keyed(std::vector<std::string> arguments) const {
  arguments.push_back("--key-file");
  arguments.push_back(path("key"));
  return arguments;
}

void CaseTest::make_case(const std::string &name) const {
  const Outcome made = dislodge({"new", path(name)});
  ASSERT_EQ(made.code, 0) << made.err;
}

std::string CaseTest::dump(const std::string &name) const {
  const Outcome dumped = dislodge({"dump", path(name), "--canonical"});
  EXPECT_EQ(dumped.code, 0) << dumped.err;
  return dumped.out;
}

}  // namespace dislodge::cli_test
