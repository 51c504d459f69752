#pragma once
// Shards: the work of one machine among n, as a file that any machine with the case can take in.
//
//   dislodge scan --shard 2/7 --seal-to CASE.pub --out two.shard /evidence       on machine two
//   dislodge merge CASE *.shard                                                  where the case is
//
// A shard lists all evidence that it was given (so that every shard of a set names the same) and holds the
// results of the units that fall to it. The whole file is encrypted to the case: a random stream key sealed
// to the public key, then libsodium's secretstream (XChaCha20-Poly1305) over the manifest and one chunk a
// unit, with a final tag, so that a shard that was cut short is recognised.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "base/result.hpp"
#include "casefile/case.hpp"
#include "engine/options.hpp"
#include "engine/store.hpp"

namespace dislodge::engine {

struct ShardManifest {
  std::string version;  // of the program
  std::string key;      // readers, rules and limits (readers.hpp)
  std::string inputs;   // digest over all evidence: item, SHA-256, size
  std::uint32_t index = 0, count = 1;
  std::vector<evidence::EvidenceFile> evidence;  // all that was given, whichever shard reads it
  std::vector<evidence::LedgerRow> left_out;     // what lay there and was not taken in
};

struct ShardRequest {
  std::vector<std::filesystem::path> paths;
  std::uint32_t index = 0, count = 1;
  std::string seal_to;  // public key, 32 raw bytes
  std::filesystem::path out;
  std::vector<std::filesystem::path> known;  // inventories (inventory.hpp); none: every file is hashed here
};

struct ShardSummary {
  std::uint64_t units = 0, bytes = 0, sightings = 0;
};

base::Result<ShardSummary> write_shard(const ShardRequest &request, const Options &options,
                                       base::Progress &progress);

struct MergeSummary {
  std::uint64_t shards = 0, repeats = 0, units = 0, evidence = 0;
};
// Takes all shards of a set or none: a lost, foreign, damaged or conflicting one is refused by name, and
// nothing is changed. Repeats are ignored.
base::Result<MergeSummary> merge_shards(casefile::Case &the_case,
                                        const std::vector<std::filesystem::path> &files,
                                        base::Progress &progress);

}  // namespace dislodge::engine
