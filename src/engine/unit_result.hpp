#pragma once
// What a worker gives back for one unit of evidence. Results merge associatively: by unit, with local ids
// (records, values) meaningful inside the unit only. What a sandboxed worker wrote is decoded with bounds
// checks.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "evidence/ledger.hpp"
#include "evidence/record.hpp"
#include "secret/sighting.hpp"

namespace dislodge::engine {

// A distinct value seen in the unit. `run_hash` is its keyed hash under the key of the run, by which equal
// values join before anyone with the case key sees them; `sealed` is empty where this worker sealed it in an
// earlier unit.
struct UnitValue {
  std::string run_hash;  // 16 raw bytes
  std::string sealed;
  std::uint64_t length = 0;
};

// What was taken out of a message (given_message.hpp).
struct UnitCut {
  std::string part;  // section ("1.2"), or the name of a field of the header
  std::string why;
  std::string sha256;  // hex, of what was taken out
  std::uint64_t bytes = 0, lines = 0;
};

// A message that was asked for (message_content.hpp): sealed to whom it goes before it leaves the worker.
struct UnitMessage {
  std::string item;
  std::string media_type;
  std::string sha256;    // hex, of what is sealed
  std::string original;  // hex, of the message as it lies in the evidence
  std::string sealed;
  std::uint64_t bytes = 0;          // of what is sealed
  std::vector<std::string> others;  // organisations or addresses named in it that are neither side's, sorted
  bool unread = false;              // a part of it could not be read, so nobody knows whom that names
  // Where something in it must not be given: the same without that, if it can be parted so.
  std::string given_sha256, given_sealed;
  std::uint64_t given_bytes = 0;
  std::vector<UnitCut> cuts;
};

struct UnitResult {
  std::vector<evidence::LedgerRow> ledger;
  std::vector<evidence::Record> records;  // messages, blobs, and documents in which something was found
  std::vector<secret::Sighting>
      sightings;                      // sighting.value is an index into values, sighting.record into records
  std::vector<std::string> contexts;  // of each sighting, what stands around it, masked; may be empty
  std::vector<UnitValue> values;
  std::string events;  // an encoded log::EventTable, or empty
  std::uint64_t event_count = 0;
  std::uint64_t log_records = 0;  // rows of logs seen, readable or not, duplicates included
  std::string facts;              // encoded identity::Facts, or empty
  std::uint64_t fact_count = 0;
  std::vector<UnitMessage> messages;
  std::uint64_t bytes = 0;  // of the evidence, read by this unit
  std::uint64_t items = 0;
  std::uint64_t text_bytes = 0;  // scanned for secrets

  std::string encode() const;
  static base::Result<UnitResult> decode(std::string_view bytes);
};

}  // namespace dislodge::engine
