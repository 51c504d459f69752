#pragma once
// The reader of logs: an item's bytes become events of a table, whatever shape they come in.
//
//   if (recognises(item.bytes)) DISLODGE_TRY_ASSIGN(const ReadCounts counts, read_log(item, table, sink));
//
// A record that cannot be read costs itself only: the sink learns how many bytes of the item it was, where it
// stood and why. Records of a kind that no source knows are told by kind. Nothing is dropped silently.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"
#include "log/event.hpp"

namespace dislodge::log {

class EventBuilder;
class Json;

// Sees each record with the event that was made of it, before the event is kept, and may add extras to it:
// rules that look at native fields (detect/sigma_matcher.hpp) leave their findings there, so that no evidence
// is read twice. `raw` is the record as it stands in the item (a row, where the item is a table).
class RecordWatcher {
 public:
  virtual ~RecordWatcher() = default;
  virtual void saw(const Json &record, std::string_view raw, EventBuilder &event) = 0;
};

// By the first records in the first mebibyte. Nothing where no source knows them.
std::optional<Source> recognise(std::string_view bytes);
inline bool recognises(std::string_view bytes) {
  return recognise(bytes).has_value();
}

struct ReadOptions {
  std::string tenant;  // declared for the file (evidence/collection.hpp): Graph's records name none
  // The bytes [begin, end) of a file that is one record a line or CSV: a record belongs to the range that
  // holds its first byte. item.bytes is the whole file all the same.
  std::uint64_t begin = 0;
  std::uint64_t end = UINT64_MAX;
  std::uint64_t first_line = 0;  // line of `begin`; 0: counted
  // Records that name no time at all become events at 1970 marked "time-unknown" (what happened counts where
  // when does not); false: they are refused.
  bool accept_untimed = true;
  std::optional<int> year;  // of the last line, for logs whose dates have none
  std::string header;       // column line of a CSV whose bytes do not begin with it
  RecordWatcher *watcher = nullptr;
};

struct ReadCounts {
  std::uint64_t records = 0;  // seen, readable or not
  std::uint64_t events = 0;
  std::uint64_t bytes_unread = 0;  // of the item
  std::vector<std::string> notes;  // "the last page names a next page that is not here"
};

base::Result<ReadCounts> read_log(const evidence::ItemView &item, EventTable &out, evidence::Sink &sink,
                                  const ReadOptions &options = {});

}  // namespace dislodge::log
