#pragma once
// A list that the page shows in parts: the JSON lines of docs/json.md, cut into pages and filtered here, so
// that a list of 100,000 rows costs the browser one page. Immutable after construction, hence safe to read
// from many threads. (Neither copied nor moved: held by a pointer.) Memory: the lines themselves and about as
// much again for searching.
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
  std::size_t size() const { return line_ends_.size(); }

 private:
  std::string_view line(std::size_t row) const;
  std::string_view values(std::size_t row) const;

  // First and last of the row's own times; kTimeMin and kTimeMax where it has none.
  static base::Interval span_of(std::string_view line);
  // The rows in order of a field's values, rows without it last: made at the first question, kept for the
  // next.
  using Order = std::vector<std::uint32_t>;
  std::shared_ptr<const Order> order(const std::string &field, bool descending) const;

  std::string lines_, values_;
  std::vector<base::Interval> spans_;
  std::vector<std::size_t> line_ends_, value_ends_;
  mutable std::mutex orders_mutex_;
  mutable std::map<std::pair<std::string, bool>, std::shared_ptr<const Order>> orders_;
};

// The values of a line for searching: strings unescaped and numbers, one a line, lower case; no names of
// fields, so that a search for "secret" finds what is about secrets and not every row with a field of that
// name.
std::string values_of(std::string_view json_line);

}  // namespace dislodge::serve
