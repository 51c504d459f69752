#include "secret/hints.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/encode.hpp"
#include "base/percent.hpp"
#include "base/time.hpp"
#include "secret/checks.hpp"
#include "secret/checksum.hpp"
#include "secret/hint_patterns.hpp"
#include "secret/json_members.hpp"
#include "secret/prose_text.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kReach = 400;  // bytes on each side that may hold a hint
constexpr std::size_t kHintsMax = 12;
constexpr std::size_t kHintBytesMax = 256;
constexpr std::size_t kLinePenalty = 60;
constexpr std::size_t kAfterPenalty = 40;
constexpr std::size_t kOtherPenalty = 2000;
constexpr std::size_t kLinkMax = 4096;  // bytes of a link's query
constexpr std::size_t kPerPattern = 4;  // matches of one pattern that are looked at

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view view(const re2::StringPiece &text) {
  return {text.data(), text.size()};
}

const RE2 &address_pattern() {
  static const RE2 *const kAddress =
      hint_regex(R"(\b([a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})\b)");
  return *kAddress;
}

// The paragraph around the secret, cut to kReach on both sides. An empty line ends it, unless what follows or
// precedes is within a few lines of a configuration: sections of files are often set apart by one empty line,
// so up to one is crossed.
Span neighbourhood(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t low = begin > kReach ? begin - kReach : 0;
  const std::string_view before = text.substr(low, begin - low);
  const std::string_view after = text.substr(end, kReach);
  Span span{low, end + after.size()};
  std::size_t gap = before.rfind("\n\n");
  if (gap != std::string_view::npos && gap > 0) gap = before.rfind("\n\n", gap - 1);
  if (gap != std::string_view::npos) span.begin = low + gap;
  gap = after.find("\n\n");
  if (gap != std::string_view::npos) gap = after.find("\n\n", gap + 2);
  if (gap != std::string_view::npos) span.end = end + gap;
  // Half a name at the edge is a wrong name.
  for (int i = 0; i < 64 && span.begin > 0 && !is_space(text[span.begin - 1]) && !is_space(text[span.begin]);
       ++i)
    --span.begin;
  for (int i = 0; i < 64 && span.end < text.size() && !is_space(text[span.end]); ++i) ++span.end;
  return span;
}

bool plausible_user(std::string_view user) {
  static constexpr std::array<std::string_view, 40> kNot = {
      "name",  "password", "pass",  "passwd", "id",   "is",    "the",   "a",     "an",       "and",
      "to",    "of",       "for",   "in",     "on",   "with",  "your",  "my",    "our",      "this",
      "that",  "it",       "null",  "none",   "true", "false", "login", "user",  "username", "account",
      "email", "http",     "https", "string", "type", "label", "input", "value", "key",      "below"};
  const std::string small = base::lower(user);
  // Of an address the name before the @ decides: whose domain is made up ("example") may still be a user
  // there.
  return small.size() >= 2 && std::find(kNot.begin(), kNot.end(), small) == kNot.end() &&
         !looks_like_placeholder(user.substr(0, user.find('@')));
}

struct Near {
  std::size_t distance;
  HintKind kind;
  std::string value;
};

// Everything a pattern finds in the neighbourhood, with its distance to the secret.
void collect(const HintRequest &request, Span span, HintKind kind, const RE2 &regex, std::vector<Near> &out) {
  const re2::StringPiece whole = piece(request.text);
  std::array<re2::StringPiece, 2> groups;
  std::size_t at = span.begin;
  std::vector<Near> found;
  while (at <= span.end && regex.Match(whole, at, span.end, RE2::UNANCHORED, groups.data(), 2)) {
    const auto begin = static_cast<std::size_t>(groups[1].data() - request.text.data());
    const std::size_t end = begin + groups[1].size();
    at = std::max<std::size_t>(
        static_cast<std::size_t>(groups[0].data() - request.text.data()) + groups[0].size(), at + 1);
    if (begin < request.end && end > request.begin) continue;  // the secret itself, or part of it
    std::string_view value = view(groups[1]);
    while (!value.empty() &&
           (value.back() == '.' || value.back() == '-' || value.back() == '/' || value.back() == '\\'))
      value.remove_suffix(1);
    if (kind == HintKind::user && !plausible_user(value)) continue;
    const bool before = end <= request.begin;
    const std::size_t from = before ? end : request.end;
    const std::size_t to = before ? request.begin : begin;
    const std::string_view between = request.text.substr(from, to - from);
    // A line break is further than the words of a line, what comes after is further than what comes before,
    // and what stands on the other side of another secret most likely belongs to that one.
    std::size_t distance = between.size() + kLinePenalty * static_cast<std::size_t>(std::count(
                                                               between.begin(), between.end(), '\n'));
    if (!before) distance += kAfterPenalty;
    if ((kind == HintKind::user || kind == HintKind::host) &&
        (begin < request.previous_end || end > request.next_begin))
      distance += kOtherPenalty;
    found.push_back({distance, kind, std::string(value)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Near &a, const Near &b) { return a.distance < b.distance; });
  if (found.size() > kPerPattern) found.resize(kPerPattern);
  out.insert(out.end(), found.begin(), found.end());
}

bool is_guid(std::string_view text) {
  static const RE2 *const kGuid = hint_regex(R"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})");
  return RE2::FullMatch(piece(text), *kGuid);
}

// What the URL around a userinfo or a signed link says.
void url_hints(const HintRequest &request, std::vector<Hint> &hints) {
  static const RE2 *const kUrl = hint_regex(
      R"(([a-z][a-z0-9+.-]+)://(?:([^\s/@:"'<>]*):[^\s"'<>]+@)?((?:[a-z0-9._-]|%[0-9a-f]{2})+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?([^\s"'<>?#;,)]*))");
  const std::size_t low = request.match_begin > 32 ? request.match_begin - 32 : 0;
  const std::size_t high = std::min(request.text.size(), request.match_end + 240);
  if (request.text.substr(low, high - low).find("://") == std::string_view::npos) return;
  std::array<re2::StringPiece, 6> groups;
  std::size_t at = low;
  const re2::StringPiece whole = piece(request.text);
  while (at < high && kUrl->Match(whole, at, high, RE2::UNANCHORED, groups.data(), 6)) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - request.text.data());
    const std::size_t end = begin + groups[0].size();
    at = std::max(end, at + 1);
    const std::string_view rest = request.text.substr(end, kLinkMax);
    const std::size_t link_end = end + std::min(rest.find_first_of(" \t\r\n\"'<>"), rest.size());
    if (request.begin < begin || request.begin >= link_end) continue;
    add_hint(hints, HintKind::user, view(groups[2]));
    add_hint(hints, HintKind::host, view(groups[3]));
    const bool in_path = request.begin < end &&
                         request.begin >= static_cast<std::size_t>(groups[5].data() - request.text.data());
    add_hint(hints, HintKind::url,
             std::string(view(groups[1])) + "://" + std::string(view(groups[3])) +
                 std::string(view(groups[4])) + (in_path ? std::string() : std::string(view(groups[5]))));
    return;
  }
}

// The end of a shared access signature: se=2027-02-01T08%3A00%3A00Z or seconds since 1970.
void signature_hints(const HintRequest &request, std::vector<Hint> &hints) {
  static const RE2 *const kEnd = hint_regex(R"([?&;]se=([0-9TZ:%a.-]{8,40}))");
  const std::size_t low = request.match_begin > 200 ? request.match_begin - 200 : 0;
  const std::size_t high = std::min(request.text.size(), request.match_end + 200);
  std::array<re2::StringPiece, 2> groups;
  if (!kEnd->Match(piece(request.text), low, high, RE2::UNANCHORED, groups.data(), 2)) return;
  const std::string plain = base::percent_decoded(view(groups[1]));
  if (!plain.empty() && std::all_of(plain.begin(), plain.end(), is_digit) && plain.size() <= 11)
    add_hint(hints, HintKind::expires, base::format_time(base::Time{std::stoll(plain) * base::kSecond}));
  else if (const auto time = base::parse_time(plain))
    add_hint(hints, HintKind::expires, base::format_time(*time));
}

}  // namespace

void add_hint(std::vector<Hint> &hints, HintKind kind, std::string_view value) {
  value = base::trim(value);
  if (value.empty() || value.size() > kHintBytesMax || hints.size() >= 2 * kHintsMax) return;
  const bool there = std::any_of(hints.begin(), hints.end(), [&](const Hint &one) {
    return one.kind == kind && base::equal_ignoring_case(one.value, value);
  });
  if (!there) hints.push_back({kind, base::to_valid_utf8(value)});
}

std::vector<Hint> token_hints(std::string_view token) {
  std::vector<Hint> hints;
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return hints;
  const auto claims_bytes = strict_base64(token.substr(first + 1, second - first - 1), Alphabet::url);
  const auto claims = claims_bytes ? json_members(*claims_bytes) : std::nullopt;
  if (!claims) return hints;
  add_hint(hints, HintKind::issuer, member_of(*claims, "iss"));
  add_hint(hints, HintKind::subject, member_of(*claims, "sub"));
  add_hint(hints, HintKind::tenant, member_of(*claims, "tid"));
  for (const std::string_view name : {"appid", "azp", "client_id", "cid"})
    add_hint(hints, HintKind::application, member_of(*claims, name));
  for (const std::string_view name : {"upn", "preferred_username", "unique_name", "email", "user_name"})
    add_hint(hints, HintKind::user, member_of(*claims, name));
  const std::string_view audience = member_of(*claims, "aud");
  if (!audience.starts_with('['))
    add_hint(hints, audience.find("://") != std::string_view::npos ? HintKind::url : HintKind::application,
             audience);
  const std::string_view expiry = member_of(*claims, "exp");
  if (!expiry.empty() && expiry.size() <= 11 && std::all_of(expiry.begin(), expiry.end(), is_digit))
    add_hint(hints, HintKind::expires,
             base::format_time(base::Time{std::stoll(std::string(expiry)) * base::kSecond}));
  return hints;
}

std::vector<Hint> find_hints(const HintRequest &request) {
  std::vector<Hint> hints;
  add_hint(hints, HintKind::user, request.user);
  if (std::count(request.value.begin(), request.value.end(), '.') >= 2 && request.value.starts_with("eyJ"))
    for (const Hint &one : token_hints(request.value)) add_hint(hints, one.kind, one.value);
  if (request.kind.starts_with("aws-") && request.value.size() == 20 && request.value[0] == 'A') {
    if (const auto account = aws_account_of(request.value)) add_hint(hints, HintKind::account, *account);
    add_hint(hints, HintKind::key_id, request.value);
  }
  // Entra shows the first three characters of a client secret as its hint, in the portal and in exports.
  if (request.kind == "entra-client-secret" && request.value.size() >= 3)
    add_hint(hints, HintKind::prefix, request.value.substr(0, 3));
  url_hints(request, hints);
  if (request.kind.find("sas") != std::string_view::npos) signature_hints(request, hints);

  const Span span = neighbourhood(request.text, request.match_begin, request.match_end);
  std::vector<Near> near;
  const std::string small = base::lower(request.text.substr(span.begin, span.end - span.begin));
  for (const HintPattern &one : hint_patterns()) {
    const bool may = std::any_of(one.needs.begin(), one.needs.end(), [&small](std::string_view word) {
      return !word.empty() && small.find(word) != std::string::npos;
    });
    if (may) collect(request, span, one.kind, *one.regex, near);
  }
  if (small.find('@') != std::string::npos) collect(request, span, HintKind::user, address_pattern(), near);
  std::stable_sort(near.begin(), near.end(),
                   [](const Near &a, const Near &b) { return a.distance < b.distance; });
  for (const Near &one : near) {
    if (hints.size() >= kHintsMax) break;
    if (one.kind == HintKind::user && is_guid(one.value)) continue;
    if (one.kind == HintKind::host && one.value.find('.') == std::string::npos &&
        one.value.find_first_of("-0123456789") == std::string::npos)
      continue;  // "server: the"
    add_hint(hints, one.kind, one.value);
    if (one.kind == HintKind::key_id && request.kind.starts_with("aws-")) {
      if (const auto account = aws_account_of(one.value)) add_hint(hints, HintKind::account, *account);
    }
  }
  return hints;
}

}  // namespace dislodge::secret
