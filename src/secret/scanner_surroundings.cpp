#include "secret/scanner_surroundings.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "secret/hints.hpp"

namespace dislodge::secret {
namespace {

constexpr std::string_view kAnnouncedKind = "account-announced";  // rules/secrets/places.toml

}  // namespace

void Scanner::Surroundings::tell(std::size_t one, SecretValue &value, Found &found) {
  const Candidate &candidate = all_[one];
  Sighting &sighting = found.sighting;
  HintRequest request;
  request.text = text_;
  request.match_begin = candidate.match_begin;
  request.match_end = candidate.match_end;
  request.begin = candidate.begin;
  request.end = candidate.end;
  request.user = candidate.user_end > candidate.user_begin
                     ? text_.substr(candidate.user_begin, candidate.user_end - candidate.user_begin)
                     : std::string_view(value.user);
  request.kind = sighting.kind;
  request.value = value.value;
  const auto stands = [](const Candidate &other) { return other.rejected.empty() && !other.identifier(); };
  for (std::size_t j = one; j-- > 0;) {
    if (!stands(all_[j]) || all_[j].end > candidate.begin) continue;
    request.previous_end = all_[j].end;
    break;
  }
  for (std::size_t j = one + 1; j < all_.size(); ++j) {
    if (!stands(all_[j]) || all_[j].begin < candidate.end) continue;
    request.next_begin = all_[j].begin;
    break;
  }
  sighting.hints = std::move(value.hints);
  if (sighting.kind == kAnnouncedKind) add_hint(sighting.hints, HintKind::user, value.value);
  const bool alone = candidate.site_end > candidate.site_begin;
  for (Hint &hint : alone ? login_line_hints(text_, candidate) : find_hints(request, words_))
    add_hint(sighting.hints, hint.kind, hint.value);
  drop_values_of_others(one, value.value, sighting);
  if (candidate.rejected.empty() && !sighting.identifier)
    found.context = masked_context(text_, {candidate.begin, candidate.end}, spans_near(one));
}

// A neighbour's value must not leave in clear as this one's hint.
void Scanner::Surroundings::drop_values_of_others(std::size_t one, std::string_view value,
                                                  Sighting &sighting) const {
  const Candidate &candidate = all_[one];
  const auto holds_secret = [&](const Hint &hint, const Candidate &other) {
    if (other.identifier()) return false;
    if (!other.rejected.empty() && other.rule == nullptr) return false;
    const std::string_view secret = text_.substr(other.begin, other.end - other.begin);
    return secret.size() >= 4 && hint.value.find(secret) != std::string::npos;
  };
  std::erase_if(sighting.hints, [&](const Hint &hint) {
    if (sighting.identifier && hint.value == value) return false;
    for (std::size_t j = one + 1; j < all_.size() && all_[j].begin < candidate.end + kNeighbours; ++j)
      if (holds_secret(hint, all_[j])) return true;
    for (std::size_t j = one + 1; j-- > 0 && all_[j].end + kNeighbours > candidate.begin;)
      if (holds_secret(hint, all_[j])) return hint.kind != HintKind::prefix;
    return false;
  });
}

// Of every candidate near one, the rejected ones too: none of them is shown beside it.
std::vector<TextSpan> Scanner::Surroundings::spans_near(std::size_t one) const {
  std::vector<TextSpan> spans;
  for (std::size_t j = one; j-- > 0 && all_[j].begin + kContextBefore + kContextReach > all_[one].begin;)
    spans.push_back({all_[j].begin, all_[j].end});
  for (std::size_t j = one + 1; j < all_.size() && all_[j].begin < all_[one].end + kContextAfter; ++j)
    spans.push_back({all_[j].begin, all_[j].end});
  return spans;
}

}  // namespace dislodge::secret
