#include "identity/sweeps.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "base/one_of.hpp"
#include "identity/ids.hpp"
#include "identity/undone.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using base::one_of;

constexpr std::string_view kPassword = "password", kSessions = "session:refresh";

bool is_guest(const Principal &p) {
  const auto type = p.attributes.find("user-type"), upn = p.attributes.find("upn");
  return (type != p.attributes.end() && type->second == "guest") ||
         (upn != p.attributes.end() && upn->second.find("#ext#") != std::string::npos);
}

}  // namespace

std::vector<Sweep> sweeps_of(const log::EventTable &events, const Facts &facts) {
  std::vector<Sweep> sweeps;
  const auto add = [&](const std::string &principal, std::string_view what, base::Time time,
                       const std::string &evidence, bool by_themselves = false) {
    const Principal *p = facts.principal(principal);
    if (p == nullptr || is_guest(*p)) return;
    sweeps.push_back({principal, std::string(what), time, evidence, by_themselves});
  };
  for (const log::Event &event : events.events) {
    if (event.event_class != log::EventClass::directory_audit || event.outcome == log::Outcome::error ||
        event.outcome == log::Outcome::blocked)
      continue;
    const std::string what = log::canonical_operation(events.text(event.operation));
    const std::string_view tenant = events.text(event.tenant), target = events.text(event.target_id);
    if (tenant.empty() || !is_guid(target)) continue;
    const std::string user = entra_principal(tenant, target);
    // What a user deletes of their own, whoever acts as them may have; an administrator's cleaning ends what
    // was registered (learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities).
    if (one_of(what, {"admin deleted security info", "admin disabled strong authentication",
                      "disable strong authentication", "user deleted security info"}))
      add(user, "factor", event.time, events.source_of(event), events.text(event.actor_id) == target);
    if (one_of(what, {"reset user password", "change user password", "reset password (by admin)",
                      "reset password (self-service)", "change password (self-service)"}))
      add(user, kPassword, event.time, events.source_of(event), events.text(event.actor_id) == target);
    if (one_of(what, {"update stsrefreshtokenvalidfrom timestamp", "update stsrefreshtokenvalidfrom",
                      "revoke sign-in sessions", "revoke all sign-in sessions of a user"}))
      add(user, kSessions, event.time, events.source_of(event));
  }
  for (const Principal &p : facts.principals) {
    const auto valid_from = p.attributes.find("sessions-valid-from");
    if (p.kind != PrincipalKind::user || valid_from == p.attributes.end()) continue;
    if (const auto time = base::parse_time(valid_from->second)) add(p.id, kSessions, *time, p.evidence);
  }
  add_undone(events, facts, sweeps);
  const auto key = [](const Sweep &s) { return std::tie(s.principal, s.what, s.time, s.evidence); };
  std::sort(sweeps.begin(), sweeps.end(), [&](const Sweep &a, const Sweep &b) { return key(a) < key(b); });
  return sweeps;
}

}  // namespace dislodge::identity
