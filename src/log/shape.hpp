#pragma once
// The shapes in which exporters wrap records of JSON, split into records without parsing or copying them:
// one record a line; arrays; objects and arrays one after another (Out-File -Append); pages
// {"value":[...], "@odata.nextLink":...}, {"records":[...]}, {"Records":[...]}, {"Events":[...]},
// {"hits":{"hits":[...]}} and their like, and arrays of pages; answers to a $batch of Graph; tables of Kusto
// and Log Analytics, whose rows are arrays under columns; byte order marks anywhere between records. What
// does not fit is given to `bad`, with the reason, and reading goes on at the next place where a record can
// begin.
//
//   split_json(bytes, {.limits = limits}, [&](const RecordSpan &r) {...}, [&](const BadSpan &b) {...});
//
// Time is linear in the bytes; memory is constant.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "evidence/ledger.hpp"

namespace dislodge::log {

// A record's bytes: an object, from brace to brace; or a row of a table, from bracket to bracket.
struct RecordSpan {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t line = 1;    // 1-based
  std::uint32_t column = 1;  // 1 where it is the first record of its line, else its byte in the line
  // Of a row: where the list of columns lies in the same bytes (log/query_rows.hpp); of an object: nothing.
  std::uint64_t columns_offset = 0;
  std::uint64_t columns_length = 0;
};

struct BadSpan {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t line = 1;
  evidence::LedgerState state = evidence::LedgerState::damaged;
  std::string reason;
};

struct SplitOptions {
  base::Limits limits;
  // Only records whose first byte lies in [begin, end) are given, for files of one record a line; the line of
  // `begin` is `first_line`, counted when it is 0.
  std::uint64_t begin = 0;
  std::uint64_t end = UINT64_MAX;
  std::uint64_t first_line = 0;
};

struct SplitResult {
  std::uint64_t pages = 0;           // wrapper objects
  bool last_page_continues = false;  // the last page names a next one that is not in the file
};

using RecordSeen = std::function<void(const RecordSpan &)>;
using BadSeen = std::function<void(const BadSpan &)>;

SplitResult split_json(std::string_view bytes, const SplitOptions &options, const RecordSeen &record,
                       const BadSeen &bad);

// Whether a list of objects under this name, so deep in an object (1: at its top), holds a page's records.
// `parent` is the name of the object at the top that it lies in, where it does.
bool is_page_key(std::string_view key, std::uint64_t depth, std::string_view parent = {});

// Counts the lines of growing offsets of one text: each byte is looked at once.
class LineCounter {
 public:
  explicit LineCounter(std::string_view bytes, std::uint64_t offset = 0, std::uint64_t line = 1)
      : bytes_(bytes), offset_(offset), line_start_(offset), line_(line) {}
  std::uint64_t line_at(std::uint64_t offset);              // offsets must not fall
  std::uint64_t line_start() const { return line_start_; }  // of the line last asked for

 private:
  std::string_view bytes_;
  std::uint64_t offset_;
  std::uint64_t line_start_;
  std::uint64_t line_;
};

}  // namespace dislodge::log
