#pragma once
// Single compressed streams: gzip (RFC 1952), zstd (RFC 8878). The one child takes the stored file name, or
// the item's name without its suffix. Concatenated streams are one child, as gunzip and zstd read them.
// Other streams are libarchive's (evidence/archive.hpp).

#include "base/result.hpp"
#include "evidence/sink.hpp"

namespace dislodge::evidence {

base::Result<void> read_gzip(const ItemView &item, Sink &sink);
base::Result<void> read_zstd(const ItemView &item, Sink &sink);

}  // namespace dislodge::evidence
