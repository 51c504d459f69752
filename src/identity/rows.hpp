#pragma once
// A listing as rows with named columns, whichever way it was exported: CSV, a JSON array, JSON lines, or an
// object around the array ({"value":[...]} of Graph, {"data":[...]}, {"items":[...]}), or printed by
// PowerShell one property a line. Nested members are named by their path ("profile.login"); the elements of a
// list stand one a line in its column. Names are lower case.
//
//   for_each_row(item, sink, limits, [&](const Row &row) { if (row.has("userprincipalname")) ... });

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "evidence/item.hpp"
#include "evidence/sink.hpp"

namespace dislodge::identity {

class Row {
 public:
  std::string_view operator[](std::string_view column) const;  // "" where absent
  bool has(std::string_view column) const;                     // there is such a column, even if empty
  std::vector<std::string_view> list(std::string_view column) const;
  // Line by line, empty ones too: columns of one list of objects stay beside each other.
  std::vector<std::string_view> lines(std::string_view column) const;
  bool flag(std::string_view column) const;  // true, 1, yes
  std::string evidence;                      // "members.csv:line 12"

  std::vector<std::pair<std::string, std::string>> columns;
  std::string_view context;  // the object's "@odata.context", where it has one
};

// Calls each() once a row. Damaged rows and what breaks off are told to the sink.
base::Result<void> for_each_row(const evidence::ItemView &item, evidence::Sink &sink,
                                const std::function<void(const Row &)> &each);
// The first row, of the first 64 KiB; no columns where the bytes are no listing.
Row first_row(std::string_view bytes);

}  // namespace dislodge::identity
