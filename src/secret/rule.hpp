#pragma once
// Rules: what a secret of a known format looks like. They are data (rules/secrets/*.toml, described in the
// README there); this reads them. A rule set is immutable once loaded and may be shared between threads.
//
//   DISLODGE_TRY_ASSIGN(RuleSet rules, load_embedded_rules());
//   const Rule *rule = rules.find("github-pat-classic");

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secret/checks.hpp"
#include "secret/rule_filter.hpp"

namespace dislodge::secret {

// The group of rules whose secret is the first group that took something, or the whole match.
inline constexpr int kFirstGroup = -1;

// Another rule that must have found something near, or the match does not stand.
struct RuleCompanion {
  std::string rule;
  std::uint64_t lines = 0;    // at most so far away; 0: anywhere in the same text
  std::uint64_t columns = 0;  // likewise
};

struct Rule {
  std::string id;       // unique, kebab-case
  std::string name;     // for people
  std::string kind;     // the kind of secret; several rules may share one
  std::string family;   // the file's family
  std::string pattern;  // bytes; RE2 (Latin-1) and Hyperscan syntax
  int group = 0;        // the capture group that is the secret; 0 is the whole match; kFirstGroup
  std::vector<std::string> keywords;  // lower case; without one of them in the data there is no match
  double entropy = 0;                 // least Shannon entropy of the secret, bits a byte
  std::vector<const Check *> checks;  // all must hold
  double confidence = 0;              // 0..1 that a match which passes is a secret
  std::string authenticates;
  std::string realm;
  std::string owner;  // value, context, none
  bool identifier = false;
  std::string rotate;
  std::string source;
  std::vector<std::string> positive;
  std::vector<std::string> negative;
  // What rules of other tools ask beyond the above; of our own, none does.
  bool keyword_gate = false;              // a keyword must stand somewhere in the text, not only in the match
  RuleFilter discard;                     // matches that it holds for are rejected
  std::vector<RuleCompanion> companions;  // all must have found something
  std::string public_prefix;  // the literal with which every secret of the rule begins ("ghp_"), or ""
};

struct RuleSet {
  std::vector<Rule> rules;  // sorted by id; their places are the ids that the matcher uses
  std::string digest;       // SHA-256 in hex over the sorted contents of the files

  const Rule *find(std::string_view id) const;  // null where there is none
};

struct RuleFile {
  std::string_view path;  // for messages
  std::string_view text;
};

// Parses rule files. An error names file, rule and what is wrong: a field that is missing or unknown, a
// pattern that does not compile, a check that does not exist, an id used twice.
base::Result<RuleSet> load_rules(std::span<const RuleFile> files);
// The rules that the binary was built with.
base::Result<RuleSet> load_embedded_rules();
// The *.toml files under a folder, or one file (--rules).
base::Result<RuleSet> load_rules_from(const std::filesystem::path &path);

// Both sets as one. An id that both have is an error.
base::Result<RuleSet> join_rules(RuleSet a, RuleSet b);

// Shannon entropy over byte counts, in bits a byte.
double entropy_of(std::string_view bytes);

}  // namespace dislodge::secret
