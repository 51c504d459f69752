#include "disclose/duties.hpp"
#include "base/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dislodge::disclose {

const Regime *DutyRules::find(std::string_view id) const {
  const auto found =
      std::find_if(regimes.begin(), regimes.end(), [&](const Regime &r) { return r.id == id; });
  return found == regimes.end() ? nullptr : &*found;
}

std::vector<const Regime *> DutyRules::family(std::string_view id) const {
  if (const Regime *one = find(id)) return {one};
  std::vector<const Regime *> list;
  for (const Regime &regime : regimes)
    if (!id.empty() && regime.id.size() > id.size() && regime.id.starts_with(id) &&
        regime.id[id.size()] == '-')
      list.push_back(&regime);
  return list;
}

bool DutyRules::close(std::string_view calendar, base::Date date, std::string why) {
  const auto found = calendars.find(calendar);
  if (found == calendars.end()) return false;
  found->second.unconfirmed.erase(date);
  found->second.closures[date] = std::move(why);
  return true;
}

std::vector<std::string> clock_facts(const DutyRules &rules) {
  std::vector<std::string> facts;
  for (const ClockKind &kind : rules.facts) facts.push_back(kind.id);
  for (const Regime &one : rules.regimes) {
    if (!one.trigger.empty()) facts.push_back(one.trigger);
  }
  std::sort(facts.begin(), facts.end());
  facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  return facts;
}

namespace {

std::string span_text(std::int64_t us) {
  const std::int64_t hours = us / base::kHour;
  if (hours < 48) return fmt::format("{} hour{}", hours, hours == 1 ? "" : "s");
  return fmt::format("{} days", hours / 24);
}

// Of several for one fact, the last that was set.
const ClockFact *clock_of(const CaseFacts &facts, std::string_view fact) {
  const auto found = std::find_if(facts.clocks.rbegin(), facts.clocks.rend(),
                                  [&](const ClockFact &c) { return c.fact == fact; });
  return fact.empty() || found == facts.clocks.rend() ? nullptr : &*found;
}

// The earliest time from which somebody could argue that the decision was due, and which fact it is.
std::pair<base::Time, std::string> earliest_arguable(const DutyRules &rules, const CaseFacts &facts) {
  std::pair<base::Time, std::string> earliest{facts.discovered, "discovered"};
  for (const ClockKind &kind : rules.facts) {
    const ClockFact *clock = kind.arguable ? clock_of(facts, kind.id) : nullptr;
    if (clock != nullptr && clock->time < earliest.first) earliest = {clock->time, kind.id};
  }
  return earliest;
}

std::vector<FieldStatus> fields_of(const Regime &regime, const CaseFacts &facts) {
  std::vector<FieldStatus> list;
  for (const Field &field : regime.required) {
    FieldStatus one{field.id, field.text, "missing", {}, {}, {}, false};
    const auto shown = facts.known.find(field.fact);
    const bool shows = !field.fact.empty() && shown != facts.known.end();
    const auto answer = facts.answers.find(regime.id + "/" + field.id);
    if (answer != facts.answers.end()) {
      const FieldAnswer &said = answer->second;
      one.state = said.state == FieldAnswer::State::known            ? "known"
                  : said.state == FieldAnswer::State::not_determined ? "not determined"
                                                                     : "not applicable";
      one.value = said.text;
      one.by = said.by;
      one.next = said.next;
      one.stale = shows && !said.shown.empty() && said.shown != shown->second;
    } else if (shows) {
      one.state = "shown by the case";
      one.value = shown->second;
    }
    list.push_back(std::move(one));
  }
  return list;
}

// The status of a clock that runs or has run.
void run(const DutyRules &rules, const Regime &regime, const CaseFacts &facts, const ClockFact &clock,
         Duty &one) {
  const auto filed = facts.done.find(regime.id);
  one.trigger_time = clock.time;
  one.decided_by = clock.decided_by;
  one.reason = clock.reason;
  one.running = filed == facts.done.end();
  if (regime.prompt) {
    one.status = one.running ? fmt::format("due without undue delay, since {}", base::format_time(clock.time))
                             : fmt::format("filed {}", base::format_time(filed->second));
    return;
  }
  DueOptions options;
  const ClockFact *cap = clock_of(facts, regime.cap_trigger);
  if (cap != nullptr && cap != &clock) options.capped_from = cap->time;
  if (const auto delay = facts.delays.find(regime.id); delay != facts.delays.end())
    options.delay_days = delay->second;
  const auto date = due(rules, regime.id, clock.fact, clock.time, options);
  if (!date) {
    one.running = false;
    one.status = date.error().message;
    return;
  }
  one.due = date->due;
  one.due_local = date->due_local;
  one.alternatives = date->alternatives;
  const std::string delayed =
      options.delay_days > 0 ? fmt::format(" ({} of delay granted)", base::counted(options.delay_days, "day"))
                             : "";
  if (!one.running)
    one.status = fmt::format("filed {}{}", base::format_time(filed->second),
                             filed->second > date->due ? ", late" : "");
  else if (facts.now > date->due)
    one.status = fmt::format("overdue since {} {} {}{}", date->due_local.date, date->due_local.time,
                             date->due_local.zone, delayed);
  else
    one.status = fmt::format("due in {}{}", span_text(date->due.us - facts.now.us), delayed);
}

}  // namespace

std::vector<Duty> duties(const DutyRules &rules, const CaseFacts &facts) {
  std::vector<Duty> list;
  const auto [earliest, because] = earliest_arguable(rules, facts);
  for (const Regime &regime : rules.regimes) {
    Duty one;
    one.regime = regime.id;
    one.name = regime.name;
    one.trigger = regime.trigger;
    one.to = regime.to;
    one.applies = regime.applies;
    one.source = regime.source;
    one.as_of = regime.as_of;
    one.note = regime.note;
    one.follow_ups = regime.follow_ups;
    one.fields = fields_of(regime, facts);
    const ClockFact *clock = clock_of(facts, regime.trigger);
    if (!regime.verified) {
      one.status = "unverified: ask counsel";
    } else if (clock != nullptr) {
      run(rules, regime, facts, *clock, one);
    } else if (facts.discovered == base::kTimeMax) {
      one.status = fmt::format("not started: {}", regime.waiting);
    } else {
      const std::int64_t days = std::max<std::int64_t>(0, (facts.now.us - facts.discovered.us) / base::kDay);
      if (regime.decision) {
        one.earliest_arguable = earliest;
        one.earliest_because = because;
        if (!regime.prompt) {
          const auto date = due(rules, regime.id, regime.trigger, earliest);
          if (date) one.earliest_due = date->due;
        }
      }
      one.status = days == 0 ? fmt::format("not started: discovered today, {}", regime.waiting)
                             : fmt::format("not started: discovered {} ago, {}", base::counted(days, "day"),
                                           regime.waiting);
    }
    if (facts.done.count(regime.id) == 0)
      for (const FieldStatus &field : one.fields)
        if (field.state == "missing") one.missing.push_back(field.text);
    list.push_back(std::move(one));
  }
  const auto rank = [](const Duty &d) { return d.running ? 0 : d.due ? 1 : d.trigger.empty() ? 3 : 2; };
  std::stable_sort(list.begin(), list.end(), [&](const Duty &a, const Duty &b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.due && b.due && *a.due != *b.due) return *a.due < *b.due;
    return a.regime < b.regime;
  });
  return list;
}

}  // namespace dislodge::disclose
