// Guessing at one account from everywhere: a try an address, from networks of homes in several countries, by
// programs that change. No address and no program stands out, so the account does: nobody mistypes from eight
// networks in which they never were. A telephone with an old password comes from many addresses, too, but by
// one program; so does a program that a campaign is told by.
//
//   the tries   eight or more within a fortnight, from addresses where nobody of the tenant signs in, in
//   eight
//               networks or more, by three programs or more; two an address at most
//   the right   while they last or a day after, from such an address, in a country in which the account never
//               was, or, where the log tells none, by a program that it never had
//
// Nobody was seen, so what was right is concluded: grade possible.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "detect/guessing.hpp"
#include "detect/passes.hpp"
#include "detect/spray_tries.hpp"
#include "log/trace.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

constexpr std::int64_t kWithin = 14 * base::kDay;
constexpr std::size_t kTriesMin = 8;
constexpr std::size_t kNetworksMin = 8;
constexpr std::size_t kProgramsMin = 3;
constexpr std::size_t kAnAddressMax = 2;
constexpr std::int64_t kAfter = base::kDay;

using Account = std::pair<StringId, StringId>;  // tenant, name or id

Account whose(const Event &event) {
  return {event.tenant, account_of(event)};
}

// Where an account, and where anybody, signed in without being guessed at.
struct Own {
  std::set<std::string> networks, programs;
  std::set<StringId> countries;
};

class Finder {
 public:
  Finder(const View &view, const std::vector<EventIndex> &taken)
      : view_(view), taken_(taken.begin(), taken.end()) {}

  std::vector<Guessing> run() {
    std::map<Account, std::vector<EventIndex>> tries;
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (event.address != 0 && event.outcome == Outcome::wrong_secret && event.code != 50034 &&
          taken_.count(index) == 0)
        tries[whose(event)].push_back(index);
    }
    std::erase_if(tries, [](const auto &one) { return one.second.size() < kTriesMin; });
    std::vector<Guessing> out;
    if (tries.empty()) return out;
    // A success from where guesses came makes the place nobody's; one from anywhere else, its account's.
    std::map<std::pair<StringId, StringId>, std::set<StringId>> here;  // tenant, address -> accounts
    std::map<Account, std::vector<EventIndex>> successes;
    for (const EventIndex index : view_.user_signins()) {
      const Event &event = view_.event(index);
      if (event.address == 0 || !secret_was_right(event.outcome)) continue;
      here[{event.tenant, event.address}].insert(account_of(event));
      if (tries.count(whose(event)) != 0) successes[whose(event)].push_back(index);
    }
    for (auto &[account, list] : tries) judge(account, list, successes[account], here, out);
    return out;
  }

 private:
  std::string network(const Event &event) const { return network_of(view_, event.network, event.address); }

  template <typename Here>
  void judge(const Account &account, const std::vector<EventIndex> &list,
             const std::vector<EventIndex> &successes, const Here &here, std::vector<Guessing> &out) const {
    // What the account had before the first of them.
    Own own;
    const base::Time first = view_.event(list.front()).time;
    for (const EventIndex index : successes) {
      const Event &event = view_.event(index);
      if (event.time >= first) break;
      own.networks.insert(network(event));
      own.networks.insert(network_of(view_, 0, event.address));
      own.programs.insert(log::program_of(view_.text(event.agent)));
      if (event.country != 0) own.countries.insert(event.country);
    }
    // An account without a past has no places of its own.
    if (own.networks.empty()) return;
    const auto strange = [&](const Event &event) {
      const auto at = here.find({event.tenant, event.address});
      const bool others =
          at != here.end() && (at->second.size() > 1 || at->second.count(account.second) == 0);
      return !others && own.networks.count(network(event)) == 0 &&
             own.networks.count(network_of(view_, 0, event.address)) == 0;
    };
    std::vector<EventIndex> strangers;
    std::map<StringId, std::size_t> an_address;
    for (const EventIndex index : list)
      if (strange(view_.event(index)) && ++an_address[view_.event(index).address] <= kAnAddressMax)
        strangers.push_back(index);
    for (std::size_t begin = 0; begin + kTriesMin <= strangers.size(); ++begin) {
      Guessing one;
      std::set<std::string> networks, programs;
      const base::Time from = view_.event(strangers[begin]).time;
      for (std::size_t i = begin; i < strangers.size(); ++i) {
        const Event &event = view_.event(strangers[i]);
        if (event.time.us - from.us > kWithin &&
            event.time.us - view_.event(one.tries.back()).time.us > kWithin / 7)
          break;
        one.tries.push_back(strangers[i]);
        networks.insert(network(event));
        programs.insert(log::program_of(view_.text(event.agent)));
      }
      if (one.tries.size() < kTriesMin || networks.size() < kNetworksMin || programs.size() < kProgramsMin)
        continue;
      one.scattered = true;
      const base::Time last = view_.event(one.tries.back()).time;
      for (const EventIndex index : successes) {
        const Event &event = view_.event(index);
        if (event.time < from || event.time > last + kAfter || !strange(event)) continue;
        const bool told = event.country != 0 && !own.countries.empty();
        const bool theirs =
            told ? own.countries.count(event.country) == 0
                 : event.agent != 0 && own.programs.count(log::program_of(view_.text(event.agent))) == 0;
        if (theirs) one.right.push_back(index);
      }
      begin += one.tries.size() - 1;
      out.push_back(std::move(one));
    }
  }

  const View &view_;
  std::unordered_set<EventIndex> taken_;
};

}  // namespace

std::vector<Guessing> find_scattered_guessing(const View &view, const std::vector<EventIndex> &taken) {
  return Finder(view, taken).run();
}

}  // namespace dislodge::detect
