#include "evict/horn.hpp"

#include <algorithm>

namespace dislodge::evict {

void Horn::index() {
  uses.assign(atoms, {});
  for (ClauseId id = 0; id < clauses.size(); ++id) {
    for (const Atom atom : clauses[id].body) uses[atom].push_back(id);
  }
}

Closure::Closure(const Horn &horn) : horn_(horn), proof_(horn.atoms, reach::kNone), seen_(horn.atoms, 0) {}

void Closure::run(const std::vector<char> &chosen) {
  const auto killed = [&](const Clause &clause) {
    return std::any_of(clause.killers.begin(), clause.killers.end(),
                       [&](CandidateId id) { return chosen[id]; });
  };
  missing_.assign(horn_.clauses.size(), 0);
  proof_.assign(horn_.atoms, reach::kNone);
  order_.clear();
  const auto conclude = [&](ClauseId id) {
    const Atom head = horn_.clauses[id].head;
    if (proof_[head] != reach::kNone) return;
    proof_[head] = id;
    order_.push_back(head);
  };
  for (ClauseId id = 0; id < horn_.clauses.size(); ++id) {
    const Clause &clause = horn_.clauses[id];
    missing_[id] = static_cast<std::uint32_t>(clause.body.size());
    if (killed(clause))
      missing_[id] = UINT32_MAX;
    else if (clause.body.empty())
      conclude(id);
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    for (const ClauseId id : horn_.uses[order_[i]]) {
      if (missing_[id] != UINT32_MAX && --missing_[id] == 0) conclude(id);
    }
  }
}

std::vector<ClauseId> Closure::proof(Atom atom) const {
  std::vector<ClauseId> clauses;
  if (proof_[atom] == reach::kNone) return clauses;
  ++turn_;
  std::vector<Atom> queue{atom};
  seen_[atom] = turn_;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const ClauseId id = proof_[queue[i]];
    clauses.push_back(id);
    for (const Atom premise : horn_.clauses[id].body) {
      if (seen_[premise] == turn_) continue;
      seen_[premise] = turn_;
      queue.push_back(premise);
    }
  }
  return clauses;
}

}  // namespace dislodge::evict
