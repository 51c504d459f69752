#pragma once
// Rights that people wrote by hand ("from,right,to"), where nobody checked a spelling: which right is meant,
// and which thing. Nothing of such a list vanishes: what means nothing to us is told with its file and line.
//
//   for (std::string &note : read_written_rights(facts, rights)) ...   // before link_facts()
//
// A right is found by its kind in any case, with or without blanks, hyphens and underscores ("full access",
// "full-access", FullAccess), by plain words for it ("can read", "admin of"), and
// where one letter was lost, doubled, changed or swapped, by the one kind that is that near; the last is
// told. Names become the principals of a directory that has them once. To read is to read a thing: the
// mailbox of an address, a repository, else a resource of that name, which nobody handed in.

#include <string>
#include <vector>

#include "identity/fact.hpp"
#include "identity/rights.hpp"

namespace dislodge::identity {

// Changes kinds and ends of grants in place and adds resources. Gives a sentence for each kind that is not
// known and for each that was guessed, with the lines it stands in.
std::vector<std::string> read_written_rights(Facts &facts, const Rights &rights);

}  // namespace dislodge::identity
