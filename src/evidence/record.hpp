#pragma once
// Record: what a reader makes of an item: a message, a document, or a blob of a repository.
// Records are small: they say who, when and where; the text goes to the scanner and is not kept.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"
#include "base/time.hpp"
#include "base/wire.hpp"
#include "evidence/item.hpp"

namespace dislodge::evidence {

enum class RecordKind : std::uint8_t { message, document, blob };
enum class PersonRole : std::uint8_t { from, sender, reply_to, to, cc, bcc, delivered_to, author, committer };

struct Person {
  PersonRole role = PersonRole::from;
  std::string name;     // UTF-8, decoded
  std::string address;  // lower case; empty where there is none
};

struct Record {
  RecordKind kind = RecordKind::document;
  std::string item;
  // message
  std::string message_id;  // without angle brackets; joins with MailItemsAccessed
  std::string in_reply_to;
  std::vector<std::string> references;    // oldest first
  std::string subject;                    // UTF-8, decoded
  std::vector<Person> people;             // a blob's author and committer too
  base::Time sent = base::kTimeMin;       // Date header; kTimeMin where unknown
  base::Time received = base::kTimeMin;   // topmost Received header
  std::string sent_text;                  // the Date header as written
  std::string folder;                     // mail folder or label
  std::uint32_t quoted_bytes = 0;         // of its text, how much is quoted from others
  std::vector<std::string> affiliations;  // what its author says to belong to (mail/affiliation.hpp)
  // document
  std::string name;  // file name as declared
  std::string media_type;
  // blob
  std::string commit;  // the first commit that holds it
  std::string path;    // its path there
  base::Time committed = base::kTimeMin;
  std::uint32_t commits = 0;  // how many commits introduced it anew

  void encode(base::WireWriter &out) const;
  static Record decode(base::WireReader &in);
};

// Where a sighting's offset counts: in the item's bytes after transfer decoding, or in text that was
// extracted (PDF, Office, OCR).
enum class Space : std::uint8_t { item, text };

// A stretch of a text that was written elsewhere: "> " lines, "On ... wrote:", "-----Original Message-----".
struct QuotedSpan {
  std::uint64_t begin = 0;  // offsets in the text
  std::uint64_t end = 0;
  std::uint32_t depth = 1;  // 1: quoted once
};

// UTF-8 text to be scanned for secrets. Borrowed: valid during the call only.
struct TextView {
  std::string_view item;  // item whose bytes (or extracted text) this is
  std::string_view text;
  Space space = Space::item;
  const base::OffsetMap *map = nullptr;  // text offset -> item offset; null: identical
  std::string_view source;               // the item's bytes, for line and column; empty: text itself
  const std::vector<QuotedSpan> *quoted = nullptr;
  RecordId within = kNoRecord;
  std::string_view name;  // declared file name: a rule may ask for it
  bool ocr = false;       // read by OCR: lower confidence
  bool prose = true;      // written by people; false: protocol, as mail headers ("spf=pass")
};

}  // namespace dislodge::evidence
