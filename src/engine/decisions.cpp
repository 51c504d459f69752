#include "engine/decisions.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encode.hpp"
#include "base/json_writer.hpp"

namespace dislodge::engine {

using base::Result;
using casefile::Case;

namespace {

std::string count(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

bool real(base::Time time) {
  return time != base::kTimeMin && time != base::kTimeMax;
}

std::string moment(base::Time time) {
  return base::format_time(time);
}

disclose::FieldAnswer answer_of(simdjson::dom::parser &parser, const std::string &text) {
  disclose::FieldAnswer answer;
  simdjson::dom::element row;
  if (parser.parse(text).get(row) != simdjson::SUCCESS) {
    answer.text = text;
    return answer;
  }
  const auto value = [&](const char *key) {
    std::string_view found;
    return row[key].get(found) == simdjson::SUCCESS ? std::string(found) : std::string();
  };
  const std::string state = value("state");
  answer.state = state == "not determined"   ? disclose::FieldAnswer::State::not_determined
                 : state == "not applicable" ? disclose::FieldAnswer::State::not_applicable
                                             : disclose::FieldAnswer::State::known;
  answer.text = value("text");
  answer.next = value("next");
  answer.shown = value("shown");
  return answer;
}

}  // namespace

std::map<std::string, std::string> known_facts(const Picture &picture) {
  std::map<std::string, std::string> known;
  std::uint64_t accessed = 0, synchronised = 0, could = 0, mailboxes = 0;
  for (const auto &[mailbox, stolen] : picture.stolen) {
    accessed += stolen.seen_accessed;
    synchronised += stolen.in_accessed_folder;
    could += stolen.could_be_read;
    if (stolen.seen_accessed > 0 || stolen.in_accessed_folder > 0) ++mailboxes;
  }
  const detect::Detection *first = nullptr;
  base::Time last = base::kTimeMin;
  std::set<std::string> techniques, addresses, applications;
  std::size_t used = 0;
  for (const detect::Detection &one : picture.detections) {
    if (!one.intruder) continue;
    if (first == nullptr || one.first < first->first) first = &one;
    if (real(one.last)) last = std::max(last, one.last);
    techniques.insert(one.techniques.begin(), one.techniques.end());
    addresses.insert(one.addresses.begin(), one.addresses.end());
    applications.insert(one.applications.begin(), one.applications.end());
    for (const detect::SecretUse &use : one.uses) used += use.succeeded ? 1 : 0;
  }
  if (first != nullptr) {
    std::string nature = "unauthorised access, suspected malicious";
    if (mailboxes > 0)
      nature += fmt::format("; mail was read in {}", count(mailboxes, "mailbox", "mailboxes"));
    if (used > 0)
      nature += fmt::format(
          "; {}", count(used, "use of a stolen secret succeeded", "uses of stolen secrets succeeded"));
    known["nature"] = nature;
    std::string timing = fmt::format("first act seen {}", moment(first->first));
    if (real(last)) timing += fmt::format("; last act seen {}", moment(last));
    known["timing"] = timing;
    known["cause"] = fmt::format("as far as the logs show it began so: {}", first->says);
  }
  if (accessed + could > 0 || !picture.secrets.empty()) {
    std::size_t others = 0;
    for (const disclose::Party &party : picture.parties) others += party.secrets.empty() ? 0 : 1;
    std::string unknown;
    if (picture.totals.not_held > 0)
      unknown += fmt::format("; {} that the log names {} not held",
                             count(picture.totals.not_held, "message", "messages"),
                             picture.totals.not_held == 1 ? "is" : "are");
    if (picture.totals.not_exported > 0)
      unknown += fmt::format("; {} read and not exported",
                             count(picture.totals.not_exported, "mailbox was", "mailboxes were"));
    if (!unknown.empty()) unknown += ": what is in them is unknown";
    known["scope"] = fmt::format(
        "{} in {} named by the log as accessed (confirmed){}; {} more could be read or cannot be excluded "
        "(possible); {} in them; {} whose secrets were among them{}",
        count(accessed, "message", "messages"), count(mailboxes, "mailbox", "mailboxes"),
        synchronised == 0 ? std::string()
                          : fmt::format(", {} in folders that were synchronised (possible)",
                                        count(synchronised, "message", "messages")),
        could > accessed ? could - accessed : 0, count(picture.secrets.size(), "secret", "secrets"),
        count(others, "other organisation", "other organisations"), unknown);
  }
  if (!addresses.empty() || !applications.empty())
    known["indicators"] =
        fmt::format("{} and {} seen with the intruder's acts, {} (stix.json, misp.json of the report)",
                    count(addresses.size(), "address", "addresses"),
                    count(applications.size(), "application", "applications"),
                    count(techniques.size(), "technique", "techniques"));
  std::size_t done = 0;
  for (const evict::PlannedAction &action : picture.plan.actions)
    if (action.state == evict::ActionState::in_effect) ++done;
  if (!picture.plan.actions.empty())
    known["measures"] =
        fmt::format("{} of {} planned actions are in effect", done, picture.plan.actions.size());
  return known;
}

std::string field_reason(const disclose::FieldAnswer &answer) {
  base::JsonWriter json;
  json.object([&] {
    json.field("state", answer.state == disclose::FieldAnswer::State::known            ? "known"
                        : answer.state == disclose::FieldAnswer::State::not_determined ? "not determined"
                                                                                       : "not applicable");
    json.field("text", answer.text);
    json.field("next", answer.next);
    json.field("shown", answer.shown);
  });
  return json.take();
}

Result<void> record_decision(Case &the_case, const std::map<std::string, std::string> &shown,
                             const std::string &fact, base::Time at, const std::string &who,
                             const std::string &reason) {
  casefile::Transaction transaction(the_case.database());
  DISLODGE_TRY(transaction.begin());
  DISLODGE_TRY_ASSIGN(auto insert,
                      the_case.database().prepare(
                          "INSERT INTO decision (fact, at, who, reason, set_at) VALUES (?, ?, ?, ?, ?)"));
  insert.bind_all(fact, at, who, reason, base::now());
  DISLODGE_TRY(insert.run());
  base::JsonWriter json;
  json.object([&] {
    json.field("fact", fact);
    json.field("at", at);
    json.field("who", who);
    json.field("reason", reason);
    json.object_field("shown", [&] {
      for (const auto &[name, says] : shown) json.field(name, says);
    });
  });
  DISLODGE_TRY(the_case.journal().append("decide", json.text()));
  return transaction.commit();
}

Result<disclose::CaseFacts> case_facts_of(Case &the_case, const Picture &picture,
                                          const disclose::DutyRules &rules) {
  disclose::CaseFacts facts;
  facts.now = base::now();
  facts.known = known_facts(picture);
  // Known to us at the latest since the case was opened with a detection in it.
  DISLODGE_TRY_ASSIGN(const std::string created, the_case.meta("created"));
  if (const auto time = base::parse_time(created); time && !picture.detections.empty())
    facts.discovered = *time;
  DISLODGE_TRY_ASSIGN(auto query,
                      the_case.database().prepare("SELECT fact, at, who, reason FROM decision ORDER BY id"));
  simdjson::dom::parser parser;
  // What Item 1.05 left open when it was filed; stating it later starts the amendment's clock.
  std::set<std::string> left_open;
  while (true) {
    DISLODGE_TRY_ASSIGN(const bool more, query.step());
    if (!more) break;
    const std::string fact = query.text(0), who = query.text(2), reason = query.text(3);
    const base::Time at = query.time(1);
    const auto behind = [&](std::string_view prefix) {
      return fact.starts_with(prefix) ? fact.substr(prefix.size()) : std::string();
    };
    if (const std::string regime = behind("filed:"); !regime.empty()) {
      facts.done[regime] = at;
      if (const disclose::Regime *known = rules.find(regime); known != nullptr && !known->submits.empty())
        facts.clocks.push_back({known->submits, at, who, reason});
      if (regime == "sec-8k-1.05") {
        for (const auto &[field, answer] : facts.answers)
          if (field.starts_with("sec-8k-1.05/") &&
              answer.state == disclose::FieldAnswer::State::not_determined)
            left_open.insert(field);
      }
      if (regime == "sec-8k-1.05-amendment") left_open.clear();
    } else if (const std::string delayed = behind("delay-authorised:"); !delayed.empty()) {
      int days = 0;
      std::from_chars(reason.data(), reason.data() + reason.size(), days);
      facts.delays[delayed] = days;
      facts.clocks.push_back({"delay-authorised", at, who, reason});
    } else if (const std::string field = behind("field:"); !field.empty()) {
      disclose::FieldAnswer answer = answer_of(parser, reason);
      answer.by = who;
      answer.at = at;
      if (answer.state == disclose::FieldAnswer::State::known && left_open.erase(field) > 0) {
        facts.clocks.push_back({"information-determined", at, who, "what was left open is known: " + field});
        facts.done.erase("sec-8k-1.05-amendment");
      }
      facts.answers[field] = std::move(answer);
    } else {
      facts.clocks.push_back({fact, at, who, reason});
      if (fact == "discovered") facts.discovered = at;
    }
  }
  // Whoever was told, was aware or decided knew of it by then, unless a person said when it was discovered.
  const auto said = std::any_of(facts.clocks.begin(), facts.clocks.end(),
                                [](const disclose::ClockFact &one) { return one.fact == "discovered"; });
  for (const disclose::ClockFact &one : facts.clocks)
    for (const std::string_view knows :
         {"detected", "aware", "reasonable-belief", "determined", "classified", "notified-by-third-party"})
      if (!said && one.fact.starts_with(knows)) facts.discovered = std::min(facts.discovered, one.time);
  for (const std::string &field : left_open)
    facts.known["open-items"] +=
        (facts.known["open-items"].empty() ? "" : "; ") + fmt::format("{} is still to be determined", field);
  return facts;
}

Result<std::vector<disclose::Duty>> duties_of(Case &the_case, const Picture &picture,
                                              const RuleTexts &texts) {
  DISLODGE_TRY_ASSIGN(const disclose::DutyRules rules, disclose::load_duty_rules(texts.files));
  DISLODGE_TRY_ASSIGN(const disclose::CaseFacts facts, case_facts_of(the_case, picture, rules));
  return disclose::duties(rules, facts);
}

Result<std::vector<Decision>> decisions_of(Case &the_case, const Picture &picture) {
  DISLODGE_TRY_ASSIGN(const auto entries, the_case.journal().entries());
  const auto now = known_facts(picture);
  std::vector<Decision> list;
  simdjson::dom::parser parser, inner;
  for (const casefile::JournalEntry &entry : entries) {
    simdjson::dom::element row;
    std::string_view what;
    if (parser.parse(entry.json).get(row) != simdjson::SUCCESS ||
        row["what"].get(what) != simdjson::SUCCESS || what != "decide")
      continue;
    const auto text = [](simdjson::dom::element from, const char *key) {
      std::string_view value;
      return from[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
    };
    Decision one;
    one.recorded = text(row, "at");
    simdjson::dom::element details;
    if (row["details"].get(details) != simdjson::SUCCESS) continue;
    one.fact = text(details, "fact");
    one.who = text(details, "who");
    one.reason = text(details, "reason");
    one.at = text(details, "at");
    if (one.fact.starts_with("field:")) {
      const disclose::FieldAnswer answer = answer_of(inner, one.reason);
      one.reason =
          fmt::format("{}{}{}",
                      answer.state == disclose::FieldAnswer::State::known            ? ""
                      : answer.state == disclose::FieldAnswer::State::not_determined ? "not determined: "
                                                                                     : "not applicable: ",
                      answer.text, answer.next.empty() ? "" : " (next: " + answer.next + ")");
    }
    simdjson::dom::object shown;
    if (details["shown"].get(shown) == simdjson::SUCCESS) {
      for (const auto &[name, value] : shown) {
        std::string_view says;
        if (value.get(says) == simdjson::SUCCESS) one.shown.emplace(name, says);
      }
      for (const auto &[name, says] : now) {
        const auto then = one.shown.find(name);
        if (then == one.shown.end() || then->second != says) one.changed.push_back(name);
      }
    }
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace dislodge::engine
