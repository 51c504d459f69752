#pragma once
// The key of a user's fingerprints, for processes that tell values apart and are to know no more of them.

#include <string_view>

#include "base/result.hpp"
#include "base/secure.hpp"

namespace dislodge::casefile {

// Of the user's key file (32 bytes). base::keyed_hash() under it, cut to 16 bytes, is what
// CaseKeys::from_user_key(key).fingerprint() gives in hex.
base::Result<base::SecretBytes> fingerprint_key_of(std::string_view user_key);

}  // namespace dislodge::casefile
