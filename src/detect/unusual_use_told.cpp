// Unusual uses as detections.

#include <algorithm>
#include <set>

#include "detect/came_by.hpp"
#include "detect/passes.hpp"

namespace dislodge::detect {

using base::StringId;
using log::Event;
using log::EventClass;

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
    std::set<std::pair<StringId, StringId>> by;  // each key or token, each application with its own
    for (const EventIndex index : use.events) {
      const Event &event = view.event(index);
      const bool salesforce = event.source == log::Source::salesforce;
      if (by.insert({event.key_id, salesforce ? event.application_id : 0}).second)
        came_by(view, use.principal, index, one);
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
