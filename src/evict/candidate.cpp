#include "evict/candidate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "evict/plan.hpp"

namespace dislodge::evict {

using reach::Edge;
using reach::EdgeId;
using reach::FactKind;
using reach::NodeId;
using reach::NodeType;
using reach::Program;

std::string_view realm_of(std::string_view principal) {
  const auto begin = principal.find(':');
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = principal.substr(begin + 1);
  return rest.substr(0, rest.find('/'));
}

bool fits_realm(const Action &action, std::string_view principal) {
  if (action.realms.empty()) return true;
  const std::string_view realm = realm_of(principal);
  const bool except = action.realms.front().starts_with('!');
  return except != std::any_of(action.realms.begin(), action.realms.end(),
                               [&](std::string_view one) { return one.substr(except ? 1 : 0) == realm; });
}

namespace {

std::uint64_t key_of(FactKind fact, base::StringId text) {
  return (std::uint64_t{static_cast<std::uint8_t>(fact)} << 32) | text;
}

bool fits(const std::vector<std::string> &list, std::string_view text) {
  return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
}

std::string_view kind_of(const Program &program, std::string_view principal) {
  const NodeId node = program.find(NodeType::principal, principal);
  if (node == reach::kNone || program.kind(node).empty()) return "other";
  return program.kind(node);
}

bool fits_principal(const Action &action, const Program &program, std::string_view principal) {
  return fits_realm(action, principal) && fits(action.kinds, kind_of(program, principal));
}

bool fits_detail(const std::vector<std::string> &details, const std::vector<std::string> &except,
                 std::string_view text) {
  return matches(details, text) && (except.empty() || !matches(except, text));
}

}  // namespace

base::IntervalSet derives(const Program &program, const reach::Solution &held, EdgeId id) {
  const Edge &edge = program.edges[id];
  base::IntervalSet when(edge.valid);
  for (const NodeId premise : program.premises(edge)) when = when.intersect(held.intervals(premise));
  return when;
}

Relevant relevant_edges(const Program &program, const reach::Solution &possible, base::Time start) {
  Relevant relevant;
  const base::Interval later{start, base::kTimeMax};
  // A right that they gave is to be taken back from whoever got it, in reach or not.
  std::vector<char> given(program.pool.size(), 0);
  for (const Edge &edge : program.edges)
    if (edge.fact == FactKind::planted && edge.subject != 0 && edge.valid.until > start &&
        program.text(edge.subject).starts_with("grant:"))
      given[edge.subject] = 1;
  for (EdgeId id = 0; id < program.edges.size(); ++id) {
    const Edge &edge = program.edges[id];
    if (edge.valid.empty()) continue;
    bool held = true;
    bool held_later = edge.valid.until > start;
    if (held_later && edge.fact == FactKind::grant && given[edge.subject]) {
      relevant.edges.push_back(id);
      relevant.alive.push_back(true);
      relevant.lingers.push_back(false);
      continue;
    }
    for (const NodeId premise : program.premises(edge)) {
      held = held && possible.holds(premise);
      held_later = held_later && possible.until(premise) > start;
    }
    if (!held) continue;
    bool lingers = false;
    if (edge.linger_us == reach::kForever && edge.stop > start) {
      // Has it derived anything yet? Only then is there something that lingers whatever is cut from now on.
      lingers = derives(program, possible, id).first() <= start;
    }
    if (held_later && edge.premise_count > 1) {
      held_later = !derives(program, possible, id).intersect(later).empty();
    }
    if (!held_later && !lingers) continue;
    relevant.edges.push_back(id);
    relevant.alive.push_back(held_later);
    relevant.lingers.push_back(lingers);
  }
  return relevant;
}

EdgeIndex::EdgeIndex(const Program &program, const std::vector<EdgeId> &edges) : program_(program) {
  for (const EdgeId id : edges) {
    const Edge &edge = program.edges[id];
    if (edge.subject != 0) by_subject_[key_of(edge.fact, edge.subject)].push_back(id);
    if (edge.object != 0) by_object_[key_of(edge.fact, edge.object)].push_back(id);
    const reach::Node &to = program.nodes[edge.conclusion];
    if (to.type == NodeType::principal || to.type == NodeType::authenticated) {
      into_[key_of(edge.fact, to.id)].push_back(id);
    }
  }
}

std::vector<EdgeId> EdgeIndex::of(const std::unordered_map<std::uint64_t, std::vector<EdgeId>> &map,
                                  FactKind fact, std::string_view text) const {
  const base::StringId id = program_.pool.find(text);
  if (id == 0) return {};
  const auto found = map.find(key_of(fact, id));
  return found == map.end() ? std::vector<EdgeId>() : found->second;
}

std::vector<Effect> EdgeIndex::effects(const Action &action, std::string_view principal,
                                       std::string_view secret, std::string_view fact,
                                       std::string_view detail, std::string_view resource) const {
  std::map<EdgeId, Effect> all;
  for (const Cut &cut : action.cuts) {
    std::vector<EdgeId> edges;
    if (cut.scope == Scope::into) {
      edges = of(into_, cut.fact, principal);
    } else if (cut.scope == Scope::principal) {
      const bool by_object =
          cut.fact == FactKind::binding || cut.fact == FactKind::planted || cut.fact == FactKind::grant;
      // An action on a secret wherever it opens means every principal that it opens.
      std::set<std::string_view> principals;
      if (!principal.empty()) {
        principals.insert(principal);
      } else {
        for (const EdgeId id : of(by_subject_, FactKind::binding, secret)) {
          principals.insert(program_.text(program_.edges[id].object));
        }
      }
      for (const std::string_view one : principals) {
        const std::vector<EdgeId> own = of(by_object ? by_object_ : by_subject_, cut.fact, one);
        edges.insert(edges.end(), own.begin(), own.end());
      }
    } else {
      switch (cut.fact) {
        case FactKind::binding:
          edges = of(by_subject_, cut.fact, secret);
          break;
        case FactKind::planted:
          edges = of(by_object_, cut.fact, principal);
          break;
        case FactKind::grant:
          edges = of(by_subject_, cut.fact, fact);
          break;
        case FactKind::exposure:
          edges = of(by_subject_, cut.fact, resource);
          break;
        default:
          edges = of(by_subject_, cut.fact, principal);
          break;
      }
    }
    for (const EdgeId id : edges) {
      const Edge &edge = program_.edges[id];
      if (cut.scope == Scope::fact) {
        // The very fact: a secret at this principal, a planted thing of this slot and key.
        if (cut.fact == FactKind::binding && !principal.empty() && program_.text(edge.object) != principal)
          continue;
        if (cut.fact == FactKind::planted &&
            (program_.text(edge.subject) != fact || program_.text(edge.detail) != detail)) {
          continue;
        }
      }
      if (!fits_detail(cut.details, cut.except, program_.text(edge.detail))) continue;
      Effect &effect = all[id];
      effect.edge = id;
      if (cut.closes && (!effect.closes || cut.lag_us < effect.lag_us)) effect.lag_us = cut.lag_us;
      effect.closes |= cut.closes;
      effect.ends |= cut.ends;
    }
  }
  std::vector<Effect> list;
  list.reserve(all.size());
  for (const auto &[id, effect] : all) list.push_back(effect);
  return list;
}

namespace {

// One thing that an action can be done to.
struct Thing {
  Target target = Target::principal;
  std::string_view principal, secret, fact, detail, resource;
  friend auto operator<=>(const Thing &, const Thing &) = default;
};

std::vector<Thing> things_of(const Program &program, const Relevant &relevant) {
  std::set<Thing> things;
  for (std::size_t i = 0; i < relevant.edges.size(); ++i) {
    const Edge &edge = program.edges[relevant.edges[i]];
    const std::string_view subject = program.text(edge.subject);
    const std::string_view object = program.text(edge.object);
    const std::string_view detail = program.text(edge.detail);
    const bool alive = relevant.alive[i];
    switch (edge.fact) {
      case FactKind::binding:
        if (!alive) break;
        things.insert({Target::binding, object, subject, {}, detail, {}});
        things.insert({Target::secret, {}, subject, {}, {}, {}});
        things.insert({Target::principal, object, {}, {}, {}, {}});
        break;
      case FactKind::planted:
        if (!alive && !relevant.lingers[i]) break;
        things.insert({Target::planted, object, {}, subject, detail, {}});
        things.insert({Target::principal, object, {}, {}, {}, {}});
        break;
      case FactKind::grant: {
        if (alive && !subject.empty()) {
          const reach::Node &to = program.nodes[edge.conclusion];
          const bool reads = to.type == NodeType::resource;
          things.insert(
              {Target::grant, object, {}, subject, detail, reads ? program.text(to.id) : std::string_view()});
        }
        const reach::Node &to = program.nodes[edge.conclusion];
        if (to.type == NodeType::principal || to.type == NodeType::authenticated) {
          things.insert({Target::principal, program.text(to.id), {}, {}, {}, {}});
        }
        break;
      }
      case FactKind::exposure:
        if (alive) things.insert({Target::exposure, {}, {}, {}, {}, subject});
        break;
      case FactKind::session:
      case FactKind::account:
        things.insert({Target::principal, subject, {}, {}, {}, {}});
        break;
      case FactKind::foothold:
        if (program.nodes[edge.conclusion].type != NodeType::secret && subject != "principal:intruder") {
          things.insert({Target::principal, subject, {}, {}, {}, {}});
        }
        break;
      default:
        break;
    }
  }
  return {things.begin(), things.end()};
}

std::string_view target_of(const Thing &thing) {
  switch (thing.target) {
    case Target::binding:
    case Target::secret:
      return thing.secret;
    case Target::exposure:
      return thing.resource;
    default:
      return thing.principal;
  }
}

}  // namespace

std::vector<Candidate> candidates_of(const Program &program, const Relevant &relevant, const Actions &actions,
                                     const EdgeIndex &index) {
  std::vector<Candidate> candidates;
  for (const Thing &thing : things_of(program, relevant)) {
    std::set<std::string_view> taken;  // of each id the first variant that fits
    for (const Action &action : actions.all()) {
      if (action.target != thing.target || taken.contains(action.id)) continue;
      if (!thing.principal.empty() && !fits_principal(action, program, thing.principal)) continue;
      if (thing.target != Target::principal && !fits_detail(action.details, action.except, thing.detail))
        continue;
      Candidate one{&action,        thing.principal,  thing.secret, thing.fact,
                    thing.resource, target_of(thing), {},           action.cost};
      one.effects =
          index.effects(action, thing.principal, thing.secret, thing.fact, thing.detail, thing.resource);
      if (one.effects.empty()) continue;
      taken.insert(action.id);
      candidates.push_back(std::move(one));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate &a, const Candidate &b) {
    return std::tie(a.target, a.action->id, a.action->variant, a.principal, a.fact) <
           std::tie(b.target, b.action->id, b.action->variant, b.principal, b.fact);
  });
  return candidates;
}

std::vector<std::string> wish_names(const Candidate &one) {
  std::vector<std::string> names;
  PlannedAction key;
  key.action = one.action->id;
  key.target = one.target;
  key.principal = one.principal;
  key.secret = one.secret;
  key.fact = one.fact;
  names.push_back(key_of(key));
  for (const std::string_view thing : {one.fact, one.target, one.principal, one.secret, one.resource}) {
    if (!thing.empty()) names.push_back(fmt::format("{} {}", one.action->id, thing));
  }
  names.push_back(one.action->id);
  return names;
}

}  // namespace dislodge::evict
