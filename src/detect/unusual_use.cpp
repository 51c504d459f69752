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
//   the country    1 where the subject has never been in it, and 1 where it was at home within two hours
//   the program    1 where the subject has never had it (digits do not count: programs are updated)
//   the way in     1 a device code, or a protocol that needs but a password, never used before; 2 where three
//                  second factors were refused just before; 1 where the provider found the sign-in risky
//   the acts       1 for each kind of thing that rules find suspicious and the subject had never done (2
//                  where nobody does it for work); 1 for changes that anybody makes (a device, a factor, a
//                  token), 2 beside suspicious ones; 1 for mail read in many mailboxes that it had never
//                  read, for many files or rows, or many repositories; mail read by a program that it never
//                  had is an act whose weight is that of the program
//
// A visit that weighs five, with an act in it, is held for the intruder's, at grade possible. So a journey
// (2) with a new telephone (3) that is registered (4) is none, nor is a program that moves to another data
// centre (4 and no act). A subject is judged once it has a past: three days, the first a week before. What is
// not held against a visit becomes habit.
//
// Sources: Microsoft, Storm-2372 (device codes, 2025), Midnight Blizzard (2024); Okta and Cloudflare (2023);
// Google on UNC6395 (2025); Mandiant on Snowflake (2024): in each the record showed a known principal from an
// unknown place by an unknown program, and no rule of a single event told it from work.

#include "detect/unusual_use.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "detect/passes.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::EventClass;
using log::Outcome;
using log::program_of;

constexpr double kWeightMin = 5;
constexpr std::size_t kKnownDays = 3;  // of a subject with a past
constexpr std::int64_t kKnownSince = 7 * base::kDay;
constexpr std::int64_t kVisit = 7 * base::kDay;  // so long from its first event
constexpr std::int64_t kRefusedBefore = base::kHour;
constexpr std::int64_t kSameTime = 2 * base::kHour;
constexpr std::size_t kRefusedMin = 3;
// A machine: so many events on so many days from so few networks by so few programs.
constexpr std::size_t kMachineEvents = 40;
constexpr std::size_t kMachineDays = 7;
constexpr std::size_t kMachineNetworks = 2;
constexpr std::size_t kMachinePrograms = 2;
constexpr std::size_t kMailboxesNew = 5;
constexpr std::size_t kRepositoriesNew = 8;
constexpr std::size_t kFilesMin = 20;       // and
constexpr std::size_t kTimesUsual = 3;      // so many times what the subject read on any day before
constexpr std::uint64_t kRowsMin = 10'000;  // rows of a table, likewise
// Of one visit; a spray's or a scanner's are counted, not kept.
constexpr std::size_t kEventsMax = 20'000;

enum class Weight : std::uint8_t { change, suspect, evidence };

struct Place {
  std::uint32_t half = 0;    // the first half of the address
  std::uint32_t system = 0;  // the autonomous system, where some record of the address names it
};

// What a subject is seen to do.
struct Habit {
  base::Time first = base::kTimeMax, last = base::kTimeMin;
  std::int64_t last_day = INT64_MIN;
  std::size_t days = 0, events = 0;
  std::set<std::uint32_t> networks;  // halves and systems
  std::size_t network_count = 0;
  std::set<StringId> countries;
  std::set<std::uint32_t> programs;
  std::set<std::string_view> kinds;  // of rules
  std::set<std::string_view> ways;   // of signing in that need little
  std::set<StringId> mailboxes, repositories, sessions;
  std::size_t files_a_day = 0, files_today = 0;
  std::uint64_t rows_a_day = 0, rows_today = 0;

  bool known(base::Time at) const { return days >= kKnownDays && at.us - first.us >= kKnownSince; }
  // People sit before browsers and mail programs, and a person may well have one for weeks.
  bool person = false, application = false;
  bool machine() const {
    return !person && events >= kMachineEvents && days >= kMachineDays && network_count <= kMachineNetworks &&
           programs.size() <= kMachinePrograms;
  }
};

struct Visit {
  std::uint32_t subject = 0;
  base::Time begin;
  Place place;
  std::vector<EventIndex> events;
  std::set<StringId> addresses, sessions, tokens;
  std::size_t refused = 0;
  bool in_use = false;  // the subject was where it belongs, at the same time
  // What it shows; whether it is new is asked at the end.
  std::set<StringId> countries;
  std::set<std::uint32_t> programs;
};

struct Subject {
  std::string principal;
  StringId key = 0;
  Habit habit;
  std::vector<std::size_t> open;                         // visits
  std::deque<std::pair<base::Time, StringId>> refusals;  // of second factors: when, where
};

class Finder {
 public:
  explicit Finder(const View &view) : view_(view) {
    if (view.options().sigma == nullptr) return;
    for (const SigmaRule &rule : view.options().sigma->set().rules)
      if (rule.own) rules_[rule.id] = &*rule.own;
    protocol_ = view.table().pool.find("protocol");
    rule_key_ = view.table().pool.find("rule");
    rows_key_ = view.table().pool.find("rows");
    transfer_ = view.table().pool.find("transfer");
  }

  std::vector<UnusualUse> run() {
    learn_systems();
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

  std::uint32_t id_of(const std::string &text) {
    return names_.emplace(text, static_cast<std::uint32_t>(names_.size()) + 1).first->second;
  }

  // Sign-ins name the network of an address; audit records of the same address do not.
  void learn_systems() {
    for (const Event &event : view_.table().events)
      if (event.network != 0 && event.address != 0) systems_.try_emplace(event.address, event.network);
  }

  Place place_of(const Event &event) {
    const auto known = places_.find(event.address);
    if (known != places_.end()) return known->second;
    Place place;
    place.half = id_of(network_of(view_, 0, event.address));
    const auto system = systems_.find(event.address);
    if (system != systems_.end()) place.system = id_of("AS " + std::string(view_.text(system->second)));
    return places_.emplace(event.address, place).first->second;
  }

  std::uint32_t program_id(const Event &event) {
    if (event.agent == 0) return 0;
    const auto known = programs_.find(event.agent);
    if (known != programs_.end()) return known->second;
    return programs_.emplace(event.agent, id_of("program " + program_of(view_.text(event.agent))))
        .first->second;
  }

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

  // Mail that is read through Graph, and calls of Microsoft's own services, show its front ends: they are
  // nobody's place. Source: learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges.
  static bool is_front_end(std::string_view address) {
    for (const std::string_view prefix :
         {"20.190.", "20.20.",  "20.231.",  "40.126.",  "40.92.",  "40.93.",     "40.104.", "40.105.",
          "40.107.", "52.96.",  "52.97.",   "52.98.",   "52.99.",  "52.100.",    "52.101.", "52.102.",
          "52.103.", "13.107.", "132.245.", "150.171.", "2603:10", "40.96.",     "40.97.",  "40.98.",
          "40.99.",  "40.100.", "40.101.",  "40.102.",  "40.103.", "2a01:111:f4"})
      if (address.starts_with(prefix)) return true;
    return false;
  }
  bool placed(const Event &event) {
    if (event.address == 0) return false;
    if (event.source != log::Source::m365_audit && event.source != log::Source::exchange_audit &&
        event.source != log::Source::graph_activity)
      return true;
    const auto known = front_ends_.find(event.address);
    if (known != front_ends_.end()) return !known->second;
    const bool front = is_front_end(view_.text(event.address));
    front_ends_.emplace(event.address, front);
    return !front;
  }

  static bool refused(const Event &event) {
    return event.outcome == Outcome::wrong_secret || event.outcome == Outcome::blocked ||
           event.outcome == Outcome::right_secret_stopped;
  }
  // The answer was no, or none came; that a factor is asked for is no refusal.
  static bool factor_refused(const Event &event) {
    return event.outcome == Outcome::right_secret_stopped &&
           (event.source != log::Source::entra_signin || event.code == 500121);
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
    if (placed(event)) here_.try_emplace({event.tenant, event.address}, event.time);
  }

  static bool is_signin(const Event &event) {
    return event.event_class == EventClass::interactive_signin ||
           event.event_class == EventClass::noninteractive_signin ||
           event.event_class == EventClass::service_principal_signin ||
           event.event_class == EventClass::managed_identity_signin;
  }

  bool known_place(const Habit &habit, const Place &place) const {
    return habit.networks.count(place.half) != 0 ||
           (place.system != 0 && habit.networks.count(place.system) != 0);
  }

  void step(std::uint32_t number, EventIndex index) {
    const Event &event = view_.event(index);
    Subject &subject = subjects_[number];
    std::erase_if(subject.open, [&](std::size_t i) {
      if (event.time.us - visits_[i].begin.us <= kVisit) return false;
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
      const bool theirs = session && (subject.habit.sessions.count(event.session) == 0 || !placed(event) ||
                                      !known_place(subject.habit, place_of(event)));
      if (token || theirs) {
        join(visit, index);
        return;
      }
    }
    if (!placed(event)) {
      learn(subject.habit, index);
      return;
    }
    const Place place = place_of(event);
    if (!known_place(subject.habit, place)) {
      for (const std::size_t i : subject.open)
        if (visits_[i].place.half == place.half ||
            (place.system != 0 && visits_[i].place.system == place.system)) {
          join(visits_[i], index);
          return;
        }
      const auto seen = here_.find({event.tenant, event.address});
      const bool nobody = seen == here_.end() || event.time.us - seen->second.us <= kVisit;
      if (nobody && subject.habit.known(event.time)) {
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
    learn(subject.habit, index);
  }

  void join(Visit &visit, EventIndex index) {
    const Event &event = view_.event(index);
    if (visit.events.size() < kEventsMax) visit.events.push_back(index);
    if (placed(event)) visit.addresses.insert(event.address);
    if (event.session != 0) visit.sessions.insert(event.session);
    if (event.token != 0) visit.tokens.insert(event.token);
    if (event.country != 0) visit.countries.insert(event.country);
    if (const std::uint32_t program = program_id(event)) visit.programs.insert(program);
  }

  // Kinds of rules, and ways of signing in that need little.
  template <typename Kind, typename Way>
  void each_trait(const Event &event, Kind &&kind, Way &&way) const {
    const bool signin = is_signin(event);
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const log::Extra &extra = view_.table().extras[event.extra_begin + i];
      if (extra.key == rule_key_) {
        const auto rule = rules_.find(view_.text(extra.value));
        if (rule != rules_.end()) kind(*rule->second, signin);
        if (view_.text(extra.value) == "entra-legacy-protocol") way("a password alone");
      } else if ((extra.key == protocol_ || extra.key == transfer_) && signin) {
        const std::string_view text = view_.text(extra.value);
        if (text.starts_with("deviceCode"))
          way("a device code");
        else if (text == "ropc")
          way("a password alone");
      }
    }
  }

  void learn(Habit &habit, EventIndex index) {
    const Event &event = view_.event(index);
    habit.first = std::min(habit.first, event.time);
    habit.last = std::max(habit.last, event.time);
    const std::int64_t day = event.time.us / base::kDay;
    if (day != habit.last_day) {
      ++habit.days;
      habit.last_day = day;
      habit.files_today = 0;
      habit.rows_today = 0;
    }
    ++habit.events;
    if (placed(event)) {
      const Place place = place_of(event);
      const bool known = known_place(habit, place);
      habit.networks.insert(place.half);
      if (place.system != 0) habit.networks.insert(place.system);
      habit.network_count += known ? 0 : 1;
    }
    if (event.country != 0) habit.countries.insert(event.country);
    if (const std::uint32_t program = program_id(event)) habit.programs.insert(program);
    habit.person = habit.person || (!habit.application && shows_person(event));
    if (event.session != 0) habit.sessions.insert(event.session);
    if (event.mailbox != 0) habit.mailboxes.insert(event.mailbox);
    if (event.event_class == EventClass::code_access) habit.repositories.insert(event.resource_name);
    if (event.event_class == EventClass::file_access)
      habit.files_a_day = std::max(habit.files_a_day, ++habit.files_today);
    if (rows_key_ != 0) {
      habit.rows_today += rows_of(event);
      habit.rows_a_day = std::max(habit.rows_a_day, habit.rows_today);
    }
    each_trait(
        event, [&](const SigmaOwn &own, bool) { habit.kinds.insert(own.kind); },
        [&](std::string_view way) { habit.ways.insert(way); });
  }

  bool shows_person(const Event &event) const {
    if (view_.text(event.actor_type) != "user") return false;
    const std::string_view agent = view_.text(event.agent);
    return agent.empty() || agent.starts_with("Mozilla/") || agent.starts_with("Client=") ||
           event.event_class == EventClass::interactive_signin;
  }

  std::uint64_t rows_of(const Event &event) const {
    for (std::uint32_t i = 0; i < event.extra_count; ++i) {
      const log::Extra &extra = view_.table().extras[event.extra_begin + i];
      if (extra.key != rows_key_) continue;
      std::uint64_t rows = 0;
      for (const char c : view_.text(extra.value)) {
        if (c < '0' || c > '9' || rows > UINT32_MAX) break;
        rows = rows * 10 + static_cast<std::uint64_t>(c - '0');
      }
      return rows;
    }
    return 0;
  }

  // ---- weighing ----

  struct Acts {
    std::map<std::string_view, Weight> kinds;
    std::set<std::string_view> ways;
    bool risky = false;
    bool mail_by_new_program = false;
    std::size_t messages = 0;
    std::set<StringId> mailboxes, repositories;
    std::map<std::int64_t, std::size_t> files;
    std::uint64_t rows = 0;
  };

  Acts acts_of(const Visit &visit, const Habit &habit) {
    Acts acts;
    for (const EventIndex index : visit.events) {
      const Event &event = view_.event(index);
      each_trait(
          event,
          [&](const SigmaOwn &own, bool signin) {
            if (signin || own.kind == "risky-signin") {
              acts.risky = acts.risky || own.weight == "suspect" || own.weight == "evidence" ||
                           (own.weight == "unusual" && habit.kinds.count(own.kind) == 0);
              return;
            }
            if (habit.kinds.count(own.kind) != 0) return;
            const Weight weight = own.weight == "evidence" ? Weight::evidence
                                  : own.weight == "change" ? Weight::change
                                                           : Weight::suspect;
            Weight &known = acts.kinds.try_emplace(own.kind, weight).first->second;
            known = std::max(known, weight);
          },
          [&](std::string_view way) {
            if (habit.ways.count(way) == 0) acts.ways.insert(way);
          });
      const Act act = view_.act(index);
      if (act == Act::credential && habit.kinds.count("app-credential-added") == 0)
        acts.kinds["app-credential-added"] = Weight::suspect;
      if (event.event_class == EventClass::mail_access ||
          (event.event_class == EventClass::api_call && !view_.table().extra(event, "mail").empty())) {
        ++acts.messages;
        const std::uint32_t program = program_id(event);
        acts.mail_by_new_program =
            acts.mail_by_new_program || (program != 0 && habit.programs.count(program) == 0);
        const StringId mailbox = event.mailbox != 0 ? event.mailbox : event.target_id;
        if (mailbox != 0 && habit.mailboxes.count(mailbox) == 0) acts.mailboxes.insert(mailbox);
      }
      if (event.event_class == EventClass::code_access && event.resource_name != 0 &&
          habit.repositories.count(event.resource_name) == 0)
        acts.repositories.insert(event.resource_name);
      if (event.event_class == EventClass::file_access) ++acts.files[event.time.us / base::kDay];
      if (rows_key_ != 0) acts.rows += rows_of(event);
    }
    // A repository that is read is one of the rules' kinds too; many are told below.
    acts.kinds.erase("repository-cloned");
    return acts;
  }

  void close(Visit &visit) {
    Subject &subject = subjects_[visit.subject];
    const Habit &habit = subject.habit;
    UnusualUse use;
    const Acts acts = acts_of(visit, habit);
    std::string acted;
    const auto also = [](std::string &list, const std::string &what) {
      list += (list.empty() ? "" : ", ") + what;
    };
    const Event &first = view_.event(visit.events.front());
    use.why = "from a network where it had never been and an address where nobody had been";
    use.weight = habit.machine() ? 3 : 1;
    if (habit.machine()) also(use.why, "after weeks in its own");
    const bool abroad = !habit.countries.empty() && !visit.countries.empty() &&
                        std::none_of(visit.countries.begin(), visit.countries.end(),
                                     [&](StringId country) { return habit.countries.count(country) != 0; });
    if (abroad) {
      use.weight += visit.in_use ? 2 : 1;
      also(use.why, visit.in_use ? "in another country, while it was used at home" : "in another country");
    }
    const bool program = !habit.programs.empty() &&
                         std::any_of(visit.programs.begin(), visit.programs.end(),
                                     [&](std::uint32_t one) { return habit.programs.count(one) == 0; });
    if (program) {
      use.weight += 1;
      also(use.why, "by a program that it never had");
    }
    for (const std::string_view way : acts.ways) {
      use.weight += 1;
      also(use.why, "with " + std::string(way));
    }
    if (visit.refused >= kRefusedMin) {
      use.weight += 2;
      also(use.why, "after " + std::to_string(visit.refused) + " refusals of the second factor");
    }
    if (acts.risky) {
      use.weight += 1;
      also(use.why, "by a sign-in that was found risky");
    }

    double weight = 0;
    std::size_t changes = 0;
    for (const auto &[kind, one] : acts.kinds) {
      also(acted, std::string(kind));
      if (one == Weight::change)
        ++changes;
      else
        weight += one == Weight::evidence ? 2 : 1;
    }
    weight += static_cast<double>(std::min<std::size_t>(changes, weight > 0 ? 2 : 1));
    bool act = weight > 0;
    if (acts.mail_by_new_program || acts.mailboxes.size() >= kMailboxesNew) {
      // A new program reads mail: that it is new was weighed above.
      act = true;
      weight += program && acts.mailboxes.size() < kMailboxesNew ? 0 : 1;
      also(acted, "mail read (" + counted(acts.messages, "record", "records") + ")");
    }
    if (acts.repositories.size() >= kRepositoriesNew) {
      weight += 1;
      also(acted, counted(acts.repositories.size(), "repository", "repositories") + " read");
    }
    std::size_t files = 0;
    for (const auto &[day, count] : acts.files) files = std::max(files, count);
    if (files >= std::max(kFilesMin, kTimesUsual * habit.files_a_day)) {
      weight += 1;
      also(acted, counted(files, "file", "files") + " read");
    }
    if (acts.rows >= std::max(kRowsMin, kTimesUsual * habit.rows_a_day)) {
      weight += 1;
      also(acted, std::to_string(acts.rows) + " rows read");
    }
    if ((act || weight > 0) && use.weight + weight >= kWeightMin) {
      use.principal = subject.principal;
      use.key = subject.key;
      use.weight += weight;
      use.acts = acted;
      use.places.assign(visit.addresses.begin(), visit.addresses.end());
      for (const StringId session : visit.sessions)
        if (habit.sessions.count(session) != 0) use.shared.push_back(session);
      use.why = "used " + use.why + ", from " + view_.table().source_of(first) + " on; there: " + acted;
      use.events = std::move(visit.events);
      found_.push_back(std::move(use));
    } else {
      for (const EventIndex index : visit.events) learn(subject.habit, index);
    }
    visit.events.clear();
  }

  const View &view_;
  std::map<std::string, const SigmaOwn *, std::less<>> rules_;
  StringId protocol_ = 0, rule_key_ = 0, rows_key_ = 0, transfer_ = 0;
  std::unordered_map<std::string, std::uint32_t> names_;
  std::unordered_map<StringId, StringId> systems_;
  std::unordered_map<StringId, Place> places_;
  std::unordered_map<StringId, bool> front_ends_;
  std::unordered_map<StringId, std::uint32_t> programs_;
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

void tell_unusual_uses(const View &view, const std::vector<UnusualUse> &uses, const Attribution &attribution,
                       std::vector<Detection> &out) {
  for (const UnusualUse &use : uses) {
    // What a spray, guessing or a replayed session explains is told with it.
    const bool ours = std::any_of(use.events.begin(), use.events.end(),
                                  [&](EventIndex index) { return attribution.because(index) == use.why; });
    if (!ours) continue;
    Detection one = make_detection(view, "unusual-use", use.events);
    add_unique(one.principals, use.principal);
    one.intruder = true;
    one.because = use.why;
    one.grade = Grade::possible;
    one.confidence = std::min(0.85, 0.3 + 0.07 * use.weight);
    const Event &first = view.event(use.events.front());
    one.footholds.push_back(
        {use.principal, {first.time, base::kTimeMax}, std::string(view.text(first.session))});
    for (const EventIndex index : use.events) {
      const Event &event = view.event(index);
      if (event.application_id != 0 && one.applications.size() < kEventsKept)
        add_unique(one.applications, std::string(view.text(event.application_id)));
      if (event.event_class == EventClass::mail_access) add_mail_read(view, index, one.mail_read);
    }
    // What the sign-ins of the visit led to at other addresses.
    const std::set<EventIndex> told(use.events.begin(), use.events.end());
    for (const EventIndex index : view.mail())
      if (attribution.intruder(index) && told.count(index) == 0 &&
          view.actor(view.event(index)) == use.principal)
        add_mail_read(view, index, one.mail_read);
    std::string places;
    for (const StringId place : use.places) {
      if (places.size() > 100) {
        places += " and others";
        break;
      }
      places += (places.empty() ? "" : ", ") + std::string(view.text(place));
    }
    one.says = sentence(view, "unusual-use",
                        {{"account", view.name_of(use.principal)},
                         {"addresses", places},
                         {"first", spoken(one.first)},
                         {"last", spoken(one.last)},
                         {"acts", use.acts},
                         {"more", ""}});
    out.push_back(std::move(one));
  }
}

}  // namespace dislodge::detect
