#pragma once
// What the tests of secret/ share: the embedded rules, compiled once, and a scan that gives a list.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "secret/matcher.hpp"
#include "secret/rule.hpp"
#include "secret/scanner.hpp"

namespace dislodge::secret::test {

inline const RuleSet &rules() {
  static const RuleSet kRules = [] {
    auto loaded = load_embedded_rules();
    if (!loaded) ADD_FAILURE() << loaded.error().message;
    return loaded ? *std::move(loaded) : RuleSet{};
  }();
  return kRules;
}

inline const Matcher &matcher() {
  // Compiling takes seconds in a debug build, and each test runs in a process of its own under ctest's
  // filters.
  static const Matcher kMatcher = [] {
    auto opened = Matcher::open(rules(), std::filesystem::temp_directory_path() / "dislodge-test-rules");
    if (!opened) ADD_FAILURE() << opened.error().message;
    return *std::move(opened);
  }();
  return kMatcher;
}

class Collector : public FoundSink {
 public:
  void found(Found one) override { all.push_back(std::move(one)); }
  std::vector<Found> all;
};

inline std::vector<Found> scan(std::string_view text, ScanOptions options = {},
                               std::string_view item = "item") {
  auto scanner = Scanner::make(rules(), matcher(), options);
  if (!scanner) {
    ADD_FAILURE() << scanner.error().message;
    return {};
  }
  Collector collector;
  evidence::TextView view;
  view.item = item;
  view.text = text;
  scanner->scan(view, collector);
  return collector.all;
}

// As part of a message or document.
inline std::vector<Found> scan_within(std::string_view text, evidence::RecordId within) {
  auto scanner = Scanner::make(rules(), matcher(), {});
  if (!scanner) {
    ADD_FAILURE() << scanner.error().message;
    return {};
  }
  Collector collector;
  evidence::TextView view;
  view.item = "item";
  view.text = text;
  view.within = within;
  scanner->scan(view, collector);
  return collector.all;
}

inline std::string hint_of(const Found &found, HintKind kind) {
  return std::string(hint(found.sighting, kind));
}

}  // namespace dislodge::secret::test
