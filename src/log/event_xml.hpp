#pragma once
// Windows events as XML: wevtutil qe /f:xml (events one after another, without a root), the Event Viewer's
// "save as XML" (<Events>), Get-WinEvent's ToXml(), subscriptions, with or without prefixes and
// RenderingInfo. Each becomes the JSON of event_node.hpp. Source: the event schema,
// learn.microsoft.com/windows/win32/wes/eventschema-schema.
//
//   if (is_event_xml(head)) read_event_xml(bytes, [&](const RecordSpan &span, std::string json) {...},
//   [&](BadSpan) ...);
//
// An event that is cut or malformed costs itself only. Document types and entities of their own are not
// heeded: only XML's five and numbers are.

#include <string_view>

#include "log/evtx.hpp"

namespace dislodge::log {

// By the first element: Events, or Event with a System in it. `head`: UTF-8, the first kilobytes suffice.
bool is_event_xml(std::string_view head);

void read_event_xml(std::string_view bytes, const EvtxRecord &record, const BadSeen &bad);

}  // namespace dislodge::log
