#pragma once
// What makes two records one event: id, second, and what happened to whom. Two exports of one event may
// differ in how much they say (fractions of a second, tenant, device), so the rest is no part of it. Without
// an id only the same place of the same file is the same event: two equal lines may be two events.
//
//   const RecordIdentity identity(table);
//   if (identity.of(a) == identity.of(b)) ...

#include <set>
#include <string>
#include <string_view>

#include "log/event.hpp"

namespace dislodge::log {

// Extra of a row of the table that AWS' console saves. It says less of an event than the trail: not even
// whose account it is. The id, with what was done, from where and by which key, joins the two; of two records
// of trails it does not, since samples share ids that somebody made up.
inline constexpr std::string_view kConsoleTable = "console-table";

class RecordIdentity {
 public:
  // Borrows the table. Looks at it once where it holds rows of a console's table.
  explicit RecordIdentity(const EventTable &table);
  std::string of(const Event &event) const;

 private:
  std::string of_console(const Event &event) const;

  const EventTable &table_;
  std::set<std::string> in_tables_;  // identities of events that stand in a console's table
};

}  // namespace dislodge::log
