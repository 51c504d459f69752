#include "reach/why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/encode.hpp"
#include "reach/program.hpp"

namespace dislodge::reach {

std::string clause(const Program &program, EdgeId id) {
  const Edge &edge = program.edges[id];
  const std::string_view to = program.name(edge.conclusion);
  const std::string_view says = program.text(edge.says);
  const auto premises = program.premises(edge);
  const std::string_view from = premises.empty() ? std::string_view() : program.name(premises.front());
  const std::string_view detail = program.text(edge.detail);
  const auto with = [&](std::string text) {
    if (!says.empty()) text += fmt::format(": {}", says);
    return text;
  };
  switch (edge.rule) {
    case Rule::exposure:
      return with(fmt::format("{} could be read", to));
    case Rule::foothold:
      if (program.nodes[edge.conclusion].type == NodeType::secret)
        return with(fmt::format("{} was used", to));
      return with(fmt::format("the intruder had a session as {}", to));
    case Rule::planted:
      if (detail == "password") return with(fmt::format("the password of {} is in their hands", to));
      if (detail == "user") return with(fmt::format("they created {}", to));
      if (detail == "credential") return with(fmt::format("a credential of {} is in their hands", to));
      return with(fmt::format("they set {} on {}", detail.empty() ? "a credential" : detail, to));
    case Rule::authenticate:
      return with(fmt::format("{} authenticates {}", from, to));
    case Rule::token:
      return fmt::format("who signs in as {} holds its {} token", to, detail);
    case Rule::act:
      return fmt::format("with that they act as {}", to);
    case Rule::control:
      if (premises.size() > 1) return fmt::format("the halves together are {} over {}", detail, to);
      return fmt::format("{} has {} over {}", from, detail, to);
    case Rule::mint:
      return fmt::format("{} can set a credential of {} ({})", from, to, detail);
    case Rule::read:
      return fmt::format("{} opens {} ({})", from, to, detail);
    case Rule::learn:
      if (!premises.empty() && program.kind(premises.front()) == "repository" &&
          edge.valid.from != base::kTimeMin)
        return fmt::format(
            "{} lies in {}, since {} by the date of its commit, which is whoever's who made it", to, from,
            base::format_time(edge.valid.from));
      return fmt::format("{} lies in {}", to, from);
    case Rule::unlock:
      return fmt::format("{} is opened by its key", to);
    case Rule::trust:
      return fmt::format("{} believes what {} signs", to, from);
  }
  return {};
}

std::vector<Step> proof(const Program &program, const Solution &solution, LabelId label) {
  // Labels are numbered in the order in which they were settled, so the sorted ancestors are a valid order.
  std::vector<LabelId> order{label};
  std::unordered_map<LabelId, std::uint32_t> place{{label, 0}};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const LabelId premise : solution.premises(order[i])) {
      if (place.emplace(premise, 0).second) order.push_back(premise);
    }
  }
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<Step> steps;
  steps.reserve(order.size());
  for (const LabelId one : order) {
    const Label &here = solution.labels[one];
    Step step{one,
              here.node,
              here.edge,
              here.interval,
              {},
              clause(program, here.edge),
              std::string(program.text(program.edges[here.edge].evidence))};
    for (const LabelId premise : solution.premises(one)) step.from.push_back(place[premise]);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<Because> because(const Program &program, const Solution &solution, LabelId label) {
  std::vector<Because> list;
  for (Step &step : proof(program, solution, label)) {
    Because one{std::string(name_of(program.edges[step.edge].rule)), {}, {}, std::move(step.says)};
    for (const NodeId premise : program.premises(program.edges[step.edge]))
      one.from.emplace_back(program.id(premise));
    if (!step.evidence.empty()) one.evidence.push_back(std::move(step.evidence));
    list.push_back(std::move(one));
  }
  return list;
}

LabelId first_label(const Program &program, const Solution &solution, NodeType type, std::string_view id) {
  LabelId best = kNone;
  const auto consider = [&](NodeId node) {
    const auto labels = solution.of_node(node);
    if (labels.empty()) return;
    const Label &label = solution.labels[labels.front()];
    if (best == kNone || label.interval.from < solution.labels[best].interval.from) best = labels.front();
  };
  if (const NodeId node = program.find(type, id); node != kNone) consider(node);
  if (best != kNone || type != NodeType::resource) return best;
  const base::StringId text = program.pool.find(id);
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    const Node &one = program.nodes[node];
    if (one.type == type && one.id == text && one.detail != 0) consider(node);
  }
  return best;
}

LabelId last_label(const Program &program, const Solution &solution, NodeType type, std::string_view id) {
  LabelId best = kNone;
  const base::StringId text = program.pool.find(id);
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    const Node &one = program.nodes[node];
    if (one.type != type || one.id != text || (one.detail != 0 && type != NodeType::resource)) continue;
    for (const LabelId label : solution.of_node(node)) {
      const base::Interval &mine = solution.labels[label].interval;
      if (best == kNone || mine.until > solution.labels[best].interval.until) best = label;
    }
  }
  return best;
}

namespace {

std::string chain(const Reach &reach, const Solution &solution, LabelId label) {
  const Program &program = reach.program;
  std::string text;
  const std::vector<Step> steps = proof(program, solution, label);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step &step = steps[i];
    text += fmt::format("{:>4}. {}\n", i + 1, step.says);
    text += fmt::format("      {} ", name_of(program.edges[step.edge].rule));
    if (step.interval.until == base::kTimeMax) {
      text += step.interval.from == base::kTimeMin
                  ? "at any time"
                  : fmt::format("since {}", base::format_time(step.interval.from));
    } else {
      text += fmt::format(
          "{} until {}",
          step.interval.from == base::kTimeMin ? "from unknown times" : base::format_time(step.interval.from),
          base::format_time(step.interval.until));
    }
    if (!step.from.empty()) {
      text += ", from";
      for (const std::uint32_t from : step.from) text += fmt::format(" {}", from + 1);
    }
    if (!step.evidence.empty()) text += fmt::format("\n      evidence: {}", step.evidence);
    text += '\n';
  }
  return text;
}

}  // namespace

base::Result<std::string> why(const Reach &reach, std::string_view id) {
  const auto exact =
      std::find_if(reach.rows.begin(), reach.rows.end(), [&](const ReachRow &row) { return row.id == id; });
  const ReachRow *row = exact == reach.rows.end() ? nullptr : &*exact;
  if (row == nullptr) {
    std::vector<const ReachRow *> candidates;
    for (const ReachRow &one : reach.rows) {
      const bool ends = one.id.size() > id.size() && std::string_view(one.id).ends_with(id) && !id.empty() &&
                        one.id[one.id.size() - id.size() - 1] != '-';
      const bool begins = one.id.starts_with(id) && !id.empty();
      if (ends || begins || base::equal_ignoring_case(one.name, id)) candidates.push_back(&one);
    }
    if (candidates.size() > 1) {
      std::string names;
      for (std::size_t i = 0; i < candidates.size() && i < 10; ++i) names += "\n  " + candidates[i]->id;
      return base::fail(base::ErrorKind::usage, fmt::format("\"{}\" could be {} things; give one id:{}", id,
                                                            candidates.size(), names));
    }
    if (candidates.empty()) {
      return base::fail(base::ErrorKind::usage,
                        fmt::format("\"{}\" is not within the intruder's reach by the evidence held; "
                                    "`dislodge reach CASE` lists what is",
                                    id));
    }
    row = candidates.front();
  }
  if (row->grade == Grade::excluded) {
    return fmt::format("{} {} ({})\nexcluded: {}\n", row->type, row->id, row->name,
                       row->because.empty() ? std::string() : row->because.front().says);
  }
  NodeType type = NodeType::principal;
  if (row->type == name_of(NodeType::secret)) type = NodeType::secret;
  if (row->type == name_of(NodeType::resource)) type = NodeType::resource;
  std::string text = fmt::format("{} {}", row->type, row->id);
  if (!row->name.empty() && row->name != row->id) text += fmt::format(" ({})", row->name);
  text += '\n';
  const LabelId confirmed = first_label(reach.program, reach.confirmed, type, row->id);
  const LabelId possible = first_label(reach.program, reach.possible, type, row->id);
  if (confirmed != kNone)
    text += "confirmed, because events show each use:\n" + chain(reach, reach.confirmed, confirmed);
  const bool says_more =
      possible != kNone && (confirmed == kNone || reach.possible.labels[possible].interval.from <
                                                      reach.confirmed.labels[confirmed].interval.from);
  if (says_more) {
    text += confirmed == kNone ? "possible, because nothing excludes it:\n" : "possible even before that:\n";
    text += chain(reach, reach.possible, possible);
  }
  // The first chain may have ended long ago: what lets them in now is another.
  const LabelId last = last_label(reach.program, reach.possible, type, row->id);
  const auto until = [](const Solution &solution, LabelId label) {
    return label == kNone ? base::kTimeMin : solution.labels[label].interval.until;
  };
  const base::Time told = std::max(until(reach.confirmed, confirmed),
                                   says_more ? until(reach.possible, possible) : base::kTimeMin);
  if (until(reach.possible, last) > told) {
    text += until(reach.possible, last) == base::kTimeMax
                ? "possible to this day, because nothing excludes it:\n"
                : fmt::format("possible until {}, because nothing excludes it:\n",
                              base::format_time(until(reach.possible, last)));
    text += chain(reach, reach.possible, last);
  }
  return text;
}

}  // namespace dislodge::reach
