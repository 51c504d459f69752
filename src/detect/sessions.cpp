#include <algorithm>
#include <map>
#include <set>

#include "base/hash.hpp"
#include "detect/basis.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

struct Building {
  Session session;
  std::set<std::string> addresses, agents;
};

}  // namespace

std::vector<Session> sessions(const log::EventTable &table, const identity::Facts &facts,
                              const std::vector<Detection> &detections, const DetectOptions &options) {
  return sessions(Basis(table, facts, options), detections);
}

std::vector<Session> sessions(const Basis &basis, const std::vector<Detection> &detections) {
  const View &view = basis.view;
  const Attribution attribution = basis.attribution(detections);
  std::set<std::string> principals;
  for (const Detection &one : detections)
    if (one.intruder && one.kind != "spray") principals.insert(one.principals.begin(), one.principals.end());

  std::map<std::pair<std::string, std::string>, Building> building;       // principal, id
  std::map<std::string, std::pair<base::Time, std::string>> last_signin;  // of applications
  const auto take = [&](EventIndex index) {
    const Event &event = view.event(index);
    std::string principal = view.actor(event);
    if (event.event_class == log::EventClass::mail_access && event.application_id != 0) {
      // Mail that an application of theirs read stands in the name of the mailbox's owner at times.
      const std::string service =
          view.service_principal(view.text(event.tenant), view.text(event.application_id));
      const bool by_application = !view.table().extra(event, "app-only").empty() ||
                                  (attribution.intruder(index) && attribution.hold(service) != nullptr);
      if (by_application && !service.empty()) principal = service;
    }
    if (!attribution.intruder(index) && principals.count(principal) == 0) return;
    // Mail that was read carries the session or the token of the sign-in. What carries neither belongs to the
    // last sign-in of an application, for a day; else it is its own session a day.
    std::string id(view.text(event.session != 0 ? event.session : event.token));
    if (event.event_class == log::EventClass::service_principal_signin)
      last_signin[principal] = {event.time, id};
    const auto signin = last_signin.find(principal);
    if (id.empty() && signin != last_signin.end() && event.time.us - signin->second.first.us <= base::kDay)
      id = signin->second.second;
    if (id.empty())
      id = "session:" +
           base::to_hex(base::sha256(principal + '\n' + std::string(view.text(event.application_id)) + '\n' +
                                     std::to_string(event.time.us / base::kDay) +
                                     (attribution.intruder(index) ? "\nintruder" : "")))
               .substr(0, 32);
    Building &one = building[{principal, id}];
    Session &session = one.session;
    if (session.events++ == 0) {
      session.id = id;
      session.principal = principal;
      session.application = view.text(event.application_id);
      session.first = session.last = event.time;
    }
    session.first = std::min(session.first, event.time);
    session.last = std::max(session.last, event.time);
    if (event.address != 0) one.addresses.emplace(view.text(event.address));
    if (event.agent != 0) one.agents.emplace(view.text(event.agent));
    if (attribution.intruder(index) && !session.intruder) {
      session.intruder = true;
      session.because = attribution.because(index);
    }
  };
  std::vector<EventIndex> all(view.mail());
  for (const auto *list : {&view.user_signins(), &view.service_signins()})
    std::copy_if(list->begin(), list->end(), std::back_inserter(all),
                 [&](EventIndex index) { return view.event(index).outcome == log::Outcome::ok; });
  const std::vector<EventIndex> theirs = attribution.events();
  all.insert(all.end(), theirs.begin(), theirs.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const EventIndex index : all) take(index);

  std::vector<Session> out;
  for (auto &[key, one] : building) {
    one.session.addresses.assign(one.addresses.begin(), one.addresses.end());
    one.session.agents.assign(one.agents.begin(), one.agents.end());
    out.push_back(std::move(one.session));
  }
  std::sort(out.begin(), out.end(), [](const Session &a, const Session &b) {
    return std::tie(a.first, a.principal, a.id) < std::tie(b.first, b.principal, b.id);
  });
  return out;
}

}  // namespace dislodge::detect
