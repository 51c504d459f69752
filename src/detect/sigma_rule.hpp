#pragma once
// Sigma rules, correlations and filters as read from YAML, before they are compiled.
//
//   const SigmaSet set = read_sigma(files);            // every rule that loads; the rest with its reason
//   const SigmaMatcher matcher = *SigmaMatcher::make(set);
//
// Sigma specification 2.1.0: sigma-rules, sigma-correlation-rules, sigma-filters and appendix of modifiers.
// Own rules (rules/detections/*.yml) are Sigma with one more key, `dislodge`, described in
// rules/detections/README.md.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/embedded_rules.hpp"
#include "base/result.hpp"

namespace dislodge::detect {

// Limits of what a rule file may hold: rules are trusted more than evidence, but people download them.
inline constexpr std::size_t kSigmaFileBytesMax = 4u << 20;
inline constexpr std::size_t kSigmaValuesMax = 200'000;  // values of one document
inline constexpr int kSigmaDepthMax = 40;                // nesting of YAML and of conditions

enum class Modifier : std::uint8_t {
  all,
  contains,
  startswith,
  endswith,
  exists,
  cased,
  neq,
  windash,
  re,
  re_i,
  re_m,
  re_s,
  base64,
  base64offset,
  utf16le,
  utf16be,
  utf16,
  lt,
  lte,
  gt,
  gte,
  minute,
  hour,
  day,
  week,
  month,
  year,
  cidr,
  expand,
  fieldref,
};
std::optional<Modifier> modifier_named(std::string_view name);

struct SigmaValue {
  enum class Kind : std::uint8_t { null, text, number, boolean };
  Kind kind = Kind::text;
  std::string text;  // as written; of numbers and booleans too
};

// `field|modifier|modifier: values`. A keyword has no field.
struct SigmaItem {
  std::string field;
  std::vector<Modifier> modifiers;
  std::vector<SigmaValue> values;
  bool has(Modifier modifier) const;
};

// A named selection: any of its maps, of each map all items.
struct SigmaSelection {
  std::string name;
  std::vector<std::vector<SigmaItem>> any;
};

// A condition as a tree in one list; `root` is its last node.
struct SigmaCondition {
  enum class Kind : std::uint8_t { selection, all_of, any_of, not_of };
  struct Node {
    Kind kind = Kind::selection;
    std::uint32_t selection = 0;          // index into the rule's selections
    std::vector<std::uint32_t> children;  // earlier nodes
  };
  std::vector<Node> nodes;
};
// Grammar: or, and, not, parentheses, "1 of", "any of", "all of", "them", patterns with *. Selections whose
// name begins with _ are no part of "them". The deprecated pipe is an error.
base::Result<SigmaCondition> parse_condition(std::string_view text,
                                             const std::vector<SigmaSelection> &selections);

struct SigmaLogsource {
  std::string category, product, service;  // lower case
};

// What an own rule says beside Sigma.
struct SigmaOwn {
  std::string kind;    // of detection; empty: "rule-matched"
  std::string says;    // sentence with {places}
  std::string source;  // where the step is described
  std::string per;     // events that make one detection: "actor" (default), "target", "address", "event"
  // evidence: the act is an attack by itself, whoever did it; suspect: it is one in company of others;
  // change: everyday work of administrators that matters once it is known to be the intruder's.
  std::string weight = "suspect";
  // What stays behind where the intruder did it: event.operation -> slot, "" for every other operation.
  // Stands before what the kind plants; "none" is nothing.
  std::map<std::string, std::string, std::less<>> plants;
  std::vector<std::string> must, must_not;  // records as JSON
};

struct SigmaRule {
  std::string id;    // UUID, else name, else title
  std::string name;  // what correlations call it
  std::string title;
  std::string level = "medium";
  std::string path;                     // file of the rule, for messages
  std::vector<std::string> techniques;  // "T1098.003"
  std::vector<SigmaLogsource> logsources;
  std::vector<SigmaSelection> selections;
  SigmaCondition condition;
  std::optional<SigmaOwn> own;
  bool quiet = false;  // only a part of correlations, none of which generates it
};

enum class CorrelationType : std::uint8_t {
  event_count,
  value_count,
  temporal,
  temporal_ordered,
  value_sum,
  value_avg,
  value_percentile,
};

struct SigmaCorrelation {
  std::string id, name, title, path;
  std::string level = "medium";
  std::vector<std::string> techniques;
  CorrelationType type = CorrelationType::event_count;
  std::vector<std::string> rules;  // names or ids of rules or correlations
  std::vector<std::string> group_by;
  std::int64_t timespan_us = 0;
  // Of the count, or of the value; a range has two.
  struct Bound {
    enum class Kind : std::uint8_t { gt, gte, lt, lte, eq, neq };
    Kind kind = Kind::gte;
    double value = 1;
  };
  std::vector<Bound> bounds;
  std::vector<std::string> fields;  // of value_*
  double percentile = 50;
  // alias -> rule -> field
  std::map<std::string, std::map<std::string, std::string>> aliases;
  bool generate = false;
  std::optional<SigmaOwn> own;
};

struct SigmaProblem {
  std::string path;
  std::string title;
  std::string reason;
};

struct SigmaSet {
  std::vector<SigmaRule> rules;                // by (path, order in the file)
  std::vector<SigmaCorrelation> correlations;  // after those that they refer to
  std::vector<SigmaProblem> problems;          // what did not load
  std::size_t documents = 0;
  std::string digest;  // of all that was read
};

// Values for |expand: placeholder name (without %) -> values.
using SigmaPlaceholders = std::map<std::string, std::vector<std::string>, std::less<>>;

// (product, field name), both lower case, to the paths where records have it. Product "*": every product.
using SigmaAliases = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

// Reads every .yml and .yaml file whose path has "detections/". Filters are joined to the rules that they
// name.
SigmaSet read_sigma(std::span<const base::EmbeddedRule> files, const SigmaPlaceholders &placeholders = {});

}  // namespace dislodge::detect
