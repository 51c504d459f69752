#include "detect/sigma_matcher.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/encode.hpp"
#include "detect/sigma_compiled.hpp"
#include "detect/sigma_fields.hpp"
#include "detect/sigma_guards.hpp"
#include "detect/sigma_logsource.hpp"

namespace dislodge::detect {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using log::Event;
using log::Source;

struct FreeDatabase {
  void operator()(hs_database_t *database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t *scratch) const { hs_free_scratch(scratch); }
};

constexpr std::size_t kWitnessesMax = 400;  // alternatives of one rule; beyond, it is always evaluated
// Letters that an exporter wrote as \u0041: then the scan cannot tell, and every rule is evaluated.
constexpr const char *kEscapedLetter = "\\\\u00(2[0e]|3[0-9a]|4[0-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])";

using Witnesses = std::optional<std::vector<std::string>>;

std::size_t shortest(const std::vector<std::string> &list) {
  std::size_t least = SIZE_MAX;
  for (const std::string &one : list) least = std::min(least, one.size());
  return least;
}

// The better of two: longer literals are rarer.
void better(Witnesses &best, Witnesses other) {
  if (!other) return;
  if (!best || shortest(*other) > shortest(*best)) best = std::move(other);
}

}  // namespace

struct SigmaMatcher::State {
  SigmaSet set;
  std::vector<FieldPlan> plans;
  std::vector<CompiledRule> rules;                     // beside set.rules
  std::vector<std::vector<std::uint32_t>> by_literal;  // literal -> rules
  std::vector<std::uint32_t> always;                   // rules with neither guard nor literal
  std::optional<SigmaGuards> guards;
  std::uint32_t scanned = 0;  // sources whose records are scanned for literals
  std::unique_ptr<hs_database_t, FreeDatabase> database;
  std::uint32_t escaped_id = 0;
  std::size_t pattern_room = kSigmaPatternBytesMax;
  std::map<std::string, std::uint32_t> field_ids;

  std::uint32_t field(const std::string &product, const std::string &name, const SigmaAliases &aliases) {
    const auto [found, added] =
        field_ids.emplace(plan_key(product, name), static_cast<std::uint32_t>(plans.size()));
    if (added) plans.push_back(plan_field(product, name, aliases));
    return found->second;
  }

  Result<CompiledItem> item(const SigmaItem &written, const std::string &product,
                            const SigmaAliases &aliases) {
    CompiledItem out;
    out.keyword = written.field.empty();
    out.all = written.has(Modifier::all);
    out.negated = written.has(Modifier::neq);
    if (!out.keyword) out.field = field(product, written.field, aliases);
    if (written.has(Modifier::exists)) {
      out.exists = true;
      out.wanted = base::equal_ignoring_case(written.values.front().text, "true") ||
                   base::equal_ignoring_case(written.values.front().text, "yes");
      return out;
    }
    if (written.has(Modifier::fieldref)) {
      if (written.values.size() != 1)
        return fail(ErrorKind::usage, "fieldref of " + written.field + " names more than one field");
      out.other = field(product, written.values.front().text, aliases);
      for (const Modifier modifier : {Modifier::contains, Modifier::startswith, Modifier::endswith})
        if (written.has(modifier)) out.reference = modifier;
      return out;
    }
    DISLODGE_TRY_ASSIGN(out.values, SigmaPattern::of(written, pattern_room));
    return out;
  }

  Result<CompiledRule> compile(const SigmaRule &written, const SigmaAliases &aliases) {
    CompiledRule out;
    std::string product = written.logsources.front().product;
    for (const SigmaLogsource &logsource : written.logsources) {
      out.sources |= sources_of(logsource);
      if (logsource.product != product) product = "*";
      for (const std::string_view channel : channels_of(logsource)) out.channels.push_back(channel);
      for (const std::string_view id : event_ids_of(logsource)) out.event_ids.push_back(id);
    }
    out.channel_field = field("windows", "Channel", aliases);
    out.event_id_field = field("windows", "EventID", aliases);
    for (const SigmaSelection &selection : written.selections) {
      std::vector<std::vector<CompiledItem>> maps;
      for (const auto &map : selection.any) {
        std::vector<CompiledItem> items;
        for (const SigmaItem &one : map) {
          DISLODGE_TRY_ASSIGN(CompiledItem compiled, item(one, product, aliases));
          items.push_back(std::move(compiled));
        }
        maps.push_back(std::move(items));
      }
      out.selections.push_back(std::move(maps));
    }
    return out;
  }

  // Literals of which at least one stands in every record that matches.
  Witnesses of_item(const CompiledItem &item) const {
    if (item.negated || item.exists || item.other) return std::nullopt;
    if (!item.keyword && !plans[item.field].from_record) return std::nullopt;
    Witnesses best;
    std::vector<std::string> any;
    for (const auto &alternatives : item.values) {
      std::vector<std::string> here;
      for (const SigmaPattern &pattern : alternatives) here.push_back(pattern.witness());
      const bool blind = here.empty() || std::find(here.begin(), here.end(), "") != here.end();
      if (item.all) {
        if (!blind) better(best, std::move(here));
      } else {
        if (blind) return std::nullopt;
        any.insert(any.end(), here.begin(), here.end());
      }
    }
    return item.all ? best : Witnesses(std::move(any));
  }

  Witnesses of_selection(const std::vector<std::vector<CompiledItem>> &maps) const {
    std::vector<std::string> any;
    for (const auto &items : maps) {
      Witnesses best;
      for (const CompiledItem &item : items) better(best, of_item(item));
      if (!best) return std::nullopt;
      any.insert(any.end(), best->begin(), best->end());
    }
    return any;
  }

  Witnesses of_rule(const SigmaRule &written, const CompiledRule &rule) const {
    using Kind = SigmaCondition::Kind;
    // Children stand before their parents.
    std::vector<Witnesses> of_node(written.condition.nodes.size());
    for (std::size_t i = 0; i < of_node.size(); ++i) {
      const SigmaCondition::Node &node = written.condition.nodes[i];
      if (node.kind == Kind::selection) {
        of_node[i] = of_selection(rule.selections[node.selection]);
      } else if (node.kind == Kind::all_of) {
        for (const std::uint32_t child : node.children) better(of_node[i], of_node[child]);
      } else if (node.kind == Kind::any_of) {
        std::vector<std::string> any;
        bool blind = false;
        for (const std::uint32_t child : node.children) {
          blind = blind || !of_node[child];
          if (!blind) any.insert(any.end(), of_node[child]->begin(), of_node[child]->end());
        }
        if (!blind) of_node[i] = std::move(any);
      }
      if (of_node[i] && of_node[i]->size() > kWitnessesMax) of_node[i].reset();
    }
    return of_node.empty() ? std::nullopt : of_node.back();
  }

  // Fields that correlations group or count by, kept on the events of the rules that they name.
  void keep_fields(const SigmaAliases &aliases) {
    std::map<std::string, std::vector<std::size_t>> named;
    for (std::size_t i = 0; i < set.rules.size(); ++i) {
      named[set.rules[i].id].push_back(i);
      if (!set.rules[i].name.empty() && set.rules[i].name != set.rules[i].id)
        named[set.rules[i].name].push_back(i);
    }
    // What a correlation of correlations groups by, those below it need too.
    std::map<std::string, std::vector<std::size_t>> below;
    for (const SigmaCorrelation &one : set.correlations) {
      std::vector<std::size_t> reached;
      for (const std::string &name : one.rules) {
        const auto &list = named.count(name) != 0 ? named[name] : below[name];
        reached.insert(reached.end(), list.begin(), list.end());
        for (const std::size_t rule : list) {
          const auto keep = [&](const std::string &wanted) {
            std::string native = wanted;
            if (const auto alias = one.aliases.find(wanted); alias != one.aliases.end()) {
              for (const std::string &key : {set.rules[rule].name, set.rules[rule].id, name})
                if (const auto found = alias->second.find(key); found != alias->second.end())
                  native = found->second;
            }
            const std::uint32_t id = field(set.rules[rule].logsources.front().product, native, aliases);
            auto &kept = rules[rule].kept;
            if (std::find(kept.begin(), kept.end(), std::pair(wanted, id)) == kept.end())
              kept.emplace_back(wanted, id);
          };
          for (const std::string &wanted : one.group_by) keep(wanted);
          for (const std::string &wanted : one.fields) keep(wanted);
        }
      }
      below[one.id] = reached;
      if (!one.name.empty()) below[one.name] = reached;
    }
  }

  // What each rule is found by: a guard, a literal in the record's bytes, or nothing but itself.
  Result<void> choose() {
    std::vector<Witnesses> witnesses;
    std::vector<bool> has_literal;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      witnesses.push_back(of_rule(set.rules[i], rules[i]));
      has_literal.push_back(witnesses.back().has_value());
    }
    guards.emplace(set, rules, has_literal);
    std::map<std::string, std::vector<std::uint32_t>> wanted;
    for (const std::uint32_t rule : guards->without()) {
      if (!witnesses[rule]) {
        always.push_back(rule);
        continue;
      }
      scanned |= rules[rule].sources;
      for (const std::string &literal : *witnesses[rule]) {
        auto &list = wanted[literal];
        if (list.empty() || list.back() != rule) list.push_back(rule);
      }
    }
    return compile_literals(wanted);
  }

  Result<void> compile_literals(std::map<std::string, std::vector<std::uint32_t>> &wanted) {
    std::vector<std::string> expressions;
    for (auto &[literal, list] : wanted) {
      std::string escaped;
      for (const char c : literal) {
        if (c == '.') escaped += '\\';
        escaped += c;
      }
      expressions.push_back(std::move(escaped));
      by_literal.push_back(std::move(list));
    }
    escaped_id = static_cast<std::uint32_t>(expressions.size());
    expressions.emplace_back(kEscapedLetter);
    std::vector<const char *> pointers;
    std::vector<unsigned> flags, ids;
    for (std::size_t i = 0; i < expressions.size(); ++i) {
      pointers.push_back(expressions[i].c_str());
      flags.push_back(HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH);
      ids.push_back(static_cast<unsigned>(i));
    }
    hs_database_t *raw = nullptr;
    hs_compile_error_t *error = nullptr;
    if (hs_compile_multi(pointers.data(), flags.data(), ids.data(), static_cast<unsigned>(pointers.size()),
                         HS_MODE_BLOCK, nullptr, &raw, &error) != HS_SUCCESS) {
      const std::string why = error == nullptr ? "" : error->message;
      hs_free_compile_error(error);
      return fail(ErrorKind::internal, "the literals of the detection rules do not compile: " + why);
    }
    database.reset(raw);
    return {};
  }
};

Result<SigmaMatcher> SigmaMatcher::make(SigmaSet set, const SigmaAliases &aliases) {
  auto state = std::make_unique<State>();
  std::vector<SigmaRule> good;
  for (SigmaRule &written : set.rules) {
    auto rule = state->compile(written, aliases);
    if (!rule) {
      set.problems.push_back({written.path, written.title, rule.error().message});
      continue;
    }
    state->rules.push_back(std::move(*rule));
    good.push_back(std::move(written));
  }
  set.rules = std::move(good);
  state->set = std::move(set);
  state->keep_fields(aliases);
  DISLODGE_TRY(state->choose());
  return SigmaMatcher(std::move(state));
}

SigmaMatcher::SigmaMatcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigmaMatcher::SigmaMatcher(SigmaMatcher &&) noexcept = default;
SigmaMatcher &SigmaMatcher::operator=(SigmaMatcher &&) noexcept = default;
SigmaMatcher::~SigmaMatcher() = default;

const SigmaSet &SigmaMatcher::set() const {
  return state_->set;
}

std::size_t SigmaMatcher::with_witness() const {
  return state_->rules.size() - state_->always.size();
}

struct SigmaWatcher::Scratch {
  explicit Scratch(const SigmaMatcher::State &of) : fields(of.plans), guards(*of.guards), state(&of) {}

  FieldReader fields;
  GuardReader guards;
  std::unique_ptr<hs_scratch_t, FreeScratch> scratch;
  std::vector<std::uint64_t> seen;  // by rule: the last record for which it was a candidate
  std::vector<std::uint32_t> candidates;
  std::uint64_t record = 0;
  bool escaped = false;
  const SigmaMatcher::State *state;

  void candidate(std::uint32_t rule) {
    if (seen[rule] == record) return;
    seen[rule] = record;
    candidates.push_back(rule);
  }
};

SigmaWatcher::SigmaWatcher(const SigmaMatcher &matcher, Candidates candidates)
    : state_(matcher.state()), scratch_(std::make_unique<Scratch>(state_)), candidates_(candidates) {
  hs_scratch_t *raw = nullptr;
  if (hs_alloc_scratch(state_.database.get(), &raw) == HS_SUCCESS) scratch_->scratch.reset(raw);
  scratch_->seen.resize(state_.rules.size());
}

SigmaWatcher::~SigmaWatcher() = default;

// Rules whose literals stand in the record. Where that cannot be told, all that are found by literals.
void SigmaWatcher::scan(std::string_view raw) {
  Scratch &scratch = *scratch_;
  bool everything = !scratch.scratch || raw.size() > UINT32_MAX;
  if (!everything) {
    scratch.escaped = false;
    const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                             void *context) -> int {
      auto &here = *static_cast<Scratch *>(context);
      if (id == here.state->escaped_id) {
        here.escaped = true;
        return 1;
      }
      for (const std::uint32_t rule : here.state->by_literal[id]) here.candidate(rule);
      return 0;
    };
    const hs_error_t result = hs_scan(state_.database.get(), raw.data(), static_cast<unsigned>(raw.size()), 0,
                                      scratch.scratch.get(), on_match, &scratch);
    everything = scratch.escaped || (result != HS_SUCCESS && result != HS_SCAN_TERMINATED);
  }
  if (!everything) return;
  for (const std::uint32_t rule : state_.guards->without()) scratch.candidate(rule);
}

void SigmaWatcher::saw(const log::Json &record, std::string_view raw, log::EventBuilder &event) {
  if (state_.rules.empty()) return;
  Scratch &scratch = *scratch_;
  ++scratch.record;
  scratch.candidates.clear();
  scratch.fields.begin(record, event);
  const Source of = event.event().source;
  const std::uint32_t source = bit_of(of);
  if (candidates_ == Candidates::likely) {
    scratch.guards.rules(of, scratch.fields, [&](std::uint32_t rule) { scratch.candidate(rule); });
    if ((state_.scanned & source) != 0) scan(raw);
    for (const std::uint32_t rule : state_.always) scratch.candidate(rule);
  } else {
    for (std::uint32_t rule = 0; rule < state_.rules.size(); ++rule) scratch.candidate(rule);
  }
  if (scratch.candidates.empty()) return;
  std::sort(scratch.candidates.begin(), scratch.candidates.end());
  FieldReader &fields = scratch.fields;
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::uint32_t rule : scratch.candidates) {
    if ((state_.rules[rule].sources & source) == 0 || !evaluate(rule)) continue;
    found.emplace_back("rule", state_.set.rules[rule].id);
    for (const auto &[name, field] : state_.rules[rule].kept)
      for (const FieldValue &value : fields.values(field))
        found.emplace_back("at:" + name, std::string(value.text));
  }
  // Extras are added last: they must not be seen by the rules. A field that two rules keep stands once.
  for (std::size_t i = 0; i < found.size(); ++i)
    if (std::find(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(i), found[i]) ==
        found.begin() + static_cast<std::ptrdiff_t>(i))
      event.extra(found[i].first, found[i].second);
}

bool SigmaWatcher::evaluate(std::size_t index) {
  ++evaluations_;
  FieldReader &fields = scratch_->fields;
  const CompiledRule &rule = state_.rules[index];
  const auto one_of = [&](std::uint32_t field, const std::vector<std::string_view> &wanted) {
    const auto &values = fields.values(field);
    if (values.empty() || wanted.empty()) return true;
    return std::any_of(values.begin(), values.end(), [&](const FieldValue &value) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](std::string_view one) { return base::equal_ignoring_case(value.text, one); });
    });
  };
  if (!rule.channels.empty() && !one_of(rule.channel_field, rule.channels)) return false;
  if (!rule.event_ids.empty() && !one_of(rule.event_id_field, rule.event_ids)) return false;
  const auto &nodes = state_.set.rules[index].condition.nodes;
  return !nodes.empty() && node(index, static_cast<std::uint32_t>(nodes.size() - 1));
}

bool SigmaWatcher::node(std::size_t rule, std::uint32_t at) {
  using Kind = SigmaCondition::Kind;
  const SigmaCondition::Node &one = state_.set.rules[rule].condition.nodes[at];
  switch (one.kind) {
    case Kind::selection:
      return selection(rule, one.selection);
    case Kind::all_of:
      return std::all_of(one.children.begin(), one.children.end(),
                         [&](std::uint32_t child) { return node(rule, child); });
    case Kind::any_of:
      return std::any_of(one.children.begin(), one.children.end(),
                         [&](std::uint32_t child) { return node(rule, child); });
    default:
      return !node(rule, one.children.front());
  }
}

bool SigmaWatcher::selection(std::size_t rule, std::uint32_t index) {
  FieldReader &fields = scratch_->fields;
  const auto any_value = [](const std::vector<FieldValue> &values,
                            const std::vector<SigmaPattern> &alternatives) {
    static constexpr FieldValue kAbsent{{}, true};
    return std::any_of(alternatives.begin(), alternatives.end(), [&](const SigmaPattern &pattern) {
      if (values.empty()) return pattern.matches(kAbsent);
      return std::any_of(values.begin(), values.end(),
                         [&](const FieldValue &value) { return pattern.matches(value); });
    });
  };
  const auto refers = [](Modifier how, std::string_view text, std::string_view other) {
    switch (how) {
      case Modifier::contains:
        return base::contains_ignoring_case(text, other);
      case Modifier::startswith:
        return text.size() >= other.size() && base::equal_ignoring_case(text.substr(0, other.size()), other);
      case Modifier::endswith:
        return text.size() >= other.size() &&
               base::equal_ignoring_case(text.substr(text.size() - other.size()), other);
      default:
        return base::equal_ignoring_case(text, other);
    }
  };
  const auto holds = [&](const CompiledItem &item) {
    const auto &values = item.keyword ? fields.whole() : fields.values(item.field);
    if (item.exists) return values.empty() != item.wanted;
    bool match = false;
    if (item.other) {
      const auto &others = fields.values(*item.other);
      match = std::any_of(values.begin(), values.end(), [&](const FieldValue &value) {
        return std::any_of(others.begin(), others.end(), [&](const FieldValue &other) {
          return refers(item.reference, value.text, other.text);
        });
      });
    } else {
      const auto one = [&](const std::vector<SigmaPattern> &alternatives) {
        return any_value(values, alternatives);
      };
      match = item.all ? std::all_of(item.values.begin(), item.values.end(), one)
                       : std::any_of(item.values.begin(), item.values.end(), one);
    }
    return match != item.negated;
  };
  const auto &maps = state_.rules[rule].selections[index];
  return std::any_of(maps.begin(), maps.end(), [&](const std::vector<CompiledItem> &items) {
    return std::all_of(items.begin(), items.end(), holds);
  });
}

}  // namespace dislodge::detect
