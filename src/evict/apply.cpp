#include "evict/apply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace dislodge::evict {

using base::Interval;
using base::Time;
using reach::Edge;
using reach::EdgeId;
using reach::Piece;

reach::Changes changes_of(const reach::Program &program, const std::vector<Timed> &actions) {
  struct Change {
    Time closed = base::kTimeMax;
    std::vector<Time> sweeps;
  };
  std::map<EdgeId, Change> all;
  for (const Timed &one : actions) {
    for (const Effect &effect : one.candidate->effects) {
      Change &change = all[effect.edge];
      if (effect.closes) change.closed = std::min(change.closed, one.at + effect.lag_us);
      if (effect.ends) change.sweeps.push_back(one.at);
    }
  }
  reach::Changes changes;
  for (auto &[id, change] : all) {
    const Edge &edge = program.edges[id];
    std::sort(change.sweeps.begin(), change.sweeps.end());
    std::vector<Piece> pieces;
    Interval rest{edge.valid.from, std::min(edge.valid.until, change.closed)};
    Time stop = edge.stop;
    for (const Time sweep : change.sweeps) {
      if (sweep <= rest.from) continue;  // nothing had been derived yet
      if (sweep >= rest.until) {
        stop = std::min(stop, sweep);
        break;
      }
      pieces.push_back({{rest.from, sweep}, edge.linger_us, std::min(edge.stop, sweep)});
      rest.from = sweep;
    }
    if (!rest.empty()) pieces.push_back({rest, edge.linger_us, stop});
    changes.emplace(id, std::move(pieces));
  }
  return changes;
}

base::Result<std::vector<Candidate>> resolve(const reach::Program &program, const EdgeIndex &index,
                                             const Actions &actions, const PlannedAction &planned) {
  if (actions.find(planned.action) == nullptr) {
    return base::fail(base::ErrorKind::usage,
                      fmt::format("plan: action \"{}\" is in no file of rules/actions", planned.action));
  }
  // A plan may name its target only.
  const std::string_view target = planned.target;
  const std::string_view principal = planned.principal.empty() && target.starts_with("principal:")
                                         ? target
                                         : std::string_view(planned.principal);
  const std::string_view secret =
      planned.secret.empty() && target.starts_with("secret:") ? target : std::string_view(planned.secret);
  const auto fits = [](const std::vector<std::string> &list, std::string_view text) {
    return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
  };
  const auto fits_principal = [&](const Action &action, std::string_view one) {
    const reach::NodeId node = program.find(reach::NodeType::principal, one);
    const std::string_view kind =
        node == reach::kNone || program.kind(node).empty() ? "other" : program.kind(node);
    return fits_realm(action, one) && fits(action.kinds, kind);
  };
  std::vector<Candidate> found;
  // Of each thing the first variant that fits.
  std::set<std::tuple<Target, std::string_view, std::string_view, std::string_view>> seen;
  for (const Action &action : actions.all()) {
    if (action.id != planned.action) continue;
    const auto add = [&](std::string_view at, std::string_view own_secret, std::string_view fact,
                         std::string_view detail, std::string_view resource) {
      Candidate one{&action, at, own_secret, fact, resource, target, {}, action.cost};
      one.effects = index.effects(action, at, own_secret, fact, detail, resource);
      if (one.effects.empty() || !seen.emplace(action.target, at, fact, detail).second) return;
      found.push_back(std::move(one));
    };
    switch (action.target) {
      case Target::preparation:
      case Target::place:
        break;
      case Target::principal:
        if (!principal.empty() && fits_principal(action, principal)) add(principal, {}, {}, {}, {});
        break;
      case Target::secret:
        if (!secret.empty()) add({}, secret, {}, {}, {});
        break;
      case Target::exposure:
        add({}, {}, {}, {}, target);
        break;
      case Target::binding:
        if (secret.empty()) break;
        for (const EdgeId id : index.of_secret(secret)) {
          const std::string_view at = program.text(program.edges[id].object);
          if (!principal.empty() && at != principal) continue;
          if (fits_principal(action, at)) add(at, secret, {}, {}, {});
        }
        break;
      case Target::planted:
      case Target::grant: {
        // Which facts of the principal are meant is told by `fact`; without it, all that the action fits.
        const bool of_secret = action.target == Target::planted && !secret.empty();
        if (principal.empty() || of_secret || !fits_principal(action, principal)) break;
        const reach::FactKind wanted =
            action.target == Target::planted ? reach::FactKind::planted : reach::FactKind::grant;
        for (const EdgeId id : index.of_principal(wanted, principal)) {
          const Edge &edge = program.edges[id];
          const std::string_view fact = program.text(edge.subject);
          const std::string_view detail = program.text(edge.detail);
          if (!planned.fact.empty() && fact != planned.fact) continue;
          if (!matches(action.details, detail)) continue;
          if (!action.except.empty() && matches(action.except, detail)) continue;
          add(program.text(edge.object), {}, fact, detail, {});
        }
        break;
      }
    }
  }
  return found;
}

base::Time effect_of(const PlannedAction &planned) {
  return planned.since != base::kTimeMin ? planned.since : planned.effective_by;
}

base::Result<reach::Program> apply(const reach::Program &program, const Actions &actions,
                                   std::span<const PlannedAction> planned) {
  std::vector<EdgeId> all(program.edges.size());
  std::iota(all.begin(), all.end(), 0);
  const EdgeIndex index(program, all);
  std::vector<std::vector<Candidate>> candidates;
  std::vector<Timed> timed;
  candidates.reserve(planned.size());
  for (const PlannedAction &one : planned) {
    if (one.state != ActionState::in_effect) continue;
    DISLODGE_TRY_ASSIGN(std::vector<Candidate> list, resolve(program, index, actions, one));
    candidates.push_back(std::move(list));
    for (const Candidate &candidate : candidates.back()) timed.push_back({&candidate, effect_of(one)});
  }
  reach::Program after = program.clone();
  const reach::Changes changes = changes_of(program, timed);
  const std::map<EdgeId, std::vector<Piece>> sorted(changes.begin(), changes.end());
  for (const auto &[id, pieces] : sorted) {
    Edge &edge = after.edges[id];
    if (pieces.empty()) {
      edge.valid = {base::kTimeMax, base::kTimeMax};
      continue;
    }
    edge.valid = pieces.front().valid;
    edge.stop = pieces.front().stop;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      Edge more = program.edges[id];
      more.valid = pieces[i].valid;
      more.stop = pieces[i].stop;
      after.edges.push_back(more);
    }
  }
  return after;
}

}  // namespace dislodge::evict
