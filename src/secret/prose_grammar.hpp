#pragma once
// The grammar of prose passwords: from a trigger word to the values that it may announce.

#include <string_view>
#include <vector>

#include "secret/prose.hpp"

namespace dislodge::secret {

// Appends the candidates of one trigger that ends at `end`, without confidence.
void read_prose(std::string_view text, std::size_t end, TriggerClass is, std::vector<ProseCandidate> &out);

}  // namespace dislodge::secret
