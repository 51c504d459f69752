#include "secret/prose_grammar.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/encode.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kReach = 600;      // bytes of a line that are looked at, on each side
constexpr std::size_t kValueMax = 128;   // bytes of a password
constexpr std::size_t kPhraseWords = 9;  // "the password for the old vpn box in Leeds is ..."
constexpr std::size_t kRemarkMax = 80;   // "password (valid until Friday): ..."
constexpr std::size_t kLead = 48;        // bytes before the word in which "changed" or "reset" may stand
constexpr std::size_t kTableRows = 500;
constexpr std::size_t kTableCells = 40;

struct Quote {
  std::string_view open;
  std::string_view close;
};
constexpr std::array kQuotes = {
    Quote{"\\\"", "\\\""}, Quote{"**", "**"}, Quote{"`", "`"}, Quote{"\"", "\""},
    Quote{"'", "'"},       Quote{"“", "”"},   Quote{"‘", "’"}, Quote{"«", "»"},
    Quote{"„", "“"},       Quote{"”", "”"},   Quote{"*", "*"},
};

constexpr std::array kVerbs = {"is"sv,    "was"sv,     "are"sv, "'s"sv,     "be"sv,  "remains"sv,
                               "stays"sv, "becomes"sv, "ist"sv, "lautet"sv, "est"sv, "es"sv,
                               "jest"sv,  "é"sv,       "это"sv, "reads"sv};
constexpr std::array kChanges = {"changed"sv, "reset"sv,   "set"sv,      "updated"sv,   "switched"sv,
                                 "rotated"sv, "renewed"sv, "modified"sv, "configured"sv};
// Words between verb and value.
constexpr std::array kFillers = {"now"sv,         "still"sv,    "currently"sv, "just"sv,   "simply"sv,
                                 "always"sv,      "probably"sv, "again"sv,     "also"sv,   "actually"sv,
                                 "temporarily"sv, "usually"sv,  "normally"sv,  "likely"sv, "presumably"sv,
                                 "jetzt"sv,       "either"sv,   "follows"sv,   "as"sv};
constexpr std::array kPairWords = {"user"sv,   "username"sv, "user name"sv, "userid"sv, "user id"sv,
                                   "login"sv,  "account"sv,  "id"sv,        "name"sv,   "email"sv,
                                   "e-mail"sv, "uid"sv,      "u"sv,         "usr"sv,    "benutzer"sv,
                                   "logon"sv,  "un"sv};
constexpr std::array kSecretWords = {"password"sv, "passwd"sv, "passphrase"sv, "pass"sv,
                                     "pwd"sv,      "pw"sv,     "secret"sv};
constexpr std::array kUserColumns = {"user"sv,     "username"sv, "user name"sv, "login"sv, "account"sv,
                                     "userid"sv,   "id"sv,       "name"sv,      "email"sv, "e-mail"sv,
                                     "benutzer"sv, "logon"sv,    "user id"sv};

template <typename List>
bool among(const List &list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

struct Value {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t next = 0;  // after a closing quote
  bool quoted = false;
};

// A bounded view of the text from a trigger on. A single line break inside a paragraph counts as a blank,
// because mail wraps its lines; an empty line ends what is looked at.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at), source_(looks_like_source(text, at)) {
    end_ = std::min(text.size(), at + kReach);
    for (std::size_t i = at; i + 1 < end_; ++i) {
      if (text[i] != '\n') continue;
      std::size_t next = i + 1;
      while (next < end_ &&
             (text[next] == ' ' || text[next] == '\t' || text[next] == '\r' || text[next] == '>'))
        ++next;
      if (next < end_ && text[next] == '\n') {
        end_ = i;
        break;
      }
    }
  }

  // Source code: there a value is only what is assigned, on the same line.
  bool source() const { return source_; }
  std::size_t at() const { return at_; }
  void go(std::size_t place) { at_ = place; }
  bool done() const { return at_ >= end_; }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return text_.substr(at_, end_ > at_ ? end_ - at_ : 0); }
  std::string_view text() const { return text_; }
  std::size_t end() const { return end_; }

  void blanks() {
    while (at_ < end_ && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (text_.substr(at_).starts_with("\xC2\xA0")) {  // no-break space of HTML mail
      at_ += 2;
      blanks();
    }
  }
  // Blanks and at most one line break, with the quote marks of the next line.
  bool soft_break() {
    blanks();
    if (source_) return false;
    std::size_t place = at_;
    if (place < end_ && text_[place] == '\r') ++place;
    if (place >= end_ || text_[place] != '\n') return false;
    at_ = place + 1;
    while (at_ < end_ && (text_[at_] == '>' || text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return true;
  }
  bool at_line_end() {
    blanks();
    return done() || peek() == '\n' || peek() == '\r';
  }
  bool take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  // The next run of non-blanks on this line, lower case, without moving.
  std::string word() const {
    std::size_t stop = at_;
    while (stop < end_ && !is_space(text_[stop]) && stop - at_ < 40) ++stop;
    return base::lower(text_.substr(at_, stop - at_));
  }
  void skip_word() {
    while (at_ < end_ && !is_space(text_[at_])) ++at_;
  }

 private:
  std::string_view text_;
  std::size_t at_;
  bool source_;
  std::size_t end_;
};

// ------------------------------------------------------------------------------------------------ values

// Punctuation of the sentence that sticks to an unquoted value.
std::size_t trimmed_end(std::string_view text, std::size_t begin, std::size_t end) {
  const auto inside = [&](char c) {
    return text.substr(begin, end - begin - 1).find(c) != std::string_view::npos;
  };
  while (end > begin + 1) {
    const char last = text[end - 1];
    const bool plain = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                   text.begin() + static_cast<std::ptrdiff_t>(end - 1), is_letter);
    const bool strip = last == ',' || last == ';' || last == ':' || last == '.' || last == '"' ||
                       last == '\'' || last == '`' || (last == '?' && plain) || (last == '!' && plain) ||
                       (last == ')' && !inside('(')) || (last == ']' && !inside('[')) ||
                       (last == '}' && !inside('{')) || (last == '>' && !inside('<')) ||
                       (last == '*' && end - begin > 2 && text[end - 2] == '*');
    const std::string_view value = text.substr(begin, end - begin);
    if (value.ends_with("”") || value.ends_with("’") || value.ends_with("…"))
      end -= 3;
    else if (value.ends_with("»"))
      end -= 2;
    else if (strip)
      --end;
    else
      break;
  }
  return end;
}

// "Encrypt=True" after "Password=x;": the next member of a list.
bool names_next(std::string_view text, std::size_t at) {
  std::size_t i = at;
  while (i < text.size() && i - at < 24 &&
         (is_letter(text[i]) || text[i] == '_' || (text[i] == ' ' && i > at)))
    ++i;
  return i > at + 1 && i < text.size() && text[i] == '=';
}

std::optional<Value> read_value(Reader &reader) {
  reader.blanks();
  const std::string_view text = reader.text();
  for (const Quote &quote : kQuotes) {
    if (!reader.rest().starts_with(quote.open)) continue;
    const std::size_t begin = reader.at() + quote.open.size();
    const std::string_view line = text.substr(begin, line_around(text, begin, kReach).end - begin);
    std::size_t close = line.find(quote.close);
    // An apostrophe inside a word closes nothing.
    while (close != std::string_view::npos && quote.close == "'" && close + 1 < line.size() &&
           is_letter(line[close + 1]))
      close = line.find(quote.close, close + 1);
    if (close == std::string_view::npos || close == 0 || close > kValueMax) continue;
    Value value{begin, begin + close, begin + close + quote.close.size(), true};
    // "**'x'**": the inner quotes go too.
    if (value.end - value.begin > 2 &&
        (text[value.begin] == '"' || text[value.begin] == '\'' || text[value.begin] == '`') &&
        text[value.begin] == text[value.end - 1]) {
      ++value.begin;
      --value.end;
    }
    reader.go(value.next);
    return value;
  }
  std::size_t begin = reader.at();
  // An opening bracket around the value.
  if (reader.peek() == '(' || reader.peek() == '[') {
    const char closing = reader.peek() == '(' ? ')' : ']';
    const std::string_view rest = reader.rest().substr(0, kValueMax);
    const std::size_t close = rest.find(closing);
    if (close != std::string_view::npos && rest.substr(0, close).find(' ') == std::string_view::npos) ++begin;
  }
  std::size_t end = begin;
  while (end < reader.end() && !is_space(text[end]) && end - begin <= kValueMax) {
    if (text[end] == '|' && end > begin && (end + 1 >= reader.end() || is_space(text[end + 1]))) break;
    // "</b>" after a value in half-stripped HTML.
    if (text[end] == '<' && end > begin && end + 1 < reader.end() && text[end + 1] == '/') break;
    if (text.substr(end).starts_with("\xC2\xA0")) break;
    if ((text[end] == ';' || text[end] == ',' || text[end] == '&') && end > begin &&
        names_next(text, end + 1))
      break;
    ++end;
  }
  if (end == begin || end - begin > kValueMax) return std::nullopt;
  Value value{begin, trimmed_end(text, begin, end), end, false};
  reader.go(end);
  return value;
}

// ------------------------------------------------------------------------------------------------ pairs

bool is_user_shaped(std::string_view word) {
  if (word.empty() || word.size() > 80) return false;
  return std::all_of(word.begin(), word.end(), [](char c) {
    return is_letter(c) || is_digit(c) || is_high(c) ||
           std::string_view("._-@\\+$/").find(c) != std::string_view::npos;
  });
}

// "a / b", "a:b", "a and b", "a with password b", "a, b".
bool read_pair(Reader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  const std::string_view text = reader.text();
  const auto user = read_value(reader);
  if (!user) return false;
  candidate.user_begin = user->begin;
  candidate.user_end = user->end;
  candidate.link = Link::pair;
  const std::string_view first = text.substr(user->begin, user->end - user->begin);
  if (!user->quoted && first.find("://") == std::string_view::npos) {
    const std::size_t slash = first.find_first_of("/:");
    if (slash != std::string_view::npos && slash > 0 && slash + 1 < first.size() &&
        is_user_shaped(first.substr(0, slash))) {
      candidate.user_end = user->begin + slash;
      candidate.begin = user->begin + slash + 1;
      candidate.end = trimmed_end(text, candidate.begin, user->next);
      if (text.substr(candidate.begin, 1) == "/") return false;
      out.push_back(candidate);
      return true;
    }
  }
  if (!is_user_shaped(first)) return false;
  bool separated = !user->quoted && user->next > user->end &&
                   (text[user->end] == ',' || text[user->end] == ':' || text[user->end] == ';');
  reader.blanks();
  for (const std::string_view mark :
       {"/"sv, "|"sv, ":"sv, ","sv, "-"sv, "–"sv, "&"sv, "+"sv, "=>"sv, "->"sv}) {
    if (reader.take(mark)) {
      separated = true;
      break;
    }
  }
  for (int i = 0; i < 3; ++i) {
    reader.blanks();
    std::string word = reader.word();
    const bool with_mark = word.size() > 1 && (word.back() == ':' || word.back() == '=');
    if (with_mark) word.pop_back();
    const bool joins =
        word == "and" || word == "with" || word == "using" || word == "und" || word == "et" || word == "mit";
    const bool names = among(kSecretWords, word) || word == "the";
    if (!joins && !names && word != "is") break;
    separated = separated || word != "the";
    reader.skip_word();
  }
  if (!separated) return false;
  const auto value = read_value(reader);
  if (!value) return false;
  candidate.begin = value->begin;
  candidate.end = value->end;
  candidate.quoted = value->quoted;
  out.push_back(candidate);
  return true;
}

bool pair_word_before(std::string_view text, std::size_t trigger_begin) {
  // "user / ", "username and ", "login:"
  std::size_t at = trigger_begin;
  const std::size_t low = at > 24 ? at - 24 : 0;
  while (at > low && text[at - 1] == ' ') --at;
  const bool mark = at > low && std::string_view("/&|,+:-").find(text[at - 1]) != std::string_view::npos;
  if (mark)
    --at;
  else if (at >= low + 4 && starts_at(text, at - 4, " and"))
    at -= 4;
  else
    return false;
  while (at > low && text[at - 1] == ' ') --at;
  return std::any_of(kPairWords.begin(), kPairWords.end(), [&](std::string_view word) {
    return at >= low + word.size() && starts_at(text, at - word.size(), word) &&
           (at == word.size() || !is_letter(text[at - word.size() - 1]));
  });
}

// ------------------------------------------------------------------------------------------------ links

// Moves over ":", "=", "->" and the like; false where there is none.
bool take_separator(Reader &reader) {
  reader.blanks();
  const std::size_t start = reader.at();
  for (const std::string_view mark :
       {":="sv, "=>"sv, "->"sv, "-->"sv, "→"sv, "::"sv, ":"sv, "="sv, "："sv, "–"sv, "—"sv}) {
    if (reader.take(mark)) {
      if (mark == ":" && reader.peek() == '/' && reader.peek(1) == '/') break;  // a URL's scheme
      if (mark == "=" && reader.peek() == '=') break;                           // a comparison
      return true;
    }
  }
  reader.go(start);
  if ((reader.peek() == '-' || reader.peek() == '|') && is_space(reader.peek(1)) && start > 0 &&
      is_space(reader.text()[start - 1])) {
    reader.go(start + 1);
    return true;
  }
  return false;
}

// In source, whether a value stands for itself: a quoted text of one piece, or what cannot be the name of a
// variable.
bool is_literal(const Reader &reader, const Value &value, std::size_t start) {
  const std::string_view text = reader.text();
  const std::string_view found = text.substr(value.begin, value.end - value.begin);
  if (found.empty()) return false;
  const std::size_t line_end = line_around(text, value.next, kReach).end;
  const std::string_view rest = base::trim(text.substr(value.next, line_end - value.next));
  if (value.quoted) {
    // "Password: " + x, `Enter password: `
    if (is_space(found.front()) || is_space(found.back()) || found.front() == '+') return false;
    return rest.empty() || rest[0] != '+';
  }
  if (std::string_view("{[(<&*+!%$@#|.,;:\\/~`").find(found.front()) != std::string_view::npos) return false;
  if (found.find_first_of("(){}[]<>`\"\\") != std::string_view::npos) return false;
  if (found.find("->") != std::string_view::npos || found.find("::") != std::string_view::npos) return false;
  // "x = y": after an equals sign a name is a variable; after a colon it may be the text of a configuration.
  const bool assigned = start > 0 &&
                        text.substr(0, start).find_last_not_of(" \t") != std::string_view::npos &&
                        text[text.substr(0, start).find_last_not_of(" \t")] == '=';
  const bool name =
      std::all_of(found.begin(), found.end(), [](char c) { return is_letter(c) || c == '_' || c == '.'; });
  const bool path = found.find('.') != std::string_view::npos && is_letter(found.front()) &&
                    std::all_of(found.begin(), found.end(),
                                [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; });
  if (path || (assigned && name)) return false;
  return true;
}

// After a link: the value here, or alone on the next line.
bool emit_value(Reader &reader, ProseCandidate candidate, Link link, bool pair,
                std::vector<ProseCandidate> &out) {
  candidate.link = link;
  if (reader.at_line_end()) {
    if (!reader.soft_break() || reader.at_line_end()) return false;
    if (link == Link::separator) candidate.link = Link::next_line;
  }
  const std::size_t start = reader.at();
  if (pair && !reader.source()) {
    if (read_pair(reader, candidate, out)) return true;
    reader.go(start);
  }
  const auto value = read_value(reader);
  if (!value || (reader.source() && !is_literal(reader, *value, start))) return false;
  candidate.begin = value->begin;
  candidate.end = value->end;
  candidate.quoted = value->quoted;
  // On a line of its own a password stands alone.
  if (candidate.link == Link::next_line && !reader.at_line_end()) return false;
  out.push_back(candidate);
  return true;
}

// What may close the trigger word itself: quotes, brackets, emphasis.
void skip_closing(Reader &reader) {
  for (int i = 0; i < 4; ++i) {
    const char c = reader.peek();
    if (c == '"' || c == '\'' || c == '*' || c == '`' || c == ']' || c == ')')
      reader.go(reader.at() + 1);
    else
      break;
  }
}

// " (for svc-x) is ", " for the vpn box: ", " has been changed to "
bool read_linked(Reader &reader, ProseCandidate candidate, bool pair, std::vector<ProseCandidate> &out) {
  skip_closing(reader);
  const std::size_t start = reader.at();
  // "password (must be changed): X"
  reader.blanks();
  if (reader.peek() == '(') {
    const std::size_t close = reader.rest().substr(0, kRemarkMax).find(')');
    if (close != std::string_view::npos) {
      reader.go(reader.at() + close + 1);
      if (take_separator(reader)) return emit_value(reader, candidate, Link::separator, pair, out);
    }
  }
  reader.go(start);
  if (take_separator(reader)) {
    // "password - is: X" and "password: is X" do occur; more often "is" begins a sentence about it.
    return emit_value(reader, candidate, Link::separator, pair, out);
  }
  // "pass" alone is a verb, a ticket and a statement of Python: only what it is set to counts.
  if (reader.source() || candidate.trigger == TriggerClass::pass) return false;
  // "I have changed the password to X"
  const std::size_t lead_from = start > kLead ? start - kLead : 0;
  const std::string lead = base::lower(reader.text().substr(lead_from, start - lead_from));
  bool change = std::any_of(kChanges.begin(), kChanges.end(),
                            [&](std::string_view word) { return lead.find(word) != std::string::npos; });
  const bool changed_before = change;
  for (std::size_t words = 0; words < kPhraseWords; ++words) {
    if (reader.at_line_end() && !reader.soft_break()) return false;
    std::string word = reader.word();
    if (word.empty()) return false;
    if (take_separator(reader)) return emit_value(reader, candidate, Link::separator, pair, out);
    const char last = word.back();
    const bool colon = word.size() > 1 && (last == ':' || last == '=');
    if (colon) word.pop_back();
    while (word.size() > 1 && (word.front() == '(' || word.front() == '"')) word.erase(word.begin());
    if (among(kChanges, word)) change = true;
    const bool to = change && (word == "to" || word == "as" || word == "zu" || word == "auf");
    const bool verb = among(kVerbs, word);
    if (verb && changed_before) change = false;
    reader.skip_word();
    if (colon) {
      // The colon belongs to the phrase: "password for svc-x: ..."
      if (word.find("//") != std::string::npos) return false;
      return emit_value(reader, candidate, Link::separator, pair, out);
    }
    if (to) return emit_value(reader, candidate, Link::verb, pair, out);
    if (verb) {
      for (int i = 0; i < 4; ++i) {
        if (reader.at_line_end() && !reader.soft_break()) return false;
        std::string filler = reader.word();
        const bool mark = filler.size() > 1 && filler.back() == ':';
        if (mark) filler.pop_back();
        if (filler == "been" || among(kChanges, filler)) {
          change = change || filler != "been";
          reader.skip_word();
          if (mark) break;
          continue;
        }
        if (change && (filler == "to" || filler == "as")) {
          reader.skip_word();
          change = false;
          break;
        }
        if (!among(kFillers, filler) && filler != "below" && filler != "following") break;
        if ((filler == "below" || filler == "following") && !mark) return false;
        reader.skip_word();
        if (mark) break;
      }
      if (change) return false;  // "was changed yesterday"
      if (take_separator(reader)) return emit_value(reader, candidate, Link::separator, pair, out);
      return emit_value(reader, candidate, Link::verb, pair, out);
    }
    // The sentence ends before anything is said.
    if (last == '.' || last == ';' || last == '?' || last == '!') break;
  }
  // "pw X": only what cannot be a word.
  reader.go(start);
  if (reader.at_line_end()) return false;
  const std::size_t gap = reader.at();
  if (gap == start && reader.peek() != '"') return false;
  auto value = read_value(reader);
  if (!value) return false;
  const std::string_view found = reader.text().substr(value->begin, value->end - value->begin);
  const bool word_only =
      std::all_of(found.begin(), found.end(), [](char c) { return is_letter(c) || is_high(c); });
  if (word_only && !value->quoted) return false;
  candidate.link = Link::adjacent;
  candidate.begin = value->begin;
  candidate.end = value->end;
  candidate.quoted = value->quoted;
  out.push_back(candidate);
  return true;
}

// "log in as U with V", "sign in using U / V", "logged in to the box with U and V"
bool read_sign_in(Reader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  for (std::size_t words = 0; words < kPhraseWords; ++words) {
    if (reader.at_line_end() && !reader.soft_break()) return false;
    const std::string word = reader.word();
    if (word.empty() || word.back() == '.') return false;
    reader.skip_word();
    if (word != "as" && word != "with" && word != "using" && word != "als" && word != "mit") continue;
    reader.blanks();
    for (int i = 0; i < 3; ++i) {
      const std::string next = reader.word();
      if (next != "the" && next != "user" && next != "username" && next != "account" && next != "login" &&
          next != "id")
        break;
      reader.skip_word();
      reader.blanks();
    }
    return read_pair(reader, candidate, out);
  }
  return false;
}

// ------------------------------------------------------------------------------------------------ tables

struct Row {
  std::array<Span, kTableCells> cells;
  std::size_t count = 0;
};

Row split_row(std::string_view text, Span line, char mark) {
  Row row;
  std::size_t at = line.begin;
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

bool read_table(std::string_view text, std::size_t trigger_end, const ProseCandidate &pattern,
                std::vector<ProseCandidate> &out) {
  Span line = line_around(text, trigger_end, 4 * kReach);
  char mark = '\0';
  const std::string_view heading = text.substr(line.begin, line.end - line.begin);
  for (const char c : {'|', '\t', ';', ','}) {
    if (heading.find(c) != std::string_view::npos) {
      mark = c;
      break;
    }
  }
  if (mark == '\0') return false;
  const Row head = split_row(text, line, mark);
  if (head.count < 2) return false;
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
  if (column == head.count || !is_heading(text, head, mark)) return false;
  bool any = false;
  for (std::size_t rows = 0; rows < kTableRows; ++rows) {
    std::size_t next = line.end;
    while (next < text.size() && text[next] != '\n') ++next;
    if (next >= text.size()) break;
    line = line_around(text, next + 1, 4 * kReach);
    const Row row = split_row(text, line, mark);
    if (row.count != head.count) break;
    const Span cell = row.cells[column];
    const std::string_view value = text.substr(cell.begin, cell.end - cell.begin);
    if (value.empty() || value.size() > kValueMax) continue;
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
  return any;
}

}  // namespace

void read_prose(std::string_view text, std::size_t end, TriggerClass is, std::vector<ProseCandidate> &out) {
  ProseCandidate candidate;
  candidate.trigger = is;
  candidate.trigger_end = end;
  if (is != TriggerClass::sign_in && read_table(text, end, candidate, out)) return;
  Reader reader(text, end);
  if (reader.source() && is != TriggerClass::password && is != TriggerClass::pass) return;
  if (is == TriggerClass::sign_in) {
    read_sign_in(reader, candidate, out);
    return;
  }
  std::size_t begin = end;
  while (begin > 0 && (is_letter(text[begin - 1]) || is_digit(text[begin - 1])) && end - begin < 12) --begin;
  const bool pair = is == TriggerClass::credentials || pair_word_before(text, begin);
  if (is == TriggerClass::credentials) {
    // Without a link or pair a login is no secret.
    const std::size_t before = out.size();
    read_linked(reader, candidate, true, out);
    for (std::size_t i = out.size(); i-- > before;)
      if (out[i].link != Link::pair) out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
  read_linked(reader, candidate, pair, out);
}

}  // namespace dislodge::secret
