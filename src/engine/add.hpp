#pragma once
// Evidence into the case: taken in (evidence/intake.hpp), with its exposure and custodian, cut into units
// that wait to be read, the most telling first. A second time the same evidence is known, and only what is
// said of it changes.
//
//   DISLODGE_TRY_ASSIGN(const AddSummary added, add_evidence(the_case, "export/", options, progress));

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/intervals.hpp"
#include "casefile/case.hpp"
#include "detect/tips.hpp"
#include "engine/exposure_file.hpp"
#include "engine/store.hpp"
#include "evidence/intake.hpp"

namespace dislodge::engine {

struct AddOptions {
  std::optional<base::Interval> exposed;  // --exposed FROM..UNTIL
  std::vector<ExposureRule> exposures;    // --exposure-file; wins over --exposed where a rule fits
  std::string custodian;                  // --custodian, wins over a declaration
  base::Limits limits;
  bool sandbox = true;
  detect::TipSource tips;  // whose word it is, where what is added tells something (detect/tips.hpp)
  // Of the one notice that is added: its signature, and the sender's key (32 raw bytes), got out of band.
  // Without them what lies beside a manifest is taken (engine/notice_signature.hpp).
  std::filesystem::path signature;
  std::string verify_key;
};

// A file that is what somebody else says: kept as a tip besides.
struct AddedTip {
  std::filesystem::path path;
  std::string format, from;
  std::uint64_t entries = 0;
  detect::TipSignature signature = detect::TipSignature::none;
  std::string wrong;  // why it could not be read as one; empty: it was
};

struct AddSummary {
  std::uint64_t files = 0, known = 0, units = 0, bytes = 0;
  std::vector<AddedTip> tips;
  std::vector<evidence::LedgerRow> left_out;  // what lay there and was not taken in; in the ledger too
  std::set<std::size_t> rules_used;           // lines of the --exposure-file that fitted something
  std::vector<std::string> unexposed;  // what is in no line of it: readable from always, as far as said
};

// An error names the file; nothing of `path` is in the case then.
base::Result<AddSummary> add_evidence(casefile::Case &the_case, const std::filesystem::path &path,
                                      const AddOptions &options,
                                      const std::function<void(const evidence::IntakeStep &)> &progress);
// Evidence that another machine took in: rows and pending units; known ones are found again. Ids in order.
base::Result<std::vector<std::int64_t>> insert_evidence(casefile::Case &the_case,
                                                        const std::vector<evidence::EvidenceFile> &files);
// What intake left out, as rows of the ledger; what was said of the same items before is replaced.
base::Result<void> keep_left_out(casefile::Case &the_case, const std::vector<evidence::LedgerRow> &rows);

}  // namespace dislodge::engine
