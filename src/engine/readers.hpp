#pragma once
// The one place that knows every reader: which reads what type of item.

#include "base/result.hpp"
#include "engine/unit_reader.hpp"
#include "evidence/item.hpp"

namespace dislodge::engine {

// Reads one item with the reader of its type. What no reader knows is scanned as strings and listed so.
base::Result<void> read_item(const evidence::ItemView &item, UnitReader &unit);

// Bytes of the file that this unit accounts for: a range owns whole records.
std::uint64_t ranged_size(const evidence::ItemView &root, const UnitInput &input);

// Everything that the meaning of a result depends on besides the bytes: versions of the stages, digest of the
// rules, limits. Part of a unit's key: nothing with the same key is read twice.
std::string readers_digest(std::string_view rules_digest, const base::Limits &limits);

}  // namespace dislodge::engine
