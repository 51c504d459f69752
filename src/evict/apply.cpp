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
  const std::string &principal = planned.principal;
  const auto kind = [&]() -> std::string_view {
    const reach::NodeId node = program.find(reach::NodeType::principal, principal);
    return node == reach::kNone || program.kind(node).empty() ? "other" : program.kind(node);
  }();
  const auto fits = [](const std::vector<std::string> &list, std::string_view text) {
    return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
  };
  std::vector<Candidate> found;
  std::set<std::tuple<std::string_view, std::string_view>>
      seen;  // fact, detail: of each the first variant that fits
  for (const Action &action : actions.all()) {
    if (action.id != planned.action) continue;
    const auto add = [&](std::string_view own_principal, std::string_view secret, std::string_view fact,
                         std::string_view detail, std::string_view resource) {
      Candidate one{&action, own_principal, secret, fact, resource, planned.target, {}, action.cost};
      one.effects = index.effects(action, own_principal, secret, fact, detail, resource);
      if (one.effects.empty() || !seen.emplace(fact, detail).second) return;
      found.push_back(std::move(one));
    };
    const bool right_principal = fits(action.realms, realm_of(principal)) && fits(action.kinds, kind);
    switch (action.target) {
      case Target::preparation:
        break;
      case Target::principal:
        if (right_principal && found.empty())
          add(principal.empty() ? std::string_view(planned.target) : principal, {}, {}, {}, {});
        break;
      case Target::secret:
        add({}, planned.secret.empty() ? std::string_view(planned.target) : planned.secret, {}, {}, {});
        break;
      case Target::exposure:
        add({}, {}, {}, {}, planned.target);
        break;
      case Target::binding:
        if (right_principal && !planned.secret.empty() && found.empty())
          add(principal, planned.secret, {}, {}, {});
        break;
      case Target::planted:
      case Target::grant: {
        // Which facts of the principal are meant is told by `fact`; without it, all that the action fits.
        if (!right_principal || (action.target == Target::planted && !planned.secret.empty())) break;
        const reach::FactKind wanted =
            action.target == Target::planted ? reach::FactKind::planted : reach::FactKind::grant;
        for (const EdgeId id : index.of_principal(wanted, principal)) {
          const Edge &edge = program.edges[id];
          const std::string_view fact = program.text(edge.subject);
          const std::string_view detail = program.text(edge.detail);
          if (!planned.fact.empty() && fact != planned.fact) continue;
          if (!matches(action.details, detail) || (!action.except.empty() && matches(action.except, detail)))
            continue;
          add(program.text(edge.object), {}, fact, detail, {});
        }
        break;
      }
    }
  }
  return found;
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
    for (const Candidate &candidate : candidates.back()) timed.push_back({&candidate, one.since});
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
