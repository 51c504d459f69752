#pragma once
// Reach: what the intruder could hold, since when, with a proof. reach/program.hpp says how facts become
// edges, reach/solve.hpp solves them, reach/why.hpp prints a proof; docs/reach.md explains all three.
//
// The program is a set of Horn clauses over nodes with time: an edge derives its conclusion over
//   intersection of its premises' intervals  ∩  valid      (outlived by `linger_us` where the edge says so).
// For secrets, knowledge only grows: a label of a secret node is [first, infinity).
//
// Sizes to keep in mind: 5 M nodes and 18 M edges on one machine. So strings live in the program's pool, an
// edge costs about 80 bytes and a label 32; read them through the accessors below.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/intern.hpp"
#include "base/intervals.hpp"
#include "detect/detection.hpp"

namespace dislodge::reach {

using detect::Grade;
using NodeId = std::uint32_t;
using EdgeId = std::uint32_t;
using LabelId = std::uint32_t;
inline constexpr std::uint32_t kNone = UINT32_MAX;
inline constexpr std::int64_t kForever = INT64_MAX;

// What a node's labels mean: the intruder knows the secret / authenticates as / holds a token of / acts as /
// reads.
enum class NodeType : std::uint8_t { secret, authenticated, token, principal, resource };
std::string_view name_of(NodeType type);

// `id` is the secret, principal or resource; authenticated and token nodes carry their principal's. `detail`
// is the class of a token, or a part of a resource: "message:<id>", "folder:<name>", "messages", "all".
struct Node {
  NodeType type = NodeType::principal;
  bool protected_ = true;  // eviction must free it
  base::StringId id = 0;
  base::StringId name = 0;  // for people
  base::StringId detail = 0;
  base::StringId kind = 0;  // of a principal or resource, as identity/fact.hpp names them; 0 where unknown
};

enum class Rule : std::uint8_t {
  exposure,
  foothold,
  planted,
  authenticate,
  token,
  act,
  control,
  mint,
  read,
  learn,
  unlock,
  trust,
};
std::string_view name_of(Rule rule);

// Which fact an edge stands on, so that actions (rules/actions) can name what they change.
enum class FactKind : std::uint8_t {
  exposure,  // subject: resource
  foothold,  // subject: principal (a session of the intruder's), detail: session id; or subject: secret that
             // was used
  binding,   // subject: secret, object: principal, detail: slot
  planted,   // subject: key id or grant id of what the intruder set, object: principal, detail: slot
  session,   // subject: principal, detail: token class
  account,   // subject: principal (it is enabled)
  grant,     // subject: grant id, object: principal that has it, detail: grant kind
  presence,  // subject: secret, object: resource
  unlock,    // subject: secret that opens, object: secret that is opened
  trust,     // subject: secret (the key), object: relying party
};
std::string_view name_of(FactKind kind);

struct Edge {
  base::Interval valid;              // when the fact holds
  base::Time stop = base::kTimeMax;  // what lingers ends here at the latest: the next revocation
  std::int64_t linger_us = 0;  // what is derived outlives its cause by this much; kForever: until `stop`
  NodeId conclusion = 0;
  std::uint32_t premise_begin = 0;   // Program::premises()
  std::uint32_t attested_begin = 0;  // Program::attested()
  std::uint32_t attested_count = 0;
  base::StringId subject = 0, object = 0, detail = 0;  // see FactKind
  base::StringId evidence = 0;                         // item:line or log:line
  base::StringId says = 0;                             // what the fact itself says, for `why`; may be empty
  std::uint16_t premise_count = 0;                     // all of them at once; none: a seed
  Rule rule = Rule::control;
  FactKind fact = FactKind::grant;
};

// An edge as it is handed to Program::add(): everything borrowed during the call only.
struct EdgeSpec {
  Rule rule = Rule::control;
  FactKind fact = FactKind::grant;
  NodeId conclusion = 0;
  std::vector<NodeId> premises = {};  // repeated ones count once
  base::Interval valid = {};
  std::int64_t linger_us = 0;
  base::Time stop = base::kTimeMax;
  std::vector<base::Interval> attested =
      {};  // when events show it used: the only times that support `confirmed`
  std::string_view subject = {}, object = {}, detail = {}, evidence = {}, says = {};
};

class Program {
 public:
  Program() = default;
  Program(Program &&) = default;
  Program &operator=(Program &&) = default;
  Program clone() const;

  NodeId find(NodeType type, std::string_view id, std::string_view detail = {}) const;  // kNone
  // The node of that type, id and detail, made if there is none; a name is taken by the first who has one.
  NodeId add(NodeType type, std::string_view id, std::string_view name = {}, std::string_view detail = {});
  EdgeId add(const EdgeSpec &spec);

  std::span<const NodeId> premises(const Edge &edge) const {
    return {premise_pool.data() + edge.premise_begin, edge.premise_count};
  }
  // Within `valid`, sorted, disjoint.
  std::span<const base::Interval> attested(const Edge &edge) const {
    return {attested_pool.data() + edge.attested_begin, edge.attested_count};
  }
  std::string_view text(base::StringId id) const { return pool.text(id); }
  std::string_view id(NodeId node) const { return pool.text(nodes[node].id); }
  std::string_view name(NodeId node) const {
    return pool.text(nodes[node].name);
  }  // the id where there is none
  std::string_view detail(NodeId node) const { return pool.text(nodes[node].detail); }
  std::string_view kind(NodeId node) const { return pool.text(nodes[node].kind); }

  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::vector<NodeId> premise_pool;
  std::vector<base::Interval> attested_pool;
  // Grant kinds that no rule of rules/rights knows: they open nothing here, so the verdict must name them.
  std::vector<std::string> unknown_rights;
  base::StringPool pool;

 private:
  struct Key {
    std::uint64_t type_and_id = 0;
    base::StringId detail = 0;
    friend bool operator==(const Key &, const Key &) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key &key) const {
      return (key.type_and_id ^ (std::uint64_t{key.detail} << 21)) * 0x9E3779B97F4A7C15ull;
    }
  };
  std::unordered_map<Key, NodeId, KeyHash> index_;
};

// One derived interval of a node with its least derivation by (start, steps, edge, premises).
struct Label {
  base::Interval interval;
  NodeId node = 0;
  EdgeId edge = kNone;
  std::uint32_t premise_begin = 0;  // Solution::premises()
  std::uint32_t steps = 0;          // edges in the proof, each repetition counted, at most UINT32_MAX
};

// The solution at one grade.
class Solution {
 public:
  Grade grade = Grade::possible;
  std::vector<Label> labels;  // in the order in which they were settled: premises come before conclusions

  bool holds(NodeId node) const { return !of_node(node).empty(); }
  std::span<const LabelId> of_node(NodeId node) const;  // by start; disjoint, but may touch
  base::IntervalSet intervals(NodeId node) const;
  base::Time since(NodeId node) const;  // kTimeMax where never
  base::Time until(NodeId node) const;  // end of the last interval; kTimeMin where never
  std::span<const LabelId> premises(LabelId label) const;

  std::vector<LabelId> premise_pool;
  std::vector<std::uint32_t> node_begin;  // into node_labels; nodes + 1 entries
  std::vector<LabelId> node_labels;
};

// One step of a proof, for people and for JSON.
struct Because {
  std::string rule;
  std::vector<std::string> from;      // ids of the premises
  std::vector<std::string> evidence;  // item:line or log:line
  std::string says;
};

// What is printed: one row a principal, secret and resource.
struct ReachRow {
  std::string id, type, name;
  Grade grade = Grade::possible;  // the highest that holds
  base::Time since;               // at that grade
  base::IntervalSet intervals;    // at that grade
  base::Time possible_since;      // never later than `since`
  base::IntervalSet possible_intervals;
  std::vector<Because> because;  // the proof, from evidence to the thing itself (kProofsKept)
};

struct MissingEvidence {
  std::string resource, name, kind, why;
  base::Time since;
  std::uint64_t opens = 0;  // how many things lie behind the resource and those who use it; ranks the list
};

struct Reach {
  Program program;
  Solution confirmed, possible;
  std::vector<ReachRow> rows;  // by (type, id), one row a thing at its highest grade
  std::vector<MissingEvidence> missing;
};
// Rows carry their proof up to this many steps in all; beyond, ask reach/why.hpp for one thing at a time.
inline constexpr std::size_t kProofsKept = 1'000'000;

}  // namespace dislodge::reach
