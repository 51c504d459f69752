#include "engine/in_effect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/words.hpp"
#include "evict/apply.hpp"
#include "identity/history.hpp"
#include "identity/ids.hpp"
#include "reach/solve.hpp"

namespace dislodge::engine {

namespace {

using base::Time;

bool is_signin(const log::Event &event) {
  using enum log::EventClass;
  return event.event_class == interactive_signin || event.event_class == noninteractive_signin ||
         event.event_class == service_principal_signin || event.event_class == managed_identity_signin;
}

// Key ids by which logs name what an action replaces or removes, in lower case.
std::set<std::string> keys_of(const Picture &picture, const evict::PlannedAction &action) {
  std::set<std::string> wanted, keys;
  for (const identity::Binding &binding : picture.facts.bindings)
    if (!action.secret.empty() && binding.secret == action.secret && !binding.credential.empty() &&
        (action.principal.empty() || binding.principal == action.principal))
      wanted.insert(binding.credential);
  for (const identity::Credential &one : picture.facts.credentials)
    if (!one.key_id.empty() && (wanted.contains(one.id) || one.key_id == base::lower(action.fact)))
      keys.insert(base::lower(one.key_id));
  return keys;
}

// Whether a log's session id is one that begins with a sign-in and ends with a revocation: that of AWS is a
// name which people choose.
bool tells_sessions(log::Source source) {
  using enum log::Source;
  return source == entra_signin || source == m365_audit || source == exchange_audit ||
         source == graph_activity || source == okta;
}

// A key that lasts until somebody takes it away; what is opened with it has ids that begin otherwise
// (docs.aws.amazon.com/IAM: unique identifiers).
bool is_long_term_key(std::string_view key) {
  return base::lower(key.substr(0, 4)) == "akia";
}

// What shows that an action has not held.
enum class Shown : std::uint8_t { credential, at_work, session, password };

struct Accepted {
  const log::Event *first = nullptr;
  Shown shown = Shown::credential;  // by the first
  std::uint64_t count = 0;
  void add(const log::Event &event, Shown by) {
    if (first == nullptr || event.time < first->time) {
      first = &event;
      shown = by;
    }
    ++count;
  }
};

class Against {
 public:
  Against(const Picture &picture, std::span<const evict::PlannedAction> actions)
      : picture_(picture), actors_(picture) {
    for (const evict::PlannedAction &one : actions) {
      if (one.state != evict::ActionState::in_effect) continue;
      for (const std::string &key : keys_of(picture, one)) by_key_[key].push_back(&one);
      if (puts_out_of_use(one)) by_principal_[one.principal].push_back(&one);
      if (one.action == "revoke-sessions" && !one.principal.empty()) revoked_[one.principal].push_back(&one);
      if (!one.secret.empty()) by_secret_[one.secret].push_back(&one);
    }
  }

  std::vector<Contradiction> find(std::span<const evict::PlannedAction> actions) {
    std::vector<Contradiction> found;
    if (by_key_.empty() && by_principal_.empty() && revoked_.empty() && by_secret_.empty()) return found;
    for (const log::Event &event : picture_.events.events) judge(event);
    judge_sessions();
    judge_uses();
    for (const evict::PlannedAction &one : actions) {
      const auto seen = accepted_.find(&one);
      if (seen == accepted_.end()) continue;
      const log::Event &first = *seen->second.first;
      const std::string_view address = picture_.events.pool.text(first.address);
      Contradiction told;
      told.action = evict::key_of(one);
      told.principal = one.principal.empty() ? one.target : one.principal;
      told.since = evict::effect_of(one);
      told.first = first.time;
      told.evidence =
          detect::EventReference{picture_.events.files[first.file], first.line, first.column}.place();
      told.says = fmt::format(
          "{} was recorded as in effect since {}, and the log shows {} {} later, first at {}{}{}",
          one.name.empty() ? fmt::format("{} of {}", one.action, picture_.name_of(told.principal)) : one.name,
          base::format_time(told.since), shown_text(seen->second.shown, picture_.name_of(told.principal)),
          base::counted(seen->second.count, "time", "times"), base::format_time(first.time),
          address.empty() ? "" : " from ", address);
      found.push_back(std::move(told));
    }
    return found;
  }

 private:
  using Actions = std::vector<const evict::PlannedAction *>;

  static std::string shown_text(Shown shown, const std::string &name) {
    switch (shown) {
      case Shown::credential:
        return "the old credential of " + name + " accepted";
      case Shown::at_work:
        return name + " signing in";
      case Shown::session:
        return "a session of " + name + " from before going on";
      case Shown::password:
        return "the intruder signing in as " + name + " with the right password";
    }
    return {};
  }

  void judge(const log::Event &event) {
    // Calls say no outcome where they were let through.
    if (event.outcome != log::Outcome::ok && event.outcome != log::Outcome::none) return;
    if (!by_key_.empty())
      for (const std::string_view key :
           {picture_.events.pool.text(event.key_id), picture_.events.extra(event, "hashed-token")}) {
        if (key.empty()) continue;
        const auto found = by_key_.find(base::lower(key));
        if (found == by_key_.end()) continue;
        // An event of setting or removing the key names it too.
        if (event.event_class != log::EventClass::directory_audit)
          count(event, found->second, kLivesOn, Shown::credential);
        break;
      }
    const bool in_session = event.session != 0 && !revoked_.empty() && tells_sessions(event.source);
    const bool signin = is_signin(event) && event.outcome == log::Outcome::ok;
    const bool works = signin || is_work(event);
    if (!works || (by_principal_.empty() && !in_session)) return;
    const std::string actor = actors_.of(event);
    if (in_session && revoked_.contains(actor))
      sessions_[{actor, std::string(picture_.events.pool.text(event.session))}].push_back(&event);
    const auto found = by_principal_.find(actor);
    if (found == by_principal_.end()) return;
    const bool anew = signin || is_long_term_key(picture_.events.pool.text(event.key_id));
    count(event, found->second, anew ? kLivesOn : kWorksOn, Shown::at_work);
  }

  // What only somebody who is let in can do.
  static bool is_work(const log::Event &event) {
    using enum log::EventClass;
    // A secret that is fetched in AWS is a use of a key; so is a ticket of Kerberos, which comes of
    // another's.
    const bool key_of_aws = event.event_class == key_use && event.source == log::Source::aws_cloudtrail &&
                            event.outcome == log::Outcome::ok;
    return key_of_aws || event.event_class == api_call || event.event_class == mail_access ||
           event.event_class == file_access || event.event_class == code_access;
  }

  // A session that was there before it was revoked, and is renewed or at work after. Where its owner has
  // signed in anew within it, what follows is theirs.
  void judge_sessions() {
    for (auto &[key, events] : sessions_) {
      std::stable_sort(events.begin(), events.end(),
                       [](const log::Event *a, const log::Event *b) { return a->time < b->time; });
      for (const evict::PlannedAction *one : revoked_[key.first]) {
        const Time effect = evict::effect_of(*one);
        if (events.front()->time >= effect) continue;
        for (const log::Event *event : events) {
          if (event->time < effect) continue;
          if (event->event_class == log::EventClass::interactive_signin) break;
          count(*event, {one}, is_signin(*event) ? kLivesOn : kWorksOn, Shown::session);
        }
      }
    }
  }

  // The intruder let in by the very secret that was replaced: a log names no password, attribution does.
  void judge_uses() {
    if (by_secret_.empty()) return;
    std::map<std::string, const log::Event *> events;  // by place; made at first need
    for (const detect::Detection &one : picture_.detections) {
      if (!one.intruder || one.grade == detect::Grade::excluded) continue;
      for (const detect::SecretUse &use : one.uses) {
        const auto found = by_secret_.find(use.secret);
        if (!use.succeeded || found == by_secret_.end()) continue;
        if (events.empty())
          for (const log::Event &event : picture_.events.events)
            events.emplace(
                detect::EventReference{picture_.events.files[event.file], event.line, event.column}.place(),
                &event);
        for (const detect::EventReference &reference : one.events) {
          const auto event = events.find(reference.place());
          if (event == events.end() || event->second->time != use.time ||
              event->second->event_class != log::EventClass::interactive_signin)
            continue;
          for (const evict::PlannedAction *action : found->second)
            if (action->principal.empty() || action->principal == use.principal)
              count(*event->second, {action}, kLivesOn, Shown::password);
          break;
        }
      }
    }
  }

  void count(const log::Event &event, const Actions &actions, std::int64_t lives_on, Shown by) {
    for (const evict::PlannedAction *one : actions)
      if (event.time.us > evict::effect_of(*one).us + lives_on) accepted_[one].add(event, by);
  }

  const Picture &picture_;
  std::map<std::string, Actions, std::less<>> by_key_, by_principal_, by_secret_;
  std::map<std::string, Actions, std::less<>> revoked_;                                      // by principal
  std::map<std::pair<std::string, std::string>, std::vector<const log::Event *>> sessions_;  // actor, id
  std::map<const evict::PlannedAction *, Accepted> accepted_;
  Actors actors_;
};

}  // namespace

bool puts_out_of_use(const evict::PlannedAction &action) {
  return !action.principal.empty() &&
         (action.action == "disable-account" || action.action == "disable-application" ||
          action.action == "disable-service-principal" || action.action == "delete-user" ||
          action.action == "delete-service-principal");
}

std::string Actors::of(const log::Event &event) {
  std::string id = identity::actor_of(picture_.events, event);
  if (id.empty() && identity::realm_of(event.source).empty())
    id = identity::entra_principal(picture_.events.pool.text(event.tenant),
                                   picture_.events.pool.text(event.actor_id));
  if (!id.empty()) return id;
  if (!accounts_) accounts_.emplace(picture_.facts);
  return accounts_->actor(picture_.events, event);
}

std::vector<Contradiction> contradictions(const Picture &picture,
                                          std::span<const evict::PlannedAction> actions) {
  return Against(picture, actions).find(actions);
}

base::Result<void> end_what_is_cut(Picture &picture, const evict::Actions &actions,
                                   std::span<const evict::PlannedAction> done) {
  if (std::none_of(done.begin(), done.end(), [](const evict::PlannedAction &one) {
        return one.state == evict::ActionState::in_effect;
      }))
    return {};
  DISLODGE_TRY_ASSIGN(const reach::Program after, evict::apply(picture.reach.program, actions, done));
  const reach::Solution confirmed = reach::solve(after, reach::Grade::confirmed);
  const reach::Solution possible = reach::solve(after, reach::Grade::possible);
  const auto type_of = [](std::string_view name) {
    using enum reach::NodeType;
    return name == reach::name_of(secret) ? secret : name == reach::name_of(resource) ? resource : principal;
  };
  std::erase_if(picture.reach.rows, [&](reach::ReachRow &row) {
    if (row.grade == detect::Grade::excluded) return false;
    const reach::NodeId node = after.find(type_of(row.type), row.id);
    if (node == reach::kNone) return false;
    // What an event shows after an action is there whatever the record says of the action.
    base::IntervalSet shown;
    row.possible_intervals = possible.intervals(node);
    if (row.grade == detect::Grade::confirmed) {
      const base::IntervalSet left = confirmed.intervals(node);
      for (const base::Interval &one : row.intervals.items())
        if (!left.contains(one.from) && !row.possible_intervals.contains(one.from)) shown.add(one);
      for (const base::Interval &one : shown.items()) row.possible_intervals.add(one);
      for (const base::Interval &one : left.items()) shown.add(one);
    }
    row.intervals = shown.empty() ? row.possible_intervals : shown;
    if (row.intervals.empty()) return true;
    row.since = row.intervals.first();
    row.possible_since = row.possible_intervals.first();
    return false;
  });
  return {};
}

}  // namespace dislodge::engine
