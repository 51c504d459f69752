// A spray that is told "right, but a second factor must be enrolled" has the password. Whoever runs it comes
// back, by a protocol that asks for no factor, or with a browser to enrol a factor of their own, and from
// another address than that which was burnt by the tries. So from the moment at which a password was found,
// a right password of that account from where nobody of the tenant had been is asked about, for a month:
//
//   an account that nobody had used before has no owner who could be travelling: it is theirs
//   an account with an owner: in another country than any of its own, or, where the log tells none, in a
//     network that it never had, and there by a program that it never had, with the password alone, or after
//     the password was changed from there
//
// What the account did at that address from then on is theirs, too: the factor that was enrolled there.
// Everything is at grade possible. Source: Microsoft, Midnight Blizzard (2024); CISA AA24-057A: dormant
// accounts, and factors that are enrolled by whoever comes first.

#include "detect/known_password.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "detect/passes.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

constexpr std::int64_t kAsked = 30 * base::kDay;
constexpr std::int64_t kBaselineMin = 3 * base::kDay;  // a log that is shorter has no before
constexpr std::int64_t kChangedBefore = base::kHour;
constexpr std::int64_t kVisit = 7 * base::kDay;

struct Known {
  base::Time since = base::kTimeMax;
  bool guessed = false, fallen = false;
  EventIndex found = 0;
};

// What an account had before its password was found.
struct Past {
  std::set<StringId> countries;
  std::set<std::string> networks, programs;
  bool used = false;
};

class Finder {
 public:
  Finder(const View &view, const std::vector<Campaign> &campaigns, const std::vector<Guessing> &guessing)
      : view_(view) {
    for (const Campaign &campaign : campaigns)
      for (const auto *list : {&campaign.right, &campaign.later, &campaign.concluded})
        for (const EventIndex index : *list) learn(index, false);
    for (const Guessing &one : guessing)
      for (const EventIndex index : one.right) learn(index, true);
    // An account that was signed in to has fallen, and is followed from there.
    std::erase_if(known_, [](const auto &one) { return one.second.fallen; });
  }

  std::vector<KnownPasswordUse> run() {
    std::vector<KnownPasswordUse> found;
    if (known_.empty()) return found;
    std::map<std::pair<StringId, StringId>, base::Time> here;  // tenant, address -> first success
    std::map<StringId, base::Time> begin;                      // of the tenant's log
    std::map<std::string, Past> pasts;
    std::map<std::pair<std::string, StringId>, KnownPasswordUse> uses;  // account, address
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      begin.try_emplace(event.tenant, event.time);
      const std::string account = view_.actor(event);
      const auto known = known_.find(account);
      const bool right = secret_was_right(event.outcome);
      if (known != known_.end() && right && event.address != 0) {
        Past &past = pasts[account];
        if (event.time < known->second.since)
          learn(past, event);
        else if (told_.count(index) == 0 && event.time.us - known->second.since.us <= kAsked &&
                 known->second.since.us - begin.at(event.tenant).us >= kBaselineMin) {
          const auto use = uses.find({account, event.address});
          const auto first = here.find({event.tenant, event.address});
          const bool nobody = first == here.end() || first->second >= known->second.since;
          if (use != uses.end()) {
            if (use->second.signin == 0 && event.outcome == Outcome::ok) use->second.signin = index;
          } else if (nobody && !owners(past, event, account)) {
            KnownPasswordUse one;
            one.principal = account;
            one.guessed = known->second.guessed;
            one.events = {index};
            if (event.outcome == Outcome::ok) one.signin = index;
            one.why = std::string("its password had been found ") +
                      (one.guessed ? "by guessing" : "by the spray") + " at " +
                      view_.table().source_of(view_.event(known->second.found)) + "; used from " +
                      std::string(view_.text(event.address)) + ", where nobody had been" +
                      (past.used ? ", not by its owner's program from its owner's country"
                                 : ", and nobody had used the account before");
            uses.emplace(std::pair(account, event.address), std::move(one));
          }
        }
      }
      if (event.outcome == Outcome::ok) here.try_emplace({event.tenant, event.address}, event.time);
    }
    // What never succeeded is a try, and told as one.
    std::erase_if(uses, [](const auto &one) { return one.second.signin == 0; });
    if (uses.empty()) return found;
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.address == 0 || is_failed_try(event)) continue;
      const auto use = uses.find({view_.actor(event), event.address});
      if (use == uses.end() || i == use->second.events.front()) continue;
      const Event &first = view_.event(use->second.events.front());
      const std::int64_t after = event.time.us - first.time.us;
      if (after >= (changes_password(i) ? -kChangedBefore : 0) && after <= kVisit)
        use->second.events.push_back(i);
    }
    for (auto &[key, use] : uses) {
      std::sort(use.events.begin(), use.events.end());
      found.push_back(std::move(use));
    }
    std::sort(found.begin(), found.end(), [](const KnownPasswordUse &a, const KnownPasswordUse &b) {
      return std::tie(a.events.front(), a.principal) < std::tie(b.events.front(), b.principal);
    });
    return found;
  }

 private:
  void learn(EventIndex index, bool guessed) {
    told_.insert(index);
    const Event &event = view_.event(index);
    Known &known = known_[view_.actor(event)];
    known.fallen = known.fallen || event.outcome == Outcome::ok;
    if (event.time >= known.since) return;
    known = {event.time, guessed, known.fallen, index};
  }
  void learn(Past &past, const Event &event) const {
    past.used = past.used || event.outcome == Outcome::ok;
    if (event.country != 0) past.countries.insert(event.country);
    past.networks.insert(network_of(view_, event.network, event.address));
    past.networks.insert(network_of(view_, 0, event.address));
    past.programs.insert(log::program_of(view_.text(event.agent)));
  }

  bool changes_password(EventIndex index) const { return view_.act(index) == Act::password_reset; }

  // Whether its owner may well be who came.
  bool owners(const Past &past, const Event &event, const std::string &account) {
    if (!past.used) return false;
    if (past.networks.count(network_of(view_, event.network, event.address)) != 0 ||
        past.networks.count(network_of(view_, 0, event.address)) != 0)
      return true;
    const bool told = event.country != 0 && !past.countries.empty();
    if (told && past.countries.count(event.country) != 0) return true;
    const bool program =
        event.agent != 0 && past.programs.count(log::program_of(view_.text(event.agent))) == 0;
    const bool alone =
        told && view_.table().extra(event, "authentication-requirement") == "singleFactorAuthentication";
    return !program && !alone && !changed_from(account, event);
  }

  bool changed_from(const std::string &account, const Event &event) {
    if (!changes_read_) {
      changes_read_ = true;
      for (const EventIndex index : view_.changes()) {
        const Event &change = view_.event(index);
        if (changes_password(index) && view_.actor(change) == view_.target(change))
          changed_[{view_.actor(change), change.address}].push_back(change.time);
      }
    }
    const auto found = changed_.find({account, event.address});
    return found != changed_.end() &&
           std::any_of(found->second.begin(), found->second.end(), [&](base::Time time) {
             return time <= event.time && event.time.us - time.us <= kChangedBefore;
           });
  }

  const View &view_;
  std::map<std::string, Known> known_;  // by account
  std::set<EventIndex> told_;
  bool changes_read_ = false;
  std::map<std::pair<std::string, StringId>, std::vector<base::Time>> changed_;  // account, address
};

}  // namespace

std::vector<KnownPasswordUse> find_known_password_uses(const View &view,
                                                       const std::vector<Campaign> &campaigns,
                                                       const std::vector<Guessing> &guessing) {
  return Finder(view, campaigns, guessing).run();
}

void add_known_password_seeds(const std::vector<KnownPasswordUse> &uses,
                              std::vector<Attribution::Seed> &seeds) {
  for (const KnownPasswordUse &use : uses)
    for (const EventIndex index : use.events) seeds.push_back({index, use.why, true, 0, use.principal});
}

void tell_known_passwords(const View &view, const std::vector<KnownPasswordUse> &uses,
                          const Attribution &attribution, std::vector<Detection> &out) {
  for (const KnownPasswordUse &use : uses) {
    const Event &event = view.event(use.signin);
    if (attribution.because(use.signin) != use.why) continue;  // told by what explains it better
    Detection one =
        make_detection(view, use.guessed ? "success-after-guessing" : "success-after-spray", use.events);
    add_unique(one.principals, use.principal);
    if (event.application_id != 0) add_unique(one.applications, std::string(view.text(event.application_id)));
    one.intruder = true;
    one.because = use.why;
    one.grade = Grade::possible;
    one.confidence = 0.8;
    one.footholds.push_back(
        {use.principal, {event.time, base::kTimeMax}, std::string(view.text(event.session))});
    for (const EventIndex index : view.mail())
      if (attribution.intruder(index) && view.actor(view.event(index)) == use.principal)
        add_mail_read(view, index, one.mail_read);
    one.says =
        fill("{account} was signed in to at {first} from {address}, with the password that {how} had found",
             {{"account", view.name_of(use.principal)},
              {"first", spoken(event.time)},
              {"address", std::string(view.text(event.address))},
              {"how", use.guessed ? "guessing" : "the spray"}});
    out.push_back(std::move(one));
  }
}

}  // namespace dislodge::detect
