#include "log/json_marks.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "base/encode.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dislodge::log {

namespace {

using Kind = JsonMark::Kind;

constexpr std::size_t kDepthMax = 1024;
constexpr std::size_t kMarksMax = 2'000'000;  // values of one record: 100 MB of marks

// ---- where the quotes and backslashes are: a bit a byte, so that the walk goes from one to the next without
// looking at what is between

// All of them mark words of 64 whole bytes.
using StopKernel = void (*)(const char *at, std::size_t words, std::uint64_t *bits);

void mark_stops_portable(const char *at, std::size_t words, std::uint64_t *bits) {
  for (std::size_t word = 0; word < words; ++word, at += 64) {
    std::uint64_t stops = 0;
    for (unsigned i = 0; i < 64; ++i) stops |= static_cast<std::uint64_t>(at[i] == '"' || at[i] == '\\') << i;
    bits[word] = stops;
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void mark_stops_avx2(const char *at, std::size_t words, std::uint64_t *bits) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i slash = _mm256_set1_epi8('\\');
  for (std::size_t i = 0; i < words; ++i, at += 64) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at + 32));
    const auto a = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_or_si256(_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(low, slash))));
    const auto b = static_cast<std::uint32_t>(_mm256_movemask_epi8(
        _mm256_or_si256(_mm256_cmpeq_epi8(high, quote), _mm256_cmpeq_epi8(high, slash))));
    bits[i] = static_cast<std::uint64_t>(b) << 32 | a;
  }
}

__attribute__((target("avx512f,avx512bw"))) void mark_stops_avx512(const char *at, std::size_t words,
                                                                   std::uint64_t *bits) {
  const __m512i quote = _mm512_set1_epi8('"');
  const __m512i slash = _mm512_set1_epi8('\\');
  for (std::size_t i = 0; i < words; ++i, at += 64) {
    const __m512i bytes = _mm512_loadu_si512(at);
    bits[i] = _mm512_cmpeq_epi8_mask(bytes, quote) | _mm512_cmpeq_epi8_mask(bytes, slash);
  }
}
#endif

StopKernel fastest_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") != 0) return mark_stops_avx512;
  if (__builtin_cpu_supports("avx2") != 0) return mark_stops_avx2;
#endif
  return mark_stops_portable;
}

void mark_stops(std::string_view text, std::uint64_t *bits) {
  static const StopKernel kernel = fastest_kernel();
  const std::size_t whole = text.size() / 64;
  kernel(text.data(), whole, bits);
  char rest[64] = {};
  std::memcpy(rest, text.data() + whole * 64, text.size() - whole * 64);
  kernel(rest, 1, bits + whole);
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool ends_word(char c) {
  return c == ',' || c == '}' || c == ']' || is_blank(c);
}

std::uint32_t hash_of_escaped(std::string_view name) {
  std::string plain(name.size(), '\0');
  plain.resize(unescape_json(name, plain.data()));
  return hash_of_name(plain);
}

// What a value without quotes or brackets is; null where it is none.
const char *take_word(std::string_view word, JsonMark &mark) {
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

// One function, so that where the walk is stays in registers: a store through a mark might otherwise be it.
const char *mark_json(std::string_view text, JsonMarks &marks) {
#define DISLODGE_INLINE __attribute__((always_inline))
  struct Open {
    std::uint32_t mark;
    char close;
  };
  Open open[kDepthMax];  // the first `depth` of them
  std::size_t depth = 0;

  const char *const begin = text.data();
  const char *const end = begin + text.size();
  const char *at = begin;
  JsonMark *mark = marks.data();
  std::size_t room = marks.room();
  std::size_t used = 0;

  const std::size_t words = text.size() / 64 + 1;
  std::uint64_t *const bits = marks.bits(words);
  mark_stops(text, bits);
  std::size_t word = 0;           // from which the next stop is taken
  std::uint64_t stops = bits[0];  // what is left of it

  const auto skip = [&]() DISLODGE_INLINE {
    while (at != end && is_blank(*at)) ++at;
  };
  // The next quote or backslash that the walk has not passed; the end where there is none. What stands
  // outside of texts holds neither, so that at a text's first quote the next one is this quote.
  const auto next_stop = [&]() DISLODGE_INLINE -> const char * {
    while (stops == 0) {
      if (word + 1 == words) return end;
      stops = bits[++word];
    }
    const char *const stop = begin + word * 64 + static_cast<std::size_t>(std::countr_zero(stops));
    stops &= stops - 1;
    return stop;
  };
  const auto string = [&](const char *&from, std::uint32_t &length, bool &escaped) DISLODGE_INLINE {
    from = next_stop() + 1;
    const char *stop = next_stop();
    while (stop != end && *stop == '\\') {
      escaped = true;
      if (end - stop < 2) return false;
      // What is escaped is nothing to stop at.
      const auto place = static_cast<std::size_t>(stop + 1 - begin);
      if (place / 64 == word)
        stops &= ~(std::uint64_t{1} << (place % 64));
      else
        bits[place / 64] &= ~std::uint64_t{1};
      stop = next_stop();
    }
    if (stop == end) return false;
    length = static_cast<std::uint32_t>(stop - from);
    at = stop + 1;
    return true;
  };

  skip();
  if (at == end) return "it is empty";
  while (true) {
    // The next value: the text's own at first, then the next member or element of the innermost object or
    // array, unless that ends.
    const char *name = nullptr;
    std::uint32_t name_length = 0;
    bool name_escaped = false;
    if (depth != 0) {
      const Open here = open[depth - 1];
      skip();
      if (at == end) return "it ends in the middle";
      if (*at == here.close) {
        ++at;
        JsonMark &closed = mark[here.mark];
        closed.length = static_cast<std::uint32_t>(at - closed.begin);
        closed.next = static_cast<std::uint32_t>(used) - here.mark;
        if (--depth == 0) break;
        continue;
      }
      if (mark[here.mark].count++ != 0) {
        if (*at != ',') return "a comma is missing";
        ++at;
        skip();
        if (at == end) return "it ends in the middle";
        if (*at == here.close) return "a comma stands before a closing bracket";
      }
      if (here.close == '}') {
        if (*at != '"') return "a name is missing";
        if (!string(name, name_length, name_escaped)) return "a text is not closed";
        skip();
        if (at == end || *at != ':') return "a colon is missing";
        ++at;
        skip();
        if (at == end) return "it ends in the middle";
      }
    }
    if (used >= kMarksMax) return "it holds too many values";
    if (used == room) {
      marks.grow(used);
      mark = marks.data();
      room = marks.room();
    }
    JsonMark &value = mark[used++];
    value = JsonMark();
    value.begin = at;
    if (name != nullptr) {
      value.name = name;
      value.name_length = name_length;
      value.name_escaped = name_escaped;
      value.name_hash =
          name_escaped ? hash_of_escaped({name, name_length}) : hash_of_name({name, name_length});
    }
    const char first = *at;
    if (first == '"') {
      value.kind = Kind::text;
      if (!string(value.begin, value.length, value.escaped)) return "a text is not closed";
    } else if (first == '{' || first == '[') {
      value.kind = first == '{' ? Kind::object : Kind::array;
      if (depth >= kDepthMax) return "it is nested too deep";
      open[depth++] = {static_cast<std::uint32_t>(used - 1), first == '{' ? '}' : ']'};
      ++at;
    } else {
      while (at != end && !ends_word(*at)) ++at;
      if (const char *wrong = take_word({value.begin, static_cast<std::size_t>(at - value.begin)}, value);
          wrong != nullptr)
        return wrong;
    }
    if (depth == 0) break;
  }
  skip();
  return at == end ? nullptr : "something follows its end";
#undef DISLODGE_INLINE
}

std::size_t unescape_json(std::string_view text, char *to) {
  char *const begin = to;
  const char *at = text.data();
  const char *const end = at + text.size();
  while (at < end) {
    // Plain bytes, sixteen at a time: what is copied too much is written over, and stays within the room,
    // since no escape is shorter than what it stands for.
#if defined(__SSE2__)
    const __m128i slash = _mm_set1_epi8('\\');
    while (end - at >= 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to), bytes);
      const auto stops = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, slash)));
      const int plain = stops == 0 ? 16 : std::countr_zero(stops);
      at += plain;
      to += plain;
      if (stops != 0) break;
    }
#endif
    while (at < end && *at != '\\') *to++ = *at++;
    if (at == end) break;
    if (end - at == 1) {
      *to++ = *at++;
      break;
    }
    const char kind = at[1];
    at += 2;
    switch (kind) {
      case '"':
      case '\\':
      case '/':
        *to++ = kind;
        break;
      case 'n':
        *to++ = '\n';
        break;
      case 'r':
        *to++ = '\r';
        break;
      case 't':
        *to++ = '\t';
        break;
      case 'b':
        *to++ = '\b';
        break;
      case 'f':
        *to++ = '\f';
        break;
      case 'u': {
        const std::string_view rest(at, static_cast<std::size_t>(end - at));
        const int unit = code_unit(rest, 0);
        if (unit < 0) {
          *to++ = '\\';
          *to++ = 'u';
          break;
        }
        at += 4;
        auto point = static_cast<std::uint32_t>(unit);
        if (unit >= 0xD800 && unit < 0xDC00 && rest.substr(4, 2) == "\\u") {
          const int low = code_unit(rest, 6);
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((static_cast<std::uint32_t>(unit) - 0xD800) << 10) +
                    (static_cast<std::uint32_t>(low) - 0xDC00);
            at += 6;
          }
        }
        std::string utf8;
        base::append_utf8(utf8, point);
        to = std::copy(utf8.begin(), utf8.end(), to);
        break;
      }
      default:
        *to++ = '\\';
        *to++ = kind;
    }
  }
  return static_cast<std::size_t>(to - begin);
}

}  // namespace dislodge::log
