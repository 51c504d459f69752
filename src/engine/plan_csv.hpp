#pragma once
// CSV that people edit: checklists, plans by hand, prices. They come back from spreadsheets with a byte order
// mark, semicolons or tabs, and quotes where nobody put them.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dislodge::engine {

// RFC 4180: fields in quotes may hold commas, line ends and doubled quotes.
struct CsvRow {
  std::size_t line = 1;
  std::vector<std::string> fields;
};
std::vector<CsvRow> csv_rows(std::string_view text);

// A cell that a spreadsheet would take for a formula gets a quote before it, which plain_cell takes off
// again.
std::string csv_cell(std::string_view text);
std::string plain_cell(std::string_view cell);

// Rows under a head line: cells by the name of their column, in any order and case.
class CsvSheet {
 public:
  explicit CsvSheet(std::string_view text);
  bool has(const std::string &column) const { return columns_.contains(column); }
  std::size_t rows() const { return rows_.empty() ? 0 : rows_.size() - 1; }
  std::size_t line(std::size_t row) const { return rows_[row + 1].line; }
  // "" where the row or the sheet has none.
  std::string cell(std::size_t row, const std::string &column) const;

 private:
  std::vector<CsvRow> rows_;
  std::map<std::string, std::size_t> columns_;
};

}  // namespace dislodge::engine
