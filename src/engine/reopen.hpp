#pragma once
// Opening what was encrypted, later: a password that a responder supplies, or that turns up elsewhere in the
// case, re-opens the units in which something stayed encrypted, and only those. Passwords that were supplied
// are kept in the case, sealed, so that a unit that is read again (new rules, new limits) opens again.

#include <string>
#include <vector>

#include "casefile/case.hpp"
#include "engine/store.hpp"
#include "evidence/unlock.hpp"

namespace dislodge::engine {

// Files of --password-file (one password a line) and of --key.
base::Result<evidence::Unlock> load_unlock_files(const std::vector<std::filesystem::path> &password_files,
                                                 const std::vector<std::filesystem::path> &key_files);

// Adds to what the case keeps.
base::Result<void> keep_unlock(casefile::Case &the_case, const evidence::Unlock &more);
base::Result<evidence::Unlock> kept_unlock(casefile::Case &the_case);

// Values found in the case that may be a password of an archive or document: those of kind password and
// passphrase, short enough to be typed; at most kFoundPasswordsMax, those seen most often first.
inline constexpr std::size_t kFoundPasswordsMax = 2000;
base::Result<evidence::Unlock> found_passwords(casefile::Case &the_case);

// Identifies what would be tried, under the case's own key; "" for nothing.
std::string unlock_digest(const casefile::CaseKeys &keys, const evidence::Unlock &unlock);

// Units that were read, hold something that stayed encrypted, and were not read with exactly this before.
base::Result<std::vector<UnitRow>> encrypted_units(casefile::Case &the_case, std::string_view digest);

}  // namespace dislodge::engine
