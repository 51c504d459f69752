#pragma once
// A list that the page shows in parts: the JSON lines of docs/json.md, cut into pages and filtered here, so
// that a list of 100,000 rows costs the browser one page. Safe to read from many threads: what it says never
// changes after construction, only what it has found out about itself (indexes by field, orders, the rows of
// the last filters) grows, within limits. (Neither copied nor moved: held by a pointer.) Memory: the lines
// themselves, about as much again for searching, 12 bytes a row and field that was filtered by, 4 a row and
// field that was sorted by.
//
//   const JsonList list(report::ledger_json(picture));
//   DISLODGE_TRY_ASSIGN(const ListQuery query, ListQuery::from({{"q", "exec.mbox"}, {"where",
//   "state:damaged"}})); list.page(query).json    // [{"schema":1,...},...]

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/intervals.hpp"
#include "base/result.hpp"

namespace dislodge::serve {

using Parameters = std::multimap<std::string, std::string>;  // of the address, decoded

// What of a list is wanted.
struct ListQuery {
  std::size_t offset = 0;          // into the rows that match
  std::size_t limit = kLimit;      // rows given, 1..kLimitMax
  std::vector<std::string> words;  // each must occur in some value; ASCII case is ignored
  std::vector<std::pair<std::string, std::string>> where;  // a field of the row has exactly this value
  base::Interval when;  // the row's time, or the span of its times, meets this; rows without a time always do

  std::string sort;         // a field to sort by; empty: as the list is
  bool descending = false;  // rows without the field come last either way

  static constexpr std::size_t kLimit = 100, kLimitMax = 1000, kQueryBytesMax = 1000, kWhereMax = 8;
  // From offset=, limit=, q= (words between blanks), where=FIELD:VALUE, sort=FIELD or sort=-FIELD, from= and
  // until= (RFC 3339 or a date); unknown names are ignored. A usage error names the parameter and what it
  // takes.
  static base::Result<ListQuery> from(const Parameters &parameters);
};

struct ListPage {
  std::string json;  // an array
  std::size_t total = 0, matching = 0;
};

class JsonList {
 public:
  // `lines`: one object a line, as report/json_lines.hpp writes them.
  explicit JsonList(std::string lines);
  ListPage page(const ListQuery &query) const;
  // How many rows have each of these fields' values, among those that fit the query's words and time; what
  // the query's own `where` asks is left aside, so that each says what choosing it instead would give.
  std::vector<std::size_t> counts(const ListQuery &query,
                                  const std::vector<std::pair<std::string, std::string>> &values) const;
  // Makes what filtering by these fields and sorting by those takes, before somebody waits for it.
  void prepare(const std::vector<std::string> &filtered, const std::vector<std::string> &sorted) const;
  std::size_t size() const { return line_ends_.size(); }

 private:
  // Numbers of rows: in the order of a field's values, or those that fit.
  using Rows = std::vector<std::uint32_t>;
  using Shared = std::shared_ptr<const Rows>;
  // Each value of a field as a hash of 64 bits, with the row: sorted, so that a value's rows are a range.
  struct Index {
    std::vector<std::uint64_t> hashes;
    Rows rows;
  };
  // Made at the first question, kept for the next; at most so many, then all are made anew.
  template <typename Key, typename Value>
  struct Kept {
    std::mutex mutex;
    std::map<Key, std::shared_ptr<const Value>> known;
    template <typename Make>
    std::shared_ptr<const Value> get(const Key &key, std::size_t most, Make &&make);
  };

  std::string_view line(std::size_t row) const;
  std::string_view values(std::size_t row) const;

  // First and last of the row's own times; kTimeMin and kTimeMax where it has none.
  static base::Interval span_of(std::string_view line);
  // Rows without the field come last.
  Shared order(const std::string &field, bool descending) const;
  std::shared_ptr<const Index> index(const std::string &field) const;
  Rows with(const std::pair<std::string, std::string> &value) const;
  Rows with_words(const std::vector<std::string> &words, const Rows *among) const;
  // The rows that fit, in the order that is asked for; null: all, as the list is.
  Shared fitting(const ListQuery &query) const;
  Shared filtered(const ListQuery &query) const;  // the same without order

  std::string lines_, values_;
  std::vector<base::Interval> spans_;
  std::vector<std::size_t> line_ends_, value_ends_;
  mutable Kept<std::pair<std::string, bool>, Rows> orders_;
  mutable Kept<std::string, Index> indexes_;
  mutable Kept<std::string, Rows> found_;
};

// The values of a line for searching: strings unescaped and numbers, one a line, lower case; no names of
// fields, so that a search for "secret" finds what is about secrets and not every row with a field of that
// name.
std::string values_of(std::string_view json_line);

}  // namespace dislodge::serve
