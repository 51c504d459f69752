#pragma once
// Who is named in a text besides two sides: what must not go to one party because it is about another. An
// address of anybody else counts, and so does the host name of a party that the case knows; other host names
// (links in a signature, a news site) do not.

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::disclose {

struct Sides {
  std::set<std::string, std::less<>> domains;    // registrable, ours and theirs
  std::set<std::string, std::less<>> addresses;  // of persons at a mail provider, in lower case
  std::set<std::string, std::less<>> known;      // registrable domains of other parties of the case
};
inline constexpr std::size_t kOthersNamedMax = 50;  // of one message; more adds nothing

// Appends to `out` the registrable domain of each, or the address where it lies with a mail provider; each
// once, until `out` has kOthersNamedMax.
void add_others_named(std::string_view text, const Sides &sides, std::vector<std::string> &out);

}  // namespace dislodge::disclose
