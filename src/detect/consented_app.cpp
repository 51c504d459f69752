// Consent phishing. A page asks people to let an application read their mail. Nobody signs in as them from
// elsewhere, no password is tried, and resetting passwords does not end it: the application redeems its own
// refresh tokens. The consent names the service principal, the reading names the application id; the view
// joins them.
//
// Every organisation lets in applications that read mail, so the application must be unknown (nobody had used
// it an hour before the first consent, and the log goes back some days), open mail or files, and be used from
// an address where nobody of the tenant had been (a mail program on the desk of who consented is none). Such
// an application weighs 3, and
//
//   1  it is used from a country from which nobody of the tenant had signed in
//   1  three people let it in within an hour, or two within ten minutes
//   1  it opens mail and may send, too, or mail and files
//   2  Microsoft found the application risky when it was let in
//  -1  an administrator let it in for everybody
//
// Five is held for the intruder's, at grade possible. Who consented was deceived; nobody held their account.
//
// Sources: Microsoft, Malicious OAuth applications (2022) and Storm-1283 (2023); Proofpoint on MACT
// (2021-22); learn.microsoft.com/entra/identity/enterprise-apps/protect-against-consent-phishing; MITRE
// ATT&CK T1528.

#include "detect/consented_app.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "detect/passes.hpp"
#include "log/front_end.hpp"

namespace dislodge::detect {

namespace {

using base::StringId;
using log::Event;
using log::EventClass;
using log::Outcome;

constexpr int kStrange = 3;  // unknown, opens mail or files, used from elsewhere
constexpr int kWeightMin = 5;
constexpr std::int64_t kBaselineMin = 3 * base::kDay;
constexpr std::int64_t kArrival = base::kHour;  // its service principal is made with the first consent
constexpr std::int64_t kTogether = base::kHour, kAtOnce = 10 * base::kMinute;
constexpr std::size_t kTogetherMin = 3, kAtOnceMin = 2;

struct Application {
  std::string service;
  StringId tenant = 0;
  std::vector<EventIndex> consents;
  std::set<std::string> permissions;  // lower case
  bool by_administrators = true, risky = false;
  bool known = false;            // somebody used it before
  std::vector<EventIndex> uses;  // that show a place
};

// Where a tenant's people were before a moment, without the applications that are looked at.
struct Places {
  std::map<StringId, base::Time> addresses, countries;  // -> first
  std::map<std::string, base::Time> networks;
  base::Time first = base::kTimeMax;
};

class Finder {
 public:
  explicit Finder(const View &view) : view_(view) {}

  std::vector<ConsentedApp> run() {
    gather_consents();
    if (apps_.empty()) return {};
    gather_places();
    std::vector<ConsentedApp> found;
    for (const auto &[key, app] : apps_) judge(app, found);
    std::sort(found.begin(), found.end(), [](const ConsentedApp &a, const ConsentedApp &b) {
      return std::tie(a.changes.front(), a.service) < std::tie(b.changes.front(), b.service);
    });
    return found;
  }

 private:
  bool opens(const std::string &permission) const {
    return view_.options().privileged.count(permission) != 0;
  }

  void gather_consents() {
    for (const EventIndex index : view_.changes()) {
      if (view_.act(index) != Act::consent) continue;
      const Event &event = view_.event(index);
      const std::string service = grantee_of(view_, event);
      const std::string_view id = view_.application_of(service);
      const StringId application = id.empty() ? 0 : view_.table().pool.find(id);
      if (application == 0) continue;
      Application &app = apps_[{event.tenant, application}];
      app.service = service;
      app.tenant = event.tenant;
      app.consents.push_back(index);
      for (const std::string_view text : view_.table().extras_of(event, "permissions"))
        for (std::string_view rest = text; !rest.empty();) {
          const std::size_t end = std::min(rest.find_first_of(" ,;"), rest.size());
          if (end > 0) app.permissions.insert(base::lower(rest.substr(0, end)));
          rest.remove_prefix(std::min(end + 1, rest.size()));
        }
      const auto said = [&](std::string_view property, std::string_view word) {
        return base::contains_ignoring_case(view_.table().extra(event, property), word);
      };
      app.risky = app.risky || said("new:ConsentAction.Reason", "risky") || said("reason", "risky");
      app.by_administrators = app.by_administrators && (said("new:ConsentContext.IsAdminConsent", "true") ||
                                                        said("new:ConsentContext.OnBehalfOfAll", "true"));
    }
    std::erase_if(apps_, [&](const auto &one) {
      const auto &permissions = one.second.permissions;
      return std::none_of(permissions.begin(), permissions.end(),
                          [&](const std::string &permission) { return opens(permission); });
    });
  }

  void gather_places() {
    for (EventIndex i = 0; i < view_.size(); ++i) {
      const Event &event = view_.event(i);
      if (event.time.us == 0 || event.outcome == Outcome::error || is_failed_try(event)) continue;
      const auto app = apps_.find({event.tenant, event.application_id});
      const bool used = app != apps_.end() && view_.act(i) == Act::none;
      if (used) {
        Application &one = app->second;
        one.known = one.known || event.time < view_.event(one.consents.front()).time - kArrival;
        if (event.address != 0 && !log::is_front_end(view_.text(event.address))) one.uses.push_back(i);
        continue;
      }
      Places &places = places_[event.tenant];
      places.first = std::min(places.first, event.time);
      if (event.address != 0) {
        if (places.addresses.try_emplace(event.address, event.time).second)
          places.networks.try_emplace(network_of(view_, 0, event.address), event.time);
      }
      if (event.country != 0) places.countries.try_emplace(event.country, event.time);
    }
  }

  void judge(const Application &app, std::vector<ConsentedApp> &found) const {
    const auto known = places_.find(app.tenant);
    const base::Time since = view_.event(app.consents.front()).time;
    if (app.known || known == places_.end() || since.us - known->second.first.us < kBaselineMin) return;
    const Places &places = known->second;
    const auto before = [&](const auto &list, const auto &key) {
      const auto at = list.find(key);
      return at != list.end() && at->second < since;
    };
    bool elsewhere = false, abroad = false;
    std::string country;
    for (const EventIndex index : app.uses) {
      const Event &event = view_.event(index);
      if (before(places.addresses, event.address) ||
          before(places.networks, network_of(view_, 0, event.address)))
        continue;
      elsewhere = true;
      if (event.country == 0 || places.countries.empty() || before(places.countries, event.country)) continue;
      abroad = true;
      country = view_.text(event.country);
    }
    if (!elsewhere) return;
    std::string why = "an application that nobody had used before";
    int weight = kStrange;
    if (app.by_administrators) weight -= 1;
    if (const std::size_t people = together(app); people != 0) {
      weight += 1;
      why += ", which " + std::to_string(people) + " people let in within an hour";
    }
    if (app.risky) {
      weight += 2;
      why += ", which Microsoft found risky";
    }
    const auto may = [&](std::string_view word) {
      return std::any_of(app.permissions.begin(), app.permissions.end(), [&](const std::string &permission) {
        return permission.starts_with(word) && opens(permission);
      });
    };
    const bool mail = std::any_of(
        app.permissions.begin(), app.permissions.end(),
        [&](const std::string &permission) { return view_.options().mail_roles.count(permission) != 0; });
    if (mail && (may("files.") || may("sites.") || may("mail.send") || may("ews."))) {
      weight += 1;
      why +=
          may("files.") || may("sites.") ? ", that opens mail and files" : ", that reads mail and may send";
    }
    why += ", used from where nobody of the tenant had been";
    if (abroad) {
      weight += 1;
      why += " (" + country + ")";
    }
    if (weight < kWeightMin) return;
    ConsentedApp one{app.service, app.consents, why};
    for (const EventIndex index : view_.changes()) {
      const Event &event = view_.event(index);
      if (view_.act(index) == Act::service_principal && event.tenant == app.tenant &&
          event.time >= since - kArrival && event.time <= since + kArrival &&
          view_.target(event) == app.service)
        one.changes.push_back(index);
    }
    std::sort(one.changes.begin(), one.changes.end());
    found.push_back(std::move(one));
  }

  // How many people let it in together; 0: each in their own time.
  std::size_t together(const Application &app) const {
    std::size_t best = 0;
    for (std::size_t i = 0; i < app.consents.size(); ++i) {
      std::set<std::string> within, at_once;
      const base::Time begin = view_.event(app.consents[i]).time;
      for (std::size_t j = i; j < app.consents.size(); ++j) {
        const Event &event = view_.event(app.consents[j]);
        if (event.time.us - begin.us > kTogether) break;
        const std::string who = view_.actor(event);
        within.insert(who);
        if (event.time.us - begin.us <= kAtOnce) at_once.insert(who);
      }
      if (within.size() >= kTogetherMin || at_once.size() >= kAtOnceMin) best = std::max(best, within.size());
    }
    return best;
  }

  const View &view_;
  std::map<std::pair<StringId, StringId>, Application> apps_;  // by tenant and application id
  std::map<StringId, Places> places_;                          // by tenant
};

}  // namespace

std::vector<ConsentedApp> find_consented_apps(const View &view) {
  return Finder(view).run();
}

void add_consent_seeds(const View &view, const std::vector<ConsentedApp> &apps,
                       std::vector<Attribution::Seed> &seeds) {
  // The session in which somebody consented is their own.
  for (const ConsentedApp &app : apps)
    for (const EventIndex index : app.changes)
      seeds.push_back({index, app.why, true, view.event(index).session, app.service});
}

}  // namespace dislodge::detect
