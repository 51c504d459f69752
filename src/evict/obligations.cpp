#include "evict/obligations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace dislodge::evict {

using reach::Edge;
using reach::EdgeId;
using reach::FactKind;
using reach::kNone;
using reach::NodeId;
using reach::NodeType;

namespace {

class Finder {
 public:
  explicit Finder(const Situation &situation) : s_(situation) {}

  // Every secret that the intruder can know and that is not shown to be dead; every credential and right that
  // they set.
  Obligations run() {
    o_.usable.assign(s_.candidates().size(), 0);
    for (CandidateId id = 0; id < s_.candidates().size(); ++id) {
      const Candidate &one = candidate(id);
      o_.usable[id] = one.action->obligation == Obligation::none && !s_.forbidden(id);
      for (const Effect &effect : one.effects) o_.by_edge[effect.edge].push_back(id);
    }
    std::map<NodeId, std::vector<EdgeId>> bindings;
    std::vector<EdgeId> planted;
    for (std::size_t i = 0; i < s_.relevant().edges.size(); ++i) {
      const EdgeId id = s_.relevant().edges[i];
      const Edge &edge = s_.program().edges[id];
      // What was read once stays known: the key of a domain.
      const bool known = edge.fact == FactKind::planted && s_.relevant().lingers[i];
      if (!s_.relevant().alive[i] && !known) continue;
      o_.by_edge.try_emplace(id);
      if (edge.fact == FactKind::binding && edge.premise_count > 0)
        bindings[s_.program().premises(edge).front()].push_back(id);
      if (edge.fact == FactKind::planted) planted.push_back(id);
    }
    for (const Edge &edge : s_.program().edges)
      if (edge.fact == FactKind::unlock) opens_.insert(s_.program().text(edge.subject));
    for (const NodeId secret : s_.known_secrets()) {
      const auto found = bindings.find(secret);
      if (found == bindings.end() && opens_.contains(s_.program().id(secret))) {
        o_.not_needed.push_back(
            fmt::format("{} ({}): it opens what it was seen to open, and what lies in that is in the plan",
                        s_.program().name(secret), s_.program().id(secret)));
        continue;
      }
      if (found == bindings.end()) {
        o_.not_needed.push_back(
            fmt::format("{} ({}): every credential that it is known to open has expired or been replaced",
                        s_.program().name(secret), s_.program().id(secret)));
        continue;
      }
      oblige_secret(secret, found->second);
    }
    for (const std::string &dead : s_.options().dead)
      o_.not_needed.push_back(fmt::format("{}: shown to be dead by a test", dead));
    // A user that the intruder made goes as a whole; then what they set on it is dealt with.
    std::stable_partition(planted.begin(), planted.end(), [&](EdgeId id) {
      return s_.program().text(s_.program().edges[id].detail) == "user";
    });
    for (const EdgeId id : planted) oblige_planted(id);
    return std::move(o_);
  }

 private:
  // Among the candidates of an obligation for one thing, the most particular: actions come in that order.
  CandidateId best(Obligation obligation, std::string_view principal, std::string_view secret,
                   std::string_view fact, EdgeId edge) {
    CandidateId found = kNone;
    for (const CandidateId id : o_.by_edge.at(edge)) {
      const Candidate &one = candidate(id);
      if (one.action->obligation != obligation || one.principal != principal || one.secret != secret ||
          one.fact != fact) {
        continue;
      }
      if (s_.forbidden(id)) {
        was_forbidden_ = true;
        continue;
      }
      if (found == kNone || one.action < candidate(found).action) found = id;
    }
    return found;
  }

  // What had to be done and may not.
  void take(CandidateId id, std::string_view thing) {
    if (id == kNone && was_forbidden_)
      o_.refused.push_back(fmt::format("{}: what must be done about it may not be (--forbid)", thing));
    was_forbidden_ = false;
    if (id == kNone || !o_.set.insert(id).second) return;
    o_.taken.push_back(id);
    o_.usable[id] = 1;
  }

  void oblige_secret(NodeId secret, const std::vector<EdgeId> &edges) {
    const reach::Program &program = s_.program();
    const std::string_view id = program.id(secret);
    const auto owner = s_.options().owners.find(id);
    const bool theirs = owner != s_.options().owners.end() && !owner->second.ours;
    const bool unknown = program.text(program.edges[edges.front()].object).starts_with(kUnknownPrincipal);
    if (theirs || unknown) {
      take(best(theirs ? Obligation::party : Obligation::find_owner, {}, id, {}, edges.front()),
           program.name(secret));
      return;
    }
    for (const EdgeId edge : edges) {
      take(best(Obligation::rotate, program.text(program.edges[edge].object), id, {}, edge),
           program.name(secret));
    }
  }

  void oblige_planted(EdgeId id) {
    const Edge &edge = s_.program().edges[id];
    const std::string_view principal = s_.program().text(edge.object);
    const std::string_view fact = s_.program().text(edge.subject);
    const std::string_view slot = s_.program().text(edge.detail);
    for (const CandidateId other : o_.by_edge[id]) {
      if (o_.set.contains(other)) return;  // another obligation closes it already
    }
    if (slot == "consent" || slot == "app-role" || slot == "role") {
      // The right itself is what they set; how they hold the application is for the cut.
      CandidateId found = kNone;
      for (CandidateId one = 0; one < s_.candidates().size(); ++one) {
        if (candidate(one).action->target != Target::grant || candidate(one).fact != fact || fact.empty())
          continue;
        if (s_.forbidden(one)) {
          was_forbidden_ = true;
          continue;
        }
        if (found == kNone || candidate(one).action < candidate(found).action) found = one;
      }
      take(found, name_of(principal));
      return;
    }
    take(best(Obligation::planted, principal, {}, fact, id), name_of(principal));
  }

  std::string_view name_of(std::string_view principal) const {
    const NodeId node = s_.program().find(NodeType::principal, principal);
    return node == kNone ? principal : s_.program().name(node);
  }

  const Candidate &candidate(CandidateId id) const { return s_.candidates()[id]; }

  const Situation &s_;
  Obligations o_;
  std::set<std::string_view> opens_;  // passwords of archives, documents and keys
  bool was_forbidden_ = false;        // of the last obligation that was looked for
};

}  // namespace

Obligations obligations_of(const Situation &situation) {
  return Finder(situation).run();
}

}  // namespace dislodge::evict
