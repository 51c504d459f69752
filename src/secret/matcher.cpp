#include "secret/matcher.hpp"

#include <hs/hs.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/wire.hpp"
#include "secret/prose.hpp"
#include "secret/relaxed.hpp"

namespace dislodge::secret {
namespace {

constexpr std::string_view kMagic = "dislodge-matcher-2";
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
  std::size_t width = 0;
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

// What the database holds of a rule.
struct DatabaseEntry {
  std::string pattern;
  std::size_t width = 0;
};

// RE2 has the last word on syntax: what only one of the two takes is no rule.
base::Result<DatabaseEntry> entry_of(const Rule &rule) {
  const RE2 regex(rule.pattern, regex_options(kExactMemory));
  const RE2 relaxed(relax(rule.pattern, rule.group).pattern, regex_options(kRelaxedMemory));
  if (!regex.ok() || !relaxed.ok())
    return base::fail(base::ErrorKind::usage, "rule " + rule.id + ": RE2 does not take the pattern: " +
                                                  (regex.ok() ? relaxed.error() : regex.error()));
  DISLODGE_TRY_ASSIGN(const std::size_t width, width_of_pattern(rule.pattern, 0, "rule " + rule.id));
  return DatabaseEntry{loosened(rule.pattern), width};
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
  return "rules-" + base::to_hex(base::sha256(identity)).substr(0, 32) + ".hsdb";
}

base::Result<std::string> Matcher::compile(const RuleSet &rules) {
  std::vector<const char *> patterns;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  base::WireWriter out;
  out.text(kMagic);
  out.text(cache_name(rules));
  std::vector<std::size_t> widths;
  std::vector<std::string> loose;  // keeps the texts alive that `patterns` points into
  loose.reserve(rules.rules.size());
  for (const Rule &rule : rules.rules) {
    DISLODGE_TRY_ASSIGN(DatabaseEntry entry, entry_of(rule));
    widths.push_back(entry.width);
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
  out.list(widths, [&](std::size_t width) { out.number(width); });
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
    const std::size_t width = in.number();
    if (place >= rules.rules.size()) return;
    const Rule &rule = rules.rules[place++];
    state->windows.push_back({rule.pattern, rule.group, width});
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
  return state_->windows[rule].width;
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
  };
  Scratch::State &work = *scratch.state_;
  work.regions.clear();
  std::fill(work.open.begin(), work.open.end(), 0);
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long to, unsigned,
                           void *context) -> int {
    auto &c = *static_cast<Context *>(context);
    const std::size_t end = c.base + static_cast<std::size_t>(to);
    if (id >= c.matcher.windows.size()) {
      c.found.triggers.push_back({static_cast<std::uint32_t>(id - c.matcher.windows.size()), end});
      return 0;
    }
    const std::size_t width = c.matcher.windows[id].width;
    const std::size_t begin = end > width ? end - width : 0;
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
    Context context{*state_, work, found, at};
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
