#include "evict/situation.hpp"

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
using reach::Rule;

namespace {

constexpr base::Interval kNever{base::kTimeMax, base::kTimeMax};

std::string_view hex_of(std::string_view secret) {
  return secret.starts_with("secret:") ? secret.substr(7) : secret;
}

}  // namespace

base::Result<std::unique_ptr<Situation>> Situation::make(const reach::Reach &reach, const Actions &actions,
                                                         const PlanOptions &options) {
  std::unique_ptr<Situation> made(new Situation(actions, options));
  DISLODGE_TRY(made->build(reach));
  return made;
}

base::Result<void> Situation::build(const reach::Reach &reach) {
  missing_ = reach.missing;
  const bool acted =
      std::any_of(options_.previous.begin(), options_.previous.end(),
                  [](const PlannedAction &one) { return one.state == ActionState::in_effect; });
  if (acted) {
    DISLODGE_TRY_ASSIGN(program_, apply(reach.program, actions_, options_.previous));
    const reach::Solution now = reach::solve(program_, reach::Grade::possible);
    add_unknown_principals(now);
    add_replacements(now);
  } else {
    program_ = reach.program.clone();
    add_unknown_principals(reach.possible);
    add_replacements(reach.possible);
  }
  solver_ = std::make_unique<reach::Solver>(program_, reach::Grade::possible);
  if (acted)
    close_explained_exposures(reach.program, reach::Solver(reach.program, reach::Grade::possible));
  else
    close_explained_exposures(program_, *solver_);
  without_plan_ = solver_->run();
  relevant_ = relevant_edges(program_, without_plan_, options_.start);
  renewed_ = renewed_edges(program_, relevant_, without_plan_, options_.start);
  alive_.assign(program_.edges.size(), 0);
  for (std::size_t i = 0; i < relevant_.edges.size(); ++i) alive_[relevant_.edges[i]] = relevant_.alive[i];
  index_ = std::make_unique<EdgeIndex>(program_, relevant_.edges);
  candidates_ = candidates_of(program_, relevant_, actions_, *index_);
  heed_wishes();
  if (!options_.protect.empty()) {
    protect_.assign(program_.nodes.size(), 0);
    const std::set<std::string_view> wanted(options_.protect.begin(), options_.protect.end());
    for (NodeId node = 0; node < program_.nodes.size(); ++node) {
      protect_[node] = wanted.contains(program_.id(node)) || program_.id(node).starts_with(kUnknownPrincipal);
    }
  }
  number_atoms();
  return {};
}

// What a secret opens is unknown where no binding says it. It opens something all the same.
void Situation::add_unknown_principals(const reach::Solution &possible) {
  std::vector<char> bound(program_.nodes.size(), 0);
  for (const Edge &edge : program_.edges) {
    if (edge.fact != FactKind::binding && edge.fact != FactKind::unlock) continue;
    // A password that was seen to open an archive or a key opens that.
    for (const NodeId premise : program_.premises(edge))
      if (edge.fact == FactKind::binding || program_.nodes[premise].id == edge.subject) bound[premise] = 1;
  }
  std::set<std::string_view> dead(options_.dead.begin(), options_.dead.end());
  for (const PlannedAction &one : options_.previous) {
    // Found and rotated, or attested by its party: what it opened is shut, whatever it was.
    const Action *action = actions_.find(one.action);
    if (one.state == ActionState::in_effect && action != nullptr && action->target == Target::secret) {
      dead.insert(one.secret.empty() ? one.target : one.secret);
    }
  }
  const auto nodes = static_cast<NodeId>(program_.nodes.size());
  for (NodeId node = 0; node < nodes; ++node) {
    if (program_.nodes[node].type != NodeType::secret || !possible.holds(node)) continue;
    const std::string id(program_.id(node));
    if (dead.contains(id)) continue;
    known_secrets_.push_back(node);
    if (bound[node]) continue;
    const std::string unknown = fmt::format("{}{}", kUnknownPrincipal, hex_of(id));
    const NodeId acts =
        program_.add(NodeType::principal, unknown, fmt::format("whatever {} opens", program_.name(node)));
    const NodeId authenticated = program_.add(NodeType::authenticated, unknown, program_.name(acts));
    program_.add({.rule = Rule::authenticate,
                  .fact = FactKind::binding,
                  .conclusion = authenticated,
                  .premises = {node},
                  .subject = id,
                  .object = unknown,
                  .detail = "unknown",
                  .says = "nobody knows what it opens"});
    program_.add({.rule = Rule::act,
                  .fact = FactKind::account,
                  .conclusion = acts,
                  .premises = {authenticated},
                  .subject = unknown});
  }
  std::sort(known_secrets_.begin(), known_secrets_.end(),
            [&](NodeId a, NodeId b) { return program_.id(a) < program_.id(b); });
}

void Situation::add_replacements(const reach::Solution &possible) {
  std::vector<EdgeId> bindings;
  std::map<NodeId, std::set<NodeId>> channels;
  for (EdgeId id = 0; id < program_.edges.size(); ++id) {
    const Edge &edge = program_.edges[id];
    if (edge.fact == FactKind::binding && edge.premise_count > 0 && edge.valid.until > options_.start) {
      const NodeId secret = program_.premises(edge).front();
      if (!possible.holds(secret)) continue;
      bindings.push_back(id);
      const auto owner = options_.owners.find(program_.text(edge.subject));
      if (owner != options_.owners.end() && !owner->second.ours) {
        theirs_.emplace(program_.text(edge.object), owner->second.organisation);
      }
    } else if (edge.fact == FactKind::presence && possible.holds(edge.conclusion)) {
      const NodeId resource = program_.find(NodeType::resource, program_.text(edge.object));
      if (resource != kNone) channels[edge.conclusion].insert(resource);
    }
  }
  for (const EdgeId id : bindings) {
    const Edge edge = program_.edges[id];
    Replacement one;
    one.old_secret = program_.premises(edge).front();
    const std::string principal(program_.text(edge.object));
    one.principal = program_.add(NodeType::principal, principal);
    const std::string new_id = fmt::format("{}/new/{}", program_.id(one.old_secret), principal);
    one.new_secret = program_.add(NodeType::secret, new_id,
                                  fmt::format("the new secret of {}", program_.name(one.principal)));
    one.binding = program_.add({.rule = Rule::authenticate,
                                .fact = FactKind::binding,
                                .conclusion = edge.conclusion,
                                .premises = {one.new_secret},
                                .valid = kNever,
                                .subject = new_id,
                                .object = principal,
                                .detail = "new"});
    const auto found = channels.find(one.old_secret);
    if (found != channels.end()) {
      for (const NodeId channel : found->second) {
        const std::string channel_id(program_.id(channel));
        one.channels.push_back(channel);
        one.deliveries.push_back(program_.add({.rule = Rule::learn,
                                               .fact = FactKind::presence,
                                               .conclusion = one.new_secret,
                                               .premises = {channel},
                                               .valid = kNever,
                                               .subject = new_id,
                                               .object = channel_id}));
      }
    }
    replacements_of_.emplace(one.old_secret, replacements_.size());
    replacements_.push_back(std::move(one));
  }
}

// "Exposed since then" says that a resource could be read, not how. Where a right or secret in reach is a way
// to it, that is taken for the way, and the exposure ends with it; where nothing is, the way must be found
// (close-exposure). Asked of the program before anything was done: once the way is shut by an action in
// effect, what it explains stays explained.
void Situation::close_explained_exposures(const reach::Program &before, const reach::Solver &solver) {
  std::set<std::string_view> open;
  reach::Changes past_only;
  for (EdgeId id = 0; id < before.edges.size(); ++id) {
    const Edge &edge = before.edges[id];
    if (edge.fact != FactKind::exposure || edge.valid.until <= options_.start) continue;
    open.insert(before.text(edge.subject));
    const base::Interval past{edge.valid.from, options_.start};
    past_only[id] =
        past.empty() ? std::vector<reach::Piece>() : std::vector{reach::Piece{past, 0, base::kTimeMax}};
  }
  if (open.empty()) return;
  const reach::Solution otherwise = solver.run(&past_only);
  for (Edge &edge : program_.edges) {
    if (edge.fact != FactKind::exposure || edge.valid.until <= options_.start) continue;
    const std::string_view subject = program_.text(edge.subject);
    const NodeId resource = before.find(NodeType::resource, subject);
    if (!open.contains(subject) || resource == kNone || otherwise.until(resource) <= options_.start) continue;
    edge.valid.until = std::max(edge.valid.from, options_.start);
  }
}

void Situation::heed_wishes() {
  if (options_.costs.empty() && options_.prefer.empty() && options_.forbid.empty()) return;
  const std::set<std::string_view> prefer(options_.prefer.begin(), options_.prefer.end());
  const std::set<std::string_view> forbid(options_.forbid.begin(), options_.forbid.end());
  std::set<std::string_view> met;
  forbidden_.assign(candidates_.size(), 0);
  for (CandidateId id = 0; id < candidates_.size(); ++id) {
    Candidate &one = candidates_[id];
    bool priced = false, preferred = false;
    for (const std::string &name : wish_names(one)) {
      if (const auto cost = options_.costs.find(name); cost != options_.costs.end()) {
        met.insert(cost->first);
        if (!priced) one.cost = std::max(0.0, cost->second);
        priced = true;
      }
      if (const auto wish = prefer.find(name); wish != prefer.end()) {
        met.insert(*wish);
        preferred = true;
      }
      if (const auto wish = forbid.find(name); wish != forbid.end()) {
        met.insert(*wish);
        forbidden_[id] = 1;
      }
    }
    if (preferred) one.cost /= 2;
  }
  const auto tell = [&](const std::string &wish) {
    if (!met.contains(wish)) unmet_wishes_.push_back(wish);
  };
  for (const std::string &wish : options_.forbid) tell(wish);
  for (const std::string &wish : options_.prefer) tell(wish);
  for (const auto &[wish, cost] : options_.costs) tell(wish);
}

bool Situation::is_thing(NodeId node) const {
  const reach::Node &one = program_.nodes[node];
  return one.protected_ && (one.type == NodeType::principal || one.type == NodeType::resource);
}

bool Situation::is_goal(NodeId node) const {
  return is_thing(node) && (protect_.empty() || protect_[node]);
}

std::string_view Situation::party_of(std::string_view principal) const {
  const auto found = theirs_.find(principal);
  return found == theirs_.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<const Replacement *> Situation::replacements(const Candidate &candidate) const {
  std::vector<const Replacement *> list;
  if (candidate.secret.empty()) return list;
  const NodeId secret = program_.find(NodeType::secret, candidate.secret);
  if (secret == kNone) return list;
  const auto [begin, end] = replacements_of_.equal_range(secret);
  for (auto at = begin; at != end; ++at) {
    const Replacement &one = replacements_[at->second];
    if (candidate.principal.empty() || program_.id(one.principal) == candidate.principal)
      list.push_back(&one);
  }
  return list;
}

void Situation::number_atoms() {
  atom_.assign(program_.nodes.size(), kNone);
  const auto enter = [&](NodeId node) {
    if (atom_[node] != kNone) return;
    atom_[node] = static_cast<Atom>(node_of_atom_.size());
    node_of_atom_.push_back(node);
  };
  for (const EdgeId id : relevant_.edges) {
    const Edge &edge = program_.edges[id];
    enter(edge.conclusion);
    for (const NodeId premise : program_.premises(edge)) enter(premise);
  }
  for (const Replacement &one : replacements_) enter(one.new_secret);
}

Horn Situation::horn(const std::vector<char> &usable) const {
  return horn(usable, base::kTimeMin, nullptr, {});
}

Horn Situation::horn_at_end(const std::vector<char> &usable, base::Time at, const reach::Solution &with_plan,
                            const std::vector<const Replacement *> &deliveries) const {
  return horn(usable, at, &with_plan, deliveries);
}

Horn Situation::horn(const std::vector<char> &usable, base::Time at, const reach::Solution *with_plan,
                     const std::vector<const Replacement *> &deliveries) const {
  Horn horn;
  horn.atoms = static_cast<std::uint32_t>(node_of_atom_.size());
  horn.goal.assign(horn.atoms, 0);
  for (Atom atom = 0; atom < horn.atoms; ++atom) horn.goal[atom] = is_goal(node_of_atom_[atom]);
  std::map<EdgeId, std::pair<std::vector<CandidateId>, std::vector<CandidateId>>> stops;  // closes, ends
  for (CandidateId id = 0; id < candidates_.size(); ++id) {
    if (id >= usable.size() || !usable[id]) continue;
    for (const Effect &effect : candidates_[id].effects) {
      auto &[closes, ends] = stops[effect.edge];
      if (effect.closes) closes.push_back(id);
      if (effect.ends) ends.push_back(id);
    }
  }
  // What is known when the plan starts (or what they learn while it is carried out) stays known whatever is
  // done.
  const auto known = [&](NodeId node) {
    if (program_.nodes[node].type != NodeType::secret) return false;
    return without_plan_.since(node) <= options_.start || (with_plan != nullptr && with_plan->holds(node));
  };
  for (std::size_t i = 0; i < relevant_.edges.size(); ++i) {
    const EdgeId id = relevant_.edges[i];
    const Edge &edge = program_.edges[id];
    if (known(edge.conclusion)) continue;
    const auto found = stops.find(id);
    if (relevant_.alive[i] && edge.valid.until > at) {
      Clause clause;
      for (const NodeId premise : program_.premises(edge)) {
        if (!known(premise)) clause.body.push_back(atom_[premise]);
      }
      clause.head = atom_[edge.conclusion];
      if (found != stops.end()) clause.killers = found->second.first;
      horn.clauses.push_back(std::move(clause));
    }
    bool lingers = relevant_.lingers[i];
    if (!lingers && with_plan != nullptr && edge.linger_us == reach::kForever) {
      lingers = !derives(program_, *with_plan, id).empty();
    }
    if (lingers && edge.stop > at) {
      Clause clause;
      clause.head = atom_[edge.conclusion];
      if (found != stops.end()) clause.killers = found->second.second;
      horn.clauses.push_back(std::move(clause));
    }
  }
  for (const Renewed &one : renewed_) {
    Clause clause;
    clause.head = atom_[program_.edges[one.edge].conclusion];
    if (const auto found = stops.find(one.edge); found != stops.end()) clause.killers = found->second.second;
    for (const EdgeId id : one.ring)
      if (const auto found = stops.find(id); found != stops.end())
        clause.killers.insert(clause.killers.end(), found->second.first.begin(), found->second.first.end());
    std::sort(clause.killers.begin(), clause.killers.end());
    clause.killers.erase(std::unique(clause.killers.begin(), clause.killers.end()), clause.killers.end());
    horn.clauses.push_back(std::move(clause));
  }
  for (const Replacement *one : deliveries) {
    for (const NodeId channel : one->channels) {
      if (atom_[channel] == kNone) continue;
      horn.clauses.push_back({{atom_[channel]}, atom_[one->new_secret], {}});
    }
    const NodeId opened = program_.edges[one->binding].conclusion;
    if (atom_[opened] != kNone) horn.clauses.push_back({{atom_[one->new_secret]}, atom_[opened], {}});
  }
  horn.index();
  return horn;
}

}  // namespace dislodge::evict
