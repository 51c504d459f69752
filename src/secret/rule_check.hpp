#pragma once
// `dislodge rules check`: every example of every rule through the real scanner.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "secret/matcher.hpp"
#include "secret/rule.hpp"

namespace dislodge::secret {

struct RuleCheck {
  std::string rule;
  std::string problem;  // names the example by its number; never shows a value
  bool note = false;    // true: not wrong, but worth knowing: another rule names the example
};

// Our own rules have at least two examples of either sort; those of other tools have what they have.
enum class ExamplesWanted : bool { no, yes };

// Each positive must give a finding of its rule, or of one that covers the same bytes with higher confidence
// (a note says so); each negative none of its rule.
base::Result<std::vector<RuleCheck>> check_rules(const RuleSet &rules, const Matcher &matcher,
                                                 ExamplesWanted wanted = ExamplesWanted::yes);

}  // namespace dislodge::secret
