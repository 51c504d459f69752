#pragma once
// The grammar of prose passwords: from a trigger word to the values that it may announce.

#include <cstdint>
#include <string_view>
#include <vector>

#include "secret/prose.hpp"

namespace dislodge::secret {

// Appends the candidates of one trigger that ends at `end`, without confidence. True where the trigger is the
// heading of a table: then any number of lines was looked at.
bool read_prose(std::string_view text, std::size_t end, const ProseTrigger &trigger,
                std::vector<ProseCandidate> &out);

// "PASS: gdb.base/advance.exp", "Pass: 14, Fail: 0": the word [begin, end) says how a test went. A password
// has a user or host beside it, or signs that names of tests do without: those are for the caller to ask.
bool says_how_a_test_went(std::string_view text, std::size_t begin, std::size_t end);

enum class TableReading : std::uint8_t { none, heading, cells };
// The cells under a heading that ends at `trigger_end`: whether it is one, and has any.
TableReading read_table(std::string_view text, std::size_t trigger_end, const ProseCandidate &pattern,
                        std::vector<ProseCandidate> &out);

}  // namespace dislodge::secret
