#pragma once
// Candidates: every action of rules/actions that fits something within reach, with the edges that it changes.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "evict/action.hpp"
#include "reach/reach.hpp"

namespace dislodge::evict {

struct Effect {
  reach::EdgeId edge = reach::kNone;
  bool closes = false;
  bool ends = false;
  std::int64_t lag_us = 0;
};

using CandidateId = std::uint32_t;

struct Candidate {
  const Action *action = nullptr;
  std::string_view principal, secret, fact, resource;  // in the program's pool; empty where it has none
  std::string_view target;                             // what the plan names as its target
  std::vector<Effect> effects;                         // by edge, each edge once
  double cost = 0;
};

// The edges that can still matter: alive at or after a time with premises that the intruder holds then, or
// lingering from before.
struct Relevant {
  std::vector<reach::EdgeId> edges;  // sorted
  std::vector<char> alive;           // per entry: the fact can still be used
  std::vector<char> lingers;         // per entry: what it derived before lasts until revoked
};
// When an edge derives something, before lingering: where its premises and its validity meet.
base::IntervalSet derives(const reach::Program &program, const reach::Solution &held, reach::EdgeId edge);
Relevant relevant_edges(const reach::Program &program, const reach::Solution &possible, base::Time start);

// Finds edges by what they are about. Borrows the program; covers the edges it is given.
class EdgeIndex {
 public:
  EdgeIndex(const reach::Program &program, const std::vector<reach::EdgeId> &edges);
  std::vector<Effect> effects(const Action &action, std::string_view principal, std::string_view secret,
                              std::string_view fact, std::string_view detail,
                              std::string_view resource) const;

  // Facts of a kind whose principal this is: credentials set on it, rights that it holds.
  std::vector<reach::EdgeId> of_principal(reach::FactKind fact, std::string_view principal) const {
    return of(by_object_, fact, principal);
  }

  // Principals that a secret opens.
  std::vector<reach::EdgeId> of_secret(std::string_view secret) const {
    return of(by_subject_, reach::FactKind::binding, secret);
  }

 private:
  std::vector<reach::EdgeId> of(const std::unordered_map<std::uint64_t, std::vector<reach::EdgeId>> &map,
                                reach::FactKind fact, std::string_view text) const;
  const reach::Program &program_;
  std::unordered_map<std::uint64_t, std::vector<reach::EdgeId>> by_subject_, by_object_, into_;
};

// Everything that could be done, obligations included, sorted by (action order, target, fact). Costs from the
// rules.
std::vector<Candidate> candidates_of(const reach::Program &program, const Relevant &relevant,
                                     const Actions &actions, const EdgeIndex &index);

// What a wish may call a candidate, the most particular first: its key (key_of), its action and a thing that
// it is about, its action alone.
std::vector<std::string> wish_names(const Candidate &one);

std::string_view realm_of(std::string_view principal);  // "entra" of "principal:entra/..."
// Whether an action is for principals, or places, of that realm.
bool fits_realm(const Action &action, std::string_view principal);

}  // namespace dislodge::evict
