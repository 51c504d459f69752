#include "detect/came_by.hpp"

#include "base/encode.hpp"
#include "identity/places.hpp"

namespace dislodge::detect {

namespace {

struct Credential {
  std::string slot, id;
};

Credential credential_of(const View &view, const log::Event &event) {
  const std::string key = base::lower(view.text(event.key_id));
  switch (event.source) {
    case log::Source::aws_cloudtrail:
      // A session's key (ASIA...) ends by itself.
      return {"access-key", key.starts_with("akia") ? key : std::string()};
    case log::Source::google_cloud:
      return {"access-key", key};
    case log::Source::okta:
      // A sign-in through an identity provider names the provider, which is no credential of the account.
      return {"token", event.event_class == log::EventClass::api_call ||
                               !base::contains_ignoring_case(view.text(event.operation), "auth_via_")
                           ? key
                           : std::string()};
    case log::Source::gitlab:
      return {"token", key};
    case log::Source::github: {
      const std::string hashed = base::lower(view.table().extra(event, "hashed-token"));
      return {"token", hashed.empty() ? key : hashed};
    }
    case log::Source::sshd:
      return {"ssh-key", std::string(view.text(event.key_id))};
    case log::Source::salesforce:
      // What an application was let in with is no password: its tokens are what they have.
      return {"app", event.event_class == log::EventClass::api_call
                         ? base::lower(view.text(event.application_id))
                         : std::string()};
    default:
      return {};
  }
}

}  // namespace

void came_by(const View &view, const std::string &principal, EventIndex index, Detection &detection) {
  const log::Event &event = view.event(index);
  if (detection.footholds.size() < kEventsKept)
    detection.footholds.push_back(
        {principal, {event.time, base::kTimeMax}, std::string(view.text(event.session))});
  const Credential by = credential_of(view, event);
  if (by.id.empty() || detection.planted.size() >= kEventsKept) return;
  const std::string slot = std::string(identity::kUsed) + by.slot;
  // With the foothold's own time, by which reach joins the two.
  detection.planted.push_back({principal, slot, by.id, event.time, ""});
}

}  // namespace dislodge::detect
