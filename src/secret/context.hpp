#pragma once
// What stands around a secret, fit to be shown: the text before and after it with every candidate masked,
// those that a check turned down included, and with whatever else looks like a key. Better a word too many is
// hidden than a neighbour's password is shown.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::secret {

struct TextSpan {
  std::size_t begin = 0, end = 0;
};

inline constexpr std::size_t kContextBefore = 240, kContextAfter = 160;  // bytes of the text
inline constexpr char kContextHere = '\x1f';                             // stands where the secret itself was

// `around` in `text`, with what lies in `hidden` (in any order; may overlap) replaced by "•••". At most whole
// lines where a line begins or ends near the limit; valid UTF-8 whatever the text is. Runs of blanks and
// empty lines are one.
std::string masked_context(std::string_view text, TextSpan around, std::vector<TextSpan> hidden);

// Subjects and names are what strangers wrote, and a password may stand in them that no rule found there:
// words of a password's make are replaced by "•••". A word too many does no harm.
std::string without_likely_secrets(std::string_view text);

}  // namespace dislodge::secret
