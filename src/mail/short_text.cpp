#include "mail/short_text.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::mail {
namespace {

void look(std::string_view text, std::size_t at, ShortKind &kind) {
  for (; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80) {
      kind.high = true;
    } else if (c < 0x20 && c != '\t') {
      if (c == '\n' || c == '\r')
        kind.folded = true;
      else
        kind.control = true;
    } else if (c == '=' && at + 1 < text.size() && text[at + 1] == '?') {
      kind.words = true;
    }
  }
}

constexpr std::array<bool, 256> make_specials() {
  std::array<bool, 256> specials{};
  for (const char c : {'"', '(', '<', ',', ';', ':'}) specials[static_cast<unsigned char>(c)] = true;
  return specials;
}
constexpr auto kSpecials = make_specials();

std::size_t break_from(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '\n' && text[at] != '\r' && text[at] != '\0') ++at;
  return at;
}

bool blank_from(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != ' ' && text[at] != '\t') ++at;
  return at < text.size();
}

bool single_from(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at)
    if (text[at] == '\t' || (text[at] == ' ' && at + 1 < text.size() && text[at + 1] == ' ')) return false;
  return true;
}

char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

#if defined(__x86_64__)

ShortKind kind_of(std::string_view text) {
  ShortKind kind;
  const __m128i sign = _mm_set1_epi8(static_cast<char>(0x80));
  const __m128i below = _mm_set1_epi8(static_cast<char>(0x20 - 0x80));
  __m128i high = _mm_setzero_si128();
  __m128i controls = high;
  __m128i folds = high;
  __m128i words = high;
  std::size_t at = 0;
  for (; at + 17 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at + 1));
    const __m128i fold =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    const __m128i fine = _mm_or_si128(fold, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));
    high = _mm_or_si128(high, bytes);
    folds = _mm_or_si128(folds, fold);
    controls =
        _mm_or_si128(controls, _mm_andnot_si128(fine, _mm_cmplt_epi8(_mm_xor_si128(bytes, sign), below)));
    words = _mm_or_si128(words, _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('=')),
                                              _mm_cmpeq_epi8(next, _mm_set1_epi8('?'))));
  }
  kind.high = _mm_movemask_epi8(high) != 0;
  kind.control = _mm_movemask_epi8(controls) != 0;
  kind.folded = _mm_movemask_epi8(folds) != 0;
  kind.words = _mm_movemask_epi8(words) != 0;
  look(text, at, kind);
  return kind;
}

std::size_t next_special(std::string_view text, std::size_t at) {
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    // ":" and ";" differ in one bit.
    const __m128i colon = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8(1)), _mm_set1_epi8(';'));
    const __m128i any =
        _mm_or_si128(_mm_or_si128(is('"'), is('(')), _mm_or_si128(_mm_or_si128(is('<'), is(',')), colon));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(any));
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found));
  }
  while (at < text.size() && !kSpecials[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

std::size_t next_break(std::string_view text, std::size_t at) {
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto found =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is('\n'), is('\r')), is('\0'))));
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found));
  }
  return break_from(text, at);
}

bool has_blank(std::string_view text) {
  std::size_t at = 0;
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const __m128i blank =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));
    if (_mm_movemask_epi8(blank) != 0) return true;
  }
  return blank_from(text, at);
}

bool has_single_blanks(std::string_view text) {
  std::size_t at = 0;
  for (; at + 17 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at + 1));
    const __m128i two =
        _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(next, _mm_set1_epi8(' ')));
    if (_mm_movemask_epi8(_mm_or_si128(two, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')))) != 0) return false;
  }
  return single_from(text, at);
}

void lower_to(std::string_view text, char *to) {
  std::size_t at = 0;
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text.data() + at));
    const __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
                                          _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to + at),
                     _mm_or_si128(bytes, _mm_and_si128(capital, _mm_set1_epi8(0x20))));
  }
  for (; at < text.size(); ++at) to[at] = lower_char(text[at]);
}

#else

std::size_t next_break(std::string_view text, std::size_t at) {
  return break_from(text, at);
}

bool has_blank(std::string_view text) {
  return blank_from(text, 0);
}

bool has_single_blanks(std::string_view text) {
  return single_from(text, 0);
}

ShortKind kind_of(std::string_view text) {
  ShortKind kind;
  look(text, 0, kind);
  return kind;
}

std::size_t next_special(std::string_view text, std::size_t at) {
  while (at < text.size() && !kSpecials[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

void lower_to(std::string_view text, char *to) {
  for (std::size_t at = 0; at < text.size(); ++at) to[at] = lower_char(text[at]);
}

#endif

}  // namespace dislodge::mail
