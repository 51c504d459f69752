#include "mail/base64.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::mail {
namespace {

constexpr std::uint8_t kInvalid = 0xFF;
constexpr std::uint32_t kBad = 0x80000000u;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kInvalid);
  for (unsigned i = 0; i < 26; ++i) {
    values['A' + i] = static_cast<std::uint8_t>(i);
    values['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (unsigned i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}
constexpr auto kValues = make_values();

// Four tables, one a position: their OR is the 24 bits of a group, or has the top bit where a character is
// bad.
constexpr std::array<std::array<std::uint32_t, 256>, 4> make_shifted() {
  std::array<std::array<std::uint32_t, 256>, 4> tables{};
  for (unsigned position = 0; position < 4; ++position)
    for (unsigned c = 0; c < 256; ++c)
      tables[position][c] =
          kValues[c] == kInvalid ? kBad : static_cast<std::uint32_t>(kValues[c]) << (18 - 6 * position);
  return tables;
}
constexpr auto kShifted = make_shifted();

// What is left between groups: up to three characters that wait for their fourth.
struct Decoder {
  std::uint32_t pending = 0;
  unsigned count = 0;
  std::uint64_t junk = 0;
  bool blanks = false;

  void flush(char *&to) {  // at "=" or the end: two characters are one byte, three are two
    if (count == 2) {
      *to++ = static_cast<char>(pending >> 4);
    } else if (count == 3) {
      *to++ = static_cast<char>(pending >> 10);
      *to++ = static_cast<char>(pending >> 2);
    }
    pending = 0;
    count = 0;
  }

  void character(unsigned char c, char *&to) {
    const std::uint8_t value = kValues[c];
    if (value != kInvalid) {
      pending = pending << 6 | value;
      if (++count == 4) {
        *to++ = static_cast<char>(pending >> 16);
        *to++ = static_cast<char>(pending >> 8);
        *to++ = static_cast<char>(pending);
        pending = 0;
        count = 0;
      }
    } else if (c == '=') {
      flush(to);
    } else if (c == ' ') {
      blanks = true;
    } else if (c != '\n' && c != '\r' && c != '\t') {
      ++junk;
    }
  }

  // Groups of four without a break; stops at the first that is not one.
  static const unsigned char *groups(const unsigned char *from, const unsigned char *end, char *&to) {
    while (end - from >= 4) {
      const std::uint32_t bits =
          kShifted[0][from[0]] | kShifted[1][from[1]] | kShifted[2][from[2]] | kShifted[3][from[3]];
      if (bits & kBad) break;
      to[0] = static_cast<char>(bits >> 16);
      to[1] = static_cast<char>(bits >> 8);
      to[2] = static_cast<char>(bits);
      to += 3;
      from += 4;
    }
    return from;
  }
};

using Groups = const unsigned char *(*)(const unsigned char *, const unsigned char *, char *&);

// The vector loops write whole registers, of which three quarters count.
constexpr std::size_t kSlack = 64;

Base64Result decode(std::string_view text, char *const begin, Groups groups) {
  char *to = begin;
  const auto *from = reinterpret_cast<const unsigned char *>(text.data());
  const auto *const end = from + text.size();
  Decoder state;
  while (from < end) {
    if (state.count == 0) {
      from = groups(from, end, to);
      // The usual reason to stop is the line end.
      while (from < end && (*from == '\r' || *from == '\n')) ++from;
      if (from >= end) break;
      if (end - from >= 4 &&
          ((kShifted[0][from[0]] | kShifted[1][from[1]] | kShifted[2][from[2]] | kShifted[3][from[3]]) &
           kBad) == 0)
        continue;
    }
    state.character(*from++, to);
  }
  state.flush(to);
  return {state.junk, static_cast<std::size_t>(to - begin), state.blanks};
}

#if defined(__x86_64__)
#define DISLODGE_INLINE_AVX2 __attribute__((always_inline, target("avx2,bmi")))

// Behind a run of whole groups: over the line end, if that is what stopped it.
inline bool next_line(const unsigned char *&from, const unsigned char *end) {
  if (from < end && *from == '\n') {
    ++from;
    return true;
  }
  if (end - from >= 2 && from[0] == '\r' && from[1] == '\n') {
    from += 2;
    return true;
  }
  return false;
}

// 32 characters to 24 bytes at a time, after W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding
// using AVX2 Instructions" (2018): the high nibble picks the offset to add, both nibbles together tell what
// is valid. Only the standard alphabet; anything else is left to the scalar loop. Nearly all mail has lines
// of 76: these are taken whole, two registers and a half and a line end, with one question at the end.
// Elsewhere, where a register is not valid to its end, the whole groups before that count, and a line end
// behind them is stepped over here.
__attribute__((target("avx2,bmi"))) const unsigned char *groups_avx2(const unsigned char *from,
                                                                     const unsigned char *end,
                                                                     char *&written) {
  char *to = written;  // kept in a register: what is stored might be what refers to it
  const __m256i high_valid = _mm256_setr_epi8(
      0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
      0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
  const __m256i low_invalid = _mm256_setr_epi8(
      0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A, 0x15,
      0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
  const __m256i offsets = _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16,
                                           19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i slash = _mm256_set1_epi8('/');
  const __m256i nibble = _mm256_set1_epi8(0x0F);
  const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6,
                                         5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 6, 6);
  // Stores what the characters stand for, and gives what is wrong with each: not zero.
  const auto take = [&](const unsigned char *characters, char *into) DISLODGE_INLINE_AVX2 {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(characters));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), nibble);
    const __m256i low = _mm256_and_si256(text, nibble);
    const __m256i shift = _mm256_shuffle_epi8(offsets, _mm256_add_epi8(_mm256_cmpeq_epi8(text, slash), high));
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_add_epi8(text, shift), _mm256_set1_epi32(0x01400140));
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(into),
                        _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(fours, order), lanes));
    return _mm256_and_si256(_mm256_shuffle_epi8(high_valid, high), _mm256_shuffle_epi8(low_invalid, low));
  };
  // The same of the last twelve of a line, in half a register.
  const auto take_twelve = [&](const unsigned char *characters, char *into) DISLODGE_INLINE_AVX2 {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i *>(characters));
    const __m128i high = _mm_and_si128(_mm_srli_epi32(text, 4), _mm256_castsi256_si128(nibble));
    const __m128i low = _mm_and_si128(text, _mm256_castsi256_si128(nibble));
    const __m128i shift =
        _mm_shuffle_epi8(_mm256_castsi256_si128(offsets),
                         _mm_add_epi8(_mm_cmpeq_epi8(text, _mm256_castsi256_si128(slash)), high));
    const __m128i pairs = _mm_maddubs_epi16(_mm_add_epi8(text, shift), _mm_set1_epi32(0x01400140));
    const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(into),
                     _mm_shuffle_epi8(fours, _mm256_castsi256_si128(order)));
    return _mm_and_si128(_mm_shuffle_epi8(_mm256_castsi256_si128(high_valid), high),
                         _mm_shuffle_epi8(_mm256_castsi256_si128(low_invalid), low));
  };
  const __m128i twelve = _mm_setr_epi32(-1, -1, -1, 0);
  constexpr std::ptrdiff_t kLine = 76;
  while (true) {
    while (end - from >= kLine + 4) {
      // In this order: each store goes beyond what it decodes, into what the next one writes.
      const __m256i first = take(from, to);
      const __m256i wrong = _mm256_or_si256(first, take(from + 32, to + 24));
      const __m128i last = take_twelve(from + 64, to + 48);
      if (_mm256_testz_si256(wrong, wrong) == 0 || _mm_testz_si128(last, twelve) == 0) break;
      const std::ptrdiff_t line_end = from[kLine] == '\n'                              ? 1
                                      : from[kLine] == '\r' && from[kLine + 1] == '\n' ? 2
                                                                                       : 0;
      if (line_end == 0) break;
      from += kLine + line_end;
      to += kLine / 4 * 3;
    }
    if (end - from < 32) break;
    const __m256i wrong = take(from, to);
    if (_mm256_testz_si256(wrong, wrong)) {
      to += 24;
      from += 32;
      continue;
    }
    const auto good =
        static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(wrong, _mm256_setzero_si256())));
    const auto run = static_cast<unsigned>(std::countr_one(good));
    from += run & ~3u;
    to += run / 4 * 3;
    if (run % 4 != 0 || !next_line(from, end)) break;
  }
  written = to;
  return Decoder::groups(from, end, written);
}

// 64 characters to 48 bytes at a time, after W. Muła and D. Lemire, "Base64 encoding and decoding at almost
// the speed of a memory copy" (2019): one look-up of 128 entries gives the values, the top bit of value or
// character says that it has none. Both alphabets.
struct alignas(64) Vbmi {
  std::array<std::uint8_t, 128> values{};
  std::array<std::uint8_t, 64> order{};
};
constexpr Vbmi make_vbmi() {
  Vbmi tables;
  for (unsigned c = 0; c < 128; ++c) tables.values[c] = kValues[c] == kInvalid ? 0x80 : kValues[c];
  for (unsigned i = 0; i < 48; ++i) tables.order[i] = static_cast<std::uint8_t>(i / 3 * 4 + 2 - i % 3);
  return tables;
}
constexpr Vbmi kVbmi = make_vbmi();

__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi"))) const unsigned char *groups_vbmi(
    const unsigned char *from, const unsigned char *end, char *&written) {
  char *to = written;  // kept in a register: what is stored might be what refers to it
  const __m512i low = _mm512_load_si512(kVbmi.values.data());
  const __m512i high = _mm512_load_si512(kVbmi.values.data() + 64);
  const __m512i order = _mm512_load_si512(kVbmi.order.data());
  unsigned usual = 12;  // behind the 64 of a line of 76; compared, so that the next load need not wait for it
  while (end - from >= 64) {
    const __m512i text = _mm512_loadu_si512(from);
    const __m512i values = _mm512_permutex2var_epi8(low, text, high);
    const std::uint64_t bad = _mm512_movepi8_mask(_mm512_or_si512(values, text));
    const __m512i pairs = _mm512_maddubs_epi16(values, _mm512_set1_epi32(0x01400140));
    const __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));
    _mm512_storeu_si512(to, _mm512_permutexvar_epi8(order, fours));
    if (bad == 0) {
      to += 48;
      from += 64;
      continue;
    }
    const auto run = static_cast<unsigned>(std::countr_zero(bad));
    if (run == usual && from[run] == '\n') {
      from += usual + 1;
      to += usual / 4 * 3;
      continue;
    }
    from += run & ~3u;
    to += run / 4 * 3;
    if (run % 4 != 0 || !next_line(from, end)) break;
    usual = run;
  }
  written = to;
  return Decoder::groups(from, end, written);
}
#endif

}  // namespace

std::size_t base64_room(std::size_t size) {
  return size / 4 * 3 + 3 + kSlack;
}

Base64Result decode_base64_to(std::string_view text, char *to, Base64Kernel kernel) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  static const bool has_vbmi =
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vbmi") != 0;
  if (has_vbmi && (kernel == Base64Kernel::widest || kernel == Base64Kernel::vbmi))
    return decode(text, to, &groups_vbmi);
  if (has_avx2 && kernel != Base64Kernel::scalar) return decode(text, to, &groups_avx2);
#endif
  return decode(text, to, &Decoder::groups);
}

Base64Result decode_base64(std::string_view text, std::string &out, Base64Kernel kernel) {
  const std::size_t before = out.size();
  out.resize(before + base64_room(text.size()));
  const Base64Result result = decode_base64_to(text, out.data() + before, kernel);
  out.resize(before + result.size);
  return result;
}

Base64Result decode_base64_scalar(std::string_view text, std::string &out) {
  return decode_base64(text, out, Base64Kernel::scalar);
}

}  // namespace dislodge::mail
