#pragma once
// Whose a password is, as the sentence says: "your new password is", "my password", "Boris Lund's password",
// "svc-sap, password:". Pronouns stand for people on the message, whom identity/ knows.

#include <cstddef>
#include <string_view>
#include <vector>

#include "secret/sighting.hpp"

namespace dislodge::secret {

// Values of HintKind::user that name nobody by themselves.
inline constexpr std::string_view kTheRecipient = "the recipient";
inline constexpr std::string_view kTheAuthor = "the author";

// Of a password that the word which begins or ends at `word` announces. At most three hints, the likeliest
// first; none where the sentence says nothing, or speaks of what is no person's (a wifi, an archive). With
// "your" comes whom the message greets (HintKind::greeted) and, where the head of a quoted
// message stands above, to whom that one went.
std::vector<Hint> said_owner(std::string_view text, std::size_t word);

}  // namespace dislodge::secret
