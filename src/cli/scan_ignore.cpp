#include "cli/scan_ignore.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/files.hpp"

namespace dislodge::cli {
namespace {

// "[a-z]" at `at`; moves behind it. A class without end is the character '['.
bool class_takes(std::string_view glob, std::size_t &at, char c) {
  std::size_t i = at + 1;
  const bool negative = i < glob.size() && (glob[i] == '!' || glob[i] == '^');
  if (negative) ++i;
  bool takes = false;
  for (bool first = true; i < glob.size() && (first || glob[i] != ']'); first = false, ++i) {
    if (i + 2 < glob.size() && glob[i + 1] == '-' && glob[i + 2] != ']') {
      takes = takes || (glob[i] <= c && c <= glob[i + 2]);
      i += 2;
    } else {
      takes = takes || glob[i] == c;
    }
  }
  if (i >= glob.size()) {
    ++at;
    return c == '[';
  }
  at = i + 1;
  return takes != negative && c != '/';
}

}  // namespace

// Of the stars only the newest "*" and the newest "**" are gone back to, which suffices: each step is linear.
bool glob_matches(std::string_view glob, std::string_view path) {
  struct Star {
    std::size_t glob = std::string_view::npos;
    std::size_t path = 0;
  };
  Star one;   // "*", within a part
  Star many;  // "**", over parts
  std::size_t g = 0;
  std::size_t p = 0;
  while (p < path.size() || g < glob.size()) {
    if (g < glob.size() && glob[g] == '*') {
      if (glob.substr(g).starts_with("**")) {
        g += 2;
        if (g < glob.size() && glob[g] == '/') ++g;  // "**/" takes no part at all, too
        many = {g, p};
        one = {};
      } else {
        one = {++g, p};
      }
      continue;
    }
    if (g < glob.size() && p < path.size()) {
      std::size_t next = g + 1;
      bool takes = glob[g] == path[p];
      if (glob[g] == '?') takes = path[p] != '/';
      if (glob[g] == '[') {
        next = g;
        takes = class_takes(glob, next, path[p]);
      }
      if (glob[g] == '\\' && g + 1 < glob.size()) {
        takes = glob[g + 1] == path[p];
        next = g + 2;
      }
      if (takes) {
        g = next;
        ++p;
        continue;
      }
    }
    if (one.glob != std::string_view::npos && one.path < path.size() && path[one.path] != '/') {
      p = ++one.path;
      g = one.glob;
      continue;
    }
    if (many.glob != std::string_view::npos && many.path < path.size()) {
      p = ++many.path;
      g = many.glob;
      one = {};
      continue;
    }
    return false;
  }
  return true;
}

void ScanIgnore::add_text(std::string_view text, std::string_view file, std::string root) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = base::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("rule:")) {
      rules_.emplace(base::trim(line.substr(5)));
      continue;
    }
    if (line.starts_with("fingerprint:")) {
      fingerprints_.emplace(base::trim(line.substr(12)));
      continue;
    }
    PathLine one;
    one.root = root;
    one.place = fmt::format("{}:{}", file, number);
    one.keeps = line.front() == '!';
    if (one.keeps) line.remove_prefix(1);
    if (line.starts_with('/')) {
      one.rooted = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) line.remove_suffix(1);
    if (line.empty()) continue;
    one.rooted = one.rooted || line.find('/') != std::string_view::npos;
    one.pattern = line;
    paths_.push_back(std::move(one));
  }
}

base::Result<void> ScanIgnore::add_file(const std::filesystem::path &file, std::string root) {
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(file));
  add_text(text, file.filename().string(), std::move(root));
  return {};
}

base::Result<void> ScanIgnore::add_baseline(const std::filesystem::path &file) {
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(file));
  std::string_view rest = text;
  std::size_t number = 0;
  simdjson::dom::parser parser;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = base::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.empty()) continue;
    simdjson::dom::element element;
    std::string_view fingerprint;
    if (parser.parse(line.data(), line.size()).get(element) != simdjson::SUCCESS ||
        element.at_key("fingerprint").get(fingerprint) != simdjson::SUCCESS)
      return base::fail(base::ErrorKind::usage,
                        fmt::format("{}:{}: no line of `dislodge scan --json`; write the baseline with it",
                                    file.string(), number));
    known_.emplace(fingerprint);
  }
  return {};
}

std::string ScanIgnore::reason_for_path(std::string_view path) const {
  const PathLine *last = nullptr;
  for (const PathLine &line : paths_) {
    if (!path.starts_with(line.root)) continue;
    std::string_view inside = path.substr(line.root.size());
    while (inside.starts_with('/')) inside.remove_prefix(1);
    // A line takes a file or a folder above it.
    bool takes = false;
    for (std::size_t end = 0; end < inside.size() && !takes;) {
      end = std::min(inside.find('/', end), inside.size());
      const std::string_view upper = inside.substr(0, end);
      const std::string_view name = upper.substr(upper.rfind('/') + 1);
      takes = glob_matches(line.pattern, line.rooted ? upper : name);
      ++end;
    }
    if (takes) last = &line;
  }
  return last == nullptr || last->keeps ? std::string() : "ignored by " + last->place;
}

std::string ScanIgnore::reason(std::string_view path, std::string_view rule,
                               std::string_view fingerprint) const {
  if (rules_.contains(rule)) return "its rule is ignored";
  if (fingerprints_.contains(fingerprint)) return "its fingerprint is ignored";
  if (known_.contains(fingerprint)) return "in the baseline";
  return reason_for_path(path);
}

}  // namespace dislodge::cli
