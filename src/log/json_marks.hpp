#pragma once
// The walk over JSON bytes behind log/json.hpp: one pass, no recursion, no copy.

#include <cstdint>
#include <cstring>
#include <string_view>

#include "log/json.hpp"

namespace dislodge::log {

// Marks every value of the text, in order, each object and array before what is in it. Null where it went
// well, else what is wrong. Checks structure, literals and the alphabet of numbers; the bytes of texts are
// taken as they are (RFC 8259 forbids raw control characters: exports have them). Linear in the bytes.
// `names` is what was learnt from texts before; `root` says what the text is, JsonNames::kRecord or kInner.
const char *mark_json(std::string_view text, JsonMarks &marks, JsonNames &names, JsonNames::Id root);

// Text between quotes with its escapes decoded, written to `to`, which has room for as many bytes as the text
// has: the result, whose size is returned, is never longer. A half of a surrogate pair becomes U+FFFD; an
// escape that JSON does not know stays as it is.
std::size_t unescape_json(std::string_view text, char *to);

// For texts of a few dozen bytes, for which a call is dear.
inline bool same_bytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto eight = [](const char *from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    return word;
  };
  const std::size_t size = a.size();
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }
  for (std::size_t i = 0; i + 8 < size; i += 8)
    if (eight(a.data() + i) != eight(b.data() + i)) return false;
  return eight(a.data() + size - 8) == eight(b.data() + size - 8);
}

}  // namespace dislodge::log
