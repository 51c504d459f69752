#include "detect/attribution.hpp"

#include <algorithm>

#include "base/encode.hpp"
#include "detect/passes.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

// Chains are short (an account, an application, its service principal, a user, another application); a ring
// that feeds itself would stop at this many rounds.
constexpr int kRoundsMax = 64;
// An act belongs to the sign-in before it for so long: access tokens live an hour or a day, sessions longer.
constexpr std::int64_t kNear = base::kDay;
constexpr std::int64_t kFar = 7 * base::kDay;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

using Signins = std::map<std::string, std::vector<EventIndex>>;  // successful, by principal

// Some records of what an application read by itself name the owner of the mailbox as who did it. It is the
// application's doing where it is held, signed in just before from that address, or where no sign-in of that
// person to that application is held.
bool read_by_itself(const View &view, const Attribution &attribution, const Signins &signins,
                    const std::string &service, EventIndex index) {
  const Event &event = view.event(index);
  if (attribution.hold(service) == nullptr ||
      view.options().mail_clients.count(view.text(event.application_id)) != 0)
    return false;
  const auto near = [&](const std::string &principal, auto &&wanted) {
    const auto found = signins.find(principal);
    if (found == signins.end()) return false;
    for (auto at = std::upper_bound(found->second.begin(), found->second.end(), index);
         at != found->second.begin();) {
      const Event &signin = view.event(*--at);
      if (signin.time < event.time - kNear) return false;
      if (wanted(*at, signin)) return true;
    }
    return false;
  };
  if (near(service, [&](EventIndex signin, const Event &one) {
        return attribution.intruder(signin) && one.address != 0 && one.address == event.address;
      }))
    return true;
  const auto persons = signins.find(view.actor(event));
  return persons == signins.end() ||
         std::none_of(persons->second.begin(), persons->second.end(), [&](EventIndex signin) {
           return view.event(signin).application_id == event.application_id;
         });
}

}  // namespace

Attribution::Attribution(const View &view, const std::vector<Campaign> &campaigns,
                         const std::vector<Seed> &given, const std::set<EventIndex> &ours)
    : view_(view), ours_(ours) {
  index_signins();
  for (const Seed &one : given)
    if (one.shared != 0) shared_.insert(one.shared);
  seed(campaigns);
  std::vector<Seed> seeds = given;
  for (const Campaign &campaign : campaigns)
    for (const EventIndex index : campaign.concluded)
      if (view.event(index).outcome == Outcome::ok)
        seeds.push_back({index, std::string(kConcludedOfSpray), true});
  const auto plant = [&](bool possible) {
    for (const Seed &one : seeds) {
      if (one.possible != possible || !mark(one.index, one.because, one.possible)) continue;
      // What else was done in the session of such an act was done by the same hand, which had the account.
      const Event &event = view_.event(one.index);
      const std::string who = one.principal.empty() ? view_.actor(event) : one.principal;
      if (one.possible) hold_principal(who, event.time, one.because, false, true);
      for (const StringId thread : {event.session, event.token})
        if (thread != 0 && shared_.count(thread) == 0)
          threads_.emplace(
              thread, Thread{who, "the same session as what was done at " + view_.table().source_of(event),
                             one.possible});
    }
  };
  plant(false);
  for (int i = 0; i < kRoundsMax && round(false); ++i) {
  }
  plant(true);
  // What was seen comes before what is only concluded: a sign-in by a planted key is confirmed, wherever else
  // it could have been concluded from.
  for (int i = 0; i < kRoundsMax && (round(false) || round(true)); ++i) {
  }
}

void Attribution::index_signins() {
  for (const auto *list : {&view_.user_signins(), &view_.service_signins()})
    for (const EventIndex index : *list) {
      const Event &event = view_.event(index);
      if (list == &view_.service_signins()) {
        service_logs_.insert(event.tenant);
        came_from_.try_emplace({event.application_id, event.address}, event.time);
      }
      if (event.outcome == Outcome::ok) signins_[view_.actor(event)].push_back(index);
    }
  for (auto &[principal, list] : signins_) std::sort(list.begin(), list.end());
  std::vector<bool> judged(view_.size(), false);
  for (const auto *list : {&view_.user_signins(), &view_.service_signins(), &view_.changes(), &view_.mail()})
    for (const EventIndex index : *list) judged[index] = true;
  for (EventIndex i = 0; i < view_.size(); ++i) {
    const Event &event = view_.event(i);
    // The rest of the world is followed by attribution_elsewhere.cpp.
    if (!judged[i] && identity::realm_of(event.source).empty() && !is_failed_try(event) &&
        (event.address != 0 || event.session != 0 || event.token != 0))
      others_.push_back(i);
  }
}

void Attribution::seed(const std::vector<Campaign> &campaigns) {
  for (const Campaign &campaign : campaigns)
    for (const EventIndex index : campaign.right) {
      if (view_.event(index).outcome != Outcome::ok) continue;
      mark(index, "signed in by the client of the spray (" + describe(view_, campaign.fingerprint) +
                      "), which its owner does not use");
    }
}

const std::string &Attribution::because(EventIndex index) const {
  static const std::string kNothing;
  const auto found = reasons_.find(index);
  return found == reasons_.end() ? kNothing : found->second;
}

std::vector<EventIndex> Attribution::events() const {
  std::vector<EventIndex> list;
  list.reserve(reasons_.size());
  for (const auto &[index, because] : reasons_) list.push_back(index);
  return list;
}

const Hold *Attribution::hold(const std::string &principal) const {
  const auto found = holds_.find(principal);
  return found == holds_.end() ? nullptr : &found->second;
}

const PlantedKey *Attribution::planted_key(std::string_view key_id) const {
  const auto found = keys_.find(key_id);
  return found == keys_.end() ? nullptr : &found->second;
}

std::vector<EventIndex> Attribution::signins_as(const std::string &principal) const {
  std::vector<EventIndex> list;
  const auto found = signins_.find(principal);
  if (found != signins_.end())
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(list),
                 [&](EventIndex index) { return intruder(index); });
  return list;
}

void Attribution::hold_principal(const std::string &principal, base::Time since, std::string because,
                                 bool made, bool possible) {
  if (principal.empty()) return;
  const bool fresh = holds_.count(principal) == 0;
  Hold &hold = holds_[principal];
  hold.made = hold.made || made;
  // One sight of them is enough, whatever else was only concluded.
  hold.possible = possible && (fresh || hold.possible);
  if (since >= hold.since) return;
  hold.since = since;
  hold.because = std::move(because);
  const std::string_view tenant = identity::entra_parts(principal).tenant;
  if (tenant.empty()) return;
  const auto [known, first] = held_tenants_.try_emplace(std::string(tenant), principal);
  if (!first && since < holds_.at(known->second).since) known->second = principal;
}

bool Attribution::mark(EventIndex index, std::string because, bool absence) {
  if (ours_.count(index) != 0 || !reasons_.emplace(index, std::move(because)).second) return false;
  if (absence) by_absence_.insert(index);
  consequences(index);
  return true;
}

// What follows from an event that is the intruder's.
void Attribution::consequences(EventIndex index) {
  const Event &event = view_.event(index);
  if (!identity::realm_of(event.source).empty()) consequences_elsewhere(index);
  const std::string actor = view_.actor(event);
  const std::string where = view_.table().source_of(event);
  const bool possible = by_absence(index);
  const bool signin = event.event_class == log::EventClass::interactive_signin ||
                      event.event_class == log::EventClass::noninteractive_signin ||
                      event.event_class == log::EventClass::service_principal_signin ||
                      event.event_class == log::EventClass::managed_identity_signin;
  if (signin) {
    hold_principal(actor, event.time, reasons_.at(index), false, possible);
    if (event.address != 0) addresses_.insert(event.address);
    if (event.agent != 0) {
      agents_.insert(event.agent);
      agents_as_[actor].insert(event.agent);
    }
    for (const StringId thread : {event.session, event.token})
      if (thread != 0 && shared_.count(thread) == 0)
        threads_.emplace(thread, Thread{actor, "the same session as the sign-in at " + where, possible});
    return;
  }
  // Mail that their application reads shows a front end of Microsoft; where the token was fetched, and what
  // else was asked with it, is told by the token.
  if ((event.event_class == log::EventClass::mail_access || event.event_class == log::EventClass::api_call) &&
      event.token != 0 && shared_.count(event.token) == 0)
    threads_.emplace(event.token, Thread{actor, "the same token as what was done at " + where, possible});
  const std::string target = view_.target(event);
  switch (view_.act(index)) {
    case Act::credential:
      for (const std::string_view key : view_.table().extras_of(event, "key-added"))
        keys_.emplace(std::string(key),
                      PlantedKey{event.time, target, std::string(view_.application_of(target)),
                                 "the intruder added it at " + where, possible});
      break;
    case Act::application: {
      const std::string application(view_.application_of(target));
      const std::string why = "the intruder registered this application at " + where;
      if (!application.empty()) made_applications_.emplace(application, Made{why, possible});
      hold_principal(target, event.time, why, true, possible);
      for (const std::string_view key : view_.table().extras_of(event, "key-added"))
        keys_.emplace(std::string(key), PlantedKey{event.time, target, application,
                                                   "the intruder added it at " + where, possible});
      break;
    }
    case Act::consent: {
      // An application that nobody knew before they consented to it is theirs.
      const std::string grantee = grantee_of(view_, event);
      const std::string application(view_.application_of(grantee));
      if (application.empty() || known_before(application, event.time)) break;
      const std::string why =
          "nobody had used this application before the intruder consented to it at " + where;
      made_applications_.emplace(application, Made{why, possible});
      hold_principal(grantee, event.time, why, true, possible);
      break;
    }
    case Act::user:
      hold_principal(target, event.time, "the intruder created this account at " + where, true, possible);
      break;
    case Act::password_reset:
      hold_principal(target, event.time, "the intruder reset its password at " + where, false, possible);
      break;
    default:
      break;
  }
}

bool Attribution::known_before(std::string_view application, base::Time time) const {
  for (const auto *list : {&view_.mail(), &view_.service_signins(), &view_.user_signins()})
    for (const EventIndex index : *list) {
      const Event &event = view_.event(index);
      if (event.time >= time - base::kHour) break;
      if (base::equal_ignoring_case(view_.text(event.application_id), application)) return true;
    }
  return false;
}

bool Attribution::round(bool conclude) {
  bool grew = false;
  const auto consider = [&](EventIndex index, const Verdict &verdict) {
    if (!verdict.because.empty() && (conclude || !verdict.absence))
      grew = mark(index, verdict.because, verdict.absence) || grew;
  };
  // Only principals that are held, threads and keys matter, so most events cost a look-up.
  for (const EventIndex index : view_.user_signins())
    if (view_.event(index).outcome == Outcome::ok && !intruder(index))
      consider(index, judge_user_signin(index));
  for (const EventIndex index : view_.service_signins())
    if (view_.event(index).outcome == Outcome::ok && !intruder(index))
      consider(index, judge_service_signin(index));
  for (const auto *list : {&view_.changes(), &view_.mail()})
    for (const EventIndex index : *list)
      if (!intruder(index)) consider(index, judge_act(index));
  if (!threads_.empty() || !addresses_.empty())
    for (const EventIndex index : others_)
      if (!intruder(index)) consider(index, judge_other(index));
  return round_elsewhere(conclude) || grew;
}

Attribution::Verdict Attribution::judge_user_signin(EventIndex index) const {
  const Event &event = view_.event(index);
  const std::string actor = view_.actor(event);
  for (const StringId thread : {event.session, event.token}) {
    const auto found = threads_.find(thread);
    if (thread != 0 && found != threads_.end() && found->second.principal == actor)
      return {found->second.because, found->second.possible};
  }
  const Hold *hold = this->hold(actor);
  if (hold != nullptr && hold->made && event.time >= hold->since)
    return {hold->because + "; nobody else uses it", hold->possible};
  // From where they signed in to it, with whatever program, if it had never been there before.
  if (hold == nullptr || event.address == 0 || addresses_.count(event.address) == 0) return {};
  const auto signins = signins_.find(actor);
  if (signins == signins_.end()) return {};
  const EventIndex *theirs = nullptr;
  for (const EventIndex &signin : signins->second) {
    const Event &one = view_.event(signin);
    if (one.address != event.address || one.time > event.time) continue;
    if (one.time < hold->since) return {};
    if (intruder(signin) && !by_absence(signin)) theirs = &signin;
  }
  if (theirs == nullptr || event.time.us - view_.event(*theirs).time.us > kFar) return {};
  return {"from where the intruder had signed in to it, at " + view_.table().source_of(view_.event(*theirs)) +
              ", and it had never been before",
          true};
}

Attribution::Verdict Attribution::judge_service_signin(EventIndex index) const {
  const Event &event = view_.event(index);
  if (const PlantedKey *key = event.key_id == 0 ? nullptr : planted_key(view_.text(event.key_id)))
    if (event.time >= key->since)
      return {"signed in with the credential " + std::string(view_.text(event.key_id)) + ": " + key->because,
              key->possible};
  const auto made = made_applications_.find(std::string(view_.text(event.application_id)));
  if (made != made_applications_.end())
    return {made->second.because + "; nobody else uses it", made->second.possible};
  const auto thread = threads_.find(event.token);
  if (event.token != 0 && thread != threads_.end() && thread->second.principal == view_.actor(event))
    return {thread->second.because, thread->second.possible};
  return from_a_held_tenant(index);
}

// Who holds an account of the tenant that owns an application may have given it a credential there, and the
// log of that tenant's changes need not be held. The application's own habit, the places from which it came
// before, stays its own.
Attribution::Verdict Attribution::from_a_held_tenant(EventIndex index) const {
  const Event &event = view_.event(index);
  for (const std::string_view key : {"app-owner-tenant", "home-tenant"}) {
    const std::string_view home = view_.table().extra(event, key);
    if (home.empty() || base::equal_ignoring_case(home, view_.text(event.tenant))) continue;
    const auto held = held_tenants_.find(home);
    if (held == held_tenants_.end()) continue;
    const Hold &hold = holds_.at(held->second);
    const auto came = came_from_.find({event.application_id, event.address});
    const base::Time first = came == came_from_.end() ? event.time : came->second;
    if (event.address == 0 || first < hold.since) continue;
    return {"signed in from an address from which it had never come before the intruder held " +
                view_.name_of(held->second) + ", of the tenant that owns this application",
            true};
  }
  return {};
}

// Which sign-in stands behind an act: the last one of the same principal before it. Where the owner was there
// too, the act is only the intruder's if it shows their program.
Attribution::Verdict Attribution::by_neighbours(const std::string &principal, EventIndex index) const {
  const Event &event = view_.event(index);
  const auto found = signins_.find(principal);
  const EventIndex *last = nullptr, *last_intruder = nullptr, *last_owner = nullptr;
  if (found != signins_.end()) {
    // Backwards from the act, a week at most: what lies further back decides nothing.
    const auto &list = found->second;
    for (auto at = std::upper_bound(list.begin(), list.end(), index); at != list.begin();) {
      --at;
      if (view_.event(*at).time < event.time - kFar || (last_intruder != nullptr && last_owner != nullptr))
        break;
      if (last == nullptr) last = &*at;
      const EventIndex *&slot = intruder(*at) ? last_intruder : last_owner;
      if (slot == nullptr) slot = &*at;
    }
  }
  const auto agents = agents_as_.find(principal);
  const bool their_program =
      event.agent != 0 && agents != agents_as_.end() && agents->second.count(event.agent) != 0;
  if (their_program) {
    const bool owner_too = found != signins_.end() &&
                           std::any_of(found->second.begin(), found->second.end(), [&](EventIndex signin) {
                             return !intruder(signin) && view_.event(signin).agent == event.agent;
                           });
    if (!owner_too)
      return {"done as " + view_.name_of(principal) + " with the intruder's program " +
                  in_quotes(view_.text(event.agent)),
              this->hold(principal) != nullptr && this->hold(principal)->possible};
  }
  if (last_intruder == nullptr) return {};
  const Event &signin = view_.event(*last_intruder);
  const std::int64_t since = event.time.us - signin.time.us;
  const Hold *hold = this->hold(principal);
  const bool own = hold != nullptr && owners_own(principal, *hold, event);
  const bool owner_near = last_owner != nullptr && event.time.us - view_.event(*last_owner).time.us <= kNear;
  if (last == last_intruder && since <= kNear && !owner_near && !own)
    return {"done as " + view_.name_of(principal) + " after the intruder's sign-in at " +
                view_.table().source_of(signin),
            by_absence(*last_intruder)};
  const bool same_place = event.address != 0 && event.address == signin.address && since <= kNear;
  if (same_place)
    return {"done as " + view_.name_of(principal) + " from where the intruder had signed in as it, at " +
                view_.table().source_of(signin),
            by_absence(*last_intruder)};
  // Days after, and somebody else had signed in elsewhere since: the address is still the intruder's where
  // the account had never been before they came.
  if (!own && event.address != 0 && addresses_.count(event.address) != 0)
    if (const EventIndex *there = their_signin_at(principal, index))
      return {"done as " + view_.name_of(principal) +
                  " from where only the intruder had signed in as it, at " +
                  view_.table().source_of(view_.event(*there)),
              true};
  if (last_owner == nullptr && !own)
    return {"done as " + view_.name_of(principal) + ", which nobody but the intruder had used for a week",
            true};
  return {};
}

// The intruder's last sign-in as a principal from where an event comes, within a week before it; nullptr
// where somebody else has signed in as it from there, ever.
const EventIndex *Attribution::their_signin_at(const std::string &principal, EventIndex index) const {
  const auto found = signins_.find(principal);
  if (found == signins_.end()) return nullptr;
  const Event &event = view_.event(index);
  const EventIndex *theirs = nullptr;
  for (const EventIndex &signin : found->second) {
    const Event &one = view_.event(signin);
    if (one.address != event.address) continue;
    if (!intruder(signin)) return nullptr;
    if (one.time <= event.time && event.time.us - one.time.us <= kFar) theirs = &signin;
  }
  return theirs;
}

// Changes of the directory, and mail that was read.
Attribution::Verdict Attribution::judge_act(EventIndex index) const {
  const Event &event = view_.event(index);
  for (const StringId thread : {event.token, event.session}) {
    const auto found = threads_.find(thread);
    if (thread != 0 && found != threads_.end()) return {found->second.because, found->second.possible};
  }
  const bool by_application =
      view_.text(event.actor_type) != "user" || !view_.table().extra(event, "app-only").empty();
  std::string principal = view_.actor(event);
  if (by_application || event.event_class == log::EventClass::mail_access) {
    const std::string application(view_.text(event.application_id));
    const auto made = made_applications_.find(application);
    if (made != made_applications_.end()) return {made->second.because, made->second.possible};
    if (event.event_class == log::EventClass::mail_access) {
      std::string service = view_.service_principal(view_.text(event.tenant), application);
      const bool in_its_own_name = by_application || read_by_itself(view_, *this, signins_, service, index);
      if (!service.empty() && in_its_own_name) principal = std::move(service);
    }
  }
  const Hold *hold = this->hold(principal);
  if (hold != nullptr && event.time >= hold->since) {
    if (hold->made) return {hold->because, hold->possible};
    return by_neighbours(principal, index);
  }
  // The credential was planted, but the log of service sign-ins that would show its use is not held.
  if (by_application && service_logs_.count(event.tenant) == 0) {
    const std::string application(view_.application_of(principal));
    for (const auto &[id, key] : keys_)
      if (!application.empty() && key.application == application && event.time >= key.since)
        return {"the intruder had added a credential to this application (" + id +
                    "), and no log tells which one was used",
                true};
  }
  return {};
}

// Everything else: files, calls, settings, mail that was sent. There is very much of it, so only what shares
// a session, a token or an address with the intruder's sign-ins is looked at. Some logs number their sessions
// anew on each machine: the account must be the same.
Attribution::Verdict Attribution::judge_other(EventIndex index) const {
  const Event &event = view_.event(index);
  for (const StringId thread : {event.token, event.session}) {
    const auto found = thread == 0 ? threads_.end() : threads_.find(thread);
    if (found != threads_.end() && found->second.principal == view_.actor(event))
      return {found->second.because, found->second.possible};
  }
  if (event.address == 0 || addresses_.count(event.address) == 0) return {};
  const std::string principal = view_.actor(event);
  const Hold *hold = this->hold(principal);
  if (hold == nullptr || event.time < hold->since) return {};
  if (hold->made) return {hold->because, hold->possible};
  return by_neighbours(principal, index);
}

bool Attribution::owners_own(const std::string &principal, const Hold &hold, const Event &event) const {
  const auto [place, fresh] = known_.try_emplace(principal);
  Known &known = place->second;
  if (fresh) {
    // Records name a person by id, by name or by both.
    std::set<StringId> ids{event.actor_id, event.actor_name}, addresses;
    const auto signins = signins_.find(principal);
    if (signins != signins_.end())
      for (const EventIndex index : signins->second) {
        ids.insert(view_.event(index).actor_id);
        ids.insert(view_.event(index).actor_name);
      }
    ids.erase(0);
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &one = view_.event(i);
      if (one.time >= hold.since) break;
      if ((ids.count(one.actor_id) == 0 && ids.count(one.actor_name) == 0) || is_failed_try(one)) continue;
      if (one.session != 0) known.sessions.try_emplace(one.session, one.time);
      if (one.address != 0) known.addresses.try_emplace(one.address, one.time);
    }
  }
  const auto before = [&](const auto &list, StringId id) {
    const auto found = id == 0 ? list.end() : list.find(id);
    return found != list.end() && found->second < hold.since;
  };
  if (event.session != 0 && before(known.sessions, event.session)) return true;
  return addresses_.count(event.address) == 0 && before(known.addresses, event.address);
}

}  // namespace dislodge::detect
