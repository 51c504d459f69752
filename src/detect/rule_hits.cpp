// What the Sigma rules found, own ones and imported ones, as detections. Rules ran while the logs were read
// and left their ids on the events; here hits become detections: one for an actor, a rule and a stretch of
// time, so that a script which changes forty mailboxes is one line for a person. Rules of everyday changes
// are told only where the change is the intruder's.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/encode.hpp"
#include "detect/came_by.hpp"
#include "detect/exported_mail.hpp"
#include "detect/hands.hpp"
#include "detect/left_behind.hpp"
#include "detect/passes.hpp"
#include "detect/sigma_correlation.hpp"
#include "detect/sigma_matcher.hpp"
#include "identity/ids.hpp"
#include "identity/places.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

// Acts of one actor under one rule that lie closer than this are one detection.
constexpr std::int64_t kTogether = base::kDay;

// Of rules that tell the unusual: days of one account, or accounts, from which on it is usual.
constexpr std::size_t kHabitDays = 4;
constexpr std::size_t kHabitOfPlace = 4;

// What is common to rules and correlations.
struct About {
  std::string id, title, level;
  const std::vector<std::string> *techniques = nullptr;
  const std::optional<SigmaOwn> *own = nullptr;
  bool correlation = false;
};

double confidence_of(const About &about) {
  const bool own = about.own->has_value();
  if (own && (*about.own)->weight == "evidence") return 0.85;
  if (about.level == "critical") return 0.8;
  if (about.level == "high") return 0.6;
  if (about.level == "medium") return 0.4;
  return 0.2;
}

class Teller {
 public:
  Teller(const View &view, const Attribution &attribution, std::vector<Detection> &out)
      : view_(view), attribution_(attribution), out_(out) {}

  void run(const SigmaSet &set) {
    learn_habits(set);
    std::map<std::string, About, std::less<>> about;
    for (const SigmaRule &rule : set.rules)
      if (!rule.quiet) about[rule.id] = {rule.id, rule.title, rule.level, &rule.techniques, &rule.own, false};
    std::map<std::pair<std::string, std::string>, std::vector<EventIndex>> open;  // rule, whose
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.extra_count == 0) continue;
      for (const std::string_view rule : view_.table().extras_of(event, "rule")) {
        const auto known = about.find(rule);
        if (known == about.end() || !worth_telling(known->second, i)) continue;
        auto &list = open[{std::string(rule), whose(known->second, i)}];
        if (!list.empty() && event.time.us - view_.event(list.back()).time.us > kTogether) {
          tell(known->second, list, {});
          list.clear();
        }
        list.push_back(i);
      }
    }
    for (const auto &[key, list] : open) tell(about.find(key.first)->second, list, {});
    tell_findings();
    for (const SigmaCorrelation &rule : set.correlations)
      about[rule.id] = {rule.id, rule.title, rule.level, &rule.techniques, &rule.own, true};
    for (const SigmaHit &hit : correlate(view_.table(), set))
      if (about[hit.rule].own != nullptr && worth_telling(about[hit.rule], hit.events.front()))
        tell(about[hit.rule], hit.events, hit.group);
  }

 private:
  // A weak door that everybody uses, or one account every day, is no detection each time somebody comes in by
  // it.
  void learn_habits(const SigmaSet &set) {
    for (const SigmaRule &rule : set.rules)
      if (rule.own && rule.own->weight == "unusual") habits_[rule.id];
    if (habits_.empty()) return;
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.extra_count == 0 || attribution_.intruder(i)) continue;
      for (const std::string_view rule : view_.table().extras_of(event, "rule"))
        if (const auto habit = habits_.find(rule); habit != habits_.end())
          habit->second[{event.tenant, event.actor_name != 0 ? event.actor_name : event.actor_id}].insert(
              event.time.us / base::kDay);
    }
  }

  bool habitual(std::string_view rule, EventIndex index) const {
    const auto habit = habits_.find(rule);
    if (habit == habits_.end()) return false;
    const Event &event = view_.event(index);
    std::size_t accounts = 0;
    for (const auto &[account, days] : habit->second) accounts += account.first == event.tenant ? 1 : 0;
    if (accounts >= kHabitOfPlace) return true;
    const auto own =
        habit->second.find({event.tenant, event.actor_name != 0 ? event.actor_name : event.actor_id});
    return own != habit->second.end() && own->second.size() >= kHabitDays;
  }

  // What another program found, as its timeline says (log/windows.cpp): its rule is named with the program,
  // since nobody here has read it. Its own words for levels: "info", "med", "crit".
  struct Finding {
    std::string by, rule, level;
    std::vector<std::string> techniques;
  };
  std::vector<Finding> findings_of(const Event &event) const {
    std::vector<Finding> out;
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const log::Extra &extra = view_.table().extras[event.extra_begin + i];
      const std::string_view key = view_.text(extra.key);
      const std::string value(view_.text(extra.value));
      if (key == "found-by")
        out.push_back({value, {}, {}, {}});
      else if (out.empty())
        continue;
      else if (key == "found-rule")
        out.back().rule = value;
      else if (key == "found-level")
        out.back().level = base::lower(value);
      else if (key == "found-technique")
        add_unique(out.back().techniques, value);
    }
    return out;
  }

  void tell_findings() {
    if (view_.table().pool.find("found-rule") == 0) return;
    struct Open {
      About about;
      std::vector<std::string> techniques;
      std::vector<EventIndex> events;
    };
    static const std::optional<SigmaOwn> kNotOurs;
    std::map<std::pair<std::string, std::string>, Open> open;  // program and rule, whose
    const auto close = [&](Open &one) {
      one.about.techniques = &one.techniques;
      tell(one.about, one.events, {});
      one.events.clear();
    };
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      for (Finding &finding : findings_of(event)) {
        const std::string title = finding.by + ": " + finding.rule;
        About about{title, title, level_of(finding.level), nullptr, &kNotOurs, false};
        if (!worth_telling(about, i)) continue;
        Open &one = open[{title, whose(about, i)}];
        if (!one.events.empty() && event.time.us - view_.event(one.events.back()).time.us > kTogether)
          close(one);
        one.about = about;
        if (one.techniques.empty()) one.techniques = std::move(finding.techniques);
        if (one.events.empty() || one.events.back() != i) one.events.push_back(i);
      }
    }
    for (auto &[key, one] : open) close(one);
  }

  static std::string level_of(const std::string &level) {
    if (level.starts_with("crit") || level.starts_with("emer")) return "critical";
    if (level.starts_with("high")) return "high";
    if (level.starts_with("med")) return "medium";
    if (level.starts_with("low")) return "low";
    return "informational";
  }

  // Who takes the factors of an account that the intruder holds, and is nobody of theirs, is cleaning up.
  bool cleans(const About &about, const Event &event) const {
    if (!about.own->has_value() || slots_left(view_, &**about.own, {}, event) != "factor-removed")
      return false;
    const std::string target = view_.target(event), actor = view_.actor(event);
    const Hold *held = attribution_.hold(target);
    return held != nullptr && held->since < event.time && !actor.empty() && actor != target &&
           attribution_.hold(actor) == nullptr;
  }

  // A change is worth a line only where it is the intruder's. Informational rules of others tell nothing.
  bool worth_telling(const About &about, EventIndex index) const {
    if (about.own->has_value()) {
      if (attribution_.intruder(index)) return true;
      if (cleans(about, view_.event(index))) return false;
      if ((*about.own)->weight == "unusual") return !habitual(about.id, index);
      return (*about.own)->weight != "change";
    }
    return about.level != "informational" || attribution_.intruder(index);
  }

  std::string whose(const About &about, EventIndex index) const {
    const Event &event = view_.event(index);
    const std::string per = about.own->has_value() ? (*about.own)->per : std::string();
    if (per == "event") return std::to_string(index);
    if (per == "target") return view_.target(event) + std::string(view_.text(event.target_name));
    if (per == "address") return std::string(view_.text(event.address));
    // The intruder's acts and the owner's as one principal stand apart.
    std::string who = view_.actor(event);
    if (who.empty()) who = view_.text(event.actor_name);
    return who + (attribution_.intruder(index) ? " +" : " -");
  }

  std::string actor_name(const Event &event) const {
    const std::string actor = view_.actor(event);
    if (event.actor_name != 0 && view_.text(event.actor_type) == "user")
      return std::string(view_.text(event.actor_name));
    if (!actor.empty()) return view_.name_of(actor);
    return event.actor_name != 0 ? std::string(view_.text(event.actor_name)) : "somebody";
  }

  std::string target_name(const Event &event) const {
    if (event.target_name != 0) return std::string(view_.text(event.target_name));
    if (event.mailbox != 0) return std::string(view_.text(event.mailbox));
    const std::string target = view_.target(event);
    return target.empty() ? std::string() : view_.name_of(target);
  }

  // In which system or of what: as the record names it, or its second target ("Application <id> <name>").
  std::string place_name(const Event &event) const {
    if (event.resource_name != 0) return std::string(view_.text(event.resource_name));
    std::string_view second = view_.table().extra(event, "target");
    if (second.empty()) return {};
    second.remove_prefix(std::min(second.find(' '), second.size() - 1) + 1);
    const std::string_view object = second.substr(0, second.find(' '));
    if (object.size() + 1 < second.size()) return std::string(second.substr(object.size() + 1));
    return view_.name_of(entra_id(view_.text(event.tenant), object));
  }

  // Where no sign-in showed them (an act by itself told the hand), what was done tells whom they were. Where
  // mail is sent they read it, and to whom they gave a mailbox they may be.
  void footholds(const std::vector<EventIndex> &events, Detection &one) const {
    std::map<std::string, base::Time> held;
    std::set<std::pair<std::string, base::StringId>> by;  // account, key
    for (const EventIndex index : events) {
      const Event &event = view_.event(index);
      if (!attribution_.intruder(index)) continue;
      const std::string actor = view_.actor(event);
      const bool elsewhere = !identity::realm_of(event.source).empty();
      if ((one.grade == Grade::possible || elsewhere) && attribution_.hold(actor) != nullptr)
        if (by.emplace(actor, event.key_id).second) came_by(view_, actor, index, one);
      if (elsewhere && attribution_.hold(actor) != nullptr)
        if (std::string rights = rights_in_use(view_, event); !rights.empty())
          held.emplace(std::move(rights), event.time);
      for (const char *name : {"new:ForwardingSmtpAddress", "new:ForwardingAddress", "new:ForwardTo",
                               "new:RedirectTo", "new:ForwardAsAttachmentTo"}) {
        std::string list = base::lower(view_.table().extra(event, name));
        for (std::size_t begin = 0; begin < list.size();) {
          const std::size_t end = std::min(list.size(), list.find_first_of(";, ", begin));
          std::string to = list.substr(begin, end - begin);
          begin = end + 1;
          if (to.starts_with("smtp:")) to.erase(0, 5);
          if (to.find('@') != std::string::npos) held.emplace("principal:mail/" + to, event.time);
        }
      }
    }
    for (const auto &[principal, since] : held)
      if (one.footholds.size() < kEventsKept)
        one.footholds.push_back({principal, {since, base::kTimeMax}, ""});
  }

  // What the intruder set stays until somebody takes it away, whatever else is cut.
  void plant(const About &about, const std::vector<EventIndex> &events, Detection &one) const {
    const SigmaOwn *own = about.own->has_value() ? &**about.own : nullptr;
    for (const EventIndex index : events)
      if (attribution_.intruder(index)) add_left_behind(view_, own, one.kind, index, one.planted);
  }

  // "ForwardTo a@b.example, DeleteMessage": of a list of parameters, those that the cmdlet was given.
  std::string parameters(const Event &event, std::string_view names) const {
    std::string out;
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(' '));
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      const std::string_view value = view_.table().extra(event, "new:" + std::string(name));
      if (value.empty() || base::equal_ignoring_case(value, "False")) continue;
      out += (out.empty() ? "" : ", ") + std::string(name);
      if (!base::equal_ignoring_case(value, "True")) out += ' ' + std::string(value.substr(0, 60));
    }
    return out;
  }

  std::string filled(std::string_view says, const std::map<std::string, std::string> &values,
                     const Event &event) const {
    std::string text = fill(says, values);
    // {new:X} is a parameter, {field:X} a property of the record that the event keeps, {set:X Y Z} names
    // those parameters that were given, with their values.
    for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
      const std::size_t close = text.find('}', open);
      if (close == std::string::npos) break;
      const std::string name = text.substr(open + 1, close - open - 1);
      std::string value;
      if (name.starts_with("set:"))
        value = parameters(event, name.substr(4));
      else if (name.starts_with("new:"))
        value = view_.table().extra(event, name);
      else if (name.starts_with("field:"))
        value = view_.table().extra(event, name.substr(6));
      if (value.size() > 120) value = value.substr(0, 117) + "...";
      text.replace(open, close - open + 1, value);
      open += value.size();
    }
    std::string out;
    for (const char c : text)
      if (c != ' ' || out.empty() || out.back() != ' ') out += c;
    return out;
  }

  void tell(const About &about, const std::vector<EventIndex> &events,
            const std::map<std::string, std::string> &group) {
    if (events.empty()) return;
    const Event &event = view_.event(events.front());
    const std::string kind = about.own->has_value() ? (*about.own)->kind : "rule-matched";
    Detection one = make_detection(view_, kind, events);
    if (!about.techniques->empty()) one.techniques = *about.techniques;
    std::set<std::string> targets;
    for (const EventIndex index : events) {
      const Event &each = view_.event(index);
      if (one.principals.size() < kEventsKept) {
        add_unique(one.principals, view_.actor(each));
        add_unique(one.principals, view_.target(each));
        add_unique(one.applications, std::string(view_.text(each.application_id)));
      }
      targets.insert(target_name(each));
    }
    attribute(one, attribution_, events);
    if (!one.intruder) {
      one.confidence = confidence_of(about);
      const bool evidence = about.own->has_value() && (*about.own)->weight == "evidence";
      if (evidence) one.grade = Grade::confirmed;  // that it happened; whose it was is open
    }
    if (one.intruder) footholds(events, one);
    if (one.intruder) plant(about, events, one);
    std::string more;
    if (targets.size() > 1)
      more = ", and the like for " + counted(targets.size() - 1, "other", "others");
    else if (events.size() > 1 && !about.correlation)
      more = ", " + counted(events.size(), "time", "times") + " until " + spoken(one.last);
    const std::string risk = std::string(view_.table().extra(event, "risk"));
    std::map<std::string, std::string> values = {
        {"actor", actor_name(event)},
        {"target", target_name(event)},
        {"operation", std::string(view_.text(event.operation))},
        {"application", std::string(view_.text(event.application_name))},
        {"address", std::string(view_.text(event.address))},
        {"agent", std::string(view_.text(event.agent))},
        {"mailbox", std::string(view_.text(event.mailbox))},
        {"place", place_name(event)},
        {"role", std::string(view_.table().extra(event, "role"))},
        {"risk", risk.empty() ? std::string("risk detected") : risk},
        {"result", event.outcome == log::Outcome::ok ? "succeeded" : "was stopped"},
        {"count", std::to_string(events.size())},
        {"title", about.title},
        {"first", spoken(one.first)},
        {"last", spoken(one.last)},
        {"more", more}};
    for (const auto &[field, value] : group) values.emplace(field, value);
    std::string says = about.own->has_value() ? (*about.own)->says : std::string();
    if (says.empty()) {
      const KindRule *rule = view_.options().kind(kind);
      says = rule == nullptr ? about.title : rule->says;
    }
    one.says = filled(says, values, event);
    if (one.intruder && kind == "mail-exported") add_exported_mail(view_, events, one);
    out_.push_back(std::move(one));
  }

  const View &view_;
  const Attribution &attribution_;
  std::vector<Detection> &out_;
  // Rule -> tenant and account -> days.
  std::map<std::string, std::map<std::pair<base::StringId, base::StringId>, std::set<std::int64_t>>,
           std::less<>>
      habits_;
};

}  // namespace

void tell_rules(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  if (view.options().sigma == nullptr) return;
  Teller(view, attribution, out).run(view.options().sigma->set());
}

}  // namespace dislodge::detect
