#pragma once
// Text as evidence holds it, made safe to look at. Evidence is written by attackers: a display name with
// terminal escapes clears a responder's screen, and one with a right-to-left override turns the sentence
// around that names it. Both are shown as what they are, "\u001b" and "\u202e", which inside a string of JSON
// means the same.
//
//   std::fputs(visible(line).c_str(), stdout);

#include <string>
#include <string_view>

namespace dislodge::base {

// True where nothing needs to be made visible: no control but tab and line ends, no character of Unicode that
// changes the direction of what follows (UAX #9: LRM, RLM, ALM, embeddings, overrides, isolates).
bool is_visible(std::string_view text);
// The text with those written as \uXXXX. Everything else, malformed UTF-8 too, stays as it is.
std::string visible(std::string_view text);

}  // namespace dislodge::base
