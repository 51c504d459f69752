#pragma once
// Clocks, checklists and decisions as text and JSON lines (docs/json.md).

#include <string>
#include <vector>

#include "disclose/duties.hpp"
#include "engine/decisions.hpp"
#include "engine/picture.hpp"

namespace dislodge::report {

std::string duties_text(const engine::Picture &picture);
std::string duties_json(const engine::Picture &picture);
// For the factual track: without who decided on what, and without what could be argued.
std::string factual_duties_json(const engine::Picture &picture);

// Without a case.
std::string duty_date_text(const disclose::DutyDate &date);
std::string duty_date_json(const disclose::DutyDate &date);
// A regime that has no date: without undue delay, or unverified.
std::string undated_duty_text(const disclose::Regime &regime);
std::string undated_duty_json(const disclose::Regime &regime, std::string_view trigger, base::Time time);
std::string regimes_text(const disclose::DutyRules &rules);
std::string regimes_json(const disclose::DutyRules &rules);

// The required content of one report, field by field.
std::string checklist_text(const disclose::Duty &duty);
std::string checklist_json(const disclose::Duty &duty);

std::string decisions_text(const std::vector<engine::Decision> &decisions);
std::string decisions_json(const std::vector<engine::Decision> &decisions);

}  // namespace dislodge::report
