#pragma once
// Graph's listings say no tenant. Where the collection beside one declares it, what the listing says is of
// that tenant; else link_facts() finds it by objects that other sources place.

#include <string_view>

#include "identity/fact.hpp"

namespace dislodge::identity {

// Puts everything of Entra and Exchange whose tenant is not known into `tenant`, a GUID; anything else is
// left.
void place_in_tenant(Facts &facts, std::string_view tenant);

}  // namespace dislodge::identity
