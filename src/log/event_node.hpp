#pragma once
// The elements of a Windows event, wherever they come from (binary or textual XML), and the JSON that
// evtx_dump makes of them, which windows.cpp reads: {"Event": {"System": {...}, "EventData": {...}}}.

#include <string>
#include <utility>
#include <vector>

namespace dislodge::log {

struct EventNode {
  std::string name, text;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::size_t> children;  // indices into the list
};

// The children of nodes[0], which has no name, as one JSON object.
std::string event_json(const std::vector<EventNode> &nodes);

}  // namespace dislodge::log
