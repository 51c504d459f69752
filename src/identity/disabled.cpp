#include "identity/disabled.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "log/operation.hpp"

namespace dislodge::identity {
namespace {

using log::Event;
using log::Source;

// Operations as logs name them, in lower case. Of Entra learn.microsoft.com/entra/identity/monitoring-health/
// reference-audit-activities, of Okta developer.okta.com/docs/reference/api/event-types, of Google
// developers.google.com/workspace/admin/reports/v1/appendix/activity/admin-user-settings; Windows by its own
// sentences (log/windows_codes.cpp).
constexpr std::string_view kShut[] = {"disable account",
                                      "delete user",
                                      "hard delete user",
                                      "remove service principal",
                                      "hard delete service principal",
                                      "delete application",
                                      "user.lifecycle.deactivate",
                                      "user.lifecycle.suspend",
                                      "user.lifecycle.delete.initiated",
                                      "suspend_user",
                                      "delete_user",
                                      "user disabled",
                                      "user deleted",
                                      "deleteuser"};
constexpr std::string_view kOpened[] = {"enable account",
                                        "restore user",
                                        "restore service principal",
                                        "restore application",
                                        "user.lifecycle.activate",
                                        "user.lifecycle.reactivate",
                                        "user.lifecycle.unsuspend",
                                        "unsuspend_user",
                                        "undelete_user",
                                        "user enabled"};

template <typename List>
bool one_of(const List &list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// true: shut; false: opened; nothing: neither.
std::optional<bool> shuts(const log::EventTable &events, const Event &event) {
  const std::string what = log::canonical_operation(events.text(event.operation));
  if (one_of(kShut, what)) return true;
  if (one_of(kOpened, what)) return false;
  if (what != "update user" && what != "update service principal") return std::nullopt;
  // "[false]" as Entra writes it; the second time it is told as an event of its own.
  const std::string_view enabled = events.extra(event, "new:AccountEnabled");
  if (base::contains_ignoring_case(enabled, "false")) return true;
  if (base::contains_ignoring_case(enabled, "true")) return false;
  return std::nullopt;
}

bool deletes(const log::EventTable &events, const Event &event) {
  const std::string what = log::canonical_operation(events.text(event.operation));
  return what.find("delete") != std::string::npos || what.starts_with("remove ");
}

struct Turn {
  base::Time time;
  bool shut = false;
  bool deleted = false;
  std::string evidence;
};

}  // namespace

std::vector<Disabled> disabled_accounts(const log::EventTable &events, const Facts &facts,
                                        const RealmAccounts &accounts, const ListingTime &listed) {
  std::map<std::string, std::vector<Turn>> turns;
  std::map<base::StringId, bool> told;  // operations that can matter; most events have another
  const auto can_matter = [&](base::StringId operation) {
    const auto known = told.find(operation);
    if (known != told.end()) return known->second;
    const std::string what = log::canonical_operation(events.text(operation));
    return told[operation] = one_of(kShut, what) || one_of(kOpened, what) || what == "update user" ||
                             what == "update service principal";
  };
  for (const Event &event : events.events) {
    if (event.outcome == log::Outcome::error || event.outcome == log::Outcome::blocked ||
        !can_matter(event.operation))
      continue;
    const std::optional<bool> shut = shuts(events, event);
    if (!shut) continue;
    std::string principal;
    if (realm_of(event.source).empty()) {
      const std::string_view tenant = events.text(event.tenant), target = events.text(event.target_id);
      if (!tenant.empty() && is_guid(target)) principal = entra_principal(tenant, target);
    } else {
      principal = accounts.target(events, event);
    }
    if (!principal.empty())
      turns[principal].push_back(
          {event.time, *shut, *shut && deletes(events, event), events.source_of(event)});
  }
  for (const Principal &p : facts.principals) {
    const auto enabled = p.attributes.find("enabled");
    if (enabled == p.attributes.end()) continue;
    const base::Time at = listed ? listed(p.evidence) : base::kTimeMin;
    if (at == base::kTimeMin) continue;
    turns[p.id].push_back({at, enabled->second == "false", false, p.evidence});
  }
  std::vector<Disabled> list;
  for (auto &[principal, all] : turns) {
    std::stable_sort(all.begin(), all.end(), [](const Turn &a, const Turn &b) { return a.time < b.time; });
    Disabled one{principal, {}, base::kTimeMax, {}};
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].shut) continue;
      const base::Time until = i + 1 < all.size() ? all[i + 1].time : base::kTimeMax;
      if (until == all[i].time) continue;
      if (one.evidence.empty()) one.evidence = all[i].evidence;
      one.when.add({all[i].time, until});
      // Of several, the first of those that nothing undid.
      if (until == base::kTimeMax || all[i + 1].shut) {
        if (all[i].deleted) one.deleted = std::min(one.deleted, all[i].time);
      } else {
        one.deleted = base::kTimeMax;
      }
    }
    if (!one.when.empty()) list.push_back(std::move(one));
  }
  return list;
}

}  // namespace dislodge::identity
