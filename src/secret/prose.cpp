#include "secret/prose.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/encode.hpp"
#include "secret/matcher.hpp"
#include "secret/prose_features.hpp"
#include "secret/prose_grammar.hpp"
#include "secret/prose_model.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

// UTF-8 is matched as bytes: letters outside ASCII stand in both cases.
constexpr std::array kTriggers = {
    ProseTrigger{R"(pass(?:word|wd|phrase|code|wort)s?[0-9]?)", TriggerClass::password},
    ProseTrigger{R"((?:^|[^a-z0-9])(?:pwd?s?|p/w|pswd?|psw)[0-9]?)", TriggerClass::password},
    ProseTrigger{
        R"((?:kennwort|wachtwoord|mots? de passe|contrase(?:\xC3[\xB1\x91]|n)as?|senha|has(?:\xC5[\x82\x81]|l)(?:o|a|em)))",
        TriggerClass::password},
    // Swedish, Danish, Norwegian, Finnish, Hungarian, Turkish
    ProseTrigger{R"((?:l\xC3\xB6senord(?:et)?|adgangskoden?|passordet|salasana|jelsz\xC3\xB3|\xC5\x9Fifre))",
                 TriggerClass::password},
    ProseTrigger{
        R"((?:^|[^a-z])(?:mdp|palavra-passe|codigo de acceso|c\xC3\xB3digo de acceso|clave(?: de acceso)?|heslo))",
        TriggerClass::password},
    // пароль in its cases; Russian, Ukrainian, Bulgarian
    ProseTrigger{
        R"((?:\xD0\xBF|\xD0\x9F)(?:\xD0\xB0|\xD0\x90)(?:\xD1\x80|\xD0\xA0)(?:\xD0\xBE|\xD0\x9E)(?:\xD0\xBB|\xD0\x9B)(?:\xD1\x8C|\xD0\xAC|\xD0\xB5\xD0\xBC|\xD1\x8F|\xD1\x8E))",
        TriggerClass::password},
    // 비밀번호, 비번, 암호, 패스워드
    ProseTrigger{
        R"((?:\xEB\xB9\x84\xEB\xB0\x80\xEB\xB2\x88\xED\x98\xB8|\xEB\xB9\x84\xEB\xB2\x88|\xEC\x95\x94\xED\x98\xB8|\xED\x8C\xA8\xEC\x8A\xA4\xEC\x9B\x8C\xEB\x93\x9C))",
        TriggerClass::password},
    // 密码, パスワード
    ProseTrigger{
        R"((?:\xE5\xAF\x86\xE7\xA0\x81|\xE3\x83\x91\xE3\x82\xB9\xE3\x83\xAF\xE3\x83\xBC\xE3\x83\x89))",
        TriggerClass::password},
    ProseTrigger{R"((?:^|[^a-z0-9])pass[0-9]?)", TriggerClass::pass},
    ProseTrigger{R"((?:^|[^a-z])(?:credentials?|creds?|log-?ins?|log-?in (?:details|data|info)))",
                 TriggerClass::credentials},
    // Access data, in German, French, Spanish, Portuguese, Polish, Russian, Ukrainian, Korean
    ProseTrigger{
        R"((?:zugangsdaten|logindaten|anmeldedaten|identifiants|credenciales|credenciais|datos de acceso|dados de acesso|dane logowania|dane dost\xC4\x99powe|\xD1\x83\xD1\x87(?:\xD1\x91|\xD0\xB5)\xD1\x82\xD0\xBD\xD1\x8B\xD0\xB5 \xD0\xB4\xD0\xB0\xD0\xBD\xD0\xBD\xD1\x8B\xD0\xB5|\xD0\xBE\xD0\xB1\xD0\xBB\xD1\x96\xD0\xBA\xD0\xBE\xD0\xB2\xD1\x96 \xD0\xB4\xD0\xB0\xD0\xBD\xD1\x96|\xEA\xB3\x84\xEC\xA0\x95 \xEC\xA0\x95\xEB\xB3\xB4))",
        TriggerClass::credentials},
    ProseTrigger{R"((?:^|[^a-z])(?:log|sign)(?:ged)?[ -]?(?:in|on|into))", TriggerClass::sign_in},
    ProseTrigger{R"((?:^|[^a-z])pin(?: code)?)", TriggerClass::pin},
    ProseTrigger{R"((?:^|[^a-z0-9])secret[0-9]?)", TriggerClass::secret},
};

}  // namespace

std::span<const ProseTrigger> prose_triggers() {
  return kTriggers;
}

void find_prose(std::string_view text, std::span<const TriggerHit> hits, std::vector<ProseCandidate> &out,
                std::vector<TextRange> *far) {
  const std::size_t first = out.size();
  for (const TriggerHit &hit : hits) {
    if (hit.trigger >= kTriggers.size()) continue;
    // The word must end here: "passwordless" has no password. A digit or '_' continues a name of source text.
    if (hit.end < text.size()) {
      const char next = text[hit.end];
      if (is_letter(next) || is_digit(next) || next == '_' || next == '(') continue;
    }
    if (read_prose(text, hit.end, kTriggers[hit.trigger].is, out) && far != nullptr)
      far->push_back({hit.end - 1, hit.end});
  }
  // Punctuation alone is no value.
  out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                           [](const ProseCandidate &one) { return one.begin >= one.end; }),
            out.end());
  for (std::size_t i = first; i < out.size(); ++i) {
    Features features = value_features(text, out[i]);
    out[i].confidence = prose_confidence_at_most(features);
    if (out[i].confidence < kProseFloor) continue;  // nothing that stands around it makes it one
    add_surroundings(text, out[i], features);
    out[i].confidence = prose_confidence(features);
  }
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
