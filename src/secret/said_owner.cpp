#include "secret/said_owner.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "secret/hints.hpp"
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
  if (RE2::PartialMatch(said, yours, &name) && !of_another(name))
    add_hint(hints, HintKind::user, kTheRecipient);
  else if (RE2::PartialMatch(said, mine, &name) && !of_another(name))
    add_hint(hints, HintKind::user, kTheAuthor);
  return hints;
}

}  // namespace dislodge::secret
