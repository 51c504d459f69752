#pragma once
// Which links and addresses near a secret say where it is used and by whom, and which only stand there: a
// page to read on, the signature of whoever wrote it. By layout alone: sentences, lines, paragraphs, labels.

#include <cstddef>
#include <string_view>

namespace dislodge::secret {

struct HintPlace {
  std::string_view text;
  std::size_t start = 0;         // where the link's scheme or the address begins
  std::size_t end = 0;           // where the link's host or the address ends
  std::size_t secret_match = 0;  // where the match of the secret begins
  std::string_view between;      // it and the secret
  bool before = false;           // the secret
};

// Where to read on is no place to sign in: a link in another paragraph, in another sentence, in a line of
// prose above one that has a sentence of its own, or below the secret without a label, where readers of
// documents put the targets of all links.
bool is_only_a_link(const HintPlace &place);
// A link in the sentence of the secret, or in a line of its block that is nothing but a label and the link.
bool is_where_to_sign_in(const HintPlace &place);
// An address with no word for "account" in front of it is whose signature it stands in, or whom to ask:
// behind the secret anywhere but in its sentence, before it in another paragraph unless it stands alone
// there.
bool is_only_a_signature(const HintPlace &place);

}  // namespace dislodge::secret
