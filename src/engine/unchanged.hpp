#pragma once
// Whether evidence is still what was added: what is read is told under the SHA-256 that was taken then, so
// bytes that were exchanged since must not be read in its name.
//
//   DISLODGE_TRY(still_as_added(row));

#include "base/result.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

// Sizes are compared, and where the inode changed (ctime, which no tool sets at will) since shortly before
// the evidence was added, the bytes are hashed again; evidence that lay still is not read twice. An error
// (io) names the path and what to do.
base::Result<void> still_as_added(const EvidenceRow &row);

}  // namespace dislodge::engine
