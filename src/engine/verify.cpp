#include "engine/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/encode.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "engine/everyday.hpp"
#include "engine/in_effect.hpp"
#include "engine/likely_path.hpp"
#include "log/trace.hpp"

namespace dislodge::engine {

using base::Time;

namespace {

// With fewer sessions before, everything would be new.
constexpr std::size_t kPastMin = 5;
// A workload that came from more networks than this has no fixed place.
constexpr std::size_t kFixedPlaces = 2;

class Verifier {
 public:
  Verifier(const Picture &picture, const VerifyOptions &options)
      : picture_(picture), options_(options), actors_(picture) {}

  base::Result<Verification> run() {
    found_.since = options_.since;
    if (found_.since == base::kTimeMin) {
      for (const evict::PlannedAction &one : picture_.plan.actions)
        if (one.state == evict::ActionState::in_effect && one.role != evict::Role::prepare)
          found_.since = std::max(found_.since, one.since);
    }
    for (const Contradiction &one : picture_.contradicted)
      if (options_.since == base::kTimeMin) found_.since = std::max(found_.since, one.since);
    if (found_.since == base::kTimeMin)
      return base::fail(
          base::ErrorKind::usage,
          "verify: no action of the plan is in effect; record what was done with `dislodge plan "
          "tick`, or say since when with --since");
    contradicted();
    acts();
    fingerprints();
    unusual();
    out_of_use();
    new_credentials();
    changes();
    canaries();
    coverage();
    const auto key = [](const Sign &one) { return std::tie(one.time, one.what, one.principal, one.says); };
    std::sort(found_.signs.begin(), found_.signs.end(),
              [&](const Sign &a, const Sign &b) { return key(a) < key(b); });
    conclude();
    return std::move(found_);
  }

 private:
  // From when on a principal should have been out of their hands: when the last action on it took effect.
  Time stopped(const std::string &principal) const {
    Time last = base::kTimeMin;
    for (const evict::PlannedAction &one : picture_.plan.actions)
      if (one.principal == principal && one.state == evict::ActionState::in_effect)
        last = std::max(last, one.since);
    return last == base::kTimeMin ? found_.since : last;
  }

  // The first event at or after a time, and where it stands.
  struct Seen {
    Time time = base::kTimeMax;
    std::string place;
  };

  // Of a detection: only what it rests on and came later counts, however long it has been going on.
  Seen first_of(const detect::Detection &one, Time from) {
    if (times_.empty())
      for (const log::Event &event : picture_.events.events)
        if (event.time >= found_.since) times_.emplace(place_of(event), event.time);
    Seen seen;
    for (const detect::EventReference &reference : one.events) {
      const std::string place = reference.place();
      const auto found = times_.find(place);
      if (found != times_.end() && found->second >= from && found->second < seen.time)
        seen = {found->second, place};
    }
    if (!seen.place.empty()) return seen;
    // Of many events a detection keeps some: then its end is what is sure.
    return {one.first >= from ? one.first : one.last,
            one.events.empty() ? std::string() : one.events.back().place()};
  }

  Seen first_of(const detect::Session &one, Time from) const {
    const std::size_t slash = one.principal.rfind('/');
    const std::string native = slash == std::string::npos ? one.principal : one.principal.substr(slash + 1);
    const std::set<std::string_view> addresses(one.addresses.begin(), one.addresses.end());
    const auto text = [&](base::StringId id) { return picture_.events.pool.text(id); };
    Seen seen;
    for (const log::Event &event : picture_.events.events) {
      if (event.time < from || event.time > one.last || event.time >= seen.time) continue;
      if (text(event.actor_id) != native && text(event.application_id) != native) continue;
      if (text(event.session) != one.id && text(event.token) != one.id &&
          !addresses.contains(text(event.address)))
        continue;
      seen = {event.time, place_of(event)};
    }
    if (seen.place.empty()) seen.time = one.first >= from ? one.first : one.last;
    return seen;
  }

  std::string place_of(const log::Event &event) const {
    return detect::EventReference{picture_.events.files[event.file], event.line, event.column}.place();
  }

  std::string path_of(const std::string &principal, Time by, const std::string &evidence = {},
                      bool refused = false) {
    const auto key = keys().find(evidence);
    return likely_path(picture_, {.principal = principal,
                                  .by = by,
                                  .key = key == keys_->end() ? std::string_view() : key->second,
                                  .refused = refused});
  }

  // The credential that an event since then shows, by its place.
  const std::map<std::string, std::string_view> &keys() {
    if (keys_) return *keys_;
    keys_.emplace();
    for (const log::Event &event : picture_.events.events)
      if (event.time >= found_.since && event.key_id != 0)
        keys_->emplace(place_of(event), picture_.events.pool.text(event.key_id));
    return *keys_;
  }

  void add(Sign sign) {
    if (sign.likely_path.empty()) sign.likely_path = path_of(sign.principal, sign.time, sign.evidence);
    found_.signs.push_back(std::move(sign));
  }

  // What was replaced and is accepted all the same: whoever has it is let in, the thief as well as its owner.
  void contradicted() {
    for (const Contradiction &one : picture_.contradicted)
      add({one.first, "not-in-effect", one.principal, one.says, one.evidence,
           "what was recorded as done is not, so that whoever has the secret is let in", false});
  }

  // Sessions and detections that are the intruder's, and uses of stolen secrets that nobody explains.
  void acts() {
    std::set<std::pair<std::string, std::int64_t>> told;
    for (const detect::Session &one : picture_.sessions) {
      if (!one.intruder || one.last < stopped(one.principal)) continue;
      const Seen seen = first_of(one, stopped(one.principal));
      if (!told.emplace(one.principal, seen.time.us).second) continue;
      add({seen.time, "intruder", one.principal,
           fmt::format("{} was used in a session of the intruder until {}: {}",
                       picture_.name_of(one.principal), base::format_time(one.last), one.because),
           seen.place, "", true});
    }
    for (const detect::Detection &one : picture_.detections) {
      const std::string principal = one.principals.empty() ? std::string() : one.principals.front();
      if (one.last < stopped(principal)) continue;
      const bool use = one.kind.starts_with("stolen-secret");
      if (!one.intruder && !use) continue;
      const Seen seen = first_of(one, stopped(principal));
      const bool refused = one.kind == "stolen-secret-tried";
      add({seen.time, one.intruder ? "intruder" : "secret", principal, one.says, seen.place,
           refused ? path_of(principal, seen.time, seen.place, true) : "", one.intruder});
    }
  }

  // What came from where the intruder was seen before, and is attributed to nobody yet.
  void fingerprints() {
    std::set<std::string> addresses;
    for (const detect::Session &one : picture_.sessions)
      if (one.intruder) addresses.insert(one.addresses.begin(), one.addresses.end());
    const std::set<std::string_view> of_signins = {"spray", "brute-force", "success-after-spray",
                                                   "success-after-guessing", "stolen-secret-used"};
    for (const detect::Detection &one : picture_.detections)
      if (one.intruder && of_signins.contains(one.kind))
        addresses.insert(one.addresses.begin(), one.addresses.end());
    // An address from which others work as well is no fingerprint.
    for (const detect::Session &one : picture_.sessions)
      if (!one.intruder && one.last < found_.since)
        for (const std::string &address : one.addresses) addresses.erase(address);
    for (const detect::Session &one : picture_.sessions) {
      if (one.intruder || one.last < found_.since) continue;
      const auto seen = std::find_if(one.addresses.begin(), one.addresses.end(),
                                     [&](const std::string &address) { return addresses.contains(address); });
      if (seen == one.addresses.end()) continue;
      const Seen when = first_of(one, found_.since);
      add({when.time, "fingerprint", one.principal,
           fmt::format("{} was used from {}, an address of the intruder", picture_.name_of(one.principal),
                       *seen),
           when.place, "", false});
    }
    events_from(addresses);
  }

  // Events that belong to no session (a sign-in without token or session id) come from there just as well.
  void events_from(const std::set<std::string> &addresses) {
    std::map<std::string, const log::Event *> first;  // by actor
    const auto text = [&](base::StringId id) { return std::string(picture_.events.pool.text(id)); };
    for (const log::Event &event : picture_.events.events) {
      if (event.time < found_.since || !addresses.contains(text(event.address))) continue;
      const std::string actor = text(event.actor_id != 0 ? event.actor_id : event.actor_name);
      if (actor.empty()) continue;
      const log::Event *&known = first[actor];
      if (known == nullptr || event.time < known->time) known = &event;
    }
    for (const auto &[actor, event] : first) {
      const std::string principal = principal_of(*event);
      // A log without a tenant names the account all the same.
      const bool known_already = std::any_of(found_.signs.begin(), found_.signs.end(), [&](const Sign &one) {
        return one.principal == actor || (!principal.empty() && one.principal == principal) ||
               one.principal.ends_with("/" + actor);
      });
      if (known_already) continue;
      const std::string name = !principal.empty()       ? picture_.name_of(principal)
                               : event->actor_name != 0 ? text(event->actor_name)
                                                        : actor;
      add({event->time, "fingerprint", principal,
           fmt::format("{} was used from {}, an address of the intruder: {}, {}", name, text(event->address),
                       text(event->operation), log::name_of(event->outcome)),
           place_of(*event), "", false});
    }
  }

  // Whoever was within reach, back from a place and with a program that neither they nor, as to the place,
  // anybody showed before: the owner's new machine, or the way that nobody knew of.
  void unusual() {
    struct Past {
      std::set<std::string> programs, networks;
      std::size_t sessions = 0;
    };
    std::map<std::string, Past> pasts;
    std::set<std::string> everybodys;  // networks
    for (const detect::Session &one : picture_.sessions) {
      if (one.intruder || one.first >= found_.since) continue;
      Past &past = pasts[one.principal];
      ++past.sessions;
      for (const std::string &address : one.addresses) {
        everybodys.insert(std::string(log::half_of_address(address)));
        past.networks.insert(std::string(log::half_of_address(address)));
      }
      for (const std::string &agent : one.agents) past.programs.insert(log::program_of(agent));
    }
    const std::set<std::string_view> exposed = exposed_principals();
    std::map<std::string, std::pair<const detect::Session *, std::size_t>> first;
    for (const detect::Session &one : picture_.sessions) {
      if (one.intruder || one.first < found_.since || !exposed.contains(one.principal)) continue;
      const auto past = pasts.find(one.principal);
      if (past == pasts.end() || past->second.sessions < kPastMin || one.addresses.empty()) continue;
      const bool known_place =
          std::any_of(one.addresses.begin(), one.addresses.end(), [&](const std::string &address) {
            return everybodys.contains(std::string(log::half_of_address(address)));
          });
      // Workloads show no program: then a place is new where they have always come from the same.
      const bool known_program =
          one.agents.empty()
              ? past->second.networks.size() > kFixedPlaces
              : std::any_of(one.agents.begin(), one.agents.end(), [&](const std::string &agent) {
                  return past->second.programs.contains(log::program_of(agent));
                });
      if (known_place || known_program) continue;
      auto &[session, count] = first[one.principal];
      if (session == nullptr || one.first < session->first) session = &one;
      ++count;
    }
    for (const auto &[principal, seen] : first) {
      const auto &[session, count] = seen;
      if (told(principal)) continue;
      const Seen when = first_of(*session, found_.since);
      add({when.time, "unusual", principal,
           fmt::format("{} was used from {}{} ever seen for it before{}", picture_.name_of(principal),
                       session->addresses.front(),
                       session->agents.empty()
                           ? std::string(", which was not")
                           : " with " + session->agents.front() + ", neither of which was",
                       count > 1 ? ", " + base::counted(count, "time", "times") : std::string()),
           when.place, "", false});
    }
  }

  std::set<std::string_view> exposed_principals() const {
    std::set<std::string_view> exposed;
    for (const reach::ReachRow &row : picture_.reach.rows)
      if (row.type == "principal" && row.grade != detect::Grade::excluded) exposed.insert(row.id);
    for (const evict::PlannedAction &one : picture_.plan.actions) exposed.insert(one.principal);
    exposed.erase("");
    return exposed;
  }

  bool told(std::string_view principal) const {
    return std::any_of(found_.signs.begin(), found_.signs.end(),
                       [&](const Sign &one) { return one.principal == principal && one.what != "change"; });
  }

  // Whoever tries what was put out of use: its owner's forgotten job, or somebody who still has its key.
  void out_of_use() {
    std::map<std::string, const evict::PlannedAction *> gone;  // by principal
    for (const evict::PlannedAction &one : picture_.plan.actions)
      if (one.state == evict::ActionState::in_effect && puts_out_of_use(one))
        gone.emplace(one.principal, &one);
    if (gone.empty()) return;
    struct Tries {
      const log::Event *first = nullptr;
      Time last = base::kTimeMin;
      std::size_t count = 0;
    };
    std::map<std::string, Tries> tries;
    for (const log::Event &event : picture_.events.events) {
      if (event.time < found_.since) continue;
      const std::string principal = principal_of(event);
      const auto action = gone.find(principal);
      if (action == gone.end() || event.time < action->second->since) continue;
      Tries &seen = tries[principal];
      if (seen.first == nullptr || event.time < seen.first->time) seen.first = &event;
      seen.last = std::max(seen.last, event.time);
      ++seen.count;
    }
    for (const auto &[principal, seen] : tries) {
      if (told(principal)) continue;
      const evict::PlannedAction &action = *gone[principal];
      const std::string_view address = picture_.events.pool.text(seen.first->address);
      add({seen.first->time, "out-of-use", principal,
           fmt::format("{}, which {} put out of use, was tried{}{}: {}, {}{}", picture_.name_of(principal),
                       action.id, address.empty() ? "" : " from ", address,
                       picture_.events.pool.text(seen.first->operation), log::name_of(seen.first->outcome),
                       seen.count > 1
                           ? fmt::format("; {} until {}", base::counted(seen.count, "time", "times"),
                                         base::format_time(seen.last))
                           : std::string()),
           place_of(*seen.first),
           "whoever it is still has its credential: its owner's work that nobody moved, or the intruder",
           false});
    }
  }

  // An exposed principal that shows a credential which it never showed before: what the responders set in its
  // place, or what was planted and nobody saw. The former is in the plan, and comes from where its owner
  // works.
  void new_credentials() {
    const std::set<std::string_view> exposed = exposed_principals();
    std::set<std::string_view> replaced;
    for (const evict::PlannedAction &one : picture_.plan.actions)
      if (one.state == evict::ActionState::in_effect && one.role == evict::Role::obligation)
        replaced.insert(one.principal);
    struct Past {
      std::set<base::StringId> keys;
      std::set<std::string> networks;
    };
    std::map<std::string, Past> pasts;
    std::vector<std::pair<std::string, const log::Event *>> since;
    for (const log::Event &event : picture_.events.events) {
      if (event.key_id == 0) continue;
      const std::string principal = principal_of(event);
      if (!exposed.contains(principal)) continue;
      if (event.time >= found_.since) {
        since.emplace_back(principal, &event);
        continue;
      }
      Past &past = pasts[principal];
      past.keys.insert(event.key_id);
      past.networks.insert(std::string(log::half_of_address(picture_.events.pool.text(event.address))));
    }
    std::sort(since.begin(), since.end(), [](const auto &a, const auto &b) {
      return std::tie(a.second->time, a.second->file, a.second->line) <
             std::tie(b.second->time, b.second->file, b.second->line);
    });
    for (const auto &[principal, event] : since) {
      const auto past = pasts.find(principal);
      if (past == pasts.end() || !past->second.keys.insert(event->key_id).second || told(principal)) continue;
      const std::string_view address = picture_.events.pool.text(event->address);
      const bool known = past->second.networks.contains(std::string(log::half_of_address(address)));
      if (known && replaced.contains(principal)) continue;
      add({event->time, "credential", principal,
           fmt::format("{} signed in with a credential (key id {}) that it never showed before, from {}{}",
                       picture_.name_of(principal), picture_.events.pool.text(event->key_id), address,
                       known ? "" : ", where it was never seen"),
           place_of(*event), "", false});
    }
  }

  // Whom an event shows at work, as facts know them; "" where they do not.
  std::string principal_of(const log::Event &event) {
    std::string id = actors_.of(event);
    return picture_.facts.principal(id) == nullptr ? std::string() : id;
  }

  // What one hand did of one kind is one thing to explain: the responders' own resets are hundreds. What is
  // everyday work of somebody who was not in reach is counted, and nobody has to explain it.
  void changes() {
    const Everyday everyday(picture_, found_.since);
    const std::set<std::string_view> exposed = exposed_principals();
    std::map<std::tuple<std::string, std::string, std::string>, Alike> alike, daily;
    for (const identity::Change &one : picture_.changes) {
      if (one.time < found_.since || one.owner == identity::ChangeOwner::ours) continue;
      if (one.owner == identity::ChangeOwner::intruder) {
        change({&one, one.time, 1});
        continue;
      }
      auto &kind = !exposed.contains(one.by) && everyday.is(one) ? daily : alike;
      Alike &group =
          kind.try_emplace({one.what, one.detail, one.by.empty() ? one.by_name : one.by}).first->second;
      if (group.first == nullptr || one.time < group.first->time) group.first = &one;
      group.last = std::max(group.last, one.time);
      ++group.count;
    }
    for (const auto &[key, one] : alike) change(one);
    for (const auto &[key, one] : daily)
      found_.everyday.push_back(
          fmt::format("{} by {}, {} from {} until {}, as on {} before from the same places ({})",
                      one.first->detail, one.first->by_name, base::counted(one.count, "time", "times"),
                      base::format_time(one.first->time), base::format_time(one.last),
                      base::counted(everyday.days(*one.first), "day", "days"), one.first->evidence));
  }

  struct Alike {
    const identity::Change *first = nullptr;
    Time last = base::kTimeMin;
    std::size_t count = 0;
  };

  void change(const Alike &alike) {
    const identity::Change &one = *alike.first;
    const bool theirs = one.owner == identity::ChangeOwner::intruder;
    const std::string by = one.by_name.empty() ? one.by : one.by_name;
    add({one.time, "change", one.target,
         fmt::format("{}{}{}, on {}{} by {}, {}", one.what, one.detail.empty() ? "" : ": ", one.detail,
                     one.target_name.empty() ? one.target : one.target_name,
                     alike.count > 1 ? fmt::format(" and {} more until {}", alike.count - 1,
                                                   base::format_time(alike.last))
                                     : std::string(),
                     by.empty() ? "somebody" : by,
                     theirs ? "who was in the intruder's hands" : "which nobody has claimed"),
         one.evidence,
         theirs ? path_of(one.by, one.time, one.evidence)
         : by.empty()
             ? "only its date is known: whoever looks after it says who made it"
             : fmt::format("none, if {} says that it is theirs (dislodge claim); else whoever made it "
                           "signs in as them",
                           by),
         theirs});
  }

  void canaries() {
    for (const std::string &canary : options_.canaries) {
      found_.canaries.push_back(picture_.name_of(canary));
      const std::size_t slash = canary.rfind('/');
      const std::string native = slash == std::string::npos ? canary : canary.substr(slash + 1);
      const std::string name = picture_.name_of(canary);
      for (const log::Event &event : picture_.events.events) {
        if (event.time < found_.since) continue;
        const auto is = [&](base::StringId id) {
          const std::string_view text = picture_.events.pool.text(id);
          return !text.empty() && (text == native || text == canary || text == name);
        };
        if (!is(event.actor_id) && !is(event.actor_name) && !is(event.target_id) && !is(event.target_name) &&
            !is(event.resource_id) && !is(event.mailbox))
          continue;
        add({event.time, "canary", canary,
             fmt::format("{} was touched: {}", name, picture_.events.pool.text(event.operation)),
             place_of(event), "whoever touches it reads what the intruder read", true});
        break;
      }
    }
  }

  void coverage() {
    found_.until = base::kTimeMax;
    for (const log::Coverage &row : picture_.coverage) {
      Time until = row.last;
      if (row.complete && row.declared_range.until > until && row.declared_range.from <= found_.since)
        until = row.declared_range.until;
      const std::string name =
          fmt::format("{} ({}){}", log::name_of(row.source), log::name_of(row.event_class),
                      row.tenant.empty() ? "" : " of " + row.tenant);
      if (until <= found_.since) {
        found_.not_watched.push_back(fmt::format("{}: ends at {}, before the eviction took effect", name,
                                                 base::format_time(row.last)));
        continue;
      }
      Watched one{std::string(log::name_of(row.source)),
                  row.tenant,
                  std::string(log::name_of(row.event_class)),
                  until,
                  row.declared && row.complete,
                  {}};
      for (const log::Gap &gap : row.gaps)
        if (gap.interval.until > found_.since)
          one.gaps.push_back(fmt::format("{}: {}", base::format_interval(gap.interval), gap.why));
      found_.until = std::min(found_.until, until);
      found_.watched.push_back(std::move(one));
    }
    if (found_.watched.empty()) found_.until = found_.since;
    // Principals that were in reach and whose use no log would show.
    std::set<std::string> said;
    for (const detect::CannotSay &one : picture_.cannot_say) {
      if (one.interval.until <= found_.since) continue;
      const std::string line = fmt::format(
          "{}: {}", picture_.name_of(one.secret.empty() ? one.principal : one.principal), one.why);
      if (said.insert(line).second) found_.not_watched.push_back(line);
    }
    found_.watch_until = found_.since + kWatchPeriod;
  }

  void conclude() {
    if (found_.reopened()) {
      const std::size_t undone = picture_.contradicted.size();
      const auto certain = std::count_if(found_.signs.begin(), found_.signs.end(),
                                         [](const Sign &one) { return one.certain; });
      const std::size_t others = found_.signs.size() - static_cast<std::size_t>(certain);
      found_.says =
          undone > 0
              ? fmt::format("re-opened: {} recorded as done and {} not in effect{}",
                            base::counted(undone, "action was", "actions were"),
                            base::choice(undone, "is", "are"),
                            certain > 0 ? ", and " + base::counted(certain, "sign", "signs") +
                                              " of the intruder after " + base::format_time(found_.since)
                                        : std::string())
          : certain > 0
              ? fmt::format("re-opened: {} of the intruder after {}{}",
                            base::counted(certain, "sign", "signs"), base::format_time(found_.since),
                            others == 0 ? std::string()
                                        : fmt::format(", and {} that a named owner must explain",
                                                      base::counted(others, "event", "events")))
              : fmt::format("re-opened until a named owner explains {} event{} after {}", found_.signs.size(),
                            found_.signs.size() == 1 ? "" : "s", base::format_time(found_.since));
      return;
    }
    if (found_.watched.empty()) {
      found_.says =
          fmt::format("cannot say: no log that is held reaches beyond {}", base::format_time(found_.since));
      return;
    }
    std::set<std::string> sources;
    for (const Watched &one : found_.watched) sources.insert(one.source);
    std::string list;
    for (const std::string &one : sources) list += (list.empty() ? "" : ", ") + one;
    // A reader of this one sentence must not take a silent log for a quiet one.
    std::size_t gaps = 0;
    for (const Watched &one : found_.watched) gaps += one.gaps.size();
    found_.says = fmt::format(
        "no sign within coverage {} until {}{}; keep watching until {}", list,
        base::format_time(found_.until),
        gaps == 0 ? std::string()
                  : fmt::format(", which {} interrupted: nothing is said of {}",
                                base::counted(gaps, "gap has", "gaps have"), gaps == 1 ? "it" : "them"),
        base::format_time(found_.watch_until));
  }

  const Picture &picture_;
  const VerifyOptions &options_;
  Verification found_;
  std::map<std::string, Time> times_;  // of the events since, by place
  std::optional<std::map<std::string, std::string_view>> keys_;
  Actors actors_;
};

}  // namespace

base::Result<Verification> verify(const Picture &picture, const VerifyOptions &options) {
  return Verifier(picture, options).run();
}

}  // namespace dislodge::engine
