#pragma once
// The examples of own rules, run as records of a log: each rule finds what it must and leaves what it must
// not.
//
//   for (const SigmaProblem &problem : check_examples(*options.sigma)) ...      // `dislodge rules check`

#include <vector>

#include "detect/sigma_matcher.hpp"

namespace dislodge::detect {

// An example is laid over a plain record of the rule's product, so that it says only what matters.
std::vector<SigmaProblem> check_examples(const SigmaMatcher &matcher);

// The rules that a record of a product finds. Read as log/ reads it where some reader knows it, else looked
// at natively. `problem` gets the reason where it is no JSON object.
std::vector<std::string> rules_found(const SigmaMatcher &matcher, const SigmaLogsource &logsource,
                                     std::string_view record, std::string *problem = nullptr);

}  // namespace dislodge::detect
