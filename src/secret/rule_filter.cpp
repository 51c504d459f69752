#include "secret/rule_filter.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include "base/encode.hpp"
#include "secret/rule.hpp"

namespace dislodge::secret {

struct RuleFilter::Node {
  enum class Op : unsigned char {
    either,
    both,
    negate,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    unequal,
    truth,
    number,
    text,
    subject,
    list,
    entropy,
    matches_any,
    contains_any,
    digits,
    upper,
    lower,
    special,
    length,
  };
  enum class Subject : unsigned char { secret, match, line, path };

  Op op = Op::truth;
  Subject subject = Subject::secret;
  bool truth = false;
  double number = 0;
  std::string text;
  std::vector<Node> parts;
  std::vector<std::string> texts;                    // of a list
  std::vector<std::shared_ptr<const RE2>> patterns;  // of matches_any
};

namespace {

using Node = RuleFilter::Node;
using Op = Node::Op;

enum class Type : unsigned char { truth, number, text, list };

Type type_of(const Node &node) {
  switch (node.op) {
    case Op::number:
    case Op::entropy:
    case Op::digits:
    case Op::upper:
    case Op::lower:
    case Op::special:
    case Op::length:
      return Type::number;
    case Op::text:
    case Op::subject:
      return Type::text;
    case Op::list:
      return Type::list;
    default:
      return Type::truth;
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  base::Result<Node> parse() {
    auto root = either();
    skip_space();
    if (root && problem_.empty() && at_ < text_.size())
      wrong("\"" + peek_word() + "\" is not understood here");
    if (root && problem_.empty() && type_of(*root) != Type::truth) wrong("it is no condition");
    if (!root || !problem_.empty())
      return base::fail(base::ErrorKind::usage,
                        "filter: " + (problem_.empty() ? std::string("it ends too early") : problem_));
    return std::move(*root);
  }

 private:
  std::nullopt_t wrong(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
    return std::nullopt;
  }
  void skip_space() {
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("//"))
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
        ++at_;
      else
        break;
    }
  }
  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    const bool word = is_word(token.back());
    if (word && at_ + token.size() < text_.size() && is_word(text_[at_ + token.size()])) return false;
    at_ += token.size();
    return true;
  }
  std::string peek_word() {
    skip_space();
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    if (end == at_ && at_ < text_.size()) ++end;
    return std::string(text_.substr(at_, end - at_));
  }
  bool expect(std::string_view token) {
    if (take(token)) return true;
    wrong("\"" + std::string(token) + "\" is missing before \"" + peek_word() + "\"");
    return false;
  }

  // A chain of the same operator is one node: its length is no depth.
  static Node join(Op op, Node a, Node b) {
    if ((op == Op::either || op == Op::both) && a.op == op) {
      a.parts.push_back(std::move(b));
      return a;
    }
    Node node;
    node.op = op;
    node.parts.push_back(std::move(a));
    node.parts.push_back(std::move(b));
    return node;
  }

  std::optional<Node> either() {
    if (++depth_ > kFilterDepthMax) return wrong("it is nested too deep");
    auto left = both();
    while (left && (take("||") || take("or"))) {
      auto right = both();
      if (!right) return std::nullopt;
      if (type_of(*left) != Type::truth || type_of(*right) != Type::truth)
        return wrong("\"||\" stands between things that are no conditions");
      left = join(Op::either, std::move(*left), std::move(*right));
    }
    --depth_;
    return left;
  }
  std::optional<Node> both() {
    auto left = negation();
    while (left && (take("&&") || take("and"))) {
      auto right = negation();
      if (!right) return std::nullopt;
      if (type_of(*left) != Type::truth || type_of(*right) != Type::truth)
        return wrong("\"&&\" stands between things that are no conditions");
      left = join(Op::both, std::move(*left), std::move(*right));
    }
    return left;
  }
  std::optional<Node> negation() {
    bool negate = false;
    for (;;) {
      skip_space();
      if (text_.substr(at_).starts_with("!=") || !(take("!") || take("not"))) break;
      negate = !negate;
    }
    auto value = comparison();
    if (!value || !negate) return value;
    if (type_of(*value) != Type::truth) return wrong("\"!\" stands before what is no condition");
    Node node;
    node.op = Op::negate;
    node.parts.push_back(std::move(*value));
    return node;
  }
  std::optional<Node> comparison() {
    auto left = primary();
    if (!left) return left;
    static constexpr std::pair<std::string_view, Op> kOps[] = {
        {"<=", Op::less_equal}, {">=", Op::greater_equal}, {"==", Op::equal},
        {"!=", Op::unequal},    {"<", Op::less},           {">", Op::greater}};
    for (const auto &[token, op] : kOps) {
      if (!take(token)) continue;
      auto right = primary();
      if (!right) return std::nullopt;
      const Type type = type_of(*left);
      const bool fits =
          type == type_of(*right) &&
          (type == Type::number || (type == Type::text && (op == Op::equal || op == Op::unequal)));
      if (!fits) return wrong("things of two kinds are compared");
      return join(op, std::move(*left), std::move(*right));
    }
    return left;
  }

  std::optional<std::string> quoted() {
    skip_space();
    if (at_ >= text_.size()) return wrong("a text is missing");
    const char quote = text_[at_];
    if (quote != '"' && quote != '\'' && quote != '`')
      return wrong("a text is missing before \"" + peek_word() + "\"");
    std::string out;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        at_ = i + 1;
        return out;
      }
      if (text_[i] != '\\' || quote == '`') {
        out += text_[i];
        continue;
      }
      if (++i >= text_.size()) break;
      switch (text_[i]) {
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        case 'r':
          out += '\r';
          break;
        case 'x': {
          const auto byte = base::from_hex(text_.substr(i + 1, 2));
          if (!byte || byte->size() != 1) return wrong("a text holds an escape that is not understood");
          out += *byte;
          i += 2;
          break;
        }
        case '\\':
        case '"':
        case '\'':
        case '`':
          out += text_[i];
          break;
        default:
          return wrong("a text holds an escape that is not understood");
      }
    }
    return wrong("a text does not end");
  }

  std::optional<Node> subject_named(std::string_view name) {
    Node node;
    node.op = Op::subject;
    if (name == "secret")
      node.subject = Node::Subject::secret;
    else if (name == "match")
      node.subject = Node::Subject::match;
    else if (name == "line")
      node.subject = Node::Subject::line;
    else if (name == "path")
      node.subject = Node::Subject::path;
    else
      return wrong("\"" + std::string(name) + "\" is not known where files are scanned without their source");
    return node;
  }

  std::optional<Node> call(Op op, std::string_view name) {
    if (!expect("(")) return std::nullopt;
    Node node;
    node.op = op;
    for (;;) {
      auto part = either();
      if (!part) return std::nullopt;
      node.parts.push_back(std::move(*part));
      if (take(",")) continue;
      if (!expect(")")) return std::nullopt;
      break;
    }
    const bool listed = op == Op::matches_any || op == Op::contains_any;
    const bool two = listed || op == Op::special;
    if (node.parts.size() != (two ? 2u : 1u) || type_of(node.parts[0]) != Type::text ||
        (listed && node.parts[1].op != Op::list) || (op == Op::special && node.parts[1].op != Op::text))
      return wrong(std::string(name) + " is given other things than it takes");
    if (op != Op::matches_any) return node;
    for (const std::string &pattern : node.parts[1].texts) {
      RE2::Options options;
      options.set_log_errors(false);
      options.set_never_capture(true);
      auto regex = std::make_shared<const RE2>(pattern, options);
      if (!regex->ok()) return wrong("RE2 does not take a pattern of the filter: " + regex->error());
      node.patterns.push_back(std::move(regex));
    }
    return node;
  }

  std::optional<Node> primary() {
    skip_space();
    if (at_ >= text_.size()) return wrong("it ends too early");
    const char c = text_[at_];
    if (c == '(') {
      ++at_;
      auto inner = either();
      if (!inner) return std::nullopt;
      if (take("??")) {  // what follows stands in for a subject that is absent; ours never are
        if (!quoted()) return std::nullopt;
      }
      if (!expect(")")) return std::nullopt;
      return inner;
    }
    if (c == '[') {
      ++at_;
      Node node;
      node.op = Op::list;
      while (!take("]")) {
        auto text = quoted();
        if (!text) return std::nullopt;
        node.texts.push_back(std::move(*text));
        if (take(",")) continue;
        if (!expect("]")) return std::nullopt;
        break;
      }
      return node;
    }
    if (c == '"' || c == '\'' || c == '`') {
      auto text = quoted();
      if (!text) return std::nullopt;
      Node node;
      node.op = Op::text;
      node.text = std::move(*text);
      return node;
    }
    if ((c >= '0' && c <= '9') || c == '.') {
      std::size_t end = at_;
      while (end < text_.size() && ((text_[end] >= '0' && text_[end] <= '9') || text_[end] == '.')) ++end;
      Node node;
      node.op = Op::number;
      node.number = std::strtod(std::string(text_.substr(at_, end - at_)).c_str(), nullptr);
      at_ = end;
      return node;
    }
    return named();
  }

  std::optional<Node> named() {
    take("filter.");
    skip_space();
    const std::string word = peek_word();
    static constexpr std::pair<std::string_view, Op> kCalls[] = {{"entropy", Op::entropy},
                                                                 {"matchesAny", Op::matches_any},
                                                                 {"containsAny", Op::contains_any},
                                                                 {"digits", Op::digits},
                                                                 {"upper", Op::upper},
                                                                 {"lower", Op::lower},
                                                                 {"special", Op::special},
                                                                 {"len", Op::length}};
    for (const auto &[name, op] : kCalls)
      if (word == name && take(name)) return call(op, name);
    if (word == "true" || word == "false") {
      take(word);
      Node node;
      node.truth = word == "true";
      return node;
    }
    if (take("get")) {
      if (!expect("(") || !(take("attributes") || take("finding")))
        return wrong("get is given other things than it takes");
      if (!expect(",")) return std::nullopt;
      const auto name = quoted();
      if (!name || !expect(",") || !quoted() || !expect(")")) return std::nullopt;
      return subject_named(*name);
    }
    if (take("finding") || take("attributes")) {
      if (!expect("[")) return std::nullopt;
      const auto name = quoted();
      if (!name || !expect("]")) return std::nullopt;
      return subject_named(*name);
    }
    if (word == "secret" || word == "match" || word == "line" || word == "path") {
      take(word);
      return subject_named(word);
    }
    return wrong("\"" + word + "\" is not in the language of filters");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string problem_;
};

std::string_view text_value(const Node &node, const FilterSubject &subject) {
  if (node.op == Op::text) return node.text;
  switch (node.subject) {
    case Node::Subject::secret:
      return subject.secret;
    case Node::Subject::match:
      return subject.match;
    case Node::Subject::line:
      return subject.line;
    case Node::Subject::path:
      return subject.path;
  }
  return {};
}

double number_value(const Node &node, const FilterSubject &subject) {
  if (node.op == Op::number) return node.number;
  const std::string_view text = text_value(node.parts[0], subject);
  const auto count = [&](auto &&holds) {
    return static_cast<double>(std::count_if(text.begin(), text.end(), holds));
  };
  switch (node.op) {
    case Op::entropy:
      return entropy_of(text);
    case Op::digits:
      return count([](char c) { return c >= '0' && c <= '9'; });
    case Op::upper:
      return count([](char c) { return c >= 'A' && c <= 'Z'; });
    case Op::lower:
      return count([](char c) { return c >= 'a' && c <= 'z'; });
    case Op::special:
      return count([&](char c) { return node.parts[1].text.find(c) != std::string::npos; });
    default:
      return static_cast<double>(text.size());
  }
}

bool holds(const Node &node, const FilterSubject &subject) {
  switch (node.op) {
    case Op::either:
      return std::any_of(node.parts.begin(), node.parts.end(),
                         [&](const Node &part) { return holds(part, subject); });
    case Op::both:
      return std::all_of(node.parts.begin(), node.parts.end(),
                         [&](const Node &part) { return holds(part, subject); });
    case Op::negate:
      return !holds(node.parts[0], subject);
    case Op::truth:
      return node.truth;
    case Op::matches_any: {
      const std::string_view text = text_value(node.parts[0], subject);
      return std::any_of(node.patterns.begin(), node.patterns.end(), [&](const auto &pattern) {
        return RE2::PartialMatch({text.data(), text.size()}, *pattern);
      });
    }
    case Op::contains_any: {
      const std::string text = base::lower(text_value(node.parts[0], subject));
      return std::any_of(node.parts[1].texts.begin(), node.parts[1].texts.end(),
                         [&](const std::string &wanted) { return text.find(wanted) != std::string::npos; });
    }
    default:
      break;
  }
  if (type_of(node.parts[0]) == Type::text) {
    const bool same = text_value(node.parts[0], subject) == text_value(node.parts[1], subject);
    return node.op == Op::equal ? same : !same;
  }
  const double a = number_value(node.parts[0], subject);
  const double b = number_value(node.parts[1], subject);
  switch (node.op) {
    case Op::less:
      return a < b;
    case Op::less_equal:
      return a <= b;
    case Op::greater:
      return a > b;
    case Op::greater_equal:
      return a >= b;
    case Op::equal:
      return a == b;
    default:
      return a != b;
  }
}

}  // namespace

base::Result<RuleFilter> RuleFilter::parse(std::string_view text) {
  RuleFilter filter;
  filter.text_ = std::string(base::trim(text));
  if (filter.text_.empty()) return filter;
  DISLODGE_TRY_ASSIGN(Node root, FilterParser(text).parse());
  filter.root_ = std::make_shared<const Node>(std::move(root));
  return filter;
}

bool RuleFilter::discards(const FilterSubject &subject) const {
  return (root_ != nullptr && holds(*root_, subject)) || (second_ != nullptr && holds(*second_, subject));
}

void RuleFilter::join(const RuleFilter &other) {
  second_ = other.root_;
}

}  // namespace dislodge::secret
