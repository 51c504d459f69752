#pragma once
// Scanner: text in, sightings out. It runs the matcher, asks the rules' checks, weighs prose, settles
// overlaps, says where each secret stands (line, column, offset in the item's own bytes) and what stands
// beside it (hints).
//
//   DISLODGE_TRY_ASSIGN(Scanner scanner, Scanner::make(rules, matcher, {}));
//   scanner.scan(view, sink);         // sink.found({sighting, value}) for each, in order of offset
//
// One Scanner a thread; rules and matcher must outlive it. The value leaves the scanner beside the sighting,
// once, to be sealed by whoever receives it; the scanner keeps no copy.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "evidence/record.hpp"
#include "secret/known_text.hpp"
#include "secret/matcher.hpp"
#include "secret/rule.hpp"
#include "secret/sighting.hpp"

namespace dislodge::secret {

struct ScanOptions {
  bool keep_rejected = false;  // report candidates that a check, the model or a better rule turned down
  bool prose = true;
  bool surroundings = true;        // hints, and the masked text around each; else both are empty
  bool allow_comments = false;     // "gitleaks:allow" and its like on the line reject a candidate
  std::uint32_t decode_depth = 3;  // base64 within hex within gzip; 0: encoded text is not opened
};

struct Found {
  Sighting sighting;
  // What the fingerprint is made of: the decoded value in UTF-8, the SubjectPublicKeyInfo of a private key.
  std::string value;
  // What stands around it, masked (secret/context.hpp); empty for what was rejected and for identifiers.
  std::string context;
  // Of an encrypted private key: the text or bytes that its passphrase opens (secret/key_opener.hpp).
  std::string locked;
};

class FoundSink {
 public:
  virtual ~FoundSink() = default;
  virtual void found(Found found) = 0;
};

class Scanner {
 public:
  static base::Result<Scanner> make(const RuleSet &rules, const Matcher &matcher, ScanOptions options);

  // Scans a text. Returns how many sightings there were that no check rejected. Views of one item (its source
  // and its text without tags) may be given one after the other: what lies at the same place is reported
  // once.
  std::size_t scan(const evidence::TextView &view, FoundSink &sink);
  // The same of a text that is one of many versions, as the files of a history are: finds what scan() finds,
  // and looks only at what no text before had (secret/known_text.hpp).
  std::size_t scan_version(const evidence::TextView &view, FoundSink &sink);

  const RuleSet &rules() const { return *rules_; }
  const ScanOptions &options() const { return options_; }

 private:
  struct Candidate;
  Scanner(const RuleSet &rules, const Matcher &matcher, ScanOptions options, Matcher::Scratch scratch);
  std::size_t scan_at(const evidence::TextView &view, std::uint32_t depth, FoundSink &sink);
  class Held;
  class Surroundings;
  void scan_wrapped(const evidence::TextView &view, const std::vector<Candidate> &known, Held &held);
  void scan_escaped(const evidence::TextView &view, bool version, Held &held);
  void scan_encoded(const evidence::TextView &view, const std::vector<std::size_t> &run_begins,
                    const std::vector<Candidate> &known, std::uint32_t depth, bool version, Held &held);
  void judge(const evidence::TextView &view, std::vector<Candidate> &out);
  std::string rejected_by_import(const evidence::TextView &view, const Rule &rule, const RuleMatch &match);
  void read_login_lines(std::string_view text, std::vector<Candidate> &candidates) const;
  static std::vector<Hint> login_line_hints(std::string_view text, const Candidate &one);
  void ask_companions(std::string_view text, std::vector<Candidate> &candidates) const;
  void heed_comments(std::string_view text, std::vector<Candidate> &candidates) const;
  void settle(std::vector<Candidate> &candidates) const;
  std::size_t emit(const evidence::TextView &view, std::vector<Candidate> &candidates, FoundSink &sink);
  void tell_of(const std::vector<Candidate> &candidates);
  bool widen_around(const std::vector<Candidate> &candidates);
  bool seen_before(std::string_view item, std::uint64_t offset, std::string_view value,
                   std::string_view rule);

  const RuleSet *rules_;
  const Matcher *matcher_;
  ScanOptions options_;
  Matcher::Scratch scratch_;
  Matches matches_;
  std::unordered_map<std::uint32_t, bool> gates_;  // by rule: whether the text holds one of its keywords
  std::string last_item_;
  bool joining_ = false;  // within scan_wrapped: what a mail program cut is not cut again
  KnownText known_;
  const std::vector<TextRange> *where_ = nullptr;  // within scan_version: what of the text is new
  std::unordered_set<std::uint64_t> seen_;         // places of last_item_ that were reported
};

}  // namespace dislodge::secret
