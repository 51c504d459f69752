#include "engine/planning.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "engine/in_effect.hpp"
#include "engine/plan_csv.hpp"

namespace dislodge::engine {

using base::ErrorKind;
using base::Result;
using base::Time;
using casefile::Case;

Result<std::vector<evict::PlannedAction>> recorded_actions(Case &the_case) {
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
    action.state = evict::state_of(query.text(1)).value_or(evict::ActionState::open);
    action.starts = action.effective_by = query.time(2);
    action.said_at = query.time(2);
    action.said_by = query.text(3);
    action.said_evidence = query.text(4);
    // Older cases keep the time of the tick only.
    if (action.state == evict::ActionState::in_effect) action.since = query.time(2);
    previous.push_back(std::move(action));
  }
}

namespace {

// One line an action: id, key, name, name of its target, wave. What keys and names hold of blanks other than
// the space separates nothing else.
constexpr std::string_view kNumbered = "plan-actions";
constexpr char kField = '\x1f', kRow = '\x1e';

}  // namespace

namespace {

// With the wave in which it was first seen.
struct Kept {
  evict::Numbered action;
  int wave = 0;
};

Result<std::vector<Kept>> kept_actions(Case &the_case) {
  DISLODGE_TRY_ASSIGN(const std::string text, the_case.meta(kNumbered));
  std::vector<Kept> all;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view row = rest.substr(0, rest.find(kRow));
    rest.remove_prefix(std::min(row.size() + 1, rest.size()));
    Kept one;
    for (std::string *field : {&one.action.id, &one.action.key, &one.action.name, &one.action.target_name}) {
      *field = row.substr(0, row.find(kField));
      row.remove_prefix(std::min(field->size() + 1, row.size()));
    }
    std::from_chars(row.data(), row.data() + row.size(), one.wave);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

Result<std::vector<evict::Numbered>> numbered_actions(Case &the_case) {
  DISLODGE_TRY_ASSIGN(std::vector<Kept> kept, kept_actions(the_case));
  std::vector<evict::Numbered> all;
  for (Kept &one : kept) all.push_back(std::move(one.action));
  return all;
}

Result<void> remember_actions(Case &the_case, const evict::Plan &plan) {
  DISLODGE_TRY_ASSIGN(std::vector<Kept> all, kept_actions(the_case));
  std::set<std::pair<std::string, std::string>> known;  // key, name
  std::set<std::string> ids;
  for (const Kept &one : all) {
    known.emplace(one.action.key, one.action.name);
    ids.insert(one.action.id);
  }
  const std::size_t before = all.size();
  for (const evict::PlannedAction &one : plan.actions) {
    if (!ids.insert(one.id).second || !known.emplace(evict::key_of(one), one.name).second) continue;
    all.push_back({{one.id, evict::key_of(one), one.name, one.target_name}, one.wave});
  }
  if (all.size() == before) return {};
  std::string text;
  for (const Kept &one : all) {
    for (const std::string &field :
         {one.action.id, one.action.key, one.action.name, one.action.target_name, std::to_string(one.wave)}) {
      for (const char byte : field) text += byte == kField || byte == kRow ? ' ' : byte;
      text += kField;
    }
    text.back() = kRow;
  }
  return the_case.set_meta(kNumbered, text);
}

Result<void> add_costs(PlanWishes &wishes, std::string_view csv, std::string_view file) {
  bool first = true;
  for (const CsvRow &row : csv_rows(csv)) {
    std::string last = plain_cell(row.fields.back());
    if (last.find('.') == std::string::npos) std::replace(last.begin(), last.end(), ',', '.');
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

namespace {

// Names are those of people: all that have the name are meant.
Result<std::vector<std::string>> protected_of(const Picture &picture,
                                              const std::vector<std::string> &wished) {
  std::set<std::string_view> reached;
  if (!wished.empty())
    for (const reach::ReachRow &row : picture.reach.rows) reached.insert(row.id);
  std::vector<std::string> all;
  for (const std::string &thing : wished) {
    const std::vector<std::string> named = thing.find(':') == std::string::npos
                                               ? things_named(picture, thing)
                                               : std::vector<std::string>{base::lower(thing)};
    const std::size_t before = all.size();
    for (const std::string &id : named)
      if (reached.contains(id)) all.push_back(id);
    if (all.size() > before) continue;
    return base::fail(
        ErrorKind::usage,
        named.empty()
            ? fmt::format("--protect {}: nothing in this case has that name (dislodge reach lists names "
                          "and ids)",
                          thing)
            : fmt::format("--protect {}: it is not within the intruder's reach, so there is nothing to "
                          "free",
                          thing));
  }
  return all;
}

// "ACTION", "ACTION THING" with a thing by id or name, the target as the plan prints it, or the id of an
// action in the plan.
std::string wish_of(const Picture &picture, const std::string &text) {
  const std::size_t blank = text.find(' ');
  const std::string thing = blank == std::string::npos
                                ? std::string()
                                : std::string(base::trim(std::string_view(text).substr(blank)));
  for (const evict::PlannedAction &one : picture.plan.actions) {
    const bool meant = thing.empty() ? one.id == text
                                     : text.compare(0, blank, one.action) == 0 &&
                                           base::lower(one.target_name) == base::lower(thing);
    if (meant) return evict::key_of(one);
  }
  if (thing.empty()) return text;
  const std::string id = resolve_name(picture, thing);
  return text.substr(0, blank) + " " + (id.find(':') == std::string::npos ? base::lower(id) : id);
}

}  // namespace

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
  DISLODGE_TRY_ASSIGN(options.protect, protected_of(picture, wishes.protect));
  for (const std::string &text : wishes.forbid) options.forbid.push_back(wish_of(picture, text));
  for (const std::string &text : wishes.prefer) options.prefer.push_back(wish_of(picture, text));
  for (const auto &[text, cost] : wishes.costs) options.costs[wish_of(picture, text)] = cost;
  options.wave_capacity = wishes.capacity;
  DISLODGE_TRY_ASSIGN(options.previous, recorded_actions(the_case));
  for (const Contradiction &one : contradictions(picture, options.previous)) {
    options.not_covered.push_back(one.says + " (" + one.evidence + "): it counts as failed");
    for (evict::PlannedAction &action : options.previous)
      if (action.state == evict::ActionState::in_effect && evict::key_of(action) == one.action)
        action.state = evict::ActionState::failed;
  }
  // What is in effect stays in the wave in which people look for it.
  DISLODGE_TRY_ASSIGN(const std::vector<Kept> kept, kept_actions(the_case));
  for (evict::PlannedAction &one : options.previous)
    for (const Kept &known : kept)
      if (known.action.key == evict::key_of(one)) one.wave = known.wave;
  DISLODGE_TRY_ASSIGN(options.numbered, numbered_actions(the_case));
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

Result<void> check_tick(const Tick &tick) {
  if (!evict::state_of(tick.state))
    return base::fail(ErrorKind::usage,
                      fmt::format("{}: state '{}': one of open, claimed, in-effect, failed, rolled-back",
                                  tick.action, tick.state));
  if (tick.who.empty())
    return base::fail(ErrorKind::usage, fmt::format("{}: --who names the person who says so", tick.action));
  if (tick.state == "in-effect" && tick.evidence.empty())
    return base::fail(
        ErrorKind::usage,
        fmt::format("{}: in-effect needs --evidence: what shows it; somebody's word alone is `claimed`",
                    tick.action));
  return {};
}

Result<void> check_when(const Picture &picture, const evict::PlannedAction &action, const Tick &tick) {
  if (tick.state != "in-effect" || tick.at == base::kTimeMin) return {};
  if (tick.at > base::now())
    return base::fail(ErrorKind::usage,
                      fmt::format("{}: {} is in the future: nothing is in effect before it is", action.id,
                                  base::format_time(tick.at)));
  if (action.role == evict::Role::prepare) return {};
  Time since = base::kTimeMax;
  for (const reach::ReachRow &row : picture.reach.rows)
    if (row.id == action.target || row.id == action.principal || row.id == action.secret)
      since = std::min(since, row.possible_since);
  if (since == base::kTimeMax || tick.at >= since) return {};
  return base::fail(
      ErrorKind::usage,
      fmt::format("{}: {} lies before its reason: {} is within reach since {} and no earlier", action.id,
                  base::format_time(tick.at), action.target_name.empty() ? action.target : action.target_name,
                  base::format_time(since)));
}

Result<bool> was_recorded(Case &the_case, const Tick &tick) {
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT 1 FROM tick WHERE action = ? AND state = ? AND "
                                                  "who = ? AND evidence = ? LIMIT 1"));
  query.bind_all(tick.action,
                 std::string(evict::word_of(evict::state_of(tick.state).value_or(evict::ActionState::open))),
                 tick.who, tick.evidence);
  return query.step();
}

Result<void> record_tick(Case &the_case, const std::string &key, const Tick &tick) {
  DISLODGE_TRY(check_tick(tick));
  const base::Time at = tick.at == base::kTimeMin ? base::now() : tick.at;
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY_ASSIGN(auto insert,
                      the_case.database().prepare(
                          "INSERT INTO tick (action, state, who, at, evidence) VALUES (?, ?, ?, ?, ?)"));
  const std::string state(evict::word_of(*evict::state_of(tick.state)));
  insert.bind_all(key, state, tick.who, at, tick.evidence);
  DISLODGE_TRY(insert.run());
  base::JsonWriter json;
  json.object([&] {
    json.field("action", key);
    json.field("state", state);
    json.field("who", tick.who);
    json.field("at", at);
    json.field("evidence", tick.evidence);
  });
  DISLODGE_TRY(the_case.journal().append("tick", json.text()));
  return transaction.commit();
}

}  // namespace dislodge::engine
