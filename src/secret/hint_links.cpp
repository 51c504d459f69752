#include "secret/hint_links.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "base/encode.hpp"
#include "secret/hint_patterns.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kReach = 400;     // bytes of a line that are looked at
constexpr std::size_t kLinkMax = 4096;  // bytes of a link
// So many words before a secret on its line are a sentence, fewer are a label.
constexpr std::size_t kWordsOfSentence = 2;

// What stands before a place on its line.
std::string_view line_until(std::string_view text, std::size_t at) {
  const std::size_t low = at - std::min(at, kLinkMax);
  const std::string_view before = text.substr(low, at - low);
  const std::size_t line = before.rfind('\n');
  return base::trim(line == std::string_view::npos ? before : before.substr(line + 1));
}

// "meeting https://..." but not "URL: https://...", "url=https://..." or the link alone.
bool prose_before(std::string_view text, std::size_t at) {
  const std::string_view line = line_until(text, at);
  return !line.empty() && std::string_view(":=>|\"'([<,").find(line.back()) == std::string_view::npos;
}

std::size_t words_before(std::string_view text, std::size_t at) {
  const std::string_view line = line_until(text, at);
  std::size_t words = 0;
  for (std::size_t i = 0; i < line.size(); ++i) words += line[i] != ' ' && (i == 0 || line[i - 1] == ' ');
  return words;
}

std::size_t link_end(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, kLinkMax);
  return at + std::min(rest.find_first_of(" \t\r\n\"'<>"), rest.size());
}

bool has_empty_line(std::string_view between) {
  for (std::size_t at = between.find('\n'); at != std::string_view::npos; at = between.find('\n', at + 1)) {
    const std::size_t next = between.find_first_not_of(" \t\r>", at + 1);
    if (next != std::string_view::npos && between[next] == '\n') return true;
  }
  return false;
}

// Of one line, or of a command that goes on behind the mark of its shell: "curl -H '...' \\", "^", "`".
bool on_one_line(std::string_view between) {
  for (std::size_t at = between.find('\n'); at != std::string_view::npos; at = between.find('\n', at + 1)) {
    const std::string_view line = base::trim(between.substr(0, at));
    if (line.empty() || std::string_view("\\^`").find(line.back()) == std::string_view::npos) return false;
  }
  return true;
}

bool ends_a_sentence(std::string_view between) {
  return between.find(". ") != std::string_view::npos || between.find("? ") != std::string_view::npos;
}

// Right below the secret, in a form of several lines: "User: x", "Password: y", "https://...".
bool closes_form(const HintPlace &place) {
  if (std::count(place.between.begin(), place.between.end(), '\n') != 1) return false;
  const std::size_t low = place.secret_match - std::min(place.secret_match, 2 * kReach);
  std::string_view above = place.text.substr(low, place.secret_match - low);
  const std::size_t line = above.rfind('\n');
  if (line == std::string_view::npos) return false;
  above = above.substr(0, line);
  above = above.substr(above.rfind('\n') + 1);  // npos + 1: from its begin
  return above.find_first_of(":=|\t") != std::string_view::npos;
}

}  // namespace

bool is_only_a_link(const HintPlace &place) {
  const std::string_view scheme = place.text.substr(place.start, 8);
  if (scheme == "android:") return true;  // names a program, as lists of stolen passwords do
  if (!scheme.starts_with("http")) return false;
  std::string_view between = place.between;
  if (place.before) between.remove_prefix(std::min(between.find_first_of(" \t\r\n\"'<>"), between.size()));
  bool line_is_empty = false;
  for (std::size_t i = 0; i < between.size(); ++i) {
    const char c = between[i];
    if (c == '\n') {
      if (line_is_empty) return true;
      line_is_empty = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      line_is_empty = false;
      const bool ends = c == '.' || c == '!' || c == '?';
      if (ends && i + 2 < between.size() && between[i + 1] == ' ' && is_upper(between[i + 2])) return true;
    }
  }
  if (on_one_line(between)) return false;
  if (!place.before) return line_until(place.text, place.start).empty() && !closes_form(place);
  return prose_before(place.text, place.start) &&
         words_before(place.text, place.secret_match) >= kWordsOfSentence;
}

bool is_where_to_sign_in(const HintPlace &place) {
  if (!place.text.substr(place.start, 8).starts_with("http")) return false;
  const std::size_t stop = link_end(place.text, place.end);
  std::string_view between = place.between;
  if (place.before) between.remove_prefix(std::min(stop - place.end, between.size()));
  if (on_one_line(between)) return !ends_a_sentence(between);
  if (has_empty_line(between)) return false;
  const std::size_t line_end = line_around(place.text, stop, kReach).end;
  if (!base::trim(place.text.substr(stop, line_end - std::min(stop, line_end))).empty()) return false;
  // In the nine languages: "URL", "site", "page", "address". Bytes of UTF-8, as the texts are.
  static const RE2 *const kLabel = hint_regex(
      R"([>*|-]* ?(?:(?:log[io]n|sign-?in|your|ihre?)[ -]?)?(?:url|link|(?:web ?)?site|web|portal|page|address|log[io]n|seite|adresse|anmeldung|adres|strona|dirección|direccion|sitio|página|pagina|endereço|endereco|адреса?|Адреса?|сайт|Сайт|주소|사이트)?[ *]*[:=|]?[ <*]*)");
  const std::string_view label = line_until(place.text, place.start);
  return RE2::FullMatch(re2::StringPiece(label.data(), label.size()), *kLabel);
}

bool is_only_a_signature(const HintPlace &place) {
  if (!place.before && ends_a_sentence(place.between)) return true;
  if (place.between.find('\n') == std::string_view::npos) return false;
  if (!place.before) return true;
  if (!has_empty_line(place.between)) return false;
  const Span line = line_around(place.text, place.start, kReach);
  const auto only_marks = [&](std::size_t from, std::size_t to) {
    const std::string_view part = place.text.substr(from, to - std::min(from, to));
    return std::all_of(part.begin(), part.end(), [](char c) {
      return is_space(c) || std::string_view("<>[]()*-|:.,").find(c) != std::string_view::npos;
    });
  };
  return !only_marks(line.begin, place.start) || !only_marks(std::min(place.end, line.end), line.end);
}

}  // namespace dislodge::secret
