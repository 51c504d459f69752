// Passwords in tables: a column under the heading "Password", in Markdown, tab-separated and CSV text.

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "secret/prose_grammar.hpp"
#include "secret/prose_reader.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kTableRows = 500;
constexpr std::size_t kTableCells = 40;

constexpr std::array kUserColumns = {"user"sv,     "username"sv, "user name"sv, "login"sv, "account"sv,
                                     "userid"sv,   "id"sv,       "name"sv,      "email"sv, "e-mail"sv,
                                     "benutzer"sv, "logon"sv,    "user id"sv};

struct Row {
  std::array<Span, kTableCells> cells;
  std::size_t count = 0;
};

Row split_row(std::string_view text, Span line, char mark) {
  Row row;
  std::size_t at = line.begin;
  while (at < line.end && (text[at] == '>' || text[at] == ' ')) ++at;  // a quoted message
  if (mark == '|' && at < line.end && text[at] == '|') ++at;
  while (row.count < kTableCells) {
    std::size_t stop = at;
    bool quoted = false;
    while (stop < line.end && (quoted || text[stop] != mark)) {
      if (text[stop] == '"' && mark != '|') quoted = !quoted;
      ++stop;
    }
    Span cell{at, stop};
    while (cell.begin < cell.end && is_space(text[cell.begin])) ++cell.begin;
    while (cell.end > cell.begin && is_space(text[cell.end - 1])) --cell.end;
    if (cell.end - cell.begin >= 2 && text[cell.begin] == text[cell.end - 1] &&
        (text[cell.begin] == '"' || text[cell.begin] == '\'' || text[cell.begin] == '`')) {
      ++cell.begin;
      --cell.end;
    }
    row.cells[row.count++] = cell;
    if (stop >= line.end) break;
    at = stop + 1;
    if (mark == '|' && at >= line.end) break;  // the closing bar
  }
  return row;
}

// A heading is a row of short names, not a sentence or a list of arguments.
bool is_heading(std::string_view text, const Row &row, char mark) {
  for (std::size_t i = 0; i < row.count; ++i) {
    const std::string_view cell = text.substr(row.cells[i].begin, row.cells[i].end - row.cells[i].begin);
    if (cell.size() > 40 || (cell.empty() && mark != '|')) return false;
    if (cell.find_first_of("=:\"{}[]<>$;") != std::string_view::npos) return false;
    if (std::count(cell.begin(), cell.end(), ' ') > 3) return false;
    if (mark == ',' && !cell.empty() && (cell.back() == '.' || cell.find('(') != std::string_view::npos))
      return false;
  }
  return true;
}

}  // namespace

TableReading read_table(std::string_view text, std::size_t trigger_end, const ProseCandidate &pattern,
                        std::vector<ProseCandidate> &out) {
  Span line = line_around(text, trigger_end, 4 * kProseReach);
  char mark = '\0';
  const std::string_view heading = text.substr(line.begin, line.end - line.begin);
  for (const char c : {'|', '\t', ';', ','}) {
    if (heading.find(c) != std::string_view::npos) {
      mark = c;
      break;
    }
  }
  if (mark == '\0') return TableReading::none;
  const Row head = split_row(text, line, mark);
  if (head.count < 2) return TableReading::none;
  std::size_t column = head.count;
  std::size_t user_column = head.count;
  for (std::size_t i = 0; i < head.count; ++i) {
    const Span cell = head.cells[i];
    const std::string name = base::lower(text.substr(cell.begin, cell.end - cell.begin));
    // The trigger must be the end of its cell, and a heading is short.
    if (trigger_end <= cell.end && trigger_end > cell.begin && cell.end - trigger_end <= 1 &&
        name.size() <= 32)
      column = i;
    if (user_column == head.count && among(kUserColumns, name)) user_column = i;
  }
  if (column == head.count || !is_heading(text, head, mark)) return TableReading::none;
  bool any = false;
  for (std::size_t rows = 0; rows < kTableRows; ++rows) {
    std::size_t next = line.end;
    while (next < text.size() && text[next] != '\n') ++next;
    if (next >= text.size()) break;
    line = line_around(text, next + 1, 4 * kProseReach);
    const Row row = split_row(text, line, mark);
    if (row.count != head.count) break;
    const Span cell = row.cells[column];
    const std::string_view value = text.substr(cell.begin, cell.end - cell.begin);
    if (value.empty() || value.size() > kProseValueMax) continue;
    if (mark != '|' && value.find(' ') != std::string_view::npos) continue;   // a sentence that has a comma
    if (value.find_first_not_of("-:= ") == std::string_view::npos) continue;  // the rule under a heading
    ProseCandidate candidate = pattern;
    candidate.begin = cell.begin;
    candidate.end = cell.end;
    candidate.link = Link::column;
    if (user_column < row.count) {
      candidate.user_begin = row.cells[user_column].begin;
      candidate.user_end = row.cells[user_column].end;
    }
    out.push_back(candidate);
    any = true;
  }
  return any ? TableReading::cells : TableReading::heading;
}

}  // namespace dislodge::secret
