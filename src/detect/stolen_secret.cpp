#include "detect/stolen_secret.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/basis.hpp"
#include "detect/came_by.hpp"
#include "log/result_code.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using log::Event;
using log::Outcome;
using log::program_of;

// What the owner of a principal does. With fewer uses than this before, everything would be new.
constexpr std::size_t kHabitMin = 5;

struct Habit {
  std::set<std::string> programs;
  std::set<base::StringId> clients, applications, addresses, countries;
  std::set<std::string> networks;
  std::size_t signins = 0;
};

// A key with so many uses from one network has a home.
constexpr std::size_t kSettledMin = 8;

// Where so many accounts sign in, a place is the organisation's, and says of none of them whether it was the
// owner.
constexpr std::size_t kSharedPlaceMin = 4;

struct Use {
  EventIndex index;
  bool intruder = false;
  std::string because;
  bool concluded = false;  // nobody was seen: it follows from what was done
};

class SecretUses {
 public:
  SecretUses(const Basis &basis, const std::vector<Detection> &detections, const KnownSince &known_since)
      : view_(basis.view),
        known_since_(known_since),
        campaigns_(basis.campaigns),
        attribution_(basis.attribution(detections)) {
    for (const Campaign &campaign : campaigns_) {
      for (const EventIndex index : campaign.tries) explained_.insert(index);
      for (const EventIndex index : campaign.right) explained_.insert(index);
      for (const EventIndex index : campaign.concluded) explained_.insert(index);
      for (const EventIndex index : campaign.later) by_campaign_.emplace(index, &campaign);
    }
    gather_key_uses();
    std::map<base::StringId, std::set<std::string>> who_came;  // by address, without the intruder
    for (const auto *list : {&view_.user_signins(), &view_.service_signins()})
      for (const EventIndex index : *list) {
        const Event &event = view_.event(index);
        const std::string actor = view_.actor(event);
        by_principal_[actor].push_back(index);
        if (event.outcome == Outcome::ok) {
          came_in_.insert(event.address);
          if (!attribution_.intruder(index)) who_came[event.address].insert(actor);
        }
        // Of sign-ins only: mail that is read through Graph shows addresses of the service.
        if (attribution_.intruder(index)) addresses_.insert(view_.event(index).address);
      }
    for (const auto &[address, accounts] : who_came) {
      if (accounts.size() < kSharedPlaceMin) continue;
      addresses_.erase(address);
      if (address != 0) shared_.insert(address);
    }
  }

  std::vector<Detection> run() {
    std::vector<Detection> found;
    std::map<std::string, std::vector<const identity::Binding *>> bindings;  // by the principal that signs in
    for (const identity::Binding &binding : view_.facts().bindings) {
      if (since(binding.secret) == base::kTimeMax) continue;
      for (const std::string &principal : signing_in(binding)) bindings[principal].push_back(&binding);
    }
    for (const auto &[principal, list] : bindings) tell(principal, list, by_principal_.at(principal), found);
    for (const identity::Binding &binding : view_.facts().bindings) {
      const auto uses = by_key_.find(key_of(binding));
      if (uses == by_key_.end() || since(binding.secret) == base::kTimeMax) continue;
      tell(binding.principal, {&binding}, uses->second, found);
    }
    tell_unbound(found);
    settle(found);
    return found;
  }

 private:
  // When the secret could first be known: from reach, else from where it lies and what was exposed.
  base::Time since(const std::string &secret) const {
    const auto known = known_since_.find(secret);
    if (known != known_since_.end()) return known->second;
    base::Time earliest = base::kTimeMax;
    for (const identity::Presence &presence : view_.facts().presences) {
      if (presence.secret != secret) continue;
      for (const identity::Exposure &exposure : view_.facts().exposures) {
        if (exposure.resource != presence.resource) continue;
        if (!exposure.message_id.empty() && exposure.message_id != presence.message_id) continue;
        const base::Interval both = base::intersect(exposure.interval, presence.valid);
        if (!both.empty()) earliest = std::min(earliest, both.from);
      }
    }
    return earliest;
  }

  // Calls of interfaces and repositories, whose records name the key or token that made them. Sign-ins are
  // told by their principal.
  void gather_key_uses() {
    for (const identity::Credential &credential : view_.facts().credentials)
      if (!credential.key_id.empty()) keys_.emplace(credential.id, base::lower(credential.key_id));
    std::set<std::string> wanted;
    for (const identity::Binding &binding : view_.facts().bindings)
      if (std::string key = key_of(binding); !key.empty()) wanted.insert(std::move(key));
    if (wanted.empty()) return;
    for (EventIndex index = 0; index < view_.size(); ++index) {
      const Event &event = view_.event(index);
      if (event.event_class != log::EventClass::api_call &&
          event.event_class != log::EventClass::code_access &&
          event.event_class != log::EventClass::file_access &&
          event.event_class != log::EventClass::admin_change && event.event_class != log::EventClass::key_use)
        continue;
      for (const std::string_view key :
           {view_.text(event.key_id), view_.table().extra(event, "hashed-token")}) {
        if (key.empty()) continue;
        std::string id = base::lower(key);
        if (!wanted.contains(id)) continue;
        by_key_[std::move(id)].push_back(index);
        break;
      }
    }
  }
  // By a key rather than a person: a service's sign-in, or a call.
  static bool of_key(const Event &event) {
    // A key of SSH opens a session as a token makes a call, and the log names it.
    if (event.source == log::Source::sshd && event.key_id != 0) return true;
    return event.event_class != log::EventClass::interactive_signin &&
           event.event_class != log::EventClass::noninteractive_signin;
  }
  static bool is_call(const Event &event) {
    return of_key(event) && event.event_class != log::EventClass::service_principal_signin &&
           event.event_class != log::EventClass::managed_identity_signin;
  }

  // Who signs in with it: the principal itself; for an application object its service principals.
  std::vector<std::string> signing_in(const identity::Binding &binding) const {
    std::vector<std::string> out;
    constexpr std::string_view kAccount = "principal:account/";
    if (by_principal_.count(binding.principal) != 0) out.push_back(binding.principal);
    if (std::string_view(binding.principal).starts_with(kAccount)) {
      const std::string name = base::lower(std::string_view(binding.principal).substr(kAccount.size()));
      for (const auto &[principal, events] : by_principal_) {
        const Event &event = view_.event(events.front());
        if (view_.text(event.actor_name) == name && view_.text(event.actor_type) == "user")
          add_unique(out, principal);
      }
    }
    const std::string_view application = view_.application_of(binding.principal);
    if (!application.empty())
      for (const std::string &one : view_.principals_of(application))
        if (by_principal_.count(one) != 0) add_unique(out, one);
    return out;
  }

  // A program that signs in for somebody who is not there presents a token; only old protocols and the grant
  // of that name give the password each time.
  bool gives_password(const Event &event) const {
    if (event.event_class != log::EventClass::noninteractive_signin) return true;
    if (base::equal_ignoring_case(view_.table().extra(event, "protocol"), "ropc")) return true;
    const std::string_view client = view_.text(event.client);
    return !client.empty() && !base::equal_ignoring_case(client, "Browser") &&
           !base::contains_ignoring_case(client, "Mobile Apps and Desktop");
  }

  std::string key_of(const identity::Binding &binding) const {
    const auto found = keys_.find(binding.credential);
    return binding.credential.empty() || found == keys_.end() ? std::string() : found->second;
  }

  bool could_be(const identity::Binding &binding, const Event &event) const {
    if (event.time < since(binding.secret)) return false;
    if (event.source == log::Source::sshd && event.key_id != 0)
      return base::equal_ignoring_case(key_of(binding), view_.text(event.key_id));
    if (is_call(event)) return true;  // gathered by its key
    const bool service = event.event_class == log::EventClass::service_principal_signin ||
                         event.event_class == log::EventClass::managed_identity_signin;
    const bool password =
        binding.slot.empty() || binding.slot == "password" || binding.slot == "app-password";
    if (!service) return password && gives_password(event);
    if (binding.slot == "password" || binding.slot == "app-password") return false;
    const std::string key = key_of(binding);
    return key.empty() || event.key_id == 0 || key == view_.text(event.key_id);
  }

  // All that others than the intruder did as this principal before the first time that counts. Where the log
  // begins too late for that, the owner is whoever signed in on most days, by each program that was there
  // from the beginning on.
  Habit habit_of(const std::vector<EventIndex> &all, base::Time before) const {
    Habit habit;
    using Kind = std::pair<std::string, std::string>;  // program, network
    struct Seen {
      std::set<std::int64_t> days;
      base::Time first = base::kTimeMax;
    };
    std::map<Kind, Seen> kinds;
    std::map<std::string, Seen> programs;
    std::map<base::StringId, std::set<std::int64_t>> countries;  // days
    base::Time begin = base::kTimeMax, end = base::kTimeMin;
    for (const EventIndex index : all) {
      if (!ordinary(index)) continue;
      const Event &event = view_.event(index);
      const std::string program = program_of(view_.text(event.agent));
      for (Seen *seen :
           {&kinds[{program, network_of(view_, event.network, event.address)}], &programs[program]}) {
        seen->days.insert(event.time.us / base::kDay);
        seen->first = std::min(seen->first, event.time);
      }
      countries[event.country].insert(event.time.us / base::kDay);
      begin = std::min(begin, event.time);
      end = std::max(end, event.time);
      if (event.time < before) learn(event, habit);
    }
    if (habit.signins >= kHabitMin || kinds.empty()) return habit;
    const auto most = std::max_element(kinds.begin(), kinds.end(), [](const auto &a, const auto &b) {
      return a.second.days.size() < b.second.days.size();
    });
    if (most->second.days.size() < kHabitMin) return habit;
    // A telephone changes its network with every ride, so its program is asked alone; another that has few
    // networks is the owner's where it is on many days. So is a country.
    const base::Time early = begin + (end.us - begin.us) / 4;
    std::map<std::string, std::size_t> networks;  // by program
    for (const auto &[kind, seen] : kinds) ++networks[kind.first];
    const auto owners = [&](const Event &event) {
      const std::string program = program_of(view_.text(event.agent));
      const Seen &seen = programs.at(program);
      const Kind kind(program, network_of(view_, event.network, event.address));
      if (kind == most->first) return true;
      if (seen.days.size() < kHabitMin || seen.first > early) return false;
      if (event.country != 0 && countries.at(event.country).size() < kHabitMin) return false;
      return networks.at(program) * 2 >= seen.days.size() || kinds.at(kind).days.size() >= kHabitMin;
    };
    for (const EventIndex index : all)
      if (ordinary(index) && owners(view_.event(index))) learn(view_.event(index), habit);
    return habit;
  }

  bool ordinary(EventIndex index) const {
    const Outcome outcome = view_.event(index).outcome;
    return (outcome == Outcome::ok || (outcome == Outcome::none && is_call(view_.event(index)))) &&
           !attribution_.intruder(index) && by_campaign_.count(index) == 0;
  }

  void learn(const Event &event, Habit &habit) const {
    ++habit.signins;
    habit.programs.insert(program_of(view_.text(event.agent)));
    habit.clients.insert(event.client);
    habit.applications.insert(event.application_id);
    habit.addresses.insert(event.address);
    habit.countries.insert(event.country);
    habit.networks.insert(network_of(view_, event.network, event.address));
  }

  // Whether a sign-in is no habit of the owner's, and whose it then is.
  Use judge(EventIndex index, const Habit &habit) const {
    const Event &event = view_.event(index);
    Use use{index, false, {}};
    const auto campaign = by_campaign_.find(index);
    if (campaign != by_campaign_.end()) {
      use.intruder = true;
      use.because = "it bears the fingerprint of the spray's client (" +
                    describe(view_, campaign->second->fingerprint) +
                    "), which the account's owner does not use";
      return use;
    }
    const bool agent_new = event.agent != 0 && habit.programs.count(program_of(view_.text(event.agent))) == 0;
    const bool client_new = (event.client != 0 && habit.clients.count(event.client) == 0) ||
                            habit.applications.count(event.application_id) == 0;
    const bool address_new = event.address != 0 && habit.addresses.count(event.address) == 0;
    const bool network_new = habit.networks.count(network_of(view_, event.network, event.address)) == 0;
    if (agent_new && address_new && attribution_.agents().count(event.agent) != 0 &&
        !common_agent(event.agent)) {
      use.intruder = true;
      use.because =
          "it was made with the user agent of the intruder's sign-ins, from an address that the owner never "
          "used";
    } else if (address_new && (agent_new || client_new) && addresses_.count(event.address) != 0) {
      use.intruder = true;
      use.because =
          "it came from an address of the intruder's sign-ins with a program that the owner never used";
    } else if (address_new && habit.signins >= kHabitMin && habit.addresses.size() == 1 &&
               log::is_inside_address(view_.text(event.address)) &&
               log::is_inside_address(view_.text(*habit.addresses.begin())) &&
               shared_.count(event.address) == 0) {
      // Inside, an address is a machine, and a service runs on one.
      use.because = "it came from another machine inside than the one from which it alone was used before";
    } else if (habit.signins < kHabitMin || !network_new || !address_new ||
               shared_.count(event.address) != 0) {
      return use;
    } else if (client_new && (agent_new || event.agent == 0)) {
      use.because = "program, client and network were never seen for it before";
    } else if (of_key(event) && agent_new) {
      use.because = "program and network were never seen for this key before";
    } else if (of_key(event) &&
               (event.agent == 0 || (habit.networks.size() == 1 && habit.signins >= kSettledMin))) {
      // A service stays where it runs: its records say no program, or a thief shows the same.
      use.because = "it came from a network from which this key was never used before";
    } else if (event.country != 0 && habit.countries.count(event.country) == 0) {
      use.because = "network and country were never seen for it before";
    } else if (agent_new && event.outcome == Outcome::wrong_secret) {
      use.because = "program and network were never seen for it before";
    }
    return use;
  }

  // An agent that a tenth of all successful sign-ins show is nobody's.
  bool common_agent(base::StringId agent) const {
    std::size_t all = 0, with = 0;
    for (const EventIndex index : view_.user_signins()) {
      if (view_.event(index).outcome != Outcome::ok || attribution_.intruder(index)) continue;
      ++all;
      with += view_.event(index).agent == agent;
    }
    return with * 10 > all;
  }

  void tell(const std::string &principal, const std::vector<const identity::Binding *> &list,
            const std::vector<EventIndex> &all_uses, std::vector<Detection> &found) {
    base::Time first = base::kTimeMax;
    for (const identity::Binding *binding : list) first = std::min(first, since(binding->secret));
    const Habit habit = habit_of(all_uses, std::max(first, base::kTimeMin + 1));
    std::map<std::pair<std::string, bool>, std::vector<Use>> uses;  // kind, whose
    for (const EventIndex index : all_uses) {
      const Event &event = view_.event(index);
      // What a key did is a use of it, whether or not it was allowed.
      const bool by_key = is_call(event) && event.outcome != Outcome::wrong_secret;
      const bool right = by_key || secret_was_right(event.outcome);
      if (!right && event.outcome != Outcome::wrong_secret) continue;
      // What was concluded to be theirs from elsewhere is a use of this secret all the same: its id stands
      // there.
      const bool concluded = attribution_.intruder(index) && attribution_.by_absence(index) && is_call(event);
      if (explained_.count(index) != 0 || (attribution_.intruder(index) && !concluded)) continue;
      if (std::none_of(list.begin(), list.end(),
                       [&](const auto *binding) { return could_be(*binding, event); }))
        continue;
      Use use = concluded ? Use{index, true, attribution_.because(index), true} : judge(index, habit);
      if (use.because.empty()) continue;
      // A wrong secret is a try of this one where the intruder's program made it, or somebody from where
      // nobody ever came in: who mistypes their own comes in after all.
      if (!right && !use.intruder && came_in_.count(event.address) != 0) continue;
      told_.insert(index);
      const std::string kind =
          event.outcome == Outcome::ok || by_key ? "stolen-secret-used" : "stolen-secret-tried";
      uses[{kind, use.intruder}].push_back(std::move(use));
    }
    for (const auto &[key, all] : uses) {
      std::vector<EventIndex> events;
      for (const Use &use : all) events.push_back(use.index);
      const Event &event = view_.event(events.front());
      Detection one = make_detection(view_, key.first, events);
      add_unique(one.principals, principal);
      for (const EventIndex index : events)
        add_unique(one.applications, std::string(view_.text(view_.event(index).application_id)));
      one.intruder = key.second;
      one.because = all.front().because;
      const bool seen = key.second && !all.front().concluded;
      one.grade = seen ? Grade::confirmed : Grade::possible;
      one.confidence = seen ? 0.95 : key.second ? 0.8 : 0.5;
      for (const Use &use : all)
        for (const identity::Binding *binding : list)
          if (could_be(*binding, view_.event(use.index)))
            one.uses.push_back(
                {binding->secret, binding->principal, view_.event(use.index).time,
                 view_.event(use.index).outcome == Outcome::ok || is_call(view_.event(use.index)),
                 std::string(log::name_of(view_.event(use.index).outcome))});
      if (key.second && key.first == "stolen-secret-used")
        for (const EventIndex index : events) came_by(view_, principal, index, one);
      const std::string slot = list.front()->slot.empty()           ? "secret"
                               : list.front()->slot == "app-secret" ? "client secret"
                               : list.front()->slot == "access-key" ? "access key"
                                                                    : list.front()->slot;
      one.says = sentence(
          view_, key.first,
          {{"secret", slot},
           {"account", view_.name_of(principal)},
           {"act", is_call(event) && event.source != log::Source::sshd
                       ? "for " + std::string(view_.text(event.operation))
                       : "to sign in"},
           {"first", spoken(one.first)},
           {"result", event.outcome == Outcome::wrong_secret
                          ? "it was not accepted"
                          : "it was right, but " + std::string(log::meaning_of_entra(event.code))},
           {"more",
            events.size() > 1 ? ", and " + counted(events.size() - 1, "time more", "times more") : ""}});
      found.push_back(std::move(one));
    }
  }

  // The campaign's program gave a right password long after or elsewhere, and no secret that was found is
  // bound to the account: it fell all the same.
  void tell_unbound(std::vector<Detection> &found) {
    for (const Campaign &campaign : campaigns_) {
      std::map<std::string, std::vector<EventIndex>> by_account;
      for (const EventIndex index : campaign.later)
        if (told_.count(index) == 0 && !attribution_.intruder(index))
          by_account[view_.actor(view_.event(index))].push_back(index);
      for (const auto &[account, events] : by_account)
        found.push_back(fallen_account(view_, campaign, events, attribution_));
    }
  }

  const View &view_;
  const KnownSince &known_since_;
  const std::vector<Campaign> &campaigns_;
  const Attribution attribution_;
  std::set<EventIndex> explained_, told_;
  std::map<EventIndex, const Campaign *> by_campaign_;
  std::set<base::StringId> addresses_, came_in_;          // the intruder's; those from which anybody came in
  std::set<base::StringId> shared_;                       // from which many accounts come in
  std::map<std::string, std::string, std::less<>> keys_;  // credential -> its key id
  std::map<std::string, std::vector<EventIndex>> by_key_;
  std::map<std::string, std::vector<EventIndex>> by_principal_;
};

}  // namespace

std::vector<Detection> detect_secret_use(const log::EventTable &table, const identity::Facts &facts,
                                         const std::vector<Detection> &detections,
                                         const KnownSince &known_since, const DetectOptions &options) {
  return detect_secret_use(Basis(table, facts, options), detections, known_since);
}

std::vector<Detection> detect_secret_use(const Basis &basis, const std::vector<Detection> &detections,
                                         const KnownSince &known_since) {
  return SecretUses(basis, detections, known_since).run();
}

}  // namespace dislodge::detect
