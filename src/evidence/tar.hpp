#pragma once
// tar archives: POSIX ustar and pax, GNU (long names, base-256 numbers, sparse files), V7. A damaged header
// costs the bytes up to the next header with a valid checksum, not the rest of the archive.

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::evidence {

// Reads an item of type tar: regular files become children; links, folders and devices have no bytes of their
// own but their headers. Bytes after the end marks that are not zero become a child "~gap@OFFSET".
base::Result<void> read_tar(const ItemView &item, Sink &sink);

}  // namespace dislodge::evidence
