#pragma once
// Filters: what discards a match after its pattern. The language is the subset of Expr that Betterleaks'
// rules are written in, so that their filters are kept as they are, and what other tools say in fields of
// their own (entropy, allowlists, stop words, least counts of digits) is said in it as well.
//
//   entropy(finding["secret"]) <= 3.5 || matchesAny(finding["match"], [`(?i)example`]) &&
//   !containsAny(secret, ["x"])
//
// Subjects: secret, match, line, path; also finding["secret"] and its like, attributes["path"],
// get(attributes, "path", "") and (attributes["path"] ?? ""). Functions:
//
//   entropy(s)                     Shannon entropy in bits a byte
//   matchesAny(s, [RE2, ...])      one of the patterns matches somewhere in s
//   containsAny(s, [text, ...])    one of the texts lies in s in lower case
//   digits(s) upper(s) lower(s)    how many of these characters s has
//   special(s, "chars")            how many of these characters s has
//   len(s)                         bytes
//
// A filter is immutable and may be shared between threads; copying one is cheap.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dislodge::secret {

struct FilterSubject {
  std::string_view secret;
  std::string_view match;
  std::string_view line;  // the lines that the match touches, without their ends
  std::string_view path;  // of the item
};

class RuleFilter {
 public:
  RuleFilter() = default;  // discards nothing

  // An error says which part of the text is beyond the language, and why.
  static base::Result<RuleFilter> parse(std::string_view text);

  bool empty() const { return root_ == nullptr && second_ == nullptr; }
  const std::string &text() const { return text_; }
  // From now on discards what either discards.
  void join(const RuleFilter &other);
  // Whether the match is to be discarded.
  bool discards(const FilterSubject &subject) const;

  struct Node;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
  std::shared_ptr<const Node> second_;  // of another filter that was joined
};

inline constexpr std::size_t kFilterDepthMax = 64;

}  // namespace dislodge::secret
