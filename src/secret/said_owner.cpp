#include "secret/said_owner.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/encode.hpp"
#include "secret/hints.hpp"
#include "secret/named_account.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kLead = 120;  // bytes of the sentence before the word

// The sentence up to the word. One line break belongs to it, as mail wraps; an empty line does not.
std::string_view lead_of(std::string_view text, std::size_t word) {
  while (word > 0 && (is_letter(text[word - 1]) || is_high(text[word - 1]))) --word;
  const std::size_t low = word - std::min(word, kLead);
  std::size_t from = word;
  for (; from > low; --from) {
    const char c = text[from - 1];
    if (c == '!' || c == '?' || c == ';') break;
    if (c == '.' && from < text.size() && is_space(text[from])) break;
    if (c == '\n' && from > 1 && (text[from - 2] == '\n' || text[from - 2] == '\r')) break;
  }
  return text.substr(from, word - from);
}

const RE2 &pattern(const char *text) {
  return *new RE2(text, RE2::Quiet);  // lives as long as the program
}

re2::StringPiece before(std::string_view text, std::size_t at, std::size_t reach) {
  const std::size_t low = at - std::min(at, reach);
  return {text.data() + low, at - low};
}

// "Hi Carla," above the password or in front of its sentence; "" where nobody is greeted.
std::string greeted(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 600;
  static const RE2 &hello = pattern(
      R"((?im)^[>\s*]*(?:hi|hello|hey|dear|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus|bonjour|salut|cher|chère|hola|estimad[oa]|querid[oa]|olá|oi|prezad[oa]|car[oa]|cześć|witaj|drogi|droga|dzień dobry|привет|здравствуйте|добрый день|уважаем(?:ый|ая)|привіт|вітаю|добрий день|шановн(?:ий|а)|안녕하세요)[\s,]+(?:(?:mr|ms|mrs|dr|herr|frau|monsieur|madame|sr|sra|pan|pani)\.?\s+)?(\p{L}[\p{L}\-'.]+(?: \p{Lu}[\p{L}\-']+)?)\s*(?:[,!:–]|님|$))");
  re2::StringPiece rest = before(text, at, kReach);
  std::string name, last;
  while (RE2::FindAndConsume(&rest, hello, &name)) last = name;
  return last;
}

// To whom the message went whose head stands above ("From: ... To: ..."), in whatever language the program
// that quoted it writes; "" where there is none, or where it went to several of whom none is called `name`.
std::string quoted_recipient(std::string_view text, std::size_t at, const std::string &name) {
  constexpr std::size_t kReach = 1500;
  static const RE2 &head = pattern(
      R"((?im)^[>\s*]*(?:from|von|de|da|od|от|від|보낸 사람)\s?:\*? [^\n]*\n(?:[^\n]*\n){0,4}?[>\s*]*(?:to|an|à|a|para|do|кому|받는 사람)\s?:\*? ?([^\n]*))");
  static const RE2 &address = pattern(R"(([A-Za-z0-9][\w.%+\-]*@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+))");
  re2::StringPiece rest = before(text, at, kReach);
  std::string line, to;
  while (RE2::FindAndConsume(&rest, head, &line)) to = line;
  std::vector<std::string> all, called;
  const std::string first = base::lower(name.substr(0, name.find(' ')));
  std::size_t seen = 0;
  re2::StringPiece left(to);
  for (std::string one; RE2::FindAndConsume(&left, address, &one);) {
    const std::size_t next = to.size() - left.size();
    if (!first.empty() && base::lower(to.substr(seen, next - seen)).find(first) != std::string::npos)
      called.push_back(one);
    all.push_back(std::move(one));
    seen = next;
  }
  if (all.size() == 1) return all.front();
  return called.size() == 1 ? called.front() : std::string();
}

}  // namespace

std::vector<Hint> said_owner(std::string_view text, std::size_t word) {
  std::vector<Hint> hints;
  if (word > text.size()) return hints;
  const std::string_view lead = lead_of(text, word);
  const re2::StringPiece said(lead.data(), lead.size());
  static const RE2 &nobody = pattern(
      R"((?i)wi-?fi|wlan|\bzip\b|archiv|\bfile|\bpdf\b|guest|gäste|invit|\bsafe\b|router|printer|drucker|document|dokument|attachment|anhang|voicemail)");
  if (RE2::PartialMatch(said, nobody)) return hints;
  std::string name;
  // An account has a sign or digit in its name.
  static const RE2 &account = pattern(
      R"((?:^|[\s(])([A-Za-z][\w.\-]*(?:[._\\@\-][\w.@\\\-]*[A-Za-z0-9]|[0-9]))\)?[,:]?\s+(?:(?:with|and|the|has|new|mit|und|das|neue|avec|et|con|y|com|e)\s+){0,3}$)");
  if (RE2::PartialMatch(said, account, &name)) {
    add_hint(hints, HintKind::user, name);
    add_hint(hints, HintKind::login, name);
    return hints;
  }
  static const RE2 &person = pattern(
      R"((?:^|\s)(\p{Lu}[\p{L}\-]+ \p{Lu}[\p{L}\-]+)(?:'s|’s)?,?\s+(?:(?:new|initial|temporary|neues|nouveau)\s+)?$)");
  if (RE2::PartialMatch(said, person, &name)) {
    add_hint(hints, HintKind::user, name);
    return hints;
  }
  // Between the pronoun and the word stands nobody else's name.
  static const RE2 &yours = pattern(
      R"((?i)(?:^|[^\p{L}])(?:your|dein(?:e[mnrs]?)?|ihr(?:e[mnrs]?)?|votre|ton|tu|su|seu|sua|twoje|ваш|твой|твій)\s+((?:[^\s.!?]+\s+){0,5})$)");
  static const RE2 &mine = pattern(
      R"((?i)(?:^|[^\p{L}])(?:my|mein(?:e[mnrs]?)?|mon|mi|meu|minha|moje|мой|мій)\s+((?:[^\s.!?]+\s+){0,5})$)");
  const auto of_another = [](const std::string &between) {
    return between.find("'s") != std::string::npos || between.find("’s") != std::string::npos;
  };
  if (RE2::PartialMatch(said, yours, &name) && !of_another(name)) {
    const std::string who = greeted(text, word);
    const std::string to = quoted_recipient(text, word, who);
    add_hint(hints, HintKind::user, to.empty() ? kTheRecipient : std::string_view(to));
    add_hint(hints, HintKind::login, to);
    add_hint(hints, HintKind::greeted, who);
  } else if (RE2::PartialMatch(said, mine, &name) && !of_another(name))
    add_hint(hints, HintKind::user, kTheAuthor);
  return hints;
}

}  // namespace dislodge::secret
