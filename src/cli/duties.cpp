// duties: clocks that run and clocks that wait; `duties due` computes a date without a case, `duties regimes`
// lists what is known. Clock facts, filings, delays and the fields of reports are set by named people, and
// what the case showed at that moment is kept beside each.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "cli/session.hpp"
#include "engine/decisions.hpp"
#include "engine/inputs.hpp"
#include "report/disclosure.hpp"

namespace dislodge::cli {

using base::ErrorKind;
using base::Result;

namespace {

base::Error usage(std::string message) {
  return {ErrorKind::usage, std::move(message)};
}

Result<disclose::DutyRules> rules_of(const DutiesArguments &arguments) {
  DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(arguments.engine));
  DISLODGE_TRY_ASSIGN(disclose::DutyRules rules, disclose::load_duty_rules(texts.files));
  for (const std::string &text : arguments.closed) {
    const auto time = base::parse_time(text.substr(0, text.find('=')));
    if (!time) return base::fail(ErrorKind::usage, "--closed takes a date, as 2024-12-24 or 2024-12-24=why");
    const std::string why =
        text.find('=') == text.npos ? "closed (--closed)" : text.substr(text.find('=') + 1);
    for (auto &[id, calendar] : rules.calendars) rules.close(id, base::date_of(*time), why);
  }
  return rules;
}

// The regimes of a name, or an error that lists what there is.
Result<std::vector<const disclose::Regime *>> regimes_of(const disclose::DutyRules &rules,
                                                         const std::string &name) {
  auto family = rules.family(name);
  if (!family.empty()) return family;
  // due() words the error.
  const auto none = disclose::due(rules, name, "", base::Time{0});
  return tl::unexpected(none.error());
}

int due(DutiesArguments arguments) {
  arguments.due_regime = base::lower(base::trim(arguments.due_regime));
  arguments.due_trigger = base::lower(base::trim(arguments.due_trigger));
  const auto rules = rules_of(arguments);
  if (!rules) return report_error(rules.error());
  const auto family = regimes_of(*rules, arguments.due_regime);
  if (!family) return report_error(family.error());
  std::vector<const disclose::Regime *> started;
  std::string triggers;
  for (const disclose::Regime *regime : *family) {
    // What was not verified has no trigger of its own: any is answered, without a date.
    if (!regime->verified || disclose::starts(*regime, arguments.due_trigger)) started.push_back(regime);
    if (!regime->trigger.empty() && triggers.find("\"" + regime->trigger + "\"") == std::string::npos)
      triggers += fmt::format("{}\"{}\"", triggers.empty() ? "" : ", ", regime->trigger);
  }
  if (started.empty())
    return report_error(usage(fmt::format("{} starts with {}, not with \"{}\"", arguments.due_regime,
                                          triggers, arguments.due_trigger)));
  // A date alone is a day in the regime's own zone, not midnight in UTC.
  const auto time = disclose::trigger_time(*rules, started.front()->id, arguments.due_time, arguments.zone);
  if (!time) return report_error(time.error());
  disclose::DueOptions options;
  options.zone = arguments.zone;
  options.delay_days = arguments.days;
  if (arguments.counting == "1182-71") options.counting = disclose::Counting::eu_1182_71;
  if (arguments.counting == "1182-71-two-days") options.counting = disclose::Counting::eu_two_days;
  if (!arguments.aware.empty()) {
    const auto aware = disclose::trigger_time(*rules, started.front()->id, arguments.aware, arguments.zone);
    if (!aware) return report_error(aware.error());
    options.capped_from = *aware;
  }
  for (const disclose::Regime *regime : started) {
    if (!regime->verified || regime->prompt) {
      print(arguments.json ? report::undated_duty_json(*regime, arguments.due_trigger, *time)
                           : report::undated_duty_text(*regime));
      continue;
    }
    const auto date = disclose::due(*rules, regime->id, arguments.due_trigger, *time, options);
    if (!date) return report_error(date.error());
    print(arguments.json ? report::duty_date_json(*date) : report::duty_date_text(*date));
  }
  return kDone;
}

int list_regimes(const DutiesArguments &arguments) {
  const auto rules = rules_of(arguments);
  if (!rules) return report_error(rules.error());
  print(arguments.json ? report::regimes_json(*rules) : report::regimes_text(*rules));
  return kDone;
}

// What is to be entered, checked against the rules.
struct Entry {
  std::string fact, reason, says;
  disclose::FieldAnswer answer;
  bool field = false;
};

Result<Entry> entry_of(const DutiesArguments &arguments, const disclose::DutyRules &rules) {
  Entry entry;
  entry.reason = arguments.reason;
  const auto known_regime = [&](const std::string &id) -> Result<const disclose::Regime *> {
    if (const disclose::Regime *regime = rules.find(id)) return regime;
    return tl::unexpected(disclose::due(rules, id, "", base::Time{0}).error());
  };
  if (!arguments.decide.empty()) {
    const std::vector<std::string> facts = disclose::clock_facts(rules);
    if (!std::binary_search(facts.begin(), facts.end(), arguments.decide)) {
      return base::fail(ErrorKind::usage, fmt::format("\"{}\" starts no clock; facts are {}",
                                                      arguments.decide, fmt::join(facts, ", ")));
    }
    entry.fact = entry.says = arguments.decide;
  } else if (!arguments.filed.empty()) {
    DISLODGE_TRY_ASSIGN(const auto *regime, known_regime(arguments.filed));
    entry.fact = "filed:" + regime->id;
    entry.says = regime->name + ": filed";
    if (entry.reason.empty()) entry.reason = "filed";
  } else if (!arguments.delay.empty()) {
    DISLODGE_TRY_ASSIGN(const auto *regime, known_regime(arguments.delay));
    disclose::DueOptions options;
    options.delay_days = arguments.days;
    if (arguments.days <= 0)
      return base::fail(ErrorKind::usage, "--delay needs --days N, as the authority granted them in all");
    // Any time will do to ask whether the rule knows such a delay.
    const auto possible = disclose::due(rules, regime->id, regime->trigger, base::now(), options);
    if (!possible) return tl::unexpected(possible.error());
    entry.fact = "delay-authorised:" + regime->id;
    entry.says = fmt::format("{}: {} of delay", regime->name, base::counted(arguments.days, "day"));
    entry.reason = fmt::format("{}: {}", base::counted(arguments.days, "day"), arguments.reason);
  } else {
    const std::size_t slash = arguments.field.find('/');
    DISLODGE_TRY_ASSIGN(const auto *regime, known_regime(arguments.field.substr(0, slash)));
    const std::string name = slash == arguments.field.npos ? "" : arguments.field.substr(slash + 1);
    std::string names;
    const disclose::Field *field = nullptr;
    for (const disclose::Field &one : regime->required) {
      names += (names.empty() ? "" : ", ") + one.id;
      if (one.id == name) field = &one;
    }
    if (field == nullptr)
      return base::fail(ErrorKind::usage,
                        fmt::format("{} has no field \"{}\"; write --field {}/ and one of {}", regime->id,
                                    name, regime->id, names));
    const int given = int(!arguments.value.empty()) + int(!arguments.not_determined.empty()) +
                      int(!arguments.not_applicable.empty());
    if (given != 1)
      return base::fail(
          ErrorKind::usage,
          "a field is given --value TEXT, --not-determined WHY or --not-applicable WHY: one of them");
    using State = disclose::FieldAnswer::State;
    entry.answer.state = !arguments.value.empty()            ? State::known
                         : !arguments.not_determined.empty() ? State::not_determined
                                                             : State::not_applicable;
    entry.answer.text = arguments.value + arguments.not_determined + arguments.not_applicable;
    entry.answer.next = arguments.next;
    entry.field = true;
    entry.answer.shown = field->fact;  // replaced by what the case shows on it
    entry.fact = "field:" + arguments.field;
    entry.says = arguments.field;
    if (entry.reason.empty()) entry.reason = entry.answer.text;
  }
  return entry;
}

int enter(const DutiesArguments &arguments) {
  const auto rules = rules_of(arguments);
  if (!rules) return report_error(rules.error());
  auto entry = entry_of(arguments, *rules);
  if (!entry) return report_error(entry.error());
  base::Time at = base::now();
  if (!arguments.at.empty()) {
    const auto time = base::parse_time(arguments.at);
    if (!time) return report_error(usage("--at says when, as 2024-01-17T15:00:00Z"));
    at = *time;
  } else if (!arguments.decide.empty()) {
    return report_error(usage("--at says when it was decided or known, as 2024-01-17T15:00:00Z"));
  }
  if (base::trim(arguments.who).empty() || base::trim(entry->reason).empty())
    return report_error(
        usage("a decision is made by a named person on stated facts: give --who and --reason"));
  if (at > base::now() + base::kDay)
    return report_error(usage(
        fmt::format("--at {} lies in the future; what was decided lies in the past", base::format_time(at))));
  return with_picture(arguments, casefile::Case::Access::write,
                      [&](casefile::Case &the_case, const engine::Picture &picture) {
                        const auto known = engine::known_facts(picture);
                        std::string reason = entry->reason;
                        if (entry->field) {
                          const auto shown = known.find(entry->answer.shown);
                          entry->answer.shown = shown == known.end() ? "" : shown->second;
                          reason = engine::field_reason(entry->answer);
                        }
                        const auto done =
                            engine::record_decision(the_case, known, entry->fact, at, arguments.who, reason);
                        if (!done) return report_error(done.error());
                        print_line(fmt::format("{} at {}, entered for {}", entry->says, base::format_time(at),
                                               arguments.who));
                        return kDone;
                      });
}

}  // namespace

int run_duties(const DutiesArguments &arguments) {
  if (!arguments.due_regime.empty()) return due(arguments);
  if (arguments.regimes) return list_regimes(arguments);
  if (arguments.folder.empty())
    return report_error(usage("duties needs a CASE, or: duties due REGIME TRIGGER TIME, or: duties regimes"));
  if (!arguments.decide.empty() || !arguments.filed.empty() || !arguments.delay.empty() ||
      !arguments.field.empty())
    return enter(arguments);
  return with_picture(arguments, [&](casefile::Case &the_case, const engine::Picture &picture) {
    if (arguments.decisions) {
      const auto list = engine::decisions_of(the_case, picture);
      if (!list) return report_error(list.error());
      print(arguments.json ? report::decisions_json(*list) : report::decisions_text(*list));
    } else if (!arguments.checklist.empty()) {
      const auto duty =
          std::find_if(picture.duties.begin(), picture.duties.end(),
                       [&](const disclose::Duty &one) { return one.regime == arguments.checklist; });
      if (duty == picture.duties.end()) {
        std::string names;
        for (const disclose::Duty &one : picture.duties) names += (names.empty() ? "" : ", ") + one.regime;
        return report_error(usage(fmt::format("no regime \"{}\"; there are {}", arguments.checklist, names)));
      }
      print(arguments.json ? report::checklist_json(*duty) : report::checklist_text(*duty));
    } else {
      print(arguments.json ? report::duties_json(picture) : report::duties_text(picture));
    }
    return kDone;
  });
}

}  // namespace dislodge::cli
