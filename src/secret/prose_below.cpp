#include "secret/prose_below.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "secret/prose_text.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLeast = 6;

// What points down the page.
constexpr std::array kDown = {"below"sv,   "next line"sv, "unten"sv,   "folgt"sv,        "folgend"sv,
                              "dessous"sv, "suivant"sv,   "abajo"sv,   "continuación"sv, "siguiente"sv,
                              "abaixo"sv,  "seguinte"sv,  "poniżej"sv, "ниже"sv,         "нижче"sv,
                              "아래"sv,    "다음"sv,      "follows"sv};

// "1.Open", "v2.4.1-rc3": the item of a list, a version.
bool is_numbered(std::string_view value) {
  std::size_t at = value.front() == 'v' || value.front() == 'V' ? 1 : 0;
  while (at < value.size() && is_digit(value[at])) ++at;
  return at > 0 && at < value.size() && is_digit(value[at - 1]) && value[at] == '.';
}

// Letters with digits or signs, and no question or exclamation.
bool typed_word(std::string_view value) {
  const auto any = [&](auto is) { return std::any_of(value.begin(), value.end(), is); };
  const bool sign =
      any([](char c) { return std::string_view("!#$%&*+=?^~@_").find(c) != std::string_view::npos; });
  return value.size() >= kLeast && !is_numbered(value) && any(is_letter) && (sign || any(is_digit)) &&
         (any(is_digit) || value.find_first_of("?!") != value.size() - 1);
}

// What the number of a ticket is not: a word of eight bytes and more, of lower
// case with capitals and digits, or of two of them and a sign, or with a sign that names do without.
bool typed_for_sure(std::string_view value) {
  constexpr std::size_t kSure = 8;
  if (value.size() < kSure || !typed_word(value)) return false;
  const auto any = [&](auto is) { return std::any_of(value.begin(), value.end(), is); };
  if (any([](char c) { return std::string_view("!#$%&*+=?^~@").find(c) != std::string_view::npos; }))
    return true;
  const bool sign = any([](char c) { return c == '-' || c == '_' || c == '.'; });
  return any(is_lower) && any(is_digit) && (any(is_upper) || sign);
}

}  // namespace

bool read_below(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  constexpr std::size_t kLabelMax = 40;
  if (candidate.trigger != TriggerClass::password || reader.source() || !reader.at_line_end()) return false;
  const std::string_view text = reader.text();
  const Span line = line_around(text, candidate.trigger_end, kProseReach);
  const std::string_view label = base::trim(text.substr(line.begin, line.end - line.begin));
  if (label.size() > kLabelMax || std::count(label.begin(), label.end(), ' ') > 2 ||
      !std::all_of(label.begin(), label.end(),
                   [](char c) { return is_letter(c) || is_high(c) || c == ' ' || c == '-'; }))
    return false;
  if (!reader.soft_break()) return false;
  const auto value = read_value(reader);
  if (!value || value->quoted || !reader.at_line_end()) return false;
  if (!typed_word(text.substr(value->begin, value->end - value->begin))) return false;
  candidate.link = Link::next_line;
  candidate.begin = value->begin;
  candidate.end = value->end;
  out.push_back(candidate);
  return true;
}

bool read_under_label(std::string_view text, std::size_t end, ProseCandidate candidate,
                      std::vector<ProseCandidate> &out) {
  constexpr std::size_t kRestMax = 80;  // bytes of the label behind the word
  constexpr std::size_t kEmptyLines = 3;
  if (candidate.trigger != TriggerClass::password || looks_like_source(text, end)) return false;
  const Span line = line_around(text, end, kProseReach);
  const std::string_view rest = base::trim(text.substr(end, line.end - end));
  if (rest.size() > kRestMax) return false;
  const bool colon = rest.ends_with(':') || rest.ends_with("\xEF\xBC\x9A");
  static const WordSet kPointers(kDown);
  if (!colon && !kPointers.any(base::lower(rest))) return false;
  if (rest.find_first_of("?;={}<>|") != std::string_view::npos) return false;
  // A sentence between the word and the colon is about something else.
  const std::size_t stop = rest.find(". ");
  if (stop != std::string_view::npos) return false;

  const std::size_t high = std::min(text.size(), line.end + kProseReach);
  std::size_t at = line.end;
  std::size_t breaks = 0;
  for (; at < high && (is_space(text[at]) || text[at] == '>'); ++at) breaks += text[at] == '\n' ? 1 : 0;
  if (breaks < 1 || breaks > kEmptyLines + 1 || at >= high) return false;
  ProseReader reader(text, at);
  const auto value = read_value(reader);
  if (!value || !reader.at_line_end()) return false;
  // With its punctuation: "archive:" and "Hello," are no values, and a sentence of one word is none.
  const std::string_view found = text.substr(value->begin, value->end - value->begin);
  if (!value->quoted && value->next > value->end) return false;
  // Behind more words than "password:" the colon may announce anything.
  if (rest.size() <= 3 ? !typed_word(found) : !typed_for_sure(found)) return false;
  candidate.link = Link::next_line;
  candidate.begin = value->begin;
  candidate.end = value->end;
  candidate.quoted = value->quoted;
  out.push_back(candidate);
  return true;
}

}  // namespace dislodge::secret
