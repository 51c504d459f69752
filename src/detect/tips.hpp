#pragma once
// Tips: what somebody outside says. Indicators (STIX 2.1, MISP), places that another scanner names (SARIF),
// and the messages that a supplier's notice says were stolen from them (a manifest as JSON lines or CSV, with
// the metadata only). A tip proves nothing by itself: it is matched against all evidence, and what it touches
// becomes detections that name their source, and, for messages of a manifest that our own archive holds,
// exposure: their content is read there, and reach goes on from them.
//
//   if (recognises_tips(text)) {
//     DISLODGE_TRY_ASSIGN(TipFile file, read_tips(text));
//     const TipMatch match = match_tips(file, against);
//   }
//
// Sources: STIX 2.1 (OASIS) sections 4.7 and 9; MISP core format; SARIF 2.1.0; the manifest is that of
// disclose/package.hpp, or a table with a column for the message's id.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "detect/detection.hpp"
#include "identity/fact.hpp"
#include "identity/secret_fact.hpp"
#include "log/event.hpp"

namespace dislodge::detect {

inline constexpr std::uint64_t kTipBytesMax = 64ull << 20;  // of one file; more is refused
inline constexpr std::size_t kTipsMax = 500'000;            // of one file; what is beyond is counted
inline constexpr std::size_t kAgentTipsMax = 5'000;         // of them; each is looked for within each other

enum class TipKind : std::uint8_t {
  address,      // or a network in CIDR form
  domain,       // of correspondents
  email,        // address of a correspondent or account
  account,      // user name or object id
  application,  // application id
  agent,        // user agent, or a part of it
  key_id,       // of a credential
  file_hash,    // SHA-256
  message,      // id of a message
  place,        // a file and line in which another scanner saw a secret
};
std::string_view name_of(TipKind kind);

struct Tip {
  TipKind kind = TipKind::address;
  std::string value;               // lower case but for places and agents; a message's id without brackets
  std::string label;               // name, rule or subject, as the source gives it
  base::Time at = base::kTimeMin;  // of a message: sent
  bool confirmed = false;          // of a message: the source says that it was seen opened
  bool with_secret = false;        // of a message: the source says that it holds a secret
  std::uint64_t line = 0;          // of a place
  // An indicator that holds only together with others (a pattern's AND) shares this number with them; 0: it
  // holds by itself.
  std::uint64_t group = 0;
};

struct TipFile {
  std::string format;  // "STIX 2.1", "MISP", "SARIF 2.1.0", "manifest"
  std::string from;    // who says so, as the file names them; "" unnamed
  std::vector<Tip> tips;
  // What could not be taken, and why: "4 indicators in yara", "2 revoked".
  std::vector<std::string> left_out;
};

bool recognises_tips(std::string_view text);
// Whether it is a table with a column for a message's id: a notice's manifest, but also what a log may look
// like.
bool recognises_table_of_messages(std::string_view text);
base::Result<TipFile> read_tips(std::string_view text);

// For the way out of the sandbox in which a tip is read, and for keeping it. decode_tips() takes any bytes.
std::string encode_tips(const TipFile &file);
base::Result<TipFile> decode_tips(std::string_view encoded);

// A message that we hold.
struct HeldMessage {
  std::string message_id, item, resource;
  base::Time sent = base::kTimeMin;
  std::vector<std::string> people;  // addresses, lower case
};
// A file that was handed in.
struct HeldFile {
  std::string root, sha256;
};

struct TipAgainst {
  const log::EventTable &events;  // whole, or gathered with TipFinder (below)
  const identity::Facts &facts;
  const std::vector<identity::SecretFact> &secrets;
  const std::vector<HeldMessage> &messages;
  const std::vector<HeldFile> &files;
  // Item of a blob -> its path in the repository, as other scanners name it.
  const std::unordered_map<std::string, std::string> *paths = nullptr;
};

// What a signature over the tip shows: that nobody changed it since, and by which key.
enum class TipSignature : std::uint8_t {
  none,    // there is none, or no key to check it with
  fits,    // by a key that was given for the purpose
  beside,  // by the key that lies beside it: unchanged, but anybody can make such a pair
  broken,  // changed on the way, or not theirs
};
std::string_view name_of(TipSignature signature);  // "none", "fits", ...
TipSignature signature_of(std::string_view name);  // none where it is no such name

// Who handed the tip in and whether it was confirmed out of band that it is theirs.
struct TipSource {
  std::string file;         // as it was added
  std::string from;         // who says so
  std::string verified_by;  // who confirmed it, "" nobody
  std::string verified_how;
  TipSignature signature = TipSignature::none;
};
// "not confirmed out of band; ITS SIGNATURE DOES NOT FIT: ...": how far the word of this source may be taken.
std::string standing_of(const TipSource &source);

struct TipMatch {
  std::vector<Detection> detections;
  std::vector<identity::Exposure> exposures;
  std::uint64_t tips = 0, matched = 0;
  // Of a manifest: what we hold of it, what we miss, and what we have with them that it does not list.
  std::uint64_t listed = 0, held = 0, extra = 0;
  std::vector<std::string> missing;       // ids, at most kMissingTipsKept
  std::vector<std::string> with_secrets;  // ids that we hold and in which the source, or we, see a secret
  // Of another scanner: places that we found as well, and those that only it names.
  std::uint64_t places_known = 0;
  std::vector<std::string> places_new;       // at most kMissingTipsKept
  std::vector<std::string> unmatched_kinds;  // kinds for which the evidence has nothing to compare with
};
inline constexpr std::size_t kMissingTipsKept = 1000;

TipMatch match_tips(const TipFile &file, const TipSource &source, const TipAgainst &against);

// Which of an event's texts (address, user agent, name, id) some tip names: by it the events that tips touch
// are kept whole where the logs are too many to keep each (log/gather.hpp). Two events of one text are alike.
class TipIndex;
class TipFinder {
 public:
  // The files must live as long as it does.
  explicit TipFinder(const std::vector<const TipFile *> &files);
  ~TipFinder();
  bool empty() const;
  bool names(std::string_view text) const;

 private:
  std::unique_ptr<const TipIndex> index_;
};

// That a person has looked at what a tip touches. It holds until the tip touches something else.
struct TipJudgement {
  std::string who, reason;
  base::Time at = base::kTimeMin;
  bool holds = false;
};
// What a tip touches, as one text: changes when a detection of it, its events or its messages do.
std::string touched_by(const TipMatch &match);

// A tip as the case keeps and shows it.
struct TipReport {
  TipSource source;
  std::string format, digest;  // SHA-256 of the file
  std::vector<std::string> left_out;
  TipMatch match;
  std::optional<TipJudgement> judged;
};

}  // namespace dislodge::detect
