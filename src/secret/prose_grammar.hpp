#pragma once
// The grammar of prose passwords: from a trigger word to the values that it may announce.

#include <string_view>
#include <vector>

#include "secret/prose.hpp"

namespace dislodge::secret {

// Appends the candidates of one trigger that ends at `end`, without confidence.
void read_prose(std::string_view text, std::size_t end, TriggerClass is, std::vector<ProseCandidate> &out);

// The cells under a heading that ends at `trigger_end`; false where the trigger is no heading of a table.
bool read_table(std::string_view text, std::size_t trigger_end, const ProseCandidate &pattern,
                std::vector<ProseCandidate> &out);

}  // namespace dislodge::secret
