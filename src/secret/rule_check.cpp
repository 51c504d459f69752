#include "secret/rule_check.hpp"

#include <algorithm>

#include "secret/scanner.hpp"

namespace dislodge::secret {
namespace {

class Collector : public FoundSink {
 public:
  void found(Found one) override { all.push_back(std::move(one)); }
  std::vector<Found> all;
};

}  // namespace

base::Result<std::vector<RuleCheck>> check_rules(const RuleSet &rules, const Matcher &matcher,
                                                 ExamplesWanted wanted) {
  ScanOptions options;
  options.keep_rejected = true;
  options.decode_depth = 0;
  options.prose = false;
  DISLODGE_TRY_ASSIGN(Scanner scanner, Scanner::make(rules, matcher, options));
  std::vector<RuleCheck> problems;
  const auto scan = [&scanner](const std::string &name, const std::string &text) {
    Collector collector;
    evidence::TextView view;
    view.item = name;
    view.text = text;
    scanner.scan(view, collector);
    return collector.all;
  };
  for (const Rule &rule : rules.rules) {
    const bool few = wanted == ExamplesWanted::yes;
    if (few && rule.positive.size() < 2)
      problems.push_back({rule.id, "has fewer than 2 positive examples", false});
    if (few && rule.negative.size() < 2)
      problems.push_back({rule.id, "has fewer than 2 negative examples", false});
    for (std::size_t i = 0; i < rule.positive.size(); ++i) {
      const std::string name = "positive example " + std::to_string(i + 1);
      const auto found = scan(rule.id + "!/positive-" + std::to_string(i), rule.positive[i]);
      const auto own = std::find_if(found.begin(), found.end(), [&](const Found &one) {
        return one.sighting.rule == rule.id && one.sighting.rejected.empty();
      });
      if (own != found.end()) continue;
      std::string why = "no match";
      std::string other;
      for (const Found &one : found) {
        if (one.sighting.rule != rule.id) continue;
        why = one.sighting.rejected;
        constexpr std::string_view kNamed = "named by ";
        if (why.starts_with(kNamed)) other = why.substr(kNamed.size());
      }
      // Other tools try their examples on the pattern alone: what their own entropy then discards is no fault
      // here.
      if (wanted == ExamplesWanted::no && why.starts_with("discarded by"))
        problems.push_back({rule.id, name + " is " + why + ", as the tool itself would", true});
      else if (!other.empty())
        problems.push_back({rule.id, name + " is named by " + other, true});
      else
        problems.push_back({rule.id, name + " is missed: " + why, false});
    }
    for (std::size_t i = 0; i < rule.negative.size(); ++i) {
      const auto found = scan(rule.id + "!/negative-" + std::to_string(i), rule.negative[i]);
      for (const Found &one : found) {
        if (one.sighting.rule != rule.id) continue;
        const bool passed = one.sighting.rejected.empty() || one.sighting.rejected.starts_with("named by ");
        if (passed)
          problems.push_back({rule.id, "negative example " + std::to_string(i + 1) + " matches", false});
      }
    }
  }
  return problems;
}

}  // namespace dislodge::secret
