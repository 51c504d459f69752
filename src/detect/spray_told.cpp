// Campaigns and fallen accounts as detections.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "detect/passes.hpp"
#include "log/builder.hpp"
#include "log/result_code.hpp"

namespace dislodge::detect {

namespace {

using log::Event;
using log::Outcome;

// Detection keeps lists of principals for people and reach; a campaign against a whole tenant has very many.
constexpr std::size_t kFootholdsMax = 200;

Detection told(const View &view, const Campaign &campaign) {
  Detection one = make_detection(view, "spray", campaign.tries);
  std::set<std::string> principals, accounts;
  for (const EventIndex index : campaign.tries) {
    const Event &event = view.event(index);
    accounts.insert(std::string(view.text(event.tenant)) + ' ' +
                    std::string(view.text(event.actor_name != 0 ? event.actor_name : event.actor_id)));
    if (event.application_id != 0) add_unique(one.applications, std::string(view.text(event.application_id)));
    // Who does not exist is no principal.
    if (event.code == 50034) continue;
    const std::string actor = view.actor(event);
    if (actor.starts_with("principal:")) principals.insert(actor);
  }
  one.principals.assign(principals.begin(), principals.end());
  std::set<std::string> addresses(one.addresses.begin(), one.addresses.end());
  one.addresses.assign(addresses.begin(), addresses.end());
  const std::size_t right = campaign.right.size() + campaign.later.size();
  one.intruder = right + campaign.concluded.size() > 0;
  one.because = right > 0      ? "the same client gave a right password " + counted(right, "time", "times")
                : one.intruder ? "a right password came as its tries do, " +
                                     counted(campaign.concluded.size(), "time", "times")
                               : "no sign-in shows that this client ever had a right password";
  one.grade = Grade::confirmed;
  one.confidence = std::min(campaign.scattered ? 0.7 : 0.99, 1 - std::exp(-campaign.surprise / 10));
  one.says = sentence(view, "spray",
                      {{"tries", std::to_string(campaign.tries.size())},
                       {"accounts", std::to_string(accounts.size())},
                       {"addresses", std::to_string(addresses.size())},
                       {"first", spoken(one.first)},
                       {"last", spoken(one.last)},
                       {"fingerprint", describe(view, campaign.fingerprint)},
                       {"ordinary", campaign.scattered  ? "show too, from places where nobody gets in"
                                    : campaign.ordinary ? "hardly show"
                                                        : "never show"}});
  return one;
}

// A right secret that may be the owner's own: told, so that somebody asks; nobody is blamed.
Detection doubtful_account(const View &view, const Campaign &campaign,
                           const std::vector<EventIndex> &events) {
  Detection one = make_detection(view, "success-after-spray", events);
  const Event &event = view.event(events.front());
  const std::string actor = view.actor(event);
  add_unique(one.principals, actor);
  if (event.application_id != 0) add_unique(one.applications, std::string(view.text(event.application_id)));
  one.grade = Grade::possible;
  const bool their_place =
      std::binary_search(campaign.addresses.begin(), campaign.addresses.end(), event.address);
  one.confidence = their_place ? 0.4 : 0.2;
  one.because = their_place
                    ? "from an address of the spray, but by the program that its owner had before: ask "
                      "the owner"
                    : "while the spray ran, once, from a network where this account was at no other "
                      "time, by the program of the spray, which its owner has too: ask the owner";
  one.says = sentence(
      view, "success-after-spray",
      {{"account", view.name_of(actor)},
       {"result", event.outcome == Outcome::ok ? "was signed in to"
                                               : "gave its right password, but " +
                                                     std::string(log::meaning_of_entra(event.code)) + ","},
       {"first", spoken(one.first)},
       {"fingerprint", describe(view, campaign.fingerprint)},
       {"more", ", or by its owner from where the spray came"}});
  return one;
}

bool was_tried(const View &view, const Campaign &campaign, const std::string &actor) {
  return std::any_of(campaign.tries.begin(), campaign.tries.end(),
                     [&](EventIndex index) { return view.actor(view.event(index)) == actor; });
}

bool worked_before(const View &view, const Campaign &campaign, const std::string &actor) {
  if (campaign.tries.empty()) return false;
  const base::Time begin = view.event(campaign.tries.front()).time;
  const auto &signins = view.user_signins();  // in order of time
  return std::any_of(signins.begin(), signins.end(), [&](EventIndex index) {
    const Event &event = view.event(index);
    return event.time < begin && event.outcome == Outcome::ok && view.actor(event) == actor;
  });
}

}  // namespace

Detection fallen_account(const View &view, const Campaign &campaign, const std::vector<EventIndex> &events,
                         const Attribution &attribution) {
  // The first success is the fall; before any success, the first right password that something stopped.
  const auto ok = std::find_if(events.begin(), events.end(),
                               [&](EventIndex index) { return view.event(index).outcome == Outcome::ok; });
  const bool in = ok != events.end();
  const EventIndex fall = in ? *ok : events.front();
  const Event &event = view.event(fall);
  const std::string actor = view.actor(event);
  Detection one = make_detection(view, "success-after-spray", {fall});
  add_unique(one.principals, actor);
  if (event.application_id != 0) add_unique(one.applications, std::string(view.text(event.application_id)));
  one.intruder = true;
  const bool same_program = matches(campaign.fingerprint, parts_of(view, event)) && event.agent != 0;
  one.because = same_program
                    ? "the client of the spray (" + describe(view, campaign.fingerprint) +
                          ") gave its right password, and no sign-in of its owner that is held is by it"
                    : "its right password was given from an address of the spray, from which nobody had "
                      "signed in before it";
  // Whom it never tried, and who was at work before it began, may be at work by that program.
  const bool their_place =
      std::binary_search(campaign.addresses.begin(), campaign.addresses.end(), event.address);
  if (their_place || (was_tried(view, campaign, actor) && !worked_before(view, campaign, actor))) {
    one.grade = Grade::confirmed;
    one.confidence = campaign.ordinary ? 0.9 : 0.97;
  } else {
    one.grade = Grade::possible;
    one.confidence = 0.6;
    one.because += was_tried(view, campaign, actor)
                       ? "; but its owner was at work before, by another one: ask them"
                       : "; but the spray never tried it: ask its owner";
  }
  std::vector<EventIndex> signins = in ? attribution.signins_as(actor) : std::vector<EventIndex>();
  if (in && signins.empty()) signins = {fall};
  for (const EventIndex index : signins)
    if (one.footholds.size() < kFootholdsMax)
      one.footholds.push_back({actor,
                               {view.event(index).time, base::kTimeMax},
                               std::string(view.text(view.event(index).session))});
  // A right password that something stopped is known all the same, and another way in may not ask for more.
  if (!in) one.planted.push_back({actor, "password", "", event.time, ""});
  for (const EventIndex index : view.mail())
    if (in && attribution.intruder(index) && view.actor(view.event(index)) == actor)
      add_mail_read(view, index, one.mail_read);
  std::string more;
  if (signins.size() > 1)
    more = ", and " + counted(signins.size() - 1, "time more", "times more") + " until " +
           spoken(view.event(signins.back()).time);
  one.says = sentence(view, "success-after-spray",
                      {{"account", view.name_of(actor)},
                       {"result", in ? "was signed in to"
                                     : "gave its right password, but " +
                                           std::string(log::meaning_of_entra(event.code)) + ","},
                       {"first", spoken(one.first)},
                       {"fingerprint", describe(view, campaign.fingerprint)},
                       {"more", more}});
  return one;
}

void tell_sprays(const View &view, const std::vector<Campaign> &campaigns, const Attribution &attribution,
                 std::vector<Detection> &out) {
  std::set<std::string> fallen;
  for (const Campaign &campaign : campaigns) {
    out.push_back(told(view, campaign));
    std::map<std::string, std::vector<EventIndex>> by_account;
    for (const EventIndex index : campaign.right) by_account[view.actor(view.event(index))].push_back(index);
    for (const auto &[account, events] : by_account)
      if (fallen.insert(account).second) out.push_back(fallen_account(view, campaign, events, attribution));
  }
  for (const Campaign &campaign : campaigns) {
    std::map<std::string, std::vector<EventIndex>> by_account;
    for (const EventIndex index : campaign.concluded)
      by_account[view.actor(view.event(index))].push_back(index);
    for (const auto &[account, events] : by_account) {
      if (!fallen.insert(account).second) continue;
      Detection one = fallen_account(view, campaign, events, attribution);
      one.grade = Grade::possible;
      one.confidence = 0.5;
      one.because = std::string(kConcludedOfSpray) + ": ask its owner";
      out.push_back(std::move(one));
    }
    by_account.clear();
    for (const EventIndex index : campaign.perhaps)
      if (!attribution.intruder(index)) by_account[view.actor(view.event(index))].push_back(index);
    for (const auto &[account, events] : by_account)
      if (fallen.insert(account).second) out.push_back(doubtful_account(view, campaign, events));
  }
}

}  // namespace dislodge::detect
