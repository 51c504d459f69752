#pragma once
// The case as a STIX 2.1 bundle (OASIS, 10 June 2021) and its techniques as an ATT&CK Navigator layer 4.5.
// STIX is for others: it holds what was seen (addresses, times, techniques, courses of action), no names of
// our people, no mask and no place of a secret. Ids follow from the content (UUID version 5), so that the
// same case gives the same bundle and a second import adds nothing.

#include <string>

#include "engine/picture.hpp"

namespace dislodge::report {

std::string stix(const engine::Picture &picture);
std::string navigator_layer(const engine::Picture &picture);

// RFC 9562 version 5 in the name space that STIX gives for deterministic ids.
std::string stix_uuid(std::string_view name);

}  // namespace dislodge::report
