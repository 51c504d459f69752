#include "reach/opengraph.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/json_writer.hpp"
#include "identity/closed.hpp"
#include "reach/program.hpp"

namespace dislodge::reach {
namespace {

// Ids of nodes hold no colon there; edge kinds are letters, digits and underscores.
std::string node_id(std::string_view id) {
  std::string text(id);
  std::replace(text.begin(), text.end(), ':', '|');
  return text;
}

std::string_view node_kind(NodeType type) {
  switch (type) {
    case NodeType::secret:
      return "Dislodge_Secret";
    case NodeType::resource:
      return "Dislodge_Resource";
    default:
      return "Dislodge_Principal";
  }
}

std::string edge_kind(Rule rule) {
  std::string name(name_of(rule));
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return "Dislodge_" + name;
}

bool folds(NodeType type) {
  return type == NodeType::authenticated || type == NodeType::token;
}

// A setting that the intruder changed is no access to its place.
bool is_setting(const Program &program, NodeId node) {
  return program.nodes[node].type == NodeType::token && program.detail(node).starts_with("setting:");
}

}  // namespace

std::string opengraph_json(const Reach &reach) {
  const Program &program = reach.program;
  const Solution &solution = reach.possible;
  struct Thing {
    NodeId node;
    base::Time since = base::kTimeMax;
    bool confirmed = false;
  };
  std::map<std::pair<std::string_view, std::string_view>, Thing> things;  // kind, id
  for (NodeId node = 0; node < program.nodes.size(); ++node) {
    if (!solution.holds(node) || is_setting(program, node)) continue;
    const NodeType type =
        identity::is_closed(program.id(node)) ? NodeType::resource : program.nodes[node].type;
    Thing &thing = things.try_emplace({node_kind(type), program.id(node)}, Thing{node}).first->second;
    if (program.nodes[node].detail == 0 && !folds(program.nodes[node].type)) thing.node = node;
    thing.since = std::min(thing.since, solution.since(node));
    thing.confirmed |= reach.confirmed.holds(node);
  }
  base::JsonWriter json;
  const auto time = [&](std::string_view key, base::Time at) {
    // Values are text, number or boolean there: an open end is left out.
    if (at != base::kTimeMin && at != base::kTimeMax) json.field(key, at);
  };
  json.object([&] {
    json.object_field("metadata", [&] { json.field("source_kind", "Dislodge"); });
    json.object_field("graph", [&] {
      json.array_field("nodes", [&] {
        for (const auto &[key, thing] : things) {
          json.object([&] {
            json.field("id", node_id(key.second));
            json.list_field("kinds", std::vector<std::string>{std::string(key.first)});
            json.object_field("properties", [&] {
              json.field("name", program.name(thing.node));
              json.field("displayname", program.name(thing.node));
              if (!program.kind(thing.node).empty()) json.field("kind", program.kind(thing.node));
              json.field("grade", thing.confirmed ? "confirmed" : "possible");
              time("first_reachable", thing.since);
            });
          });
        }
      });
      json.array_field("edges", [&] {
        std::set<std::tuple<std::string_view, std::string_view, Rule>> drawn;
        for (LabelId id = 0; id < solution.labels.size(); ++id) {
          const Label &label = solution.labels[id];
          const Edge &edge = program.edges[label.edge];
          for (const LabelId premise : solution.premises(id)) {
            const NodeId from = solution.labels[premise].node;
            if (program.id(from) == program.id(label.node)) continue;
            if (!drawn.emplace(program.id(from), program.id(label.node), edge.rule).second) continue;
            json.object([&] {
              json.field("kind", edge_kind(edge.rule));
              json.object_field("start", [&] { json.field("value", node_id(program.id(from))); });
              json.object_field("end", [&] { json.field("value", node_id(program.id(label.node))); });
              json.object_field("properties", [&] {
                json.field("says", clause(program, label.edge));
                json.field("evidence", program.text(edge.evidence));
                json.field("grade", reach.confirmed.holds(label.node) ? "confirmed" : "possible");
                json.field("traversable", true);
                time("first_reachable", label.interval.from);
                time("until", label.interval.until);
              });
            });
          }
        }
      });
    });
  });
  return json.take();
}

}  // namespace dislodge::reach
