#pragma once
// Rules of other scanners: gitleaks and Betterleaks (TOML), Nosey Parker, Kingfisher 1.x and Titus (YAML).
// Read into our own form with what they mean: the same pattern language, the same choice of the secret among
// the groups, the same filters, allowlists and gates. What has no exact equal is refused by name with the
// reason, never approximated.
//
//   DISLODGE_TRY_ASSIGN(RuleImport import, import_rules(path));      // a file, or a folder of them
//   DISLODGE_TRY(write_file(out, import.toml));                      // `scan --rules OUT` uses it
//
// Nothing is fetched: what a file would fetch itself ([extend] useDefault or url) is listed as not loaded.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dislodge::secret {

// A rule on its way: fields of ours, as text.
struct ImportedRule {
  std::string id;
  std::string name;
  std::string kind;
  std::string pattern;  // of our dialect
  int group = 0;
  std::vector<std::string> keywords;  // lower case; a gate where there are any
  double confidence = 0.6;
  bool identifier = false;  // reported only as part of another rule
  std::string discard;      // a filter (rule_filter.hpp), or ""
  std::string source;
  struct Companion {
    std::string rule;
    std::uint64_t lines = 0;
    std::uint64_t columns = 0;
  };
  std::vector<Companion> companions;
  std::vector<std::string> positive;
  std::vector<std::string> negative;
};

struct NotLoaded {
  std::string rule;  // its id; "" where it is about the whole file
  std::string file;
  std::string reason;
};

struct RuleImport {
  std::vector<ImportedRule> rules;  // each compiles
  std::vector<NotLoaded> refused;
  std::vector<NotLoaded> notes;  // loaded, but something beside the rules was left out
  std::size_t seen = 0;          // rules in the files
  std::string discard;           // what discards matches of all of them, or ""
  std::string family;            // made of the file's name
  // The rules in the form of rules/secrets (its README), ready to be loaded.
  std::string toml() const;
};

base::Result<RuleImport> import_rules(const std::filesystem::path &path);
// One file's text; `name` is for messages and sources and tells YAML (.yml, .yaml) from TOML.
base::Result<RuleImport> import_rule_text(std::string_view text, std::string_view name);

// The two families of format. They fill `into` with rules that need not compile.
base::Result<void> import_gitleaks(std::string_view text, std::string_view name, RuleImport &into);
base::Result<void> import_yaml_rules(std::string_view text, std::string_view name, RuleImport &into);

// `text` as a text of the filter language.
std::string filter_text(std::string_view text);
std::string filter_list(const std::vector<std::string> &texts);
// "a || b", where either may be empty.
std::string either_filter(std::string_view a, std::string_view b);
// The kind of secret that a rule's id and name speak of.
std::string imported_kind(std::string_view id, std::string_view name);

}  // namespace dislodge::secret
