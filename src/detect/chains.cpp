// Where attribution begins when no spray was seen: a sign-in that is an attack by itself (a tool of
// attackers, a compromise that Microsoft confirmed), and chains. A chain is one
// hand, as far as the log can tell hands apart (one principal in one session, or from one address by one
// program, within a day), that does at least three different things of an intrusion, one of which nobody does
// for work: cutting the audit log, changing whom the tenant trusts, reading the key that signs tokens.
// Setting up an application or a mailbox is work; doing it while the log is being switched off is not. An
// address alone is never a hand.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/encode.hpp"
#include "detect/new_home.hpp"
#include "detect/passes.hpp"
#include "detect/sigma_matcher.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;

constexpr std::int64_t kChain = base::kDay;
constexpr std::int64_t kAfter = 7 * base::kDay;
constexpr std::size_t kKindsMin = 3;
constexpr std::size_t kKnownDays = 3;  // of an account, and of it at an address

struct Step {
  EventIndex index = 0;
  std::string_view kind;  // of the rule, or a literal
  bool evidence = false;
};

class Chains {
 public:
  explicit Chains(const View &view) : view_(view), traits_(view) {
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
    leave_at_home();
    for (const Hand &hand : hands_)
      for (const EventIndex index : hand.steps) seeds_.push_back({index, hand.why, true});
    std::erase_if(hands_, [](const Hand &hand) { return hand.address == 0; });
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
    std::vector<EventIndex> steps;
    bool strange = true;  // nobody had been seen at the address before
  };

  // An account that is known, at the address where it was on other days: an administrator has a busy day at
  // their desk, or at a new home. Whoever had been there before from the account's own address was there with
  // its owner.
  void leave_at_home() {
    struct Past {
      std::set<std::int64_t> days, days_here;
      base::Time since = base::kTimeMax;
    };
    std::vector<Past> pasts(hands_.size());
    std::unordered_map<StringId, std::vector<std::size_t>> of;  // actor's id or name -> hands
    for (std::size_t i = 0; i < hands_.size(); ++i) {
      const Event &first = view_.event(hands_[i].steps.front());
      for (const StringId id : {first.actor_id, first.actor_name})
        if (id != 0) of[id].push_back(i);
    }
    if (of.empty()) return;
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.address == 0 || is_failed_try(event)) continue;
      for (const StringId id : {event.actor_id, event.actor_name}) {
        const auto found = id == 0 ? of.end() : of.find(id);
        if (found == of.end()) continue;
        for (const std::size_t hand : found->second) {
          if (event.time >= hands_[hand].begin - kChain || event.tenant != hands_[hand].tenant) continue;
          pasts[hand].days.insert(event.time.us / base::kDay);
          pasts[hand].since = std::min(pasts[hand].since, event.time);
          if (event.address == hands_[hand].address) pasts[hand].days_here.insert(event.time.us / base::kDay);
        }
      }
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < hands_.size(); ++i) {
      const bool known =
          pasts[i].days.size() >= kKnownDays && hands_[i].begin.us - pasts[i].since.us >= kAfter;
      if (hands_[i].address != 0 && known && pasts[i].days_here.size() >= kKnownDays) continue;
      if (known && at_new_home(view_, traits_, hands_[i].steps.front(), hands_[i].begin, hands_[i].end))
        continue;
      if (next != i) hands_[next] = std::move(hands_[i]);
      ++next;
    }
    hands_.resize(next);
  }

  // What the same account did from the same address, if nobody of the tenant had been there before: the
  // consent with which it began, the mail that was read besides.
  void follow() {
    if (hands_.empty()) return;
    std::unordered_map<StringId, std::vector<std::size_t>> at;  // address -> hands
    for (std::size_t i = 0; i < hands_.size(); ++i) at[hands_[i].address].push_back(i);
    const auto each = [&](const auto &what) {
      for (EventIndex i = 0; i < view_.size(); ++i) {
        const Event &event = view_.event(i);
        if (event.address == 0) continue;
        const auto here = at.find(event.address);
        if (here == at.end()) continue;
        for (const std::size_t hand : here->second)
          if (event.tenant == hands_[hand].tenant) what(i, event, hands_[hand]);
      }
    };
    each([](EventIndex, const Event &event, Hand &hand) {
      if (event.time < hand.begin - kChain) hand.strange = false;
    });
    each([&](EventIndex i, const Event &event, const Hand &hand) {
      // One session is known from another.
      if ((hand.session == 0 || event.session == 0 || event.session == hand.session) && hand.strange &&
          event.time >= hand.begin - kChain && event.time <= hand.end + kAfter &&
          view_.actor(event) == hand.actor)
        seeds_.push_back(
            {i, "the same account, from an address where nobody had been before; there " + hand.why, true});
    });
  }

  void judge(const std::string &actor, const std::vector<Step> &steps) {
    // Most hands do one thing over and over.
    std::set<std::string_view> all;
    bool any = false;
    for (const Step &step : steps) {
      all.insert(step.kind);
      any = any || step.evidence;
    }
    if (!any || all.size() < kKindsMin) return;
    for (std::size_t begin = 0; begin < steps.size();) {
      std::size_t end = begin;
      std::set<std::string_view> kinds;
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
      for (const std::string_view kind : kinds) said += (said.empty() ? "" : ", ") + std::string(kind);
      const std::string why = "one hand did within a day what no work needs together (" + said + "), from " +
                              view_.table().source_of(view_.event(steps[begin].index)) + " on";
      const Event &first = view_.event(steps[begin].index);
      Hand hand{actor,
                why,
                first.tenant,
                first.address,
                first.session,
                first.time,
                view_.event(steps[end - 1].index).time,
                {}};
      for (std::size_t i = begin; i < end; ++i) hand.steps.push_back(steps[i].index);
      hands_.push_back(std::move(hand));
      begin = end;
    }
  }

  const View &view_;
  Traits traits_;
  std::map<std::string, const SigmaRule *, std::less<>> rules_;
  std::vector<Attribution::Seed> seeds_;
  std::vector<Hand> hands_;
};

}  // namespace

std::vector<Attribution::Seed> chain_seeds(const View &view) {
  return Chains(view).run();
}

}  // namespace dislodge::detect
