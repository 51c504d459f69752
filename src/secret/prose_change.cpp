#include "secret/prose_change.hpp"

#include <array>
#include <optional>
#include <string>

#include "secret/prose_lists.hpp"
#include "secret/prose_sentence.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

// Between two passwords these say nothing but "to"; elsewhere they are articles and prepositions.
constexpr std::array kBetweenThem = {"a"sv,    "al"sv, "en"sv,  "in"sv, "naar"sv,   "til"sv,
                                     "till"sv, "ke"sv, "do"sv,  "ja"sv, "la"sv,     "into"sv,
                                     "->"sv,   "→"sv,  "-->"sv, "=>"sv, "towards"sv};

void push(ProseCandidate candidate, const ProseValue &value, std::vector<ProseCandidate> &out) {
  candidate.link = Link::verb;
  candidate.begin = value.begin;
  candidate.end = value.end;
  candidate.quoted = value.quoted;
  out.push_back(candidate);
}

std::optional<ProseValue> chosen(ProseReader &reader, bool for_sure) {
  const std::size_t start = reader.at();
  const auto value = read_value(reader);
  if (value) {
    const std::string_view found = reader.text().substr(value->begin, value->end - value->begin);
    if (for_sure ? looks_chosen_for_sure(found) : looks_chosen(found)) return value;
  }
  reader.go(start);
  return std::nullopt;
}

// In a text that mail has wrapped the sentence may go on in the next line.
bool go_on(ProseReader &reader) {
  return !reader.at_line_end() || (reader.soft_break() && !reader.at_line_end());
}

}  // namespace

OldAndNew read_from_to(ProseReader &reader, ProseCandidate candidate, bool changed,
                       std::vector<ProseCandidate> &out) {
  const std::size_t start = reader.at();
  reader.skip_word();
  const auto old = go_on(reader) ? chosen(reader, !changed) : std::nullopt;
  if (!old) {
    reader.go(start);
    return OldAndNew::none;
  }
  const std::size_t behind = reader.at();
  if (go_on(reader)) {
    const std::string word = reader.word();
    if (among(kTo, word) || among(kBetweenThem, word)) {
      reader.skip_word();
      if (const auto fresh = go_on(reader) ? chosen(reader, !changed) : std::nullopt) {
        push(candidate, *old, out);
        push(candidate, *fresh, out);
        return OldAndNew::both;
      }
    }
  }
  if (!changed) {
    reader.go(start);
    return OldAndNew::none;
  }
  reader.go(behind);
  push(candidate, *old, out);
  return OldAndNew::old_only;
}

bool read_glued_new(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  const std::size_t start = reader.at();
  for (const std::string_view particle : {"에서"sv, "から"sv}) {
    if (!reader.take(particle)) continue;
    if (const auto fresh = go_on(reader) ? chosen(reader, false) : std::nullopt) {
      push(candidate, *fresh, out);
      return true;
    }
    reader.go(start);
  }
  return false;
}

bool read_glued_from_to(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  const std::size_t start = reader.at();
  if (!reader.take("从") && !reader.take("從") && !reader.take("由")) return false;
  const auto old = chosen(reader, false);
  reader.blanks();
  if (old)
    for (const std::string_view to : {"改为"sv, "改為"sv, "改成"sv, "更改为"sv, "更改為"sv, "更改成"sv,
                                      "变更为"sv, "變更為"sv, "换成"sv, "換成"sv, "修改为"sv, "修改為"sv}) {
      if (!reader.take(to)) continue;
      const auto fresh = chosen(reader, false);
      if (!fresh) break;
      push(candidate, *old, out);
      push(candidate, *fresh, out);
      return true;
    }
  reader.go(start);
  return false;
}

}  // namespace dislodge::secret
