#pragma once
// Where one signs in with a password that stands beside an address: a site of somebody else, which names its
// customers by their addresses, or a system of the address's own organisation.

#include <string>
#include <string_view>

#include "identity/secret_fact.hpp"

namespace dislodge::identity {

// The host of the page where one signs in with what stands beside it (a place's HintKind::url), where it is
// that of an organisation other than `domain`'s: not of a service that many use, nor the organisation's own
// name at a provider ("brisk.okta.com"). "" otherwise.
std::string foreign_site(const SecretPlace &place, std::string_view domain);

}  // namespace dislodge::identity
