// Unusual use.
//
// Whoever has somebody else's password, session, token or key comes from elsewhere, with other programs, and
// does other things. None of this means much by itself: people travel, buy telephones and are promoted. What
// the log shows of a subject (an account, an application, a key or token) before a moment is its habit: its
// networks, countries and programs, the days on which it was there, and the kinds of things that it did. A
// *visit* is what a subject does from a network where it had never been, at addresses where nobody of the
// tenant had been. A visit is weighed:
//
//   the place      1; 3 where the subject is a machine, which has had one program and one or two networks for
//                  weeks
//   the country    1 where the subject has never been in it, and 1 where it was at home within two hours, or
//                  went home and came back, each in half a day, more than once
//   the program    1 where the subject has never had it (digits do not count: programs are updated)
//   the way in     1 a device code, or a protocol that needs but a password, never used before; 2 where three
//                  second factors were refused just before (that it was granted in the end is an act); 1
//                  where the provider found the sign-in risky
//   the session    2 where it was begun at home within half a day, goes on in another country without a new
//                  sign-in, and the acts are suspicious (a cookie that was stolen)
//   the acts       1 for each kind of thing that rules find suspicious and the subject had never done (2
//                  where nobody does it for work, or mail goes to another organisation from then on; 3
//                  where it hides from the owner what is done with the
//                  account, which only an intruder needs); 1 where mail is hidden and sent away, or sent and
//                  deleted; 1 for changes that anybody makes (a device, a factor, a
//                  token), 2 beside suspicious ones; 1 for mail read in many mailboxes that it had never
//                  read, or three times as much in a day as ever, for many files or rows, or many
//                  repositories (3 for a hundred thousand rows, or five hundred files that no synchronisation
//                  fetched, and fifty times what it ever read in a day, and for twenty repositories and five
//                  times as many: they are carried off whole); mail
//                  read by a program that it never had is an act whose weight is that of the program
//
// A visit that weighs five, with an act in it, is held for the intruder's, at grade possible. So a journey
// (2) with a new telephone (3) that is registered (4) is none, nor is a program that moves to another data
// centre (4 and no act). Whoever lives at the new place (new_home.hpp) and does no more there than set things
// is at work. A subject is judged once it has a past: three days, the first a week before. What is
// not held against a visit becomes habit.
//
// Sources: Microsoft, Storm-2372 (device codes, 2025), Midnight Blizzard (2024); Okta and Cloudflare (2023);
// Google on UNC6395 (2025); Mandiant on Snowflake (2024): in each the record showed a known principal from an
// unknown place by an unknown program, and no rule of a single event told it from work.

#include "detect/unusual_use.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "detect/new_home.hpp"
#include "detect/passes.hpp"
#include "detect/visit.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::EventClass;
using log::Outcome;

constexpr std::int64_t kVisit = 7 * base::kDay;  // so long from its first event
// Who comes back on a day now and then is not at home there: a visit of a few days lasts longer.
constexpr std::int64_t kVisitOfFewDays = 21 * base::kDay;
constexpr std::size_t kFewDays = 4;
constexpr std::int64_t kRefusedBefore = base::kHour;
constexpr std::int64_t kSameTime = 2 * base::kHour;
constexpr std::int64_t kTurn = 14 * base::kHour;
constexpr std::int64_t kResetBefore = base::kDay;
constexpr std::int64_t kToken = 75 * base::kMinute;  // an application's token lives an hour or a little more
// Of one visit; a spray's or a scanner's are counted, not kept.
constexpr std::size_t kEventsMax = 20'000;

struct Subject {
  std::string principal;
  StringId key = 0;
  Habit habit;
  std::vector<std::size_t> open;                         // visits
  std::deque<std::pair<base::Time, StringId>> refusals;  // of second factors: when, where
  std::deque<EventIndex> resets;                         // of its password or factors, by somebody else
  base::Time placed_at = base::kTimeMin;                 // where it was seen last
  std::optional<std::size_t> placed_in;                  // the visit that this was; nothing: at home
  base::Time home_at = base::kTimeMin;                   // where it belongs, last
};

class Finder {
 public:
  explicit Finder(const View &view) : view_(view), traits_(view) {}

  std::vector<UnusualUse> run() {
    for (EventIndex i = 0; i < view_.size(); ++i) take(i);
    for (Visit &visit : visits_)
      if (!visit.events.empty()) close(visit);
    std::sort(found_.begin(), found_.end(), [](const UnusualUse &a, const UnusualUse &b) {
      return std::tie(a.events.front(), a.principal) < std::tie(b.events.front(), b.principal);
    });
    return std::move(found_);
  }

 private:
  // ---- names ----

  // Subjects by what the record says of the actor, so that its principal is looked for once.
  using ActorKey = std::array<StringId, 6>;
  struct ActorHash {
    std::size_t operator()(const ActorKey &key) const {
      std::size_t hash = 0x9E3779B97F4A7C15ull;
      for (const StringId part : key) hash = (hash ^ part) * 0x100000001B3ull + (hash >> 29);
      return hash;
    }
  };
  std::uint32_t subject_of(const Event &event) {
    const bool app_only = event.event_class == EventClass::mail_access && event.application_id != 0 &&
                          !view_.table().extra(event, "app-only").empty();
    const bool person = view_.text(event.actor_type) == "user" && !app_only;
    const ActorKey key{event.tenant,
                       event.actor_id,
                       event.actor_name,
                       event.actor_type,
                       person ? 0 : event.application_id,
                       static_cast<StringId>(event.source) * 2 + (app_only ? 1 : 0)};
    const auto known = by_actor_.find(key);
    if (known != by_actor_.end()) return known->second;
    std::string principal;
    if (app_only)
      principal = view_.service_principal(view_.text(event.tenant), view_.text(event.application_id));
    if (principal.empty()) principal = view_.actor(event);
    const std::uint32_t subject =
        principal.empty() || view_.text(event.actor_type) == "system" ? 0 : subject_named(principal, 0);
    by_actor_.emplace(key, subject);
    return subject;
  }
  // The service principal of the event's application; 0 where no log knows it.
  std::uint32_t application_of(const Event &event) {
    const auto [known, fresh] = applications_.try_emplace({event.tenant, event.application_id}, 0);
    if (!fresh) return known->second;
    const std::string principal =
        view_.service_principal(view_.text(event.tenant), view_.text(event.application_id));
    if (principal.empty()) return 0;
    const std::uint32_t subject = subject_named(principal, 0);
    subjects_[subject].habit.application = true;
    applications_[{event.tenant, event.application_id}] = subject;
    return subject;
  }
  std::uint32_t subject_named(const std::string &principal, StringId key) {
    const auto [found, added] = by_name_.try_emplace({principal, key}, subjects_.size());
    if (added) {
      subjects_.emplace_back();
      subjects_.back().principal = principal;
      subjects_.back().key = key;
    }
    return static_cast<std::uint32_t>(found->second);
  }

  // ---- events ----

  static bool refused(const Event &event) {
    return event.outcome == Outcome::wrong_secret || event.outcome == Outcome::blocked ||
           event.outcome == Outcome::right_secret_stopped;
  }
  // The answer was no, or none came; that a factor is asked for is no refusal.
  static bool factor_refused(const Event &event) {
    return event.outcome == Outcome::right_secret_stopped &&
           (event.source != log::Source::entra_signin || event.code == 500121);
  }

  bool resets(EventIndex index) {
    if (view_.act(index) == Act::password_reset) return true;
    bool found = false;
    traits_.each(
        view_.event(index), [&](const SigmaOwn &own, bool) { found = found || own.kind == "factor-changed"; },
        [](std::string_view) {});
    return found;
  }

  void take(EventIndex index) {
    const Event &event = view_.event(index);
    if (event.time.us == 0) return;
    const std::uint32_t subject = subject_of(event);
    if (subject == 0) return;
    if (factor_refused(event)) {
      Subject &one = subjects_[subject];
      one.refusals.emplace_back(event.time, event.address);
      if (one.refusals.size() > 200) one.refusals.pop_front();
    }
    if (resets(index)) {
      const std::string target = view_.target(event);
      if (!target.empty() && target != subjects_[subject].principal) {
        std::deque<EventIndex> &list = subjects_[subject_named(target, 0)].resets;
        list.push_back(index);
        if (list.size() > 50) list.pop_front();
      }
    }
    // Interrupted sign-ins go on; what failed for another reason says nothing of who was there.
    if (refused(event) || (event.outcome == Outcome::error && is_signin(event))) return;
    step(subject, index);
    // Mail that an application read may be told in the name of the mailbox's owner.
    if (event.event_class == EventClass::mail_access && event.application_id != 0 &&
        view_.options().mail_clients.count(view_.text(event.application_id)) == 0) {
      const std::uint32_t application = application_of(event);
      if (application != 0 && application != subject) step(application, index);
    }
    // A key or token has its own habit, narrower than that of the person whose it is.
    const StringId key = event.key_id != 0                   ? event.key_id
                         : event.source == log::Source::okta ? event.token
                                                             : 0;
    if (key != 0) step(subject_named(subjects_[subject].principal, key), index);
    if (traits_.placed(event)) here_.try_emplace({event.tenant, event.address}, event.time);
  }

  void step(std::uint32_t number, EventIndex index) {
    const Event &event = view_.event(index);
    Subject &subject = subjects_[number];
    std::erase_if(subject.open, [&](std::size_t i) {
      const std::int64_t since = event.time.us - visits_[i].begin.us;
      if (since <= kVisit || (since <= kVisitOfFewDays && visits_[i].days.size() <= kFewDays)) return false;
      close(visits_[i]);
      return true;
    });
    // By session or token it belongs to a visit wherever it comes from: mail that is read through Graph shows
    // Microsoft's addresses.
    for (const std::size_t i : subject.open) {
      Visit &visit = visits_[i];
      const bool token = event.token != 0 && visit.tokens.count(event.token) != 0;
      const bool session = event.session != 0 && visit.sessions.count(event.session) != 0;
      // A session that its owner had too says nothing where its owner is.
      const bool theirs =
          session && (subject.habit.sessions.count(event.session) == 0 || !traits_.placed(event) ||
                      !subject.habit.knows(traits_.place_of(event)));
      if (token || theirs) {
        if (traits_.placed(event)) {
          subject.placed_at = event.time;
          subject.placed_in = i;
        }
        join(visit, index);
        return;
      }
    }
    if (!traits_.placed(event)) {
      // An application has no session, and its reading shows a front end: it reads with the token for which
      // it asked last.
      if (subject.habit.application && subject.placed_in && event.time.us - subject.placed_at.us <= kToken &&
          std::find(subject.open.begin(), subject.open.end(), *subject.placed_in) != subject.open.end()) {
        if (Visit &visit = visits_[*subject.placed_in]; visit.events.size() < kEventsMax)
          visit.events.push_back(index);
        return;
      }
      traits_.learn(subject.habit, index);
      return;
    }
    subject.placed_at = event.time;
    subject.placed_in.reset();
    const Place place = traits_.place_of(event);
    if (!subject.habit.knows(place)) {
      for (const std::size_t i : subject.open)
        if (visits_[i].place.half == place.half ||
            (place.system != 0 && visits_[i].place.system == place.system)) {
          subject.placed_in = i;
          join(visits_[i], index);
          return;
        }
      const auto seen = here_.find({event.tenant, event.address});
      const bool nobody = seen == here_.end() || event.time.us - seen->second.us <= kVisit;
      if (nobody && subject.habit.known(event.time)) {
        subject.placed_in = visits_.size();
        subject.open.push_back(visits_.size());
        visits_.emplace_back();
        Visit &visit = visits_.back();
        visit.subject = number;
        visit.begin = event.time;
        visit.place = place;
        visit.in_use = event.time.us - subject.habit.last.us <= kSameTime;
        while (!subject.refusals.empty() &&
               event.time.us - subject.refusals.front().first.us > kRefusedBefore)
          subject.refusals.pop_front();
        for (const auto &[time, address] : subject.refusals)
          visit.refused += address == 0 || address == event.address ||
                                   network_of(view_, 0, address) == network_of(view_, 0, event.address)
                               ? 1
                               : 0;
        join(visit, index);
        return;
      }
    }
    for (const std::size_t i : subject.open)
      if (event.time.us - visits_[i].begin.us <= kSameTime) visits_[i].in_use = true;
    subject.home_at = event.time;
    traits_.learn(subject.habit, index);
  }

  void join(Visit &visit, EventIndex index) {
    const Event &event = view_.event(index);
    if (traits_.placed(event)) {
      const base::Time home = subjects_[visit.subject].home_at;
      const auto turned = [&](base::Time since) { return since < home && event.time.us - home.us <= kTurn; };
      if (visit.last != base::kTimeMin && turned(visit.last)) ++visit.turns;
      visit.last = event.time;
    }
    if (visit.events.size() < kEventsMax) visit.events.push_back(index);
    visit.days.insert(event.time.us / base::kDay);
    if (traits_.placed(event)) visit.addresses.insert(event.address);
    if (event.session != 0) visit.sessions.insert(event.session);
    if (event.token != 0) visit.tokens.insert(event.token);
    if (event.country != 0) visit.countries.insert(event.country);
    if (const std::uint32_t program = traits_.program_of(event)) visit.programs.insert(program);
  }

  void close(Visit &visit) {
    Subject &subject = subjects_[visit.subject];
    std::optional<Weighed> weighed = weigh(view_, traits_, visit, subject.habit);
    if (weighed && !weighed->taken && subject.habit.person && !visit.events.empty() &&
        at_new_home(view_, traits_, visit.events.front(), visit.begin, view_.event(visit.events.back()).time))
      weighed.reset();
    if (!weighed) {
      for (const EventIndex index : visit.events) traits_.learn(subject.habit, index);
      visit.events.clear();
      return;
    }
    UnusualUse use;
    use.principal = subject.principal;
    use.key = subject.key;
    use.weight = weighed->weight;
    use.acts = std::move(weighed->acts);
    use.places.assign(visit.addresses.begin(), visit.addresses.end());
    std::copy_if(visit.sessions.begin(), visit.sessions.end(), std::back_inserter(use.shared),
                 [&](StringId session) { return subject.habit.sessions.count(session) != 0; });
    use.why = "used " + weighed->why + ", from " +
              view_.table().source_of(view_.event(visit.events.front())) + " on; there: " + use.acts;
    // A help desk that was talked into it did its work; whoever asked came next.
    for (auto reset = subject.resets.rbegin(); reset != subject.resets.rend(); ++reset) {
      const Event &event = view_.event(*reset);
      if (event.time > visit.begin) continue;
      if (visit.begin.us - event.time.us <= kResetBefore)
        use.why += "; its password or factors had been reset by " + view_.name_of(view_.actor(event)) +
                   " at " + view_.table().source_of(event);
      break;
    }
    use.events = std::move(visit.events);
    found_.push_back(std::move(use));
    visit.events.clear();
  }

  const View &view_;
  Traits traits_;
  std::unordered_map<ActorKey, std::uint32_t, ActorHash> by_actor_;
  std::map<std::pair<std::string, StringId>, std::size_t> by_name_;
  std::map<std::pair<StringId, StringId>, std::uint32_t> applications_;  // tenant, application
  std::deque<Subject> subjects_ = std::deque<Subject>(1);                // 0: nobody
  std::deque<Visit> visits_;
  std::map<std::pair<StringId, StringId>, base::Time> here_;  // tenant, address -> first
  std::vector<UnusualUse> found_;
};

}  // namespace

std::vector<UnusualUse> find_unusual_uses(const View &view) {
  return Finder(view).run();
}

void add_use_seeds(const View &view, const std::vector<UnusualUse> &uses,
                   std::vector<Attribution::Seed> &seeds) {
  for (const UnusualUse &use : uses)
    for (const EventIndex index : use.events) {
      const StringId session = view.event(index).session;
      const bool shared = std::find(use.shared.begin(), use.shared.end(), session) != use.shared.end();
      seeds.push_back({index, use.why, true, shared ? session : 0, use.principal});
      // A token that both have says nothing either.
      if (use.key != 0) seeds.push_back({index, use.why, true, use.key, use.principal});
    }
}

}  // namespace dislodge::detect
