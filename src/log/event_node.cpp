#include "log/event_node.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::log {

namespace {

// An element as a member of its parent. <Data Name="x">v</Data> is "x": "v".
void member(base::JsonWriter &out, const std::vector<EventNode> &nodes, std::size_t index, int depth) {
  const EventNode &node = nodes[index];
  if (node.name == "Data" && node.children.empty() && node.attributes.size() == 1 &&
      node.attributes[0].first == "Name") {
    out.field(node.attributes[0].second, base::trim(node.text));
    return;
  }
  // An attribute that was given nothing is as good as absent.
  const bool described = std::any_of(node.attributes.begin(), node.attributes.end(),
                                     [](const auto &attribute) { return !attribute.second.empty(); });
  if ((node.children.empty() && !described) || depth > 64) {
    out.field(node.name, base::trim(node.text));
    return;
  }
  out.object_field(node.name, [&] {
    if (described)
      out.object_field("#attributes", [&] {
        for (const auto &[name, value] : node.attributes)
          if (!value.empty()) out.field(name, std::string_view(value));
      });
    if (!base::trim(node.text).empty()) out.field("#text", base::trim(node.text));
    for (const std::size_t child : node.children) member(out, nodes, child, depth + 1);
  });
}

}  // namespace

std::string event_json(const std::vector<EventNode> &nodes) {
  base::JsonWriter out;
  out.object([&] {
    for (const std::size_t child : nodes[0].children) member(out, nodes, child, 0);
  });
  return out.take();
}

}  // namespace dislodge::log
