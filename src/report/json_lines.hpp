#pragma once
// The JSON lines of docs/json.md, made from the picture: one object a line, "schema":1 in each.
// Every function gives whole lines, in a fixed order.

#include <string>

#include "engine/picture.hpp"
#include "report/statements.hpp"

namespace dislodge::report {

std::string secrets_json(const engine::Picture &picture, bool rejected = false);
std::string detections_json(const engine::Picture &picture);
std::string sessions_json(const engine::Picture &picture);
std::string coverage_json(const engine::Picture &picture);
std::string ledger_json(const engine::Picture &picture, bool unread_only = false);
std::string reach_json(const engine::Picture &picture);
std::string plan_json(const evict::Plan &plan);
// The same, and a last line with the verdict on a plan that was checked: its leaks and what it overlooks.
std::string checked_plan_json(const engine::Picture &picture, const evict::Plan &plan);
std::string parties_json(const engine::Picture &picture);
std::string status_json(const engine::Picture &picture);
std::string timeline_json(const engine::Picture &picture);
std::string statements_json(const std::vector<Statement> &statements);

// One sighting as a line of `scan` and `secrets`; fingerprint is 32 hex digits; owner may be empty.
std::string sighting_json(const secret::Sighting &sighting, std::string_view fingerprint,
                          std::string_view owner, std::string_view owner_why, bool with_rejected);

}  // namespace dislodge::report
