#pragma once
// Single compressed streams: gzip (RFC 1952), zstd (RFC 8878). The one child takes the stored file name, or
// the item's name without its suffix. Concatenated streams are one child, as gunzip and zstd read them.
// bzip2, xz, 7z and rar are named in the ledger as unsupported, with a remedy.

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::evidence {

base::Result<void> read_gzip(const ItemView &item, Sink &sink);
base::Result<void> read_zstd(const ItemView &item, Sink &sink);

// Reports the whole item as unsupported, with what to do: bzip2, xz, seven_zip, rar.
base::Result<void> read_unsupported_archive(const ItemView &item, Sink &sink);

}  // namespace dislodge::evidence
