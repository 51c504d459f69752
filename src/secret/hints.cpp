#include "secret/hints.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/percent.hpp"
#include "base/time.hpp"
#include "secret/checks.hpp"
#include "secret/checksum.hpp"
#include "secret/hint_links.hpp"
#include "secret/hint_patterns.hpp"
#include "secret/json_members.hpp"
#include "secret/named_account.hpp"
#include "secret/prose_text.hpp"
#include "secret/said_owner.hpp"

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

// The last empty line that begins at or before `from`, as the place of its first line break; npos where there
// is none.
std::size_t last_empty_line(std::string_view text, std::size_t from) {
  std::size_t left = std::min(text.size(), from == std::string_view::npos ? from : from + 2);
  while (left >= 2) {
    const void *found = ::memrchr(text.data() + 1, '\n', left - 1);
    if (found == nullptr) break;
    const auto at = static_cast<std::size_t>(static_cast<const char *>(found) - text.data());
    if (text[at - 1] == '\n') return at - 1;
    left = at;
  }
  return std::string_view::npos;
}

// The line that begins at `at`, without quote marks and blanks.
std::string_view bare_line(std::string_view text, std::size_t at) {
  std::string_view line = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
  while (!line.empty() && (line.front() == '>' || is_space(line.front()))) line.remove_prefix(1);
  return base::trim(line);
}

// "==========", "----------": what parts records from each other.
bool is_ruler(std::string_view line) {
  constexpr std::size_t kLeast = 5;
  return line.size() >= kLeast && std::string_view("=-_*#~").find(line.front()) != std::string_view::npos &&
         line.find_first_not_of(line.front()) == std::string_view::npos;
}

// Lists of accounts (of passwords that browsers kept, of a help desk) part them by rulers: whose the next one
// is says nothing of this. A ruler below a line that stands alone underlines it, and is crossed.
Span between_rulers(std::string_view text, std::size_t begin, std::size_t end, Span span) {
  const auto line_of = [&](std::size_t at) {
    const std::size_t mark = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return mark == std::string_view::npos || mark < span.begin ? span.begin : mark + 1;
  };
  for (std::size_t at = line_of(begin); at > span.begin;) {
    const std::size_t next = at;
    at = line_of(at - 1);
    if (!is_ruler(bare_line(text, at))) continue;
    const std::size_t above = at > span.begin ? line_of(at - 1) : at;
    const std::string_view higher = above > span.begin ? bare_line(text, line_of(above - 1)) : "";
    const bool underlines =
        above < at && !bare_line(text, above).empty() && (higher.empty() || is_ruler(higher));
    if (underlines) continue;
    span.begin = next;
    break;
  }
  for (std::size_t at = text.find('\n', end); at < span.end; at = text.find('\n', at + 1)) {
    if (!is_ruler(bare_line(text, at + 1))) continue;
    span.end = at;
    break;
  }
  return span;
}

// The paragraph around the secret, cut to kReach on both sides. An empty line ends it, unless what follows or
// precedes is within a few lines of a configuration: sections of files are often set apart by one empty line,
// so up to one is crossed.
Span neighbourhood(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t low = begin > kReach ? begin - kReach : 0;
  const std::string_view before = text.substr(low, begin - low);
  const std::string_view after = text.substr(end, kReach);
  Span span{low, end + after.size()};
  std::size_t gap = last_empty_line(before, std::string_view::npos);
  if (gap != std::string_view::npos && gap > 0) gap = last_empty_line(before, gap - 1);
  if (gap != std::string_view::npos) span.begin = low + gap;
  gap = after.find("\n\n");
  if (gap != std::string_view::npos) gap = after.find("\n\n", gap + 2);
  if (gap != std::string_view::npos) span.end = end + gap;
  span = between_rulers(text, begin, end, span);
  // Half a name at the edge is a wrong name.
  for (int i = 0; i < 64 && span.begin > 0 && !is_space(text[span.begin - 1]) && !is_space(text[span.begin]);
       ++i)
    --span.begin;
  for (int i = 0; i < 64 && span.end < text.size() && !is_space(text[span.end]); ++i) ++span.end;
  return span;
}

// What documentation writes where a user's name belongs. The placeholders of values do not serve here: people
// are called Anna and Otto, accounts `test` and `sample`. Of an address the name before the @ decides: whose
// domain is made up ("example") may still be a user there. `user` is lower case.
bool stands_for_a_name(std::string_view user) {
  static constexpr std::array<std::string_view, 12> kInside = {
      "your_",     "your-",       "yourname", "youruser", "changeme",  "change_me",
      "change-me", "placeholder", "redacted", "insert_",  "some_user", "some-user"};
  static constexpr std::array<std::string_view, 8> kWhole = {
      "username", "user_name", "user-name", "your.name", "myuser", "my_user", "someone", "undefined"};
  const std::string_view name = user.substr(0, user.find('@'));
  if (name.empty() || std::string_view("<[{$%*").find(name.front()) != std::string_view::npos) return true;
  if (name.find_first_of("{}<>") != std::string_view::npos) return true;
  if (name.size() >= 3 && name.find_first_not_of(name.front()) == std::string_view::npos)
    return true;  // "xxx"
  return std::find(kWhole.begin(), kWhole.end(), name) != kWhole.end() ||
         std::any_of(kInside.begin(), kInside.end(),
                     [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

bool plausible_user(std::string_view user) {
  static constexpr std::array<std::string_view, 40> kNot = {
      "name",  "password", "pass",  "passwd", "id",   "is",    "the",   "a",     "an",       "and",
      "to",    "of",       "for",   "in",     "on",   "with",  "your",  "my",    "our",      "this",
      "that",  "it",       "null",  "none",   "true", "false", "login", "user",  "username", "account",
      "email", "http",     "https", "string", "type", "label", "input", "value", "key",      "below"};
  const std::string small = base::lower(user);
  return small.size() >= 2 && std::find(kNot.begin(), kNot.end(), small) == kNot.end() &&
         !stands_for_a_name(small);
}

// "gateway.service.ts", "remote.config.json": a file, not a host.
bool is_file_name(std::string_view host) {
  static constexpr std::array<std::string_view, 24> kEndings = {
      "js",  "jsx",  "mjs", "ts",  "tsx", "py",   "json", "yml",  "yaml", "xml",   "html",    "css",
      "map", "java", "cs",  "php", "txt", "conf", "log",  "toml", "lock", "class", "service", "properties"};
  const std::string ending = base::lower(host.substr(host.rfind('.') + 1));
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

struct Near {
  std::size_t distance;
  HintKind kind;
  std::string value;
  bool own_line = false;  // on the line of the secret, and no other secret between
};

bool is_name_byte(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
bool begins_word(std::string_view text, std::size_t at) {
  return at == 0 || !is_name_byte(text[at - 1]);
}

// The first letter or digit of the name that ends at `end`, from `low` on, at which a word begins; npos:
// none. Of the names in front of "://" and "@", what follows them decides alike for all places where they may
// be taken to begin.
template <typename InName, typename Begins>
std::size_t name_before(std::string_view text, std::size_t low, std::size_t end, InName in_name,
                        Begins begins) {
  std::size_t from = end;
  while (from > low && in_name(text[from - 1])) --from;
  for (; from < end; ++from)
    if (begins(from)) return from;
  return std::string_view::npos;
}

bool in_scheme(char c) {
  return is_letter(c) || is_digit(c) || c == '+' || c == '.' || c == '-';
}

// Of a name and a blank behind it, whether the word that follows may be a user's: "as svc-backup".
bool names_account(std::string_view text, std::size_t at, std::size_t end) {
  const auto blank = [](char c) { return is_space(c) || c == '\f'; };
  if (at >= end || !blank(text[at])) return false;
  while (at < end && blank(text[at])) ++at;
  for (; at < end && !blank(text[at]); ++at)
    if (text[at] == '-' || text[at] == '_' || text[at] == '\\' || text[at] == '@' || text[at] == '.')
      return true;
  return false;
}

// Whether four numbers with dots between begin here.
bool four_numbers(std::string_view text, std::size_t at) {
  for (int number = 0; number < 4; ++number) {
    std::size_t digits = 0;
    for (; at < text.size() && is_digit(text[at]) && digits < 4; ++at) ++digits;
    if (digits == 0 || (digits > 3 && number < 3)) return false;
    if (number < 3 && (at >= text.size() || text[at++] != '.')) return false;
  }
  return true;
}

bool holds_guid(std::string_view text) {
  for (std::size_t at = text.find('-'); at != std::string_view::npos && at + 15 < text.size();
       at = text.find('-', at + 1))
    if (text[at + 5] == '-' && text[at + 10] == '-' && text[at + 15] == '-') return true;
  return false;
}
bool holds_long_number(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  std::size_t run = 0;
  for (const char c : text) {
    run = is_digit(c) ? run + 1 : 0;
    if (run == kDigits) return true;
  }
  return false;
}

// How many ">" the line of `at` begins with.
std::size_t quote_marks(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kReach && text[begin - 1] != '\n') --begin;
  std::size_t marks = 0;
  for (; begin < at && (text[begin] == '>' || text[begin] == ' '); ++begin) marks += text[begin] == '>';
  return marks;
}

// Everything a pattern finds in the neighbourhood, with its distance to the secret. A match begins at one of
// the places that `starts` gives, in order, or nowhere: trying these finds what a search would.
class Collector {
 public:
  Collector(const HintRequest &request, Span span, std::span<const HintWord> words, std::vector<Near> &out)
      : request_(request), text_(request.text), span_(span), words_(words), out_(out) {
    for (const HintWord &one : words_)
      if (one.begin >= span.begin) present_.set(one.word);
  }

  void collect(const HintPattern &pattern) {
    if (pattern.needs.any() && (pattern.needs & present_).none()) return;
    if (!possible(pattern)) return;
    found_.clear();
    at_ = span_.begin;
    if (pattern.start == HintStart::digits) {
      numbers(pattern);
    } else {
      if ((pattern.starts & present_).none()) return;
      starts_.clear();
      for (const HintWord &one : words_)
        if (one.begin >= span_.begin && pattern.starts[one.word]) starts_.push_back(one);
      std::sort(starts_.begin(), starts_.end(),
                [](const HintWord &a, const HintWord &b) { return a.begin < b.begin; });
      for (const HintWord &one : starts_) try_at(pattern, start_of(pattern.start, one));
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Near &a, const Near &b) { return a.distance < b.distance; });
    if (found_.size() > kPerPattern) found_.resize(kPerPattern);
    out_.insert(out_.end(), std::make_move_iterator(found_.begin()), std::make_move_iterator(found_.end()));
  }

 private:
  std::string_view around() const { return text_.substr(span_.begin, span_.end - span_.begin); }

  bool possible(const HintPattern &pattern) {
    if (pattern.need == HintNeed::guid) {
      if (!guid_) guid_ = holds_guid(around());
      return *guid_;
    }
    if (pattern.need == HintNeed::long_number) return holds_long_number(around());
    if (pattern.start == HintStart::before_blank)
      return around().find_first_of(" \n\t") != std::string_view::npos;
    return true;
  }

  std::size_t start_of(HintStart start, const HintWord &word) const {
    constexpr std::size_t kNone = std::string_view::npos;
    const std::size_t begin = word.begin;
    switch (start) {
      case HintStart::word:
        return begin;
      case HintStart::whole_word:
        return begins_word(text_, begin) ? begin : kNone;
      case HintStart::part_of_name:
        if (begins_word(text_, begin)) return begin;
        return text_[begin - 1] == '_' && begin > span_.begin ? begin - 1 : kNone;
      case HintStart::before_blank:
        return begins_word(text_, begin) && names_account(text_, begin + hint_word_size(word.word), span_.end)
                   ? begin
                   : kNone;
      case HintStart::scheme:
        return name_before(text_, std::max(at_, span_.begin), begin, in_scheme, [&](std::size_t at) {
          return at + 2 <= begin && is_letter(text_[at]) && begins_word(text_, at);
        });
      case HintStart::address:
        return name_before(
            text_, std::max(at_, span_.begin), begin,
            [](char c) { return is_name_byte(c) || c == '.' || c == '%' || c == '+' || c == '-'; },
            [&](std::size_t at) {
              return (is_letter(text_[at]) || is_digit(text_[at])) && begins_word(text_, at);
            });
      case HintStart::digits:
        break;
    }
    return kNone;
  }

  void numbers(const HintPattern &pattern) {
    const std::string_view near = text_.substr(0, span_.end);
    for (std::size_t dot = near.find('.', span_.begin); dot < span_.end; dot = near.find('.', dot + 1)) {
      if (dot == span_.begin || !is_digit(text_[dot - 1])) continue;
      std::size_t begin = dot;
      while (begin > span_.begin && is_digit(text_[begin - 1])) --begin;
      if (begins_word(text_, begin) && four_numbers(text_, begin)) try_at(pattern, begin);
    }
  }

  void try_at(const HintPattern &pattern, std::size_t start) {
    if (start == std::string_view::npos || start < at_ || start > span_.end) return;
    std::array<re2::StringPiece, 2> groups;
    if (!pattern.regex->Match(piece(text_), start, span_.end, RE2::ANCHOR_START, groups.data(), 2)) return;
    const auto begin = static_cast<std::size_t>(groups[1].data() - text_.data());
    const std::size_t end = begin + groups[1].size();
    at_ = std::max<std::size_t>(start + groups[0].size(), at_ + 1);
    if (begin < request_.end && end > request_.begin) return;  // the secret itself, or part of it
    // "android://hash@com.slack/": the key of a program, not somebody's address.
    if (pattern.start == HintStart::address && text_.substr(0, start).ends_with("android://")) return;
    std::string_view value = view(groups[1]);
    while (!value.empty() &&
           (value.back() == '.' || value.back() == '-' || value.back() == '/' || value.back() == '\\'))
      value.remove_suffix(1);
    if (pattern.kind == HintKind::user && !plausible_user(value)) return;
    const bool before = end <= request_.begin;
    const std::size_t from = before ? end : request_.end;
    const std::size_t to = before ? request_.begin : begin;
    const std::string_view between = text_.substr(from, to - from);
    const HintPlace place{text_, start, end, request_.match_begin, between, before};
    if (pattern.start == HintStart::scheme && is_only_a_link(place)) return;
    if (pattern.start == HintStart::address && is_only_a_signature(place)) return;
    // A line break is further than the words of a line, what comes after is further than what comes before,
    // and what stands on the other side of another secret most likely belongs to that one.
    std::size_t distance = between.size() + kLinePenalty * static_cast<std::size_t>(std::count(
                                                               between.begin(), between.end(), '\n'));
    if (!before) distance += kAfterPenalty;
    const bool beyond = begin < request_.previous_end || end > request_.next_begin;
    // A name in a quoted message that has a secret of its own there is not taken for what is answered to it.
    if (pattern.kind == HintKind::user && (beyond || on_line_with(end, request_.next_begin)) &&
        quote_marks(text_, begin) > quote_marks(text_, request_.begin))
      return;
    if ((pattern.kind == HintKind::user || pattern.kind == HintKind::host) && beyond)
      distance += kOtherPenalty;
    const bool own_line = distance < kOtherPenalty && between.find('\n') == std::string_view::npos;
    // The page where one signs in with it is more than a host in the neighbourhood.
    if (pattern.start == HintStart::scheme && distance < kOtherPenalty && is_where_to_sign_in(place)) {
      const std::size_t stop =
          std::min(text_.substr(0, start + kHintBytesMax).find_first_of(" \t\r\n\"'<>?#", start),
                   start + kHintBytesMax);
      found_.push_back({distance, HintKind::url, std::string(text_.substr(start, stop - start)), own_line});
    }
    found_.push_back({distance, pattern.kind, std::string(value), own_line});
  }

  bool on_line_with(std::size_t at, std::size_t later) const {
    return later != std::string_view::npos && later >= at && later - at < kReach &&
           text_.substr(at, later - at).find('\n') == std::string_view::npos;
  }

  const HintRequest &request_;
  std::string_view text_;
  Span span_;
  std::span<const HintWord> words_;
  std::vector<Near> &out_;
  WordSet::Words present_;
  std::optional<bool> guid_;
  std::vector<HintWord> starts_;
  std::vector<Near> found_;
  std::size_t at_ = 0;  // where the next match may begin
};

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
  for (std::size_t mark = low; at < high; ++mark) {
    mark = request.text.substr(0, high).find("://", mark);
    if (mark == std::string_view::npos) return;
    // A match begins with the scheme in front of the mark.
    const std::size_t start = name_before(request.text, at, mark, in_scheme, [&](std::size_t place) {
      return place + 2 <= mark && is_letter(request.text[place]);
    });
    if (start == std::string_view::npos ||
        !kUrl->Match(whole, start, high, RE2::ANCHOR_START, groups.data(), 6))
      continue;
    const auto begin = static_cast<std::size_t>(groups[0].data() - request.text.data());
    const std::size_t end = begin + groups[0].size();
    at = std::max(end, at + 1);
    const std::string_view rest = request.text.substr(end, kLinkMax);
    const std::size_t link_end = end + std::min(rest.find_first_of(" \t\r\n\"'<>"), rest.size());
    if (request.begin < begin || request.begin >= link_end) continue;
    add_hint(hints, HintKind::user, view(groups[2]));
    add_hint(hints, HintKind::login, view(groups[2]));
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
  HintWords words(request.text);
  return find_hints(request, words);
}

std::vector<Hint> find_hints(const HintRequest &request, HintWords &words) {
  std::vector<Hint> hints;
  add_hint(hints, HintKind::user, request.user);
  add_hint(hints, HintKind::login, request.user);
  if (std::count(request.value.begin(), request.value.end(), '.') >= 2 && request.value.starts_with("eyJ"))
    for (const Hint &one : token_hints(request.value)) add_hint(hints, one.kind, one.value);
  if (request.kind.starts_with("aws-") && request.value.size() == 20 && request.value[0] == 'A') {
    if (const auto account = aws_account_of(request.value)) add_hint(hints, HintKind::account, *account);
    add_hint(hints, HintKind::key_id, request.value);
  }
  // GitHub's audit log and exports name a token by the base64 of its SHA-256. Nobody finds a value of so many
  // random characters by it.
  if (request.kind.find("github-token") != std::string_view::npos ||
      request.kind.find("github-pat") != std::string_view::npos) {
    const base::Sha256 digest = base::sha256(request.value);
    add_hint(hints, HintKind::key_id,
             base::to_base64({reinterpret_cast<const char *>(digest.data()), digest.size()}));
  }
  // Entra shows the first three characters of a client secret as its hint, in the portal and in exports.
  if (request.kind == "entra-client-secret" && request.value.size() >= 3)
    add_hint(hints, HintKind::prefix, request.value.substr(0, 3));
  url_hints(request, hints);
  if (request.kind.find("sas") != std::string_view::npos) signature_hints(request, hints);

  const Span span = neighbourhood(request.text, request.match_begin, request.match_end);
  std::vector<Near> near;
  Collector collector(request, span, words.within(span.begin, span.end), near);
  for (const HintPattern &one : hint_patterns()) collector.collect(one);
  std::stable_sort(near.begin(), near.end(),
                   [](const Near &a, const Near &b) { return a.distance < b.distance; });
  // A name on the line of the password is meant before "your" and "my".
  std::vector<Hint> said;
  if (request.user.empty() && request.kind == "password") {
    for (const Hint &one : accounts_said({request.text, request.match_begin, request.begin, request.end,
                                          request.previous_end, request.next_begin}))
      add_hint(hints, one.kind, one.value);
    if (request.match_begin < request.begin) said = said_owner(request.text, request.match_begin);
  }
  const bool named = std::any_of(near.begin(), near.end(),
                                 [](const Near &one) { return one.kind == HintKind::user && one.own_line; });
  const bool pronoun =
      !said.empty() && (said.front().value == kTheRecipient || said.front().value == kTheAuthor);
  if (!pronoun || !named)
    for (const Hint &one : said)
      if (pronoun || one.kind != HintKind::user || !stands_for_a_name(base::lower(one.value)))
        add_hint(hints, one.kind, one.value);
  for (const Near &one : near) {
    if (hints.size() >= kHintsMax) break;
    if (one.kind == HintKind::user && is_guid(one.value)) continue;
    if (one.kind == HintKind::host && one.value.find('.') == std::string::npos &&
        one.value.find_first_of("-0123456789") == std::string::npos)
      continue;  // "server: the"
    if (one.kind == HintKind::host && is_file_name(one.value)) continue;
    add_hint(hints, one.kind, one.value);
    if (one.kind == HintKind::user && one.own_line && one.value.find('@') != std::string::npos)
      add_hint(hints, HintKind::login, one.value);
    if (one.kind == HintKind::key_id && request.kind.starts_with("aws-")) {
      if (const auto account = aws_account_of(one.value)) add_hint(hints, HintKind::account, *account);
    }
  }
  return hints;
}

}  // namespace dislodge::secret
