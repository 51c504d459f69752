#pragma once
// Percent encoding, as in URLs (RFC 3986, 2.1) and in the parameters of mail (RFC 2231).
//
//   percent_decoded("a%40b")   // "a@b"

#include <string>
#include <string_view>

namespace dislodge::base {

// Each %XX becomes its byte; a "%" without two hex digits behind it stays, as browsers have it.
std::string percent_decoded(std::string_view text);

}  // namespace dislodge::base
