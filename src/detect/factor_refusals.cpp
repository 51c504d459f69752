// Second factors that were refused. Whoever is asked for a factor gave the right password, so a telephone
// that asks again and again, for a sign-in from where its owner never was, says that the password is known.
// People refuse at home, too, when two of their own programs ask at once; from there it is nobody's business.

#include <map>

#include "detect/guessing.hpp"
#include "detect/passes.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::Outcome;

constexpr std::size_t kRefusedMin = 3;
constexpr std::int64_t kGap = base::kHour;
constexpr std::int64_t kAfter = base::kDay;

// That a factor is asked for is no refusal; Entra says which it was.
bool refused(const Event &event) {
  return event.outcome == Outcome::right_secret_stopped &&
         (event.code == 500121 || (event.source != log::Source::entra_signin &&
                                   event.source != log::Source::m365_audit && event.code == 0));
}

}  // namespace

void tell_factor_refusals(const View &view, const Attribution &attribution, std::vector<Detection> &out) {
  using Run = std::vector<EventIndex>;
  std::map<std::pair<StringId, StringId>, base::Time> here;              // tenant, address -> first success
  std::map<std::pair<std::string, std::string>, std::vector<Run>> runs;  // account, network
  for (const EventIndex index : view.user_signins()) {
    const Event &event = view.event(index);
    if (event.address == 0) continue;
    if (event.outcome == Outcome::ok) here.try_emplace({event.tenant, event.address}, event.time);
    if (!refused(event)) continue;
    auto &list = runs[{view.actor(event), network_of(view, event.network, event.address)}];
    if (list.empty() || event.time.us - view.event(list.back().back()).time.us > kGap) list.emplace_back();
    list.back().push_back(index);
  }
  for (const auto &[key, list] : runs)
    for (const Run &run : list) {
      const auto &[account, network] = key;
      if (run.size() < kRefusedMin || account.empty()) continue;
      const Event &first = view.event(run.front());
      const Event &last = view.event(run.back());
      const auto seen = here.find({first.tenant, first.address});
      if (seen != here.end() && seen->second < first.time) continue;
      Detection one = make_detection(view, "brute-force", run);
      one.techniques = {"T1621"};
      add_unique(one.principals, account);
      one.grade = Grade::confirmed;
      one.confidence = 0.7;
      one.because = "no sign-in shows that one was granted";
      for (const EventIndex index : attribution.signins_as(account)) {
        const Event &event = view.event(index);
        if (event.time < first.time || event.time > last.time + kAfter ||
            network_of(view, event.network, event.address) != network)
          continue;
        one.intruder = true;
        one.because = "it went on until a second factor was granted";
        one.planted.push_back({account, "password", "", first.time, ""});
        if (attribution.by_absence(index)) one.grade = Grade::possible;
        break;
      }
      one.says = fill(
          "{times} asked {account} for a second factor that was refused, from {address} between {first} and "
          "{last}: the password is known there",
          {{"times", counted(run.size(), "sign-in", "sign-ins")},
           {"account", view.name_of(account)},
           {"address", std::string(view.text(first.address))},
           {"first", spoken(one.first)},
           {"last", spoken(one.last)}});
      out.push_back(std::move(one));
    }
}

}  // namespace dislodge::detect
