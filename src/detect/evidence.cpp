// Where attribution begins when no spray was seen: a sign-in that is an attack by itself (a tool of
// attackers, a compromise that Microsoft confirmed, a password that was guessed), and chains. A chain is one
// hand, as far as the log can tell hands apart (one principal in one session, or from one address by one
// program, within a day), that does at least three different things of an intrusion, one of which nobody does
// for work: cutting the audit log, changing whom the tenant trusts, reading the key that signs tokens.
// Setting up an application or a mailbox is work; doing it while the log is being switched off is not. An
// address alone is never a hand.

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

constexpr std::int64_t kChain = base::kDay;
constexpr std::int64_t kAfter = 7 * base::kDay;
constexpr std::size_t kKindsMin = 3;

struct Step {
  EventIndex index = 0;
  std::string kind;
  bool evidence = false;
};

class Chains {
 public:
  explicit Chains(const View &view) : view_(view) {
    if (view.options().sigma == nullptr) return;
    for (const SigmaRule &rule : view.options().sigma->set().rules)
      if (rule.own) rules_[rule.id] = &rule;
  }

  std::vector<Attribution::Seed> run() {
    // The hand: principal, then session or (address, program).
    std::map<std::tuple<std::string, StringId, StringId, StringId>, std::vector<Step>> hands;
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      std::vector<Step> steps;
      for (const std::string_view id : view_.table().extras_of(event, "rule")) {
        const auto rule = rules_.find(id);
        if (rule == rules_.end()) continue;
        const SigmaOwn &own = *rule->second->own;
        const bool signin = event.event_class == log::EventClass::interactive_signin ||
                            event.event_class == log::EventClass::noninteractive_signin;
        if (signin) {
          if (own.weight == "evidence" && event.outcome == log::Outcome::ok)
            seeds_.push_back(
                {i, base::lower(rule->second->title.substr(0, 1)) + rule->second->title.substr(1), false});
          continue;
        }
        if (own.weight != "change") steps.push_back({i, own.kind, own.weight == "evidence"});
      }
      const Act act = view_.act(i);
      if (act == Act::credential) steps.push_back({i, "app-credential-added", false});
      if ((act == Act::consent || act == Act::app_role) && privileged(event))
        steps.push_back({i, act == Act::consent ? "consent-granted" : "app-role-granted", false});
      if (steps.empty()) continue;
      const std::string actor = view_.actor(event);
      if (actor.empty()) continue;
      auto &list = event.session != 0 ? hands[{actor, event.session, 0, 0}]
                                      : hands[{actor, 0, event.address, event.agent}];
      list.insert(list.end(), steps.begin(), steps.end());
    }
    for (const auto &[hand, steps] : hands) judge(std::get<0>(hand), steps);
    follow();
    return std::move(seeds_);
  }

 private:
  bool privileged(const Event &event) const {
    const auto known = [&](std::string_view word) {
      return view_.options().privileged.count(base::lower(word)) != 0;
    };
    for (const std::string_view role : view_.table().extras_of(event, "app-role"))
      if (known(role)) return true;
    for (std::string_view list : view_.table().extras_of(event, "permissions"))
      while (!list.empty()) {
        const std::size_t blank = list.find_first_of(" ,;");
        if (known(list.substr(0, blank))) return true;
        list = blank == std::string_view::npos ? std::string_view() : list.substr(blank + 1);
      }
    return false;
  }

  // A hand that was found, and where it was.
  struct Hand {
    std::string actor, why;
    StringId tenant = 0, address = 0, session = 0;
    base::Time begin, end;
    bool strange = true;  // nobody had been seen at the address before
  };

  // What the same account did from the same address, if nobody of the tenant had been there before: the
  // consent with which it began, the mail that was read besides.
  void follow() {
    if (hands_.empty()) return;
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.address == 0) continue;
      for (Hand &hand : hands_) {
        if (event.address != hand.address || event.tenant != hand.tenant) continue;
        if (event.time < hand.begin - kChain) hand.strange = false;
      }
    }
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.address == 0) continue;
      for (const Hand &hand : hands_)
        // One session is known from another.
        if ((hand.session == 0 || event.session == 0 || event.session == hand.session) && hand.strange &&
            event.address == hand.address && event.tenant == hand.tenant &&
            event.time >= hand.begin - kChain && event.time <= hand.end + kAfter &&
            view_.actor(event) == hand.actor)
          seeds_.push_back(
              {i, "the same account, from an address where nobody had been before; there " + hand.why, true});
    }
  }

  void judge(const std::string &actor, const std::vector<Step> &steps) {
    for (std::size_t begin = 0; begin < steps.size();) {
      std::size_t end = begin;
      std::set<std::string> kinds;
      bool evidence = false;
      const base::Time start = view_.event(steps[begin].index).time;
      for (; end < steps.size() && view_.event(steps[end].index).time.us - start.us <= kChain; ++end) {
        kinds.insert(steps[end].kind);
        evidence = evidence || steps[end].evidence;
      }
      if (!evidence || kinds.size() < kKindsMin) {
        ++begin;
        continue;
      }
      std::string said;
      for (const std::string &kind : kinds) said += (said.empty() ? "" : ", ") + kind;
      const std::string why = "one hand did within a day what no work needs together (" + said + "), from " +
                              view_.table().source_of(view_.event(steps[begin].index)) + " on";
      for (std::size_t i = begin; i < end; ++i) seeds_.push_back({steps[i].index, why, true});
      const Event &first = view_.event(steps[begin].index);
      if (first.address != 0)
        hands_.push_back({actor, why, first.tenant, first.address, first.session, first.time,
                          view_.event(steps[end - 1].index).time});
      begin = end;
    }
  }

  const View &view_;
  std::map<std::string, const SigmaRule *, std::less<>> rules_;
  std::vector<Attribution::Seed> seeds_;
  std::vector<Hand> hands_;
};

}  // namespace

std::vector<Attribution::Seed> evidence_seeds(const View &view, const std::vector<Guessing> &guessing) {
  std::vector<Attribution::Seed> seeds = Chains(view).run();
  add_session_seeds(view, seeds);
  for (const Guessing &one : guessing)
    for (const EventIndex index : one.right)
      if (view.event(index).outcome == log::Outcome::ok)
        seeds.push_back({index,
                         "its password was guessed at from the same address by the same program just before",
                         false});
  return seeds;
}

}  // namespace dislodge::detect
