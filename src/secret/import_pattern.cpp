#include "secret/import_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/ascii.hpp"
#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

using base::is_alphanumeric;

constexpr std::size_t kRepeatMax = 1000;  // RE2 takes no more in one count

bool is_blank(char c) {
  return std::string_view(" \t\n\r\v\f").find(c) != std::string_view::npos;
}

class Translator {
 public:
  Translator(std::string_view pattern, Dialect dialect) : in_(pattern), rust_(dialect == Dialect::rust) {}

  base::Result<std::string> run() {
    while (at_ < in_.size() && problem_.empty()) step();
    if (problem_.empty() && !open_.empty()) problem_ = "a group does not end";
    if (!problem_.empty()) return base::fail(base::ErrorKind::usage, problem_);
    return std::move(out_);
  }

 private:
  struct Group {
    bool extended = false;  // what held outside
    std::size_t begin = 0;  // where it begins in out_
  };

  void wrong(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }

  void step() {
    const char c = in_[at_];
    if (extended_ && is_blank(c)) {
      ++at_;
      return;
    }
    if (extended_ && c == '#') {
      at_ = std::min(in_.find('\n', at_), in_.size());
      return;
    }
    switch (c) {
      case '\\':
        escape();
        return;
      case '[':
        character_class();
        return;
      case '(':
        open_group();
        return;
      case ')':
        if (open_.empty()) return wrong("a group ends that never began");
        extended_ = open_.back().extended;
        atom_ = open_.back().begin;
        open_.pop_back();
        out_ += ')';
        ++at_;
        return;
      case '{':
        if (count()) return;
        // No count: Go and RE2 read a brace as itself; in Rust it is a fault.
        atom_ = out_.size();
        out_ += "\\{";
        ++at_;
        return;
      case '}':
        atom_ = out_.size();
        out_ += "\\}";
        ++at_;
        return;
      case '*':
      case '+':
      case '?':
        out_ += c;
        ++at_;
        skip_ignored();
        if (at_ < in_.size() && in_[at_] == '+') wrong("a possessive repetition has no equal in linear time");
        if (at_ < in_.size() && in_[at_] == '?') {
          out_ += '?';
          ++at_;
        }
        return;
      case '|':
      case '^':
      case '$':
        out_ += c;
        atom_ = out_.size();
        ++at_;
        return;
      default:
        atom_ = out_.size();
        out_ += c;
        ++at_;
        // A character beyond ASCII is several bytes, which a repetition must take together.
        if (static_cast<unsigned char>(c) >= 0xC0) {
          std::string bytes(1, c);
          while (at_ < in_.size() && (static_cast<unsigned char>(in_[at_]) & 0xC0) == 0x80)
            bytes += in_[at_++];
          out_.resize(atom_);
          out_ += "(?:";
          for (const char byte : bytes) out_ += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
          out_ += ')';
        }
        return;
    }
  }

  void skip_ignored() {
    for (;;) {
      if (extended_ && at_ < in_.size() && is_blank(in_[at_])) {
        ++at_;
      } else if (extended_ && at_ < in_.size() && in_[at_] == '#') {
        at_ = std::min(in_.find('\n', at_), in_.size());
      } else if (rust_ && in_.substr(at_).starts_with("(?#")) {
        at_ = std::min(in_.find(')', at_), in_.size() - 1) + 1;
      } else {
        return;
      }
    }
  }

  // "\" and what belongs to it, outside of classes.
  void escape() {
    if (at_ + 1 >= in_.size()) return wrong("it ends in a backslash");
    const char c = in_[at_ + 1];
    atom_ = out_.size();
    if (c >= '1' && c <= '9') return wrong("a reference back to a group has no equal in linear time");
    if (c == 'k' || c == 'g') return wrong("a reference back to a group has no equal in linear time");
    if (c == 'K' || c == 'G' || c == 'R' || c == 'X')
      return wrong(std::string("\\") + c + " has no equal in RE2");
    if (c == 'p' || c == 'P') return wrong("a Unicode class needs text, and rules are matched on bytes");
    if (c == 'Q') {
      const std::size_t end = std::min(in_.find("\\E", at_ + 2), in_.size());
      for (const char literal : in_.substr(at_ + 2, end - at_ - 2)) {
        atom_ = out_.size();
        if (!is_alphanumeric(literal) && static_cast<unsigned char>(literal) < 0x80) out_ += '\\';
        out_ += literal;
      }
      at_ = std::min(end + 2, in_.size());
      return;
    }
    if (c == 'Z') {
      out_ += "(?:\\n?\\z)";
      at_ += 2;
      return;
    }
    if (c == 'h') {
      out_ += "[ \\t]";
      at_ += 2;
      return;
    }
    out_ += escaped();
  }

  // An escape that means the same inside and outside of a class; moves on.
  std::string escaped() {
    const char c = in_[at_ + 1];
    if (c == 'x' || c == 'u' || c == 'U') return code_point();
    at_ += 2;
    if (c == '_' || c == ' ' || c == '\n') return c == '_' ? "_" : c == ' ' ? "\\x20" : "\\n";
    if (c == '<' || c == '>' || c == '/' || c == '"' || c == '\'' || c == '`' || c == '@' || c == '%' ||
        c == ':' || c == ',' || c == ';' || c == '!' || c == '~' || c == '=') {
      return std::string(1, c);
    }
    if (c == 'e') return "\\x1b";
    return {'\\', c};
  }

  std::string code_point() {
    const char c = in_[at_ + 1];
    std::size_t at = at_ + 2;
    std::string digits;
    if (at < in_.size() && in_[at] == '{') {
      const std::size_t end = in_.find('}', at);
      if (end == std::string_view::npos) return wrong("a character's number does not end"), std::string();
      digits = in_.substr(at + 1, end - at - 1);
      at = end + 1;
    } else {
      const std::size_t size = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      digits = in_.substr(at, size);
      at += size;
    }
    if (digits.empty() || digits.size() > 8 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      return wrong("a character's number is not hexadecimal"), std::string();
    const unsigned long value = std::stoul(digits, nullptr, 16);
    at_ = std::min(at, in_.size());
    if (value > 0xFF || (value > 0x7F && !rust_))
      return wrong("a character beyond ASCII is named by number, and rules are matched on bytes"),
             std::string();
    return fmt::format("\\x{:02x}", value);
  }

  void character_class() {
    atom_ = out_.size();
    std::string text = "[";
    ++at_;
    const auto skip = [&] {
      while (rust_ && extended_ && at_ < in_.size() && is_blank(in_[at_])) ++at_;
    };
    skip();
    if (at_ < in_.size() && in_[at_] == '^') {
      text += '^';
      ++at_;
      skip();
    }
    bool first = true;
    for (;; first = false) {
      skip();
      if (at_ >= in_.size()) return wrong("a character class does not end");
      const char c = in_[at_];
      if (c == ']' && !first) break;
      if (c == '[') {
        if (in_.substr(at_).starts_with("[:")) {
          const std::size_t end = in_.find(":]", at_ + 2);
          if (end == std::string_view::npos) return wrong("a named class does not end");
          text += in_.substr(at_, end + 2 - at_);
          at_ = end + 2;
          continue;
        }
        if (rust_ && nested_class()) return wrong("a class within a class has no equal in RE2");
        text += "\\[";
        ++at_;
        continue;
      }
      if (rust_ && (in_.substr(at_).starts_with("&&") || in_.substr(at_).starts_with("~~")))
        return wrong("a class that is made of sets (&&, ~~) has no equal in RE2");
      if (c == '\\') {
        if (at_ + 1 >= in_.size()) return wrong("it ends in a backslash");
        const char next = in_[at_ + 1];
        if (next == 'p' || next == 'P')
          return wrong("a Unicode class needs text, and rules are matched on bytes");
        if (next == 'h') {
          text += " \\t";
          at_ += 2;
        } else if (next == 'b') {
          text += "\\x08";
          at_ += 2;
        } else {
          // "\-" and its like keep their backslash here, where a bare one would make a range.
          std::string one = escaped();
          if (one.size() == 1 && std::string_view("]^-[\\").find(one[0]) != std::string_view::npos)
            one = "\\" + one;
          text += one;
        }
        continue;
      }
      if (c == ']') {  // it comes first and is a member
        text += "\\]";
        ++at_;
        continue;
      }
      if (static_cast<unsigned char>(c) >= 0x80)
        return wrong("a class holds a character beyond ASCII, and rules are matched on bytes");
      text += c;
      ++at_;
    }
    ++at_;
    out_ += text + "]";
  }

  // Whether "[" within a class opens another one: a "]" before the class's own would end it.
  bool nested_class() const {
    std::size_t depth = 1;
    for (std::size_t i = at_ + 1; i < in_.size(); ++i) {
      if (in_[i] == '\\') {
        ++i;
      } else if (in_[i] == ']' && --depth == 0) {
        return i + 1 < in_.size() && in_[i + 1] == ']';
      }
    }
    return false;
  }

  void open_group() {
    const std::string_view rest = in_.substr(at_);
    const std::size_t begin = out_.size();
    if (!rest.starts_with("(?")) {
      if (rest.starts_with("(*")) return wrong("a verb such as (*UTF8) has no equal in RE2");
      open_.push_back({extended_, begin});
      out_ += '(';
      ++at_;
      return;
    }
    if (rest.starts_with("(?#")) {
      at_ = std::min(in_.find(')', at_), in_.size() - 1) + 1;
      return;
    }
    for (const std::string_view mark : {"(?=", "(?!", "(?<=", "(?<!"})
      if (rest.starts_with(mark)) return wrong("look-around has no equal in linear time");
    if (rest.starts_with("(?>")) return wrong("an atomic group has no equal in linear time");
    if (rest.starts_with("(?(") || rest.starts_with("(?R") || rest.starts_with("(?&"))
      return wrong("conditions and recursion have no equal in linear time");
    if (rest.starts_with("(?<") || rest.starts_with("(?P<") || rest.starts_with("(?'")) {
      const char close = rest[2] == '\'' ? '\'' : '>';
      const std::size_t name = at_ + (rest[2] == 'P' ? 4 : 3);
      const std::size_t end = in_.find(close, name);
      if (end == std::string_view::npos) return wrong("a group's name does not end");
      open_.push_back({extended_, begin});
      out_ += "(?P<";
      for (const char c : in_.substr(name, end - name)) out_ += is_alphanumeric(c) || c == '_' ? c : '_';
      out_ += '>';
      at_ = end + 1;
      return;
    }
    flags(begin);
  }

  // "(?ix)" and "(?ix:".
  void flags(std::size_t begin) {
    std::string kept;
    std::string cleared;
    bool negative = false;
    bool extended = extended_;
    std::size_t i = at_ + 2;
    for (; i < in_.size() && in_[i] != ':' && in_[i] != ')'; ++i) {
      const char flag = in_[i];
      if (flag == '-') {
        negative = true;
      } else if (flag == 'x') {
        extended = !negative;
      } else if (flag == 'i' || flag == 's' || flag == 'm' || flag == 'U') {
        (negative ? cleared : kept) += flag;
      } else if (flag == 'u' && negative) {
        // Bytes are what we match on anyway.
      } else if (flag == 'u') {
        return wrong("the flag u needs text, and rules are matched on bytes");
      } else {
        return wrong(std::string("the flag ") + flag + " has no equal in RE2");
      }
    }
    if (i >= in_.size()) return wrong("a group does not end");
    if (extended && !rust_) return wrong("the flag x is not in Go's dialect");
    std::string text = kept;
    if (!cleared.empty()) text += "-" + cleared;
    if (in_[i] == ')') {
      extended_ = extended;
      if (!text.empty()) out_ += "(?" + text + ")";
      atom_ = out_.size();
    } else {
      open_.push_back({extended_, begin});
      extended_ = extended;
      out_ += "(?" + text + ":";
    }
    at_ = i + 1;
  }

  // "{m,n}" behind an atom. RE2 counts to 1,000; more is the atom written again.
  bool count() {
    std::size_t i = at_ + 1;
    const auto number = [&]() -> std::optional<std::size_t> {
      const std::size_t from = i;
      std::size_t value = 0;
      for (; i < in_.size() && in_[i] >= '0' && in_[i] <= '9' && i - from < 7; ++i)
        value = value * 10 + static_cast<std::size_t>(in_[i] - '0');
      if (i == from) return std::nullopt;
      return value;
    };
    const auto blanks = [&] {
      while (extended_ && i < in_.size() && is_blank(in_[i])) ++i;
    };
    blanks();
    const auto least = number();
    blanks();
    if (!least || i >= in_.size()) return false;
    std::optional<std::size_t> most = least;
    if (in_[i] == ',') {
      ++i;
      blanks();
      most = number();
      blanks();
    }
    if (i >= in_.size() || in_[i] != '}') return false;
    at_ = i + 1;
    skip_ignored();
    std::string lazy;
    if (at_ < in_.size() && in_[at_] == '?') {
      lazy = "?";
      ++at_;
    }
    if (at_ < in_.size() && in_[at_] == '+' && lazy.empty() && rust_) {
      wrong("a possessive repetition has no equal in linear time");
      return true;
    }
    const std::string atom = out_.substr(std::min(atom_, out_.size()));
    if (atom.empty()) {
      wrong("a count stands behind nothing");
      return true;
    }
    const auto piece = [&](std::size_t from, std::optional<std::size_t> to) {
      std::string text = "{" + std::to_string(from);
      if (!to)
        text += ",";
      else if (*to != from)
        text += "," + std::to_string(*to);
      return text + "}" + lazy;
    };
    if (*least <= kRepeatMax && (!most || *most <= kRepeatMax)) {
      out_ += piece(*least, most);
      return true;
    }
    if (atom.find('(') != std::string::npos && atom.find("(?:") != 0) {
      wrong("a group is repeated more than 1000 times");
      return true;
    }
    out_.resize(atom_);
    out_ += "(?:";
    std::size_t required = *least;
    while (required > kRepeatMax) {
      out_ += atom + piece(kRepeatMax, kRepeatMax);
      required -= kRepeatMax;
    }
    if (!most) {
      out_ += atom + piece(required, std::nullopt);
    } else {
      std::size_t optional = *most - std::min(*most, *least);
      if (required > 0) out_ += atom + piece(required, required);
      while (optional > 0) {
        const std::size_t some = std::min(optional, kRepeatMax);
        out_ += atom + piece(0, some);
        optional -= some;
      }
    }
    out_ += ')';
    return true;
  }

  std::string_view in_;
  bool rust_;
  std::size_t at_ = 0;
  std::string out_;
  std::size_t atom_ = 0;  // where the newest atom begins in out_
  bool extended_ = false;
  std::vector<Group> open_;
  std::string problem_;
};

}  // namespace

base::Result<std::string> translate_pattern(std::string_view pattern, Dialect dialect) {
  return Translator(pattern, dialect).run();
}

PatternGroups groups_of(std::string_view pattern) {
  PatternGroups groups;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      if (pattern.substr(i).starts_with("[:"))
        i = pattern.find(":]", i) + 1;
      else
        in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // Translated classes escape what could be mistaken; "[:name:]" is stepped over.
      while (pattern.substr(i + 1).starts_with("[:") || pattern.substr(i + 1).starts_with("^[:"))
        i = pattern.find(":]", i) + 1;
    } else if (c == '(') {
      const std::string_view rest = pattern.substr(i + 1);
      if (!rest.starts_with('?')) {
        ++groups.count;
      } else if (rest.starts_with("?P<")) {
        ++groups.count;
        const std::string name = base::lower(rest.substr(3, rest.find('>') - 3));
        if (groups.first_named == 0) groups.first_named = groups.count;
        if (name == "token" && groups.named_token == 0) groups.named_token = groups.count;
      }
    }
  }
  return groups;
}

}  // namespace dislodge::secret
