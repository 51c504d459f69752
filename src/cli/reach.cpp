// `dislodge reach`: what the intruder could hold, and what would change if.
//
//   dislodge reach CASE --if reads:resource:github/acme/infra@2024-01-01..
//   dislodge reach CASE --if without:A12 --at 2024-03-01T00:00:00Z
//   dislodge reach CASE --if missing-log:m365-audit
//   dislodge reach CASE --if unseen

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "cli/reach.hpp"
#include "cli/session.hpp"
#include "engine/inputs.hpp"
#include "engine/question.hpp"
#include "evict/action.hpp"
#include "evict/apply.hpp"
#include "identity/people.hpp"
#include "identity/weak_doors.hpp"
#include "reach/difference.hpp"
#include "reach/layout.hpp"
#include "reach/live.hpp"
#include "reach/opengraph.hpp"
#include "reach/solve.hpp"
#include "reach/unseen.hpp"
#include "report/json_lines.hpp"
#include "report/text.hpp"
#include "report/text_parts.hpp"

namespace dislodge::cli {
namespace {

using base::Result;
using base::Time;

struct Reads {
  std::string resource;
  base::Interval interval;
};
struct Questions {
  std::vector<std::string> without, missing_logs;
  std::vector<Reads> reads;
  bool unseen = false;
};

Result<base::Interval> interval_of(std::string_view text) {
  base::Interval interval;
  const std::size_t dots = text.find("..");
  const std::string_view from = text.substr(0, dots);
  const std::string_view until = dots == std::string_view::npos ? from : text.substr(dots + 2);
  const auto bad = [&](std::string_view what) {
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("\"{}\" is no time: write FROM..UNTIL in RFC 3339; either may be empty", what));
  };
  if (!from.empty()) {
    const auto time = base::parse_time(from);
    if (!time) return bad(from);
    interval.from = *time;
  }
  if (dots == std::string_view::npos) {
    interval.until = interval.from + 1;
  } else if (!until.empty()) {
    const auto time = base::parse_time(until);
    if (!time) return bad(until);
    interval.until = *time;
  }
  return interval;
}

Result<Questions> parse(const std::vector<std::string> &texts) {
  Questions questions;
  for (const std::string &text : texts) {
    const std::size_t colon = text.find(':');
    const std::string_view kind = std::string_view(text).substr(0, colon);
    const std::string rest = colon == std::string::npos ? std::string() : text.substr(colon + 1);
    if (kind == "without" && !rest.empty()) {
      questions.without.push_back(rest);
    } else if (kind == "missing-log" && !rest.empty()) {
      questions.missing_logs.push_back(rest);
    } else if (text == "unseen") {
      questions.unseen = true;
    } else if (kind == "reads" && !rest.empty()) {
      // A mailbox's address has an @ too, so the time stands behind the last one, where it is a time.
      std::size_t at = rest.rfind('@');
      Reads one{rest, {}};
      if (at != std::string::npos) {
        const std::string time = rest.substr(at + 1);
        const bool dated = time.find("..") != std::string::npos || base::parse_time(time).has_value();
        if (dated) {
          DISLODGE_TRY_ASSIGN(one.interval, interval_of(time));
          one.resource = rest.substr(0, at);
        }
      }
      questions.reads.push_back(std::move(one));
    } else {
      return base::fail(base::ErrorKind::usage,
                        fmt::format("--if {}: ask without:ACTION, reads:RESOURCE@FROM..UNTIL, "
                                    "missing-log:SOURCE or unseen",
                                    text));
    }
  }
  return questions;
}

// The program as it is once the plan has been carried out, all of it or all but some actions.
Result<reach::Program> carried_out(const engine::Picture &picture, const engine::Options &options,
                                   const std::vector<std::string> &without) {
  DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(options));
  DISLODGE_TRY_ASSIGN(const evict::Actions actions, evict::load_actions(texts.files));
  std::vector<evict::PlannedAction> done;
  std::vector<bool> found(without.size(), false);
  for (evict::PlannedAction action : picture.plan.actions) {
    bool left_out = false;
    for (std::size_t i = 0; i < without.size(); ++i) {
      if (action.id != without[i] && action.action != without[i]) continue;
      found[i] = left_out = true;
    }
    if (left_out) continue;
    action.state = evict::ActionState::in_effect;
    done.push_back(std::move(action));
  }
  for (std::size_t i = 0; i < without.size(); ++i) {
    if (!found[i]) {
      return base::fail(
          base::ErrorKind::usage,
          fmt::format("\"{}\" is no action of the plan; `dislodge plan CASE` lists them", without[i]));
    }
  }
  return evict::apply(picture.reach.program, actions, done);
}

// The program as it is by what is in effect of the plan.
Result<reach::Program> as_it_is(const engine::Picture &picture, const engine::Options &options) {
  DISLODGE_TRY_ASSIGN(const engine::RuleTexts texts, engine::load_rule_texts(options));
  DISLODGE_TRY_ASSIGN(const evict::Actions actions, evict::load_actions(texts.files));
  return evict::apply(picture.reach.program, actions, picture.plan.actions);
}

base::IntervalSet restricted(const base::IntervalSet &set, const std::optional<Time> &at) {
  if (!at) return set;
  return set.contains(*at) ? set : base::IntervalSet();
}

void print_differences(std::vector<reach::Difference> list, const std::optional<Time> &at, bool as_json,
                       std::string_view nothing, std::string_view gained = "gained") {
  if (at) {
    std::erase_if(list, [&](reach::Difference &one) {
      const bool before = !restricted(one.before, at).empty(), after = !restricted(one.after, at).empty();
      one.change = before == after ? one.change : after ? "gained" : "lost";
      return before == after;
    });
  }
  if (as_json) {
    for (const reach::Difference &one : list) {
      base::JsonWriter json;
      const auto intervals = [&](std::string_view key, const base::IntervalSet &set) {
        json.array_field(key, [&] {
          for (const base::Interval &interval : set.items())
            json.array([&] {
              json.value(interval.from);
              json.value(report::told_end(interval));
            });
        });
      };
      json.object([&] {
        json.field("schema", 1);
        json.field("id", one.id);
        json.field("type", one.type);
        json.field("name", one.name);
        json.field("change", one.change);
        intervals("before", one.before);
        intervals("after", one.after);
      });
      print_line(json.take());
    }
    return;
  }
  if (list.empty()) print_line(nothing);
  for (const reach::Difference &one : list) {
    const base::IntervalSet &told = one.after.empty() ? one.before : one.after;
    const auto moment = [](Time time, std::string_view open) {
      return time == base::kTimeMin || time == base::kTimeMax ? std::string(open) : base::format_time(time);
    };
    print_line(fmt::format("{:<8} {:<9} {}  {} .. {}  {}",
                           one.change == "gained" ? gained : std::string_view(one.change), one.type, one.name,
                           moment(told.first(), "ever"), moment(told.last(), "open"), one.id));
  }
}

// Doors that are within reach first: those have been open.
int print_doors(const ReachArguments &arguments, const engine::Picture &picture) {
  std::set<std::string_view> reached;
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.type == "principal" && row.grade != detect::Grade::excluded) reached.insert(row.id);
  }
  std::vector<identity::WeakDoor> doors = identity::weak_doors(picture.facts);
  std::stable_partition(doors.begin(), doors.end(),
                        [&](const identity::WeakDoor &door) { return reached.contains(door.principal); });
  for (const identity::WeakDoor &door : doors) {
    const bool within = reached.contains(door.principal);
    if (arguments.json) {
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("principal", door.principal);
        json.field("name", door.name);
        json.field("kind", identity::name_of(door.kind));
        json.field("weakness", identity::name_of(door.weakness));
        json.field("because", door.because);
        json.field("evidence", door.evidence);
        json.field("within_reach", within);
      });
      print_line(json.take());
    } else {
      print_line(fmt::format("{} {:<18} {:<17} {}  {}  [{}]", within ? "*" : " ",
                             identity::name_of(door.weakness), identity::name_of(door.kind),
                             door.name.empty() ? door.principal : door.name, door.because, door.evidence));
    }
  }
  if (!arguments.json && !doors.empty()) print_line("* within the intruder's reach");
  return kDone;
}

// Slot by slot, so that whoever sweeps a place can tick them off.
int print_unseen(const ReachArguments &arguments, const engine::Picture &picture) {
  const auto moment = [](Time time) {
    return time == base::kTimeMin   ? std::string("ever")
           : time == base::kTimeMax ? std::string("now")
                                    : base::format_time(time);
  };
  for (const reach::Unseen &place : picture.unseen) {
    if (!arguments.json) print_line(engine::unseen_text(place));
    for (const reach::UnseenSlot &slot : place.slots) {
      if (arguments.json) {
        base::JsonWriter json;
        json.object([&] {
          json.field("schema", 1);
          json.field("place", place.place);
          json.field("principal", slot.principal);
          json.field("name", picture.name_of(slot.principal));
          json.field("slot", slot.slot);
          json.field("from", slot.when.from);
          json.field("until", slot.when.until);
        });
        print_line(json.take());
      } else {
        print_line(fmt::format("  {:<13} {}  {} .. {}  {}", slot.slot, picture.name_of(slot.principal),
                               moment(slot.when.from), moment(slot.when.until), slot.principal));
      }
    }
  }
  if (picture.unseen.empty() && !arguments.json)
    print_line(
        "nothing: every credential that they could have set is shown or excluded by the evidence held");
  return kDone;
}

int print_people(const ReachArguments &arguments, const engine::Picture &picture) {
  std::map<std::string_view, detect::Grade> grades;
  for (const reach::ReachRow &row : picture.reach.rows) {
    if (row.type == "principal" && row.grade != detect::Grade::excluded) grades.emplace(row.id, row.grade);
  }
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_department;  // people, of them confirmed
  std::size_t people = 0, confirmed = 0, accounts = 0;
  for (const identity::Person &person : identity::people_of(picture.facts)) {
    std::vector<std::string> held;
    detect::Grade grade = detect::Grade::possible;
    for (const std::string &account : person.accounts) {
      const auto found = grades.find(account);
      if (found == grades.end()) continue;
      held.push_back(account);
      if (found->second == detect::Grade::confirmed) grade = detect::Grade::confirmed;
    }
    if (held.empty()) continue;
    ++people;
    accounts += held.size();
    confirmed += grade == detect::Grade::confirmed ? 1 : 0;
    auto &count = by_department[person.department.empty() ? "department not known" : person.department];
    ++count.first;
    count.second += grade == detect::Grade::confirmed ? 1 : 0;
    if (arguments.json) {
      base::JsonWriter json;
      json.object([&] {
        json.field("schema", 1);
        json.field("name", person.name);
        json.field("title", person.title);
        json.field("department", person.department);
        json.field("seniority", person.seniority);
        json.field("grade", detect::name_of(grade));
        json.list_field("accounts", held);
        json.list_field("joined_by", person.because);
      });
      print_line(json.take());
    } else {
      print_line(fmt::format("{:<9} {:<10} {}{}{}", detect::name_of(grade),
                             person.seniority.empty() ? "-" : person.seniority, person.name,
                             person.title.empty() ? "" : ", " + person.title,
                             held.size() > 1 ? fmt::format(" ({} accounts)", held.size()) : ""));
    }
  }
  if (arguments.json) return kDone;
  print_line(fmt::format("{} of {}, {} of them confirmed", base::counted(accounts, "account"),
                         base::counted(people, "person", "people"), confirmed));
  for (const auto &[department, count] : by_department)
    print_line(fmt::format("  {:<30} {:>6} ({} confirmed)", department, count.first, count.second));
  return kDone;
}

int answer(casefile::Case &the_case, const ReachArguments &arguments, const Questions &questions,
           const engine::Picture &picture, const std::optional<Time> &at) {
  const auto now = as_it_is(picture, arguments.engine);
  if (!now) return report_error(now.error());
  const reach::Program &program = *now;
  const reach::Solution possible = reach::solve(program, reach::Grade::possible);
  if (!questions.without.empty()) {
    auto all = carried_out(picture, arguments.engine, {});
    auto some = carried_out(picture, arguments.engine, questions.without);
    if (!all) return report_error(all.error());
    if (!some) return report_error(some.error());
    print_differences(reach::differences(*all, reach::solve(*all, reach::Grade::possible), *some,
                                         reach::solve(*some, reach::Grade::possible)),
                      at, arguments.json,
                      "nothing: without it the rest of the plan still stops every way by the evidence held");
  }
  if (!questions.reads.empty()) {
    reach::Live live(program.clone(), reach::Grade::possible);
    for (const Reads &one : questions.reads) {
      auto spec = reach::reading(program, one.resource, one.interval);
      if (!spec) return report_error(spec.error());
      live.add(*spec);
    }
    print_differences(reach::differences(program, possible, live.program(), live.solution()), at,
                      arguments.json, "nothing that they could not hold at those times already");
  }
  if (questions.unseen) {
    const reach::Program grown = reach::with_unseen(program, picture.unseen);
    const auto more =
        reach::differences(program, possible, grown, reach::solve(grown, reach::Grade::possible));
    if (more.empty() && !picture.unseen.empty()) {
      // They hold all of that already: what such credentials would bring them shows once the plan is done.
      const auto after = carried_out(picture, arguments.engine, {});
      if (!after) return report_error(after.error());
      const reach::Program left = reach::with_unseen(*after, picture.unseen);
      if (!arguments.json)
        print_line(
            "nothing that they do not hold already; were such credentials left when the plan is done:");
      print_differences(reach::differences(*after, reach::solve(*after, reach::Grade::possible), left,
                                           reach::solve(left, reach::Grade::possible)),
                        at, arguments.json, "nothing that the rest of the plan does not take away");
    } else {
      print_differences(more, at, arguments.json,
                        "nothing: no credential could have been set unseen (dislodge reach CASE --unseen)");
    }
  }
  if (!questions.missing_logs.empty()) {
    base::Progress progress(!arguments.quiet);
    base::Timings timings;
    auto other =
        engine::derive_without(the_case, arguments.engine, questions.missing_logs, progress, timings);
    progress.clear();
    if (!other) return report_error(other.error());
    const auto without = as_it_is(*other, arguments.engine);
    if (!without) return report_error(without.error());
    print_differences(
        reach::differences(program, possible, *without, reach::solve(*without, reach::Grade::possible)), at,
        arguments.json, "nothing: no step rests on that log alone");
  }
  return kDone;
}

}  // namespace

int run_reach(const ReachArguments &arguments) {
  auto questions = parse(arguments.questions);
  if (!questions) return report_error(questions.error());
  std::optional<Time> at;
  if (!arguments.at.empty()) {
    const auto time = base::parse_time(arguments.at);
    if (!time) {
      return report_error(base::Error{base::ErrorKind::usage,
                                      fmt::format("--at {}: write a time in RFC 3339", arguments.at)});
    }
    at = *time;
  }
  return with_picture(arguments, [&](casefile::Case &the_case, const engine::Picture &picture) {
    if (!arguments.questions.empty()) return answer(the_case, arguments, *questions, picture, at);
    if (arguments.opengraph) {
      print(reach::opengraph_json(picture.reach));
      return kDone;
    }
    if (arguments.unseen) return print_unseen(arguments, picture);
    if (arguments.doors) return print_doors(arguments, picture);
    if (arguments.people) return print_people(arguments, picture);
    if (!arguments.picture.empty()) {
      auto drawing = reach::picture_of(picture.reach, arguments.picture == "all"
                                                          ? std::string()
                                                          : engine::resolve_name(picture, arguments.picture));
      if (!drawing) return report_error(drawing.error());
      print_line(drawing->json());
      return kDone;
    }
    if (!at) {
      print(arguments.json ? report::reach_json(picture) : report::fitted(report::reach_text(picture)));
      return kDone;
    }
    // What they hold at that time: from nothing to what there is, by what is in effect.
    const reach::Program nothing;
    const auto program = as_it_is(picture, arguments.engine);
    if (!program) return report_error(program.error());
    print_differences(reach::differences(nothing, reach::Solution(), *program,
                                         reach::solve(*program, reach::Grade::possible)),
                      at, arguments.json, "nothing that we know of", "held");
    return kDone;
  });
}

int run_reach(const CaseOptions &arguments) {
  ReachArguments plain;
  static_cast<CaseOptions &>(plain) = arguments;
  return run_reach(plain);
}

}  // namespace dislodge::cli
