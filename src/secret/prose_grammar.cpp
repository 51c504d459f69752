#include "secret/prose_grammar.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/encode.hpp"
#include "secret/prose_below.hpp"
#include "secret/prose_change.hpp"
#include "secret/prose_features.hpp"
#include "secret/prose_lists.hpp"
#include "secret/prose_pair.hpp"
#include "secret/prose_reader.hpp"
#include "secret/prose_sentence.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kPhraseWords = 9;  // "the password for the old vpn box in Leeds is ..."
constexpr std::size_t kNoteMax = 200;    // bytes of a text too short to tell whether it is source
constexpr std::size_t kRemarkMax = 80;   // "password (valid until Friday): ..."
constexpr std::size_t kLead = 48;        // bytes before the word in which "changed" or "reset" may stand

// "password: >-": YAML's block of text, whose first line is the next one (yaml.org/spec/1.2.2, 8.1).
void skip_block_mark(ProseReader &reader) {
  reader.blanks();
  const char first = reader.peek();
  if (first != '|' && first != '>') return;
  const std::size_t start = reader.at();
  reader.go(start + (reader.peek(1) == '-' || reader.peek(1) == '+' ? 2 : 1));
  if (!reader.at_line_end()) reader.go(start);
}

// After a link: the value here, or alone on the next line.
bool emit_value(ProseReader &reader, ProseCandidate candidate, Link link, bool pair,
                std::vector<ProseCandidate> &out) {
  candidate.link = link;
  if (link == Link::separator) skip_block_mark(reader);
  if (reader.at_line_end()) {
    if (!reader.soft_break() || reader.at_line_end()) return false;
    if (link == Link::separator) candidate.link = Link::next_line;
  }
  const std::size_t start = reader.at();
  // In the source of a page, too, "a / b" is a pair.
  if (pair &&
      (!reader.source() || reader.rest().substr(0, kProseValueMax).find(" / ") != std::string_view::npos)) {
    if (read_pair(reader, candidate, out)) return true;
    reader.go(start);
  }
  if (link == Link::separator && candidate.trigger_end >= 6 &&
      starts_at(reader.text(), candidate.trigger_end - 6, "phrase") && !reader.source() &&
      read_phrase(reader.text(), start, candidate, out))
    return true;
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
void skip_closing(ProseReader &reader) {
  for (int i = 0; i < 4; ++i) {
    const char c = reader.peek();
    if (c == '"' || c == '\'' || c == '*' || c == '`' || c == ']' || c == ')')
      reader.go(reader.at() + 1);
    else
      break;
  }
}

// "pw X": only what cannot be a word; `strong` asks for digits or symbols among letters.
bool read_adjacent(ProseReader &reader, ProseCandidate candidate, bool strong,
                   std::vector<ProseCandidate> &out, Link link = Link::adjacent) {
  const std::size_t start = reader.at();
  const bool apart = !reader.at_line_end() && reader.at() > 0 &&
                     (is_space(reader.text()[reader.at() - 1]) || is_high(reader.text()[reader.at() - 1]));
  if (!apart && reader.peek() != '"') {
    reader.go(start);
    return false;
  }
  const auto value = read_value(reader);
  if (!value) {
    reader.go(start);
    return false;
  }
  const std::string_view found = reader.text().substr(value->begin, value->end - value->begin);
  bool letters = false;
  bool others = false;
  for (const char c : found) {
    if (is_letter(c) || is_high(c))
      letters = true;
    else if (is_digit(c) || std::string_view("!#$%&*+=?@^_~").find(c) != std::string_view::npos)
      others = true;
  }
  // "password svc-x: ..." goes on; so does a plain word.
  const bool announces = !value->quoted && value->next > value->end && reader.text()[value->next - 1] == ':';
  const bool random = is_random_letters(found);
  // A word in quotes is a title as often as a password; in backticks it is what one types.
  const bool typed = value->quoted && value->begin > 0 && reader.text()[value->begin - 1] == '`';
  const bool fits = strong ? (((letters && others) || random) && found.size() >= 6 && !value->quoted) || typed
                           : others || value->quoted || random;
  if (!fits || announces) {
    reader.go(start);
    return false;
  }
  candidate.link = link;
  candidate.begin = value->begin;
  candidate.end = value->end;
  candidate.quoted = value->quoted;
  out.push_back(candidate);
  return true;
}

// The word here, where it ends its line or sentence and no host, user or word looks like it: letters of both
// cases with digits, or with signs that names do without.
bool read_bare(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  constexpr std::size_t kLeast = 6;
  const std::size_t start = reader.at();
  const auto value = read_value(reader);
  // Words of another script may follow: in them a word of Latin letters is none of the sentence.
  const bool ends = value && (value->next > value->end || reader.at_line_end() || is_high(reader.peek()));
  reader.go(start);
  if (!ends) return false;
  const std::string_view found = reader.text().substr(value->begin, value->end - value->begin);
  const auto any = [&](auto is) { return std::any_of(found.begin(), found.end(), is); };
  const bool sign =
      any([](char c) { return std::string_view("!#$%&*+=?^~").find(c) != std::string_view::npos; });
  if (found.size() < kLeast || any(is_high) || found.find_first_of("/\\") != std::string_view::npos ||
      !any(is_letter) || !(sign || (any(is_lower) && any(is_upper) && any(is_digit))))
    return false;
  candidate.link = Link::adjacent;
  candidate.begin = value->begin;
  candidate.end = value->end;
  candidate.quoted = value->quoted;
  out.push_back(candidate);
  return true;
}

// "X jelszóval": the word before this one.
bool read_preceding(std::string_view text, std::size_t begin, ProseCandidate candidate,
                    std::vector<ProseCandidate> &out) {
  std::size_t to = begin;
  while (to > 0 && is_space(text[to - 1]) && text[to - 1] != '\n') --to;
  std::size_t from = to;
  while (from > 0 && !is_space(text[from - 1]) && to - from < kProseValueMax) --from;
  if (from == to || to == begin) return false;
  ProseReader reader(text, from);
  if (!read_adjacent(reader, candidate, true, out, Link::verb)) return false;
  if (out.back().end <= begin) return true;
  out.pop_back();
  return false;
}

// "use X as the password"
bool read_before(std::string_view text, std::size_t begin, ProseCandidate candidate,
                 std::vector<ProseCandidate> &out) {
  const std::size_t low = begin > kProseReach ? begin - kProseReach : 0;
  std::size_t at = begin;
  const auto word_before = [&](std::size_t &from, std::size_t &to) {
    to = at;
    while (to > low && (text[to - 1] == ' ' || text[to - 1] == '\t')) --to;
    if (to == at) return false;  // no blank between
    from = to;
    while (from > low && !is_space(text[from - 1])) --from;
    return from < to;
  };
  bool as = false;
  for (int i = 0; i < 4; ++i) {
    std::size_t from = 0;
    std::size_t to = 0;
    if (!word_before(from, to)) return false;
    const std::string word = base::lower(text.substr(from, to - from));
    at = from;
    if (as) {
      ProseReader reader(text, from);
      const auto value = read_value(reader);
      if (!value || value->next > to) return false;
      candidate.begin = value->begin;
      candidate.end = value->end;
      candidate.quoted = value->quoted;
      candidate.link = Link::verb;
      out.push_back(candidate);
      return true;
    }
    as = word == "as" || word == "als" || word == "comme" || word == "como" || word == "jako" ||
         word == "как" || word == "як" || word == "come";
    if (!as && word != "the" && word != "your" && word != "a" && word != "new" && word != "temporary" &&
        word != "initial" && word != "its" && word != "default")
      return false;
  }
  return false;
}

// " (for svc-x) is ", " for the vpn box: ", " has been changed to "
bool read_linked(ProseReader &reader, ProseCandidate candidate, const ProseLanguage &language, bool pair,
                 std::vector<ProseCandidate> &out) {
  if (!reader.source()) {
    for (const std::string_view is : {"'s "sv, "’s "sv})
      if (reader.take(is)) return emit_value(reader, candidate, Link::verb, pair, out);
  }
  // "비밀번호는 X", "パスワードは X": the particle is the verb.
  for (const std::string_view particle :
       {"는"sv, "은"sv, "가"sv, "は"sv, "が"sv, "是"sv, "为"sv, "為"sv, "改为"sv, "改為"sv, "改成"sv, "คือ"sv,
        "เป็น"sv, "已改为"sv, "已改為"sv, "仍是"sv, "就是"sv, "還是"sv, "还是"sv}) {
    if (!is_high(reader.peek())) break;
    if (!reader.take(particle)) continue;
    if (take_separator(reader)) return emit_value(reader, candidate, Link::separator, pair, out);
    if (!emit_value(reader, candidate, Link::verb, pair, out)) return false;
    if (!reader.source()) read_glued_new(reader, candidate, out);
    return true;
  }
  if (!reader.source() && read_glued_from_to(reader, candidate, out)) return true;
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
  // The next cell of a row: "Password\tX", as a table of names and values comes out of HTML.
  if (!reader.source() && reader.take("\t") && reader.peek() != '\t')
    return emit_value(reader, candidate, Link::separator, pair, out);
  reader.go(start);
  if (take_separator(reader)) {
    // "password - is: X" and "password: is X" do occur; more often "is" begins a sentence about it.
    return emit_value(reader, candidate, Link::separator, pair, out);
  }
  if (read_below(reader, candidate, out)) return true;
  reader.go(start);
  // "pass" alone is a verb, a ticket and a statement of Python: only what it is set to counts.
  if (reader.source() || candidate.trigger == TriggerClass::pass || candidate.trigger == TriggerClass::secret)
    return false;
  // "パスワードをXに変更": what it is changed to.
  if (reader.take("を")) return read_adjacent(reader, candidate, true, out, Link::verb);
  if (read_adjacent(reader, candidate, true, out, language.bare ? Link::verb : Link::adjacent)) return true;
  // "I have changed the password to X"
  const std::size_t lead_from = start > kLead ? start - kLead : 0;
  const std::string lead = base::lower(reader.text().substr(lead_from, start - lead_from));
  static const WordSet kChangeWords(kChanges);
  bool change = kChangeWords.any(lead);
  const bool changed_before = change;
  bool spanish_change = false;
  bool italian_change = false;
  bool french_change = false;
  bool after_preposition = false;
  bool broken = false;  // the phrase went on in the next line: a colon there belongs to another name
  for (std::size_t words = 0; words < kPhraseWords; ++words) {
    if (reader.at_line_end()) {
      if (!reader.soft_break()) return false;
      broken = true;
    }
    std::string word = reader.word();
    if (word.empty()) return false;
    const std::size_t before_mark = reader.at();
    if (take_separator(reader)) {
      if (broken) {
        reader.go(before_mark);
        return false;
      }
      return emit_value(reader, candidate, Link::separator, pair, out);
    }
    const char last = word.back();
    const bool colon = word.size() > 1 && (last == ':' || last == '=');
    if (colon) word.pop_back();
    while (word.size() > 1 && (word.front() == '(' || word.front() == '"')) word.erase(word.begin());
    if (words == 0 && among(kOfPasswords, word)) return false;
    if (among(kChanges, word)) change = true;
    // "hasło to X", but "password to the box"; "cambiada a X", but "reset a week ago".
    const bool polish = reader.text().substr(lead_from, start - lead_from).ends_with("\xC5\x82o");
    const bool spanish = lead.find("cambiad") != std::string::npos || spanish_change;
    spanish_change = spanish_change || word.starts_with("cambiad");
    const bool italian = word == "in" && (lead.find("cambiat") != std::string::npos || italian_change);
    italian_change = italian_change || word.starts_with("cambiat") || word.starts_with("modificat");
    const bool french = word == "en" && (lead.find("chang") != std::string::npos || french_change);
    french_change = french_change || word.starts_with("chang") || word.starts_with("modifi");
    const bool to = change && (among(kTo, word) || among(language.to, word) || italian || french ||
                               (spanish && word == "a"));
    if (among(kFrom, word)) {
      const OldAndNew found = read_from_to(reader, candidate, change, out);
      if (found == OldAndNew::both) return true;
      if (found == OldAndNew::old_only) continue;
    }
    const bool verb =
        (polish && word == "to") || among(kVerbs, word) || among(language.verbs, word) ||
        (language.joined && std::any_of(language.verbs.begin(), language.verbs.end(),
                                        [&](std::string_view one) { return word.ends_with(one); }));
    if (verb && changed_before) change = false;
    // "пароль от сервера X": with no verb, what ends the sentence and cannot be a name.
    if (language.bare && words > 0 && !after_preposition && !verb && !to && read_bare(reader, candidate, out))
      return true;
    after_preposition = among(language.before, word);
    reader.skip_word();
    if (colon) {
      // The colon belongs to the phrase: "password for svc-x: ..."
      if (broken || word.find("//") != std::string::npos) return false;
      return emit_value(reader, candidate, Link::separator, pair, out);
    }
    if (to) return emit_value(reader, candidate, Link::verb, pair, out);
    if (verb) {
      for (int i = 0; i < 4; ++i) {
        if (reader.at_line_end() && !reader.soft_break()) return false;
        std::string filler = reader.word();
        const bool mark = filler.size() > 1 && filler.back() == ':';
        if (mark) filler.pop_back();
        const bool been = among(kBeen, filler);
        if (been || among(kChanges, filler)) {
          change = change || !been;
          italian_change = italian_change || filler.starts_with("cambiat") || filler.starts_with("modificat");
          reader.skip_word();
          if (mark) break;
          continue;
        }
        french_change = french_change || filler.starts_with("chang") || filler.starts_with("modifi");
        if (change && (filler == "to" || filler == "as" || among(language.to, filler) ||
                       (filler == "in" && italian_change) || (filler == "en" && french_change))) {
          reader.skip_word();
          change = false;
          break;
        }
        // "wurde von X auf Y geändert"; "was changed from X to Y" below, not "is from today".
        if (!change && among(kFrom, filler) && read_from_to(reader, candidate, false, out) == OldAndNew::both)
          return true;
        if (change && among(kFrom, filler)) break;
        if (!among(kFillers, filler) && filler != "below" && filler != "following") break;
        if ((filler == "below" || filler == "following") && !mark) return false;
        reader.skip_word();
        if (mark) break;
      }
      if (change && !reader.at_line_end() && among(kFrom, reader.word())) continue;
      if (change) return false;  // "was changed yesterday"
      const std::size_t said = reader.at();
      bool same = false;
      while (!reader.at_line_end() && among(kSame, reader.word())) {
        reader.skip_word();
        same = true;
      }
      reader.blanks();
      if (same && (reader.peek() == '(' || take_separator(reader)))
        return emit_value(reader, candidate, Link::verb, pair, out);
      reader.go(said);
      if (take_separator(reader)) return emit_value(reader, candidate, Link::separator, pair, out);
      return emit_value(reader, candidate, Link::verb, pair, out);
    }
    // The sentence ends before anything is said.
    if (last == '.' || last == ';' || last == '?' || last == '!') break;
  }
  reader.go(start);
  return read_adjacent(reader, candidate, false, out);
}

bool has_sign(std::string_view value) {
  return value.find_first_of("!#$%&*+=?^~@") != std::string_view::npos;
}

}  // namespace

// "PASS: gdb.base/advance.exp", "Pass: 14, Fail: 0": how a test went. A password has a user or host beside
// it, or signs that names of tests do without.
bool says_how_a_test_went(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBeside = 160;  // bytes
  constexpr std::array kBesideWords = {"user"sv,    "login"sv,       "logon"sv,   "uid"sv,
                                       "account"sv, "host"sv,        "server"sv,  "benutzer"sv,
                                       "name"sv,    "utilisateur"sv, "usuario"sv, "mail"sv};
  const Span line = line_around(text, begin, kProseReach);
  if (base::contains_ignoring_case(text.substr(line.begin, line.end - line.begin), "fail")) return true;
  if (text.substr(begin, end - begin) != "PASS") return false;
  const std::size_t low = begin - std::min(begin, kBeside);
  const std::string before = base::lower(text.substr(low, begin - low));
  // As a label: "user:", "username =", "host /".
  return std::none_of(kBesideWords.begin(), kBesideWords.end(), [&](std::string_view word) {
    for (std::size_t at = before.find(word); at != std::string::npos; at = before.find(word, at + 1)) {
      if (at > 0 && (is_letter(before[at - 1]) || before[at - 1] == '_')) continue;
      std::size_t after = at + word.size();
      while (after < before.size() && (is_letter(before[after]) || before[after] == ' ')) ++after;
      if (after < before.size() && std::string_view(":=/|\t").find(before[after]) != std::string_view::npos)
        return true;
    }
    return false;
  });
}

bool read_prose(std::string_view text, std::size_t end, const ProseTrigger &trigger,
                std::vector<ProseCandidate> &out) {
  const TriggerClass is = trigger.is;
  ProseCandidate candidate;
  candidate.trigger = is;
  candidate.trigger_end = end;
  // What follows the word, without what closes it: most words are told apart by this one byte.
  std::size_t after = end;
  while (after < text.size() && after - end < 8 &&
         std::string_view(" \"'`*_])").find(text[after]) != std::string_view::npos)
    ++after;
  const char next = after < text.size() ? text[after] : '\n';
  const bool ends_cell = std::string_view("|,;\t\r\n").find(next) != std::string_view::npos ||
                         text.substr(end).starts_with("  ");
  bool heading = false;
  if (is != TriggerClass::sign_in && is != TriggerClass::cue && is != TriggerClass::access && ends_cell) {
    const TableReading table = read_table(text, end, candidate, out);
    if (table == TableReading::cells) return true;
    heading = table == TableReading::heading;
  }
  if (is == TriggerClass::pass && text.substr(end).starts_with(" for ")) {
    if (!looks_like_source(text, end)) read_sentence(text, end, candidate, false, out);
    return heading;
  }
  if ((is == TriggerClass::pass || is == TriggerClass::secret) && is_letter(next)) return heading;
  ProseReader reader(text, end);
  // What is assigned in source is read by assignment.hpp; of a few bytes nobody can say what they are.
  const bool short_note =
      text.size() < kNoteMax && (is == TriggerClass::password || is == TriggerClass::pass);
  if (reader.source() && !short_note) return heading;
  if (is == TriggerClass::cue) {
    if (!reader.source()) read_cue(text, end, candidate, out);
    return heading;
  }
  if (is == TriggerClass::sign_in) {
    read_sign_in(reader, candidate, out);
    return heading;
  }
  std::size_t begin = end;
  // Back over the word: as long as its letters, of whatever alphabet; words of East Asia run into others.
  constexpr std::size_t kWord = 36;  // bytes
  for (const std::string_view word : kWideWords)
    if (end > 0 && is_high(text[end - 1]) && text.substr(0, end).ends_with(word))
      begin = std::min(begin, end - word.size());
  const bool wide = begin < end;
  while (begin > 0 && !wide && end - begin < kWord &&
         (is_letter(text[begin - 1]) || is_digit(text[begin - 1]) || is_high(text[begin - 1])))
    --begin;
  if (begin >= 7 && base::equal_ignoring_case(text.substr(begin - 7, 7), "mot de ")) begin -= 7;
  if (begin > 0 && text[begin - 1] == '/' && is == TriggerClass::password) {
    std::size_t path = begin - 1;  // "/usr/bin/passwd"; "user/password" is none
    while (path > 0 && !is_space(text[path - 1]) && begin - path < 40) --path;
    if (text[path] == '/') return heading;
  }
  const bool pair =
      is == TriggerClass::credentials || is == TriggerClass::access || pair_word_before(text, begin);
  if (is == TriggerClass::credentials || is == TriggerClass::access) {
    // Without a link or pair a login is no secret.
    const std::size_t before = out.size();
    read_linked(reader, candidate, *trigger.language, true, out);
    for (std::size_t i = out.size(); i-- > before;)
      if (out[i].link != Link::pair ||
          (is == TriggerClass::access && !looks_typed(text.substr(out[i].begin, out[i].end - out[i].begin))))
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
    if (out.size() == before && !reader.source()) {
      candidate.link = Link::none;
      if (!read_listed(ProseReader(text, end), candidate, out) && !read_initials(text, end, candidate, out) &&
          is == TriggerClass::credentials)
        read_sentence(text, end, candidate, true, out);
    }
    return heading;
  }
  if (trigger.language->value_before && read_preceding(text, begin, candidate, out)) return heading;
  const std::size_t before = out.size();
  if (is == TriggerClass::password && !reader.source() && !read_before(text, begin, candidate, out))
    read_value_first(text, begin, candidate, out);
  if (out.size() == before) read_linked(reader, candidate, *trigger.language, pair, out);
  if (out.size() == before && !reader.source() && (is == TriggerClass::password || is == TriggerClass::pass))
    read_sentence(text, end, candidate, is == TriggerClass::pass && !text.substr(end).starts_with(" for"),
                  out);
  if (out.size() == before && !reader.source() && is == TriggerClass::password)
    read_tried(text, begin, candidate, out);
  read_under_label(text, end, candidate, out);
  // {label: "Password:", next: "Name:"}: the quote that opens before the word closes behind its colon.
  if (begin > 0 && (text[begin - 1] == '"' || text[begin - 1] == '\''))
    out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                             [&](const ProseCandidate &one) {
                               if (!one.quoted || one.begin <= end || text[one.begin - 1] != text[begin - 1])
                                 return false;
                               const std::string_view between = text.substr(end, one.begin - 1 - end);
                               return between.find(text[begin - 1]) == std::string_view::npos;
                             }),
              out.end());
  if (is == TriggerClass::pass && out.size() > before && says_how_a_test_went(text, begin, end))
    out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                             [&](const ProseCandidate &one) {
                               return !has_sign(text.substr(one.begin, one.end - one.begin));
                             }),
              out.end());
  return heading;
}

}  // namespace dislodge::secret
