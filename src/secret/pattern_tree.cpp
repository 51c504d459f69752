#include "secret/pattern_tree.hpp"

#include <algorithm>
#include <bit>

#include "base/ascii.hpp"

namespace dislodge::secret {
namespace {

using base::is_digit;

constexpr std::size_t kDepthMax = 64;      // groups within groups
constexpr std::size_t kRepeatMax = 10000;  // RE2 takes at most 1000

struct Flags {
  bool ignore_case = false;
  bool dot_newline = false;
  bool each_line = false;  // "^" is the start of any line
};

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Letters in both cases; of those beyond ASCII the Latin-1 pairs, which is more than one of the engines
// folds.
ByteSet folded(const ByteSet &set, bool latin = true) {
  ByteSet out = set;
  for (unsigned c = 0; c < 256; ++c) {
    if (!set.has(static_cast<unsigned char>(c))) continue;
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (latin && c >= 0xC0);
    if (letter) out.add(static_cast<unsigned char>(c ^ 0x20));
  }
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view pattern) : text_(pattern) {}

  std::optional<PatternNode> run(Flags flags) {
    PatternNode node = alternatives(flags, 0);
    if (failed_ || at_ != text_.size()) return std::nullopt;
    return node;
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool more() const { return at_ < text_.size() && !failed_; }
  PatternNode fail() {
    failed_ = true;
    return {};
  }

  // Flags set within a group hold to its end.
  PatternNode alternatives(Flags flags, std::size_t depth) {
    if (depth > kDepthMax) return fail();
    PatternNode out;
    out.kind = PatternNode::Kind::either;
    PatternNode sequence;
    while (more() && peek() != ')') {
      if (peek() == '|') {
        ++at_;
        out.children.push_back(std::move(sequence));
        sequence = PatternNode();
        continue;
      }
      if (text_.substr(at_).starts_with("(?") && only_flags(flags)) continue;
      PatternNode one = atom(flags, depth);
      if (failed_) return {};
      quantify(one);
      sequence.children.push_back(std::move(one));
    }
    if (out.children.empty()) return sequence;
    out.children.push_back(std::move(sequence));
    return out;
  }

  // "(?i)": true where it is nothing but flags, which are set.
  bool only_flags(Flags &flags) {
    const std::size_t close = text_.find_first_of(":)<", at_);
    if (close == std::string_view::npos || text_[close] != ')') return false;
    if (!read_flags(text_.substr(at_ + 2, close - at_ - 2), flags)) failed_ = true;
    at_ = close + 1;
    return true;
  }

  static bool read_flags(std::string_view names, Flags &flags) {
    bool on = true;
    for (const char c : names) {
      if (c == '-')
        on = false;
      else if (c == 'i')
        flags.ignore_case = on;
      else if (c == 's')
        flags.dot_newline = on;
      else if (c == 'm')
        flags.each_line = on;
      else
        return false;  // "U" changes what repeats mean
    }
    return true;
  }

  PatternNode one_of(ByteSet set, const Flags &flags) {
    PatternNode node;
    node.kind = PatternNode::Kind::set;
    node.set = flags.ignore_case ? folded(set) : set;
    return node;
  }
  PatternNode byte(unsigned char c, const Flags &flags) {
    ByteSet set;
    set.add(c);
    return one_of(set, flags);
  }
  static PatternNode asserted(PatternNode::Kind kind) {
    PatternNode node;
    node.kind = kind;
    return node;
  }

  PatternNode atom(const Flags &flags, std::size_t depth) {
    const char c = peek();
    ++at_;
    switch (c) {
      case '(':
        return group(flags, depth);
      case '[':
        return one_of_class(flags);
      case '^':
        return asserted(flags.each_line ? PatternNode::Kind::assertion : PatternNode::Kind::begin);
      case '$':
        return asserted(PatternNode::Kind::assertion);
      case '.': {
        ByteSet set;
        if (!flags.dot_newline) set.add('\n');
        set.invert();
        return one_of(set, flags);
      }
      case '\\':
        return escape(flags);
      case '*':
      case '+':
      case '?':
        return fail();
      default:
        return byte(static_cast<unsigned char>(c), flags);
    }
  }

  PatternNode group(Flags flags, std::size_t depth) {
    if (peek() == '?') {
      if (text_.substr(at_).starts_with("?P<")) {
        const std::size_t close = text_.find('>', at_);
        if (close == std::string_view::npos) return fail();
        at_ = close + 1;
      } else {
        const std::size_t colon = text_.find_first_of(":)<=!", at_);
        if (colon == std::string_view::npos || text_[colon] != ':') return fail();
        if (!read_flags(text_.substr(at_ + 1, colon - at_ - 1), flags)) return fail();
        at_ = colon + 1;
      }
    }
    PatternNode inner = alternatives(flags, depth + 1);
    if (peek() != ')' || at_ >= text_.size()) return fail();
    ++at_;
    return inner;
  }

  // A class that an escape names; false where it names none.
  static bool named_class(char c, ByteSet &set) {
    ByteSet out;
    switch (c | 0x20) {
      case 'd':
        out.add('0', '9');
        break;
      case 'w':
        out.add('0', '9');
        out.add('a', 'z');
        out.add('A', 'Z');
        out.add('_');
        break;
      case 's':
        for (const char space : {'\t', '\n', '\f', '\r', ' '}) out.add(static_cast<unsigned char>(space));
        break;
      default:
        return false;
    }
    if ((c & 0x20) == 0) out.invert();
    if ((c | 0x20) == 's') out.add('\v');  // Hyperscan counts it as space, RE2 does not: more is safe
    set.add(out);
    return true;
  }

  // The byte that an escape stands for, behind its backslash; -1 where it is another kind of escape.
  int escaped_byte() {
    const char c = peek();
    ++at_;
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'a':
        return 7;
      case 'x': {
        if (peek() == '{') {
          const std::size_t close = text_.find('}', at_);
          if (close == std::string_view::npos || close == at_ + 1 || close - at_ > 3) return -1;
          int value = 0;
          for (std::size_t i = at_ + 1; i < close; ++i) {
            if (hex_value(text_[i]) < 0) return -1;
            value = value * 16 + hex_value(text_[i]);
          }
          at_ = close + 1;
          return value;
        }
        const int high = hex_value(peek());
        const int low = hex_value(peek(1));
        if (high < 0 || low < 0) return -1;
        at_ += 2;
        return high * 16 + low;
      }
      default:
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '\0') return -1;
        return static_cast<unsigned char>(c);
    }
  }

  PatternNode escape(const Flags &flags) {
    const char c = peek();
    ByteSet set;
    if (named_class(c, set)) {
      ++at_;
      return one_of(set, flags);
    }
    if (c == 'A') {
      ++at_;
      return asserted(PatternNode::Kind::begin);
    }
    if (c == 'b' || c == 'B' || c == 'z') {
      ++at_;
      return asserted(PatternNode::Kind::assertion);
    }
    if (c == 'C') {
      ++at_;
      return one_of(ByteSet::all(), flags);
    }
    const int value = escaped_byte();
    return value < 0 ? fail() : byte(static_cast<unsigned char>(value), flags);
  }

  static bool posix_class(std::string_view name, ByteSet &set) {
    bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    ByteSet out;
    if (name == "alpha" || name == "alnum" || name == "word") {
      out.add('a', 'z');
      out.add('A', 'Z');
    }
    if (name == "digit" || name == "alnum" || name == "word" || name == "xdigit") out.add('0', '9');
    if (name == "word") out.add('_');
    if (name == "lower") out.add('a', 'z');
    if (name == "upper") out.add('A', 'Z');
    if (name == "xdigit") {
      out.add('a', 'f');
      out.add('A', 'F');
    }
    if (name == "space") {
      out.add('\t', '\r');
      out.add(' ');
    }
    if (name == "blank") {
      out.add('\t');
      out.add(' ');
    }
    if (name == "punct") {
      out.add('!', '/');
      out.add(':', '@');
      out.add('[', '`');
      out.add('{', '~');
    }
    if (out.count() == 0) return false;
    if (negated) out.invert();
    set.add(out);
    return true;
  }

  PatternNode one_of_class(const Flags &flags) {
    ByteSet set;
    bool spaced = false;
    const bool negated = peek() == '^';
    if (negated) ++at_;
    for (bool first = true;; first = false) {
      if (!more()) return fail();
      const char c = peek();
      if (c == ']' && !first) {
        ++at_;
        break;
      }
      if (text_.substr(at_).starts_with("[:")) {
        const std::size_t close = text_.find(":]", at_);
        if (close == std::string_view::npos || !posix_class(text_.substr(at_ + 2, close - at_ - 2), set))
          return fail();
        at_ = close + 2;
        continue;
      }
      if (c == '\\' && named_class(peek(1), set)) {
        spaced = spaced || (peek(1) | 0x20) == 's';
        at_ += 2;
        continue;
      }
      const int low = class_byte();
      int high = low;
      if (peek() == '-' && peek(1) != ']' && at_ + 1 < text_.size()) {
        ++at_;
        high = class_byte();
      }
      if (low < 0 || high < low) return fail();
      set.add(static_cast<unsigned char>(low), static_cast<unsigned char>(high));
    }
    // Case is folded before a class is turned round; what the engines see differently is in.
    if (flags.ignore_case) set = folded(set, !negated);
    if (negated) set.invert();
    if (flags.ignore_case) set = folded(set, true);
    if (spaced) set.add('\v');
    PatternNode node;
    node.kind = PatternNode::Kind::set;
    node.set = set;
    if (set.count() == 0) return fail();
    return node;
  }
  int class_byte() {
    const char c = peek();
    ++at_;
    if (c == '\\') return escaped_byte();
    return static_cast<unsigned char>(c);
  }

  std::optional<std::size_t> number() {
    if (!is_digit(peek())) return std::nullopt;
    std::size_t value = 0;
    for (; is_digit(peek()) && value <= kRepeatMax; ++at_)
      value = value * 10 + static_cast<std::size_t>(peek() - '0');
    return value;
  }

  // A repeat behind the node becomes part of it; several in a row nest.
  void quantify(PatternNode &node) {
    while (more()) {
      const char c = peek();
      std::size_t least = 0;
      std::size_t most = PatternNode::kNoEnd;
      if (c == '*') {
        ++at_;
      } else if (c == '+') {
        least = 1;
        ++at_;
      } else if (c == '?') {
        most = 1;
        ++at_;
      } else if (c == '{') {
        const std::size_t start = at_;
        ++at_;
        const auto first = number();
        bool counted = first.has_value();
        least = most = first.value_or(0);
        if (counted && peek() == ',') {
          ++at_;
          most = PatternNode::kNoEnd;
          if (peek() != '}') {
            const auto second = number();
            counted = second.has_value();
            most = second.value_or(0);
          }
        }
        if (!counted || peek() != '}') {
          at_ = start;  // an ordinary brace
          return;
        }
        ++at_;
        if (most < least || least > kRepeatMax) failed_ = true;
      } else {
        return;
      }
      if (peek() == '?') ++at_;  // lazy or greedy: the same strings
      PatternNode repeat;
      repeat.kind = PatternNode::Kind::repeat;
      repeat.least = least;
      repeat.most = most;
      repeat.children.push_back(std::move(node));
      node = std::move(repeat);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

std::size_t ByteSet::count() const {
  std::size_t count = 0;
  for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

std::optional<PatternNode> parse_pattern(std::string_view pattern, bool ignore_case) {
  Flags flags;
  flags.ignore_case = ignore_case;
  return Parser(pattern).run(flags);
}

std::size_t widest(const PatternNode &node, std::size_t limit) {
  switch (node.kind) {
    case PatternNode::Kind::set:
      return std::min<std::size_t>(1, limit);
    case PatternNode::Kind::concat: {
      std::size_t sum = 0;
      for (const PatternNode &child : node.children) sum = std::min(limit, sum + widest(child, limit));
      return sum;
    }
    case PatternNode::Kind::either: {
      std::size_t most = 0;
      for (const PatternNode &child : node.children) most = std::max(most, widest(child, limit));
      return most;
    }
    case PatternNode::Kind::repeat: {
      const std::size_t one = widest(node.children.front(), limit);
      if (one == 0 || node.most == 0) return 0;
      if (node.most == PatternNode::kNoEnd || node.most >= limit / one + 1) return limit;
      return std::min(limit, one * node.most);
    }
    default:
      return 0;
  }
}

}  // namespace dislodge::secret
