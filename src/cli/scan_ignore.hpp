#pragma once
// What a scan is told to pass over: .dislodgeignore files and baselines.
//
// A .dislodgeignore lies in a scanned folder or in the folder where the command runs. A line is a comment
// ("#"), a path as in .gitignore ("vendor/", "*.md", "/docs/keys.txt", "**/fixtures/**", "!kept"), "rule:ID"
// for a rule, or "fingerprint:HEX" for one secret, wherever it stands. A baseline is what an earlier `scan
// --json` printed: what it names is known already. What is passed over is rejected with the reason, and
// listed by --rejected.

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::cli {

class ScanIgnore {
 public:
  // Adds a file's lines; paths in it are relative to `root`, the path that was given for scanning.
  base::Result<void> add_file(const std::filesystem::path &file, std::string root);
  void add_text(std::string_view text, std::string_view file, std::string root);
  base::Result<void> add_baseline(const std::filesystem::path &file);

  // Why a finding is passed over, or "". `path` is as printed.
  std::string reason(std::string_view path, std::string_view rule, std::string_view fingerprint) const;
  // Whether a whole file is passed over, and need not be read.
  std::string reason_for_path(std::string_view path) const;

 private:
  struct PathLine {
    std::string root;
    std::string pattern;
    bool keeps = false;   // "!"
    bool rooted = false;  // has a "/" before its end
    std::string place;    // ".dislodgeignore:3"
  };
  std::vector<PathLine> paths_;
  std::set<std::string, std::less<>> rules_;
  std::set<std::string, std::less<>> fingerprints_;
  std::set<std::string, std::less<>> known_;  // of baselines
};

// Whether a glob of .gitignore ("*", "?", "[a-z]", "**") takes a whole path.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace dislodge::cli
