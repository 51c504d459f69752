#pragma once
// Forms of vendors: a value that begins as the tokens of a vendor do and has another length or alphabet is
// none of theirs. A name beside it ("token = ...") makes no secret of it: documentation, tests and parsers of
// such tokens are full of them.
//
//   VendorForms forms(rules);
//   if (const Rule *rule = forms.of("apify_api_short")) ...   // whose tokens begin so

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "secret/rule.hpp"

namespace dislodge::secret {

class VendorForms {
 public:
  // Of prefixes shorter than this many vendors have some ("sk-", "key_").
  static constexpr std::size_t kPrefixMin = 5;

  explicit VendorForms(const RuleSet &rules);
  // The rule with the longest prefix with which the value begins, in either case; null for none.
  const Rule *of(std::string_view value) const;

 private:
  std::vector<const Rule *> rules_;  // sorted by prefix in lower case
};

// Those of a rule set, made once in each thread.
const VendorForms &vendor_forms(const RuleSet &rules);

// Rules that name a value by what stands beside it, not by its own form.
bool judges_by_context(const Rule &rule);

// Why a candidate that only the name beside it makes a secret is none, or "": it begins as a vendor's tokens
// do, and no rule of that vendor took it (of `others`, as Scanner::Candidate). Candidates that are turned
// down already are passed over.
template <typename Candidate>
std::string breaks_form(std::string_view text, const VendorForms &forms, const Candidate &one,
                        const std::vector<Candidate> &others) {
  const Rule *vendor = forms.of(text.substr(one.begin, one.end - one.begin));
  if (vendor == nullptr) return {};
  for (const Candidate &other : others)
    if (other.rejected.empty() && other.rule != nullptr && !judges_by_context(*other.rule) &&
        other.begin < one.end && one.begin < other.end)
      return {};
  return "begins as a " + vendor->name + " does, and breaks its form";
}
template <typename Candidate>
void refuse_broken_forms(std::string_view text, const VendorForms &forms,
                         std::vector<Candidate> &candidates) {
  for (Candidate &one : candidates)
    if (one.rejected.empty() && one.rule != nullptr && judges_by_context(*one.rule))
      one.rejected = breaks_form(text, forms, one, candidates);
}

}  // namespace dislodge::secret
