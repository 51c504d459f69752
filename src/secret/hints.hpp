#pragma once
// Hints: what stands beside a secret or inside it, from which its owner and the principal it authenticates
// are told. They are evidence, not conclusions: identity/ weighs them.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "secret/sighting.hpp"

namespace dislodge::secret {

struct HintRequest {
  std::string_view text;
  std::size_t match_begin = 0;  // the whole match of the rule
  std::size_t match_end = 0;
  std::size_t begin = 0;  // the secret itself
  std::size_t end = 0;
  std::size_t previous_end = 0;                     // where the secret before this one ends
  std::size_t next_begin = std::string_view::npos;  // and where the one after it begins
  std::string_view user;                            // a user name that the grammar already knows
  std::string_view kind;                            // Sighting::kind
  std::string_view value;                           // the decoded value
};

// In the order of trust: what is inside the secret first, then by nearness. At most a dozen, none twice.
std::vector<Hint> find_hints(const HintRequest &request);
// The same for the many secrets of one text, of whose words (secret/hint_patterns.hpp) each is looked for
// once.
class HintWords;
std::vector<Hint> find_hints(const HintRequest &request, HintWords &words);

// Claims of a JSON Web Token as hints; nothing where it does not decode. The signature is not verified.
std::vector<Hint> token_hints(std::string_view token);

// Adds a hint unless it is empty, too long or there already.
void add_hint(std::vector<Hint> &hints, HintKind kind, std::string_view value);

}  // namespace dislodge::secret
