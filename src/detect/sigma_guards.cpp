#include "detect/sigma_guards.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/encode.hpp"

namespace dislodge::detect {

namespace {

// Of one field: as many parts of texts are compared one by one; beyond, the rules go by literals.
constexpr std::size_t kPartsMax = 24;
// Texts that are remembered of a field, and how long they may be.
constexpr std::size_t kKnownTexts = 256;
constexpr std::size_t kKnownBytesMax = 512;
constexpr std::size_t kFieldListsMax = 512;
constexpr unsigned kSourceBits = 5;
static_assert(kSources <= 1u << kSourceBits);

// Guesses at how rare it is that a record fulfils something: the more, the rarer.
constexpr double kRareLength = 16;  // bytes of a literal beyond which it gets no rarer
constexpr double kRareWhole = 6;    // the text is that, and nothing else, and that is no short number
constexpr std::size_t kShort = 4;
constexpr double kRarePart = 0.5;  // a part of the text: it has to be looked for
constexpr double kRareOther = 2;   // a network, a number, an expression
constexpr double kRareEmpty = 0.5;
constexpr double kRarePresent = 0.25;  // anything stands there
constexpr double kRareAbsent = 0;
constexpr double kCommon = 1;
// What many rules ask for is common: twice as many of them cost so much.
constexpr double kCommonByRules = 3;
constexpr std::string_view kCommonWords[] = {"success",
                                             "succeeded",
                                             "true",
                                             "false",
                                             "failure",
                                             "failed",
                                             "user",
                                             "none",
                                             "low",
                                             "high",
                                             "medium",
                                             "allow",
                                             "singlefactorauthentication",
                                             "multifactorauthentication"};

}  // namespace

// A field that has to hold one of the patterns, or anything at all.
struct SigmaGuards::Atom {
  std::uint32_t field = 0;
  bool present = false;
  std::vector<const SigmaPattern *> patterns;
};

class SigmaGuards::Chooser {
 public:
  struct Guard {
    std::vector<Atom> any;
    double rarity = 0;
  };
  using Choice = std::optional<Guard>;

  explicit Chooser(const std::vector<CompiledRule> &rules) {
    for (const CompiledRule &rule : rules) {
      std::map<Asked, bool> here;
      for (const CompiledSelection &selection : rule.selections)
        for (const auto &items : selection)
          for (const CompiledItem &item : items)
            for (const auto &alternatives : item.values)
              for (const SigmaPattern &pattern : alternatives) here[asked(item.field, pattern)] = true;
      for (const auto &[one, unused] : here) ++rules_asking_[one];
    }
  }

  Choice of_rule(const SigmaRule &written, const CompiledRule &rule) const {
    using Kind = SigmaCondition::Kind;
    // Children stand before their parents.
    std::vector<Choice> of_node(written.condition.nodes.size());
    for (std::size_t i = 0; i < of_node.size(); ++i) {
      const SigmaCondition::Node &node = written.condition.nodes[i];
      if (node.kind == Kind::selection) {
        of_node[i] = of_selection(rule.selections[node.selection]);
      } else if (node.kind == Kind::all_of) {
        for (const std::uint32_t child : node.children) better(of_node[i], of_node[child]);
      } else if (node.kind == Kind::any_of) {
        Choice any = Guard{};
        for (const std::uint32_t child : node.children) either(any, of_node[child]);
        if (any && !any->any.empty()) of_node[i] = std::move(any);
      }
    }
    return of_node.empty() ? std::nullopt : of_node.back();
  }

 private:
  using Asked = std::pair<std::uint32_t, std::string>;
  static Asked asked(std::uint32_t field, const SigmaPattern &pattern) { return {field, pattern.literal()}; }

  static void better(Choice &best, const Choice &other) {
    if (other && (!best || other->rarity > best->rarity)) best = other;
  }

  // One of two has to hold: both are looked at.
  static void either(Choice &any, const Choice &other) {
    if (!any) return;
    if (!other) {
      any.reset();
      return;
    }
    any->rarity = any->any.empty() ? other->rarity : std::min(any->rarity, other->rarity);
    for (const Atom &atom : other->any) {
      const auto same = std::find_if(any->any.begin(), any->any.end(), [&](const Atom &one) {
        return one.field == atom.field && one.present == atom.present;
      });
      if (same == any->any.end())
        any->any.push_back(atom);
      else
        same->patterns.insert(same->patterns.end(), atom.patterns.begin(), atom.patterns.end());
    }
  }

  double rarity_of(std::uint32_t field, const SigmaPattern &pattern) const {
    if (pattern.is_null()) return kRareAbsent;
    if (pattern.is_empty()) return kRareEmpty;
    const std::string literal = pattern.literal();
    if (literal.empty()) return pattern.is_text() ? kRarePresent : kRareOther;
    if (std::find(std::begin(kCommonWords), std::end(kCommonWords), literal) != std::end(kCommonWords))
      return kCommon;
    const double rules = rules_asking_.at({field, literal});
    const double rare = std::min(static_cast<double>(literal.size()), kRareLength);
    const double whole = literal.size() < kShort ? rare : rare + kRareWhole;
    return (pattern.is_whole() ? whole : rare * kRarePart) - kCommonByRules * std::log2(rules);
  }

  Guard of_patterns(std::uint32_t field, const std::vector<SigmaPattern> &patterns) const {
    Guard out{{{field, false, {}}}, 1e9};
    for (const SigmaPattern &pattern : patterns) {
      out.any.front().patterns.push_back(&pattern);
      out.rarity = std::min(out.rarity, rarity_of(field, pattern));
    }
    return out;
  }

  Choice of_item(const CompiledItem &item) const {
    if (item.keyword || item.negated || (item.exists && !item.wanted)) return std::nullopt;
    if (item.exists || item.other) return Guard{{{item.field, true, {}}}, kRarePresent};
    Choice best;
    Choice any = Guard{};
    for (const auto &alternatives : item.values) {
      const Choice here = of_patterns(item.field, alternatives);
      better(best, here);
      either(any, here);
    }
    if (item.values.empty()) return std::nullopt;
    return item.all ? best : any;
  }

  Choice of_selection(const CompiledSelection &maps) const {
    Choice any = Guard{};
    for (const auto &items : maps) {
      Choice best;
      for (const CompiledItem &item : items) better(best, of_item(item));
      either(any, best);
    }
    return any && any->any.empty() ? std::nullopt : any;
  }

  std::map<Asked, double> rules_asking_;
};

SigmaGuards::SigmaGuards(const SigmaSet &set, const std::vector<CompiledRule> &rules,
                         const std::vector<bool> &by_literal)
    : of_source_(kSources) {
  const Chooser chooser(rules);
  std::vector<Chooser::Choice> choices(rules.size());
  std::unordered_map<std::uint32_t, std::size_t> parts;  // of a field
  for (std::size_t i = 0; i < rules.size(); ++i) {
    choices[i] = chooser.of_rule(set.rules[i], rules[i]);
    if (!choices[i]) continue;
    for (const Atom &atom : choices[i]->any)
      for (const SigmaPattern *pattern : atom.patterns)
        if (!pattern->is_whole() && !pattern->is_null()) ++parts[atom.field];
  }
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const bool crowded =
        choices[i] && std::any_of(choices[i]->any.begin(), choices[i]->any.end(), [&](const Atom &atom) {
          return parts[atom.field] > kPartsMax &&
                 std::any_of(atom.patterns.begin(), atom.patterns.end(), [](const SigmaPattern *pattern) {
                   return !pattern->is_whole() && !pattern->is_null();
                 });
        });
    if (!choices[i] || (crowded && by_literal[i])) {
      without_.push_back(i);
      continue;
    }
    for (const Atom &atom : choices[i]->any) add(atom, i, rules[i].sources);
  }
  for (std::uint32_t place = 0; place < fields_.size(); ++place)
    for (std::size_t source = 0; source < kSources; ++source)
      if ((fields_[place].sources >> source & 1) != 0) of_source_[source].push_back(place);
}

void SigmaGuards::add(const Atom &atom, std::uint32_t rule, std::uint32_t sources) {
  const auto [found, added] = place_of_.emplace(atom.field, static_cast<std::uint32_t>(fields_.size()));
  if (added) fields_.emplace_back().field = atom.field;
  GuardedField &field = fields_[found->second];
  field.sources |= sources;
  if (atom.present) field.present.push_back(rule);
  for (const SigmaPattern *pattern : atom.patterns) {
    if (pattern->is_null())
      field.absent.push_back(rule);
    else if (pattern->is_whole())
      field.whole[base::lower(pattern->literal())].push_back(rule);
    else
      field.parts.push_back({pattern, rule});
  }
}

const std::vector<std::uint32_t> &GuardReader::fields_at(log::Source source, FieldReader &fields) {
  const std::vector<std::uint32_t> &all = guards_.fields_of(source);
  if (fields.shape() == 0) return all;
  const std::uint64_t key = fields.shape() << kSourceBits | static_cast<std::uint64_t>(source);
  if (key == last_key_ && last_fields_ != nullptr) return *last_fields_;
  if (fields_at_.size() >= kFieldListsMax) fields_at_.clear();
  const auto [found, added] = fields_at_.try_emplace(key);
  if (added)
    for (const std::uint32_t place : all)
      if (!guards_.fields()[place].absent.empty() || fields.may_have(guards_.fields()[place].field))
        found->second.push_back(place);
  last_key_ = key;
  last_fields_ = &found->second;
  return found->second;
}

void GuardReader::find(const GuardedField &field, std::string_view text, std::vector<std::uint32_t> &out) {
  if (!field.whole.empty()) {
    lower_.resize(text.size());
    std::transform(text.begin(), text.end(), lower_.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    if (const auto found = field.whole.find(lower_); found != field.whole.end()) out = found->second;
  }
  for (const GuardedField::Part &part : field.parts)
    if (part.pattern->matches({text, false})) out.push_back(part.rule);
}

const std::vector<std::uint32_t> &GuardReader::rules_of(std::uint32_t place, std::string_view text) {
  const GuardedField &field = guards_.fields()[place];
  if (text.size() > kKnownBytesMax) {
    found_.clear();
    find(field, text, found_);
    return found_;
  }
  std::vector<Known> &known = known_[place];
  if (known.empty()) known.resize(kKnownTexts);
  const std::size_t hash = std::hash<std::string_view>()(text);
  Known &one = known[hash % kKnownTexts];
  if (one.used && one.hash == hash && one.text == text) return one.rules;
  one.used = true;
  one.hash = hash;
  one.text.assign(text);
  one.rules.clear();
  find(field, text, one.rules);
  return one.rules;
}

}  // namespace dislodge::detect
