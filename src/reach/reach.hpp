#pragma once
// Reach: what the intruder could hold, since when, with a proof. reach/program.hpp says how facts become edges,
// reach/solve.hpp solves them; both are explained in docs/reach.md.
//
// The program is a set of Horn clauses over nodes with time: an edge derives its conclusion over
//   intersection of its premises' intervals  ∩  valid      (extended by `linger` where the edge says so).
// For secrets, knowledge only grows: a label of a secret node is [first, infinity).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/intervals.hpp"
#include "detect/detection.hpp"

namespace dislodge::reach {

using detect::Grade;
using NodeId = std::uint32_t;
using EdgeId = std::uint32_t;
using LabelId = std::uint32_t;
inline constexpr std::uint32_t kNone = UINT32_MAX;

// What a node's labels mean: the intruder knows the secret / authenticates as / holds a token of / acts as / reads.
enum class NodeType : std::uint8_t { secret, authenticated, token, principal, resource };

struct Node {
  NodeType type = NodeType::principal;
  std::string id;        // the secret, principal or resource; authenticated and token nodes carry their principal's id
  std::string name;      // for people
  std::string detail;    // token class for token nodes
  bool protected_ = true;  // eviction must free it
};

enum class Rule : std::uint8_t { exposure, foothold, planted, authenticate, token, act, control, mint, read, learn, unlock, trust };
std::string_view name_of(Rule rule);

// Which fact an edge stands on, so that actions (rules/actions) can name what they change.
enum class FactKind : std::uint8_t {
  exposure,   // subject: resource
  foothold,   // subject: principal (a session of the intruder's)
  binding,    // subject: secret, object: principal
  planted,    // subject: credential key id or planted thing, object: principal
  session,    // subject: principal, detail: token class
  account,    // subject: principal (it is enabled)
  grant,      // subject: grant id, detail: grant kind
  presence,   // subject: secret, object: resource
  unlock, trust,
};
std::string_view name_of(FactKind kind);

struct Edge {
  Rule rule = Rule::control;
  FactKind fact = FactKind::grant;
  NodeId conclusion = 0;
  std::vector<NodeId> premises;           // all of them at once; none: a seed
  base::Interval valid;                   // when the fact holds
  std::int64_t linger_us = 0;             // what is derived outlives its cause by this much; kForever: until revoked
  std::vector<base::Interval> attested;   // when events show it used: the only times that support `confirmed`
  std::string subject, object, detail;    // see FactKind
  std::string evidence;                   // item:line or log:line
  std::string says;                       // one clause for `why`: "the app secret authenticates ..."
};
inline constexpr std::int64_t kForever = INT64_MAX;

struct Program {
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  NodeId find(NodeType type, std::string_view id, std::string_view detail = {}) const;  // kNone
  NodeId add(NodeType type, std::string_view id, std::string_view name, std::string_view detail = {});

 private:
  std::vector<std::pair<std::string, NodeId>> index_;  // built on demand; see program.cpp
  friend class ProgramIndex;
};

// One derived interval of a node with its least derivation by (start, steps, edge, premises).
struct Label {
  NodeId node = 0;
  base::Interval interval;
  EdgeId edge = kNone;
  std::vector<LabelId> premises;  // settled before this one
  std::uint32_t steps = 0;        // edges in the proof
};

// The solution at one grade.
struct Solution {
  Grade grade = Grade::possible;
  std::vector<Label> labels;                    // in the order in which they were settled
  std::vector<std::vector<LabelId>> of_node;    // per node, by start
  bool holds(NodeId node) const { return node < of_node.size() && !of_node[node].empty(); }
  base::IntervalSet intervals(NodeId node) const;
  base::Time since(NodeId node) const;          // kTimeMax where never
};

// What is printed: one row a principal, secret and resource.
struct ReachRow {
  std::string id, type, name;
  base::Time since;
  base::IntervalSet intervals;
  Grade grade = Grade::possible;
  struct Because {
    std::string rule;
    std::vector<std::string> from;
    std::vector<std::string> evidence;
    std::string says;
  };
  std::vector<Because> because;                 // the proof, from evidence to the thing itself
};

struct MissingEvidence {
  std::string resource, name, why;
  base::Time since;
  std::uint64_t opens = 0;  // how many things the resource could open further; ranks the list
};

struct Reach {
  Program program;
  Solution confirmed, possible;
  std::vector<ReachRow> rows;                   // by (type, id), one row a thing at its highest grade
  std::vector<MissingEvidence> missing;
};

}  // namespace dislodge::reach
