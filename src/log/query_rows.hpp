#pragma once
// Rows of query results, as Kusto (Azure Data Explorer, v1 and v2), Log Analytics and Application Insights
// answer: {"Tables": [{"Columns": [{"ColumnName": ...}], "Rows": [[...], ...]}]}. A row is an array whose
// values stand under the columns; here it becomes the object that a line of the same table is in any other
// export.
// Source: learn.microsoft.com/kusto/api/rest/response-http, .../azure-monitor/logs/api/response-format.
//
//   QueryRows rows;
//   split_json(bytes, {}, [&](const RecordSpan &span) {
//     if (span.columns_length > 0) parse(rows.object(bytes, span)); }, bad);

#include <string>
#include <string_view>
#include <vector>

#include "log/json.hpp"
#include "log/shape.hpp"

namespace dislodge::log {

class QueryRows {
 public:
  // The row as a JSON object, without what is null; "" where the row is no JSON. Values beyond the columns
  // are left out.
  std::string object(std::string_view bytes, const RecordSpan &row);

 private:
  JsonArena arena_;
  std::vector<std::string> names_;  // of the columns at offset_
  const char *columns_ = nullptr;
};

}  // namespace dislodge::log
