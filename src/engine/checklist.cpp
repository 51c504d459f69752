#include "engine/checklist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/encode.hpp"
#include "engine/plan_csv.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;

namespace {

// As the Markdown checklist writes it.
std::string told_of(const evict::PlannedAction &one) {
  std::string text =
      fmt::format("**{}**: {}", one.name, one.target_name.empty() ? one.target : one.target_name);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// As Markdown shows it letter by letter (spec.commonmark.org: code spans): a command may have backticks in
// it.
std::string code_span(const std::string &text) {
  if (text.find('`') == std::string::npos) return '`' + text + '`';
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  return fence + ' ' + text + ' ' + fence;
}

}  // namespace

std::string checklist_csv(const evict::Plan &plan) {
  std::string out =
      "wave,action_id,state,who,evidence,at,name,target_name,by_whom,command,after,go_back,save_first,action,"
      "target,principal,secret,fact,delivery\n";
  for (const evict::PlannedAction &one : plan.actions) {
    std::string after;
    for (const std::string &id : one.after) after += (after.empty() ? "" : " ") + id;
    out += std::to_string(one.wave);
    for (const std::string &cell :
         {one.id, std::string(evict::word_of(one.state)), one.said_by, one.said_evidence,
          one.said_by.empty() ? std::string() : base::format_time(one.said_at), one.name, one.target_name,
          one.who, one.command, after, one.go_back, one.save_first, one.action, one.target, one.principal,
          one.secret, one.fact, one.delivery})
      out += "," + csv_cell(cell);
    out += "\n";
  }
  return out;
}

std::string checklist_markdown(const evict::Plan &plan) {
  const auto one_line = [](std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  };
  std::string out =
      "# Eviction checklist\n\n" + plan.verdict.says + "\n\n" +
      "Tick a box when there is evidence that the action is in effect, and write behind two hyphens who "
      "says so and what shows it: `- [x] a7 ... -- Ana Berg: ticket 812`. What is otherwise goes before them "
      "in "
      "brackets: `- [ ] a7 ... (failed) -- Ana Berg: no rights`, or (claimed), (rolled back), (open). "
      "`dislodge plan tick CASE --checklist FILE` takes it all back.\n";
  int wave = -1;
  for (const evict::PlannedAction &one : plan.actions) {
    const bool done = one.state == evict::ActionState::in_effect;
    if (done && one.role != evict::Role::prepare) continue;
    if (one.wave != wave) {
      wave = one.wave;
      out += fmt::format("\n## Wave {}\n\n", wave);
    }
    out += fmt::format("- [{}] {} {}", done ? 'x' : ' ', one.id, told_of(one));
    if (one.state != evict::ActionState::open && !done)
      out += fmt::format(" ({})", evict::name_of(one.state));
    if (!one.said_by.empty()) out += fmt::format(" -- {}: {}", one.said_by, one_line(one.said_evidence));
    out += "\n";
    if (!one.who.empty()) out += fmt::format("  - who: {}\n", one_line(one.who));
    if (!one.command.empty()) out += fmt::format("  - how: {}\n", code_span(one_line(one.command)));
    if (!one.delivery.empty()) out += fmt::format("  - the new secret travels: {}\n", one_line(one.delivery));
    if (!one.save_first.empty() && !one.destroys_evidence.empty())
      out += fmt::format("  - save first: {}\n", one_line(one.save_first));
    for (std::size_t i = 0; i < one.after.size(); ++i)
      out +=
          fmt::format("  - after {}: {}\n", one.after[i], i < one.after_why.size() ? one.after_why[i] : "");
    if (!one.placed.empty()) out += fmt::format("  - in this wave: {}\n", one_line(one.placed));
    if (!one.go_back.empty()) out += fmt::format("  - go back: {}\n", one_line(one.go_back));
  }
  bool any = false;
  for (const evict::PlannedAction &one : plan.actions) {
    if (one.state != evict::ActionState::in_effect || one.role == evict::Role::prepare) continue;
    if (!any) out += "\n## In effect\n\n";
    any = true;
    out += fmt::format("- [x] {} {} -- {}: {}\n", one.id, told_of(one), one.said_by,
                       one_line(one.said_evidence));
  }
  return out;
}

namespace {

// A line of a checklist. Ids of actions change when the plan is solved again, so a line is held against what
// else it says of its action.
struct ChecklistLine {
  std::size_t number = 0;  // of the line in the file
  Tick tick;
  std::string key;   // of CSV with the columns for it: evict::key_of()
  std::string told;  // of Markdown: what stands behind the id
};

Result<std::vector<ChecklistLine>> ticks_in_csv(std::string_view text, std::string_view file) {
  const CsvSheet sheet(text);
  if (!sheet.has("action_id") || !sheet.has("state"))
    return base::fail(ErrorKind::usage, fmt::format("{}:1: a checklist needs the columns action_id and state "
                                                    "(dislodge plan --checklist out.csv writes one)",
                                                    file));
  std::vector<ChecklistLine> ticks;
  for (std::size_t i = 0; i < sheet.rows(); ++i) {
    ChecklistLine one;
    one.number = sheet.line(i);
    Tick &tick = one.tick;
    tick.action = sheet.cell(i, "action_id");
    tick.state = sheet.cell(i, "state");
    tick.who = sheet.cell(i, "who");
    tick.evidence = sheet.cell(i, "evidence");
    const std::string at = sheet.cell(i, "at");
    if (const auto time = base::parse_time(at)) {
      tick.at = *time;
    } else if (!at.empty()) {
      return base::fail(ErrorKind::usage, fmt::format("{}:{}: at '{}': write a time as 2026-03-01T08:00:00Z",
                                                      file, one.number, at));
    }
    // A line that nobody touched says nothing, whatever was recorded since it was printed.
    if ((tick.state.empty() || evict::state_of(tick.state) == evict::ActionState::open) && tick.who.empty())
      continue;
    if (!sheet.cell(i, "action").empty() && !sheet.cell(i, "target").empty()) {
      evict::PlannedAction named;
      named.action = sheet.cell(i, "action");
      named.target = sheet.cell(i, "target");
      named.principal = sheet.cell(i, "principal");
      named.secret = sheet.cell(i, "secret");
      named.fact = sheet.cell(i, "fact");
      one.key = evict::key_of(named);
    }
    ticks.push_back(std::move(one));
  }
  return ticks;
}

// "- [x] a7 **words**: target (failed) -- Ana Berg: ticket 812", as people leave it: any bullet, any blanks,
// and the dash that their editor made of two hyphens. Nothing where the line is no box, or one that nobody
// touched.
std::optional<ChecklistLine> ticked_line(std::string_view line) {
  line = base::trim(line);
  if (line.empty() || std::string_view("-*+").find(line.front()) == std::string_view::npos)
    return std::nullopt;
  line = base::trim(line.substr(1));
  const std::size_t close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) return std::nullopt;
  const std::string box = base::lower(base::trim(line.substr(1, close - 1)));
  line = base::trim(line.substr(close + 1));
  ChecklistLine one;
  one.tick.action = std::string(line.substr(0, line.find_first_of(" \t")));
  // Who says so stands behind the last dash with blanks around it.
  std::string_view said;
  std::size_t dash = std::string_view::npos, width = 0;
  for (const std::string_view each : {"--", "\xE2\x80\x94", "\xE2\x80\x93"}) {
    const std::size_t at = line.rfind(" " + std::string(each));
    if (at == std::string_view::npos || (dash != std::string_view::npos && at < dash)) continue;
    dash = at;
    width = each.size() + 1;
  }
  if (dash != std::string_view::npos) {
    said = line.substr(dash + width);
    line = base::trim(line.substr(0, dash));
  }
  std::optional<evict::ActionState> state;
  if (line.ends_with(')')) {
    const std::size_t open = line.rfind('(');
    state = evict::state_of(line.substr(open + 1, line.size() - open - 2));
    if (state) line = base::trim(line.substr(0, open));
  }
  const bool done = box == "x" || box == "\xE2\x9C\x93" || box == "\xE2\x9C\x94";
  if (!done && !state) return std::nullopt;
  one.tick.state = evict::word_of(
      done && (!state || state == evict::ActionState::open) ? evict::ActionState::in_effect : *state);
  if (const std::size_t bold = line.find("**"); bold != std::string_view::npos) one.told = line.substr(bold);
  const std::size_t colon = said.find(':');
  one.tick.who = std::string(base::trim(said.substr(0, colon)));
  if (colon != std::string_view::npos) one.tick.evidence = std::string(base::trim(said.substr(colon + 1)));
  return one;
}

std::vector<ChecklistLine> ticks_in_markdown(std::string_view text) {
  std::vector<ChecklistLine> ticks;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto one = ticked_line(text.substr(0, end))) {
      one->number = number;
      ticks.push_back(*std::move(one));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ticks;
}

// The action that a line means; null where the plan has none such.
const evict::PlannedAction *meant(const evict::Plan &plan, const ChecklistLine &line) {
  const evict::PlannedAction *by_id = nullptr;
  for (const evict::PlannedAction &one : plan.actions) {
    if (one.id == line.tick.action) by_id = &one;
    if (!line.key.empty() && evict::key_of(one) == line.key && (one.id == line.tick.action || one.wave > 0))
      return &one;
  }
  if (!line.key.empty()) {
    // Preparations have one key for several: told apart by their ids, which do not change with the plan.
    return by_id != nullptr && evict::key_of(*by_id) == line.key ? by_id : nullptr;
  }
  if (line.told.empty()) return by_id;
  const auto squeezed = [](std::string_view words) {
    std::string out;
    for (const char byte : words)
      if (byte != ' ' && byte != '\t' && byte != '\r') out += byte;
    return out;
  };
  const std::string told = squeezed(line.told);
  const auto says = [&](const evict::PlannedAction &one) { return told.starts_with(squeezed(told_of(one))); };
  if (by_id != nullptr && says(*by_id)) return by_id;
  const evict::PlannedAction *found = nullptr;
  for (const evict::PlannedAction &one : plan.actions) {
    if (!says(one)) continue;
    if (found != nullptr) return nullptr;  // which of them, nobody can tell
    found = &one;
  }
  return found;
}

}  // namespace

Result<std::vector<Tick>> ticks_of_checklist(const evict::Plan &plan, std::string_view text,
                                             std::string_view file) {
  const bool markdown = base::trim(text).starts_with("#") || text.find("- [") != std::string_view::npos;
  std::vector<ChecklistLine> lines;
  if (markdown)
    lines = ticks_in_markdown(text);
  else {
    DISLODGE_TRY_ASSIGN(lines, ticks_in_csv(text, file));
  }
  std::vector<Tick> changed;
  for (ChecklistLine &line : lines) {
    const evict::PlannedAction *found = meant(plan, line);
    if (found == nullptr)
      return base::fail(
          ErrorKind::usage,
          fmt::format(
              "{}:{}: the plan has no action {} as this line tells it; write the checklist anew and carry "
              "the mark over, or tick it by its id (dislodge plan tick)",
              file, line.number, line.tick.action));
    if (found->state == evict::state_of(line.tick.state)) continue;
    if (auto fine = check_tick(line.tick); !fine)
      return base::fail_at(fmt::format("{}:{}", file, line.number), fine.error());
    line.tick.action = evict::key_of(*found);
    changed.push_back(std::move(line.tick));
  }
  return changed;
}

}  // namespace dislodge::engine
