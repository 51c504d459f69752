#pragma once
// Sink: where a reader puts what it finds. One sink serves the reading of one unit; it is not thread-safe.
//
//   RecordId id = sink.record(std::move(message));
//   sink.text({.item = path, .text = utf8, .within = id});
//   sink.child({.path = attachment_path, .bytes = decoded, .name = filename, .within = id, .depth =
//   item.depth + 1}); sink.unread({.bytes = packed_size, .state = LedgerState::encrypted, .reason = "...",
//   .remedy = "..."});

#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "evidence/item.hpp"
#include "evidence/ledger.hpp"
#include "evidence/record.hpp"
#include "evidence/unlock.hpp"

namespace dislodge::evidence {

// A part of the item being read that could not be read.
struct Unread {
  std::uint64_t bytes = 0;  // of the item being read, in its own bytes
  LedgerState state = LedgerState::damaged;
  std::string reason;  // "the member is encrypted (AES-256)"
  std::string remedy;  // "supply the password with --password-file"
  std::string child;   // full path of the item that could not be produced; empty: a stretch of this item
  std::uint64_t child_size = 0;  // its own (unpacked) size where declared, else 0
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Adds a record and gives its id, to be passed on as `within`.
  virtual RecordId record(Record record) = 0;
  // The bytes of a message whose record has just been given and whose texts follow, for who hands messages
  // on: as they lie in the evidence, or as a reader has written them. `path` is the record's item.
  virtual void whole_message(std::string_view path, std::string_view bytes, std::string_view media_type) {
    (void)path, (void)bytes, (void)media_type;
  }
  // Scans text for secrets, now. Returns how many sightings there were.
  virtual std::size_t text(const TextView &text) = 0;
  // Reads an item within this one, now, to its end. The bytes need to live only during the call. Returns the
  // sightings beneath it. Depth is limited by the sink: what is too deep becomes a row of the ledger.
  virtual std::size_t child(const ItemView &item) = 0;
  // Accounts for bytes of the current item that could not be read. What no call mentions counts as read when
  // the reader returns success; an error returned by the reader makes the whole item unread.
  virtual void unread(Unread part) = 0;
  virtual const base::Limits &limits() const = 0;
  // What may open encrypted items: passwords and keys supplied for this run. Valid as long as the sink.
  virtual const Unlock &unlock() const {
    static const Unlock nothing;
    return nothing;
  }
};

}  // namespace dislodge::evidence
