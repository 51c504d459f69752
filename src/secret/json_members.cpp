#include "secret/json_members.hpp"

#include <algorithm>
#include <cstdint>

#include "base/encode.hpp"

namespace dislodge::secret {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    blanks();
    return at_ == text_.size();
  }
  bool string(std::string &out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (!escape(out)) return false;
    }
    return false;
  }
  bool value(JsonMember &member) {
    blanks();
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '"') {
      member.is_string = true;
      return string(member.value);
    }
    const std::size_t from = at_;
    if (text_[at_] == '{' || text_[at_] == '[') {
      if (!skip_nested()) return false;
    } else {
      while (at_ < text_.size() && std::string_view(",}] \t\r\n").find(text_[at_]) == std::string_view::npos)
        ++at_;
    }
    member.value = text_.substr(from, at_ - from);
    return !member.value.empty();
  }

 private:
  bool escape(std::string &out) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out += c;
        return true;
      case 'b':
        out += '\b';
        return true;
      case 'f':
        out += '\f';
        return true;
      case 'n':
        out += '\n';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'u':
        break;
      default:
        return false;
    }
    std::uint32_t unit = 0;
    if (!hex4(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      std::uint32_t low = 0;
      if (!hex4(low)) return false;
      unit = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
    }
    base::append_utf8(out, unit);
    return true;
  }
  bool hex4(std::uint32_t &unit) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }
  bool skip_nested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        std::string ignored;
        if (!string(ignored)) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') {
        if (--depth == 0) return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<JsonMember>> json_members(std::string_view text) {
  Reader reader(text);
  std::vector<JsonMember> members;
  if (!reader.take('{')) return std::nullopt;
  if (reader.take('}')) return reader.at_end() ? std::optional(members) : std::nullopt;
  for (;;) {
    JsonMember member;
    reader.blanks();
    if (!reader.string(member.name) || !reader.take(':') || !reader.value(member)) return std::nullopt;
    members.push_back(std::move(member));
    if (reader.take(',')) continue;
    if (!reader.take('}') || !reader.at_end()) return std::nullopt;
    return members;
  }
}

std::string_view member_of(const std::vector<JsonMember> &members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [name](const JsonMember &one) { return one.name == name; });
  return found == members.end() ? std::string_view{} : std::string_view(found->value);
}

}  // namespace dislodge::secret
