#pragma once
// Inventories: who is to hash a petabyte. Each shard of a set must know every file's SHA-256 before it knows
// which units are its own (CONTRACTS.md, units); hashed by every machine, that would cost each of n machines
// the whole of the evidence. So the hashing is shared first, and its results are handed to all:
//
//   dislodge scan --inventory 2/7 --out two.inventory /evidence              on machine two
//   dislodge scan --shard 2/7 --known *.inventory --seal-to ... /evidence    then on machine two
//
// An inventory is text: a first line with the program's version, then per file
// `SHA-256 size type whole|ranges item`. It holds names, sizes and digests in clear, as the folder of
// evidence beside it does, and nothing that was read in them. A file that no inventory names, or that has
// another size, is examined where it is needed.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "base/result.hpp"
#include "engine/options.hpp"
#include "evidence/intake.hpp"

namespace dislodge::engine {

using Inventory = std::map<std::string, evidence::Examined, std::less<>>;  // by item

struct InventorySummary {
  std::uint64_t files = 0, bytes = 0;
};

// Examines those files of `paths` whose item falls to part `index` of `count`, and writes what it found to
// `out`.
base::Result<InventorySummary> write_inventory(const std::vector<std::filesystem::path> &paths,
                                               std::uint32_t index, std::uint32_t count,
                                               const std::filesystem::path &out, const Options &options,
                                               base::Progress &progress);

// Joins inventories. Fails where one was made by another version, is cut short, or contradicts another: then
// evidence was not the same on all machines.
base::Result<Inventory> read_inventories(const std::vector<std::filesystem::path> &files);

// What inventories know is taken from them, all else is examined by `otherwise`. Both must outlive the
// examiner.
evidence::Examiner examine_known(const Inventory &known, const evidence::Examiner &otherwise);

}  // namespace dislodge::engine
