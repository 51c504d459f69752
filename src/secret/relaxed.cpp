#include "secret/relaxed.hpp"

#include <algorithm>

namespace dislodge::secret {
namespace {

constexpr std::size_t kUnrolledMax = 32;  // repetitions up to this many are left as they are

// Where the element that begins at `at` ends, if it matches exactly one byte; else npos.
std::size_t atom_end(std::string_view pattern, std::size_t at) {
  const char c = pattern[at];
  if (c == '[') return class_end(pattern, at);
  if (c == '\\') {
    // Not "\\b" and its like, nor "\\x41", which are other than they look.
    const bool one_byte =
        at + 1 < pattern.size() &&
        std::string_view("bBAzQEpPx01234567C").find(pattern[at + 1]) == std::string_view::npos;
    return one_byte ? at + 2 : std::string_view::npos;
  }
  if (std::string_view("()|?*+{}^$").find(c) != std::string_view::npos) return std::string_view::npos;
  return at + 1;
}

struct Count {
  std::size_t least = 0;
  std::size_t most = 0;
  std::size_t end = 0;  // after "}"
};

// "{m,n}" at a place; end 0 where there is none.
Count read_count(std::string_view pattern, std::size_t at) {
  Count count;
  if (at >= pattern.size() || pattern[at] != '{') return count;
  std::size_t i = at + 1;
  const auto number = [&](std::size_t &out) {
    const std::size_t from = i;
    for (; i < pattern.size() && pattern[i] >= '0' && pattern[i] <= '9' && i - from < 6; ++i)
      out = out * 10 + static_cast<std::size_t>(pattern[i] - '0');
    return i > from;
  };
  if (!number(count.least) || i >= pattern.size() || pattern[i] != ',') return {};
  ++i;
  if (!number(count.most) || i >= pattern.size() || pattern[i] != '}') return {};
  count.end = i + 1;
  return count;
}

// For each '(' whether its group is repeated: what a capture inside holds is then only the last time's.
std::vector<bool> repeated_groups(std::string_view pattern) {
  std::vector<bool> repeated(pattern.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      const std::size_t end = class_end(pattern, i);
      if (end == std::string_view::npos) break;
      i = end - 1;
    } else if (pattern[i] == '(') {
      open.push_back(i);
    } else if (pattern[i] == ')' && !open.empty()) {
      const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
      repeated[open.back()] = next == '*' || next == '+' || next == '{';
      open.pop_back();
    }
  }
  return repeated;
}

}  // namespace

std::size_t class_end(std::string_view pattern, std::size_t at) {
  if (at >= pattern.size() || pattern[at] != '[') return std::string_view::npos;
  std::size_t i = at + 1;
  if (i < pattern.size() && pattern[i] == '^') ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  for (; i < pattern.size() && pattern[i] != ']'; ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern.substr(i).starts_with("[:")) {
      const std::size_t named = pattern.find(":]", i + 2);
      if (named == std::string_view::npos) return std::string_view::npos;
      i = named + 1;
    }
  }
  return i < pattern.size() ? i + 1 : std::string_view::npos;
}

RelaxedPattern relax(std::string_view pattern, int group) {
  RelaxedPattern out;
  out.group = group;
  const std::vector<bool> repeated = repeated_groups(pattern);
  std::vector<bool> inside;  // of the open groups: whether one of them is repeated
  int original = 0;
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '(') {
      const bool captures =
          !pattern.substr(i + 1).starts_with('?') || pattern.substr(i + 1).starts_with("?P<");
      if (captures) {
        ++out.groups;
        out.originals.push_back(out.groups);
        if (++original == group) out.group = out.groups;
      }
      inside.push_back(repeated[i] || (!inside.empty() && inside.back()));
      // "(?i:" is copied whole, so that its '?' is no quantifier.
      const std::size_t head =
          captures ? i + 1 : std::min(pattern.find_first_of(":)", i), pattern.size() - 1) + 1;
      if (!captures && pattern[head - 1] == ')') inside.pop_back();  // "(?i)" opens nothing
      out.pattern += pattern.substr(i, head - i);
      i = head;
      continue;
    }
    if (c == ')' && !inside.empty()) inside.pop_back();
    const std::size_t end = atom_end(pattern, i);
    if (end == std::string_view::npos) {
      // "\\b", "\\x41" and marks: as they are, escapes with the character after them.
      const std::size_t size = c == '\\' && i + 1 < pattern.size() ? 2 : 1;
      out.pattern += pattern.substr(i, size);
      i += size;
      continue;
    }
    const Count count = read_count(pattern, end);
    if (count.end != 0 && count.most > kUnrolledMax && count.most > count.least &&
        (inside.empty() || !inside.back())) {
      ++out.groups;
      out.bounds.push_back({out.groups, count.most});
      out.pattern += '(';
      out.pattern += pattern.substr(i, end - i);
      out.pattern += '{' + std::to_string(count.least) + ",}";
      std::size_t next = count.end;
      if (next < pattern.size() && pattern[next] == '?') {
        out.pattern += '?';
        ++next;
      }
      out.pattern += ')';
      i = next;
      continue;
    }
    const std::size_t next = count.end != 0 ? count.end : end;
    out.pattern += pattern.substr(i, next - i);
    i = next;
  }
  return out;
}

}  // namespace dislodge::secret
