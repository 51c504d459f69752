#include "evict/skip.hpp"

#include <algorithm>
#include <array>
#include <queue>
#include <span>

namespace dislodge::evict {
namespace {

constexpr std::uint32_t kFar = UINT32_MAX / 4;

class Skipper {
 public:
  Skipper(const Horn &horn, const std::vector<CandidateId> &chosen, std::size_t candidates)
      : horn_(horn),
        killers_(horn.clauses.size(), 0),
        stops_(candidates),
        only_(horn.clauses.size(), 0),
        world_(candidates, kNoWorld),
        holds_(horn.atoms, 0),
        queued_(horn.atoms, 0),
        worlds_(horn.atoms),
        missing_(horn.clauses.size()) {
    std::vector<char> taken(candidates, 0);
    for (const CandidateId id : chosen) taken[id] = 1;
    for (ClauseId id = 0; id < horn.clauses.size(); ++id) {
      missing_[id] = static_cast<std::uint32_t>(horn.clauses[id].body.size());
      for (const CandidateId killer : horn.clauses[id].killers) {
        if (!taken[killer]) continue;
        ++killers_[id];
        stops_[killer].push_back(id);
        only_[id] = killer;
      }
    }
    for (ClauseId id = 0; id < horn.clauses.size(); ++id) {
      if (killers_[id] == 0 && missing_[id] == 0) conclude(horn.clauses[id].head);
    }
    spread();
    log_.clear();
    measure();
  }

  // Each action of the batch left out in its own world.
  void without(std::span<const CandidateId> batch, std::vector<Skipped> &out) {
    for (std::size_t i = 0; i < batch.size(); ++i) world_[batch[i]] = static_cast<std::uint32_t>(i);
    for (const CandidateId action : batch) {
      for (const ClauseId id : stops_[action]) fire(id);
    }
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      const Atom atom = queue_[i];
      queued_[atom] = 0;
      for (const ClauseId id : horn_.uses[atom]) fire(id);
    }
    queue_.clear();
    const std::size_t first = out.size();
    out.resize(first + batch.size());
    std::sort(log_.begin(), log_.end());
    for (const Atom atom : log_) {
      if (horn_.goal[atom]) {
        for (std::size_t i = 0; i < batch.size(); ++i) {
          if ((worlds_[atom][i / 64] >> (i % 64) & 1) == 0) continue;
          Skipped &one = out[first + i];
          if (++one.count <= kSkipLeaks) one.leaks.push_back(atom);
        }
      }
      worlds_[atom] = {};
    }
    log_.clear();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (out[first + i].count == 0) out[first + i].others = others(batch[i]);
      world_[batch[i]] = kNoWorld;
    }
  }

 private:
  using Worlds = std::array<std::uint64_t, kSkipWorlds / 64>;
  static constexpr std::uint32_t kNoWorld = UINT32_MAX;

  // In which worlds a clause stands: in all where nothing chosen stops it, in one where one action does.
  void fire(ClauseId id) {
    if (killers_[id] > 1) return;
    const Clause &clause = horn_.clauses[id];
    if (holds_[clause.head]) return;
    Worlds worlds;
    if (killers_[id] == 0) {
      worlds.fill(~std::uint64_t{0});
    } else {
      const std::uint32_t own = world_[only_[id]];
      if (own == kNoWorld) return;
      worlds.fill(0);
      worlds[own / 64] = std::uint64_t{1} << (own % 64);
    }
    for (const Atom atom : clause.body) {
      if (holds_[atom]) continue;
      for (std::size_t i = 0; i < worlds.size(); ++i) worlds[i] &= worlds_[atom][i];
    }
    Worlds &known = worlds_[clause.head];
    std::uint64_t before = 0, fresh = 0;
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      before |= known[i];
      fresh |= worlds[i] & ~known[i];
      known[i] |= worlds[i];
    }
    if (fresh == 0) return;
    if (before == 0) log_.push_back(clause.head);
    if (queued_[clause.head]) return;
    queued_[clause.head] = 1;
    queue_.push_back(clause.head);
  }

  // How many further actions would have to fail before leaving this one out lets anything through.
  std::uint32_t others(CandidateId action) const {
    std::uint32_t least = kFar;
    for (const ClauseId id : stops_[action]) {
      std::uint32_t path = killers_[id] - 1 + to_goal_[horn_.clauses[id].head];
      std::uint32_t body = 0;
      for (const Atom atom : horn_.clauses[id].body) body = std::max(body, from_start_[atom]);
      path = std::min(kFar, path + body);
      least = std::min(least, path);
    }
    return least >= kFar ? 0 : least;
  }

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
  std::vector<CandidateId> only_;             // per clause that one action stops: which
  std::vector<std::uint32_t> world_;          // per candidate: its bit in the batch
  std::vector<char> holds_, queued_;
  std::vector<Worlds> worlds_;  // per atom that does not hold with the whole plan
  std::vector<Atom> queue_;
  std::vector<std::uint32_t> missing_;
  std::vector<Atom> log_;  // what follows in some world of the batch
  std::vector<std::uint32_t> from_start_, to_goal_;
};

}  // namespace

std::vector<Skipped> skip_each(const Horn &horn, const std::vector<CandidateId> &chosen,
                               std::size_t candidates) {
  Skipper skipper(horn, chosen, candidates);
  std::vector<Skipped> all;
  all.reserve(chosen.size());
  for (std::size_t at = 0; at < chosen.size(); at += kSkipWorlds)
    skipper.without(std::span(chosen).subspan(at, std::min(kSkipWorlds, chosen.size() - at)), all);
  return all;
}

}  // namespace dislodge::evict
