#pragma once
// Passwords that stand alone on a line below what says that they follow: a block of a page ("Passwort", and
// under it the value), a label with its colon and an empty line ("Kennwort zum Archiv:"), a sentence that
// points down ("the password is below."). All of them ask for a line that is nothing but one word, of a shape
// that words of a language do not have.

#include <cstddef>
#include <string_view>
#include <vector>

#include "secret/prose.hpp"
#include "secret/prose_reader.hpp"

namespace dislodge::secret {

// A line that is nothing but "Passwort", and the next that is nothing but the value. The reader stands behind
// the word, and moves.
bool read_below(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out);

// The word ends at `end`; its line ends in a colon, or says "below", and behind empty lines (with marks of a
// quote) comes the value.
bool read_under_label(std::string_view text, std::size_t end, ProseCandidate candidate,
                      std::vector<ProseCandidate> &out);

}  // namespace dislodge::secret
