#include "drill/json_value.hpp"

#include <algorithm>
#include <charconv>

#include "base/encode.hpp"

namespace dislodge::drill {

const JsonValue &JsonValue::operator[](std::string_view key) const {
  static const JsonValue none;
  const auto found = members_.find(key);
  return found == members_.end() ? none : found->second;
}

std::vector<std::string> JsonValue::texts() const {
  std::vector<std::string> list;
  for (const JsonValue &one : items_) list.push_back(one.text());
  return list;
}

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  base::Result<JsonValue> run() {
    JsonValue value;
    if (!parse(value, 0)) return wrong();
    skip_blanks();
    if (at_ != text_.size()) return wrong();
    return value;
  }

 private:
  tl::unexpected<base::Error> wrong() const {
    return base::fail(base::ErrorKind::usage, "byte " + std::to_string(at_) + ": this is not JSON");
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool parse(JsonValue &value, int depth) {
    if (depth > kJsonDepth) return false;
    skip_blanks();
    if (at_ >= text_.size()) return false;
    switch (text_[at_]) {
      case '{':
        return parse_object(value, depth);
      case '[':
        return parse_list(value, depth);
      case '"':
        value.type_ = JsonValue::Type::text;
        return parse_text(value.text_);
      case 't':
      case 'f':
        value.type_ = JsonValue::Type::boolean;
        value.number_ = text_[at_] == 't';
        return take("true") || take("false");
      case 'n':
        return take("null");
      default:
        return parse_number(value);
    }
  }

  bool parse_object(JsonValue &value, int depth) {
    value.type_ = JsonValue::Type::object;
    ++at_;
    skip_blanks();
    if (take("}")) return true;
    for (;;) {
      skip_blanks();
      std::string key;
      if (at_ >= text_.size() || text_[at_] != '"' || !parse_text(key)) return false;
      skip_blanks();
      if (!take(":") || !parse(value.members_[key], depth + 1)) return false;
      skip_blanks();
      if (take("}")) return true;
      if (!take(",")) return false;
    }
  }

  bool parse_list(JsonValue &value, int depth) {
    value.type_ = JsonValue::Type::list;
    ++at_;
    skip_blanks();
    if (take("]")) return true;
    for (;;) {
      if (!parse(value.items_.emplace_back(), depth + 1)) return false;
      skip_blanks();
      if (take("]")) return true;
      if (!take(",")) return false;
    }
  }

  bool parse_number(JsonValue &value) {
    value.type_ = JsonValue::Type::number;
    const char *begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value.number_);
    if (error != std::errc() || end == begin) return false;
    at_ += static_cast<std::size_t>(end - begin);
    return true;
  }

  bool parse_code(std::uint32_t &code) {
    if (at_ + 4 > text_.size()) return false;
    const char *begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || end != begin + 4) return false;
    at_ += 4;
    return true;
  }

  bool parse_text(std::string &out) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        out += text_[at_++];
        continue;
      }
      if (++at_ >= text_.size()) return false;
      const char escaped = text_[at_++];
      static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
      if (const std::size_t which = kFrom.find(escaped); which != std::string_view::npos) {
        out += kTo[which];
        continue;
      }
      std::uint32_t code = 0;
      if (escaped != 'u' || !parse_code(code)) return false;
      if (code >= 0xD800 && code < 0xDC00 && take("\\u")) {
        std::uint32_t low = 0;
        if (!parse_code(low)) return false;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
      base::append_utf8(out, code);
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

base::Result<JsonValue> parse_json(std::string_view text) {
  return JsonParser(text).run();
}

base::Result<std::vector<JsonValue>> parse_json_lines(std::string_view text) {
  std::vector<JsonValue> rows;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = base::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    auto row = parse_json(line);
    if (!row) return base::fail_at("line " + std::to_string(number), row.error());
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace dislodge::drill
