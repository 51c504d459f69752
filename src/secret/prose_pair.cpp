#include "secret/prose_pair.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "base/encode.hpp"
#include "secret/prose_lists.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kPhraseWords = 9;  // "log in to the old vpn box in Leeds as ..."

bool is_user_shaped(std::string_view word) {
  if (word.empty() || word.size() > 80) return false;
  return std::all_of(word.begin(), word.end(), [](char c) {
    return is_letter(c) || is_digit(c) || is_high(c) ||
           std::string_view("._-@\\+$/").find(c) != std::string_view::npos;
  });
}

}  // namespace

bool read_pair(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
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
       {"//"sv, "/"sv, "|"sv, ":"sv, ","sv, "-"sv, "–"sv, "&"sv, "+"sv, "=>"sv, "->"sv}) {
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
    const bool joins = word == "and" || word == "with" || word == "using" || word == "und" || word == "et" ||
                       word == "mit" || word == "avec" || word == "con" || word == "y" || word == "com" ||
                       word == "e" || word == "z" || word == "i" || word == "oraz" || word == "и" ||
                       word == "с" || word == "з" || word == "та" || word == "puis" || word == "then" ||
                       word == "dann" || word == "luego" || among(kJoins, word);
    const bool names = among(kSecretWords, word) || word == "the";
    if (!joins && !names && word != "is") break;
    separated = separated || word != "the";
    reader.skip_word();
  }
  if (!separated) return false;
  auto value = read_value(reader);
  if (!value) return false;
  // "sftp.acme.example / brisk_up / X": a host comes first.
  if (first.find('.') != std::string_view::npos && first.find('@') == std::string_view::npos &&
      !reader.at_line_end()) {
    const std::size_t behind = reader.at();
    reader.blanks();
    const bool goes_on = reader.take("/") || reader.take("|");
    const auto third = goes_on ? read_value(reader) : std::nullopt;
    if (third && is_user_shaped(text.substr(value->begin, value->end - value->begin))) {
      candidate.user_begin = value->begin;
      candidate.user_end = value->end;
      value = third;
    } else {
      reader.go(behind);
    }
  }
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
  else if (at == trigger_begin && at > low + 2 && static_cast<unsigned char>(text[at - 3]) >= 0xE3)
    ;  // "账号密码": no blank and no sign between
  else
    return false;
  while (at > low && text[at - 1] == ' ') --at;
  return std::any_of(kPairWords.begin(), kPairWords.end(), [&](std::string_view word) {
    return at >= low + word.size() && starts_at(text, at - word.size(), word) &&
           (at == word.size() || !is_letter(text[at - word.size() - 1]));
  });
}

bool looks_typed(std::string_view value) {
  constexpr std::size_t kLeast = 6;
  const auto any = [&](auto is) { return std::any_of(value.begin(), value.end(), is); };
  return value.size() >= kLeast && any(is_letter) && value.find("://") == std::string_view::npos &&
         (any(is_digit) || value.find_first_of("!#$%&*+?^~@_") != std::string_view::npos) &&
         (any(is_lower) || any(is_upper));
}

bool read_sign_in(ProseReader &reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  for (std::size_t words = 0; words < kPhraseWords; ++words) {
    if (reader.at_line_end() && !reader.soft_break()) return false;
    const std::string word = reader.word();
    if (word.empty() || word.back() == '.') return false;
    reader.skip_word();
    // "под моей учеткой: ivanova / X"
    if (words == 0 && word == ":") {
      if (!read_pair(reader, candidate, out)) return false;
      const ProseCandidate &last = out.back();
      if (looks_typed(reader.text().substr(last.begin, last.end - last.begin))) return true;
      out.pop_back();
      return false;
    }
    // "pour te connecter au NAS : admin puis X"
    if (words > 0 &&
        (word == ":" || (word.size() > 3 && word.back() == ':' && word.find("//") == std::string::npos)))
      return read_pair(reader, candidate, out);
    if (word != "as" && word != "with" && word != "using" && word != "als" && word != "mit" &&
        word != "avec" && word != "con" && word != "com" && word != "jako" && word != "под" && word != "як")
      continue;
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

bool read_listed(ProseReader reader, ProseCandidate candidate, std::vector<ProseCandidate> &out) {
  constexpr std::size_t kLeast = 6;  // bytes of the password
  constexpr std::size_t kLines = 5;
  if (!take_separator(reader) || !reader.at_line_end()) return false;
  const std::string_view text = reader.text();
  std::vector<Span> words;
  std::size_t at = reader.at();
  while (at < reader.end() && words.size() < kLines) {
    const std::size_t line = text.find('\n', at);
    if (line == std::string_view::npos) break;
    Span word{line + 1, std::min(text.find('\n', line + 1), text.size())};
    at = word.end;
    while (word.begin < word.end && (is_space(text[word.begin]) || text[word.begin] == '>')) ++word.begin;
    while (word.end > word.begin && is_space(text[word.end - 1])) --word.end;
    const std::string_view found = text.substr(word.begin, word.end - word.begin);
    if (found.empty() && words.empty()) continue;
    if (found.empty() || std::any_of(found.begin(), found.end(), is_space) || found.back() == ':') break;
    words.push_back(word);
  }
  if (words.size() < 2) return false;
  const Span user = words[words.size() - 2];
  const std::string_view value = text.substr(words.back().begin, words.back().end - words.back().begin);
  if (value.size() < kLeast || !is_user_shaped(text.substr(user.begin, user.end - user.begin)) ||
      std::none_of(value.begin(), value.end(), is_letter) ||
      std::all_of(value.begin(), value.end(), [](char c) { return is_letter(c) || c == '-' || c == '.'; }))
    return false;
  candidate.link = Link::pair;
  candidate.user_begin = user.begin;
  candidate.user_end = user.end;
  candidate.begin = words.back().begin;
  candidate.end = words.back().end;
  out.push_back(candidate);
  return true;
}

}  // namespace dislodge::secret
