#pragma once
// Public keys as people hand them over: 64 hex digits, or the case.pub (base64) of the other side.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dislodge::cli {

// The 32 bytes; a usage error names the option.
base::Result<std::string> key_of(const std::string &text, std::string_view option);

}  // namespace dislodge::cli
