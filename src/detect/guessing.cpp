// Guessing at one account, and accounts that were locked. A person who mistypes does it where they also
// succeed, a few times; a phone with an old password fails for weeks, but at home. What remains is an account
// that fails ten times in an hour from a place where it has never signed in before. A right password from
// that place by the same program, then, is the guesser's. At home, ten tries within a minute on a page that
// people fill in are no slips either; who signs in there afterwards may be the owner, and is never blamed.

#include "detect/guessing.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"
#include "log/result_code.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

constexpr std::size_t kTriesMin = 10;
constexpr std::int64_t kWithin = base::kHour;
constexpr std::int64_t kAtOnce = base::kMinute;
// A right password this long after the last try still comes of it.
constexpr std::int64_t kAfter = base::kDay;
// Smart lockout refuses good tries too; one account is told once a day.
constexpr std::int64_t kLockoutGap = base::kDay;
constexpr std::size_t kLockoutsMin = 3;

bool locked(const Event &event) {
  return event.outcome == Outcome::blocked &&
         (event.code == 50053 || event.source != log::Source::entra_signin) && event.code != 50057;
}

// On a page for people, as Entra's logs and the audit log name it; programs with an old password fail as
// fast.
bool by_hand(const View &view, const Event &event) {
  const std::string_view client = view.text(event.client);
  return client == "Browser" || client.substr(0, 6) == "Login:";
}

}  // namespace

std::vector<Guessing> find_guessing(const View &view, const std::vector<Campaign> &campaigns) {
  std::unordered_set<EventIndex> in_campaign;
  for (const Campaign &campaign : campaigns) in_campaign.insert(campaign.tries.begin(), campaign.tries.end());
  struct Place {
    StringId tenant, account, address;
    bool operator==(const Place &) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place &place) const {
      return (place.tenant * 0x9E3779B97F4A7C15ull) ^ (place.account * 0x100000001B3ull) ^ place.address;
    }
  };
  // Homes are learnt on the way: a success before the tries makes a place the account's own.
  std::unordered_set<Place, PlaceHash> homes;
  struct Open {
    std::vector<EventIndex> recent;  // within the hour
    std::size_t found = SIZE_MAX;    // index of its guessing
  };
  std::unordered_map<Place, Open, PlaceHash> open;
  std::vector<Guessing> out;
  for (const EventIndex index : view.user_signins()) {
    const Event &event = view.event(index);
    if (event.address == 0) continue;
    const Place place{event.tenant, account_of(event), event.address};
    const auto known = open.find(place);
    Guessing *guessing =
        known == open.end() || known->second.found == SIZE_MAX ? nullptr : &out[known->second.found];
    if (secret_was_right(event.outcome)) {
      if (guessing != nullptr && !guessing->at_home &&
          event.time <= view.event(guessing->tries.back()).time + kAfter) {
        const StringId agent = view.event(guessing->tries.back()).agent;
        if (agent == event.agent || agent == 0 || event.agent == 0) guessing->right.push_back(index);
        continue;
      }
      if (event.outcome == Outcome::ok) homes.insert(place);
      continue;
    }
    if (!is_failed_try(event) || in_campaign.count(index) != 0) continue;
    const bool at_home = homes.count(place) != 0;
    if (at_home && !by_hand(view, event)) continue;
    if (guessing != nullptr) {
      if (event.time <= view.event(guessing->tries.back()).time + (at_home ? kWithin : kAfter)) {
        guessing->tries.push_back(index);
        continue;
      }
      open.erase(place);
    }
    Open &here = open[place];
    here.recent.push_back(index);
    while (event.time.us - view.event(here.recent.front()).time.us > (at_home ? kAtOnce : kWithin))
      here.recent.erase(here.recent.begin());
    if (here.recent.size() < kTriesMin) continue;
    here.found = out.size();
    Guessing one;
    one.tries = here.recent;
    one.at_home = at_home;
    out.push_back(std::move(one));
  }
  std::vector<EventIndex> taken(in_campaign.begin(), in_campaign.end());
  for (const Guessing &one : out) taken.insert(taken.end(), one.tries.begin(), one.tries.end());
  for (Guessing &one : find_scattered_guessing(view, taken)) out.push_back(std::move(one));
  std::stable_sort(out.begin(), out.end(),
                   [](const Guessing &a, const Guessing &b) { return a.tries.front() < b.tries.front(); });
  return out;
}

void add_guessing_seeds(const View &view, const std::vector<Guessing> &found,
                        std::vector<Attribution::Seed> &seeds) {
  for (const Guessing &one : found)
    for (const EventIndex index : one.right)
      if (view.event(index).outcome == log::Outcome::ok)
        seeds.push_back({index,
                         one.scattered ? std::string(kScatteredWhy)
                                       : "its password was guessed at from the same address by the same "
                                         "program just before",
                         one.scattered});
}

void tell_guessing(const View &view, const std::vector<Guessing> &found, const Attribution &attribution,
                   std::vector<Detection> &out) {
  for (const Guessing &guessing : found) {
    Detection one = make_detection(view, "brute-force", guessing.tries);
    const Event &first = view.event(guessing.tries.front());
    const std::string account = view.actor(first);
    add_unique(one.principals, account);
    for (const EventIndex index : guessing.tries)
      add_unique(one.applications, std::string(view.text(view.event(index).application_id)));
    one.grade = Grade::confirmed;
    one.confidence = guessing.at_home ? 0.5 : 0.8;
    one.intruder = !guessing.right.empty();
    one.because = one.intruder       ? "it went on until a password was right"
                  : guessing.at_home ? "its owner signs in from there too: ask them"
                                     : "no sign-in shows that it succeeded";
    const std::string name = first.actor_name != 0 ? std::string(view.text(first.actor_name)) : account;
    std::string addresses(view.text(first.address));
    if (guessing.scattered) {
      std::set<StringId> all;
      for (const EventIndex index : guessing.tries) all.insert(view.event(index).address);
      addresses = counted(all.size(), "address", "addresses") + " in as many networks or nearly";
    }
    one.says = sentence(view, "brute-force",
                        {{"tries", std::to_string(guessing.tries.size())},
                         {"account", name},
                         {"addresses", addresses},
                         {"first", spoken(one.first)},
                         {"last", spoken(one.last)},
                         {"more", ""}});
    out.push_back(std::move(one));
    if (guessing.right.empty()) continue;
    Detection fall = make_detection(view, "success-after-guessing", guessing.right);
    add_unique(fall.principals, account);
    fall.intruder = true;
    fall.because = guessing.scattered
                       ? std::string(kScatteredWhy)
                       : "its password was guessed at from the same address by the same program just before";
    fall.grade = guessing.scattered ? Grade::possible : Grade::confirmed;
    fall.confidence = guessing.scattered ? 0.75 : 0.85;
    const bool in = std::any_of(guessing.right.begin(), guessing.right.end(),
                                [&](EventIndex index) { return view.event(index).outcome == Outcome::ok; });
    for (const EventIndex index : attribution.signins_as(account))
      if (fall.footholds.size() < kEventsKept)
        fall.footholds.push_back({account,
                                  {view.event(index).time, base::kTimeMax},
                                  std::string(view.text(view.event(index).session))});
    for (const EventIndex index : view.mail())
      if (in && attribution.intruder(index) && view.actor(view.event(index)) == account)
        add_mail_read(view, index, fall.mail_read);
    if (!in) fall.planted.push_back({account, "password", "", fall.first, ""});
    fall.says = sentence(view, "success-after-guessing",
                         {{"account", name},
                          {"result", in ? "was signed in to" : "gave its right password, but was stopped,"},
                          {"first", spoken(fall.first)},
                          {"tries", std::to_string(guessing.tries.size())},
                          {"more", ""}});
    out.push_back(std::move(fall));
  }
}

// People lock themselves out at home, and a spray that locks accounts is told as a spray.
void tell_lockouts(const View &view, const std::vector<Campaign> &campaigns, const Attribution &attribution,
                   std::vector<Detection> &out) {
  std::unordered_set<EventIndex> in_campaign;
  for (const Campaign &campaign : campaigns) in_campaign.insert(campaign.tries.begin(), campaign.tries.end());
  std::set<std::array<StringId, 3>> homes;
  std::set<std::pair<StringId, StringId>> living;
  for (const EventIndex index : view.user_signins()) {
    const Event &event = view.event(index);
    if (event.outcome != Outcome::ok || attribution.intruder(index)) continue;
    homes.insert({event.tenant, account_of(event), event.address});
    living.emplace(event.tenant, account_of(event));
  }
  std::map<std::pair<StringId, StringId>, std::vector<EventIndex>> by_account;
  for (const EventIndex index : view.user_signins())
    if (locked(view.event(index)) && in_campaign.count(index) == 0 &&
        homes.count({view.event(index).tenant, account_of(view.event(index)), view.event(index).address}) ==
            0)
      by_account[{view.event(index).tenant, account_of(view.event(index))}].push_back(index);
  for (const auto &[account, list] : by_account) {
    std::vector<EventIndex> together;
    // Somebody who is at work locks themselves out now and then, on the road by a phone with an old password.
    const std::size_t least = living.count(account) != 0 ? kLockoutsMin : 1;
    const auto tell = [&] {
      if (together.size() < least) {
        together.clear();
        return;
      }
      Detection one = make_detection(view, "account-lockout", together);
      const Event &first = view.event(together.front());
      add_unique(one.principals, view.actor(first));
      attribute(one, attribution, together);
      if (!one.intruder) {
        one.because = "too many tries lock an account, whoever makes them";
        one.confidence = together.size() >= 3 ? 0.5 : 0.3;
      }
      one.says = sentence(view, "account-lockout",
                          {{"account", std::string(view.text(account.second))},
                           {"times", counted(together.size(), "time", "times")},
                           {"first", spoken(one.first)},
                           {"last", spoken(one.last)},
                           {"more", ""}});
      out.push_back(std::move(one));
      together.clear();
    };
    for (const EventIndex index : list) {
      if (!together.empty() && view.event(index).time.us - view.event(together.back()).time.us > kLockoutGap)
        tell();
      together.push_back(index);
    }
    tell();
  }
}

}  // namespace dislodge::detect
