#include "secret/matcher.hpp"

#include <hs/hs.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>

#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/wire.hpp"
#include "secret/anchor.hpp"
#include "secret/assignment.hpp"
#include "secret/gate.hpp"
#include "secret/gram_filter.hpp"
#include "secret/pattern_tree.hpp"
#include "secret/prose.hpp"
#include "secret/relaxed.hpp"
#include "secret/rule_database.hpp"

namespace dislodge::secret {
namespace {

constexpr std::string_view kMagic = "dislodge-matcher-11";
// Hyperscan takes 32-bit lengths; a block is cut so that each match lies whole in one of two neighbours.
constexpr std::size_t kBlockBytes = 1u << 30;
constexpr std::size_t kBlockOverlap = 2 * Matcher::kWidthMax;
// Of one pattern. RE2 falls back to slower ways beyond a limit, never to wrong ones; with less than this some
// of the relaxed patterns would.
constexpr std::int64_t kRelaxedMemory = 8 << 20;
constexpr std::int64_t kExactMemory = 16 << 20;
constexpr std::size_t kAround = 64;  // bytes around a stretch in which a word may begin or end
constexpr std::uint32_t kNoGate = UINT32_MAX;

struct FreeScratch {
  void operator()(hs_scratch_t *scratch) const { hs_free_scratch(scratch); }
};
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
  std::size_t back = 0;  // bytes that a match spans at most
  ValueRun run;
};

// What an anchor leads to.
struct Target {
  std::uint32_t number = 0;  // a rule, or a trigger behind them
  std::size_t back = 0;
  std::size_t ahead = 0;
  std::uint32_t head = kNoGate;  // of the gates: what must stand before it, and behind it
  std::uint32_t tail = kNoGate;
};

struct GateProgram {
  std::string_view program;
  GateFirst first;
};

// A stretch in which a rule has at least one match, and in which all its matches that end there lie.
struct Region {
  std::uint32_t rule = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Regions of many rules, each with its neighbours joined as they come.
struct Regions {
  std::vector<Region> list;
  std::vector<std::size_t> open;  // by rule: its newest region's place in `list`, plus one

  void clear() {
    for (const Region &region : list) open[region.rule] = 0;
    list.clear();
  }
  // Those that touch share a region, so that memory grows with the places, not with the bytes.
  void add(std::uint32_t rule, std::size_t begin, std::size_t end) {
    if (open[rule] != 0) {
      Region &last = list[open[rule] - 1];
      if (begin <= last.end && end >= last.begin) {
        last.begin = std::min(last.begin, begin);
        last.end = std::max(last.end, end);
        return;
      }
    }
    list.push_back({rule, begin, end});
    open[rule] = list.size();
  }
  // Sorts them by rule and place, and joins what touches.
  void settle() {
    std::sort(list.begin(), list.end(), [](const Region &a, const Region &b) {
      return a.rule != b.rule ? a.rule < b.rule : a.begin < b.begin;
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      open[list[i].rule] = 0;
      if (kept > 0 && list[kept - 1].rule == list[i].rule && list[i].begin <= list[kept - 1].end)
        list[kept - 1].end = std::max(list[kept - 1].end, list[i].end);
      else
        list[kept++] = list[i];
    }
    list.resize(kept);
  }
};

bool in_run(char c) {
  return static_cast<unsigned char>(c) < kRunLetters.size() &&
         kRunLetters[static_cast<unsigned char>(c)] != 0;
}

RE2::Options regex_options(std::int64_t memory) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return options;
}

// What of a rule goes into databases, and where its matches lie around a hit.
struct RuleEntry {
  std::string pattern;
  std::size_t width = 0;
  std::optional<Anchors> anchors;
};

// RE2 has the last word on syntax: what only one of the two takes is no rule.
base::Result<RuleEntry> entry_of(const Rule &rule) {
  const RE2 regex(rule.pattern, regex_options(kExactMemory));
  const RE2 relaxed(relax(rule.pattern, rule.group).pattern, regex_options(kRelaxedMemory));
  if (!regex.ok() || !relaxed.ok())
    return base::fail(base::ErrorKind::usage, "rule " + rule.id + ": RE2 does not take the pattern: " +
                                                  (regex.ok() ? relaxed.error() : regex.error()));
  RuleEntry entry;
  DISLODGE_TRY_ASSIGN(entry.width, width_of_pattern(rule.pattern, "rule " + rule.id, Matcher::kWidthMax));
  entry.pattern = loosened(rule.pattern);
  const auto tree = parse_pattern(rule.pattern, false);
  if (tree) entry.anchors = choose_anchors(*tree, Matcher::kWidthMax);
  return entry;
}

// Anchors with what each leads to, as they are chosen and as they are stored.
class AnchorTable {
 public:
  void add(std::uint32_t number, const Anchors &anchors) {
    for (const Anchor &anchor : anchors.list)
      rows_.push_back(
          {{number, anchor.back, anchor.ahead, gate_of(anchor.head), gate_of(anchor.tail)}, anchor});
  }
  void encode(base::WireWriter &out) const {
    GramFilter filter;
    for (std::size_t i = 0; i < rows_.size(); ++i) filter.add(static_cast<std::uint32_t>(i), rows_[i].anchor);
    filter.seal();
    out.list(gates_, [&](const std::string *program) {
      out.text(*program);
      const GateFirst first = gate_first(*program);
      for (const std::uint64_t word : first.bytes.words()) out.number(word);
      out.flag(first.edge);
    });
    out.list(rows_, [&](const Row &row) {
      out.number(row.target.number);
      out.number(row.target.back);
      out.number(row.target.ahead);
      out.number(row.target.head);
      out.number(row.target.tail);
    });
    filter.encode(out);
  }
  // False where the bytes do not hold together.
  static bool decode(base::WireReader &in, std::vector<GateProgram> &gates, std::vector<Target> &targets,
                     GramFilter &filter) {
    in.list([&] {
      GateProgram gate;
      gate.program = in.text();
      std::array<std::uint64_t, 4> words{};
      for (std::uint64_t &word : words) word = in.number();
      gate.first.bytes = ByteSet::of(words);
      gate.first.edge = in.flag();
      gates.push_back(gate);
    });
    bool sound = true;
    in.list([&] {
      Target target;
      target.number = static_cast<std::uint32_t>(in.number());
      target.back = in.number();
      target.ahead = in.number();
      target.head = static_cast<std::uint32_t>(in.number());
      target.tail = static_cast<std::uint32_t>(in.number());
      for (const std::uint32_t gate : {target.head, target.tail})
        sound = sound && (gate == kNoGate || gate < gates.size());
      targets.push_back(target);
    });
    filter = GramFilter::decode(in);
    return sound;
  }

 private:
  std::uint32_t gate_of(const std::string &program) {
    if (program.empty()) return kNoGate;
    const auto [place, fresh] = numbers_.try_emplace(program, static_cast<std::uint32_t>(gates_.size()));
    if (fresh) gates_.push_back(&place->first);
    return place->second;
  }
  struct Row {
    Target target;
    Anchor anchor;
  };
  std::vector<Row> rows_;
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string *> gates_;
};

}  // namespace

struct Matcher::State {
  std::string compiled;  // the databases lie in it
  std::vector<RuleWindow> windows;
  LazyDatabase everywhere;  // what has no anchors
  std::unique_ptr<LazyRegex[]> regexes;
  GramFilter filter;
  std::vector<Target> targets;
  std::vector<GateProgram> gates;
  std::vector<std::uint32_t> by_run;  // rules whose matches hold a long run
  bool everywhere_far = false;        // a rule without anchors reaches kFarReach
  std::uint32_t first_trigger() const { return static_cast<std::uint32_t>(windows.size()); }
  bool may_match(const Target &target, std::string_view text, std::size_t begin, std::size_t end,
                 Scratch::State &work) const;

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
  void ask_everywhere(std::string_view text, std::size_t begin, std::size_t end, Scratch::State &work,
                      Matches &found) const;
  void trigger(std::uint32_t id, std::string_view text, std::size_t end, Matches &found) const;
  void confirm(std::string_view text, const Region &region, std::vector<re2::StringPiece> &groups,
               std::vector<RuleMatch> &out) const;
};

struct Matcher::Scratch::State {
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;
  bool allocated = false;  // whether the scratch space serves the database
  std::vector<re2::StringPiece> groups;
  std::vector<std::unique_ptr<Gate>> gates;  // those that were asked
  Regions regions;                           // where a rule may match

  Gate &gate(const Matcher::State &matcher, std::uint32_t number);
};

Gate &Matcher::Scratch::State::gate(const Matcher::State &matcher, std::uint32_t number) {
  std::unique_ptr<Gate> &gate = gates[number];
  if (gate == nullptr) gate = std::make_unique<Gate>(matcher.gates[number].program);
  return *gate;
}

// Whether the bytes around an anchor are such as its rule may have there.
bool Matcher::State::may_match(const Target &target, std::string_view text, std::size_t begin,
                               std::size_t end, Scratch::State &work) const {
  if (target.tail != kNoGate &&
      (end >= text.size() || !gates[target.tail].first.bytes.has(static_cast<unsigned char>(text[end]))))
    return false;
  if (target.head != kNoGate) {
    const GateFirst &first = gates[target.head].first;
    if (begin == 0 ? !first.edge : !first.bytes.has(static_cast<unsigned char>(text[begin - 1])))
      return false;
  }
  return (target.tail == kNoGate || work.gate(*this, target.tail).may_follow(text, end, target.ahead)) &&
         (target.head == kNoGate || work.gate(*this, target.head).may_precede(text, begin, target.back));
}

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
  base::WireWriter out;
  out.text(kMagic);
  out.text(cache_name(rules));
  std::vector<RuleEntry> entries;
  for (const Rule &rule : rules.rules) {
    DISLODGE_TRY_ASSIGN(RuleEntry entry, entry_of(rule));
    entries.push_back(std::move(entry));
  }
  std::vector<Expression> everywhere;
  bool everywhere_far = false;
  std::vector<std::uint32_t> by_run;
  AnchorTable table;
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    RuleEntry &entry = entries[i];
    if (!entry.anchors) {
      everywhere_far = everywhere_far || entry.width >= kFarReach;
      everywhere.push_back({entry.pattern, 0, i});
      continue;
    }
    if (entry.anchors->list.empty()) by_run.push_back(i);
    table.add(i, *entry.anchors);
  }
  auto id = static_cast<std::uint32_t>(rules.rules.size());
  const auto add_trigger = [&](const char *pattern) {
    const auto tree = parse_pattern(pattern, true);
    const auto anchors = tree ? choose_anchors(*tree, kWidthMax) : std::nullopt;
    if (anchors && anchors->exact)
      table.add(id, *anchors);
    else
      everywhere.push_back({pattern, HS_FLAG_CASELESS, id});
    ++id;
  };
  for (const ProseTrigger &trigger : prose_triggers()) add_trigger(trigger.pattern);
  for (const char *trigger : assignment_triggers()) add_trigger(trigger);
  DISLODGE_TRY_ASSIGN(const std::string everywhere_database, compile_database(everywhere, rules));
  out.list(entries, [&](const RuleEntry &entry) {
    out.number(entry.width);
    const ValueRun run = entry.anchors ? entry.anchors->run : ValueRun();
    out.number(run.least);
    for (const std::uint64_t word : run.set.words()) out.number(word);
  });
  out.list(by_run, [&](std::uint32_t rule) { out.number(rule); });
  out.number(everywhere_far ? 1 : 0);
  table.encode(out);
  out.text(everywhere_database);
  std::string compiled = out.take();
  compiled += base::as_bytes(base::sha256(compiled));
  return compiled;
}

base::Result<void> Matcher::accepts(const Rule &rule) {
  DISLODGE_TRY_ASSIGN(RuleEntry entry, entry_of(rule));
  RuleSet alone;
  alone.rules.push_back(rule);
  const Expression expression{std::move(entry.pattern), 0, 0};
  DISLODGE_TRY(compile_database({&expression, 1}, alone));
  return {};
}

base::Result<Matcher> Matcher::load(const RuleSet &rules, std::string_view given) {
  const auto refuse = [](std::string_view why) {
    return base::fail(base::ErrorKind::usage,
                      "the compiled rules " + std::string(why) + "; compile them again");
  };
  auto state = std::make_unique<State>();
  state->compiled = given;
  const std::string_view compiled = state->compiled;
  constexpr std::size_t kDigest = std::tuple_size_v<base::Sha256>;
  if (compiled.size() < kDigest) return refuse("are cut short");
  const std::string_view body = compiled.substr(0, compiled.size() - kDigest);
  if (base::as_bytes(base::sha256(body)) != compiled.substr(body.size())) return refuse("are damaged");
  base::WireReader in(body);
  if (in.text() != kMagic || in.text() != cache_name(rules))
    return refuse("belong to other rules or another machine");
  in.list([&] {
    RuleWindow window;
    window.back = in.number();
    window.run.least = in.number();
    std::array<std::uint64_t, 4> words{};
    for (std::uint64_t &word : words) word = in.number();
    window.run.set = ByteSet::of(words);
    const std::size_t place = state->windows.size();
    if (place >= rules.rules.size()) return;
    window.pattern = rules.rules[place].pattern;
    window.group = rules.rules[place].group;
    state->windows.push_back(std::move(window));
  });
  if (!in.ok() || state->windows.size() != rules.rules.size()) return refuse("are damaged");
  in.list([&] {
    const std::uint64_t rule = in.number();
    if (rule < state->windows.size()) state->by_run.push_back(static_cast<std::uint32_t>(rule));
  });
  state->everywhere_far = in.number() != 0;
  const bool whole = AnchorTable::decode(in, state->gates, state->targets, state->filter);
  state->everywhere.bytes = in.text();
  if (!whole || !in.ok() || !in.at_end() || !state->filter.sound()) return refuse("are damaged");
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
  state->gates.resize(state_->gates.size());
  state->regions.open.resize(state_->windows.size());
  return Scratch(std::move(state));
}

std::size_t Matcher::width_of(std::uint32_t rule) const {
  return state_->windows[rule].back;
}

void Matcher::State::confirm(std::string_view text, const Region &region,
                             std::vector<re2::StringPiece> &groups, std::vector<RuleMatch> &out) const {
  const RuleWindow &window = windows[region.rule];
  const LazyRegex &lazy = relaxed(region.rule);
  const re2::StringPiece whole(text.data(), text.size());
  groups.resize(static_cast<std::size_t>(lazy.relaxed.groups) + 1);
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

// Has the database look at a stretch of the text; each end that it reports becomes a region, or a trigger.
void Matcher::State::ask_everywhere(std::string_view text, std::size_t begin, std::size_t end,
                                    Scratch::State &work, Matches &found) const {
  const hs_database_t *database = everywhere.get();
  if (database == nullptr) return;
  if (!work.allocated) {
    hs_scratch_t *raw = work.scratch.release();
    const hs_error_t result = hs_alloc_scratch(database, &raw);
    work.scratch.reset(raw);
    if (result != HS_SUCCESS) throw std::bad_alloc();
    work.allocated = true;
  }
  struct Context {
    const State &matcher;
    Scratch::State &work;
    Matches &found;
    std::size_t base;
    std::string_view text;
  };
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long to, unsigned,
                           void *context) -> int {
    auto &c = *static_cast<Context *>(context);
    const std::size_t hit = c.base + static_cast<std::size_t>(to);
    if (id >= c.matcher.first_trigger()) {
      c.matcher.trigger(id, c.text, hit, c.found);
      return 0;
    }
    const std::size_t back = c.matcher.windows[id].back;
    c.work.regions.add(id, hit > back ? hit - back : 0, hit);
    return 0;
  };
  for (std::size_t at = begin; at < end;) {
    const std::size_t size = std::min(end - at, kBlockBytes);
    Context context{*this, work, found, at, text};
    const hs_error_t result = hs_scan(database, text.data() + at, static_cast<unsigned>(size), 0,
                                      work.scratch.get(), on_match, &context);
    // It fails only if it is used wrongly; silence would mean secrets missed.
    if (result != HS_SUCCESS)
      throw std::logic_error("Hyperscan refuses to scan: error " + std::to_string(result));
    if (at + size == end) break;
    at += size - kBlockOverlap;
  }
}

void Matcher::State::trigger(std::uint32_t id, std::string_view text, std::size_t end, Matches &found) const {
  const std::uint32_t number = id - first_trigger();
  // Most words that names of secrets are made of stand in sentences: no name, nothing assigned.
  if (number >= prose_triggers().size() && !may_assign(text, end)) return;
  found.triggers.push_back({number, end});
}

void Matcher::find(std::string_view text, Scratch &scratch, Matches &found) const {
  const TextRange whole{0, text.size()};
  find(text, {&whole, 1}, scratch, found);
}

void Matcher::find(std::string_view text, std::span<const TextRange> where, Scratch &scratch,
                   Matches &found) const {
  found.rules.clear();
  found.triggers.clear();
  found.runs.clear();
  found.far.clear();
  Scratch::State &work = *scratch.state_;
  work.regions.clear();
  const State &state = *state_;
  const std::uint32_t first_trigger = state.first_trigger();
  const auto on_anchor = [&](std::uint32_t number, std::size_t begin, std::size_t end) {
    const Target &target = state.targets[number];
    if (target.number >= first_trigger) {
      state.trigger(target.number, text, end, found);
      return;
    }
    if (std::max(target.back, target.ahead) >= kFarReach) found.far.push_back({begin, end});
    if (!state.may_match(target, text, begin, end, work)) return;
    // One byte more on each side, which "\b" looks at.
    work.regions.add(target.number, begin - std::min(begin, target.back + 1),
                     std::min(text.size(), end + target.ahead + 1));
  };
  for (const TextRange &range : where) {
    state.filter.scan(text, range.begin, range.end, on_anchor);
    const std::size_t known = found.runs.size();
    if (where.size() == 1 && range.end - range.begin == text.size()) {
      found.runs = find_runs(text, kRunLetters, kLongRun);
    } else {
      for (const std::size_t run :
           find_runs(text.substr(range.begin, range.end - range.begin), kRunLetters, kLongRun))
        found.runs.push_back(range.begin + run);
    }
    for (std::size_t i = known; i < found.runs.size(); ++i) {
      const std::size_t begin = found.runs[i];
      std::size_t end = begin + kLongRun;
      while (end < text.size() && in_run(text[end])) ++end;
      for (const std::uint32_t rule : state.by_run) {
        const RuleWindow &window = state.windows[rule];
        if (window.back >= kFarReach) found.far.push_back({begin, end});
        if (window.run.within(text.substr(begin, end - begin)))
          work.regions.add(rule, begin - std::min(begin, window.back + 1),
                           std::min(text.size(), end + window.back + 1));
      }
    }
  }
  // A rule without an anchor that reaches further than a stretch is sure to is asked of the whole text.
  if (state.everywhere_far)
    state.ask_everywhere(text, 0, text.size(), work, found);
  else
    for (const TextRange &range : where)
      state.ask_everywhere(text, range.begin - std::min(range.begin, kAround),
                           std::min(text.size(), range.end + kAround), work, found);
  work.regions.settle();
  for (const Region &region : work.regions.list) state.confirm(text, region, work.groups, found.rules);
  std::sort(found.triggers.begin(), found.triggers.end(), [](const TriggerHit &a, const TriggerHit &b) {
    return a.end != b.end ? a.end < b.end : a.trigger < b.trigger;
  });
  const auto same = [](const TriggerHit &a, const TriggerHit &b) {
    return a.end == b.end && a.trigger == b.trigger;
  };
  found.triggers.erase(std::unique(found.triggers.begin(), found.triggers.end(), same), found.triggers.end());
}

}  // namespace dislodge::secret
