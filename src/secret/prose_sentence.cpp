#include "secret/prose_sentence.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "secret/checks.hpp"
#include "secret/prose_features.hpp"
#include "secret/prose_reader.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kSentenceMax = 140;  // bytes behind the word
constexpr std::size_t kLeadMax = 100;      // bytes before it
constexpr std::size_t kLeast = 7;          // bytes of a password
constexpr std::size_t kMost = 40;
constexpr std::string_view kSigns = "!#$%&*+?^~@";

// Words directly before a password: "still X", "is X", "auf X", "now X".
constexpr std::array kBefore = {
    "still"sv, "is"sv,    "is:"sv,  "now"sv,    "to"sv,    "as"sv,      "into"sv,       "="sv,
    ":"sv,     "->"sv,    "with"sv, "using"sv,  "ist"sv,   "noch"sv,    "jetzt"sv,      "auf"sv,
    "zu"sv,    "mit"sv,   "nun"sv,  "war"sv,    "est"sv,   "encore"sv,  "maintenant"sv, "désormais"sv,
    "sur"sv,   "avec"sv,  "es"sv,   "ahora"sv,  "con"sv,   "todavía"sv, "por"sv,        "é"sv,
    "ser"sv,   "agora"sv, "para"sv, "ainda"sv,  "com"sv,   "to:"sv,     "teraz"sv,      "nadal"sv,
    "na"sv,    "jest"sv,  "на"sv,   "теперь"sv, "тепер"sv, "сейчас"sv,  "это"sv,        "це"sv,
    "зараз"sv, "è"sv,     "ora"sv,  "nu"sv,     "är"sv,    "er"sv};
constexpr std::array kKeys = {"key"sv,    "code"sv,   "schlüssel"sv, "schluessel"sv, "clé"sv,  "cle"sv,
                              "clave"sv,  "chave"sv,  "klucz"sv,     "ключ"sv,       "код"sv,  "kod"sv,
                              "código"sv, "codigo"sv, "키"sv,        "pw"sv,         "pass"sv, "psk"sv};
constexpr std::array kOld = {"old"sv,   "alt"sv,  "ancien"sv, "viej"sv,   "antig"sv, "anterior"sv,
                             "stare"sv, "стар"sv, "was "sv,   "vorher"sv, "vecchi"sv};
// What "it" and "the new one" may be.
constexpr std::array kPasswords = {"passw"sv, "kennwort"sv, "mot de passe"sv, "mdp"sv,      "contrase"sv,
                                   "senha"sv, "hasł"sv,     "парол"sv,        "비밀번호"sv, " pw "sv};
constexpr std::array kArchives = {"zip"sv,       "archiv"sv, "attach"sv,    "anhang"sv,  "rar"sv,
                                  "7z"sv,        "pdf"sv,    "file"sv,      "datei"sv,   "fichier"sv,
                                  "archivo"sv,   "anexo"sv,  "doc"sv,       "xls"sv,     "plik"sv,
                                  "załącznik"sv, "backup"sv, "container"sv, "keepass"sv, "vault"sv};

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool quoted = false;
  bool bracketed = false;
  bool closes = false;  // the sentence ends behind it
};

// The word at `at`, without what encloses it and without the punctuation of the sentence.
Word word_at(std::string_view text, std::size_t at, std::size_t stop) {
  Word word{at, at, false, false, false};
  while (word.end < stop && !is_space(text[word.end])) ++word.end;
  const std::string_view raw = text.substr(word.begin, word.end - word.begin);
  word.closes = raw.size() > 1 && std::string_view(".!?;").find(raw.back()) != std::string_view::npos;
  constexpr std::array<std::array<std::string_view, 2>, 6> kAround = {
      {{"\"", "\""}, {"'", "'"}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"`", "`"}}};
  const auto unwrap = [&](std::string_view open, std::string_view close) {
    const std::string_view now = text.substr(word.begin, word.end - word.begin);
    if (!now.starts_with(open)) return false;
    const std::size_t last = now.rfind(close);
    if (last == std::string_view::npos || last < open.size()) return false;
    if (now.size() - last - close.size() > 2) return false;  // only punctuation may follow
    word.end = word.begin + last;
    word.begin += open.size();
    return true;
  };
  const char first = raw.empty() ? '\0' : raw.front();
  if (is_high(first) || std::string_view("([\"'`").find(first) != std::string_view::npos) {
    word.bracketed = unwrap("(", ")") || unwrap("[", "]");
    if (!word.bracketed && first == '(') ++word.begin;
    for (const auto &[open, close] : kAround)
      if (unwrap(open, close)) {
        word.quoted = true;
        return word;
      }
  }
  word.end = trimmed_end(text, word.begin, word.end);
  if (text.substr(word.begin, word.end - word.begin).find('(') == std::string_view::npos)
    while (word.end > word.begin + 1 && text[word.end - 1] == ')') {
      --word.end;
      word.bracketed = true;
    }
  return word;
}

bool is_any(std::string_view word, bool (*is)(char));

// Behind "still", in quotes or brackets less is asked for: letters and digits, with a sign somewhere.
bool looks_meant(std::string_view word, bool quoted) {
  if (word.size() < 8 || word.size() > kMost || !is_any(word, is_letter) || !is_any(word, is_digit))
    return false;
  if (word.find_first_of("/\\<>(){}[]\"'`|=;,: ") != std::string_view::npos) return false;
  if (!quoted && word.find_first_of(kSigns) == std::string_view::npos) return false;
  if (is_digit(word.front()) || !(is_letter(word.front()) || is_high(word.front()))) return false;
  ProseCandidate as;
  as.end = word.size();
  const Features features = value_features(word, as);
  for (const Feature no : {Feature::placeholder, Feature::masked, Feature::structured, Feature::code})
    if (features[static_cast<std::size_t>(no)] > 0) return false;
  return true;
}

bool is_any(std::string_view word, bool (*is)(char)) {
  return std::any_of(word.begin(), word.end(), is);
}

// Somewhere a sentence may end: a full stop with a blank behind it, or an empty line.
std::size_t sentence_end(std::string_view text, std::size_t at) {
  const std::size_t stop = std::min(text.size(), at + kSentenceMax);
  for (std::size_t i = at; i < stop; ++i) {
    if (text[i] == '\n' && (i + 1 >= stop || text[i + 1] == '\n' || text[i + 1] == '\r')) return i;
    if ((text[i] == '.' || text[i] == '?' || text[i] == '!') && i + 1 < stop && is_space(text[i + 1]) &&
        i > at &&
        !(text[i] == '.' && is_digit(text[i - 1]) && (i < 2 || is_space(text[i - 2]))))  // "im 3. OG"
      return i + 1;
  }
  return stop;
}

void push(ProseCandidate candidate, const Word &word, std::vector<ProseCandidate> &out) {
  candidate.link = Link::sentence;
  candidate.begin = word.begin;
  candidate.end = word.end;
  candidate.quoted = word.quoted;
  out.push_back(candidate);
}

bool speaks_of(std::string_view text, std::size_t end, const auto &words) {
  const std::size_t low = end - std::min(end, kLeadMax);
  const std::string before = base::lower(text.substr(low, end - low));
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return before.find(word) != std::string::npos; });
}

}  // namespace

bool looks_chosen(std::string_view word) {
  if (word.size() < kLeast || word.size() > kMost || !is_any(word, is_letter)) return false;
  if (std::all_of(word.begin(), word.end(), is_letter))
    return false;  // most words: a digit or a sign is wanted below
  if (word.find("://") != std::string_view::npos ||
      word.find_first_of("/\\<>(){}[]\"'`|=;,:") != std::string_view::npos)
    return false;
  if (word.front() == '#' || word.front() == '$' || word.front() == '%' || word.front() == '-' ||
      word.front() == '@' || word.front() == '&' || word.front() == '+' || word.front() == '*')
    return false;
  const std::size_t at = word.find('@');
  if (at != std::string_view::npos && at > 1 && word.find('.', at) != std::string_view::npos) return false;
  if (at != std::string_view::npos && at > 1 && at + 1 < word.size() && is_lower(word[at + 1]) &&
      word.find_first_of("!#$%&*?^~") == std::string_view::npos)
    return false;  // user@host
  // Digits or signs among letters, not only behind them: "Word2016", "IE11", "v2".
  const bool digit = is_any(word, is_digit);
  const std::size_t sign = word.find_first_of(kSigns);
  const bool sign_inside = sign != std::string_view::npos && sign > 0 && sign + 1 < word.size();
  if (!digit && !sign_inside) return false;
  std::size_t switches = 0;  // between letters and what is none
  for (std::size_t i = 1; i < word.size(); ++i)
    switches +=
        (is_letter(word[i]) || is_high(word[i])) != (is_letter(word[i - 1]) || is_high(word[i - 1])) ? 1 : 0;
  if (switches < 2 && !sign_inside) return false;
  // "COVID-19", "ISO-27001:2013", "HP-LJ-4050-2F", "RE-2024-11872": names of things are written in capitals.
  if (!is_any(word, is_lower) && !sign_inside) return false;
  if (!sign_inside && word.size() < 10) return false;
  // "2024-09-12-report", "3.0-beta": begins with a number.
  if (is_digit(word.front()) && !sign_inside) return false;
  if (!sign_inside) {
    // Separated words are a phrase where they are capitalised and a number is among them; "us-east-1a" is a
    // place.
    const bool separated = word.find_first_of("-_.") != std::string_view::npos;
    if (!separated || !is_any(word, is_upper)) return false;
  }
  ProseCandidate as;
  as.begin = 0;
  as.end = word.size();
  const Features features = value_features(word, as);
  for (const Feature no : {Feature::function_word, Feature::placeholder, Feature::masked, Feature::structured,
                           Feature::code, Feature::phrase, Feature::participle})
    if (features[static_cast<std::size_t>(no)] > 0) return false;
  return true;
}

bool looks_chosen_for_sure(std::string_view word) {
  if (!looks_chosen(word) || !is_any(word, is_letter)) return false;
  if (word.find('*') != std::string_view::npos) return false;  // "mips*-sgi"
  const bool digit = is_any(word, is_digit);
  const std::size_t sign = word.find_first_of(digit ? "!#$%&+?^~@"sv : "!#$%&?^~@"sv);
  if (sign == std::string_view::npos || sign + 1 >= word.size()) return false;
  // "PKCS#11", "rh#298461", "bug#12"
  if (word[sign] == '#' &&
      std::all_of(word.begin() + static_cast<std::ptrdiff_t>(sign) + 1, word.end(), is_digit))
    return false;
  const bool both = is_any(word, is_upper) && is_any(word, is_lower);
  if (!digit && !both) return false;
  // "AES+SHA256", "R&D2024".
  return is_any(word, is_lower);
}

bool read_sentence(std::string_view text, std::size_t end, ProseCandidate candidate, bool sure,
                   std::vector<ProseCandidate> &out) {
  if (end >= text.size() || !(is_space(text[end]) || text[end] == ',' || text[end] == ':')) return false;
  const std::size_t stop = sentence_end(text, end);
  // A question gives nothing away, a rule gives examples.
  if (stop > 0 && stop <= text.size() && text[stop - 1] == '?') return false;
  std::string before;
  std::size_t count = 0;
  for (std::size_t at = end; at < stop;) {
    while (at < stop && is_space(text[at])) ++at;
    if (at >= stop) break;
    const Word word = word_at(text, at, stop);
    const std::string_view found = text.substr(word.begin, word.end - word.begin);
    const bool tied = word.bracketed || word.quoted || among(kBefore, before);
    const bool near =
        count <= 2 && (word.closes || word.end >= stop || text[word.end] == '\n' || text[word.end] == ',');
    if (looks_chosen_for_sure(found) || (!sure && (tied || near) && looks_chosen(found))) {
      push(candidate, word, out);
      return true;
    }
    if (!sure && tied && looks_meant(found, word.quoted)) {
      push(candidate, word, out);
      return true;
    }
    before = base::lower(found.substr(0, kMost));
    while (!before.empty() && before.front() == '(') before.erase(before.begin());
    ++count;
    while (at < stop && !is_space(text[at])) ++at;
  }
  return false;
}

namespace {

// Where the sentence begins that `at` stands in, or its line, if mail did not wrap it.
std::size_t sentence_begin(std::string_view text, std::size_t at) {
  const std::size_t low = at - std::min(at, kSentenceMax);
  std::size_t from = at;
  for (; from > low; --from) {
    const char c = text[from - 1];
    if (c == '\n' || ((c == '.' || c == '!' || c == '?') && from < at && is_space(text[from]))) break;
  }
  while (from < at && (is_space(text[from]) || text[from] == '>' || text[from] == '-' || text[from] == '*'))
    ++from;
  return from;
}

// What looks_chosen_for_sure asks for: most sentences have none of them before their word for "password".
bool has_chosen_sign(std::string_view text) {
  return text.find_first_of("!#$%&+?^~@") != std::string_view::npos;
}

}  // namespace

bool read_value_first(std::string_view text, std::size_t word, ProseCandidate candidate,
                      std::vector<ProseCandidate> &out) {
  constexpr std::size_t kBetween = 48;  // bytes between the value and the word
  constexpr std::array kIs = {"is"sv, "was"sv,  "ist"sv, "war"sv, "est"sv, "es"sv, "é"sv, "è"sv,
                              "to"sv, "jest"sv, "это"sv, "це"sv,  "-"sv,   "–"sv,  "—"sv, "="sv};
  constexpr std::array kGlued = {"가"sv, "이"sv, "는"sv, "은"sv, "が"sv, "は"sv, "是"sv};
  const std::size_t begin = sentence_begin(text, word);
  if (!has_chosen_sign(text.substr(begin, word - begin))) return false;
  ProseReader reader(text, begin);
  const auto value = read_value(reader);
  if (!value || value->end >= word || word - value->end > kBetween) return false;
  if (!looks_chosen_for_sure(text.substr(value->begin, value->end - value->begin))) return false;
  const std::string_view rest = text.substr(value->next);
  const bool glued =
      std::any_of(kGlued.begin(), kGlued.end(), [&](std::string_view one) { return rest.starts_with(one); });
  reader.blanks();
  if (!glued && (reader.at() >= word || !among(kIs, reader.word()))) return false;
  push(candidate, {value->begin, value->end, value->quoted, false, false}, out);
  return true;
}

bool read_tried(std::string_view text, std::size_t word, ProseCandidate candidate,
                std::vector<ProseCandidate> &out) {
  constexpr std::array kTry = {"try"sv,        "use"sv,       "versuch"sv, "versuche"sv,  "nimm"sv,
                               "nehmen"sv,     "nutze"sv,     "essaie"sv,  "essayez"sv,   "utilise"sv,
                               "utilisez"sv,   "prueba"sv,    "usa"sv,     "pruebe"sv,    "tente"sv,
                               "tenta"sv,      "use:"sv,      "spróbuj"sv, "użyj"sv,      "попробуй"sv,
                               "попробуйте"sv, "используй"sv, "спробуй"sv, "спробуйте"sv, "with"sv,
                               "mit"sv,        "avec"sv,      "con"sv,     "com"sv};
  std::string before;
  const std::size_t begin = sentence_begin(text, word);
  if (!has_chosen_sign(text.substr(begin, word - begin))) return false;
  for (std::size_t at = begin; at < word;) {
    while (at < word && is_space(text[at])) ++at;
    if (at >= word) break;
    const Word one = word_at(text, at, word);
    const std::string_view found = text.substr(one.begin, one.end - one.begin);
    if (among(kTry, before) && looks_chosen_for_sure(found)) {
      push(candidate, one, out);
      return true;
    }
    before = base::lower(found.substr(0, kMost));
    while (at < word && !is_space(text[at])) ++at;
  }
  return false;
}

namespace {

// "it's still the default one (X)"
bool read_still(std::string_view text, std::size_t at, std::size_t stop, const ProseCandidate &candidate,
                std::vector<ProseCandidate> &out) {
  constexpr std::array kWords = {"still"sv, "the"sv,    "default"sv, "same"sv,     "old"sv,
                                 "one"sv,   "always"sv, "just"sv,    "original"sv, "initial"sv};
  while (at < stop) {
    while (at < stop && is_space(text[at])) ++at;
    if (at >= stop) return false;
    const Word word = word_at(text, at, stop);
    const std::string_view found = text.substr(word.begin, word.end - word.begin);
    if ((word.bracketed || word.quoted) && looks_chosen_for_sure(found)) {
      push(candidate, word, out);
      return true;
    }
    if (!among(kWords, base::lower(found.substr(0, kMost)))) return false;
    while (at < stop && !is_space(text[at])) ++at;
  }
  return false;
}

}  // namespace

bool read_cue(std::string_view text, std::size_t end, ProseCandidate candidate,
              std::vector<ProseCandidate> &out) {
  const std::size_t stop = sentence_end(text, end);
  const std::string cue =
      base::lower(text.substr(end - std::min<std::size_t>(end, 16), std::min<std::size_t>(end, 16)));
  const auto value_here = [&](auto fits) {
    std::size_t at = end;
    while (at < stop && (is_space(text[at]) || text[at] == ':' || text[at] == '=')) ++at;
    if (at >= stop) return false;
    const Word word = word_at(text, at, stop);
    if (!fits(text.substr(word.begin, word.end - word.begin))) return false;
    push(candidate, word, out);
    return true;
  };
  if (cue.ends_with("with") || cue.ends_with("mit") || cue.ends_with("avec") || cue.ends_with("con") ||
      cue.ends_with("com"))
    return speaks_of(text, end, kArchives) && value_here(looks_chosen);
  // "old: A new: X": both were passwords.
  if (cue.find("new") != std::string::npos || cue.find("neu") != std::string::npos ||
      cue.find("nuev") != std::string::npos || cue.find("nouv") != std::string::npos ||
      cue.find("nova") != std::string::npos || cue.find("nowe") != std::string::npos)
    return (speaks_of(text, end, kOld) || speaks_of(text, end, kPasswords)) &&
           value_here([](std::string_view word) {
             return looks_chosen(word) && word.find_first_of(kSigns) != std::string_view::npos;
           });
  if (cue.ends_with(" it to")) return speaks_of(text, end, kPasswords) && value_here(looks_chosen_for_sure);
  if (cue.ends_with(" use")) return value_here(looks_chosen_for_sure);
  if (cue.ends_with("now") || cue.ends_with("maintenant") || cue.ends_with("ahora es") ||
      cue.ends_with("jetzt"))
    return value_here(looks_chosen);
  if (cue.ends_with("it's") || cue.ends_with("it is") || cue.ends_with("it’s"))
    return value_here([&](std::string_view word) {
             const auto after = static_cast<std::size_t>(word.data() - text.data()) + word.size();
             return looks_chosen_for_sure(word) && text.substr(after).starts_with(" now");
           }) ||
           read_still(text, end, stop, candidate, out);
  // The name of a network, then its key; "clé wifi : X".
  const std::string_view ahead =
      base::trim(text.substr(end - std::min<std::size_t>(end, 24), std::min<std::size_t>(end, 24)));
  const std::size_t network = ahead.rfind(' ');
  const std::string_view named = base::trim(ahead.substr(0, network == std::string_view::npos ? 0 : network));
  bool key = among(kKeys, base::lower(named.substr(named.find_last_of(" \n") + 1)));
  for (std::size_t at = end; at < stop;) {
    while (at < stop && is_space(text[at])) ++at;
    if (at >= stop) break;
    const Word word = word_at(text, at, stop);
    const std::string_view found = text.substr(word.begin, word.end - word.begin);
    if (key && looks_chosen(found)) {
      push(candidate, word, out);
      return true;
    }
    if (looks_chosen_for_sure(found) && (key || word.bracketed || word.quoted)) {
      push(candidate, word, out);
      return true;
    }
    const std::string_view bare = found.substr(found.starts_with('-') ? 1 : 0);  // "WLAN-Schlüssel"
    key = key || among(kKeys, base::lower(bare.substr(0, kMost)));
    while (at < stop && !is_space(text[at])) ++at;
  }
  return false;
}

bool read_initials(std::string_view text, std::size_t end, ProseCandidate candidate,
                   std::vector<ProseCandidate> &out) {
  constexpr std::size_t kLines = 7;
  constexpr std::size_t kReach = 400;
  const std::size_t stop = std::min(text.size(), end + kReach);
  Span user;
  std::size_t at = text.find('\n', end);
  for (std::size_t line = 0; line < kLines && at < stop; ++line) {
    std::size_t begin = at + 1;
    at = std::min(text.find('\n', begin), text.size());
    while (begin < at &&
           (is_space(text[begin]) || text[begin] == '>' || text[begin] == '-' || text[begin] == '*'))
      ++begin;
    if (begin + 3 > at) continue;
    std::size_t sign = begin + 1;
    while (sign < at && text[sign] == ' ') ++sign;
    if (sign >= at || (text[sign] != ':' && text[sign] != '=')) continue;
    std::size_t value = sign + 1;
    while (value < at && is_space(text[value])) ++value;
    std::size_t close = at;
    while (close > value && is_space(text[close - 1])) --close;
    if (value >= close) continue;
    const char initial = static_cast<char>(text[begin] | 0x20);
    const std::string_view found = text.substr(value, close - value);
    if (initial == 'u' || initial == 'l') {
      user = {value, close};
    } else if (initial == 'p' && user.end > user.begin && found.size() >= 4 && found.size() <= kMost &&
               std::none_of(found.begin(), found.end(), is_space)) {
      candidate.link = Link::pair;
      candidate.user_begin = user.begin;
      candidate.user_end = user.end;
      candidate.begin = value;
      candidate.end = close;
      out.push_back(candidate);
      return true;
    }
  }
  return false;
}

bool read_phrase(std::string_view text, std::size_t at, ProseCandidate candidate,
                 std::vector<ProseCandidate> &out) {
  constexpr std::size_t kWords = 3;
  constexpr std::size_t kWordsMax = 10;
  const std::size_t line = std::min(text.find('\n', at), text.size());
  while (at < line && is_space(text[at])) ++at;
  std::size_t close = line;
  while (close > at && is_space(text[close - 1])) --close;
  if (close <= at || close - at > kProseValueMax) return false;
  std::size_t words = 0;
  std::size_t plain = 0;  // that say nothing about a passphrase
  bool number = false;
  for (std::size_t i = at; i < close;) {
    std::size_t to = i;
    while (to < close && text[to] != ' ') ++to;
    const std::string_view word = text.substr(i, to - i);
    if (word.empty() || word.size() > 16 ||
        !std::all_of(word.begin(), word.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }))
      return false;
    ++words;
    number = number || std::all_of(word.begin(), word.end(), is_digit);
    plain += is_function_word(word) ? 0 : 1;
    i = to + 1;
  }
  if (words < kWords || words > kWordsMax || plain + 1 < words || plain < (number ? kWords : kWords + 1))
    return false;
  candidate.link = Link::sentence;
  candidate.quoted = true;  // of one piece
  candidate.begin = at;
  candidate.end = close;
  out.push_back(candidate);
  return true;
}

}  // namespace dislodge::secret
