// A plan written by hand, or one that was printed and changed: read, and judged against the picture.

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "engine/plan_csv.hpp"
#include "engine/planning.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using casefile::Case;

namespace {

Result<std::vector<evict::PlannedAction>> planned_in_json(std::string_view text, const std::string &file) {
  std::vector<evict::PlannedAction> planned;
  simdjson::dom::parser parser;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line(base::trim(text.substr(at, end - at)));
    at = end + 1;
    ++number;
    if (line.empty()) continue;
    const auto wrong = [&](std::string_view what) {
      return base::fail(ErrorKind::usage, fmt::format("{}:{}: {}; write the lines of `dislodge plan --json`",
                                                      file, number, what));
    };
    simdjson::dom::element row;
    if (parser.parse(line).get(row) != simdjson::SUCCESS) return wrong("this is not JSON");
    evict::PlannedAction action;
    std::int64_t wave = 0;
    std::string_view name, value;
    if (row["verdict"].get(value) == simdjson::SUCCESS) continue;  // the line below a plan that was checked
    if (row["wave"].get(wave) != simdjson::SUCCESS) return wrong("wave is missing");
    if (row["action"].get(name) != simdjson::SUCCESS) return wrong("action is missing");
    action.wave = static_cast<int>(wave);
    action.action = name;
    const auto text_of = [&](const char *key, std::string &to) {
      if (row[key].get(value) == simdjson::SUCCESS) to = value;
    };
    text_of("target", action.target);
    text_of("action_id", action.id);
    text_of("name", action.name);
    text_of("target_name", action.target_name);
    text_of("principal", action.principal);
    text_of("secret", action.secret);
    text_of("fact", action.fact);
    text_of("delivery", action.delivery);
    std::string state;
    text_of("state", state);
    action.state = evict::state_of(state).value_or(evict::ActionState::open);
    if (row["starts"].get(value) == simdjson::SUCCESS)
      action.starts = base::parse_time(value).value_or(base::Time{});
    if (row["effective_by"].get(value) == simdjson::SUCCESS)
      action.effective_by = base::parse_time(value).value_or(base::Time{});
    planned.push_back(std::move(action));
  }
  return planned;
}

Result<std::vector<evict::PlannedAction>> planned_in_csv(std::string_view text, const std::string &file) {
  const CsvSheet sheet(text);
  if (!sheet.has("wave") || !sheet.has("action") || !sheet.has("target"))
    return base::fail(ErrorKind::usage,
                      fmt::format("{}:1: a plan in CSV needs the columns wave, action and target", file));
  std::vector<evict::PlannedAction> planned;
  for (std::size_t i = 0; i < sheet.rows(); ++i) {
    evict::PlannedAction action;
    const std::string wave = sheet.cell(i, "wave");
    const auto [end, error] = std::from_chars(wave.data(), wave.data() + wave.size(), action.wave);
    if (error != std::errc() || end != wave.data() + wave.size())
      return base::fail(ErrorKind::usage, fmt::format("{}:{}: wave is not a number", file, sheet.line(i)));
    action.action = sheet.cell(i, "action");
    action.target = sheet.cell(i, "target");
    action.id = sheet.cell(i, "action_id");
    action.name = sheet.cell(i, "name");
    action.target_name = sheet.cell(i, "target_name");
    action.principal = sheet.cell(i, "principal");
    action.secret = sheet.cell(i, "secret");
    action.fact = sheet.cell(i, "fact");
    action.delivery = sheet.cell(i, "delivery");
    planned.push_back(std::move(action));
  }
  return planned;
}

}  // namespace

base::Result<evict::Plan> check_plan_file(Case &the_case, const Picture &picture,
                                          const std::filesystem::path &file, const PlanWishes &wishes,
                                          const Options &options) {
  DISLODGE_TRY_ASSIGN(const std::string text, base::read_file(file));
  const bool json = base::trim(text).starts_with('{') || base::trim(text).empty();
  DISLODGE_TRY_ASSIGN(std::vector<evict::PlannedAction> planned,
                      json ? planned_in_json(text, file.string()) : planned_in_csv(text, file.string()));
  // What is written may name things as people do.
  for (evict::PlannedAction &one : planned) {
    for (std::string *thing : {&one.target, &one.principal, &one.secret}) {
      if (thing->empty() || *thing == "case") continue;
      *thing = resolve_name(picture, *thing);
    }
  }
  DISLODGE_TRY_ASSIGN(const RuleTexts texts, load_rule_texts(options));
  DISLODGE_TRY_ASSIGN(const evict::Actions actions, evict::load_actions(texts.files));
  DISLODGE_TRY_ASSIGN(const evict::PlanOptions plan_options, plan_options_of(the_case, picture, wishes));
  return evict::check_plan(picture.reach, actions, std::move(planned), plan_options);
}

}  // namespace dislodge::engine
