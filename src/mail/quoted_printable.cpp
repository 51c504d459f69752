#include "mail/quoted_printable.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::mail {
namespace {

constexpr std::array<std::int8_t, 256> make_hex() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int8_t>(i);
  for (unsigned i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::int8_t>(10 + i);
  return values;
}
constexpr auto kHex = make_hex();

int hex_value(char c) {
  return kHex[static_cast<unsigned char>(c)];
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The vector loops copy whole registers, of which what stands before the next "=" or line end counts.
constexpr std::size_t kSlack = 64;

// What stands at `from` is "=" or a line end; everything before it has been copied.
struct Cursor {
  const char *from;
  char *to;
  const char *begin;
  const char *end;
  bool ended_softly = false;

  void event() {
    if (*from == '\n') {
      line_end();
      return;
    }
    // Escapes come in rows where the script is not Latin.
    while (end - from >= 3 && *from == '=') {
      const int value = hex_value(from[1]) << 4 | hex_value(from[2]);
      if (value < 0) break;
      *to++ = static_cast<char>(value);
      from += 3;
    }
    if (from == end || *from != '=') return;
    const char *after = from + 1;
    while (after < end && is_blank(*after)) ++after;
    if (after < end && *after == '\r') ++after;
    if (after == end || *after == '\n') {  // a soft line break
      ended_softly = after == end;
      from = ended_softly ? end : after + 1;
      return;
    }
    *to++ = '=';
    ++from;
  }

  void line_end() {
    const char *stop = from;
    if (stop > begin && stop[-1] == '\r') --stop;
    const char *content = stop;
    while (content > begin && is_blank(content[-1])) --content;
    if (content != stop) {  // blanks at a line's end are padding; they were copied as they are
      to -= from - content;
      while (stop != from) *to++ = *stop++;
    }
    *to++ = '\n';
    ++from;
  }

  void rest() {
    while (from < end) {
      if (*from == '=' || *from == '\n')
        event();
      else
        *to++ = *from++;
    }
  }

  std::size_t size(char *out) {
    // A line end of which only half is there belongs to nothing.
    if (end > begin && end[-1] == '\r' && !ended_softly) --to;
    return static_cast<std::size_t>(to - out);
  }
};

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) void run_avx2(Cursor &at) {
  const __m256i escape = _mm256_set1_epi8('=');
  const __m256i newline = _mm256_set1_epi8('\n');
  while (at.end - at.from >= 32) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at.from));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(at.to), text);
    const auto events = static_cast<unsigned>(_mm256_movemask_epi8(
        _mm256_or_si256(_mm256_cmpeq_epi8(text, escape), _mm256_cmpeq_epi8(text, newline))));
    const int plain = events == 0 ? 32 : std::countr_zero(events);
    at.from += plain;
    at.to += plain;
    if (events != 0) at.event();
  }
}

__attribute__((target("avx512f,avx512bw,bmi"))) void run_avx512(Cursor &at) {
  const __m512i escape = _mm512_set1_epi8('=');
  const __m512i newline = _mm512_set1_epi8('\n');
  while (at.end - at.from >= 64) {
    const __m512i text = _mm512_loadu_si512(at.from);
    _mm512_storeu_si512(at.to, text);
    const std::uint64_t events = _mm512_cmpeq_epi8_mask(text, escape) | _mm512_cmpeq_epi8_mask(text, newline);
    const int plain = events == 0 ? 64 : std::countr_zero(events);
    at.from += plain;
    at.to += plain;
    if (events != 0) at.event();
  }
}
#endif

}  // namespace

std::size_t quoted_printable_room(std::size_t size) {
  return size + kSlack;
}

std::size_t decode_quoted_printable_to(std::string_view text, char *out, QuotedPrintableKernel kernel) {
  Cursor at{text.data(), out, text.data(), text.data() + text.size()};
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  static const bool has_avx512 = __builtin_cpu_supports("avx512bw") != 0;
  if (has_avx512 && kernel != QuotedPrintableKernel::avx2)
    run_avx512(at);
  else if (has_avx2)
    run_avx2(at);
#else
  (void)kernel;
#endif
  at.rest();
  return at.size(out);
}

void decode_quoted_printable(std::string_view text, std::string &out, QuotedPrintableKernel kernel) {
  const std::size_t before = out.size();
  out.resize(before + quoted_printable_room(text.size()));
  out.resize(before + decode_quoted_printable_to(text, out.data() + before, kernel));
}

void decode_quoted_printable_scalar(std::string_view text, std::string &out) {
  out.reserve(out.size() + text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    // A line at a time, so that trailing blanks can be dropped; then from escape to escape within it.
    const void *found = std::memchr(text.data() + at, '\n', text.size() - at);
    const std::size_t line_end =
        found == nullptr ? text.size()
                         : static_cast<std::size_t>(static_cast<const char *>(found) - text.data());
    std::size_t stop = line_end;
    if (stop > at && text[stop - 1] == '\r') --stop;
    const std::size_t break_begin = stop;
    while (stop > at && (text[stop - 1] == ' ' || text[stop - 1] == '\t')) --stop;
    bool soft = false;
    if (stop > at && text[stop - 1] == '=') {
      soft = true;
      --stop;
    } else if (found == nullptr) {
      stop = break_begin;  // the last line has no end, so its blanks may be content
    }
    while (at < stop) {
      const void *escape = std::memchr(text.data() + at, '=', stop - at);
      if (escape == nullptr) {
        out += text.substr(at, stop - at);
        break;
      }
      const auto place = static_cast<std::size_t>(static_cast<const char *>(escape) - text.data());
      out += text.substr(at, place - at);
      const int high = place + 1 < stop ? hex_value(text[place + 1]) : -1;
      const int low = place + 2 < stop ? hex_value(text[place + 2]) : -1;
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high << 4 | low);
        at = place + 3;
      } else {
        out += '=';
        at = place + 1;
      }
    }
    if (found == nullptr) break;
    if (!soft) out += text.substr(break_begin, line_end + 1 - break_begin);
    at = line_end + 1;
  }
}

}  // namespace dislodge::mail
