// OneLogin: events of its API and webhooks, named by number.
// Source: developers.onelogin.com/api-docs/1/events/event-types.

#include "log/fields.hpp"
#include "log/sources.hpp"

namespace dislodge::log {

namespace {

struct Kind {
  std::int32_t id;
  std::string_view name;
  EventClass event_class;
  Outcome outcome;
};
constexpr EventClass kSignin = EventClass::interactive_signin;
constexpr EventClass kChange = EventClass::admin_change;
constexpr Kind kKinds[] = {
    {3, "user assumed by another", kSignin, Outcome::ok},
    {5, "user logged in", kSignin, Outcome::ok},
    {6, "user failed to log in", kSignin, Outcome::wrong_secret},
    {7, "user logged out", EventClass::other, Outcome::ok},
    {8, "user logged into application", EventClass::noninteractive_signin, Outcome::ok},
    {9, "user failed to log into application", EventClass::noninteractive_signin, Outcome::error},
    {11, "user changed password", kChange, Outcome::ok},
    {12, "user unlocked", kChange, Outcome::ok},
    {13, "user created", kChange, Outcome::ok},
    {14, "user updated", kChange, Outcome::ok},
    {15, "user deactivated", kChange, Outcome::ok},
    {16, "user activated", kChange, Outcome::ok},
    {17, "user deleted", kChange, Outcome::ok},
    {19, "user suspended", kChange, Outcome::ok},
    {21, "user authenticated by factor", EventClass::other, Outcome::ok},
    {22, "user failed factor", kSignin, Outcome::right_secret_stopped},
    {24, "factor registered", kChange, Outcome::ok},
    {25, "factor removed", kChange, Outcome::ok},
    {28, "user failed factor", kSignin, Outcome::right_secret_stopped},
    {29, "user authenticated by RADIUS", kSignin, Outcome::ok},
    {30, "user failed by RADIUS", kSignin, Outcome::wrong_secret},
    {36, "factor registered", kChange, Outcome::ok},
    {37, "factor removed", kChange, Outcome::ok},
    {72, "privilege granted to user", kChange, Outcome::ok},
    {73, "privilege revoked from user", kChange, Outcome::ok},
    {90, "user locked", kSignin, Outcome::blocked},
    {149, "user locked out", kSignin, Outcome::blocked},
    {240, "password shown", EventClass::key_use, Outcome::ok},
};

const Kind *kind_of(std::int64_t id) {
  for (const Kind &kind : kKinds)
    if (kind.id == id) return &kind;
  return nullptr;
}

}  // namespace

bool is_onelogin(const Json &record) {
  return record.is_object() && record.get("event_type_id") &&
         record.any({"user_id", "user_name", "actor_user_id", "account_id", "actor_user_name", "ipaddr"});
}

base::Result<void> read_onelogin(const Json &record, EventBuilder &out) {
  DISLODGE_TRY(set_time_at(out, record, {"created_at", "event_timestamp", "p_event_time", "p_parse_time"}));
  Event &event = out.event();
  const std::int64_t id = record.get("event_type_id").number().value_or(0);
  event.code = static_cast<std::int32_t>(id < 0 || id > 1'000'000 ? 0 : id);
  const Kind *kind = kind_of(id);
  out.set(&Event::operation, kind != nullptr ? std::string(kind->name) : "event type " + std::to_string(id));
  event.event_class = kind != nullptr ? kind->event_class : EventClass::other;
  event.outcome = kind != nullptr ? kind->outcome : Outcome::none;
  out.set(&Event::native_id, text_at(record, {"uuid", "id"}));
  std::string_view tenant = text_at(record, {"account_id"});
  if (tenant.empty()) tenant = out.declared_tenant();
  out.set_lower(&Event::tenant, tenant);
  out.set(&Event::actor_type, "user");
  out.set(&Event::actor_id, text_at(record, {"actor_user_id", "user_id"}));
  out.set_lower(&Event::actor_name, text_at(record, {"actor_user_name", "user_name", "login_name"}));
  out.set(&Event::target_id, text_at(record, {"user_id"}));
  out.set(&Event::target_name, text_at(record, {"user_name"}));
  out.set(&Event::target_type, "user");
  out.set_address(text_at(record, {"ipaddr", "proxy_ip"}));
  out.set(&Event::application_id, text_at(record, {"app_id"}));
  out.set(&Event::application_name, text_at(record, {"app_name"}));
  out.set(&Event::agent, text_at(record, {"browser_fingerprint", "user_agent"}));
  out.extra("factor", text_at(record, {"authentication_factor_description", "otp_device_name"}));
  out.extra("risk", text_at(record, {"risk_score"}));
  out.extra("role", text_at(record, {"role_name", "privilege_name"}));
  out.extra("reason", text_at(record, {"error_description", "notes", "risk_reasons"}));
  return {};
}

}  // namespace dislodge::log
