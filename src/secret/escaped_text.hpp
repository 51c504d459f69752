#pragma once
// Text that is written with escapes where it stands: percent ("token%3Dghp_..."), "\x67", "\u005f" and "\/"
// of JSON and source, quoted-printable outside of mail ("=3D", lines that end in "="). Such stretches are
// decoded and scanned again, with their offsets mapped back, so that what was found stands where its escapes
// do.
//
//   std::vector<TextRange> runs;  find_escaped_runs(text, {0, text.size()}, runs);
//   if (const auto plain = decode_escapes(text, runs)) ... plain->text, plain->map
//
// Escapes are many in ordinary text (links, printf), so only stretches are given in which, once decoded, a
// run of letters and digits as long as a token touches an escape, or that become a URL with a user.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"
#include "secret/text_range.hpp"

namespace dislodge::secret {

inline constexpr std::size_t kEscapedReach = 4096;    // bytes of a stretch on either side of an escape
inline constexpr std::size_t kEscapedRounds = 3;      // of escapes within escapes: "%2574"
inline constexpr std::size_t kEscapedMax = 1u << 20;  // bytes of all stretches of a text

// Appends the stretches around escapes that lie within `where`, in order, apart from each other.
void find_escaped_runs(std::string_view text, TextRange where, std::vector<TextRange> &out);

struct UnescapedText {
  std::string text;  // of all stretches that are worth it, each on lines of its own
  base::OffsetMap map;
  std::vector<TextRange> from;  // the stretches
};

UnescapedText decode_escapes(std::string_view text, const std::vector<TextRange> &runs);

}  // namespace dislodge::secret
