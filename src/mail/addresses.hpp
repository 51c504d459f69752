#pragma once
// Address lists (RFC 5322 section 3.4) as they are sent: groups, comments as names, quoted names with commas,
// encoded words, missing brackets, Exchange's X.500 addresses.

#include <string_view>
#include <vector>

#include "evidence/record.hpp"

namespace dislodge::mail {

// Appends the people of a From, To, Cc... value, at most `most` in all in `people`.
void parse_addresses(std::string_view raw_value, evidence::PersonRole role, std::size_t most,
                     std::vector<evidence::Person> &people);

}  // namespace dislodge::mail
