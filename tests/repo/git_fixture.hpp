#pragma once
// Real repositories for tests, made by the git command in a folder of their own, with fixed names and times.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.hpp"

namespace dislodge::repo {

namespace fs = std::filesystem;

class GitTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "dislodge-repo-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    fs::create_directories(root_ / "work");
  }
  void TearDown() override { fs::remove_all(root_); }

  // Runs a command in the work tree; its output without the last line end.
  std::string sh(const std::string &command) {
    const std::string full = "cd '" + (root_ / "work").string() + "' && export HOME='" + root_.string() +
                             "' GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 LC_ALL=C && { " + command +
                             " ; } 2>'" + (root_ / "errors").string() + "'";
    FILE *pipe = ::popen(full.c_str(), "r");
    std::string out;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      out.append(buffer, got);
    const int status = ::pclose(pipe);
    EXPECT_EQ(status, 0) << command << "\n" << base::read_file(root_ / "errors").value_or("");
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }
  void init(const std::string &options = "") {
    sh("git init -q " + options + " . && git checkout -q -b main");
    sh("git config user.name 'Ann Example' && git config user.email Ann@X.example");
  }
  void put(const std::string &path, std::string_view bytes) {
    fs::create_directories((root_ / "work" / path).parent_path());
    ASSERT_TRUE(base::write_file(root_ / "work" / path, bytes));
  }
  // Commits everything; each commit is an hour after the last.
  std::string commit(const std::string &message) {
    clock_ += 3600;
    const std::string when = std::to_string(clock_) + " +0100";
    sh("git add -A && GIT_AUTHOR_DATE='" + when + "' GIT_COMMITTER_DATE='" + when +
       "' git commit -q --allow-empty -m '" + message + "'");
    return sh("git rev-parse HEAD");
  }
  std::string at_time(const std::string &command) {
    clock_ += 3600;
    const std::string when = std::to_string(clock_) + " +0000";
    return sh("export GIT_AUTHOR_DATE='" + when + "' GIT_COMMITTER_DATE='" + when + "'; " + command);
  }
  std::vector<std::string> lines(const std::string &text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  // id -> type, of every object that git knows.
  std::map<std::string, std::string> objects() {
    std::map<std::string, std::string> out;
    for (const std::string &line :
         lines(sh("git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)'")))
      out[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    return out;
  }
  std::set<std::string> blobs() {
    std::set<std::string> out;
    for (const auto &[id, type] : objects())
      if (type == "blob") out.insert(id);
    return out;
  }
  std::string read_at(const fs::path &path) {
    auto bytes = base::read_file(path);
    EXPECT_TRUE(bytes) << path;
    return bytes.value_or("");
  }
  std::string file(const std::string &path) { return read_at(root_ / "work" / path); }
  std::string outside(const std::string &path) { return read_at(root_ / path); }
  // The one pack of the work tree's repository.
  std::string packed() { return read_at(sh("ls $PWD/.git/objects/pack/*.pack")); }

  fs::path root_;
  long clock_ = 1'600'000'000;
};

}  // namespace dislodge::repo
