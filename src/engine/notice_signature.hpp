#pragma once
// The seal of a notice's manifest and the signature over it, as `dislodge package` writes it beside:
// manifest.sig and verify.key. It shows that nobody changed the manifest since; whose key it is, a person
// confirms by another way.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secure.hpp"
#include "casefile/keys.hpp"
#include "detect/tips.hpp"

namespace dislodge::engine {

// `manifest`: where it lies; `bytes`: what it says, opened where it is sealed. `signature` and `key` (32 raw
// bytes) as a person gave them; both empty: what lies beside it is taken, if anything does. A usage error
// where only one of them is given.
base::Result<detect::TipSignature> check_signature(const std::filesystem::path &manifest,
                                                   std::string_view bytes,
                                                   const std::filesystem::path &signature,
                                                   std::string_view key);

// What was sealed to this case, opened. Where it does not open, nobody can tell from outside whether it was
// changed on the way or sealed to another key: the error says both, and what to ask.
base::Result<base::SecretBytes> open_notice(const casefile::CaseKeys &keys, std::string_view sealed);

}  // namespace dislodge::engine
