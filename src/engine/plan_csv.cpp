#include "engine/plan_csv.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/formula.hpp"
#include "evidence/charset.hpp"

namespace dislodge::engine {

namespace {

// A spreadsheet writes semicolons where the comma is the decimal sign, and tabs when it saves text; some say
// so in a first line of their own ("sep=;").
char separator_of(std::string_view &text) {
  std::string_view head = text.substr(0, text.find('\n'));
  if (head.size() >= 5 && base::lower(head.substr(0, 4)) == "sep=") {
    const char said = head[4];
    text.remove_prefix(std::min(head.size() + 1, text.size()));
    return said;
  }
  for (const char one : {';', '\t'})
    if (head.find(one) != std::string_view::npos) return one;
  return ',';
}

}  // namespace

std::vector<CsvRow> csv_rows(std::string_view bytes) {
  // Spreadsheets save in UTF-16 and windows-1252 as well.
  std::string converted;
  evidence::append_as_utf8(converted, bytes);
  std::string_view text = converted;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t whole = text.size();
  const char comma = separator_of(text);
  std::vector<CsvRow> rows;
  CsvRow row;
  std::string field;
  bool quoted = false;
  std::size_t line = text.size() == whole ? 1 : 2;
  row.line = line;
  const auto end_row = [&] {
    row.fields.push_back(std::move(field));
    field.clear();
    if (row.fields.size() > 1 || !base::trim(row.fields.front()).empty()) rows.push_back(std::move(row));
    row = {};
    row.line = line;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (byte == '\n') ++line;
    if (quoted) {
      if (byte != '"')
        field += byte;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        field += text[i++];
      else
        quoted = false;
    } else if (byte == '"') {
      quoted = true;
    } else if (byte == comma) {
      row.fields.push_back(std::move(field));
      field.clear();
    } else if (byte == '\n') {
      end_row();
    } else if (byte != '\r') {
      field += byte;
    }
  }
  if (!field.empty() || !row.fields.empty()) end_row();
  return rows;
}

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  if (base::begins_formula(text)) out += '\'';
  for (const char byte : text) {
    if (byte == '"') out += '"';
    out += byte;
  }
  return out + "\"";
}
std::string plain_cell(std::string_view cell) {
  cell = base::trim(cell);
  if (cell.starts_with('\'') && base::begins_formula(cell.substr(1))) cell.remove_prefix(1);
  return std::string(cell);
}

CsvSheet::CsvSheet(std::string_view text) : rows_(csv_rows(text)) {
  if (rows_.empty()) return;
  for (std::size_t i = 0; i < rows_.front().fields.size(); ++i)
    columns_.emplace(base::lower(plain_cell(rows_.front().fields[i])), i);
}

std::string CsvSheet::cell(std::size_t row, const std::string &column) const {
  const auto found = columns_.find(column);
  const auto &fields = rows_[row + 1].fields;
  return found == columns_.end() || found->second >= fields.size() ? std::string()
                                                                   : plain_cell(fields[found->second]);
}

}  // namespace dislodge::engine
