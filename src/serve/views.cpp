#include "serve/views.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include "base/embedded_rules.hpp"
#include "base/json_writer.hpp"
#include "engine/planning.hpp"
#include "log/collect.hpp"
#include "report/disclosure.hpp"
#include "report/json_line.hpp"
#include "report/json_lines.hpp"
#include "report/statements.hpp"
#include "report/tips.hpp"
#include "serve/graph.hpp"
#include "serve/overview.hpp"

namespace dislodge::serve {

using base::JsonWriter;
using engine::Picture;
using report::json_line;
using report::optional_text;

namespace {

// What the page offers; chosen from all of reach, which takes long where there is much.
constexpr std::size_t kGraphSizes[] = {60, 120, 250, kGraphNodesMax};
constexpr std::size_t kOpensShown = 5, kIntervalsShown = 50;

// Calls `each` with the entry and its "details", for entries of one kind.
template <typename Each>
void of_kind(const std::vector<std::string> &journal, std::string_view kind, Each &&each) {
  simdjson::dom::parser parser;
  for (const std::string &entry : journal) {
    simdjson::dom::element row;
    std::string_view what;
    if (parser.parse(entry).get(row) != simdjson::SUCCESS || row["what"].get(what) != simdjson::SUCCESS ||
        what != kind)
      continue;
    each(row, row["details"]);
  }
}

std::string text_in(const simdjson::simdjson_result<simdjson::dom::element> &value) {
  std::string_view text;
  auto copy = value;
  return copy.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// The plan's rows with their key, by which a tick names an action whatever the plan's numbers are by then.
std::string plan_rows(const evict::Plan &plan) {
  std::map<std::string_view, const evict::PlannedAction *> by_id;
  for (const evict::PlannedAction &action : plan.actions) by_id.emplace(action.id, &action);
  std::string lines = report::plan_json(plan), out;
  std::size_t begin = 0;
  for (const evict::PlannedAction &action : plan.actions) {
    const std::size_t end = lines.find('\n', begin);
    if (end == lines.npos) break;
    JsonWriter json;
    json.object([&] {
      json.field("key", evict::key_of(action));
      json.field("since", action.since);
      optional_text(json, "said_by", action.said_by);
      optional_text(json, "said_evidence", action.said_evidence);
      json.field("said_at", action.said_at);
      json.field("leaks_count", action.leaks_if_skipped_count);
      // Of what it comes after, that which is not in effect.
      json.array_field("waits_for", [&] {
        for (std::size_t i = 0; i < action.after.size(); ++i) {
          const auto before = by_id.find(action.after[i]);
          if (before == by_id.end() || before->second->state == evict::ActionState::in_effect) continue;
          json.object([&] {
            json.field("action_id", action.after[i]);
            json.field("key", evict::key_of(*before->second));
            json.field("name", before->second->name);
            json.field("state", evict::name_of(before->second->state));
            json.field("why", i < action.after_why.size() ? action.after_why[i] : "");
          });
        }
      });
    });
    out.append(lines, begin, end - begin - 1);
    out += ',';
    out.append(json.text(), 1);
    out += '\n';
    begin = end + 1;
  }
  return out;
}

// The lines without a field and those with it.
std::pair<std::string, std::string> split(const std::string &lines, std::string_view field) {
  std::pair<std::string, std::string> parts;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size() - 1) + 1;
    const std::string_view one = std::string_view(lines).substr(begin, end - begin);
    (one.find(field) == one.npos ? parts.first : parts.second) += one;
    begin = end;
  }
  return parts;
}

// Running first, then what waits for a person, then what is done, then what nobody has verified.
std::string duty_rows(const Picture &picture) {
  const std::string lines = report::duties_json(picture);
  static constexpr const char *kStates[] = {"running", "waiting", "filed", "unverified"};
  std::array<std::string, std::size(kStates)> by_state;
  std::size_t begin = 0;
  for (const disclose::Duty &duty : picture.duties) {
    const std::size_t end = lines.find('\n', begin);
    if (end == lines.npos) break;
    const std::size_t state = duty.running                            ? 0
                              : duty.status.starts_with("filed")      ? 2
                              : duty.status.starts_with("unverified") ? 3
                                                                      : 1;
    by_state[state].append(lines, begin, end - begin - 1);
    by_state[state] += fmt::format(",\"state\":\"{}\"}}\n", kStates[state]);
    begin = end + 1;
  }
  std::string out;
  for (const std::string &rows : by_state) out += rows;
  return out;
}

// What to export next, soonest lost first: of which the case holds nothing.
std::string collect_json(const Picture &picture) {
  std::vector<std::pair<std::string_view, std::string_view>> files;
  for (const base::EmbeddedRule &file : base::embedded_rules())
    if (file.path.starts_with("rules/collect/")) files.emplace_back(file.path, file.text);
  std::string out;
  if (const auto exports = log::load_exports(files))
    for (const log::Export *one : log::still_missing(*exports, picture.coverage, picture.directories))
      out += log::to_json(*one) + "\n";
  return out;
}

}  // namespace

std::string held_secrets_json(const Picture &picture) {
  std::unordered_map<std::string_view, const reach::ReachRow *> reached;
  for (const reach::ReachRow &row : picture.reach.rows)
    if (row.type == "secret") reached.emplace(row.id, &row);
  struct Opens {
    std::vector<std::string> names;
    std::size_t count = 0, uses = 0;
    base::Time last_use = base::kTimeMin;
  };
  std::unordered_map<std::string_view, Opens> opens;
  for (const identity::Binding &binding : picture.facts.bindings) {
    Opens &one = opens[binding.secret];
    ++one.count;
    if (one.names.size() < kOpensShown) one.names.push_back(picture.name_of(binding.principal));
    one.uses += binding.used.size();
    for (const base::Interval &use : binding.used) one.last_use = std::max(one.last_use, use.from);
  }
  std::unordered_map<std::string_view, const evict::PlannedAction *> planned;
  for (const evict::PlannedAction &action : picture.plan.actions)
    if (!action.secret.empty()) planned.emplace(action.secret, &action);
  std::string out;
  for (const identity::SecretFact &secret : picture.secrets) {
    json_line(out, [&](JsonWriter &json) {
      json.field("id", secret.id);
      json.field("kind", secret.kind);
      const auto mask = picture.masks.find(secret.id);
      json.field("mask", mask == picture.masks.end() ? "" : mask->second);
      optional_text(json, "owner", secret.owner);
      json.field("confidence", secret.confidence);
      json.field("latent", secret.latent);
      json.field("places", static_cast<std::uint64_t>(secret.places.size()));
      base::Time first = base::kTimeMax;
      for (const identity::SecretPlace &place : secret.places)
        if (place.present_from != base::kTimeMin) first = std::min(first, place.present_from);
      json.field("place", secret.places.empty() ? "" : secret.places.front().item);
      json.field("time", first == base::kTimeMax ? base::kTimeMin : first);
      const auto what = opens.find(secret.id);
      json.list_field("opens", what == opens.end() ? std::vector<std::string>{} : what->second.names);
      json.field("opens_count", static_cast<std::uint64_t>(what == opens.end() ? 0 : what->second.count));
      json.field("uses", static_cast<std::uint64_t>(what == opens.end() ? 0 : what->second.uses));
      json.field("last_use", what == opens.end() ? base::kTimeMin : what->second.last_use);
      const auto row = reached.find(secret.id);
      if (row == reached.end()) {
        json.field("grade", nullptr);
        json.field("known_since", nullptr);
      } else {
        json.field("grade", detect::name_of(row->second->grade));
        json.field("known_since", row->second->since);
      }
      const auto action = planned.find(secret.id);
      if (action == planned.end()) {
        for (const char *name : {"action_id", "wave", "action", "state"}) json.field(name, nullptr);
      } else {
        json.field("action_id", action->second->id);
        json.field("wave", action->second->wave);
        json.field("action", action->second->action);
        json.field("state", evict::name_of(action->second->state));
      }
    });
  }
  return out;
}

std::string reach_rows_json(const Picture &picture) {
  std::string out;
  for (const reach::ReachRow &row : picture.reach.rows) {
    json_line(out, [&](JsonWriter &json) {
      json.field("id", row.id);
      json.field("type", row.type);
      json.field("name", row.name);
      json.field("grade", detect::name_of(row.grade));
      json.field("since", row.since);
      json.field("possible_since", row.possible_since);
      json.array_field("intervals", [&] {
        std::size_t shown = 0;
        for (const base::Interval &interval : row.intervals.items()) {
          if (++shown > kIntervalsShown) break;
          json.array([&] {
            json.value(interval.from);
            json.value(interval.until);
          });
        }
      });
      json.field("says", row.because.empty() ? std::string() : row.because.back().says);
      json.field("steps", static_cast<std::uint64_t>(row.because.size()));
    });
  }
  return out;
}

std::string marks_json(const Picture &picture, const std::vector<std::string> &journal) {
  struct Mark {
    bool star = false;
    std::vector<std::string> tags;
    struct Comment {
      std::string at, who, text;
    };
    std::vector<Comment> comments;
    std::string at, name;
    std::size_t order = 0;
  };
  std::map<std::string, Mark> marks;
  std::size_t order = 0;
  of_kind(journal, "mark", [&](auto &row, const auto &details) {
    const std::string thing = text_in(details["thing"]);
    if (thing.empty()) return;
    Mark &mark = marks[thing];
    mark.at = text_in(row["at"]);
    mark.order = ++order;
    if (const std::string name = text_in(details["name"]); !name.empty()) mark.name = name;
    bool star = false;
    if (details["star"].get(star) == simdjson::SUCCESS) mark.star = star;
    simdjson::dom::array tags;
    if (details["tags"].get(tags) == simdjson::SUCCESS) {
      mark.tags.clear();
      for (const simdjson::dom::element tag : tags) {
        std::string_view text;
        if (tag.get(text) == simdjson::SUCCESS) mark.tags.emplace_back(text);
      }
    }
    if (const std::string text = text_in(details["comment"]); !text.empty())
      mark.comments.push_back({mark.at, text_in(details["who"]), text});
  });
  std::vector<const std::pair<const std::string, Mark> *> rows;
  for (const auto &one : marks)
    if (one.second.star || !one.second.tags.empty() || !one.second.comments.empty()) rows.push_back(&one);
  std::sort(rows.begin(), rows.end(), [](auto *a, auto *b) { return a->second.order > b->second.order; });
  std::string out;
  for (const auto *one : rows)
    json_line(out, [&](JsonWriter &json) {
      const auto &[thing, mark] = *one;
      json.field("thing", thing);
      json.field("name", mark.name.empty() ? picture.name_of(thing) : mark.name);
      json.field("star", mark.star);
      json.list_field("tags", mark.tags);
      json.array_field("comments", [&] {
        for (const auto &comment : mark.comments)
          json.object([&] {
            json.field("at", comment.at);
            json.field("who", comment.who);
            json.field("text", comment.text);
          });
      });
      json.field("at", mark.at);
    });
  return out;
}

std::string decisions_json(const std::vector<std::string> &journal) {
  std::string out;
  of_kind(journal, "decide", [&](auto &row, const auto &details) {
    json_line(out, [&](JsonWriter &json) {
      json.field("fact", text_in(details["fact"]));
      json.field("time", text_in(details["at"]));
      json.field("who", text_in(details["who"]));
      json.field("reason", text_in(details["reason"]));
      json.field("set_at", text_in(row["at"]));
    });
  });
  return out;
}

// Newest first; `stands` is true of the last word on a thing that was not taken back.
std::string claims_json(const std::vector<std::string> &journal) {
  std::string out;
  std::set<std::string> seen;
  const std::vector<std::string> newest(journal.rbegin(), journal.rend());
  of_kind(newest, "claim", [&](auto &row, const auto &details) {
    const bool last = seen.insert(std::string(text_in(details["thing"]))).second;
    json_line(out, [&](JsonWriter &json) {
      json.field("thing", text_in(details["thing"]));
      json.field("whose", text_in(details["whose"]));
      json.field("who", text_in(details["who"]));
      json.field("reason", text_in(details["reason"]));
      json.field("at", text_in(row["at"]));
      json.field("stands", last && text_in(details["whose"]) != "open");
    });
  });
  return out;
}

std::string told_json(const std::vector<report::Statement> &statements,
                      const std::vector<std::string> &journal) {
  std::string out;
  for (const report::Told &one : report::told(statements, journal)) {
    json_line(out, [&](JsonWriter &json) {
      json.field("subject", one.subject);
      json.field("says", one.says);
      json.field("to", one.to);
      json.field("by", one.by);
      json.field("at", one.at);
      json.field("state", one.state == report::Told::State::holds     ? "holds"
                          : one.state == report::Told::State::changed ? "changed"
                                                                      : "gone");
      optional_text(json, "now", one.now);
    });
  }
  return out;
}

std::string waves_json(const evict::Plan &plan) {
  struct Counts {
    std::uint64_t actions = 0, in_effect = 0, claimed = 0, failed = 0;
  };
  std::map<int, Counts> counts;
  std::uint64_t behind = 0;
  for (const evict::PlannedAction &action : plan.actions) {
    // What is in effect keeps the number of the wave that it was done in, while those that are left are
    // counted anew: it stands apart.
    if (action.role != evict::Role::prepare &&
        (action.wave == 0 || action.state == evict::ActionState::in_effect)) {
      ++behind;
      continue;
    }
    Counts &one = counts[action.wave];
    ++one.actions;
    one.in_effect += action.state == evict::ActionState::in_effect ? 1 : 0;
    one.claimed += action.state == evict::ActionState::claimed ? 1 : 0;
    one.failed +=
        action.state == evict::ActionState::failed || action.state == evict::ActionState::rolled_back;
  }
  std::map<int, const evict::Wave *> waves;
  for (const evict::Wave &wave : plan.waves) waves[wave.number] = &wave;
  JsonWriter json;
  json.object([&] {
    json.field("schema", 1);
    json.field("verdict", plan.verdict.says);
    json.field("closed", plan.verdict.closed);
    json.field("cost", plan.cost);
    json.field("bound", plan.bound);
    json.field("method", plan.method);
    json.list_field("remarks", plan.remarks);
    // As the verdict counts them: what prepares is no step of eviction.
    Counts steps, preparations;
    for (const evict::PlannedAction &action : plan.actions) {
      Counts &one = action.role == evict::Role::prepare ? preparations : steps;
      ++one.actions;
      one.in_effect += action.state == evict::ActionState::in_effect ? 1 : 0;
      one.claimed += action.state == evict::ActionState::claimed ? 1 : 0;
    }
    for (const auto &[name, one] : {std::pair("steps", &steps), std::pair("preparations", &preparations)})
      json.object_field(name, [&] {
        json.field("actions", one->actions);
        json.field("done", one->in_effect);
        json.field("claimed", one->claimed);
      });
    json.field("behind", behind);
    json.array_field("leaks", [&] {
      for (const evict::Leak &leak : plan.leaks)
        json.object([&] {
          json.field("thing", leak.thing);
          json.field("after", leak.after_wave);
          json.field("why", leak.why);
        });
    });
    json.list_field("growth", plan.growth);
    json.array_field("waves", [&] {
      for (const auto &[number, count] : counts)
        json.object([&] {
          json.field("wave", number);
          json.field("actions", count.actions);
          json.field("done", count.in_effect);
          json.field("claimed", count.claimed);
          json.field("failed", count.failed);
          const auto wave = waves.find(number);
          const bool known = wave != waves.end();
          json.field("starts", known ? wave->second->starts : base::kTimeMin);
          json.field("in_effect", known ? wave->second->in_effect : base::kTimeMin);
          json.field("complete", known ? wave->second->complete : base::kTimeMin);
          json.field("still_held", known ? wave->second->still_held : std::uint64_t{0});
          json.field("visible", known && wave->second->visible);
          json.list_field("breaks", known ? wave->second->breaks : std::vector<std::string>{});
        });
    });
  });
  return json.take();
}

std::string flow_json(const Picture &picture, const base::Timings &timings) {
  const auto seconds = [&](std::string_view stage) {
    for (const base::StageTiming &row : timings.rows())
      if (row.stage == stage) return row.seconds;
    return -1.0;
  };
  std::uint64_t items = 0, messages = 0, documents = 0, blobs = 0, rejected = 0, confirmed = 0, possible = 0,
                intruders = 0;
  for (const evidence::LedgerRow &row : picture.ledger)
    items += row.state == evidence::LedgerState::not_held ? 1 : row.items;
  for (const engine::StoredRecord &row : picture.records) {
    messages += row.record.kind == evidence::RecordKind::message ? 1 : 0;
    documents += row.record.kind == evidence::RecordKind::document ? 1 : 0;
    blobs += row.record.kind == evidence::RecordKind::blob ? 1 : 0;
  }
  for (const engine::StoredSighting &row : picture.sightings)
    rejected += row.sighting.rejected.empty() ? 0 : 1;
  for (const reach::ReachRow &row : picture.reach.rows)
    ++(row.grade == detect::Grade::confirmed ? confirmed : possible);
  for (const detect::Detection &one : picture.detections) intruders += one.intruder ? 1 : 0;
  std::set<int> waves;
  for (const evict::PlannedAction &action : picture.plan.actions) waves.insert(action.wave);
  JsonWriter json;
  using Counts = std::vector<std::pair<const char *, std::uint64_t>>;
  const auto stage = [&](const char *name, const char *says, const char *view, double took,
                         std::uint64_t bytes, const Counts &in, const Counts &out) {
    json.object([&] {
      json.field("stage", name);
      json.field("says", says);
      json.field("view", view);
      if (took < 0)
        json.field("seconds", nullptr);
      else
        json.field("seconds", took);
      json.field("bytes", bytes);
      for (const auto &[key, counts] : {std::pair("in", &in), std::pair("out", &out)})
        json.array_field(key, [&] {
          for (const auto &[what, count] : *counts)
            json.object([&] {
              json.field("what", what);
              json.field("count", count);
            });
        });
    });
  };
  const auto size = [](const auto &list) { return static_cast<std::uint64_t>(list.size()); };
  std::uint64_t events = 0;  // of all logs, those that the table does not keep too
  for (const log::Coverage &row : picture.coverage) events += row.events;
  json.object([&] {
    json.field("schema", 1);
    json.array_field("stages", [&] {
      stage("evidence", "what was handed in becomes items", "#/evidence/ledger", -1, picture.totals.handed_in,
            {{"things handed in", size(picture.evidence)}},
            {{"items read", items}, {"items not read", picture.totals.unread_items}});
      stage("mail, file, repo", "items become records", "#/evidence/ledger", -1, picture.totals.read,
            {{"items read", items}}, {{"messages", messages}, {"documents", documents}, {"blobs", blobs}});
      stage("secret", "records become sightings of secrets", "#/secrets", -1, picture.totals.read,
            {{"records", messages + documents + blobs}},
            {{"places", size(picture.sightings) - rejected}, {"different secrets", size(picture.secrets)}});
      stage("log", "logs become events", "#/evidence/coverage", seconds("log"), 0,
            {{"sources", size(picture.coverage)}}, {{"events", events}});
      stage("identity", "sightings, events and directories become facts", "#/reach", seconds("identity"), 0,
            {{"events", events}, {"different secrets", size(picture.secrets)}},
            {{"principals", size(picture.facts.principals)},
             {"resources", size(picture.facts.resources)},
             {"grants", size(picture.facts.grants)},
             {"bindings", size(picture.facts.bindings)}});
      stage("detect", "events that together mean something", "#/timeline/detections", seconds("detect"), 0,
            {{"events", events}}, {{"detections", size(picture.detections)}, {"the intruder's", intruders}});
      stage(
          "reach", "what the intruder could hold, with a proof each", "#/reach", seconds("reach"), 0,
          {{"nodes", size(picture.reach.program.nodes)}, {"edges", size(picture.reach.program.edges)}},
          {{"confirmed", confirmed}, {"possible", possible}, {"not handed in", size(picture.reach.missing)}});
      stage("evict", "the cheapest plan that ends it, checked", "#/plan", seconds("evict"), 0,
            {{"confirmed and possible", confirmed + possible}},
            {{"actions", size(picture.plan.actions)}, {"waves", waves.size()}});
      stage("disclose", "whom to tell, about what, by when", "#/parties", seconds("disclose"), 0,
            {{"different secrets", size(picture.secrets)}},
            {{"parties", size(picture.parties)}, {"duties", size(picture.duties)}});
    });
  });
  return json.take();
}

void Views::prepare() const {
  struct Part {
    const char *list;
    std::vector<std::string> filtered, sorted;
  };
  static const Part kParts[] = {
      {"held",
       {"id", "grade", "state", "opens_count", "latent"},
       {"kind", "owner", "grade", "known_since", "uses", "places", "state"}},
      {"secrets", {"fingerprint"}, {"kind", "owner", "item", "confidence"}},
      {"plan",
       {"wave", "state", "role", "action", "action_id", "target", "secret"},
       {"state", "wave", "name", "who", "effective_by", "leaks_count"}},
      {"reach", {"id", "grade", "type"}, {"grade", "type", "name", "since", "steps"}},
      {"ledger", {"state", "item"}, {"state", "item", "size", "read"}},
      {"timeline", {"what"}, {"time", "what"}},
      {"statements", {"grade", "subject"}, {"grade"}},
  };
  for (const Part &part : kParts)
    if (const auto at = lists.find(part.list); at != lists.end())
      at->second->prepare(part.filtered, part.sorted);
}

std::shared_ptr<const Views> make_views(const Picture &picture, const base::Timings &timings,
                                        const std::vector<std::string> &journal, const Views *before,
                                        Touched touched) {
  auto made = std::make_shared<Views>();
  if (before != nullptr) *made = *before;
  const bool all = touched == Touched::everything || before == nullptr;
  const bool plan = all || touched == Touched::plan, duties = all || touched == Touched::duties;
  const auto list = [&](const char *name, std::string lines) {
    made->lists[name] = std::make_shared<const JsonList>(std::move(lines));
  };
  if (all) {
    list("secrets", report::secrets_json(picture));
    list("detections", report::detections_json(picture));
    list("sessions", report::sessions_json(picture));
    auto [sources, unknown] = split(report::coverage_json(picture), "\"cannot_say\":");
    list("coverage", std::move(sources));
    list("cannot-say", std::move(unknown));
    list("ledger", report::ledger_json(picture));
    list("reach", reach_rows_json(picture));
    list("missing", missing_json(picture));
    list("tips", report::tips_json(picture));
    list("parties", report::parties_json(picture));
    list("collect", collect_json(picture));
    for (const std::size_t things : kGraphSizes)
      if (auto graph = reach_graph_json(picture, "", things)) made->graphs[things] = std::move(*graph);
  }
  if (plan) {
    list("status", report::status_json(picture));
    list("plan", plan_rows(picture.plan));
    list("uncovered", uncovered_json(picture));
    list("timeline", report::timeline_json(picture));
    list("held", held_secrets_json(picture));
    made->lanes = lanes_json(picture);
    made->waves = waves_json(picture.plan);
    made->flow = flow_json(picture, timings);
  }
  if (duties) list("duties", duty_rows(picture));
  if (plan || duties) {
    made->statements = std::make_shared<const std::vector<report::Statement>>(
        all ? report::statements(picture) : report::statements_after(picture, *before->statements));
    list("statements", report::statements_json(*made->statements));
    made->overview = overview_json(picture);
  }
  std::string lines;
  for (auto entry = journal.rbegin(); entry != journal.rend(); ++entry)
    lines += *entry + "\n";  // newest first
  list("journal", std::move(lines));
  list("marks", marks_json(picture, journal));
  list("decisions", decisions_json(journal));
  list("claims", claims_json(journal));
  list("told", told_json(*made->statements, journal));
  return made;
}

}  // namespace dislodge::serve
