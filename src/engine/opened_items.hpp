#pragma once
// What lies in an encrypted archive, document or key is known once it could be read and its password was
// known, whichever came later. The readers say which password opened what (evidence/opened.hpp), a row of the
// ledger keeps it, and here the presence of a secret in such a thing becomes the presence of the closed thing
// and an unlock by the password.
//
// A password that no evidence holds, but the responder gave, says nothing of when the intruder had it: then
// it stays as it was, possible from when the archive could be read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "casefile/case.hpp"
#include "evidence/ledger.hpp"
#include "evidence/unlock.hpp"
#include "identity/fact.hpp"

namespace dislodge::engine {

struct OpenedItem {
  std::string item;
  std::uint64_t line = 0;  // of a private key that was opened; 0: the item and all within it
  std::string key;         // id of the password, "secret:..."
};

// The row that a worker writes. It knows the password by its place in Unlock::passwords alone.
evidence::LedgerRow opened_row(std::string_view item, std::uint64_t line, std::size_t password);
// Names the password in such rows by its fingerprint, where `unlock` is what was tried.
void name_passwords(std::vector<evidence::LedgerRow> &rows, const evidence::Unlock &unlock,
                    const casefile::CaseKeys &keys);

base::Result<std::vector<OpenedItem>> load_opened(casefile::Case &the_case);

// Changes presences and adds unlocks in place; the facts are settled.
void lock_presences(const std::vector<OpenedItem> &opened, identity::Facts &facts);

}  // namespace dislodge::engine
