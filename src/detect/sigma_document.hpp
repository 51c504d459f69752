#pragma once
// One document of a Sigma file becomes a rule, a correlation or a filter; sigma_yaml.cpp joins documents to a
// set. An error says what is wrong and on which line.

#include <string>
#include <vector>

#include "base/yaml.hpp"
#include "detect/sigma_rule.hpp"

namespace dislodge::detect {

// Limits beside those of sigma_rule.hpp.
inline constexpr std::size_t kSigmaModifiersMax = 8;       // of one field
inline constexpr std::size_t kSigmaFilteredMax = 500'000;  // selections that filters add to rules, of one set

struct SigmaFilter {
  std::string path, title;
  std::vector<std::string> rules;  // ids or names; empty: any
  std::vector<SigmaSelection> selections;
  SigmaCondition condition;
};

base::Result<SigmaRule> read_sigma_rule(const base::YamlNode &document, const std::string &path,
                                        const SigmaPlaceholders &placeholders);
base::Result<SigmaCorrelation> read_sigma_correlation(const base::YamlNode &document, const std::string &path,
                                                      const SigmaPlaceholders &placeholders);
base::Result<SigmaFilter> read_sigma_filter(const base::YamlNode &document, const std::string &path,
                                            const SigmaPlaceholders &placeholders);

}  // namespace dislodge::detect
