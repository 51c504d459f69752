#include "reach/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/encode.hpp"
#include "reach/program.hpp"

namespace dislodge::reach {
namespace {

using base::IntervalSet;
using Key = std::pair<NodeType, std::string_view>;

struct Held {
  std::string_view name;
  IntervalSet intervals;
};

std::map<Key, Held> things(const Program &program, const Solution &solution) {
  std::map<Key, Held> all;
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    const Node &one = program.nodes[node];
    const bool shown =
        one.type == NodeType::secret || one.type == NodeType::principal || one.type == NodeType::resource;
    if (!shown || !solution.holds(node) || program.id(node) == kIntruder) continue;
    Held &held = all[{one.type, program.id(node)}];
    if (one.detail == 0 || held.name.empty()) held.name = program.name(node);
    for (const LabelId label : solution.of_node(node)) held.intervals.add(solution.labels[label].interval);
  }
  return all;
}

std::string change_of(const IntervalSet &before, const IntervalSet &after) {
  if (before.empty()) return "gained";
  if (after.empty()) return "lost";
  if (after.first() < before.first()) return "earlier";
  if (before.first() < after.first()) return "later";
  return after.covers(before) ? "longer" : "shorter";
}

}  // namespace

std::vector<Difference> differences(const Program &program, const Solution &before, const Program &other,
                                    const Solution &after) {
  const std::map<Key, Held> first = things(program, before), second = things(other, after);
  std::vector<Difference> list;
  const auto note = [&](const Key &key, const Held *was, const Held *is) {
    Difference one;
    one.type = name_of(key.first);
    one.id = key.second;
    one.name = is != nullptr ? is->name : was->name;
    if (was != nullptr) one.before = was->intervals;
    if (is != nullptr) one.after = is->intervals;
    if (one.before == one.after) return;
    one.change = change_of(one.before, one.after);
    list.push_back(std::move(one));
  };
  for (const auto &[key, held] : first) {
    const auto found = second.find(key);
    note(key, &held, found == second.end() ? nullptr : &found->second);
  }
  for (const auto &[key, held] : second) {
    if (!first.contains(key)) note(key, nullptr, &held);
  }
  std::sort(list.begin(), list.end(), [](const Difference &a, const Difference &b) {
    return std::tie(a.type, a.id) < std::tie(b.type, b.id);
  });
  return list;
}

base::Result<EdgeSpec> reading(const Program &program, std::string_view resource, base::Interval interval) {
  NodeId node = program.find(NodeType::resource, resource);
  if (node == kNone && !resource.empty()) {
    // By the end of its id: an address, or owner/name of a repository. One only.
    const std::string tail = "/" + base::lower(resource);
    for (NodeId one = 0; one < program.nodes.size(); ++one) {
      if (program.nodes[one].type != NodeType::resource || program.nodes[one].detail != 0) continue;
      if (!program.id(one).ends_with(tail)) continue;
      if (node != kNone) {
        return base::fail(base::ErrorKind::usage, fmt::format("\"{}\" could be {} or {}; give the id",
                                                              resource, program.id(node), program.id(one)));
      }
      node = one;
    }
  }
  if (node == kNone) {
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("\"{}\" is no resource of this case; `dislodge reach CASE` lists what can be "
                    "read, mailboxes as resource:exchange/TENANT/ADDRESS",
                    resource));
  }
  if (interval.empty())
    return base::fail(base::ErrorKind::usage, fmt::format("{}: the time of reading is empty", resource));
  EdgeSpec spec;
  spec.rule = Rule::exposure;
  spec.fact = FactKind::exposure;
  spec.conclusion = node;
  spec.valid = interval;
  spec.subject = program.id(node);
  spec.evidence = "--if";
  spec.says = "assumed by the question";
  return spec;
}

}  // namespace dislodge::reach
