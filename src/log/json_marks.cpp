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

// ---- where the quotes and backslashes are, so that the walk goes from one to the next without looking at
// what is between: places are found for a piece of the text at a time, as numbers, so that to ask for the
// next one is to read it

constexpr std::size_t kPieceWords = 64;  // of 64 bytes
constexpr std::size_t kPieceBytes = kPieceWords * 64;
constexpr std::size_t kPlacesAtOnce = 8;
// A piece that is all quotes, and what is written beyond the last one.
constexpr std::size_t kPlacesMax = kPieceBytes + 64;

// Writes the places of the bits, counted from `first`; more than there are, up to a multiple of
// kPlacesAtOnce: fewer branches are guessed wrong than by a loop over the bits.
__attribute__((always_inline)) inline std::uint32_t *write_places(std::uint64_t bits, std::uint32_t first,
                                                                  std::uint32_t *to) {
  const auto count = static_cast<unsigned>(std::popcount(bits));
  for (std::uint32_t *at = to; bits != 0;)
    for (std::size_t i = 0; i < kPlacesAtOnce; ++i) {
      *at++ = first + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  return to + count;
}

// Places in words of 64 whole bytes, the first of which is `first`; where they end in `to`.
using StopKernel = std::uint32_t *(*)(const char *at, std::size_t words, std::uint32_t first,
                                      std::uint32_t *to);

std::uint32_t *find_stops_portable(const char *at, std::size_t words, std::uint32_t first,
                                   std::uint32_t *to) {
  for (std::size_t word = 0; word < words; ++word, at += 64, first += 64) {
    std::uint64_t stops = 0;
    for (unsigned i = 0; i < 64; ++i) stops |= static_cast<std::uint64_t>(at[i] == '"' || at[i] == '\\') << i;
    to = write_places(stops, first, to);
  }
  return to;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,popcnt"))) std::uint32_t *find_stops_avx2(const char *at, std::size_t words,
                                                                          std::uint32_t first,
                                                                          std::uint32_t *to) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i slash = _mm256_set1_epi8('\\');
  for (std::size_t i = 0; i < words; ++i, at += 64, first += 64) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at + 32));
    const auto a = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_or_si256(_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(low, slash))));
    const auto b = static_cast<std::uint32_t>(_mm256_movemask_epi8(
        _mm256_or_si256(_mm256_cmpeq_epi8(high, quote), _mm256_cmpeq_epi8(high, slash))));
    to = write_places(static_cast<std::uint64_t>(b) << 32 | a, first, to);
  }
  return to;
}

__attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt"))) std::uint32_t *find_stops_avx512(
    const char *at, std::size_t words, std::uint32_t first, std::uint32_t *to) {
  const __m512i quote = _mm512_set1_epi8('"');
  const __m512i slash = _mm512_set1_epi8('\\');
  alignas(64) constexpr auto kCount = [] {
    std::array<std::uint8_t, 64> count{};
    for (std::uint8_t i = 0; i < 64; ++i) count[i] = i;
    return count;
  }();
  const __m512i count = _mm512_load_si512(kCount.data());
  for (std::size_t i = 0; i < words; ++i, at += 64, first += 64) {
    const __m512i bytes = _mm512_loadu_si512(at);
    const __mmask64 stops = _mm512_cmpeq_epi8_mask(bytes, quote) | _mm512_cmpeq_epi8_mask(bytes, slash);
    const __m512i places = _mm512_maskz_compress_epi8(stops, count);
    const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
    const auto write = [&](std::uint32_t * where, __m128i sixteen)
        __attribute__((always_inline, target("avx512f,avx512bw,avx512vbmi2,popcnt"))) {
      _mm512_storeu_si512(where, _mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), base));
    };
    write(to, _mm512_castsi512_si128(places));
    const auto found = static_cast<unsigned>(_mm_popcnt_u64(stops));
    if (found > 16) {
      write(to + 16, _mm512_extracti32x4_epi32(places, 1));
      write(to + 32, _mm512_extracti32x4_epi32(places, 2));
      write(to + 48, _mm512_extracti32x4_epi32(places, 3));
    }
    to += found;
  }
  return to;
}
#endif

StopKernel fastest_kernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("avx512bw") != 0)
    return find_stops_avx512;
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0) return find_stops_avx2;
#endif
  return find_stops_portable;
}

// The quotes and backslashes of a text, in order, a piece at a time.
class Stops {
 public:
  explicit Stops(std::string_view text) : text_(text) {}

  const std::uint32_t *begin() const { return places_; }

  // Finds the places of the next piece that has any; where they end. begin() where there are no more.
  __attribute__((noinline)) const std::uint32_t *find_more() {
    static const StopKernel kernel = fastest_kernel();
    std::uint32_t *until = places_;
    while (until == places_ && done_ < text_.size()) {
      const std::size_t left = text_.size() - done_;
      const char *const from = text_.data() + done_;
      if (left >= 64) {
        const std::size_t words = std::min(left / 64, kPieceWords);
        until = kernel(from, words, static_cast<std::uint32_t>(done_), places_);
        done_ += words * 64;
      } else {
        char rest[64] = {};
        std::memcpy(rest, from, left);
        until = kernel(rest, 1, static_cast<std::uint32_t>(done_), places_);
        done_ = text_.size();
      }
    }
    return until;
  }

 private:
  std::string_view text_;
  std::size_t done_ = 0;  // bytes that were looked at
  std::uint32_t places_[kPlacesMax];
};

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_of_number(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

// The length of the value without quotes or brackets that begins at `at`, and what it is; 0 where it is none.
// What follows it is for the walk to judge.
__attribute__((always_inline)) inline std::uint32_t take_word(const char *at, const char *end, Kind &kind) {
  const auto left = static_cast<std::size_t>(end - at);
  if (*at == '-' || (*at >= '0' && *at <= '9')) {
    kind = Kind::number;
    const char *stop = at + 1;
    while (stop != end && is_of_number(*stop)) ++stop;
    return static_cast<std::uint32_t>(stop - at);
  }
  if (left < 4) return 0;
  if (std::memcmp(at, "null", 4) == 0) {
    kind = Kind::null;
    return 4;
  }
  kind = Kind::boolean;
  if (std::memcmp(at, "true", 4) == 0) return 4;
  return left > 4 && std::memcmp(at, "false", 5) == 0 ? 5 : 0;
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
  // An object or array that is not closed.
  struct Open {
    std::uint32_t mark;
    std::uint32_t count;
    char close;
  };
  Open outer[kDepthMax];  // those around the innermost one, which is apart
  Open here{0, 0, '\0'};
  std::size_t depth = 0;

  const char *const end = text.data() + text.size();
  const char *at = text.data();
  JsonMark *mark = marks.data();
  std::size_t room = std::min(marks.room(), kMarksMax);
  std::size_t used = 0;
  Stops stops(text);
  const std::uint32_t *place = stops.begin();  // of the next stop
  const std::uint32_t *places_end = place;

  const auto skip = [&]() DISLODGE_INLINE {
    while (at != end && is_blank(*at)) ++at;
  };
  // The next stop; the end of the text where there is none. Not a member of Stops: where it is would be kept
  // in memory, and every step wait for the one before to be written.
  const auto next_stop = [&]() DISLODGE_INLINE -> const char * {
    if (place == places_end) {
      place = stops.begin();
      places_end = stops.find_more();
      if (place == places_end) return end;
    }
    return text.data() + *place++;
  };
  // What stands outside of texts holds no stop, so that at a text's first quote the next one is this quote.
  const auto string = [&](const char *&from, std::uint32_t &length, bool &escaped) DISLODGE_INLINE {
    from = next_stop() + 1;
    const char *stop = next_stop();
    while (stop != end && *stop == '\\') {
      escaped = true;
      if (end - stop < 2) return false;
      const char *const after = next_stop();
      stop = after == stop + 1 ? next_stop() : after;  // what is escaped is nothing to stop at
    }
    if (stop == end) return false;
    length = static_cast<std::uint32_t>(stop - from);
    at = stop + 1;
    return true;
  };
  const char *name = nullptr;  // of the next value
  std::uint32_t name_length = 0;
  bool name_escaped = false;
  // Up to the value of a member, or of an element: what is wrong, or null.
  const auto to_value = [&]() DISLODGE_INLINE -> const char * {
    if (here.close != '}') return nullptr;
    name_escaped = false;
    if (*at != '"') return "a name is missing";
    if (!string(name, name_length, name_escaped)) return "a text is not closed";
    skip();
    if (at == end || *at != ':') return "a colon is missing";
    ++at;
    skip();
    return at == end ? "it ends in the middle" : nullptr;
  };

  skip();
  if (at == end) return "it is empty";
  while (true) {
    // A value begins here.
    if (used == room) {
      if (used >= kMarksMax) return "it holds too many values";
      marks.grow(used);
      mark = marks.data();
      room = std::min(marks.room(), kMarksMax);
    }
    JsonMark &value = mark[used++];
    value = JsonMark();
    value.begin = at;
    if (here.close == '}') {
      value.name = name;
      value.name_length = name_length;
      value.name_escaped = name_escaped;
    }
    const char first = *at;
    if (first == '"') {
      value.kind = Kind::text;
      if (!string(value.begin, value.length, value.escaped)) return "a text is not closed";
    } else if (first == '{' || first == '[') {
      value.kind = first == '{' ? Kind::object : Kind::array;
      if (depth >= kDepthMax) return "it is nested too deep";
      outer[depth++] = here;
      here = {static_cast<std::uint32_t>(used - 1), 0, first == '{' ? '}' : ']'};
      ++at;
      skip();
      if (at == end) return "it ends in the middle";
      if (*at != here.close) {
        if (const char *wrong = to_value(); wrong != nullptr) return wrong;
        continue;
      }
      here.count = static_cast<std::uint32_t>(-1);  // what follows counts the value before it
    } else {
      value.length = take_word(at, end, value.kind);
      if (value.length == 0) return "a word is no value";
      at += value.length;
    }
    // What follows it: the next value, or the end of what it is in.
    while (true) {
      if (depth == 0) {
        skip();
        return at == end ? nullptr : "something follows its end";
      }
      ++here.count;
      skip();
      if (at == end) return "it ends in the middle";
      if (*at == ',') {
        ++at;
        skip();
        if (at == end) return "it ends in the middle";
        if (*at == here.close) return "a comma stands before a closing bracket";
        if (const char *wrong = to_value(); wrong != nullptr) return wrong;
        break;
      }
      if (*at != here.close) return "a comma is missing";
      ++at;
      JsonMark &closed = mark[here.mark];
      closed.length = static_cast<std::uint32_t>(at - closed.begin);
      closed.next = static_cast<std::uint32_t>(used) - here.mark;
      closed.count = here.count;
      here = outer[--depth];
    }
  }
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
