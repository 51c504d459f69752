#include "secret/matcher.hpp"

#include <hs/hs.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/wire.hpp"
#include "secret/assignment.hpp"
#include "secret/prose.hpp"
#include "secret/relaxed.hpp"

namespace dislodge::secret {
namespace {

constexpr std::string_view kMagic = "dislodge-matcher-3";
// Hyperscan takes 32-bit lengths; a block is cut so that each match lies whole in one of two neighbours.
constexpr std::size_t kBlockBytes = 1u << 30;
constexpr std::size_t kBlockOverlap = 2 * Matcher::kWidthMax;
// Of one pattern. RE2 falls back to slower ways beyond a limit, never to wrong ones; with less than this some
// of the relaxed patterns would.
constexpr std::int64_t kRelaxedMemory = 8 << 20;
constexpr std::int64_t kExactMemory = 16 << 20;

struct FreeDatabase {
  void operator()(hs_database_t *database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t *scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;

// Compiled on first use: a start with a cached database must not pay for hundreds of patterns of which a run
// needs a few.
struct LazyRegex {
  std::once_flag once;
  RelaxedPattern relaxed;
  std::unique_ptr<RE2> regex;  // of the relaxed pattern
  std::once_flag exact_once;
  std::unique_ptr<RE2> exact;  // of the rule's own, where the relaxed one says too much
};

struct RuleWindow {
  std::string pattern;
  int group = 0;
  std::size_t back = 0;   // how far in front of a hit a match may begin
  std::size_t ahead = 0;  // how far behind it one may end; 0: the hit is its end
};

// A stretch in which a rule has at least one match, and in which all its matches that end there lie.
struct Region {
  std::uint32_t rule = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::string platform_name() {
  hs_platform_info_t info{};
  hs_populate_platform(&info);
  return std::string(hs_version()) + "/" + std::to_string(info.tune) + "/" +
         std::to_string(info.cpu_features);
}

RE2::Options regex_options(std::int64_t memory) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return options;
}

// A pattern for the database that ends wherever the rule's own does, and is cheaper to look for: what it asks
// of the bytes in front is left to RE2. "\b", "(?:^|[^a-z])" go; of "[a-z]{1,100}:" one letter stays, since a
// match with more letters ends in the same place.
std::string loosened(std::string_view pattern) {
  for (;;) {
    if (pattern.starts_with("\\b")) {
      pattern.remove_prefix(2);
      continue;
    }
    if (pattern.starts_with("(?:^|[")) {
      const std::size_t end = class_end(pattern, 5);
      if (end != std::string_view::npos && end < pattern.size() && pattern[end] == ')' &&
          (end + 1 >= pattern.size() ||
           std::string_view("?*+{").find(pattern[end + 1]) == std::string_view::npos)) {
        pattern.remove_prefix(end + 1);
        continue;
      }
    }
    const std::size_t end = class_end(pattern, 0);
    if (end == std::string_view::npos || end >= pattern.size()) break;
    std::size_t after = end;
    std::string least;
    if (pattern[end] == '*' || pattern[end] == '?') {
      after = end + 1;
      least = "0";
    } else if (pattern[end] == '+') {
      after = end + 1;
      least = "1";
    } else if (pattern[end] == '{') {
      const std::size_t close = pattern.find('}', end);
      const std::size_t comma = pattern.find(',', end);
      if (close == std::string_view::npos || comma > close) break;
      least = pattern.substr(end + 1, comma - end - 1);
      after = close + 1;
    } else {
      break;
    }
    if (after < pattern.size() && pattern[after] == '?') ++after;  // lazy or greedy, the ends are the same
    const std::string_view rest = pattern.substr(after);
    if (rest.empty() || rest.front() == '|') break;
    if (least != "0") return std::string(pattern.substr(0, end)) + "{" + least + "}" + std::string(rest);
    pattern = rest;
  }
  return std::string(pattern);
}

base::Result<std::size_t> width_of_pattern(const std::string &pattern, unsigned flags,
                                           std::string_view what) {
  hs_expr_info_t *info = nullptr;
  hs_compile_error_t *error = nullptr;
  if (hs_expression_info(pattern.c_str(), flags, &info, &error) != HS_SUCCESS) {
    const std::string message = error != nullptr ? error->message : "out of memory";
    hs_free_compile_error(error);
    return base::fail(base::ErrorKind::usage,
                      std::string(what) + ": Hyperscan does not take the pattern: " + message);
  }
  const std::size_t width = info->max_width == UINT_MAX
                                ? Matcher::kWidthMax
                                : std::min<std::size_t>(info->max_width, Matcher::kWidthMax);
  std::free(info);  // NOLINT: as hs.h asks where no allocator was set
  return width;
}

// What the database holds of a rule, and how far around a hit its matches lie.
struct DatabaseEntry {
  std::string pattern;
  std::size_t back = 0;
  std::size_t ahead = 0;
};

// Where the group that begins at `at` ends (behind its ")"), or npos.
std::size_t group_end(std::string_view pattern, std::size_t at) {
  std::size_t depth = 0;
  for (std::size_t i = at; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      const std::size_t end = class_end(pattern, i);
      if (end == std::string_view::npos) return end;
      i = end - 1;
    } else if (pattern[i] == '(') {
      ++depth;
    } else if (pattern[i] == ')' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// Whether a "|" stands outside of all groups.
bool has_alternatives(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[' || pattern[i] == '(') {
      const std::size_t end = pattern[i] == '[' ? class_end(pattern, i) : group_end(pattern, i);
      if (end == std::string_view::npos) return true;
      i = end - 1;
    } else if (pattern[i] == '|') {
      return true;
    }
  }
  return false;
}

// What stands in texts everywhere: a search that begins with one of these is better done whole.
constexpr std::string_view kEverywhere =
    " password passwd passphrase pass pwd secret token key api auth authorization access user username login "
    "host "
    "server name data mail email http https config client account value type string return define include "
    "code "
    "private public session cookie connect connection database service id app web key= token= secret= pass= "
    "enable export import identified expire example explain so sc su -p :// :: == => the and ";
constexpr std::size_t kHeadMax = 96;
constexpr std::size_t kTailMax = 768;

std::optional<std::size_t> most_bytes(const std::string &pattern, std::size_t *least = nullptr) {
  hs_expr_info_t *info = nullptr;
  hs_compile_error_t *error = nullptr;
  if (hs_expression_info(pattern.c_str(), HS_FLAG_ALLOWEMPTY, &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return std::nullopt;
  }
  const std::size_t most = info->max_width;
  if (least != nullptr) *least = info->min_width;
  std::free(info);  // NOLINT: as hs.h asks where no allocator was set
  if (most == UINT_MAX) return std::nullopt;
  return most;
}

// A rule that begins with rare words ("(?i:dropbox|\\bdbx)...") need only have them looked for: what stands
// behind is tried where they are. Hundreds of rules that ask for "key" or "token" behind their words would
// else all be woken by each of these.
std::optional<DatabaseEntry> head_of(std::string_view pattern) {
  std::string flags;
  if (pattern.starts_with("(?i)")) {
    flags = "(?i)";
    pattern.remove_prefix(4);
  }
  if (!pattern.starts_with("(?i:") && !pattern.starts_with("(?:")) return std::nullopt;
  const std::size_t end = group_end(pattern, 0);
  if (end == std::string_view::npos || end >= pattern.size() || has_alternatives(pattern))
    return std::nullopt;
  if (std::string_view("?*+{").find(pattern[end]) != std::string_view::npos) return std::nullopt;
  DatabaseEntry entry;
  entry.pattern = flags + std::string(pattern.substr(0, end));
  std::size_t least = 0;
  const auto head = most_bytes(entry.pattern, &least);
  const auto tail = most_bytes(flags + std::string(pattern.substr(end)));
  if (!head || !tail || least < 3 || *head > kHeadMax || *tail > kTailMax) return std::nullopt;
  const RE2 regex(entry.pattern, regex_options(kRelaxedMemory));
  if (!regex.ok() || RE2::PartialMatch({kEverywhere.data(), kEverywhere.size()}, regex)) return std::nullopt;
  entry.back = *head;
  entry.ahead = *tail;
  return entry;
}

// RE2 has the last word on syntax: what only one of the two takes is no rule.
base::Result<DatabaseEntry> entry_of(const Rule &rule) {
  const RE2 regex(rule.pattern, regex_options(kExactMemory));
  const RE2 relaxed(relax(rule.pattern, rule.group).pattern, regex_options(kRelaxedMemory));
  if (!regex.ok() || !relaxed.ok())
    return base::fail(base::ErrorKind::usage, "rule " + rule.id + ": RE2 does not take the pattern: " +
                                                  (regex.ok() ? relaxed.error() : regex.error()));
  std::string loose = loosened(rule.pattern);
  if (auto head = head_of(loose)) {
    // What was taken off in front still belongs to the match.
    DISLODGE_TRY_ASSIGN(const std::size_t whole, width_of_pattern(rule.pattern, 0, "rule " + rule.id));
    if (whole < Matcher::kWidthMax) {
      head->back = whole - std::min(whole, head->ahead);
      return std::move(*head);
    }
  }
  DISLODGE_TRY_ASSIGN(const std::size_t width, width_of_pattern(rule.pattern, 0, "rule " + rule.id));
  return DatabaseEntry{std::move(loose), width, 0};
}

}  // namespace

struct Matcher::State {
  Database database;
  std::vector<RuleWindow> windows;
  std::unique_ptr<LazyRegex[]> regexes;

  const LazyRegex &relaxed(std::uint32_t rule) const {
    LazyRegex &lazy = regexes[rule];
    std::call_once(lazy.once, [&] {
      lazy.relaxed = relax(windows[rule].pattern, windows[rule].group);
      lazy.regex = std::make_unique<RE2>(lazy.relaxed.pattern, regex_options(kRelaxedMemory));
    });
    return lazy;
  }
  const RE2 &exact(std::uint32_t rule) const {
    LazyRegex &lazy = regexes[rule];
    std::call_once(lazy.exact_once, [&] {
      lazy.exact = std::make_unique<RE2>(windows[rule].pattern, regex_options(kExactMemory));
    });
    return *lazy.exact;
  }
  void confirm(std::string_view text, const Region &region, std::vector<RuleMatch> &out) const;
};

struct Matcher::Scratch::State {
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;
  std::vector<Region> regions;
  std::vector<std::size_t> open;  // by rule: its newest region's place in `regions`, plus one
};

Matcher::Matcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::Matcher(Matcher &&) noexcept = default;
Matcher &Matcher::operator=(Matcher &&) noexcept = default;
Matcher::~Matcher() = default;
Matcher::Scratch::Scratch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::Scratch::Scratch(Scratch &&) noexcept = default;
Matcher::Scratch &Matcher::Scratch::operator=(Scratch &&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

std::string Matcher::cache_name(const RuleSet &rules) {
  std::string identity = std::string(kMagic) + "\n" + rules.digest + "\n" + platform_name() + "\n";
  for (const ProseTrigger &trigger : prose_triggers()) identity += std::string(trigger.pattern) + "\n";
  for (const char *trigger : assignment_triggers()) identity += std::string(trigger) + "\n";
  return "rules-" + base::to_hex(base::sha256(identity)).substr(0, 32) + ".hsdb";
}

base::Result<std::string> Matcher::compile(const RuleSet &rules) {
  std::vector<const char *> patterns;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  base::WireWriter out;
  out.text(kMagic);
  out.text(cache_name(rules));
  std::vector<std::pair<std::size_t, std::size_t>> widths;
  std::vector<std::string> loose;  // keeps the texts alive that `patterns` points into
  loose.reserve(rules.rules.size());
  for (const Rule &rule : rules.rules) {
    DISLODGE_TRY_ASSIGN(DatabaseEntry entry, entry_of(rule));
    widths.push_back({entry.back, entry.ahead});
    ids.push_back(static_cast<unsigned>(patterns.size()));
    loose.push_back(std::move(entry.pattern));
    patterns.push_back(loose.back().c_str());
    flags.push_back(0);
  }
  for (const ProseTrigger &trigger : prose_triggers()) {
    ids.push_back(static_cast<unsigned>(patterns.size()));
    patterns.push_back(trigger.pattern);
    flags.push_back(HS_FLAG_CASELESS);
  }
  for (const char *trigger : assignment_triggers()) {
    ids.push_back(static_cast<unsigned>(patterns.size()));
    patterns.push_back(trigger);
    flags.push_back(HS_FLAG_CASELESS);
  }
  hs_database_t *raw = nullptr;
  hs_compile_error_t *error = nullptr;
  if (hs_compile_multi(patterns.data(), flags.data(), ids.data(), static_cast<unsigned>(patterns.size()),
                       HS_MODE_BLOCK, nullptr, &raw, &error) != HS_SUCCESS) {
    const std::string message = error != nullptr ? error->message : "out of memory";
    const int place = error != nullptr ? error->expression : -1;
    hs_free_compile_error(error);
    const bool of_rule = place >= 0 && static_cast<std::size_t>(place) < rules.rules.size();
    return base::fail(base::ErrorKind::usage,
                      (of_rule ? "rule " + rules.rules[static_cast<std::size_t>(place)].id : "the rules") +
                          ": Hyperscan does not compile: " + message);
  }
  const Database database(raw);
  char *bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS)
    return base::fail(base::ErrorKind::internal, "the compiled rules cannot be serialised");
  const std::unique_ptr<char, decltype(&std::free)> owned(bytes, &std::free);
  out.list(widths, [&](const auto &width) {
    out.number(width.first);
    out.number(width.second);
  });
  out.text({bytes, size});
  std::string compiled = out.take();
  compiled += base::as_bytes(base::sha256(compiled));
  return compiled;
}

base::Result<void> Matcher::accepts(const Rule &rule) {
  DISLODGE_TRY_ASSIGN(const DatabaseEntry entry, entry_of(rule));
  hs_database_t *raw = nullptr;
  hs_compile_error_t *error = nullptr;
  const hs_error_t result = hs_compile(entry.pattern.c_str(), 0, HS_MODE_BLOCK, nullptr, &raw, &error);
  const Database database(raw);
  if (result == HS_SUCCESS) return {};
  const std::string message = error != nullptr ? error->message : "out of memory";
  hs_free_compile_error(error);
  return base::fail(base::ErrorKind::usage,
                    "rule " + rule.id + ": Hyperscan does not take the pattern: " + message);
}

base::Result<Matcher> Matcher::load(const RuleSet &rules, std::string_view compiled) {
  const auto refuse = [](std::string_view why) {
    return base::fail(base::ErrorKind::usage,
                      "the compiled rules " + std::string(why) + "; compile them again");
  };
  constexpr std::size_t kDigest = std::tuple_size_v<base::Sha256>;
  if (compiled.size() < kDigest) return refuse("are cut short");
  const std::string_view body = compiled.substr(0, compiled.size() - kDigest);
  if (base::as_bytes(base::sha256(body)) != compiled.substr(body.size())) return refuse("are damaged");
  base::WireReader in(body);
  if (in.text() != kMagic || in.text() != cache_name(rules))
    return refuse("belong to other rules or another machine");
  auto state = std::make_unique<State>();
  std::size_t place = 0;
  in.list([&] {
    const std::size_t back = in.number();
    const std::size_t ahead = in.number();
    if (place >= rules.rules.size()) return;
    const Rule &rule = rules.rules[place++];
    state->windows.push_back({rule.pattern, rule.group, back, ahead});
  });
  const std::string_view bytes = in.text();
  if (!in.ok() || !in.at_end() || place != rules.rules.size()) return refuse("are damaged");
  hs_database_t *raw = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &raw) != HS_SUCCESS) return refuse("do not load");
  state->database.reset(raw);
  state->regexes = std::make_unique<LazyRegex[]>(rules.rules.size());
  return Matcher(std::move(state));
}

base::Result<Matcher> Matcher::open(const RuleSet &rules, const std::filesystem::path &cache_folder) {
  const std::filesystem::path path = cache_folder / cache_name(rules);
  if (!cache_folder.empty()) {
    if (const auto cached = base::MappedFile::open(path)) {
      if (auto matcher = load(rules, cached->bytes())) return matcher;
    }
  }
  DISLODGE_TRY_ASSIGN(const std::string compiled, compile(rules));
  if (!cache_folder.empty() && base::make_folders(cache_folder)) {
    // Without the cache the next start is slower, no more.
    (void)base::write_file(path, compiled, 0600);
  }
  return load(rules, compiled);
}

base::Result<Matcher::Scratch> Matcher::scratch() const {
  auto state = std::make_unique<Scratch::State>();
  hs_scratch_t *raw = nullptr;
  if (hs_alloc_scratch(state_->database.get(), &raw) != HS_SUCCESS)
    return base::fail(base::ErrorKind::internal, "no memory for the matcher's scratch space");
  state->scratch.reset(raw);
  state->open.resize(state_->windows.size());
  return Scratch(std::move(state));
}

std::size_t Matcher::width_of(std::uint32_t rule) const {
  return state_->windows[rule].back + state_->windows[rule].ahead;
}

void Matcher::State::confirm(std::string_view text, const Region &region, std::vector<RuleMatch> &out) const {
  const RuleWindow &window = windows[region.rule];
  const LazyRegex &lazy = relaxed(region.rule);
  const re2::StringPiece whole(text.data(), text.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(lazy.relaxed.groups) + 1);
  std::size_t at = region.begin;
  while (at <= region.end) {
    int group = lazy.relaxed.group;
    if (!lazy.regex->Match(whole, at, region.end, RE2::UNANCHORED, groups.data(),
                           static_cast<int>(groups.size())))
      break;
    const bool within =
        std::all_of(lazy.relaxed.bounds.begin(), lazy.relaxed.bounds.end(), [&](const auto &bound) {
          return groups[static_cast<std::size_t>(bound.group)].size() <= bound.most;
        });
    if (!within) {
      group = window.group;
      const int wanted = static_cast<int>(lazy.relaxed.originals.size());
      if (!exact(region.rule).Match(whole, at, region.end, RE2::UNANCHORED, groups.data(), wanted + 1)) break;
    }
    if (group == kFirstGroup) {
      group = 0;
      for (std::size_t i = 0; i < lazy.relaxed.originals.size() && group == 0; ++i) {
        const int place = within ? lazy.relaxed.originals[i] : static_cast<int>(i) + 1;
        if (!groups[static_cast<std::size_t>(place)].empty()) group = place;
      }
    }
    const re2::StringPiece &secret = groups[static_cast<std::size_t>(group)];
    RuleMatch match;
    match.rule = region.rule;
    match.begin = static_cast<std::size_t>(groups[0].data() - text.data());
    match.end = match.begin + groups[0].size();
    at = std::max(match.end, at + 1);
    if (secret.data() == nullptr || secret.empty()) continue;
    match.secret_begin = static_cast<std::size_t>(secret.data() - text.data());
    match.secret_end = match.secret_begin + secret.size();
    out.push_back(match);
  }
}

void Matcher::find(std::string_view text, Scratch &scratch, Matches &found) const {
  found.rules.clear();
  found.triggers.clear();
  struct Context {
    const State &matcher;
    Scratch::State &work;
    Matches &found;
    std::size_t base;
    std::string_view text;
    std::size_t first_assignment;
  };
  Scratch::State &work = *scratch.state_;
  work.regions.clear();
  std::fill(work.open.begin(), work.open.end(), 0);
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long to, unsigned,
                           void *context) -> int {
    auto &c = *static_cast<Context *>(context);
    std::size_t end = c.base + static_cast<std::size_t>(to);
    if (id >= c.matcher.windows.size()) {
      // Most words that names of secrets are made of stand in sentences: no name, nothing assigned.
      if (id >= c.first_assignment && !may_assign(c.text, end)) return 0;
      c.found.triggers.push_back({static_cast<std::uint32_t>(id - c.matcher.windows.size()), end});
      return 0;
    }
    const RuleWindow &window = c.matcher.windows[id];
    const std::size_t begin = end > window.back ? end - window.back : 0;
    end = std::min(end + window.ahead, c.text.size());
    std::size_t &open = c.work.open[id];
    // A rule reports every end that it has; those that may belong to one match share a region, so that memory
    // grows with the places, not with the bytes.
    if (open != 0) {
      Region &last = c.work.regions[open - 1];
      if (begin <= last.end) {
        last.begin = std::min(last.begin, begin);
        last.end = std::max(last.end, end);
        return 0;
      }
    }
    c.work.regions.push_back({id, begin, end});
    open = c.work.regions.size();
    return 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::min(text.size() - at, kBlockBytes);
    Context context{*state_, work, found, at, text, state_->windows.size() + prose_triggers().size()};
    const hs_error_t result = hs_scan(state_->database.get(), text.data() + at, static_cast<unsigned>(size),
                                      0, work.scratch.get(), on_match, &context);
    // It fails only if it is used wrongly; silence would mean secrets missed.
    if (result != HS_SUCCESS)
      throw std::logic_error("Hyperscan refuses to scan: error " + std::to_string(result));

    if (at + size == text.size()) break;
    at += size - kBlockOverlap;
  }
  std::sort(work.regions.begin(), work.regions.end(), [](const Region &a, const Region &b) {
    return a.rule != b.rule ? a.rule < b.rule : a.begin < b.begin;
  });
  for (std::size_t i = 0; i < work.regions.size();) {
    Region joined = work.regions[i];
    for (++i; i < work.regions.size() && work.regions[i].rule == joined.rule &&
              work.regions[i].begin <= joined.end;
         ++i)
      joined.end = std::max(joined.end, work.regions[i].end);
    state_->confirm(text, joined, found.rules);
  }
  std::sort(found.triggers.begin(), found.triggers.end(), [](const TriggerHit &a, const TriggerHit &b) {
    return a.end != b.end ? a.end < b.end : a.trigger < b.trigger;
  });
  const auto same = [](const TriggerHit &a, const TriggerHit &b) {
    return a.end == b.end && a.trigger == b.trigger;
  };
  found.triggers.erase(std::unique(found.triggers.begin(), found.triggers.end(), same), found.triggers.end());
}

}  // namespace dislodge::secret
