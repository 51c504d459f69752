#include "log/json_marks.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "base/encode.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dislodge::log {

namespace {

using Kind = JsonMark::Kind;

constexpr std::size_t kDepthMax = 1024;
constexpr std::size_t kMarksMax = 2'000'000;  // values of one record: 100 MB of marks

// ---- where a text ends, sixteen bytes at a time

#if defined(__SSE2__)
// A bit for each of the sixteen bytes that is `c`.
__attribute__((always_inline)) inline std::uint32_t places_of(char c, __m128i bytes) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}

__attribute__((always_inline)) inline __m128i sixteen(const char *at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
}

__attribute__((always_inline)) inline std::uint64_t places_in_64(char c, const char *at) {
  return std::uint64_t{places_of(c, sixteen(at))} | std::uint64_t{places_of(c, sixteen(at + 16))} << 16 |
         std::uint64_t{places_of(c, sixteen(at + 32))} << 32 |
         std::uint64_t{places_of(c, sixteen(at + 48))} << 48;
}
#else
inline std::uint64_t places_in_64(char c, const char *at) {
  std::uint64_t places = 0;
  for (unsigned i = 0; i < 64; ++i) places |= static_cast<std::uint64_t>(at[i] == c) << i;
  return places;
}
#endif

// Which bytes a backslash escapes, where backslashes are at `slashes`; `carry`: whether the first byte is
// escaped, then whether the first byte behind is. A run of them escapes every other one, and what stands
// behind it where their number is odd: the runs that begin at odd places are added up apart from the others,
// so that the carry of the addition comes out at their ends.
std::uint64_t escaped_by(std::uint64_t slashes, std::uint64_t &carry) {
  constexpr std::uint64_t kEven = 0x5555555555555555ull;
  slashes &= ~carry;
  const std::uint64_t behind = slashes << 1 | carry;
  const std::uint64_t odd_starts = slashes & ~kEven & ~behind;
  const std::uint64_t runs_from_even = odd_starts + slashes;
  carry = runs_from_even < slashes ? 1 : 0;
  return (kEven ^ runs_from_even << 1) & behind;
}

// The quote that closes a text, looked for from `at` on, where nothing is escaped; null where there is none.
__attribute__((noinline)) const char *close_of_long(const char *at, const char *end, bool &escaped) {
  std::uint64_t carry = 0;
  for (; end - at >= 64; at += 64) {
    const std::uint64_t slashes = places_in_64('\\', at);
    std::uint64_t quotes = places_in_64('"', at);
    if ((slashes | carry) != 0) quotes &= ~escaped_by(slashes, carry);
    if (quotes == 0) {
      escaped = escaped || slashes != 0;
      continue;
    }
    escaped = escaped || (slashes & (quotes ^ (quotes - 1))) != 0;
    return at + std::countr_zero(quotes);
  }
  for (bool skipped = carry != 0; at != end; ++at) {
    if (skipped)
      skipped = false;
    else if (*at == '"')
      return at;
    else if (*at == '\\')
      escaped = skipped = true;
  }
  return nullptr;
}

__attribute__((always_inline)) inline const char *close_of(const char *at, const char *end, bool &escaped) {
#if defined(__SSE2__)
  if (end - at >= 32) {
    const __m128i low = sixteen(at), high = sixteen(at + 16);
    const std::uint32_t quotes = places_of('"', low) | places_of('"', high) << 16;
    const std::uint32_t slashes = places_of('\\', low) | places_of('\\', high) << 16;
    if (((quotes - 1) & ~quotes & slashes) == 0) {  // none before the first quote
      if (quotes != 0) return at + std::countr_zero(quotes);
      at += 32;
    }
  }
#endif
  return close_of_long(at, end, escaped);
}

// Whether the name, with its quotes and colon, is what comes next.
__attribute__((always_inline)) inline bool stands_at(const JsonNames::Name &name, const char *at,
                                                     const char *end) {
#if defined(__SSE2__)
  static_assert(JsonNames::kBytes == 48);
  if (end - at < 48) return false;
  const auto same = [&](std::size_t i) __attribute__((always_inline)) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(sixteen(at + i), sixteen(name.bytes + i)))));
  };
  std::uint64_t all = same(0) | same(16) << 16;
  if (name.bytes_used > 32) all |= same(32) << 32;
  return (~all & ((std::uint64_t{1} << name.bytes_used) - 1)) == 0;
#else
  return static_cast<std::size_t>(end - at) >= name.bytes_used &&
         std::memcmp(at, name.bytes, name.bytes_used) == 0;
#endif
}

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
const char *mark_json(std::string_view text, JsonMarks &marks, JsonNames &names, JsonNames::Id root) {
#define DISLODGE_INLINE __attribute__((always_inline))
  using Id = JsonNames::Id;
  // An object or array that is not closed.
  struct Open {
    std::uint32_t mark;
    std::uint32_t count;
    char close;
    Id name;  // under which its members are known: for an array, those of its objects
    Id last;  // of its members
  };
  Open outer[kDepthMax];  // those around the innermost one, which is apart
  Open here{0, 0, '\0', root, JsonNames::kNone};
  std::size_t depth = 0;

  names.begin();
  const char *const end = text.data() + text.size();
  const char *at = text.data();
  JsonMark *mark = marks.data();
  std::size_t room = std::min(marks.room(), kMarksMax);
  std::size_t used = 0;

  const auto skip = [&]() DISLODGE_INLINE {
    while (at != end && is_blank(*at)) ++at;
  };
  const char *name = nullptr;  // of the next value
  std::uint32_t name_length = 0;
  std::uint32_t name_hash = 0;
  bool name_escaped = false;
  // Up to the value of a member, or of an element: what is wrong, or null.
  const auto to_value = [&]() DISLODGE_INLINE -> const char * {
    if (here.close != '}') return nullptr;
    Id &expected = here.last != JsonNames::kNone ? names.at(here.last).next : names.at(here.name).first;
    if (const JsonNames::Name &guess = names.at(expected);
        expected != JsonNames::kNone && stands_at(guess, at, end)) {
      name = at + 1;
      name_length = guess.bytes_used - 3u;
      name_hash = guess.hash;
      name_escaped = false;
      at += guess.bytes_used;
      here.last = expected;
    } else {
      if (*at != '"') return "a name is missing";
      name = at + 1;
      name_escaped = false;
      const char *const close = close_of(name, end, name_escaped);
      if (close == nullptr) return "a text is not closed";
      name_length = static_cast<std::uint32_t>(close - name);
      at = close + 1;
      skip();
      if (at == end || *at != ':') return "a colon is missing";
      ++at;
      name_hash = hash_of_name({name, name_length});
      const Id known =
          name_escaped ? JsonNames::kOther : names.find(here.name, {name, name_length}, name_hash);
      if (known != JsonNames::kOther) expected = known;
      here.last = known;
    }
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
      value.name_hash = name_hash;
      value.name_escaped = name_escaped;
    }
    const char first = *at;
    if (first == '"') {
      value.kind = Kind::text;
      ++value.begin;
      const char *const close = close_of(value.begin, end, value.escaped);
      if (close == nullptr) return "a text is not closed";
      value.length = static_cast<std::uint32_t>(close - value.begin);
      at = close + 1;
    } else if (first == '{' || first == '[') {
      value.kind = first == '{' ? Kind::object : Kind::array;
      if (depth >= kDepthMax) return "it is nested too deep";
      outer[depth++] = here;
      here = {static_cast<std::uint32_t>(used - 1), 0, first == '{' ? '}' : ']',
              here.close == '}' ? here.last : here.name, JsonNames::kNone};
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
