// What turns a candidate down beside its own rule: companions that are missing, comments, better candidates.
#include "secret/scanner_candidate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "secret/hints.hpp"
#include "secret/login_line.hpp"
#include "secret/text_places.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kLineReach = 16 << 10;  // bytes of a line without end
// What other scanners and we take as "this is meant to be here", in a comment on the line.
constexpr std::array<std::string_view, 6> kAllowMarks = {"dislodge:allow",    "gitleaks:allow",
                                                         "betterleaks:allow", "kingfisher:allow",
                                                         "trufflehog:ignore", "pragma: allowlist secret"};

}  // namespace

std::string_view lines_of(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t low = begin - std::min(begin, kLineReach);
  const std::size_t before =
      begin == low ? std::string_view::npos : text.substr(low, begin - low).rfind('\n');
  const std::size_t from = before == std::string_view::npos ? low : low + before + 1;
  const std::size_t high = std::min(text.size(), end + kLineReach);
  const std::size_t after = text.substr(end, high - end).find('\n');
  const std::size_t to = after == std::string_view::npos ? high : end + after;
  return text.substr(from, to - from);
}

// Lists of logins: each line tells its own site and user, and is nothing else besides.
void Scanner::read_login_lines(std::string_view text, std::vector<Candidate> &out) const {
  std::vector<std::size_t> begins;
  const Rule *rule = nullptr;
  const auto take = [&](Candidate &one, const LoginLine &line) {
    one.match_begin = line.site.begin;
    one.begin = line.password.begin;
    one.match_end = one.end = line.password.end;
    one.user_begin = line.login.begin;
    one.user_end = line.login.end;
    one.site_begin = line.site.begin;
    one.site_end = line.site.end;
  };
  for (Candidate &one : out) {
    if (one.rule == nullptr || one.rule->id != kLoginLine || !one.rejected.empty()) continue;
    rule = one.rule;
    begins.push_back(one.match_begin);
    if (const auto line = login_line_at(text, one.match_begin, false)) take(one, *line);
  }
  if (rule == nullptr) return;
  std::sort(begins.begin(), begins.end());
  for (const LoginLine &line : login_lines_beside(text, begins)) {
    Candidate one;
    one.rule = rule;
    one.confidence = rule->confidence;
    take(one, line);
    out.push_back(std::move(one));
  }
  std::vector<TextRange> lines;
  for (const Candidate &one : out)
    if (one.site_end > one.site_begin) lines.push_back({one.site_begin, one.end});
  std::sort(lines.begin(), lines.end(),
            [](const TextRange &a, const TextRange &b) { return a.begin < b.begin; });
  // What other rules take for a URL's own user and password is that line's.
  std::erase_if(out, [&](const Candidate &one) {
    if (one.site_end > one.site_begin) return false;
    auto after = std::upper_bound(lines.begin(), lines.end(), one.begin,
                                  [](std::size_t at, const TextRange &line) { return at < line.begin; });
    return after != lines.begin() && (--after)->end > one.begin;
  });
}

// Nothing but its line says whose it is.
std::vector<Hint> Scanner::login_line_hints(std::string_view text, const Candidate &one) {
  std::vector<Hint> hints;
  const std::string_view user = text.substr(one.user_begin, one.user_end - one.user_begin);
  add_hint(hints, HintKind::user, user);
  add_hint(hints, HintKind::login, user);
  std::string_view site = text.substr(one.site_begin, one.site_end - one.site_begin);
  if (site.starts_with("android:")) return hints;  // names a program
  add_hint(hints, HintKind::url, site);
  if (const std::size_t scheme = site.find("://"); scheme != std::string_view::npos)
    site.remove_prefix(scheme + 3);
  add_hint(hints, HintKind::host, site.substr(0, site.find_first_of(":/")));
  return hints;
}

// A match that stands only beside a companion's falls without it.
void Scanner::ask_companions(std::string_view text, std::vector<Candidate> &candidates) const {
  const auto stands = [](const Candidate &one) { return one.rule != nullptr && one.rejected.empty(); };
  if (std::none_of(candidates.begin(), candidates.end(),
                   [&](const Candidate &one) { return stands(one) && !one.rule->companions.empty(); }))
    return;
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t line = 0;
  };
  std::vector<const Candidate *> standing;
  for (const Candidate &one : candidates)
    if (stands(one)) standing.push_back(&one);
  std::sort(standing.begin(), standing.end(),
            [](const Candidate *a, const Candidate *b) { return a->match_begin < b->match_begin; });
  LineCounter lines(text);
  std::map<std::string_view, std::vector<Place>> by_rule;  // each in order of place
  std::map<const Candidate *, Place> places;
  for (const Candidate *one : standing) {
    Place place{one->match_begin, 0};
    std::uint64_t column = 0;
    lines.find(place.begin, place.line, column);
    by_rule[one->rule->id].push_back(place);
    places[one] = place;
  }
  const auto apart = [](std::uint64_t a, std::uint64_t b) { return a < b ? b - a : a - b; };
  const auto near = [&](const Candidate &one, const RuleCompanion &wanted) {
    const auto others = by_rule.find(wanted.rule);
    if (others == by_rule.end()) return false;
    const Place here = places.at(&one);
    const auto fits = [&](const Place &there) {
      return (wanted.lines == 0 || apart(here.line, there.line) <= wanted.lines) &&
             (wanted.columns == 0 || apart(here.begin, there.begin) <= wanted.columns);
    };
    // The nearest on either side is nearest in lines as well.
    const auto after =
        std::lower_bound(others->second.begin(), others->second.end(), here.begin,
                         [](const Place &place, std::uint64_t at) { return place.begin < at; });
    return (after != others->second.end() && fits(*after)) ||
           (after != others->second.begin() && fits(*std::prev(after)));
  };
  std::vector<std::pair<std::size_t, std::string>> fallen;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate &one = candidates[i];
    if (one.rule == nullptr || !one.rejected.empty()) continue;
    for (const RuleCompanion &wanted : one.rule->companions) {
      if (near(one, wanted)) continue;
      fallen.emplace_back(i, "nothing of rule " + wanted.rule + " near it");
      break;
    }
  }
  for (auto &[i, why] : fallen) candidates[i].rejected = std::move(why);
}

void Scanner::heed_comments(std::string_view text, std::vector<Candidate> &candidates) const {
  for (Candidate &candidate : candidates) {
    if (!candidate.rejected.empty()) continue;
    const std::string_view line = lines_of(text, candidate.match_begin, candidate.match_end);
    for (const std::string_view mark : kAllowMarks)
      if (line.find(mark) != std::string_view::npos)
        candidate.rejected = "allowed by a comment on its line: " + std::string(mark);
  }
}

// Of candidates that share bytes the one with the highest confidence stands; then the longer one.
void Scanner::settle(std::vector<Candidate> &candidates) const {
  // Candidates are big, and go through two orders.
  std::vector<Candidate *> order(candidates.size());
  std::transform(candidates.begin(), candidates.end(), order.begin(), [](Candidate &one) { return &one; });
  const auto put_in_order = [&order](auto &&before) {
    std::sort(order.begin(), order.end(),
              [&before](const Candidate *a, const Candidate *b) { return before(*a, *b); });
  };
  put_in_order([](const Candidate &a, const Candidate &b) {
    if (a.rejected.empty() != b.rejected.empty()) return a.rejected.empty();
    // What has a format of its own is named by it, however sure a model is that the name beside it means one.
    const auto has_format = [](const Candidate &one) {
      return one.rule != nullptr && one.rule->family != "generic" && one.rule->family != "providers";
    };
    if (has_format(a) != has_format(b)) return has_format(a);
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    if (a.end - a.begin != b.end - b.begin) return a.end - a.begin > b.end - b.begin;
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.rule_id() < b.rule_id();
  });
  std::map<std::size_t, std::pair<std::size_t, std::string_view>> winners;  // begin -> end, rule
  for (Candidate *one : order) {
    Candidate &candidate = *one;
    if (!candidate.rejected.empty()) continue;
    auto after = winners.lower_bound(candidate.begin);
    const bool runs_into_next = after != winners.end() && after->first < candidate.end;
    std::string_view by = runs_into_next ? after->second.second : std::string_view{};
    if (by.empty() && after != winners.begin()) {
      --after;
      if (after->second.first > candidate.begin) by = after->second.second;
    }
    if (by.empty())
      winners.emplace(candidate.begin, std::pair{candidate.end, candidate.rule_id()});
    else
      candidate.rejected = "named by " + std::string(by);
  }
  put_in_order([](const Candidate &a, const Candidate &b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.rejected.empty() != b.rejected.empty()) return a.rejected.empty();
    if (a.end != b.end) return a.end < b.end;
    return a.rule_id() < b.rule_id();
  });
  std::vector<Candidate> settled;
  settled.reserve(candidates.size());
  for (Candidate *one : order) settled.push_back(std::move(*one));
  candidates.swap(settled);
}

}  // namespace dislodge::secret
