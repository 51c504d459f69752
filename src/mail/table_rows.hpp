#pragma once
// The rows of a CSV table with the place of each cell, for readers that give text with exact offsets: quoted
// cells with doubled quotes and line ends in them (RFC 4180), comma, semicolon or tab between cells, byte
// order mark.
//
//   TableRows rows(utf8);
//   for (TableRow row; rows.next(row);) ... rows.columns()[i], row.cells[i]
//
// A quote that never closes makes the rest of the file one cell: nothing is lost, and nothing is guessed.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/offset_map.hpp"

namespace dislodge::mail {

struct TableCell {
  std::size_t begin = 0;  // in the file, within the quotes
  std::size_t end = 0;
  bool doubled = false;  // it has doubled quotes
};

struct TableRow {
  std::size_t begin = 0;
  std::size_t end = 0;  // without its line end
  std::vector<TableCell> cells;
};

class TableRows {
 public:
  explicit TableRows(std::string_view utf8);
  // As written, trimmed; in lower case without blanks and marks ("createdat").
  const std::vector<std::string> &columns() const { return columns_; }
  const std::vector<std::string> &keys() const { return keys_; }
  bool next(TableRow &row);
  std::string_view bytes() const { return bytes_; }
  std::string text_of(const TableCell &cell) const;
  // Appends the cell's text, with its places.
  void append(const TableCell &cell, std::string &out, base::OffsetMap &map) const;

 private:
  void read_row(TableRow &row);

  std::string_view bytes_;
  std::size_t at_ = 0;
  char separator_ = ',';
  std::vector<std::string> columns_;
  std::vector<std::string> keys_;
};

// "Created At", "created_at" and "createdAt" are one.
std::string column_key(std::string_view name);

}  // namespace dislodge::mail
