#pragma once
// Mail that a message trace shows delivered and that no mailbox handed in holds: deleted before the export,
// left out by it, or in what could not be read. Whoever read the mailbox until then could read it.

#include <cstddef>
#include <vector>

#include "engine/picture.hpp"

namespace dislodge::engine {

inline constexpr std::size_t kTracedRowsMax = 10'000;  // messages; the rest is one row

// Rows of the ledger for tell_missing() (load_files.hpp), one a message: of mailboxes that were handed in and
// within reach, for what came before they last could be read. After reach.
std::vector<evidence::LedgerRow> traced_and_not_held(const Picture &picture);

}  // namespace dislodge::engine
