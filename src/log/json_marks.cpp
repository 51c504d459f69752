#include "log/json_marks.hpp"

#include <cstring>

#include "base/encode.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dislodge::log {

namespace {

using Kind = JsonMark::Kind;

constexpr std::size_t kDepthMax = 1024;
constexpr std::size_t kMarksMax = 2'000'000;  // values of one record: 100 MB of marks

// The first quote or backslash at or behind `at`; `end` where there is none.
const char *string_stop(const char *at, const char *end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i slash = _mm_set1_epi8('\\');
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
    const int stops =
        _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash)));
    if (stops != 0) return at + __builtin_ctz(static_cast<unsigned>(stops));
    at += 16;
  }
#endif
  while (at < end && *at != '"' && *at != '\\') ++at;
  return at;
}

class Marker {
 public:
  Marker(std::string_view text, std::vector<JsonMark> &marks)
      : at_(text.data()), end_(text.data() + text.size()), marks_(marks) {}

  const char *run() {
    marks_.clear();
    skip();
    if (at_ == end_) return "it is empty";
    if (const char *wrong = value(nullptr, 0, false)) return wrong;
    while (depth_ != 0)
      if (const char *wrong = step()) return wrong;
    skip();
    return at_ == end_ ? nullptr : "something follows its end";
  }

 private:
  struct Open {
    std::uint32_t mark;
    bool object;
  };

  void skip() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // The next member or element of the innermost object or array, or its end.
  const char *step() {
    const Open here = open_[depth_ - 1];
    skip();
    if (at_ == end_) return "it ends in the middle";
    const char close = here.object ? '}' : ']';
    if (*at_ == close) {
      if (after_comma_) return "a comma stands before a closing bracket";
      ++at_;
      finish(here);
      return nullptr;
    }
    if (marks_[here.mark].count != 0 && !after_comma_) {
      if (*at_ != ',') return "a comma is missing";
      ++at_;
      after_comma_ = true;
      return nullptr;
    }
    after_comma_ = false;
    ++marks_[here.mark].count;
    if (!here.object) return value(nullptr, 0, false);
    if (*at_ != '"') return "a name is missing";
    const char *name = nullptr;
    std::uint32_t length = 0;
    bool escaped = false;
    if (!string(name, length, escaped)) return "a text is not closed";
    skip();
    if (at_ == end_ || *at_ != ':') return "a colon is missing";
    ++at_;
    skip();
    if (at_ == end_) return "it ends in the middle";
    return value(name, length, escaped);
  }

  // What follows a closed value is the next step's; this one only records how far the value went.
  void finish(const Open &here) {
    JsonMark &mark = marks_[here.mark];
    mark.length = static_cast<std::uint32_t>(at_ - mark.begin);
    mark.next = static_cast<std::uint32_t>(marks_.size()) - here.mark;
    --depth_;
  }

  bool string(const char *&begin, std::uint32_t &length, bool &escaped) {
    begin = ++at_;
    escaped = false;
    while (true) {
      at_ = string_stop(at_, end_);
      if (at_ == end_) return false;
      if (*at_ == '"') break;
      escaped = true;
      if (end_ - at_ < 2) return false;
      at_ += 2;
    }
    length = static_cast<std::uint32_t>(at_ - begin);
    ++at_;
    return true;
  }

  const char *value(const char *name, std::uint32_t name_length, bool name_escaped) {
    if (marks_.size() >= kMarksMax) return "it holds too many values";
    JsonMark &mark = marks_.emplace_back();
    mark.begin = at_;
    if (name != nullptr) {
      mark.name = name;
      mark.name_length = name_length;
      mark.name_escaped = name_escaped;
      mark.name_hash =
          name_escaped ? hash_of_name(unescape_json({name, name_length})) : hash_of_name({name, name_length});
    }
    switch (*at_) {
      case '{':
      case '[':
        mark.kind = *at_ == '{' ? Kind::object : Kind::array;
        if (depth_ >= kDepthMax) return "it is nested too deep";
        open_[depth_++] = {static_cast<std::uint32_t>(marks_.size() - 1), *at_ == '{'};
        ++at_;
        return nullptr;
      case '"':
        mark.kind = Kind::text;
        return string(mark.begin, mark.length, mark.escaped) ? nullptr : "a text is not closed";
      default:
        return bare(mark);
    }
  }

  const char *bare(JsonMark &mark) {
    const char *begin = at_;
    while (at_ != end_ && !(*at_ == ',' || *at_ == '}' || *at_ == ']' || *at_ == ' ' || *at_ == '\n' ||
                            *at_ == '\r' || *at_ == '\t'))
      ++at_;
    const std::string_view word(begin, static_cast<std::size_t>(at_ - begin));
    mark.length = static_cast<std::uint32_t>(word.size());
    if (word == "null") {
      mark.kind = Kind::null;
    } else if (word == "true" || word == "false") {
      mark.kind = Kind::boolean;
    } else {
      mark.kind = Kind::number;
      const bool starts = !word.empty() && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
      if (!starts || word.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
        return "a word is no value";
    }
    return nullptr;
  }

  const char *at_;
  const char *end_;
  std::vector<JsonMark> &marks_;
  Open open_[kDepthMax];  // the first depth_ of them
  std::size_t depth_ = 0;
  bool after_comma_ = false;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four digits at `at`, or -1.
int code_unit(std::string_view text, std::size_t at) {
  if (text.size() < at + 4) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace

const char *mark_json(std::string_view text, std::vector<JsonMark> &marks) {
  return Marker(text, marks).run();
}

std::string unescape_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const char *slash = static_cast<const char *>(std::memchr(text.data() + at, '\\', text.size() - at));
    const std::size_t plain = slash == nullptr ? text.size() : static_cast<std::size_t>(slash - text.data());
    out.append(text.substr(at, plain - at));
    at = plain;
    if (at + 1 >= text.size()) {
      out.append(text.substr(at));
      break;
    }
    const char kind = text[at + 1];
    at += 2;
    switch (kind) {
      case '"':
      case '\\':
      case '/':
        out += kind;
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u': {
        const int unit = code_unit(text, at);
        if (unit < 0) {
          out += "\\u";
          break;
        }
        at += 4;
        auto point = static_cast<std::uint32_t>(unit);
        if (unit >= 0xD800 && unit < 0xDC00 && text.substr(at, 2) == "\\u") {
          const int low = code_unit(text, at + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((static_cast<std::uint32_t>(unit) - 0xD800) << 10) +
                    (static_cast<std::uint32_t>(low) - 0xDC00);
            at += 6;
          }
        }
        base::append_utf8(out, point);
        break;
      }
      default:
        out += '\\';
        out += kind;
    }
  }
  return out;
}

}  // namespace dislodge::log
