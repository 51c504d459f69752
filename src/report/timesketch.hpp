#pragma once
// The case on Timesketch's axis of time: JSON lines with message, datetime, timestamp and timestamp_desc, one
// for each event that a detection stands on, and one for each entry of the timeline. Source:
// timesketch.org/guides/user/import-from-json-csv.

#include <string>

#include "engine/picture.hpp"

namespace dislodge::report {

std::string timesketch_jsonl(const engine::Picture &picture);

}  // namespace dislodge::report
