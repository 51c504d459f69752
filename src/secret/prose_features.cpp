#include "secret/prose_features.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/encode.hpp"
#include "secret/checks.hpp"
#include "secret/prose_text.hpp"
#include "secret/prose_words.hpp"
#include "secret/word_set.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kBefore = 240;  // bytes of surroundings that are looked at
constexpr std::size_t kAfter = 160;

// How common the second letter is after the first in English words, 0 (never) to 9, on a logarithmic scale
// from 1 in 2000 to 1 in 3. Counted over the documentation of a Debian system.
constexpr std::array<std::string_view, 26> kLetterPairs = {
    "16761462615868061878554352", "84548332752845750775822250", "82538327617632941658621040",
    "75469443832644730574743141", "64785553423668464886354641", "71438731900743820656700160",
    "73439467820657741874723243", "92249310802554830746622050", "66766661103769751677160405",
    "83349004704340860380845034", "74259554822646552585615251", "83368421803833840366640170",
    "86349221823563780363620051", "73777583725435641388552041", "55663552534779660866766431",
    "81448235703742770867601150", "03330000400700330543903000", "83669452805565740677643060",
    "62638427804544663378724150", "72549337901533740776613161", "67656560602778470888220313",
    "80439330803243731144332010", "83448337804637730774215222", "62748425803453490358442650",
    "66647443722677690487535045", "82339024804444740053433056"};

bool all_of(std::string_view text, bool (*is)(char)) {
  return std::all_of(text.begin(), text.end(), is);
}
bool contains(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

bool is_participle(std::string_view word) {
  if (word.size() < 5 || !all_of(word, is_lower)) return false;
  for (const std::string_view ending :
       {"ed", "ing", "able", "ible", "ive", "ly", "ful", "ous", "tion", "less", "ent", "ant", "ary", "ical"})
    if (word.ends_with(ending)) return true;
  return false;
}

// Something with a form of its own that is no password: dates, amounts, addresses, paths, versions.
bool is_structured(std::string_view value) {
  if (contains(value, "://") || value.starts_with("www.") || value.starts_with("mailto:")) return true;
  const std::size_t at = value.find('@');
  const bool digits = std::any_of(value.begin(), value.end(), is_digit);
  if (at != std::string_view::npos && at > 0 && value.find('.', at) != std::string_view::npos &&
      all_of(value.substr(at + 1), [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-'; }))
    return true;
  if (digits &&
      all_of(value,
             [](char c) {
               return is_digit(c) || std::string_view("./:,-%+$ ").find(c) != std::string_view::npos;
             }) &&
      !all_of(value, is_digit))
    return true;
  if (value.starts_with("/") || value.starts_with("./") || value.starts_with("~/") ||
      value.starts_with("\\\\"))
    return true;
  if (value.size() > 2 && is_letter(value[0]) && value[1] == ':' && value[2] == '\\') return true;
  // file.ext, host.example.org
  const std::size_t dot = value.rfind('.');
  if (dot != std::string_view::npos && dot > 1 && value.size() - dot - 1 >= 2 &&
      value.size() - dot - 1 <= 5 && all_of(value.substr(dot + 1), is_lower) &&
      all_of(value.substr(0, dot),
             [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_'; }))
    return true;
  if (value.size() > 2 && value[0] == '0' && (value[1] == 'x' || value[1] == 'X') &&
      all_of(value.substr(2),
             [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }))
    return true;
  // "Authentication21.5": a word and the number of a section, run together by a converter.
  std::size_t word = 0;
  while (word < value.size() && is_letter(value[word])) ++word;
  const std::string_view number = value.substr(word);
  if (word > 2 && number.find('.') != std::string_view::npos && is_digit(number.front()) &&
      is_digit(number.back()) && all_of(number, [](char c) { return is_digit(c) || c == '.'; }))
    return true;
  if (std::count(value.begin(), value.end(), ':') >= 3) return true;  // a line of /etc/passwd, an address
  if (value.starts_with("arn:")) return true;
  // "cms/sites/passwords#edit", "/en/server@3.0/auth": ways made of words.
  if (std::count(value.begin(), value.end(), '/') >= 2 && !contains(value, "//") &&
      std::count_if(value.begin(), value.end(), is_digit) <= 2 && is_lower(value.back()))
    return true;
  if (value.starts_with("#") && all_of(value.substr(1), [](char c) { return is_lower(c) || c == '-'; }))
    return true;
  if (value.starts_with("^") || value.starts_with("../") || value.starts_with("|")) return true;
  if (value.starts_with("{") || value.starts_with("&") || value.starts_with("?") || value.ends_with("{"))
    return true;
  // "MD5-sess", "SHA-256": what a password is hashed with.
  const std::string small = base::lower(value.substr(0, 12));
  if (small.starts_with("md5") || small.starts_with("sha1") || small.starts_with("sha2") ||
      small.starts_with("sha-"))
    return true;
  if (value.starts_with("--") || value.starts_with("<") || value.starts_with("$") || value.starts_with("%"))
    return true;
  return false;
}

// "name(", "name[", "a.b(": source, whatever digits are in it.
bool is_expression(std::string_view value) {
  if (contains(value, "('") || contains(value, "(\"")) return true;
  std::size_t i = 0;
  while (i < value.size() &&
         (is_letter(value[i]) || is_digit(value[i]) || value[i] == '_' || value[i] == '.'))
    ++i;
  return i > 1 && i < value.size() && !is_digit(value[0]) &&
         (value[i] == '(' || (value[i] == '[' && value.find(']', i) != std::string_view::npos) ||
          value.substr(i).starts_with("::") || value.substr(i).starts_with("->"));
}

bool is_masked(std::string_view value) {
  std::size_t masks = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '*' || c == '_' || c == '.' || c == '-' || c == 'x' || c == 'X' || c == '#' || c == '?')
      ++masks;
    else if (value.substr(i).starts_with("•") || value.substr(i).starts_with("●") ||
             value.substr(i).starts_with("…")) {
      masks += 3;
      i += 2;
    }
  }
  return masks >= 3 && masks * 4 >= value.size() * 3;
}

std::string surroundings(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t low = begin > kBefore ? begin - kBefore : 0;
  const std::size_t high = std::min(text.size(), end + kAfter);
  return base::lower(text.substr(low, begin - low)) + " \x01 " + base::lower(text.substr(end, high - end));
}

int count_words(const WordSet &words, std::string_view text) {
  return static_cast<int>(words.find(text).count());
}

bool host_address(std::string_view text) {
  int dots = 0;
  int digits = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      ++digits;
    } else if (c == '.' && digits > 0 && digits < 4) {
      ++dots;
      digits = 0;
    } else {
      if (dots == 3 && digits > 0) return true;
      dots = digits = 0;
    }
  }
  return dots == 3 && digits > 0;
}

// Hebrew, Arabic, the alphabets of India and Thailand, and East Asia.
bool in_script_without_case(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0xD6 && byte <= 0xDF) || byte == 0xE0 || (byte >= 0xE3 && byte <= 0xED);
  });
}

// "not" in the languages of prose_triggers.cpp, as a word between the trigger and the value.
constexpr std::array<std::string_view, 19> kNegations = {
    " nicht ", " kein ", " pas ", " nie ", " не ", " ikke ", " inte ",  " není ", " nem ", " nu ",
    " ei ",    " niet ", " não ", " δεν ", " לא ", " ليست ", " không ", "ไม่",     " नहीं "};

void describe_value(std::string_view value, const ProseCandidate &candidate, bool passphrase, Features &f) {
  const auto set = [&f](Feature feature, bool holds) {
    f[static_cast<std::size_t>(feature)] = holds ? 1 : 0;
  };
  int lower = 0, upper = 0, digit = 0, symbol = 0, high = 0;
  bool inner_upper = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (is_lower(c))
      ++lower;
    else if (is_upper(c)) {
      ++upper;
      inner_upper = inner_upper || (i > 0 && is_lower(value[i - 1]));
    } else if (is_digit(c))
      ++digit;
    else if (is_high(c))
      ++high;
    else
      ++symbol;
  }
  const int letters = lower + upper + high;
  // Punctuation at the edges of a word does not make it a password: "it's", "re-use", "yes/no".
  const bool word_symbols = digit == 0 && all_of(value, [](char c) {
                              return is_letter(c) || is_high(c) || c == '-' || c == '\'' || c == '/' ||
                                     c == '.' || c == ',' || c == '_' || c == ':';
                            });
  set(Feature::quoted, candidate.quoted);
  set(Feature::length_tiny, value.size() < 4);
  set(Feature::length_short, value.size() < 6);
  set(Feature::length_long, value.size() > 40);
  set(Feature::has_digit, digit > 0);
  set(Feature::has_upper, upper > 0 && lower > 0);
  set(Feature::has_symbol, symbol > 0 && !word_symbols);
  // "Gr@nit", "Pa$$wort": a sign inside a word stands for a letter, as a digit does.
  bool inner_sign = false;
  for (std::size_t i = 1; i + 1 < value.size(); ++i)
    inner_sign = inner_sign || ((value[i] == '@' || value[i] == '$' || value[i] == '!') &&
                                is_letter(value[i - 1]) && (is_letter(value[i + 1]) || value[i + 1] == '$'));
  set(Feature::letters_and_digits, letters > 0 && (digit > 0 || inner_sign));
  set(Feature::inner_upper, inner_upper);
  set(Feature::random_letters, is_random_letters(value));
  // Digits are what a PIN is made of.
  const bool pin = candidate.trigger == TriggerClass::pin && digit == static_cast<int>(value.size()) &&
                   value.size() >= 4 && value.size() <= 8;
  set(Feature::pin_digits, pin);
  if (pin) set(Feature::length_short, false);
  set(Feature::digits_only, digit > 0 && letters == 0 && symbol == 0 && !pin);
  set(Feature::lower_word,
      lower + high > 0 && (lower + high == static_cast<int>(value.size()) || (upper == 0 && word_symbols)));
  set(Feature::capital_word, upper == 1 && lower > 0 && is_upper(value[0]) && (digit == 0 && word_symbols));
  set(Feature::upper_word, upper > 1 && lower == 0 && digit == 0 && word_symbols);
  set(Feature::non_ascii, high > 0);
  f[static_cast<std::size_t>(Feature::wordlike)] = digit == 0 && letters > 2 ? wordlikeness(value) : 0;
  const std::string small = base::lower(value);
  std::string_view word = small;
  while (!word.empty() && !is_letter(word.back()) && !is_digit(word.back()) && !is_high(word.back()))
    word.remove_suffix(1);
  // "not-set", "n/a": the first word decides, but not of "correct-horse-7".
  const std::string_view head =
      std::string_view(small).substr(0, digit > 0 ? small.size() : small.find_first_of("-/'"));
  // What begins with letters of an alphabet without capitals is words: nobody types a password in them.
  const bool other_script = !candidate.quoted && is_high(value.front()) && in_script_without_case(value);
  set(Feature::function_word,
      other_script || is_function_word(word) || is_function_word(small) || is_function_word(head));
  // "MD5-encrypted" is what a password is, not one.
  const std::string_view last = std::string_view(word).substr(word.rfind('-') + 1);
  if (last.size() < word.size() && is_participle(last)) set(Feature::function_word, true);
  set(Feature::participle, (f[static_cast<std::size_t>(Feature::lower_word)] > 0 ||
                            f[static_cast<std::size_t>(Feature::capital_word)] > 0) &&
                               is_participle(word));
  set(Feature::placeholder,
      looks_like_placeholder(value) || value.starts_with("<") || value.starts_with("["));
  set(Feature::code, digit == 0 ? looks_like_code(value) : is_expression(value));
  set(Feature::structured, is_structured(value));
  set(Feature::phrase, !(passphrase && candidate.quoted) && value.find(' ') != std::string_view::npos &&
                           digit == 0 && all_of(value, [](char c) {
                             return is_letter(c) || is_high(c) ||
                                    std::string_view(" .,:;!?'()-").find(c) != std::string_view::npos;
                           }));
  set(Feature::masked, is_masked(value));
}

}  // namespace

double wordlikeness(std::string_view value) {
  double sum = 0;
  int pairs = 0;
  char last = '\0';
  for (const char raw : value) {
    const char c = is_upper(raw) ? static_cast<char>(raw + 32) : raw;
    if (is_lower(c) && last != '\0') {
      sum += kLetterPairs[static_cast<std::size_t>(last - 'a')][static_cast<std::size_t>(c - 'a')] - '0';
      ++pairs;
    }
    last = is_lower(c) ? c : '\0';
  }
  return pairs == 0 ? 0 : sum / (9.0 * pairs);
}

bool is_random_letters(std::string_view value) {
  constexpr std::size_t kLeast = 8;
  if (value.size() < kLeast || value.size() > 40 || !all_of(value, is_letter)) return false;
  bool inner = false;
  for (std::size_t i = 1; i < value.size(); ++i)
    inner = inner || (is_upper(value[i]) && is_lower(value[i - 1]));
  return wordlikeness(value) < (inner ? 0.6 : 0.48);
}

bool is_function_word(std::string_view lower_word) {
  return std::binary_search(std::begin(kFunctionWords), std::end(kFunctionWords), lower_word);
}

Features value_features(std::string_view text, const ProseCandidate &candidate) {
  Features f{};
  const auto set = [&f](Feature feature, bool holds) {
    f[static_cast<std::size_t>(feature)] = holds ? 1 : 0;
  };
  const std::string_view value = text.substr(candidate.begin, candidate.end - candidate.begin);
  set(Feature::link_separator, candidate.link == Link::separator);
  set(Feature::link_verb, candidate.link == Link::verb);
  set(Feature::link_adjacent, candidate.link == Link::adjacent);
  set(Feature::link_next_line, candidate.link == Link::next_line);
  set(Feature::link_pair, candidate.link == Link::pair);
  set(Feature::link_column, candidate.link == Link::column);
  set(Feature::link_option, candidate.link == Link::option);
  set(Feature::trigger_pass,
      candidate.trigger == TriggerClass::pass || candidate.trigger == TriggerClass::secret);
  set(Feature::trigger_credentials, candidate.trigger == TriggerClass::credentials);
  set(Feature::trigger_sign_in, candidate.trigger == TriggerClass::sign_in);
  set(Feature::trigger_pin, candidate.trigger == TriggerClass::pin);
  // Only a passphrase is made of several words.
  const bool passphrase = candidate.trigger_end >= 6 && starts_at(text, candidate.trigger_end - 6, "phrase");
  if (!value.empty()) describe_value(value, candidate, passphrase, f);
  return f;
}

void add_surroundings(std::string_view text, const ProseCandidate &candidate, Features &f) {
  const auto set = [&f](Feature feature, bool holds) {
    f[static_cast<std::size_t>(feature)] = holds ? 1 : 0;
  };
  const std::string_view value = text.substr(candidate.begin, candidate.end - candidate.begin);
  const std::size_t from = std::min(candidate.trigger_end, candidate.begin);
  const std::string around = surroundings(text, from, candidate.end);
  static const WordSet kUsers(kUserWords);
  static const WordSet kHosts(kHostWords);
  static const WordSet kPolicies(kPolicyWords);
  static const WordSet kCode(kCodeMarks);
  static const WordSet kNotWords(kNegations);
  const Span line = line_around(text, candidate.begin, kBefore);
  const std::string here = base::lower(text.substr(line.begin, line.end - line.begin));
  set(Feature::user_near, candidate.user_end > candidate.user_begin || kUsers.any(around));
  set(Feature::host_near, kHosts.any(around) || host_address(around));
  f[static_cast<std::size_t>(Feature::policy_words)] = std::min(3, count_words(kPolicies, around)) / 3.0;
  const std::string between = base::lower(text.substr(from, candidate.begin - from));
  const std::string lead = base::lower(text.substr(from > 40 ? from - 40 : 0, from > 40 ? 40 : from));
  set(Feature::negation, contains(between, " not ") || contains(between, "n't") ||
                             contains(between, " no ") || contains(between, " never") ||
                             kNotWords.any(between) || contains(lead, " no ") || contains(lead, "n't ") ||
                             contains(lead, "without ") || contains(lead, "wrong "));
  static const WordSet kBadExamples(kBadPasswords);
  set(Feature::bad_example, kBadExamples.any(lead + between));
  const std::string_view rest = text.substr(candidate.end, 120);
  const std::size_t stop = rest.find_first_of(".?!\n");
  const bool asked = stop != std::string_view::npos && rest[stop] == '?';
  set(Feature::question, asked || (candidate.end < text.size() && text[candidate.end] == '?'));
  set(Feature::reset_words, contains(here, "reset") || contains(here, "recover"));
  set(Feature::code_line, !here.empty() && (kCode.any(here) || here.back() == ';' || here.back() == '{'));

  set(Feature::code_block, looks_like_source(text, candidate.trigger_end));

  // A sentence that goes on with plain words after a plain word.
  std::size_t at = candidate.end;
  int words = 0;
  while (words < 4 && at < text.size() && (text[at] == ' ' || text[at] == '\n')) {
    ++at;
    const std::size_t begin = at;
    while (at < text.size() && is_lower(text[at])) ++at;
    if (at - begin < 2) break;
    ++words;
  }
  const bool plain =
      all_of(value, [](char c) { return is_letter(c) || is_high(c) || c == '-' || c == '\''; });
  set(Feature::sentence_after, words >= 2);
  set(Feature::ends_sentence_word, plain && words >= 1);
}

}  // namespace dislodge::secret
