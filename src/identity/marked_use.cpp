// When rights were seen exercised: identity/history.hpp says which.

#include <algorithm>
#include <unordered_map>

#include "identity/history.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using log::Event;
using log::EventClass;

constexpr std::size_t kUsesKept = 2000;  // of one right; beyond, the first and last of the rest stand for it

bool failed(const Event &event) {
  return event.outcome == log::Outcome::error || event.outcome == log::Outcome::blocked;
}

void use(Grant &grant, base::Time time) {
  if (grant.used.size() >= kUsesKept) {
    grant.used.back() = {time, time + 1};
    return;
  }
  if (grant.used.empty() || grant.used.back().from != time) grant.used.push_back({time, time + 1});
}

}  // namespace

void mark_use(const log::EventTable &events, Facts &facts) {
  // Rights by their holder, and service principals by tenant and application id.
  std::unordered_map<std::string, std::vector<std::size_t>> by_holder, by_target;
  for (std::size_t i = 0; i < facts.grants.size(); ++i) {
    by_holder[facts.grants[i].from].push_back(i);
    if (facts.grants[i].kind == "AZRunsAs" || facts.grants[i].kind == "owns-mailbox" ||
        facts.grants[i].kind == "mailbox-contains")
      by_target[facts.grants[i].to].push_back(i);
  }
  std::unordered_map<std::string, std::string> services;
  for (const Principal &p : facts.principals) {
    const auto app = p.attributes.find("app-id");
    if (p.kind == PrincipalKind::service_principal && app != p.attributes.end())
      services.emplace(p.tenant + "\n" + app->second, p.id);
  }
  std::vector<const Event *> order;
  for (const Event &event : events.events) {
    if (!failed(event)) order.push_back(&event);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Event *a, const Event *b) { return a->time < b->time; });
  const auto each = [&](const std::string &holder, auto &&wanted, base::Time time) {
    const auto found = by_holder.find(holder);
    if (found == by_holder.end()) return;
    for (const std::size_t i : found->second) {
      if (wanted(facts.grants[i])) use(facts.grants[i], time);
    }
  };
  for (const Event *event : order) {
    const std::string tenant(events.text(event->tenant));
    const std::string actor = actor_of(events, *event);
    const auto service = services.find(tenant + "\n" + std::string(events.text(event->application_id)));
    if (event->event_class == EventClass::mail_access) {
      const std::string box = mailbox_id(tenant, events.text(event->mailbox));
      const std::string_view client = events.text(event->agent);
      const bool app_only = events.extra(*event, "app-only") == "true";
      if (app_only && service != services.end()) {
        const bool ews = client.find("WebServices") != std::string_view::npos,
                   rest = client.find("REST") != std::string_view::npos;
        const std::string all = all_mailboxes_id(tenant);
        each(
            service->second,
            [&](const Grant &g) {
              if (g.to != all && g.to != box) return false;
              if (g.kind == "full_access_as_app") return !rest;
              return !ews || g.kind == "FullAccess";
            },
            event->time);
        const auto contained = by_target.find(box);
        if (contained != by_target.end()) {
          for (const std::size_t i : contained->second) {
            if (facts.grants[i].kind == "mailbox-contains") use(facts.grants[i], event->time);
          }
        }
      } else if (!app_only && !actor.empty()) {
        each(
            actor, [&](const Grant &g) { return g.to == box; }, event->time);
      }
    } else if (event->event_class == EventClass::service_principal_signin &&
               event->outcome == log::Outcome::ok) {
      const std::string id = !actor.empty()              ? actor
                             : service != services.end() ? service->second
                                                         : std::string();
      const auto runs = by_target.find(id);
      if (runs == by_target.end()) continue;
      for (const std::size_t i : runs->second) {
        if (facts.grants[i].kind == "AZRunsAs") use(facts.grants[i], event->time);
      }
    } else if (event->event_class == EventClass::directory_audit && !actor.empty()) {
      const std::string what = log::canonical_operation(events.text(event->operation));
      if (what.starts_with("add app role assignment")) {
        each(
            actor, [](const Grant &g) { return g.kind == "AppRoleAssignment.ReadWrite.All"; }, event->time);
      } else if (what.starts_with("add member to role")) {
        each(
            actor, [](const Grant &g) { return g.kind == "RoleManagement.ReadWrite.Directory"; },
            event->time);
      }
      if (!events.extras_of(*event, "key-added").empty()) {
        const std::string target = entra_principal(tenant, events.text(event->target_id));
        each(
            actor,
            [&](const Grant &g) {
              return g.to == target && (g.kind == "AZAppOwner" || g.kind == "AZServicePrincipalOwner" ||
                                        g.kind == "Application.ReadWrite.All");
            },
            event->time);
      }
    }
  }
}

}  // namespace dislodge::identity
