#include "log/query_rows.hpp"

#include "base/json_writer.hpp"

namespace dislodge::log {

std::string QueryRows::object(std::string_view bytes, const RecordSpan &row) {
  const std::string_view columns = bytes.substr(row.columns_offset, row.columns_length);
  // The rows of a table follow one another.
  if (columns_ != columns.data()) {
    columns_ = columns.data();
    names_.clear();
    if (const auto list = arena_.parse(columns))
      list->for_each([&](const Json &column) {
        names_.emplace_back(column.any({"ColumnName", "name"}).text());
      });
  }
  const auto values = arena_.parse(bytes.substr(row.offset, row.length));
  if (!values || !values->is_array()) return {};
  base::JsonWriter json;
  json.object([&] {
    values->for_elements([&](std::size_t i, const Json &value) {
      if (i >= names_.size() || !value || names_[i].empty()) return;
      json.key(names_[i]);
      if (value.is_text())
        json.value(value.text());
      else
        json.raw(value.raw());
    });
  });
  return json.take();
}

}  // namespace dislodge::log
