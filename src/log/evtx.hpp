#pragma once
// Windows event log files (.evtx): chunks of records in binary XML, each turned into the JSON that evtx_dump
// writes ({"Event": {"System": {...}, "EventData": {...}}}), which windows.cpp reads.
// Source: [MS-EVEN6] 2.2.12 and the format notes of the libevtx project.
//
//   read_evtx(bytes, [&](const RecordSpan &span, std::string json) {...}, [&](const BadSpan &bad) {...});
//
// Names and templates are shared within a chunk of 64 KiB, so a damaged chunk costs itself only. Memory and
// time of a record are limited whatever its templates say.

#include <functional>
#include <string>
#include <string_view>

#include "log/shape.hpp"

namespace dislodge::log {

bool is_evtx(std::string_view bytes);

// A record's line is its ordinal in the file.
using EvtxRecord = std::function<void(const RecordSpan &, std::string json)>;
void read_evtx(std::string_view bytes, const EvtxRecord &record, const BadSeen &bad);

}  // namespace dislodge::log
