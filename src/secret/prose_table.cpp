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

// What the heading of a column of user names begins with or is, small letters; of those that have capitals
// outside ASCII both.
constexpr std::array kUserColumns = {"user"sv,
                                     "login"sv,
                                     "logon"sv,
                                     "account"sv,
                                     "userid"sv,
                                     "id"sv,
                                     "name"sv,
                                     "email"sv,
                                     "e-mail"sv,
                                     "benutzer"sv,
                                     "konto"sv,
                                     "kennung"sv,
                                     "usuario"sv,
                                     "usuário"sv,
                                     "utilisateur"sv,
                                     "identifiant"sv,
                                     "utente"sv,
                                     "użytkownik"sv,
                                     "uživatel"sv,
                                     "používateľ"sv,
                                     "bruger"sv,
                                     "bruker"sv,
                                     "användar"sv,
                                     "käyttäjä"sv,
                                     "felhasznál"sv,
                                     "kullanıcı"sv,
                                     "utilizator"sv,
                                     "gebruiker"sv,
                                     "korisnik"sv,
                                     "логин"sv,
                                     "Логин"sv,
                                     "логін"sv,
                                     "Логін"sv,
                                     "пользователь"sv,
                                     "Пользователь"sv,
                                     "користувач"sv,
                                     "Користувач"sv,
                                     "χρήστης"sv,
                                     "Χρήστης"sv,
                                     "اسم المستخدم"sv,
                                     "שם משתמש"sv,
                                     "tên đăng nhập"sv,
                                     "tài khoản"sv,
                                     "ชื่อผู้ใช้"sv,
                                     "उपयोगकर्ता"sv,
                                     "아이디"sv,
                                     "계정"sv,
                                     "用户名"sv,
                                     "账号"sv,
                                     "帳號"sv,
                                     "使用者"sv,
                                     "ユーザー"sv,
                                     "nom d'utilisateur"sv,
                                     "nombre de usuario"sv,
                                     "nome de usuário"sv,
                                     "nome de utilizador"sv,
                                     "nazwa użytkownika"sv,
                                     "compte"sv,
                                     "cuenta"sv,
                                     "conta"sv,
                                     "utilizador"sv,
                                     "nutzer"sv,
                                     "anmeldename"sv,
                                     "имя пользователя"sv,
                                     "Имя пользователя"sv,
                                     "учётная запись"sv,
                                     "Учётная запись"sv,
                                     "учетная запись"sv,
                                     "Учетная запись"sv,
                                     "ім'я користувача"sv,
                                     "Ім'я користувача"sv,
                                     "обліковий запис"sv,
                                     "Обліковий запис"sv,
                                     "사용자"sv};
constexpr char kGaps = ' ';  // columns of a width: two blanks and more stand between cells

bool names_users(std::string_view heading) {
  return std::any_of(kUserColumns.begin(), kUserColumns.end(), [&](std::string_view name) {
    return heading == name || (name.size() > 3 && heading.starts_with(name));
  });
}

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
    const auto ends = [&](std::size_t i) {
      return mark == kGaps ? text[i] == ' ' && i + 1 < line.end && text[i + 1] == ' ' : text[i] == mark;
    };
    while (stop < line.end && (quoted || !ends(stop))) {
      if (text[stop] == '"' && mark != '|' && mark != kGaps) quoted = !quoted;
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
    while (mark == kGaps && at < line.end && text[at] == ' ') ++at;
    if (mark == '|' && at >= line.end) break;  // the closing bar
  }
  return row;
}

// A heading is a row of short names, not a sentence or a list of arguments.
bool is_heading(std::string_view text, const Row &row, char mark) {
  std::size_t empty = 0;
  for (std::size_t i = 0; i < row.count; ++i) {
    std::string_view cell = text.substr(row.cells[i].begin, row.cells[i].end - row.cells[i].begin);
    empty += cell.empty() ? 1 : 0;
    // The blank in front of a line of source is no cell.
    if (cell.size() > 60 || (mark != '|' && (empty > 1 || row.count - empty < 2))) return false;
    if (cell.ends_with(':') && mark != ',' && mark != ';') cell.remove_suffix(1);
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
  if (mark == '\0' && heading.find("  ") != std::string_view::npos && !looks_like_source(text, trigger_end))
    mark = kGaps;
  if (mark == '\0') return TableReading::none;
  const Row head = split_row(text, line, mark);
  if (head.count < 2) return TableReading::none;
  std::size_t column = head.count;
  std::size_t user_column = head.count;
  bool vague_user = false;
  for (std::size_t i = 0; i < head.count; ++i) {
    const Span cell = head.cells[i];
    const std::string name = base::lower(text.substr(cell.begin, cell.end - cell.begin));
    // The trigger must be the end of its cell, and a heading is short.
    if (trigger_end <= cell.end && trigger_end > cell.begin && cell.end - trigger_end <= 1 &&
        name.size() <= 32)
      column = i;
    // "name" beside "username" is what the entry is called, as in exports of browsers.
    const bool vague = name == "name" || name == "id" || name == "account" || name == "title";
    if (names_users(name) && (user_column == head.count || (vague_user && !vague))) {
      user_column = i;
      vague_user = vague;
    }
  }
  if (column == head.count || !is_heading(text, head, mark)) return TableReading::none;
  bool any = false;
  bool gap = false;
  for (std::size_t rows = 0; rows < kTableRows; ++rows) {
    std::size_t next = line.end;
    while (next < text.size() && text[next] != '\n') ++next;
    if (next >= text.size()) break;
    line = line_around(text, next + 1, 4 * kProseReach);
    const Row row = split_row(text, line, mark);
    // Rows of tables that were HTML stand apart; a last cell may be left out, or hold the mark itself.
    if (row.count == 1 && row.cells[0].begin == row.cells[0].end && !gap && user_column < head.count) {
      gap = true;
      continue;
    }
    gap = false;
    const bool fits = row.count == head.count ||
                      (mark != ',' && mark != kGaps && row.count > column && row.count > 1 && column > 0);
    if (!fits) break;
    const Span cell = row.cells[column];
    const std::string_view value = text.substr(cell.begin, cell.end - cell.begin);
    if (value.empty() || value.size() > kProseValueMax) continue;
    // A sentence that has a comma.
    if (mark != '|' && mark != '\t' && value.find(' ') != std::string_view::npos) continue;
    if (mark == '\t' && std::count(value.begin(), value.end(), ' ') > 3) continue;
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
