#pragma once
// User and password side by side: "a / b", "log in as a with b", a user and a password each on a line.

#include <cstddef>
#include <string_view>
#include <vector>

#include "secret/prose.hpp"
#include "secret/prose_reader.hpp"

namespace dislodge::secret {

// "a / b", "a:b", "a and b", "a with password b", "a, b": from the reader's place on.
bool read_pair(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out);
// Whether a word for "user" stands right before the one that begins at `trigger_begin`: "user / password:".
bool pair_word_before(std::string_view text, std::size_t trigger_begin);
// "log in as U with V", "sign in using U / V", "logged in to the box with U and V"
bool read_sign_in(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out);
// "FTP creds:", then host, user and password each alone on a line.
bool read_listed(ProseReader reader, ProseCandidate candidate, std::vector<ProseCandidate> &out);
// Letters with digits or signs, which opening hours and places are not.
bool looks_typed(std::string_view value);

}  // namespace dislodge::secret
