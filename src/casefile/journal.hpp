#pragma once
// The journal: an append-only Merkle log (RFC 9162) of everything done to the case: commands, intake hashes,
// reveals, exports, decisions. Checkpoints are signed with the case's key.
//
// What it proves: that nothing was changed or removed since a checkpoint that someone else holds. Whoever
// holds the signing key could rewrite a log that nobody else has seen, so verify() asks for such a checkpoint
// until there is one.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "casefile/database.hpp"
#include "casefile/keys.hpp"
#include "casefile/merkle.hpp"

namespace dislodge::casefile {

struct JournalEntry {
  std::uint64_t seq = 0;
  std::string json;
};

struct Checkpoint {
  std::uint64_t size = 0;
  Hash root{};
  std::string signature;
  base::Time at;
  std::string holder;  // who else holds it; empty: nobody

  // "dislodge-journal\n<size>\n<root base64>\n": what is signed, after the C2SP checkpoint form.
  std::string signed_text() const;
  // The signed text and a signature line: what is handed to the other holder.
  std::string note() const;
};

struct JournalVerdict {
  bool whole = false;
  std::uint64_t entries = 0;
  std::string root;     // hex
  std::string problem;  // names the first entry or checkpoint that does not fit
  std::string asks;     // "no checkpoint is held by anyone else: ..."; empty where one is
};

class Journal {
 public:
  Journal(Database &database, const CaseKeys &keys) : database_(database), keys_(keys) {}

  // details: a JSON object's text, "{}" for none. Runs inside the caller's transaction where one is open.
  base::Result<void> append(std::string_view what, std::string_view details);
  base::Result<std::vector<JournalEntry>> entries() const;
  base::Result<Checkpoint> checkpoint(std::string_view holder);
  base::Result<std::vector<Checkpoint>> checkpoints() const;
  base::Result<JournalVerdict> verify() const;
  // Checks a note that somebody else kept against this journal: signature, root and consistency.
  base::Result<JournalVerdict> verify_note(std::string_view note) const;
  base::Result<std::vector<Hash>> leaves() const;

 private:
  Database &database_;
  const CaseKeys &keys_;
};

}  // namespace dislodge::casefile
