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

// Where the decoder is. It is passed by value and kept in registers: what is written through a pointer to
// char might otherwise be this, and would have to be looked up again behind every byte.
struct Place {
  const char *from;
  char *to;
};

struct Text {
  const char *begin;
  const char *end;
};

[[gnu::always_inline]] inline Place line_end(Place at, Text text) {
  const char *stop = at.from;
  if (stop > text.begin && stop[-1] == '\r') --stop;
  const char *content = stop;
  while (content > text.begin && is_blank(content[-1])) --content;
  if (content != stop) {  // blanks at a line's end are padding; they were copied as they are
    at.to -= at.from - content;
    while (stop != at.from) *at.to++ = *stop++;
  }
  *at.to++ = '\n';
  ++at.from;
  return at;
}

// What stands at `from` is "=" or a line end; everything before it has been copied.
[[gnu::always_inline]] inline Place event(Place at, Text text, bool &ended_softly) {
  if (*at.from == '\n') return line_end(at, text);
  // Escapes come in rows where the script is not Latin.
  while (text.end - at.from >= 3 && *at.from == '=') {
    const int value = hex_value(at.from[1]) << 4 | hex_value(at.from[2]);
    if (value < 0) break;
    *at.to++ = static_cast<char>(value);
    at.from += 3;
  }
  if (at.from == text.end || *at.from != '=') return at;
  const char *after = at.from + 1;
  while (after < text.end && is_blank(*after)) ++after;
  if (after < text.end && *after == '\r') ++after;
  if (after == text.end || *after == '\n') {  // a soft line break
    ended_softly = after == text.end;
    at.from = ended_softly ? text.end : after + 1;
    return at;
  }
  *at.to++ = '=';
  ++at.from;
  return at;
}

Place run_rest(Place at, Text text, bool &ended_softly) {
  while (at.from < text.end) {
    if (*at.from == '=' || *at.from == '\n')
      at = event(at, text, ended_softly);
    else
      *at.to++ = *at.from++;
  }
  return at;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi"))) Place run_avx2(Place at, Text text, bool &ended_softly) {
  const __m256i escape = _mm256_set1_epi8('=');
  const __m256i newline = _mm256_set1_epi8('\n');
  while (text.end - at.from >= 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at.from));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(at.to), bytes);
    const auto events = static_cast<unsigned>(_mm256_movemask_epi8(
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, escape), _mm256_cmpeq_epi8(bytes, newline))));
    const int plain = events == 0 ? 32 : std::countr_zero(events);
    at.from += plain;
    at.to += plain;
    if (events != 0) at = event(at, text, ended_softly);
  }
  return at;
}

__attribute__((target("avx512f,avx512bw,bmi"))) Place run_avx512(Place at, Text text, bool &ended_softly) {
  const __m512i escape = _mm512_set1_epi8('=');
  const __m512i newline = _mm512_set1_epi8('\n');
  while (text.end - at.from >= 64) {
    const __m512i bytes = _mm512_loadu_si512(at.from);
    _mm512_storeu_si512(at.to, bytes);
    const std::uint64_t events =
        _mm512_cmpeq_epi8_mask(bytes, escape) | _mm512_cmpeq_epi8_mask(bytes, newline);
    const int plain = events == 0 ? 64 : std::countr_zero(events);
    at.from += plain;
    at.to += plain;
    if (events != 0) at = event(at, text, ended_softly);
  }
  return at;
}
#endif

}  // namespace

std::size_t quoted_printable_room(std::size_t size) {
  return size + kSlack;
}

std::size_t decode_quoted_printable_to(std::string_view text, char *out, QuotedPrintableKernel kernel) {
  const Text all{text.data(), text.data() + text.size()};
  Place at{text.data(), out};
  bool ended_softly = false;
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  static const bool has_avx512 = __builtin_cpu_supports("avx512bw") != 0;
  if (has_avx512 && kernel != QuotedPrintableKernel::avx2)
    at = run_avx512(at, all, ended_softly);
  else if (has_avx2)
    at = run_avx2(at, all, ended_softly);
#else
  (void)kernel;
#endif
  at = run_rest(at, all, ended_softly);
  // A line end of which only half is there belongs to nothing.
  if (text.ends_with('\r') && !ended_softly) --at.to;
  return static_cast<std::size_t>(at.to - out);
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
