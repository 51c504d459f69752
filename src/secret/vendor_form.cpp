#include "secret/vendor_form.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

bool is_mark(char c) {
  return c == '_' || c == '-' || c == '.' || c == '/' || c == '$';
}

}  // namespace

bool judges_by_context(const Rule &rule) {
  // Imported rules are of other families: they keep their own semantics.
  return rule.public_prefix.empty() &&
         (rule.family == "generic" || rule.family == "providers" ||
          (rule.family == "web" && (rule.kind == "api-key" || rule.kind.starts_with("oauth-"))));
}

VendorForms::VendorForms(const RuleSet &rules) {
  for (const Rule &rule : rules.rules)
    // A prefix that a mark ends is one on purpose: others are the beginning of some encoding ("eyJ").
    if (rule.public_prefix.size() >= kPrefixMin && is_mark(rule.public_prefix.back()) &&
        !judges_by_context(rule))
      rules_.push_back(&rule);
  std::sort(rules_.begin(), rules_.end(), [](const Rule *a, const Rule *b) {
    const std::string x = base::lower(a->public_prefix);
    const std::string y = base::lower(b->public_prefix);
    return x != y ? x < y : a->id < b->id;
  });
}

const VendorForms &vendor_forms(const RuleSet &rules) {
  thread_local std::unordered_map<const RuleSet *, std::pair<std::string, VendorForms>> made;
  const auto known = made.find(&rules);
  if (known != made.end() && known->second.first == rules.digest) return known->second.second;
  // Another set may stand where one stood before.
  made.erase(&rules);
  return made.emplace(&rules, std::pair(rules.digest, VendorForms(rules))).first->second.second;
}

const Rule *VendorForms::of(std::string_view value) const {
  const Rule *best = nullptr;
  for (const Rule *rule : rules_)
    if (value.size() > rule->public_prefix.size() &&
        base::equal_ignoring_case(value.substr(0, rule->public_prefix.size()), rule->public_prefix) &&
        (best == nullptr || best->public_prefix.size() < rule->public_prefix.size()))
      best = rule;
  return best;
}

}  // namespace dislodge::secret
