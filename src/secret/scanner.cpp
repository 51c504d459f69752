#include "secret/scanner.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <utility>

#include "base/encode.hpp"
#include "base/item_path.hpp"
#include "evidence/page_source.hpp"
#include "secret/assignment.hpp"
#include "secret/assignment_features.hpp"
#include "secret/assignment_lexis.hpp"
#include "secret/decode_view.hpp"
#include "secret/escaped_text.hpp"
#include "secret/match_checks.hpp"
#include "secret/prose.hpp"
#include "secret/scanner_candidate.hpp"
#include "secret/scanner_held.hpp"
#include "secret/scanner_surroundings.hpp"
#include "secret/text_places.hpp"
#include "secret/value.hpp"
#include "secret/wrapped.hpp"

namespace dislodge::secret {
namespace {

constexpr double kOcrFactor = 0.8;  // what OCR read may be misread
constexpr std::string_view kOfBooks = "in a header field in which a sender counts its mail";
constexpr std::string_view kLoneRule = "word-alone";  // see engine/split_secrets.hpp
constexpr double kLoneConfidence = 0.2;
constexpr std::string_view kAssignedPassword = "assigned-password";
constexpr std::string_view kAssignedSecretKind = "api-key";

}  // namespace

Scanner::Scanner(const RuleSet &rules, const Matcher &matcher, ScanOptions options, Matcher::Scratch scratch)
    : rules_(&rules), matcher_(&matcher), options_(options), scratch_(std::move(scratch)) {}

base::Result<Scanner> Scanner::make(const RuleSet &rules, const Matcher &matcher, ScanOptions options) {
  DISLODGE_TRY_ASSIGN(Matcher::Scratch scratch, matcher.scratch());
  return Scanner(rules, matcher, options, std::move(scratch));
}

std::size_t Scanner::scan(const evidence::TextView &view, FoundSink &sink) {
  return scan_at(view, 0, sink);
}

std::size_t Scanner::scan_version(const evidence::TextView &view, FoundSink &sink) {
  if (view.text.size() < kKnownTextMin) return scan(view, sink);
  // A text is judged by the kind of file it is in as well; by the rest of its name only where a rule matches.
  const FileKind file = file_kind_of(view.name.empty() ? view.item : view.name);
  const std::uint64_t kind = static_cast<std::uint64_t>(file) * 2 + (view.prose ? 1 : 0);
  const std::vector<TextRange> &fresh = known_.fresh(view.text, kind);
  if (fresh.empty()) return 0;
  where_ = &fresh;
  const std::size_t count = scan_at(view, 0, sink);
  where_ = nullptr;
  known_.learn();
  return count;
}

// Which parts of a version are never known: those in which something stands, and those where what turned it
// down may lie far away.
void Scanner::tell_of(const std::vector<Candidate> &candidates) {
  for (const TextRange &place : matches_.far) known_.tell(place.begin, place.end);
  for (const Candidate &one : candidates) {
    const bool bounded = !one.rejected.empty() && !options_.keep_rejected &&
                         (one.rule == nullptr || (!one.rule->keyword_gate && one.rule->discard.empty() &&
                                                  one.rule->companions.empty()));
    if (bounded) continue;
    // With the byte in front, which belongs to the word that led there.
    const std::size_t begin = std::min(one.begin, one.match_begin);
    known_.tell(begin > 0 ? begin - 1 : 0, std::max(one.end, one.match_end));
  }
}

// What was turned down is shown by nobody, but it is masked beside what stands: there it is looked for again.
bool Scanner::widen_around(const std::vector<Candidate> &candidates) {
  if (options_.keep_rejected || !options_.surroundings) return false;
  constexpr std::size_t kBefore = kContextBefore + kContextReach + kNeighbours;
  constexpr std::size_t kAfter = kContextAfter + kNeighbours;
  bool wider = false;
  for (const Candidate &one : candidates)
    if (one.rejected.empty())
      wider = known_.widen(one.begin - std::min(one.begin, kBefore), one.end + kAfter) || wider;
  return wider;
}

std::size_t Scanner::scan_at(const evidence::TextView &view, std::uint32_t depth, FoundSink &sink) {
  const bool version = where_ != nullptr && depth == 0 && !joining_;
  if (version)
    matcher_->find(view.text, *where_, scratch_, matches_);
  else
    matcher_->find(view.text, scratch_, matches_);
  std::vector<Candidate> candidates;
  judge(view, candidates);
  if (version) tell_of(candidates);
  if (options_.allow_comments) heed_comments(view.text, candidates);
  settle(candidates);
  if (version && widen_around(candidates)) {
    matcher_->find(view.text, *where_, scratch_, matches_);
    candidates.clear();
    judge(view, candidates);
    if (options_.allow_comments) heed_comments(view.text, candidates);
    settle(candidates);
  }
  const std::vector<std::size_t> run_begins =
      std::move(matches_.runs);  // what is scanned within finds its own
  // What is written in another way is looked at first: a model takes the escapes or the base64 of a token for
  // a secret of its own.
  Held held(*rules_);
  if (depth < options_.decode_depth && !joining_) scan_escaped(view, version, held);
  if (depth < options_.decode_depth) scan_encoded(view, run_begins, candidates, depth, version, held);
  if (depth == 0 && !joining_ && view.prose) scan_wrapped(view, candidates, held);
  held.settle(candidates);
  const std::size_t count = emit(view, candidates, sink);
  return count + held.give(view.item, sink, [&](const Found &one) {
    const std::string_view judged = one.sighting.rejected.empty() ? std::string_view{} : one.sighting.rule;
    return !joining_ && seen_before(one.sighting.item, one.sighting.offset, one.value, judged);
  });
}

// Stretches with escapes, decoded where they stand.
void Scanner::scan_escaped(const evidence::TextView &view, bool version, Held &held) {
  std::vector<TextRange> runs;
  if (version)
    for (const TextRange &range : *where_) find_escaped_runs(view.text, range, runs);
  else
    find_escaped_runs(view.text, {0, view.text.size()}, runs);
  if (runs.empty()) return;
  const UnescapedText plain = decode_escapes(view.text, runs);
  if (plain.text.empty()) return;
  if (version)
    for (const TextRange &run : plain.from) known_.tell(run.begin, run.end);
  base::OffsetMap map;
  for (const auto &piece : plain.map.runs()) {
    const auto at = static_cast<std::size_t>(piece.source);
    map.add(piece.text, view.map != nullptr ? view.map->source_of(at) : at);
  }
  evidence::TextView inner = view;
  inner.text = plain.text;
  inner.map = &map;
  inner.source = view.source.empty() ? view.text : view.source;
  inner.quoted = nullptr;
  held.at(view, plain.from);
  joining_ = true;
  scan_at(inner, options_.decode_depth, held);
  joining_ = false;
}

// Base64 and hex that decode to something readable, as items of their own. What a rule has already named
// needs no second look: a token's own parts are base64 too.
void Scanner::scan_encoded(const evidence::TextView &view, const std::vector<std::size_t> &run_begins,
                           const std::vector<Candidate> &known, std::uint32_t depth, bool version,
                           Held &held) {
  QuoteDepth quotes(view.quoted);
  std::size_t next = 0;
  for (const EncodedRun &run : join_base64_runs(view.text, run_begins)) {
    if (version) known_.tell_if_cut(run.begin, run.end);
    while (next < known.size() && known[next].end <= run.begin) ++next;
    bool named = false;
    bool modelled = false;
    for (std::size_t i = next; i < known.size() && known[i].begin < run.end; ++i) {
      const Candidate &one = known[i];
      if (!one.rejected.empty() || one.end <= run.begin || one.weak) continue;
      (Held::has_format(one) ? named : modelled) = true;
    }
    if (named) continue;
    const auto decoded = decode_run(view.text.substr(run.begin, run.end - run.begin));
    if (!decoded) continue;
    if (version) known_.tell(run.begin, run.end);
    const std::uint64_t offset = view.map != nullptr ? view.map->source_of(run.begin) : run.begin;
    const std::string path = base::join_item(view.item, base::decoded_view_step(decoded->encoding, offset));
    std::vector<evidence::QuotedSpan> quoted;
    if (const std::uint32_t quote = quotes.at(run.begin); quote > 0) quoted.push_back({0, UINT64_MAX, quote});
    evidence::TextView inner;
    inner.item = path;
    inner.text = decoded->text.empty() ? std::string_view(decoded->bytes) : std::string_view(decoded->text);
    inner.map = decoded->text.empty() ? nullptr : &decoded->map;
    inner.source = decoded->text.empty() ? std::string_view{} : std::string_view(decoded->bytes);
    inner.quoted = quoted.empty() ? nullptr : &quoted;
    inner.within = view.within;
    inner.ocr = view.ocr;
    held.at(run.begin, run.end, modelled);
    scan_at(inner, depth + 1, held);
  }
}

// What a rule of another tool asks beyond its pattern: why the match is none, or "".
std::string Scanner::rejected_by_import(const evidence::TextView &view, const Rule &rule,
                                        const RuleMatch &match) {
  if (rule.keyword_gate) {
    const auto known = gates_.find(match.rule);
    const bool open =
        known != gates_.end()
            ? known->second
            : std::any_of(rule.keywords.begin(), rule.keywords.end(), [&](const std::string &keyword) {
                return base::contains_ignoring_case(view.text, keyword);
              });
    gates_[match.rule] = open;
    if (!open) return "no keyword of the rule in the text";
  }
  if (rule.discard.empty()) return {};
  FilterSubject subject;
  subject.secret = view.text.substr(match.secret_begin, match.secret_end - match.secret_begin);
  subject.match = view.text.substr(match.begin, match.end - match.begin);
  subject.line = lines_of(view.text, match.begin, match.end);
  std::string path(view.item);
  if (!view.name.empty() && !view.item.ends_with(view.name)) path += "/" + std::string(view.name);
  subject.path = path;
  return rule.discard.discards(subject) ? "discarded by the rule's filter" : "";
}

namespace {

// Lets through what lies across the cut and has a format: of words, halves are no sign of anything.
class SeamSink : public FoundSink {
 public:
  SeamSink(FoundSink &to, const RuleSet &rules) : to_(to), rules_(rules) {}
  void at(std::uint64_t seam) { seam_ = seam; }
  void found(Found found) override {
    const Sighting &s = found.sighting;
    const Rule *rule = rules_.find(s.rule);
    if (rule == nullptr || rule->family == "generic" || !s.rejected.empty()) return;
    if (s.offset >= seam_ || s.offset + s.length <= seam_) return;
    to_.found(std::move(found));
  }

 private:
  FoundSink &to_;
  const RuleSet &rules_;
  std::uint64_t seam_ = 0;
};

}  // namespace

// Tokens that were cut at the end of a line, in mail and documents.
void Scanner::scan_wrapped(const evidence::TextView &view, const std::vector<Candidate> &known, Held &held) {
  const FileKind file = file_kind_of(view.name.empty() ? view.item : view.name);
  if (file != FileKind::other && file != FileKind::document) return;
  const std::vector<WrappedRun> runs =
      where_ != nullptr ? find_wrapped_runs(view.text, *where_) : find_wrapped_runs(view.text);
  if (runs.empty()) return;
  if (where_ != nullptr)
    for (const WrappedRun &run : runs) known_.tell(run.begin, run.end);
  joining_ = true;
  SeamSink across(held, *rules_);
  QuoteDepth quotes(view.quoted);
  const auto item_offset = [&view](std::size_t at) -> std::uint64_t {
    return view.map != nullptr ? view.map->source_of(at) : at;
  };
  // What is whole before the end of the line is not continued by the word that begins the next. A model takes
  // half a token for one.
  std::unordered_set<std::size_t> whole;
  for (const Candidate &one : known)
    if (one.rejected.empty() && Held::has_format(one)) whole.insert(one.end);
  for (const WrappedRun &run : runs) {
    if (whole.contains(run.seam)) continue;
    const JoinedText joined = join_wrapped(view.text, run);
    base::OffsetMap map;
    for (std::size_t i = 0; i < joined.map.runs().size(); ++i) {
      const auto &piece = joined.map.runs()[i];
      map.add(piece.text, item_offset(static_cast<std::size_t>(piece.source)));
    }
    if (map.identity()) continue;
    std::vector<evidence::QuotedSpan> quoted;
    if (const std::uint32_t quote = quotes.at(run.begin); quote > 0) quoted.push_back({0, UINT64_MAX, quote});
    evidence::TextView inner = view;
    inner.text = joined.text;
    inner.map = &map;
    inner.source = view.source.empty() ? view.text : view.source;
    inner.quoted = quoted.empty() ? nullptr : &quoted;
    across.at(item_offset(run.seam));
    const std::vector<TextRange> stretch = {{run.begin, run.end}};
    held.at(view, stretch);
    scan_at(inner, options_.decode_depth, across);
  }
  joining_ = false;
}

namespace {

// Where the whole name begins, of which the rule took the end.
std::size_t name_of(std::string_view text, const RuleMatch &match) {
  constexpr std::size_t kName = 64;
  std::size_t at = match.begin;
  while (at > 0 && match.begin - at < kName && is_name_char(text[at - 1])) --at;
  return at;
}

// The secret with the number and colon before it, of which a bot's token has them: "1337:AAF...".
std::string_view with_number(std::string_view text, const RuleMatch &match) {
  std::size_t begin = match.secret_begin;
  if (begin > match.begin && text[begin - 1] == ':') {
    --begin;
    while (begin > match.begin && is_digit(text[begin - 1])) --begin;
    if (text[begin] == ':') begin = match.secret_begin;
  }
  return text.substr(begin, match.secret_end - begin);
}

// `"token = "x`: the name begins a text, which the quote behind the sign ends. Of rules that tell names only.
bool closes_text(std::string_view text, const RuleMatch &match) {
  if (match.secret_begin == 0) return false;
  const char quote = text[match.secret_begin - 1];
  if (quote != '"' && quote != '\'' && quote != '`') return false;
  std::string_view lead = text.substr(match.begin, match.secret_begin - 1 - match.begin);
  const bool opens = lead.starts_with(quote);
  if (opens) lead.remove_prefix(1);
  if (lead.find_first_of("\"'`") != std::string_view::npos) return false;
  const std::size_t at = name_of(text, match);
  return opens || (at > 0 && text[at - 1] == quote);
}

// Whether a place in the source of a page lies between its tags, and not in a comment, script or style sheet.
bool is_content(std::string_view page, std::size_t at) {
  constexpr std::size_t kReach = 64 << 10;
  const std::string_view before = page.substr(at - std::min(at, kReach), std::min(at, kReach));
  const std::size_t mark = before.find_last_of("<>");
  if (mark == std::string_view::npos) return at <= kReach;
  if (before[mark] == '<') return false;
  const auto within = [&](std::string_view open, std::string_view close) {
    const std::size_t from = before.rfind(open);
    return from != std::string_view::npos && before.find(close, from) == std::string_view::npos;
  };
  return !within("<!--", "-->") && !within("<script", "</script") && !within("<style", "</style");
}

// "essu_abc123": it begins as a vendor's tokens do and ends before one could.
bool is_stump(const RuleSet &rules, std::string_view value) {
  constexpr std::size_t kPrefix = 4;
  constexpr std::size_t kLeast = 10;
  if (value.size() < kPrefix || value.size() > 32) return false;
  if (value.find_first_of("_-", kPrefix - 1) == std::string_view::npos) return false;  // none ends otherwise
  return std::any_of(rules.rules.begin(), rules.rules.end(), [&](const Rule &rule) {
    const std::string_view prefix = rule.public_prefix;
    return prefix.size() >= kPrefix && (prefix.back() == '_' || prefix.back() == '-') &&
           value.starts_with(prefix) && value.size() < prefix.size() + kLeast;
  });
}

}  // namespace

// Matches and prose become candidates, each with the reason why it is none after all.
void Scanner::judge(const evidence::TextView &view, std::vector<Candidate> &out) {
  gates_.clear();
  out.reserve(matches_.rules.size() * 2);
  for (const RuleMatch &match : matches_.rules) {
    const Rule &rule = rules_->rules[match.rule];
    Candidate candidate;
    candidate.rule = &rule;
    candidate.match_begin = match.begin;
    candidate.match_end = match.end;
    candidate.begin = match.secret_begin;
    candidate.end = match.secret_end;
    candidate.confidence = rule.confidence;
    const std::string_view secret =
        view.text.substr(match.secret_begin, match.secret_end - match.secret_begin);
    const std::string_view whole = view.text.substr(match.begin, match.end - match.begin);
    if (rule.entropy > 0 && entropy_of(secret) < rule.entropy) {
      candidate.rejected = "entropy below " + std::to_string(rule.entropy).substr(0, 3);
    } else {
      for (const Check *check : rule.checks) {
        if (check->holds(secret, whole)) continue;
        candidate.rejected = "check " + std::string(check->name) + " fails";
        break;
      }
    }
    if (candidate.rejected.empty() && (rule.family == "generic" || rule.family == "providers")) {
      const std::size_t name = name_of(view.text, match);
      if (rule.family == "generic" && closes_text(view.text, match))
        candidate.rejected = "the quote before it ends a text";
      else if (breaks_issued_form(view.text.substr(name, match.secret_begin - name),
                                  with_number(view.text, match)))
        candidate.rejected = "not of the form that the vendor in the name issues";
      else if (rule.kind != kProseKind && in_field_of_books(view.text, match.begin))
        candidate.rejected = kOfBooks;
    }
    if (candidate.rejected.empty() && (rule.keyword_gate || !rule.discard.empty()))
      candidate.rejected = rejected_by_import(view, rule, match);
    out.push_back(std::move(candidate));
  }
  read_login_lines(view.text, out);
  ask_companions(view.text, out);
  if (!options_.prose || !view.prose) return;
  const bool page = view.name == evidence::kPageSource;
  std::vector<AssignmentCandidate> assigned;
  find_assignments(view.text, view.name.empty() ? view.item : view.name, matches_.triggers,
                   static_cast<std::uint32_t>(prose_triggers().size()), assigned, &matches_.far);
  for (const AssignmentCandidate &one : assigned) {
    if (one.confidence < kAssignmentFloor) continue;
    Candidate candidate;
    const bool password = one.name == NameClass::password;
    candidate.model = password ? kAssignedPassword : kAssignedSecret;
    candidate.model_kind = password ? kProseKind : kAssignedSecretKind;
    candidate.match_begin = std::min(one.name_begin, one.begin);
    candidate.match_end = one.end;
    candidate.begin = one.begin;
    candidate.end = one.end;
    candidate.confidence = one.confidence;
    if (one.confidence < kAssignmentThreshold)
      candidate.rejected = "unlikely to be a secret under this name";
    else if (!password && is_stump(*rules_, view.text.substr(one.begin, one.end - one.begin)))
      candidate.rejected = "shorter than any token that begins so";
    else if (breaks_issued_form(view.text.substr(one.name_begin, one.name_end - one.name_begin),
                                view.text.substr(one.begin, one.end - one.begin)))
      candidate.rejected = "not of the form that the vendor in the name issues";
    else if (!password && in_field_of_books(view.text, candidate.match_begin))
      candidate.rejected = kOfBooks;
    if (page && candidate.rejected.empty() && one.tie != Tie::element &&
        is_content(view.text, one.name_begin) && is_content(view.text, one.begin))
      candidate.rejected = "the page's text tells";
    out.push_back(std::move(candidate));
  }
  std::vector<ProseCandidate> prose;
  const FileKind file = file_kind_of(view.name.empty() ? view.item : view.name);
  find_prose(view.text, matches_.triggers, prose, &matches_.far,
             file != FileKind::source && file != FileKind::script);
  // "passphrase for the key: x": the sentence knows better what it is than the word before the colon.
  std::unordered_map<std::size_t, double> said;
  for (const ProseCandidate &one : prose)
    if (one.confidence >= kProseThreshold) said.emplace(one.begin, one.confidence);
  for (Candidate &other : out)
    if (other.rule == nullptr && other.model == kAssignedSecret)
      if (const auto found = said.find(other.begin); found != said.end())
        other.confidence = std::min(other.confidence, found->second / 2);
  for (const ProseCandidate &one : prose) {
    if (one.confidence < kProseFloor) continue;
    Candidate candidate;
    candidate.match_begin = std::min(one.begin, one.trigger_end);
    candidate.match_end = one.end;
    candidate.begin = one.begin;
    candidate.end = one.end;
    candidate.user_begin = one.user_begin;
    candidate.user_end = one.user_end;
    candidate.confidence = one.confidence;
    if (one.confidence < kProseThreshold)
      candidate.rejected = "unlikely to be a password in this sentence";
    else if (page && is_content(view.text, candidate.match_begin) && is_content(view.text, one.begin))
      candidate.rejected = "the page's text tells";
    out.push_back(std::move(candidate));
  }
  if (view.within == evidence::kNoRecord || view.text.size() > kLoneMessageMax || joining_) return;
  prose.clear();
  find_lone_words(view.text, prose);
  for (const ProseCandidate &one : prose) {
    Candidate candidate;
    candidate.model = candidate.model_kind = kLoneRule;
    candidate.match_begin = candidate.begin = one.begin;
    candidate.match_end = candidate.end = one.end;
    candidate.confidence = kLoneConfidence;
    candidate.weak = true;
    out.push_back(std::move(candidate));
  }
}

std::size_t Scanner::emit(const evidence::TextView &view, std::vector<Candidate> &candidates,
                          FoundSink &sink) {
  std::size_t count = 0;
  QuoteDepth quotes(view.quoted);
  LineCounter lines(view.source.empty() ? view.text : view.source);
  SecretValues values(view.text);
  Surroundings surroundings(view, candidates);
  const auto item_offset = [&view](std::size_t at) {
    return view.map != nullptr ? view.map->source_of(at) : at;
  };
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate &candidate = candidates[i];
    if (!candidate.rejected.empty() && !options_.keep_rejected) continue;
    const std::string_view kind =
        candidate.rule != nullptr ? std::string_view(candidate.rule->kind) : candidate.model_kind;
    // What stands in a line of its own behind a URL is no part of it.
    const bool alone = candidate.site_end > candidate.site_begin;
    SecretValue value =
        values.of(candidate.begin, candidate.end, alone ? candidate.begin : candidate.match_begin, kind);
    const std::uint64_t offset = item_offset(candidate.begin);
    // A better rule may name the same bytes: what was rejected counts by rule.
    const std::string_view judged = candidate.rejected.empty() ? std::string_view{} : candidate.rule_id();
    if (!joining_ && seen_before(view.item, offset, value.value, judged)) continue;

    Found found;
    Sighting &s = found.sighting;
    s.kind = kind;
    s.rule = candidate.rule_id();
    s.item = view.item;
    s.offset = offset;
    s.length = item_end(view, candidate.end) - offset;
    s.space = view.space;
    lines.find(offset, s.line, s.column);
    s.confidence = candidate.confidence * (view.ocr ? kOcrFactor : 1.0);
    s.record = view.within;
    s.quote_depth = quotes.at(candidate.begin);
    s.identifier = candidate.identifier();
    s.latent = value.latent;
    s.rejected = candidate.rejected;
    // Of a key the public half tells more than a few of its bytes would.
    s.mask = value.description.empty()
                 ? mask_of(value.value,
                           candidate.rule != nullptr ? std::string_view(candidate.rule->public_prefix) : "")
                 : value.description;

    if (options_.surroundings) surroundings.tell(i, value, found);
    if (candidate.rejected.empty()) ++count;
    found.value = std::move(value.value);
    found.locked = std::move(value.locked);
    sink.found(std::move(found));
  }
  return count;
}

bool Scanner::seen_before(std::string_view item, std::uint64_t offset, std::string_view value,
                          std::string_view rule) {
  if (item != last_item_) {
    last_item_ = item;
    seen_.clear();
  }
  const std::hash<std::string_view> hash;
  const std::uint64_t key = (hash(value) * 0x9E3779B97F4A7C15u ^ offset) * 0x9E3779B97F4A7C15u ^ hash(rule);
  return !seen_.insert(key).second;
}

}  // namespace dislodge::secret
