// Conditions of Sigma rules. Recursive descent with a depth limit; the tree is one list of nodes.

#include <algorithm>

#include "base/encode.hpp"
#include "detect/sigma_rule.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using Node = SigmaCondition::Node;
using Kind = SigmaCondition::Kind;

constexpr std::size_t kNodesMax = 20'000;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '*' || c == '?' || c == '.';
}

// "sel*" over a name; only * and ? are wild.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, back = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      back = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++back;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<SigmaSelection> &selections)
      : text_(text), selections_(selections) {
    next();
  }

  Result<SigmaCondition> run() {
    DISLODGE_TRY(parse_or(0));
    if (token_ == "|") return wrong("the pipe is deprecated; write a correlation");
    if (!token_.empty()) return wrong("\"" + std::string(token_) + "\" is not expected here");
    return std::move(out_);
  }

 private:
  tl::unexpected<base::Error> wrong(const std::string &what) const {
    return fail(ErrorKind::usage, "the condition \"" + std::string(text_.substr(0, 200)) + "\": " + what);
  }

  void next() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
    const std::size_t begin = at_;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    if (!is_word(text_[at_])) {
      ++at_;
    } else {
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    }
    token_ = text_.substr(begin, at_ - begin);
  }

  bool is(std::string_view keyword) const { return base::equal_ignoring_case(token_, keyword); }

  Result<std::uint32_t> add(Node node) {
    if (out_.nodes.size() >= kNodesMax) return wrong("it is too long");
    out_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  Result<std::uint32_t> join(Kind kind, std::vector<std::uint32_t> children) {
    if (children.size() == 1) {
      // The root is the last node.
      if (children.front() + 1 == out_.nodes.size()) return children.front();
    }
    Node node;
    node.kind = kind;
    node.children = std::move(children);
    return add(std::move(node));
  }

  Result<std::uint32_t> parse_or(int depth) {
    if (depth > kSigmaDepthMax) return wrong("it is nested too deeply");
    std::vector<std::uint32_t> parts;
    while (true) {
      DISLODGE_TRY_ASSIGN(const std::uint32_t part, parse_and(depth));
      parts.push_back(part);
      if (!is("or")) return join(Kind::any_of, std::move(parts));
      next();
    }
  }

  Result<std::uint32_t> parse_and(int depth) {
    std::vector<std::uint32_t> parts;
    while (true) {
      DISLODGE_TRY_ASSIGN(const std::uint32_t part, parse_not(depth));
      parts.push_back(part);
      if (!is("and")) return join(Kind::all_of, std::move(parts));
      next();
    }
  }

  Result<std::uint32_t> parse_not(int depth) {
    bool negated = false;
    while (is("not")) {
      negated = !negated;
      next();
    }
    DISLODGE_TRY_ASSIGN(const std::uint32_t inner, parse_atom(depth));
    if (!negated) return inner;
    Node node;
    node.kind = Kind::not_of;
    node.children = {inner};
    return add(std::move(node));
  }

  Result<std::uint32_t> parse_atom(int depth) {
    if (token_.empty()) return wrong("it ends too early");
    if (token_ == "(") {
      next();
      DISLODGE_TRY_ASSIGN(const std::uint32_t inner, parse_or(depth + 1));
      if (token_ != ")") return wrong("a parenthesis is not closed");
      next();
      return inner;
    }
    if (token_ == "|") return wrong("the pipe is deprecated; write a correlation");
    if (!is_word(token_.front())) return wrong("\"" + std::string(token_) + "\" is not known");
    const std::string_view word = token_;
    next();
    const bool all = base::equal_ignoring_case(word, "all");
    const bool any = word == "1" || base::equal_ignoring_case(word, "any");
    if ((all || any) && is("of")) {
      next();
      if (token_.empty() || !is_word(token_.front())) return wrong("\"of\" needs a name or \"them\"");
      const std::string_view pattern = token_;
      next();
      return of(all ? Kind::all_of : Kind::any_of, pattern);
    }
    for (std::uint32_t i = 0; i < selections_.size(); ++i)
      if (selections_[i].name == word) {
        Node node;
        node.selection = i;
        return add(std::move(node));
      }
    return wrong("there is no selection \"" + std::string(word) + "\"");
  }

  Result<std::uint32_t> of(Kind kind, std::string_view pattern) {
    const bool them = base::equal_ignoring_case(pattern, "them");
    std::vector<std::uint32_t> children;
    for (std::uint32_t i = 0; i < selections_.size(); ++i) {
      const std::string &name = selections_[i].name;
      if (them ? name.starts_with("_") : !name_matches(pattern, name)) continue;
      Node node;
      node.selection = i;
      DISLODGE_TRY_ASSIGN(const std::uint32_t child, add(std::move(node)));
      children.push_back(child);
    }
    if (children.empty()) return wrong("no selection is named \"" + std::string(pattern) + "\"");
    return join(kind, std::move(children));
  }

  std::string_view text_;
  const std::vector<SigmaSelection> &selections_;
  std::size_t at_ = 0;
  std::string_view token_;
  SigmaCondition out_;
};

}  // namespace

Result<SigmaCondition> parse_condition(std::string_view text, const std::vector<SigmaSelection> &selections) {
  return Parser(text, selections).run();
}

}  // namespace dislodge::detect
