#include "mail/table_rows.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kColumnsMax = 10'000;

}  // namespace

std::string column_key(std::string_view name) {
  std::string key;
  for (const char c : name.substr(0, 80)) {
    if (c >= 'A' && c <= 'Z') key += static_cast<char>(c | 32);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) key += c;
  }
  return key;
}

TableRows::TableRows(std::string_view utf8) : bytes_(utf8) {
  if (bytes_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  // Spreadsheets name their separator on a line of its own. One character of ASCII: half of any other would
  // cut the characters of the cells.
  const auto named = static_cast<unsigned char>(bytes_.size() > at_ + 4 ? bytes_[at_ + 4] : 0);
  const bool separates = (named >= ' ' || named == '\t') && named < 0x7F && named != '"';
  if (bytes_.substr(at_, 4) == "sep=" && separates) {
    separator_ = static_cast<char>(named);
    at_ = std::min(bytes_.find('\n', at_), bytes_.size() - 1) + 1;
  } else {
    std::array<std::size_t, 3> counts{};
    constexpr std::string_view kSeparators = ",;\t";
    bool quoted = false;
    for (std::size_t i = at_; i < bytes_.size() && i < at_ + (1u << 16); ++i) {
      if (bytes_[i] == '"') quoted = !quoted;
      if (quoted) continue;
      if (bytes_[i] == '\n') break;
      if (const std::size_t which = kSeparators.find(bytes_[i]); which != std::string_view::npos)
        ++counts[which];
    }
    const auto most = std::max_element(counts.begin(), counts.end());
    separator_ = kSeparators[static_cast<std::size_t>(most - counts.begin())];
  }
  TableRow header;
  if (!next(header)) return;
  for (const TableCell &cell : header.cells) {
    columns_.emplace_back(base::trim(text_of(cell)));
    keys_.push_back(column_key(columns_.back()));
  }
}

bool TableRows::next(TableRow &row) {
  while (at_ < bytes_.size() && (bytes_[at_] == '\n' || bytes_[at_] == '\r')) ++at_;
  if (at_ >= bytes_.size()) return false;
  read_row(row);
  return true;
}

void TableRows::read_row(TableRow &row) {
  row.cells.clear();
  row.begin = at_;
  while (true) {
    TableCell cell;
    if (at_ < bytes_.size() && bytes_[at_] == '"') {
      cell.begin = ++at_;
      while (true) {
        at_ = std::min(bytes_.find('"', at_), bytes_.size());
        if (at_ + 1 >= bytes_.size() || bytes_[at_ + 1] != '"') break;
        cell.doubled = true;
        at_ += 2;
      }
      cell.end = at_;
      if (at_ < bytes_.size()) ++at_;
      // What stands behind the closing quote is taken into the cell, quote and all.
      const std::size_t behind = at_;
      while (at_ < bytes_.size() && bytes_[at_] != separator_ && bytes_[at_] != '\n') ++at_;
      if (!base::trim(bytes_.substr(behind, at_ - behind)).empty()) cell.end = at_;
    } else {
      cell.begin = at_;
      while (at_ < bytes_.size() && bytes_[at_] != separator_ && bytes_[at_] != '\n') ++at_;
      cell.end = at_;
      if (cell.end > cell.begin && (at_ >= bytes_.size() || bytes_[at_] == '\n') &&
          bytes_[cell.end - 1] == '\r')
        --cell.end;
    }
    if (row.cells.size() < kColumnsMax)
      row.cells.push_back(cell);
    else
      row.cells.back().end = cell.end;
    if (at_ >= bytes_.size() || bytes_[at_] == '\n') break;
    ++at_;  // the separator
  }
  row.end = at_;
  if (at_ < bytes_.size()) ++at_;
}

std::string TableRows::text_of(const TableCell &cell) const {
  std::string out;
  base::OffsetMap map;
  append(cell, out, map);
  return out;
}

void TableRows::append(const TableCell &cell, std::string &out, base::OffsetMap &map) const {
  map.add(out.size(), cell.begin);
  if (!cell.doubled) {
    out += bytes_.substr(cell.begin, cell.end - cell.begin);
    return;
  }
  for (std::size_t at = cell.begin; at < cell.end;) {
    const std::size_t quote = std::min(bytes_.find("\"\"", at), cell.end);
    map.add(out.size(), at);
    out += bytes_.substr(at, quote - at);
    if (quote >= cell.end) break;
    out += '"';
    at = std::min(quote + 2, cell.end);
  }
}

}  // namespace dislodge::mail
