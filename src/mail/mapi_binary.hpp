#pragma once
// Text within binary properties: the members of a distribution list, rules that forward mail, settings kept
// as XML in hidden items. None of it is in any string property.

#include <string>
#include <string_view>

#include "mail/mapi.hpp"

namespace dislodge::mail {

// What can be read in the value, one run a line: UTF-16 (little-endian) of at least 5 characters, ASCII of at
// least 6. Empty for properties that only repeat who sent a message or which it is (identifiers, search
// keys), and for those that are read elsewhere (bodies, attachments).
std::string text_in_binary(const MapiProperty &property);

}  // namespace dislodge::mail
