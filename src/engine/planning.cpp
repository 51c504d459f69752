#include "engine/planning.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/json_writer.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using casefile::Case;

namespace {

constexpr std::string_view kStates[] = {"open", "claimed", "in-effect", "failed", "rolled-back"};

evict::ActionState state_of(std::string_view text) {
  std::string word(text);
  std::replace(word.begin(), word.end(), '-', ' ');
  for (const auto each : {evict::ActionState::claimed, evict::ActionState::in_effect,
                          evict::ActionState::failed, evict::ActionState::rolled_back})
    if (evict::name_of(each) == word) return each;
  return evict::ActionState::open;
}

std::string word_of(evict::ActionState state) {
  std::string word(evict::name_of(state));
  std::replace(word.begin(), word.end(), ' ', '-');
  return word;
}

// RFC 4180: fields in quotes may hold commas, line ends and doubled quotes.
struct CsvRow {
  std::size_t line = 1;
  std::vector<std::string> fields;
};
std::vector<CsvRow> csv_rows(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  // A spreadsheet of some countries writes semicolons.
  const std::string_view head = text.substr(0, text.find('\n'));
  const char comma =
      head.find(',') == std::string_view::npos && head.find(';') != std::string_view::npos ? ';' : ',';
  std::vector<CsvRow> rows;
  CsvRow row;
  std::string field;
  bool quoted = false;
  std::size_t line = 1;
  const auto end_row = [&] {
    row.fields.push_back(std::move(field));
    field.clear();
    if (row.fields.size() > 1 || !base::trim(row.fields.front()).empty()) rows.push_back(std::move(row));
    row = {};
    row.line = line;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (byte == '\n') ++line;
    if (quoted) {
      if (byte != '"')
        field += byte;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        field += text[i++];
      else
        quoted = false;
    } else if (byte == '"') {
      quoted = true;
    } else if (byte == comma) {
      row.fields.push_back(std::move(field));
      field.clear();
    } else if (byte == '\n') {
      end_row();
    } else if (byte != '\r') {
      field += byte;
    }
  }
  if (!field.empty() || !row.fields.empty()) end_row();
  return rows;
}

// A cell that a spreadsheet would take for a formula gets a quote before it.
std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) out += '\'';
  for (const char byte : text) {
    if (byte == '"') out += '"';
    out += byte;
  }
  return out + "\"";
}
std::string plain_cell(std::string_view cell) {
  cell = base::trim(cell);
  if (cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@").find(cell[1]) != std::string_view::npos)
    cell.remove_prefix(1);
  return std::string(cell);
}

Result<std::vector<evict::PlannedAction>> ticked(Case &the_case) {
  std::vector<evict::PlannedAction> previous;
  DISLODGE_TRY_ASSIGN(auto query, the_case.database().prepare(
                                      "SELECT action, state, at, who, evidence FROM tick WHERE id IN (SELECT "
                                      "max(id) FROM tick GROUP BY action) ORDER BY action"));
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) return previous;
    evict::PlannedAction action;
    std::string rest = query.text(0);
    const auto next = [&](char until) {
      const std::size_t end = std::min(rest.find(until), rest.size());
      std::string part = rest.substr(0, end);
      rest.erase(0, std::min(end + 1, rest.size()));
      return part;
    };
    action.action = next(' ');
    action.target = next('\t');
    action.principal = next('\t');
    action.secret = next('\t');
    action.fact = next('\t');
    action.state = state_of(query.text(1));
    action.starts = action.effective_by = query.time(2);
    action.said_at = query.time(2);
    action.said_by = query.text(3);
    action.said_evidence = query.text(4);
    // Older cases keep the time of the tick only.
    if (action.state == evict::ActionState::in_effect) action.since = query.time(2);
    previous.push_back(std::move(action));
  }
}

}  // namespace

Result<void> add_costs(PlanWishes &wishes, std::string_view csv, std::string_view file) {
  bool first = true;
  for (const CsvRow &row : csv_rows(csv)) {
    const std::string last = plain_cell(row.fields.back());
    double cost = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), cost);
    const bool number = error == std::errc() && end == last.data() + last.size();
    if (first && !number && base::lower(last) == "cost") {
      first = false;
      continue;
    }
    first = false;
    if (!number || cost < 0 || cost > 1e9 || row.fields.size() < 2 || row.fields.size() > 3) {
      return base::fail(ErrorKind::usage,
                        fmt::format("{}:{}: expected action,cost or action,target,cost with a cost from 0 on",
                                    file, row.line));
    }
    std::string key = plain_cell(row.fields[0]);
    if (row.fields.size() == 3 && !plain_cell(row.fields[1]).empty()) key += " " + plain_cell(row.fields[1]);
    wishes.costs[key] = cost;
  }
  return {};
}

Result<evict::PlanOptions> plan_options_of(Case &the_case, const Picture &picture, const PlanWishes &wishes) {
  evict::PlanOptions options;
  // Waves begin tomorrow at the earliest: wave 0 takes its time, and a whole hour reads better.
  options.start = wishes.start != base::kTimeMin
                      ? wishes.start
                      : base::Time{(base::now().us / base::kHour + 24) * base::kHour};
  const std::set<std::string> ours(picture.our_domains.begin(), picture.our_domains.end());
  for (const identity::SecretFact &secret : picture.secrets)
    options.owners[secret.id] = {secret.owner, secret.owner.empty() || ours.count(secret.owner) != 0};
  options.not_covered = not_covered(picture);
  for (const reach::Unseen &one : picture.unseen)
    options.sweeps.push_back({one.place, one.name, one.when, unseen_text(one)});
  // Who would notice: people and services that the logs show at work as a principal.
  std::map<std::string, std::set<std::string>> users;
  for (const detect::Session &session : picture.sessions)
    if (!session.intruder && !session.principal.empty())
      users[session.principal].insert(picture.name_of(session.principal));
  for (const auto &[principal, names] : users) options.users_of[principal].assign(names.begin(), names.end());
  for (const std::string &thing : wishes.protect) {
    const std::string id = resolve_name(picture, thing);
    const bool reached = std::any_of(picture.reach.rows.begin(), picture.reach.rows.end(),
                                     [&](const reach::ReachRow &row) { return row.id == id; });
    if (!reached)
      return base::fail(
          ErrorKind::usage,
          fmt::format("--protect {}: nothing in reach has this name (dislodge reach lists ids)", thing));
    options.protect.push_back(id);
  }
  // "ACTION TARGET": the target may be a name.
  const auto action_of = [&](const std::string &text) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string::npos) return text;
    const std::string id = resolve_name(picture, base::trim(std::string_view(text).substr(blank)));
    return text.substr(0, blank) + " " + id;
  };
  for (const std::string &text : wishes.forbid) options.forbid.push_back(action_of(text));
  for (const std::string &text : wishes.prefer) options.prefer.push_back(action_of(text));
  for (const auto &[text, cost] : wishes.costs) options.costs[action_of(text)] = cost;
  options.wave_capacity = wishes.capacity;
  DISLODGE_TRY_ASSIGN(options.previous, ticked(the_case));
  return options;
}

namespace {

// A wish that names no action of the rules is a slip of the pen.
Result<void> check_names(const evict::Actions &actions, const evict::PlanOptions &options) {
  const auto check = [&](std::string_view text, std::string_view where) -> Result<void> {
    if (actions.find(text.substr(0, text.find(' '))) != nullptr) return {};
    return base::fail(ErrorKind::usage,
                      fmt::format("{} {}: no such action (dislodge plan names them)", where, text));
  };
  for (const std::string &text : options.forbid) DISLODGE_TRY(check(text, "--forbid"));
  for (const std::string &text : options.prefer) DISLODGE_TRY(check(text, "--prefer"));
  for (const auto &[text, cost] : options.costs) DISLODGE_TRY(check(text, "--costs"));
  return {};
}

}  // namespace

Result<evict::Plan> plan_again(Case &the_case, const Picture &picture, const PlanWishes &wishes,
                               const Options &options) {
  DISLODGE_TRY_ASSIGN(const RuleTexts texts, load_rule_texts(options));
  DISLODGE_TRY_ASSIGN(const evict::Actions actions, evict::load_actions(texts.files));
  DISLODGE_TRY_ASSIGN(const evict::PlanOptions plan_options, plan_options_of(the_case, picture, wishes));
  DISLODGE_TRY(check_names(actions, plan_options));
  return evict::make_plan(picture.reach, actions, plan_options);
}

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
    if (row["wave"].get(wave) != simdjson::SUCCESS) return wrong("wave is missing");
    if (row["action"].get(name) != simdjson::SUCCESS) return wrong("action is missing");
    action.wave = static_cast<int>(wave);
    action.action = name;
    const auto text_of = [&](const char *key, std::string &to) {
      if (row[key].get(value) == simdjson::SUCCESS) to = value;
    };
    text_of("target", action.target);
    text_of("action_id", action.id);
    text_of("principal", action.principal);
    text_of("secret", action.secret);
    text_of("fact", action.fact);
    text_of("delivery", action.delivery);
    std::string state;
    text_of("state", state);
    action.state = state_of(state);
    if (row["starts"].get(value) == simdjson::SUCCESS)
      action.starts = base::parse_time(value).value_or(base::Time{});
    if (row["effective_by"].get(value) == simdjson::SUCCESS)
      action.effective_by = base::parse_time(value).value_or(base::Time{});
    planned.push_back(std::move(action));
  }
  return planned;
}

Result<std::vector<evict::PlannedAction>> planned_in_csv(std::string_view text, const std::string &file) {
  const std::vector<CsvRow> rows = csv_rows(text);
  std::map<std::string, std::size_t> column;
  if (!rows.empty())
    for (std::size_t i = 0; i < rows.front().fields.size(); ++i)
      column.emplace(base::lower(plain_cell(rows.front().fields[i])), i);
  if (!column.contains("wave") || !column.contains("action") || !column.contains("target"))
    return base::fail(ErrorKind::usage,
                      fmt::format("{}:1: a plan in CSV needs the columns wave, action and target", file));
  std::vector<evict::PlannedAction> planned;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto cell = [&](const std::string &name) {
      const auto found = column.find(name);
      return found == column.end() || found->second >= rows[i].fields.size()
                 ? std::string()
                 : plain_cell(rows[i].fields[found->second]);
    };
    evict::PlannedAction action;
    const std::string wave = cell("wave");
    const auto [end, error] = std::from_chars(wave.data(), wave.data() + wave.size(), action.wave);
    if (error != std::errc() || end != wave.data() + wave.size())
      return base::fail(ErrorKind::usage, fmt::format("{}:{}: wave is not a number", file, rows[i].line));
    action.action = cell("action");
    action.target = cell("target");
    action.id = cell("action_id");
    action.principal = cell("principal");
    action.secret = cell("secret");
    action.fact = cell("fact");
    action.delivery = cell("delivery");
    planned.push_back(std::move(action));
  }
  return planned;
}

}  // namespace

Result<evict::Plan> check_plan_file(Case &the_case, const Picture &picture, const std::filesystem::path &file,
                                    const PlanWishes &wishes, const Options &options) {
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

Result<void> check_tick(const Tick &tick) {
  if (std::find(std::begin(kStates), std::end(kStates), tick.state) == std::end(kStates))
    return base::fail(
        ErrorKind::usage,
        fmt::format("state '{}': one of open, claimed, in-effect, failed, rolled-back", tick.state));
  if (tick.who.empty())
    return base::fail(ErrorKind::usage, fmt::format("{}: --who names the person who says so", tick.action));
  if (tick.state == "in-effect" && tick.evidence.empty())
    return base::fail(
        ErrorKind::usage,
        fmt::format("{}: in-effect needs --evidence: what shows it; somebody's word alone is `claimed`",
                    tick.action));
  return {};
}

std::string action_key(const evict::PlannedAction &action) {
  std::string key = action.action + " " + action.target;
  if (!action.principal.empty() || !action.secret.empty() || !action.fact.empty())
    key += "\t" + action.principal + "\t" + action.secret + "\t" + action.fact;
  return key;
}

Result<void> record_tick(Case &the_case, const std::string &key, const Tick &tick) {
  DISLODGE_TRY(check_tick(tick));
  const base::Time at = tick.at == base::kTimeMin ? base::now() : tick.at;
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY_ASSIGN(auto insert,
                      the_case.database().prepare(
                          "INSERT INTO tick (action, state, who, at, evidence) VALUES (?, ?, ?, ?, ?)"));
  insert.bind_all(key, tick.state, tick.who, at, tick.evidence);
  DISLODGE_TRY(insert.run());
  base::JsonWriter json;
  json.object([&] {
    json.field("action", key);
    json.field("state", tick.state);
    json.field("who", tick.who);
    json.field("at", at);
    json.field("evidence", tick.evidence);
  });
  DISLODGE_TRY(the_case.journal().append("tick", json.text()));
  return transaction.commit();
}

namespace {

// As the Markdown checklist writes it.
std::string told_of(const evict::PlannedAction &one) {
  std::string text =
      fmt::format("**{}**: {}", one.name, one.target_name.empty() ? one.target : one.target_name);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
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
         {one.id, word_of(one.state), one.said_by, one.said_evidence,
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
      "Tick a box when there is evidence that the action is in effect, and write behind the dash who "
      "says so and what shows it: `- [x] a7 ... -- Ana Berg: ticket 812`.\n";
  int wave = -1;
  for (const evict::PlannedAction &one : plan.actions) {
    if (one.wave != wave) {
      wave = one.wave;
      out += fmt::format("\n## Wave {}\n\n", wave);
    }
    const bool done = one.state == evict::ActionState::in_effect;
    out += fmt::format("- [{}] {} {}", done ? 'x' : ' ', one.id, told_of(one));
    if (one.state != evict::ActionState::open && !done)
      out += fmt::format(" ({})", evict::name_of(one.state));
    if (!one.said_by.empty()) out += fmt::format(" -- {}: {}", one.said_by, one_line(one.said_evidence));
    out += "\n";
    if (!one.who.empty()) out += fmt::format("  - who: {}\n", one_line(one.who));
    if (!one.command.empty()) out += fmt::format("  - how: `{}`\n", one_line(one.command));
    if (!one.delivery.empty()) out += fmt::format("  - the new secret travels: {}\n", one_line(one.delivery));
    if (!one.save_first.empty() && !one.destroys_evidence.empty())
      out += fmt::format("  - save first: {}\n", one_line(one.save_first));
    for (std::size_t i = 0; i < one.after.size(); ++i)
      out +=
          fmt::format("  - after {}: {}\n", one.after[i], i < one.after_why.size() ? one.after_why[i] : "");
    if (!one.go_back.empty()) out += fmt::format("  - go back: {}\n", one_line(one.go_back));
  }
  return out;
}

namespace {

// A line of a checklist. Ids of actions change when the plan is solved again, so a line is held against what
// else it says of its action.
struct ChecklistLine {
  Tick tick;
  std::string key;   // of CSV with the columns for it: action_key()
  std::string told;  // of Markdown: what stands behind the id
};

Result<std::vector<ChecklistLine>> ticks_in_csv(std::string_view text, std::string_view file) {
  const std::vector<CsvRow> rows = csv_rows(text);
  std::map<std::string, std::size_t> column;
  if (!rows.empty())
    for (std::size_t i = 0; i < rows.front().fields.size(); ++i)
      column.emplace(base::lower(plain_cell(rows.front().fields[i])), i);
  if (!column.contains("action_id") || !column.contains("state"))
    return base::fail(ErrorKind::usage, fmt::format("{}:1: a checklist needs the columns action_id and state "
                                                    "(dislodge plan --checklist out.csv writes one)",
                                                    file));
  std::vector<ChecklistLine> ticks;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto cell = [&](const std::string &name) {
      const auto found = column.find(name);
      return found == column.end() || found->second >= rows[i].fields.size()
                 ? std::string()
                 : plain_cell(rows[i].fields[found->second]);
    };
    Tick tick;
    tick.action = cell("action_id");
    tick.state = base::lower(cell("state"));
    std::replace(tick.state.begin(), tick.state.end(), ' ', '-');
    tick.who = cell("who");
    tick.evidence = cell("evidence");
    const std::string at = cell("at");
    if (const auto time = base::parse_time(at)) {
      tick.at = *time;
    } else if (!at.empty()) {
      return base::fail(ErrorKind::usage,
                        fmt::format("{}:{}: at '{}' is no RFC 3339 time", file, rows[i].line, at));
    }
    // A line that nobody touched says nothing, whatever was recorded since it was printed.
    if (tick.state == "open" && tick.who.empty()) continue;
    ChecklistLine one{std::move(tick), {}, {}};
    if (!cell("action").empty() && !cell("target").empty()) {
      evict::PlannedAction named;
      named.action = cell("action");
      named.target = cell("target");
      named.principal = cell("principal");
      named.secret = cell("secret");
      named.fact = cell("fact");
      one.key = action_key(named);
    }
    ticks.push_back(std::move(one));
  }
  return ticks;
}

std::vector<ChecklistLine> ticks_in_markdown(std::string_view text) {
  std::vector<ChecklistLine> ticks;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = base::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool done = line.starts_with("- [x] ") || line.starts_with("- [X] ") || line.starts_with("* [x] ");
    if (!done) continue;  // an empty box says nothing: the action may be claimed or failed
    line.remove_prefix(6);
    Tick tick;
    tick.state = "in-effect";
    tick.action = std::string(line.substr(0, line.find(' ')));
    ChecklistLine one;
    if (const std::size_t bold = line.find("**"); bold != std::string_view::npos)
      one.told = std::string(base::trim(line.substr(bold, line.rfind(" -- ") - bold)));
    if (const std::size_t dash = line.rfind(" -- "); dash != std::string_view::npos) {
      const std::string_view said = line.substr(dash + 4);
      const std::size_t colon = said.find(':');
      tick.who = std::string(base::trim(said.substr(0, colon)));
      if (colon != std::string_view::npos) tick.evidence = std::string(base::trim(said.substr(colon + 1)));
    }
    one.tick = std::move(tick);
    ticks.push_back(std::move(one));
  }
  return ticks;
}

// The action that a line means; null where the plan has none such.
const evict::PlannedAction *meant(const evict::Plan &plan, const ChecklistLine &line) {
  const evict::PlannedAction *by_id = nullptr;
  for (const evict::PlannedAction &one : plan.actions) {
    if (one.id == line.tick.action) by_id = &one;
    if (!line.key.empty() && action_key(one) == line.key && (one.id == line.tick.action || one.wave > 0))
      return &one;
  }
  if (!line.key.empty()) {
    // Preparations have one key for several: told apart by their ids, which do not change with the plan.
    return by_id != nullptr && action_key(*by_id) == line.key ? by_id : nullptr;
  }
  if (line.told.empty()) return by_id;
  const auto says = [&](const evict::PlannedAction &one) { return line.told.starts_with(told_of(one)); };
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
              "{}: the plan has no action {} as this line tells it; write the checklist anew and carry "
              "the mark over, or tick it by its id (dislodge plan tick)",
              file, line.tick.action));
    if (word_of(found->state) == line.tick.state) continue;
    if (auto fine = check_tick(line.tick); !fine) return base::fail_at(file, fine.error());
    line.tick.action = action_key(*found);
    changed.push_back(std::move(line.tick));
  }
  return changed;
}

}  // namespace dislodge::engine
