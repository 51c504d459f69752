#pragma once
// Repositories that a listing's file names without their owner ("resource:github/?/shop", see file_named.hpp)
// are found among those that other evidence names in full.

#include "identity/fact.hpp"

namespace dislodge::identity {

// Rewrites grants and resources. Where several owners have one of that name, each right is on each of them,
// and where nobody is known to have one, the one owner that is known is taken; else it stays as it is.
void place_repositories(Facts &facts);

}  // namespace dislodge::identity
