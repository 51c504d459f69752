// Attribution in systems other than Entra: Okta, AWS, Google, GitHub, GitLab, Salesforce, Windows, hosts.
// There is no token that joins a sign-in with what was done after it, so the hand is followed by what such
// logs do have: the id of the credential of a call and the call that handed it out, accounts and passwords
// that the intruder made, sessions, and the place where they were as an account if nobody of the tenant had
// been there before.

#include <algorithm>

#include "detect/attribution.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

constexpr std::int64_t kBefore = base::kDay;     // of what was first seen of them at a place
constexpr std::int64_t kAfter = 7 * base::kDay;  // of the last
// What a line without an address was done in: the session that was opened last.
constexpr std::int64_t kSitting = base::kHour;

bool is_signin(const Event &event) {
  return event.event_class == log::EventClass::interactive_signin ||
         event.event_class == log::EventClass::noninteractive_signin;
}

bool is_host(const Event &event) {
  return event.source == log::Source::sshd || event.source == log::Source::syslog;
}

// Its records of what was done name no address: only those of sign-ins do.
bool is_placeless(const Event &event) {
  return is_host(event) || event.source == log::Source::windows;
}

}  // namespace

// Whether an account had been at the address of an event before it.
bool Attribution::was_at(const std::string &principal, const Event &event) const {
  for (const EventIndex index : elsewhere_->by(principal)) {
    const Event &before = view_.event(index);
    if (before.time >= event.time) break;
    if (before.address == event.address && !is_failed_try(before) && !intruder(index)) return true;
  }
  return false;
}

void Attribution::consequences_elsewhere(EventIndex index) {
  const Event &event = view_.event(index);
  const std::string actor = view_.actor(event), where = view_.table().source_of(event);
  if (elsewhere_ == nullptr) elsewhere_ = std::make_unique<Elsewhere>(view_);
  const bool possible = by_absence(index);
  marked_.push_back(index);
  hold_principal(actor, event.time, reasons_.at(index), false, possible);
  if (event.address != 0) {
    Place &place = places_[actor].try_emplace(event.address, Place{event.time, event.time}).first->second;
    place.first = std::min(place.first, event.time);
    place.last = std::max(place.last, event.time);
  }
  const std::string target = view_.target(event);
  switch (view_.act_elsewhere(index)) {
    case Act::user:
      hold_principal(target, event.time, "the intruder created this account at " + where, true, possible);
      break;
    case Act::password_reset:
      hold_principal(target, event.time, "the intruder set its password at " + where, false, possible);
      reset_[target].push_back({event.time, event.address, was_at(target, event)});
      break;
    case Act::credential:
      for (const std::string_view key : view_.table().extras_of(event, "key-added"))
        keys_.emplace(std::string(key),
                      PlantedKey{event.time, target, "", "it was handed to the intruder at " + where,
                                 by_absence(index)});
      break;
    default:
      break;
  }
  const std::string_view operation = view_.text(event.operation);
  if (is_host(event) && (operation == "sudo" || operation == "su") && event.outcome == Outcome::ok &&
      target != actor) {
    hold_principal(target, event.time, "the intruder took its rights at " + where, false, possible);
    taken_[target].push_back({event.time, event.address, false});
  }
}

// Of a line that names no address: the session that the account, or whoever took its rights, opened last.
Attribution::Verdict Attribution::judge_on_host(const std::string &principal, EventIndex index) const {
  const Event &event = view_.event(index);
  const std::vector<EventIndex> &own = elsewhere_->by(principal);
  base::Time owner = base::kTimeMin, theirs = base::kTimeMin;
  EventIndex opened = index;
  for (auto at = std::lower_bound(own.begin(), own.end(), index); at != own.begin();) {
    --at;
    const Event &before = view_.event(*at);
    if (event.time.us - before.time.us > kSitting) break;
    if (before.address == 0 || before.outcome != Outcome::ok) continue;
    (intruder(*at) ? theirs : owner) = before.time;
    opened = *at;
    break;
  }
  if (const auto taken = taken_.find(principal); taken != taken_.end())
    for (const Taken &one : taken->second)
      if (one.time <= event.time && event.time.us - one.time.us <= kSitting)
        theirs = std::max(theirs, one.time);
  if (theirs == base::kTimeMin || owner > theirs) return {};
  return {"done as " + view_.name_of(principal) + " within the hour after the intruder had come in as it" +
              (opened != index ? ", at " + view_.table().source_of(view_.event(opened)) : std::string()),
          true};
}

Attribution::Verdict Attribution::judge_elsewhere(const std::string &principal, const Hold &hold,
                                                  EventIndex index) const {
  const Event &event = view_.event(index);
  if (is_signin(event) && event.outcome != Outcome::ok) return {};
  if (hold.made && event.time >= hold.since) return {hold.because + "; nobody else uses it", hold.possible};
  for (const StringId thread : {event.session, event.token}) {
    const auto found = threads_.find(thread);
    if (thread != 0 && found != threads_.end() && found->second.principal == principal)
      return {found->second.because, found->second.possible};
  }
  if (event.address == 0) return is_placeless(event) ? judge_on_host(principal, index) : Verdict{};
  if (const auto reset = reset_.find(principal); reset != reset_.end())
    for (const Taken &one : reset->second)
      if (one.address == event.address && !one.owner_there && event.time >= one.time &&
          event.time <= one.time + kAfter)
        return {"from where the intruder had set the password of " + view_.name_of(principal), true};
  const auto places = places_.find(principal);
  if (places == places_.end()) return {};
  const auto place = places->second.find(event.address);
  if (place == places->second.end()) return {};
  const base::Time begin = place->second.first - kBefore;
  if (event.time < begin || event.time > place->second.last + kAfter || !elsewhere_->strange(event, begin))
    return {};
  return {"done as " + view_.name_of(principal) +
              " from where the intruder acted as it and nobody had been before",
          true};
}

bool Attribution::round_elsewhere(bool conclude) {
  if (elsewhere_ == nullptr) return false;
  bool grew = false;
  for (auto hold = holds_.begin(); hold != holds_.end(); ++hold)
    for (const EventIndex index : elsewhere_->by(hold->first)) {
      if (view_.event(index).time < hold->second.since - kBefore || intruder(index)) continue;
      const Verdict verdict = judge_elsewhere(hold->first, hold->second, index);
      if (!verdict.because.empty() && (conclude || !verdict.absence))
        grew = mark(index, verdict.because, verdict.absence) || grew;
    }
  for (auto key = keys_.begin(); key != keys_.end(); ++key)
    for (const EventIndex index : elsewhere_->with_key(key->first)) {
      if (view_.event(index).time < key->second.since || intruder(index) ||
          (key->second.possible && !conclude))
        continue;
      grew = mark(index, "done with the credential " + key->first + ": " + key->second.because,
                  key->second.possible) ||
             grew;
    }
  // Whoever was handed a credential where it was then used is who used it.
  for (; conclude && followed_ < marked_.size(); ++followed_) {
    const Event &event = view_.event(marked_[followed_]);
    const auto from = elsewhere_->handed_out(event.key_id);
    if (!from || intruder(*from)) continue;
    const Event &handed = view_.event(*from);
    if (handed.address != event.address || handed.time > event.time) continue;
    grew =
        mark(*from,
             "it handed out the credential " + std::string(view_.text(event.key_id)) +
                 ", with which the intruder acted from the same address at " + view_.table().source_of(event),
             true) ||
        grew;
  }
  return grew;
}

}  // namespace dislodge::detect
