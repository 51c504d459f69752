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

struct Accepted {
  const log::Event *first = nullptr;
  Time last = base::kTimeMin;
  std::uint64_t count = 0;
  void add(const log::Event &event) {
    if (first == nullptr || event.time < first->time) first = &event;
    last = std::max(last, event.time);
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
    }
  }

  std::vector<Contradiction> find(std::span<const evict::PlannedAction> actions) {
    std::vector<Contradiction> found;
    if (by_key_.empty() && by_principal_.empty()) return found;
    for (const log::Event &event : picture_.events.events) judge(event);
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
          base::format_time(told.since),
          puts_out_of_use(one) ? picture_.name_of(told.principal) + " signing in"
                               : "the old credential of " + picture_.name_of(told.principal) + " accepted",
          base::counted(seen->second.count, "time", "times"), base::format_time(first.time),
          address.empty() ? "" : " from ", address);
      found.push_back(std::move(told));
    }
    return found;
  }

 private:
  using Actions = std::vector<const evict::PlannedAction *>;

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
        if (event.event_class != log::EventClass::directory_audit) count(event, found->second);
        break;
      }
    if (by_principal_.empty() || !is_signin(event) || event.outcome != log::Outcome::ok) return;
    const auto found = by_principal_.find(actors_.of(event));
    if (found != by_principal_.end()) count(event, found->second);
  }

  void count(const log::Event &event, const Actions &actions) {
    for (const evict::PlannedAction *one : actions)
      if (event.time.us > evict::effect_of(*one).us + kLivesOn) accepted_[one].add(event);
  }

  const Picture &picture_;
  std::map<std::string, Actions, std::less<>> by_key_, by_principal_;
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
    row.possible_intervals = possible.intervals(node);
    if (row.grade == detect::Grade::confirmed && confirmed.holds(node))
      row.intervals = confirmed.intervals(node);
    else
      row.intervals = row.possible_intervals;
    return row.intervals.empty();
  });
  return {};
}

}  // namespace dislodge::engine
