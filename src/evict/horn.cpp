#include "evict/horn.hpp"

#include <algorithm>

namespace dislodge::evict {

void Horn::index() {
  uses.assign(atoms, {});
  for (ClauseId id = 0; id < clauses.size(); ++id) {
    for (const Atom atom : clauses[id].body) uses[atom].push_back(id);
  }
}

Closure::Closure(const Horn &horn) : horn_(&horn), proof_(horn.atoms, reach::kNone), seen_(horn.atoms, 0) {
  sizes_.reserve(horn.clauses.size());
  heads_.reserve(horn.clauses.size());
  killers_begin_.push_back(0);
  for (const Clause &clause : horn.clauses) {
    sizes_.push_back(static_cast<std::uint32_t>(clause.body.size()));
    heads_.push_back(clause.head);
    killers_.insert(killers_.end(), clause.killers.begin(), clause.killers.end());
    killers_begin_.push_back(static_cast<std::uint32_t>(killers_.size()));
  }
  uses_begin_.push_back(0);
  for (const std::vector<ClauseId> &uses : horn.uses) {
    uses_.insert(uses_.end(), uses.begin(), uses.end());
    uses_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
  }
}

void Closure::run(const std::vector<char> &chosen) {
  missing_ = sizes_;
  proof_.assign(horn_->atoms, reach::kNone);
  order_.clear();
  const auto conclude = [&](ClauseId id) {
    const Atom head = heads_[id];
    if (proof_[head] != reach::kNone) return;
    proof_[head] = id;
    order_.push_back(head);
  };
  for (ClauseId id = 0; id < sizes_.size(); ++id) {
    for (std::uint32_t at = killers_begin_[id]; at < killers_begin_[id + 1]; ++at) {
      if (!chosen[killers_[at]]) continue;
      missing_[id] = UINT32_MAX;
      break;
    }
    if (missing_[id] == 0) conclude(id);
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Atom atom = order_[i];
    for (std::uint32_t at = uses_begin_[atom]; at < uses_begin_[atom + 1]; ++at) {
      const ClauseId id = uses_[at];
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
    for (const Atom premise : horn_->clauses[id].body) {
      if (seen_[premise] == turn_) continue;
      seen_[premise] = turn_;
      queue.push_back(premise);
    }
  }
  return clauses;
}

}  // namespace dislodge::evict
