#include "evict/skip.hpp"

#include <algorithm>
#include <queue>

namespace dislodge::evict {
namespace {

constexpr std::uint32_t kFar = UINT32_MAX / 4;

class Skipper {
 public:
  Skipper(const Horn &horn, const std::vector<CandidateId> &chosen, std::size_t candidates)
      : horn_(horn),
        killers_(horn.clauses.size(), 0),
        stops_(candidates),
        holds_(horn.atoms, 0),
        missing_(horn.clauses.size()) {
    std::vector<char> taken(candidates, 0);
    for (const CandidateId id : chosen) taken[id] = 1;
    for (ClauseId id = 0; id < horn.clauses.size(); ++id) {
      missing_[id] = static_cast<std::uint32_t>(horn.clauses[id].body.size());
      for (const CandidateId killer : horn.clauses[id].killers) {
        if (!taken[killer]) continue;
        ++killers_[id];
        stops_[killer].push_back(id);
      }
    }
    for (ClauseId id = 0; id < horn.clauses.size(); ++id) {
      if (killers_[id] == 0 && missing_[id] == 0) conclude(horn.clauses[id].head);
    }
    spread();
    log_.clear();
    measure();
  }

  Skipped without(CandidateId action) {
    Skipped result;
    for (const ClauseId id : stops_[action]) {
      if (--killers_[id] == 0 && missing_[id] == 0) conclude(horn_.clauses[id].head);
    }
    spread();
    for (const Atom atom : log_) {
      if (horn_.goal[atom]) result.leaks.push_back(atom);
    }
    if (result.leaks.empty()) {
      std::uint32_t least = kFar;
      for (const ClauseId id : stops_[action]) {
        std::uint32_t path = killers_[id] + to_goal_[horn_.clauses[id].head];
        std::uint32_t body = 0;
        for (const Atom atom : horn_.clauses[id].body) body = std::max(body, from_start_[atom]);
        path = std::min(kFar, path + body);
        least = std::min(least, path);
      }
      result.others = least >= kFar ? 0 : least;
    }
    for (const Atom atom : log_) {
      holds_[atom] = 0;
      for (const ClauseId id : horn_.uses[atom]) ++missing_[id];
    }
    log_.clear();
    for (const ClauseId id : stops_[action]) ++killers_[id];
    return result;
  }

 private:
  void conclude(Atom atom) {
    if (holds_[atom]) return;
    holds_[atom] = 1;
    log_.push_back(atom);
  }

  void spread() {
    for (std::size_t i = 0; i < log_.size(); ++i) {
      for (const ClauseId id : horn_.uses[log_[i]]) {
        if (--missing_[id] == 0 && killers_[id] == 0) conclude(horn_.clauses[id].head);
      }
    }
  }

  // How many actions stand, at least, between the start and each atom, and between each atom and a goal.
  void measure() {
    using Entry = std::pair<std::uint32_t, Atom>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    from_start_.assign(horn_.atoms, kFar);
    std::vector<std::uint32_t> open(horn_.clauses.size());
    const auto reach_atom = [&](Atom atom, std::uint32_t distance) {
      if (distance >= from_start_[atom]) return;
      from_start_[atom] = distance;
      queue.push({distance, atom});
    };
    for (ClauseId id = 0; id < horn_.clauses.size(); ++id) {
      open[id] = static_cast<std::uint32_t>(horn_.clauses[id].body.size());
      if (open[id] == 0) reach_atom(horn_.clauses[id].head, killers_[id]);
    }
    while (!queue.empty()) {
      const auto [distance, atom] = queue.top();
      queue.pop();
      if (distance != from_start_[atom]) continue;
      for (const ClauseId id : horn_.uses[atom]) {
        if (open[id] == 0 || --open[id] > 0) continue;
        reach_atom(horn_.clauses[id].head,
                   distance + killers_[id]);  // atoms settle in order: this was the farthest
      }
    }
    to_goal_.assign(horn_.atoms, kFar);
    std::vector<std::vector<ClauseId>> into(horn_.atoms);
    for (ClauseId id = 0; id < horn_.clauses.size(); ++id) into[horn_.clauses[id].head].push_back(id);
    for (Atom atom = 0; atom < horn_.atoms; ++atom) {
      if (!horn_.goal[atom]) continue;
      to_goal_[atom] = 0;
      queue.push({0, atom});
    }
    while (!queue.empty()) {
      const auto [distance, atom] = queue.top();
      queue.pop();
      if (distance != to_goal_[atom]) continue;
      for (const ClauseId id : into[atom]) {
        for (const Atom premise : horn_.clauses[id].body) {
          const std::uint32_t next = distance + killers_[id];
          if (next >= to_goal_[premise]) continue;
          to_goal_[premise] = next;
          queue.push({next, premise});
        }
      }
    }
  }

  const Horn &horn_;
  std::vector<std::uint32_t> killers_;        // per clause: chosen actions that stop it
  std::vector<std::vector<ClauseId>> stops_;  // per candidate
  std::vector<char> holds_;
  std::vector<std::uint32_t> missing_;
  std::vector<Atom> log_;  // what followed since the last undo
  std::vector<std::uint32_t> from_start_, to_goal_;
};

}  // namespace

std::vector<Skipped> skip_each(const Horn &horn, const std::vector<CandidateId> &chosen,
                               std::size_t candidates) {
  Skipper skipper(horn, chosen, candidates);
  std::vector<Skipped> all;
  all.reserve(chosen.size());
  for (const CandidateId id : chosen) all.push_back(skipper.without(id));
  return all;
}

}  // namespace dislodge::evict
