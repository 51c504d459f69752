#pragma once
// What a run may be told, and the rules of rules/secrets as workers use them.

#include <filesystem>
#include <memory>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "detect/sigma_matcher.hpp"
#include "evidence/unlock.hpp"
#include "secret/matcher.hpp"
#include "secret/rule.hpp"
#include "secret/scanner.hpp"

namespace dislodge::engine {

struct Options {
  unsigned workers = 0;  // 0: one a processor
  base::Limits limits;
  std::filesystem::path
      rules_folder;  // a folder with secrets/ in it, or one file; empty: the rules in the binary
  std::vector<std::filesystem::path> added_rules;  // files beside those
  std::filesystem::path cache_folder;              // for the compiled rules; empty: none
  bool sandbox = true;
  std::shared_ptr<const evidence::Unlock> unlock;  // passwords and keys that were supplied; null: none
  bool retry_poisoned = false;  // what crashed or hung its reader is tried once more (poisoned.hpp)
  bool allow_comments = false;  // `scan` heeds "gitleaks:allow" and its like; an investigation does not
};

// The rules that workers need, loaded and compiled (or taken from the cache): rules/secrets, and the Sigma
// rules of rules/detections, which run over records of logs while they are read.
struct SecretRules {
  secret::RuleSet rules;
  std::unique_ptr<secret::Matcher> matcher;
  std::shared_ptr<const detect::SigmaMatcher> detections;
  std::string digest;  // of both
  bool allow_comments = false;
};
base::Result<std::unique_ptr<SecretRules>> load_secret_rules(const Options &options);
// A scanner over them for one worker; surroundings: see ScanOptions. REQUIRES: rules outlive it.
std::unique_ptr<secret::Scanner> make_scanner(const SecretRules &rules, bool keep_rejected,
                                              bool surroundings = true);

}  // namespace dislodge::engine
