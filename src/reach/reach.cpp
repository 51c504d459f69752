// Reach from end to end: the program, both solutions, the rows that people read, and what was not handed in.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "identity/ids.hpp"
#include "reach/program.hpp"
#include "reach/solve.hpp"
#include "reach/why.hpp"

namespace dislodge::reach {
namespace {

// Counting what lies behind a resource stops here, a resource and in all: the count only ranks a list.
constexpr std::uint64_t kOpensCounted = 2'000;
constexpr std::uint64_t kOpensCountedInAll = 5'000'000;

bool shown(const Node &node) {
  return node.type == NodeType::secret || node.type == NodeType::principal || node.type == NodeType::resource;
}

std::vector<ReachRow> rows_of(const Program &program, const Solution &confirmed, const Solution &possible) {
  struct Parts {
    std::vector<NodeId> nodes;
  };
  // Parts of a resource share its row.
  std::map<std::pair<std::string_view, std::string_view>, Parts> things;
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    if (!shown(program.nodes[node]) || !possible.holds(node) || program.id(node) == kIntruder) continue;
    things[{name_of(program.nodes[node].type), program.id(node)}].nodes.push_back(node);
  }
  std::vector<ReachRow> rows;
  rows.reserve(things.size());
  std::size_t steps = 0;
  for (const auto &[key, parts] : things) {
    ReachRow row;
    row.type = key.first;
    row.id = key.second;
    base::IntervalSet seen;
    for (const NodeId node : parts.nodes) {
      if (row.name.empty() || row.name == row.id) row.name = program.name(node);
      for (const LabelId label : possible.of_node(node))
        row.possible_intervals.add(possible.labels[label].interval);
      for (const LabelId label : confirmed.of_node(node)) seen.add(confirmed.labels[label].interval);
    }
    row.possible_since = row.possible_intervals.first();
    row.grade = seen.empty() ? Grade::possible : Grade::confirmed;
    row.intervals = seen.empty() ? row.possible_intervals : seen;
    row.since = row.intervals.first();
    if (steps < kProofsKept) {
      const Solution &solution = seen.empty() ? possible : confirmed;
      const NodeType type = program.nodes[parts.nodes.front()].type;
      const LabelId label = first_label(program, solution, type, row.id);
      if (label != kNone) row.because = because(program, solution, label);
      steps += row.because.size();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// Counts the principals and resources that follow from some nodes if all their edges held at once.
class Behind {
 public:
  explicit Behind(const Program &program)
      : program_(program), begin_(program.nodes.size() + 1, 0), seen_(program.nodes.size(), 0) {
    for (const Edge &edge : program.edges) {
      for (const NodeId premise : program.premises(edge)) ++begin_[premise + 1];
    }
    for (std::size_t i = 0; i + 1 < begin_.size(); ++i) begin_[i + 1] += begin_[i];
    to_.resize(begin_.back());
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (const Edge &edge : program.edges) {
      for (const NodeId premise : program.premises(edge)) to_[next[premise]++] = edge.conclusion;
    }
  }

  std::uint64_t count(const std::vector<NodeId> &from) {
    ++turn_;
    std::vector<NodeId> queue;
    const auto visit = [&](NodeId node) {
      if (seen_[node] == turn_) return;
      seen_[node] = turn_;
      queue.push_back(node);
    };
    for (const NodeId node : from) visit(node);
    std::uint64_t counted = 0;
    for (std::size_t i = 0; i < queue.size() && counted < kOpensCounted && spent_ < kOpensCountedInAll; ++i) {
      const Node &node = program_.nodes[queue[i]];
      if (i >= from.size() && node.detail == 0 &&
          (node.type == NodeType::principal || node.type == NodeType::resource)) {
        ++counted;
      }
      for (std::uint32_t at = begin_[queue[i]]; at < begin_[queue[i] + 1]; ++at, ++spent_) visit(to_[at]);
    }
    return counted;
  }

  bool contains_any(NodeId node) const {
    for (std::uint32_t at = begin_[node]; at < begin_[node + 1]; ++at) {
      if (program_.nodes[to_[at]].type == NodeType::resource) return true;
    }
    return false;
  }

 private:
  const Program &program_;
  std::vector<std::uint32_t> begin_;
  std::vector<NodeId> to_;
  std::vector<std::uint32_t> seen_;
  std::uint32_t turn_ = 0;
  std::uint64_t spent_ = 0;
};

// Resources that the intruder could read and whose content nobody handed in: secrets in them are unknown to
// us and known to them. What lies behind is guessed from the resource and from those who use it, since a
// mailbox or a repository mostly holds the secrets of its people.
std::vector<MissingEvidence> missing_of(const Program &program, const Solution &possible,
                                        const identity::Facts &facts) {
  std::unordered_map<std::string_view, const identity::Resource *> known;
  for (const identity::Resource &resource : facts.resources) known.emplace(resource.id, &resource);
  std::vector<NodeId> absent;
  Behind behind(program);
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    const Node &one = program.nodes[node];
    if (one.type != NodeType::resource || one.detail != 0 || !possible.holds(node)) continue;
    const auto found = known.find(program.id(node));
    if (found != known.end() && !found->second->held_in.empty()) continue;
    // A set whose members are listed one by one is not missed as a whole.
    if (behind.contains_any(node)) continue;
    absent.push_back(node);
  }
  std::unordered_map<NodeId, std::vector<NodeId>> users;
  for (const NodeId node : absent) users.emplace(node, std::vector<NodeId>());
  for (const Edge &edge : program.edges) {
    const auto found = users.find(edge.conclusion);
    if (found == users.end()) continue;
    for (const NodeId premise : program.premises(edge)) {
      if (program.nodes[premise].type == NodeType::principal && program.id(premise) != kIntruder) {
        found->second.push_back(premise);
      }
    }
  }
  std::vector<MissingEvidence> list;
  for (const NodeId node : absent) {
    std::vector<NodeId> from = users[node];
    from.push_back(node);
    MissingEvidence one;
    one.resource = program.id(node);
    one.name = program.name(node);
    const auto found = known.find(program.id(node));
    if (found != known.end()) one.kind = found->second->kind;
    one.since = possible.since(node);
    one.opens = behind.count(from);
    const Label &label = possible.labels[possible.of_node(node).front()];
    one.why = clause(program, label.edge) + "; its content has not been handed in";
    list.push_back(std::move(one));
  }
  std::sort(list.begin(), list.end(), [](const MissingEvidence &a, const MissingEvidence &b) {
    if (a.opens != b.opens) return a.opens > b.opens;
    if (a.since != b.since) return a.since < b.since;
    return a.resource < b.resource;
  });
  return list;
}

// What the logs took away altogether: things that are possible without them and at no time with them.
void add_excluded(const Program &all, const Solution &without, const std::vector<Watched> &watched,
                  Reach &reach) {
  std::map<std::string_view, std::string_view> why;
  for (const Watched &one : watched) why.emplace(one.resource, one.why);
  std::set<std::pair<std::string_view, std::string_view>> held;
  for (const ReachRow &row : reach.rows) held.emplace(row.type, row.id);
  std::vector<ReachRow> rows;
  for (NodeId node = 0; node < all.nodes.size(); ++node) {
    if (!shown(all.nodes[node]) || all.nodes[node].detail != 0 || !without.holds(node)) continue;
    if (all.id(node) == kIntruder || held.contains({name_of(all.nodes[node].type), all.id(node)})) continue;
    ReachRow row;
    row.id = all.id(node);
    row.type = name_of(all.nodes[node].type);
    row.name = all.name(node);
    row.grade = Grade::excluded;
    row.intervals = without.intervals(node);
    row.since = row.intervals.first();
    row.possible_since = base::kTimeMax;
    const auto said = why.find(row.id);
    row.because.push_back(
        {"coverage",
         {},
         {},
         said != why.end() ? std::string(said->second) + " and shows no such reading"
                           : "follows only from reading that complete logs exclude: " + watched.front().why});
    rows.push_back(std::move(row));
  }
  reach.rows.insert(reach.rows.end(), std::make_move_iterator(rows.begin()),
                    std::make_move_iterator(rows.end()));
  std::sort(reach.rows.begin(), reach.rows.end(), [](const ReachRow &a, const ReachRow &b) {
    return std::tie(a.type, a.id) < std::tie(b.type, b.id);
  });
}

}  // namespace

Reach compute_reach(Program program, const identity::Facts &facts) {
  Reach reach;
  reach.program = std::move(program);
  reach.confirmed = solve(reach.program, Grade::confirmed);
  reach.possible = solve(reach.program, Grade::possible);
  reach.rows = rows_of(reach.program, reach.confirmed, reach.possible);
  reach.missing = missing_of(reach.program, reach.possible, facts);
  return reach;
}

Reach compute_reach(const identity::Facts &facts, const identity::Rights &rights,
                    const std::vector<detect::Detection> &detections, const ProgramOptions &options) {
  if (options.watched.empty()) return compute_reach(make_program(facts, rights, detections, options), facts);
  ProgramOptions plain = options;
  plain.watched.clear();
  const Program all = make_program(facts, rights, detections, plain);
  const Solution without = solve(all, Grade::possible);
  // A log testifies only about times at which the intruder could not have switched it off.
  ProgramOptions trusted = options;
  for (Watched &watched : trusted.watched) {
    const NodeId tenant =
        all.find(NodeType::principal, identity::entra_principal(watched.tenant, watched.tenant));
    if (tenant != kNone) watched.complete = watched.complete.subtract(without.intervals(tenant));
  }
  std::erase_if(trusted.watched, [](const Watched &watched) { return watched.complete.empty(); });
  Reach reach = compute_reach(make_program(facts, rights, detections, trusted), facts);
  if (!trusted.watched.empty()) add_excluded(all, without, trusted.watched, reach);
  return reach;
}

}  // namespace dislodge::reach
