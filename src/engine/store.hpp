#pragma once
// Between the arrow types and the case file's tables: results of workers in, and all of it out again;
// evidence comes in by engine/add.hpp. One transaction a unit: a run that is killed at any point leaves whole
// units only.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/intern.hpp"
#include "base/intervals.hpp"
#include "casefile/case.hpp"
#include "engine/sightings.hpp"
#include "engine/unit_result.hpp"
#include "evidence/collection.hpp"
#include "evidence/units.hpp"

namespace dislodge::engine {

// One row of the evidence table.
struct EvidenceRow {
  std::int64_t id = 0;
  std::string root;
  std::filesystem::path path;
  std::uint64_t size = 0;
  std::string sha256;
  std::string type;  // name of the item type, or "repository"
  std::string custodian;
  std::optional<evidence::Collection> collection;
  base::Interval exposed;                     // open ends where not stated
  std::vector<base::Interval> exposed_again;  // later ones, where several were stated
  bool exposure_said = false;
  base::Time added;
  bool repository() const { return type == "repository"; }
};

struct UnitRow {
  std::string id;
  std::int64_t evidence = 0;
  std::uint64_t begin = 0, end = 0;
  std::string state;
  std::uint32_t attempts = 0;
};

struct StoredRecord {
  std::int64_t id = 0;
  std::int64_t evidence = 0;
  evidence::Record record;
};

// Joins the values that workers saw: opens each sealed value once, in locked memory, to fingerprint it.
class ValueJoiner {
 public:
  explicit ValueJoiner(casefile::Case &the_case) : case_(the_case) {}
  // Secret ids of a result's values, in order; new secrets are inserted.
  base::Result<std::vector<std::string>> join(const std::vector<UnitValue> &values);

 private:
  casefile::Case &case_;
  std::unordered_map<std::string, std::string> ids_;  // run hash -> secret id
};

// Units read under another key (rules, limits, readers changed) become pending again, and so do those that
// failed for a reason that may be gone (poisoned.hpp).
base::Result<void> refresh_units(casefile::Case &the_case, std::string_view key);
base::Result<void> store_result(casefile::Case &the_case, const UnitRow &unit, std::string_view key,
                                const UnitResult &result, ValueJoiner &joiner);
// The same within a transaction of the caller's, where the ids of the result's values are known and the case
// has them.
base::Result<void> store_joined(casefile::Case &the_case, const UnitRow &unit, std::string_view key,
                                const UnitResult &result, const std::vector<std::string> &secrets);
// The unit could not be read at all: one row of the ledger says so.
base::Result<void> store_failure(casefile::Case &the_case, const EvidenceRow &evidence, const UnitRow &unit,
                                 const base::Error &error);

base::Result<std::vector<EvidenceRow>> load_evidence(casefile::Case &the_case);
base::Result<std::vector<UnitRow>> load_units(casefile::Case &the_case, bool pending_only);
base::Result<SightingTable> load_sightings(casefile::Case &the_case);
// What stands around one secret (32 hex digits), masked, by item and offset; the first `most`.
base::Result<std::map<std::pair<std::string, std::uint64_t>, std::string>> load_contexts(
    casefile::Case &the_case, std::string_view secret, std::size_t most);
base::Result<std::vector<StoredRecord>> load_records(casefile::Case &the_case);
base::Result<std::vector<evidence::LedgerRow>> load_ledger(casefile::Case &the_case);
struct Block {
  std::int64_t evidence = 0;
  std::uint64_t count = 0;  // rows of the logs, or facts
  std::string_view body;    // decompressed; valid during the call
};
// kind: "events" or "facts"; calls `each` with the decompressed block, in a fixed order.
base::Result<void> load_blocks(casefile::Case &the_case, std::string_view kind,
                               const std::function<base::Result<void>(const Block &)> &each);

// How long the values of the secrets are, in bytes.
class SecretLengths {
 public:
  void add(std::string_view secret, std::uint64_t length);
  std::uint64_t of(std::string_view secret) const;  // 32 hex digits; 0 where the case has no such secret

 private:
  base::StringPool ids_;
  std::vector<std::uint64_t> lengths_;  // by number in the pool
};
base::Result<SecretLengths> load_secret_lengths(casefile::Case &the_case);

}  // namespace dislodge::engine
