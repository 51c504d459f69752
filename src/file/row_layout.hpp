#pragma once
// Puts the cells of a table's row on one line, separated by tabs, so that a column under a heading can be
// read as one: a heading, and below it the values. Rows have the tabs of the first row of their table,
// whatever cells they leave out at the end; a cell of several paragraphs keeps its line ends, since a key in
// PEM may stand in one.
//
//   layout.row_begins(); layout.cell_begins(column); layout.before_text(); out.add("..."); ...
//   layout.row_ends();

#include <algorithm>
#include <cstdint>
#include <vector>

#include "file/document.hpp"

namespace dislodge::file {

class RowLayout {
 public:
  explicit RowLayout(ExtractedText &out) : out_(out) {}

  bool in_cell() const { return !rows_.empty() && rows_.back().in_cell; }
  bool in_row() const { return !rows_.empty(); }

  // The next row is the first of its table.
  void table_begins() { width_ = kUnknown; }
  void row_begins() {
    if (rows_.size() >= kDepthMax) return;
    out_.line();
    rows_.push_back({});
  }
  // `column` from 1 where the format says it, else 0: the next one.
  void cell_begins(std::uint32_t column = 0) {
    if (rows_.empty()) return;
    Row &row = rows_.back();
    const std::uint32_t before = row.column;
    row.column = column > before ? column : before + 1;
    if (before > 0)
      row.tabs += std::min(row.column - before, kGapMax);
    else if (column > 0 && width_ != kUnknown && column > left_)
      row.tabs += std::min(column - left_, kGapMax);
    else if (column > 0)
      left_ = column;
    row.in_cell = true;
    row.has_text = row.breaks = false;
  }
  void cell_ends() {
    if (!rows_.empty()) rows_.back().in_cell = rows_.back().breaks = false;
  }
  // A paragraph ends within a cell: a line end if another follows.
  void paragraph_ends() {
    if (in_cell()) rows_.back().breaks = rows_.back().has_text;
  }
  void before_text() {
    if (!in_cell()) return;
    Row &row = rows_.back();
    if (row.breaks) out_.line();
    row.breaks = false;
    for (; row.tabs > 0; --row.tabs, ++row.written) out_.add('\t');
    row.has_text = true;
  }
  void row_ends() {
    if (rows_.empty()) return;
    Row &row = rows_.back();
    if (width_ == kUnknown)
      width_ = row.written;
    else if (!out_.at_line_start())
      for (; row.written < width_; ++row.written) out_.add('\t');
    rows_.pop_back();
    out_.line();
  }

 private:
  static constexpr std::size_t kDepthMax = 64;  // tables within cells
  static constexpr std::uint32_t kGapMax = 64;  // columns that are left out
  static constexpr std::uint32_t kUnknown = UINT32_MAX;

  struct Row {
    std::uint32_t column = 0;   // of the last cell
    std::uint32_t tabs = 0;     // not yet written: no text has followed
    std::uint32_t written = 0;  // tabs
    bool in_cell = false;
    bool has_text = false;  // the cell
    bool breaks = false;    // a paragraph of it has ended
  };

  ExtractedText &out_;
  std::vector<Row> rows_;
  std::uint32_t width_ = kUnknown;  // tabs of the table's first row
  std::uint32_t left_ = 1;          // its first column
};

}  // namespace dislodge::file
