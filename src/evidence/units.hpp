#pragma once
// Units: the pieces that workers read, and the shards that machines read (docs/json.md, "Units, shards").
//
//   for (const Unit &unit : cut_units(file, limits)) if (shard_of(unit, n) == i) read(unit);
//
// A unit is a file's SHA-256 and a range of its bytes. mbox, JSON lines and CSV are cut into ranges of
// limits.unit_bytes; a record belongs to the range that holds its first byte, so a reader starts at the first
// record that begins at or after `begin`, and reads the last one to its end beyond `end`. All else is one
// unit.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "evidence/intake.hpp"

namespace dislodge::evidence {

struct Unit {
  base::Sha256 sha256{};    // of the whole file (or repository)
  std::uint64_t begin = 0;  // [begin, end) in bytes of the file
  std::uint64_t end = 0;

  std::uint64_t size() const { return end - begin; }
  friend bool operator==(const Unit &, const Unit &) = default;
};

// At least one unit, in rising order, without gap or overlap; an empty file is one empty unit.
std::vector<Unit> cut_units(const EvidenceFile &file, const base::Limits &limits);

// "<sha256 in lower-case hex>:<begin>-<end>", decimal: "e3b0...b855:0-268435456".
std::string unit_id(const Unit &unit);

// Which of `parts` (1 or more) machines a thing of this name falls to: SHA-256 of the name, its first 8 bytes
// as a big-endian number, modulo `parts`.
std::uint32_t part_of(std::string_view name, std::uint32_t parts);
// part_of its unit_id.
std::uint32_t shard_of(const Unit &unit, std::uint32_t shards);

}  // namespace dislodge::evidence
