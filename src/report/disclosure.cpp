#include "report/disclosure.hpp"

#include <fmt/format.h>

#include "report/json_line.hpp"
#include "report/text.hpp"

namespace dislodge::report {

using base::JsonWriter;

namespace {

void local_time(JsonWriter &json, const std::optional<disclose::LocalTime> &local) {
  if (!local) {
    json.field("due_local", nullptr);
    return;
  }
  json.object_field("due_local", [&] {
    json.field("date", local->date);
    json.field("time", local->time);
    json.field("zone", local->zone);
  });
}

void alternatives(JsonWriter &json, const std::vector<disclose::AlternativeDate> &list) {
  json.array_field("alternatives", [&] {
    for (const disclose::AlternativeDate &one : list)
      json.object([&] {
        json.field("due", one.due);
        local_time(json, one.due_local);
        json.field("says", one.says);
      });
  });
}

std::string local_text(const disclose::LocalTime &local) {
  return local.date + " " + local.time + " " + local.zone;
}

std::string undated_status(const disclose::Regime &regime) {
  return regime.verified ? "due without undue delay: no number of hours is counted"
                         : "unverified: ask counsel";
}

// What the clock is counted in, as people say it.
std::string period_text(const disclose::Regime &regime) {
  if (!regime.verified) return "unverified: ask counsel";
  if (regime.prompt) return "without undue delay";
  std::string unit;
  switch (regime.unit) {
    case disclose::DurationUnit::hours:
      unit = "hours";
      break;
    case disclose::DurationUnit::calendar_days:
      unit = "calendar days";
      break;
    case disclose::DurationUnit::business_days:
      unit = "business days";
      break;
    case disclose::DurationUnit::months:
      unit = regime.duration == 1 ? "month" : "months";
      break;
  }
  return fmt::format("{} {}", regime.duration, unit);
}

}  // namespace

std::string duties_text(const engine::Picture &picture) {
  std::vector<std::vector<std::string>> rows;
  for (const disclose::Duty &duty : picture.duties) {
    std::string status = duty.status;
    if (duty.earliest_arguable)
      status += fmt::format("; earliest arguable {} ({})", base::format_time(*duty.earliest_arguable),
                            duty.earliest_because);
    rows.push_back({duty.regime, duty.due_local ? local_text(*duty.due_local) : "", duty.to, status});
  }
  std::string out = table({"regime", "due", "to", "status"}, rows, 200);
  for (const disclose::Duty &duty : picture.duties)
    for (const disclose::AlternativeDate &other : duty.alternatives)
      out += fmt::format("{}: or {}: {}\n", duty.regime, local_text(other.due_local), other.says);
  out +=
      "Nothing here is legal advice. `dislodge duties CASE --checklist REGIME` shows what a report needs.\n";
  return out;
}

namespace {

// `counsel`: with decisions and what could be argued.
std::string duties_lines(const engine::Picture &picture, bool counsel) {
  std::string out;
  for (const disclose::Duty &duty : picture.duties) {
    json_line(out, [&](JsonWriter &json) {
      json.field("regime", duty.regime);
      json.field("name", duty.name);
      optional_text(json, "trigger", duty.trigger);
      json.field("trigger_time", duty.trigger_time);
      json.field("due", duty.due);
      local_time(json, duty.due_local);
      if (counsel) {
        json.field("earliest_arguable", duty.earliest_arguable);
        optional_text(json, "earliest_because", duty.earliest_because);
        json.field("earliest_due", duty.earliest_due);
      }
      optional_text(json, "to", duty.to);
      json.field("status", duty.status);
      json.list_field("missing", duty.missing);
      if (counsel) {
        alternatives(json, duty.alternatives);
        optional_text(json, "decided_by", duty.decided_by);
        optional_text(json, "reason", duty.reason);
      }
      json.list_field("follow_ups", duty.follow_ups);
      json.field("source", duty.source);
      optional_text(json, "as_of", duty.as_of);
    });
  }
  return out;
}

}  // namespace

std::string duties_json(const engine::Picture &picture) {
  return duties_lines(picture, true);
}

std::string factual_duties_json(const engine::Picture &picture) {
  return duties_lines(picture, false);
}

std::string duty_date_text(const disclose::DutyDate &date) {
  std::string out =
      fmt::format("{} {}: due {}, to {}\n", date.regime, date.trigger, local_text(date.due_local), date.to);
  for (const std::string &step : date.counted) out += "  " + step + "\n";
  for (const disclose::AlternativeDate &other : date.alternatives)
    out += fmt::format("  or {}: {}\n", local_text(other.due_local), other.says);
  return out;
}

std::string duty_date_json(const disclose::DutyDate &date) {
  std::string out;
  json_line(out, [&](JsonWriter &json) {
    json.field("regime", date.regime);
    json.field("trigger", date.trigger);
    json.field("trigger_time", date.trigger_time);
    json.field("due", date.due);
    local_time(json, date.due_local);
    json.field("to", date.to);
    json.field("status", "computed without a case");
    json.list_field("missing", std::vector<std::string>{});
    json.list_field("counted", date.counted);
    alternatives(json, date.alternatives);
  });
  return out;
}

std::string undated_duty_text(const disclose::Regime &regime) {
  return fmt::format("{}: {} (to {}; source: {})\n", regime.id, undated_status(regime), regime.to,
                     regime.source);
}

std::string undated_duty_json(const disclose::Regime &regime, std::string_view trigger, base::Time time) {
  std::string out;
  json_line(out, [&](JsonWriter &json) {
    json.field("regime", regime.id);
    optional_text(json, "trigger", regime.trigger.empty() ? trigger : std::string_view(regime.trigger));
    json.field("trigger_time", time);
    json.field("due", nullptr);
    json.field("due_local", nullptr);
    json.field("to", regime.to);
    json.field("status", undated_status(regime));
    json.list_field("missing", std::vector<std::string>{});
    json.list_field("counted", std::vector<std::string>{});
    json.list_field("alternatives", std::vector<std::string>{});
    json.field("source", regime.source);
  });
  return out;
}

std::string regimes_text(const disclose::DutyRules &rules) {
  std::vector<std::vector<std::string>> rows;
  for (const disclose::Regime &one : rules.regimes)
    rows.push_back({one.id, one.trigger, period_text(one), one.to, one.source});
  std::string out = table({"regime", "trigger", "period", "to", "source"}, rows, 60);
  out += "\nClock facts (those that are decisions are set by a named person):\n";
  for (const disclose::ClockKind &kind : rules.facts)
    out += fmt::format("  {:<24} {}{}\n", kind.id, kind.says, kind.decision ? " (decision)" : "");
  return out;
}

std::string regimes_json(const disclose::DutyRules &rules) {
  std::string out;
  for (const disclose::Regime &one : rules.regimes) {
    json_line(out, [&](JsonWriter &json) {
      json.field("regime", one.id);
      json.field("name", one.name);
      json.field("verified", one.verified);
      optional_text(json, "trigger", one.trigger);
      optional_text(json, "fact", one.fact);
      json.field("decision", one.decision);
      json.field("period", period_text(one));
      json.field("to", one.to);
      json.field("applies", one.applies);
      json.array_field("required", [&] {
        for (const disclose::Field &field : one.required)
          json.object([&] {
            json.field("id", field.id);
            json.field("text", field.text);
          });
      });
      json.list_field("follow_ups", one.follow_ups);
      json.field("source", one.source);
      optional_text(json, "as_of", one.as_of);
      optional_text(json, "note", one.note);
    });
  }
  return out;
}

std::string checklist_text(const disclose::Duty &duty) {
  std::string out = fmt::format("{} ({})\nto {}; {}\n\n", duty.name, duty.regime, duty.to, duty.status);
  for (const disclose::FieldStatus &field : duty.fields) {
    out += fmt::format("[{}] {}: {}\n", field.state, field.id, field.text);
    if (!field.value.empty()) out += "    " + field.value + "\n";
    if (!field.by.empty()) out += fmt::format("    stated by {}\n", field.by);
    if (!field.next.empty()) out += "    looked at again: " + field.next + "\n";
    if (field.stale) out += "    STALE: the case shows something else since this was stated\n";
  }
  for (const std::string &next : duty.follow_ups) out += "\nthen: " + next;
  if (!duty.follow_ups.empty()) out += "\n";
  if (!duty.note.empty()) out += "\nnote: " + duty.note + "\n";
  out += fmt::format(
      "\nsource: {} (as of {})\nA person states a field: dislodge duties CASE --field {}/ID --value TEXT "
      "--who "
      "NAME\n",
      duty.source, duty.as_of.empty() ? "not verified" : duty.as_of, duty.regime);
  return out;
}

std::string checklist_json(const disclose::Duty &duty) {
  std::string out;
  for (const disclose::FieldStatus &field : duty.fields) {
    json_line(out, [&](JsonWriter &json) {
      json.field("regime", duty.regime);
      json.field("field", field.id);
      json.field("text", field.text);
      json.field("state", field.state);
      optional_text(json, "value", field.value);
      optional_text(json, "stated_by", field.by);
      optional_text(json, "next", field.next);
      json.field("stale", field.stale);
    });
  }
  return out;
}

std::string decisions_text(const std::vector<engine::Decision> &decisions) {
  std::string out;
  const engine::Decision *before = nullptr;
  for (const engine::Decision &one : decisions) {
    out += fmt::format("{} at {}: {} (entered {})\n    {}\n", one.fact, one.at, one.who, one.recorded,
                       one.reason);
    if (before != nullptr && before->shown == one.shown)
      out += "    the case showed what it showed at the decision above\n";
    else
      for (const auto &[name, says] : one.shown)
        out += fmt::format("    the case showed, {}: {}\n", name, says);
    before = &one;
    for (const std::string &name : one.changed)
      out += fmt::format("    CHANGED since: {} (look whether the decision still stands)\n", name);
  }
  if (decisions.empty()) out = "No decision was entered.\n";
  return out;
}

std::string decisions_json(const std::vector<engine::Decision> &decisions) {
  std::string out;
  for (const engine::Decision &one : decisions) {
    json_line(out, [&](JsonWriter &json) {
      json.field("fact", one.fact);
      json.field("at", one.at);
      json.field("who", one.who);
      json.field("reason", one.reason);
      json.field("recorded", one.recorded);
      json.object_field("shown", [&] {
        for (const auto &[name, says] : one.shown) json.field(name, says);
      });
      json.list_field("changed", one.changed);
    });
  }
  return out;
}

}  // namespace dislodge::report
