#include "secret/prose.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/encode.hpp"
#include "secret/matcher.hpp"
#include "secret/prose_features.hpp"
#include "secret/prose_grammar.hpp"
#include "secret/prose_literal.hpp"
#include "secret/prose_model.hpp"
#include "secret/prose_reader.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

constexpr double kColumnConfidence = 0.6;
constexpr double kSentenceConfidence = 0.6;

bool counts_in_column(const ProseCandidate &one, const Features &features) {
  constexpr std::size_t kLeast = 4;  // bytes
  if (one.link != Link::column || one.user_end <= one.user_begin || one.end - one.begin < kLeast)
    return false;
  for (const Feature no : {Feature::function_word, Feature::placeholder, Feature::masked, Feature::structured,
                           Feature::code, Feature::phrase, Feature::participle})
    if (features[static_cast<std::size_t>(no)] > 0) return false;
  return true;
}

}  // namespace

namespace {

// What stands for a password in the next cell or line, and programs that keep them.
constexpr std::array<std::string_view, 24> kNames = {
    "kennwort",   "passwort",  "password",  "passwords", "contraseña", "senha",    "hasło",     "пароль",
    "wachtwoord", "mdp",       "lösenord",  "heslo",     "parola",     "passord",  "1password", "lastpass",
    "keepass",    "keepassxc", "bitwarden", "dashlane",  "passbolt",   "nordpass", "keeper",    "roboform"};

// "/en/server@3.0/auth": a way through a site.
bool is_path(std::string_view value) {
  return value.starts_with('/') && std::count(value.begin(), value.end(), '/') >= 2 &&
         std::all_of(value.begin(), value.end(), [](char c) {
           return is_letter(c) || is_digit(c) || std::string_view("/-_.@").find(c) != std::string_view::npos;
         });
}

void weigh(std::string_view text, ProseCandidate &one) {
  const std::string_view value = text.substr(one.begin, one.end - one.begin);
  if (is_path(value) || among(kNames, base::lower(value))) return;
  Features features = value_features(text, one);
  one.confidence = prose_confidence_at_most(features);
  if (one.confidence < kProseFloor && one.link != Link::sentence && !counts_in_column(one, features))
    return;  // nothing that stands around it makes it one
  add_surroundings(text, one, features);
  one.confidence = prose_confidence(features);
  if (one.link == Link::sentence && features[static_cast<std::size_t>(Feature::question)] == 0)
    one.confidence = std::max(one.confidence, kSentenceConfidence);
  // In the column of passwords beside one of users even "summer" is one.
  if (counts_in_column(one, features)) one.confidence = std::max(one.confidence, kColumnConfidence);
}

// What the trigger announces within a sentence in quotes, as if it stood alone.
void read_quoted(const QuotedSentence &sentence, std::size_t end, const ProseTrigger &trigger,
                 std::vector<ProseCandidate> &out) {
  std::vector<ProseCandidate> within;
  read_prose(sentence.text, sentence.at(end), trigger, within);
  for (ProseCandidate &one : within) {
    if (one.begin >= one.end || one.end > sentence.text.size()) continue;
    weigh(sentence.text, one);
    one.begin = sentence.place(one.begin);
    one.end = sentence.place(one.end);
    if (one.user_end > one.user_begin) {
      one.user_begin = sentence.place(one.user_begin);
      one.user_end = sentence.place(one.user_end);
    }
    one.trigger_end = end;
    out.push_back(one);
  }
}

}  // namespace

void find_prose(std::string_view text, std::span<const TriggerHit> hits, std::vector<ProseCandidate> &out,
                std::vector<TextRange> *far, bool in_quotes) {
  const std::size_t first = out.size();
  std::vector<ProseCandidate> quoted;
  std::optional<QuotedSentence> sentence;
  const std::span<const ProseTrigger> triggers = prose_triggers();
  for (const TriggerHit &hit : hits) {
    if (hit.trigger >= triggers.size()) continue;
    // The word must end here: "passwordless" has no password. A digit or '_' continues a name of source text;
    // so does a letter of an alphabet whose words stand apart (up to Arabic, in two bytes).
    if (hit.end < text.size()) {
      const char next = text[hit.end];
      const auto byte = static_cast<unsigned char>(next);
      if (is_letter(next) || is_digit(next) || next == '_' || next == '(' || (byte >= 0xC3 && byte <= 0xDF))
        continue;
    }
    if (in_quotes && looks_like_source(text, hit.end)) {
      if (!sentence || hit.end < sentence->begin || hit.end > sentence->end)
        sentence = quoted_sentence(text, hit.end);
      if (sentence) {
        const std::size_t before = quoted.size();
        read_quoted(*sentence, hit.end, triggers[hit.trigger], quoted);
        if (far != nullptr && quoted.size() > before) far->push_back({hit.end - 1, hit.end});
        continue;
      }
    }
    if (read_prose(text, hit.end, triggers[hit.trigger], out) && far != nullptr)
      far->push_back({hit.end - 1, hit.end});
  }
  // Punctuation alone is no value, and the name of an option ("-AsPlainText") is none.
  const auto is_option = [text](const ProseCandidate &one) {
    return one.begin > 1 && text[one.begin - 1] == '-' && is_space(text[one.begin - 2]) &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(one.begin),
                       text.begin() + static_cast<std::ptrdiff_t>(one.end), is_letter);
  };
  out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                           [&](const ProseCandidate &one) { return one.begin >= one.end || is_option(one); }),
            out.end());
  for (std::size_t i = first; i < out.size(); ++i) weigh(text, out[i]);
  out.insert(out.end(), quoted.begin(), quoted.end());
  const auto from = out.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(from, out.end(), [](const ProseCandidate &a, const ProseCandidate &b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    return a.end < b.end;
  });
  out.erase(std::unique(from, out.end(),
                        [](const ProseCandidate &a, const ProseCandidate &b) { return a.begin == b.begin; }),
            out.end());
}

void find_lone_words(std::string_view text, std::vector<ProseCandidate> &out) {
  constexpr std::size_t kMost = 3;
  constexpr std::size_t kShortest = 6;
  constexpr std::size_t kLongest = 40;
  if (text.size() > kLoneMessageMax) return;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size() && count < kMost;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Span word{at, end};
    at = end + 1;
    while (word.begin < word.end && is_space(text[word.begin])) ++word.begin;
    while (word.end > word.begin && is_space(text[word.end - 1])) --word.end;
    const std::string_view value = text.substr(word.begin, word.end - word.begin);
    if (value.size() < kShortest || value.size() > kLongest) continue;
    if (std::any_of(value.begin(), value.end(), is_space) || value.front() == '>' || value.front() == '-')
      continue;
    ProseCandidate candidate;
    candidate.begin = word.begin;
    candidate.end = word.end;
    candidate.trigger_end = word.begin;
    candidate.link = Link::separator;
    const Features features = value_features(text, candidate);
    const auto has = [&](Feature feature) { return features[static_cast<std::size_t>(feature)] > 0; };
    if (has(Feature::structured) || has(Feature::placeholder) || has(Feature::code) || has(Feature::masked) ||
        has(Feature::function_word))
      continue;
    if (!has(Feature::letters_and_digits) && !has(Feature::random_letters)) continue;
    out.push_back(candidate);
    ++count;
  }
}

}  // namespace dislodge::secret
