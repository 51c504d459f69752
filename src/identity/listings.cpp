#include "identity/listings.hpp"

#include <algorithm>

#include "base/words.hpp"
#include "identity/listing_shapes.hpp"
#include "identity/rows.hpp"

namespace dislodge::identity::listings {
namespace {

// Columns of logs: whatever else it has, such a file is no listing.
constexpr std::string_view kOfLogs[] = {
    "ipaddress",   "ip_address",          "clientip",      "callerip",     "operationname",
    "operation",   "operations",          "auditdata",     "eventname",    "eventtype",
    "eventsource", "activitydatetime",    "timegenerated", "creationtime", "correlationid",
    "request_id",  "activitydisplayname", "recordtype",    "_document_id", "@timestamp",
    "date_(utc)",  "message_trace_id",    "actor",         "eventtime"};

bool has_all(const Row &row, std::string_view columns) {
  while (!columns.empty()) {
    const std::size_t end = std::min(columns.find(' '), columns.size());
    std::string_view names = columns.substr(0, end);
    columns.remove_prefix(std::min(end + 1, columns.size()));
    bool any = false;
    while (!names.empty() && !any) {
      const std::size_t bar = std::min(names.find('|'), names.size());
      any = row.has(names.substr(0, bar));
      names.remove_prefix(std::min(bar + 1, names.size()));
    }
    if (!any) return false;
  }
  return true;
}

const Shape *shape_of(const Row &row) {
  if (row.columns.empty()) return nullptr;
  for (const std::string_view name : kOfLogs) {
    if (row.has(name)) return nullptr;
  }
  for (const auto shapes :
       {microsoft_shapes(), graph_shapes(), code_shapes(), okta_shapes(), other_shapes()}) {
    for (const Shape &shape : shapes) {
      if (has_all(row, shape.columns)) return &shape;
    }
  }
  return nullptr;
}

}  // namespace

bool recognises_directory(std::string_view bytes) {
  return shape_of(first_row(bytes)) != nullptr;
}

base::Result<void> read_directory(const evidence::ItemView &item, Facts &out, evidence::Sink &sink,
                                  const FactSpill &spill) {
  const Shape *shape = shape_of(first_row(item.bytes));
  std::uint64_t strange = 0;
  ListingWriter writer(out);
  DISLODGE_TRY(for_each_row(item, sink, [&](const Row &row) {
    // JSON rows may leave out what is null in them, so each is asked again where the first's shape fails.
    const Shape *one = shape != nullptr && has_all(row, shape->columns) ? shape : shape_of(row);
    if (one == nullptr)
      ++strange;
    else
      one->read(row, writer);
    if (spill) spill();
  }));
  for (const auto &[what, told] : writer.unplaced()) {
    sink.unread({.bytes = 0,
                 .state = evidence::LedgerState::unsupported,
                 .reason = base::counted(told.rows, "row") + " of " + what +
                           (told.first.empty() ? "" : "; first: " + told.first),
                 .remedy = "add a column that says it (repository, project, user), or export with the "
                           "address of each object",
                 .child = {},
                 .child_size = 0});
  }
  if (strange > 0) {
    sink.unread({.bytes = 0,
                 .state = evidence::LedgerState::unsupported,
                 .reason = std::to_string(strange) + " rows of another kind than the first: not read",
                 .remedy = "export each kind of object to a file of its own",
                 .child = {},
                 .child_size = 0});
  }
  return {};
}

}  // namespace dislodge::identity::listings
