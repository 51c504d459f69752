#include "secret/escaped_text.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/encode.hpp"
#include "secret/prose_text.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kTokenMin = 16;  // letters and digits of a token
constexpr std::size_t kSoftLineMin = 16;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The number that `count` hexadecimal digits at `at` make, or -1.
int hex_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_value(text[at + i]);
    if (digit < 0) return -1;
    out = out << 4 | digit;
  }
  return out;
}

bool is_token(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

// Where the next line begins behind a "=" that a line of quoted-printable ends with, and behind the marks of
// who quoted it, or 0.
std::size_t soft_break(std::string_view text, std::size_t at) {
  std::size_t next = at + 1;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next >= text.size() || text[next] != '\n') return 0;
  ++next;
  if (next < text.size() && text[next] == '>')
    while (next < text.size() && (text[next] == '>' || text[next] == ' ')) ++next;
  return next;
}

bool is_escape(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '%':
      return hex_at(text, at + 1, 2) >= 0;
    case '\\':
      if (at + 1 >= text.size()) return false;
      if (text[at + 1] == 'x') return hex_at(text, at + 2, 2) >= 0;
      if (text[at + 1] == 'u') return hex_at(text, at + 2, 4) >= 0;
      return text[at + 1] == '/' && at > 0 && text[at - 1] == ':' && text.substr(at + 2).starts_with("\\/");
    case '=': {
      if (text.substr(at + 1).starts_with("3D")) return true;
      // Source breaks its lines behind a "=" too, but not within a word.
      const std::size_t next = soft_break(text, at);
      return next != 0 && next < text.size() && is_token(text[next]) && at > 0 && is_token(text[at - 1]);
    }
    default:
      return false;
  }
}

// The next byte that may begin an escape, from `at` on.
std::size_t next_mark(std::string_view text, std::size_t at, std::size_t end) {
#if defined(__SSE2__)
  const __m128i percent = _mm_set1_epi8('%');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i equals = _mm_set1_epi8('=');
  for (; at + sizeof(__m128i) <= end; at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const __m128i any =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, percent),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, backslash), _mm_cmpeq_epi8(bytes, equals)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(any));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (at < end && text[at] != '%' && text[at] != '\\' && text[at] != '=') ++at;
  return at;
}

bool ends_stretch(char c) {
  return is_space(c) || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '\0';
}

// The stretch around an escape: as far as nothing ends a word. A backslash before a quote carries on.
TextRange stretch_around(std::string_view text, std::size_t at) {
  const std::size_t low = at - std::min(at, kEscapedReach);
  const std::size_t high = std::min(text.size(), at + kEscapedReach);
  TextRange out{at, at};
  while (out.begin > low && !ends_stretch(text[out.begin - 1])) --out.begin;
  while (out.end < high) {
    const char c = text[out.end];
    if (c == '=' && soft_break(text, out.end) != 0) {
      out.end = soft_break(text, out.end);
      continue;
    }
    if (ends_stretch(c) && !(text[out.end - 1] == '\\' && (c == '"' || c == '\''))) break;
    ++out.end;
  }
  out.end = std::min(out.end, high);
  return out;
}

struct Plain {
  std::string text;
  std::vector<std::size_t> source;  // of each byte
  std::vector<bool> escaped;        // whether an escape stood there, or before it
};

// Takes one layer of escapes off; false where there is none.
bool peel(Plain &plain) {
  Plain out;
  out.text.reserve(plain.text.size());
  const std::string_view text = plain.text;
  bool changed = false;
  bool after = false;
  const auto put = [&](std::string_view bytes, std::size_t from, bool escape) {
    for (const char c : bytes) {
      out.text += c;
      out.source.push_back(plain.source[from]);
      out.escaped.push_back(escape || after || plain.escaped[from]);
      after = false;
    }
    changed = changed || escape;
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    int value = -1;
    std::size_t size = 1;
    if (c == '%' && (value = hex_at(text, at + 1, 2)) >= 0) {
      size = 3;
    } else if (c == '=' && (value = hex_at(text, at + 1, 2)) >= 0 && text[at + 1] != '0' &&
               !is_lower(text[at + 1]) && !is_lower(text[at + 2])) {
      size = 3;
    } else if (c == '=' && soft_break(text, at) != 0) {
      at = soft_break(text, at);
      after = changed = true;
      continue;
    } else if (c == '\\' && at + 1 < text.size()) {
      const char next = text[at + 1];
      if (next == 'x' && (value = hex_at(text, at + 2, 2)) >= 0) {
        size = 4;
      } else if (next == 'u' && (value = hex_at(text, at + 2, 4)) >= 0) {
        size = 6;
      } else if ("\\\"'/"sv.find(next) != std::string_view::npos) {
        value = next;
        size = 2;
      } else if (next == 'n' || next == 'r' || next == 't') {
        value = '\n';
        size = 2;
      }
    }
    if (value < 0) {
      put(text.substr(at, 1), at, false);
      ++at;
      continue;
    }
    std::string bytes;
    if (size == 6)
      base::append_utf8(bytes, static_cast<std::uint32_t>(value));
    else
      bytes += static_cast<char>(value);
    put(bytes, at, true);
    at += size;
    after = true;
  }
  if (changed) plain = std::move(out);
  return changed;
}

// A token that touches an escape, or a URL that names a user.
bool is_worth_it(const Plain &plain) {
  const std::string_view text = plain.text;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_token(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    bool digit = false;
    bool touched = false;
    for (; end < text.size() && is_token(text[end]); ++end) {
      digit = digit || is_digit(text[end]);
      touched = touched || plain.escaped[end];
    }
    touched = touched || (end < text.size() && plain.escaped[end]) || (at > 0 && plain.escaped[at - 1]);
    if (touched && digit && end - at >= kTokenMin) return true;
    at = end;
  }
  const std::size_t scheme = text.find("://");
  return scheme != std::string_view::npos && text.find('@', scheme) != std::string_view::npos;
}

}  // namespace

void find_escaped_runs(std::string_view text, TextRange where, std::vector<TextRange> &out) {
  std::size_t total = 0;
  const std::size_t end = std::min(where.end, text.size());
  for (std::size_t at = where.begin; at < end && total < kEscapedMax;) {
    at = next_mark(text, at, end);
    if (at >= end) break;
    if (!is_escape(text, at)) {
      ++at;
      continue;
    }
    TextRange run = stretch_around(text, at);
    if (!out.empty()) run.begin = std::max(run.begin, out.back().end);
    at = std::max(at + 1, run.end);
    if (run.end < run.begin + kSoftLineMin) continue;
    total += run.end - run.begin;
    out.push_back(run);
  }
}

UnescapedText decode_escapes(std::string_view text, const std::vector<TextRange> &runs) {
  UnescapedText out;
  for (const TextRange &run : runs) {
    Plain plain;
    plain.text = text.substr(run.begin, run.end - run.begin);
    plain.escaped.assign(plain.text.size(), false);
    plain.source.resize(plain.text.size());
    for (std::size_t i = 0; i < plain.source.size(); ++i) plain.source[i] = run.begin + i;
    for (std::size_t round = 0; round < kEscapedRounds && peel(plain); ++round) {
    }
    if (!is_worth_it(plain)) continue;
    for (std::size_t i = 0; i < plain.text.size(); ++i) out.map.add(out.text.size() + i, plain.source[i]);
    out.text += plain.text;
    out.map.add(out.text.size(), run.end);
    out.text += "\n\n";
    out.from.push_back(run);
  }
  return out;
}

}  // namespace dislodge::secret
