#pragma once
// Rows of CSV as exports write them (RFC 4180 and its relatives): quoted fields with doubled quotes and line
// feeds, comma, semicolon or tab between fields, byte order mark, and the "#TYPE ..." line of PowerShell.
//
//   CsvTable table(bytes, limits);                 // reads the header
//   while (table.next(row, bad)) ...               // row.fields borrowed until the next call
//
// A row that does not close is given to `bad` and reading goes on at the next line that fits the header.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "log/shape.hpp"

namespace dislodge::log {

struct CsvRow {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // without the line break
  std::uint64_t line = 1;
  std::vector<std::string_view> fields;  // unquoted
};

class CsvTable {
 public:
  // `header`: the column line, where the bytes are a piece that does not hold it. [begin, end) as in
  // SplitOptions; a range that begins inside a quoted field is recognised by the shape of the rows after it.
  CsvTable(std::string_view bytes, const base::Limits &limits, std::string_view header = {},
           std::uint64_t begin = 0, std::uint64_t end = UINT64_MAX, std::uint64_t first_line = 0);

  // Column names, trimmed; a trailing " [UTC]" stays. Empty when there is no header.
  const std::vector<std::string> &columns() const { return columns_; }
  std::string_view header_line() const { return header_line_; }
  // Index of the first column of that name, in any case; nothing where there is none.
  std::optional<std::size_t> column(std::string_view name) const;

  // The next row that begins in the range. False at its end.
  bool next(CsvRow &row, const BadSeen &bad);

 private:
  enum class Scan : std::uint8_t { row, unclosed, too_large };
  Scan scan(std::uint64_t start, CsvRow &row, std::uint64_t &after);
  std::uint64_t first_row_at(std::uint64_t begin);
  bool rows_fit(std::uint64_t start);
  void read_header(std::string_view text);

  std::string_view bytes_;
  base::Limits limits_;
  std::vector<std::string> columns_;
  std::string header_line_;
  char separator_ = ',';
  std::uint64_t position_ = 0;
  std::uint64_t end_ = UINT64_MAX;
  LineCounter lines_;
  std::string buffer_;  // unquoted text of the current row
  int restarts_ = 0;
};

}  // namespace dislodge::log
