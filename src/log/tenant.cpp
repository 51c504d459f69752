// Whose log is it? Graph's records do not name the tenant that they were exported from. The objects in them
// do, once another log of the case names the same object with its tenant.

#include "log/tenant.hpp"

#include <map>
#include <unordered_map>

namespace dislodge::log {

namespace {

// Logs of Microsoft's world, whose records have a tenant. An account of Okta or AWS may have the same address
// as one of a tenant, and is still not in it.
bool has_tenant(Source source) {
  switch (source) {
    case Source::entra_signin:
    case Source::entra_audit:
    case Source::entra_risk:
    case Source::m365_audit:
    case Source::message_trace:
    case Source::graph_activity:
    case Source::exchange_audit:
    case Source::azure_activity:
    case Source::defender:
    case Source::ocsf:
    case Source::ecs:
    case Source::generic:
      return true;
    default:
      return false;
  }
}

}  // namespace

void fill_tenants(EventTable &table, const TenantOf &told_elsewhere) {
  using base::StringId;
  constexpr StringId kSeveral = UINT32_MAX;
  // Object ids are unique across tenants; user names are nearly so (a guest keeps the name of home).
  std::unordered_map<StringId, StringId> tenant_of;
  const auto learn = [&](StringId object, StringId tenant) {
    if (object == 0) return;
    const auto [place, fresh] = tenant_of.emplace(object, tenant);
    if (!fresh && place->second != tenant) place->second = kSeveral;
  };
  bool any_open = false;
  for (const Event &event : table.events) {
    if (!has_tenant(event.source)) continue;
    if (event.tenant == 0) {
      any_open = true;
      continue;
    }
    learn(event.actor_id, event.tenant);
    learn(event.target_id, event.tenant);
    learn(event.actor_name, event.tenant);
  }
  if (!any_open) return;

  std::map<std::uint32_t, std::map<StringId, std::uint64_t>> votes;  // file -> tenant -> votes
  const auto vote = [&](std::uint32_t file, StringId object) {
    if (object == 0) return;
    auto found = tenant_of.find(object);
    if (found == tenant_of.end()) {
      const std::string_view told = told_elsewhere ? told_elsewhere(table.text(object)) : std::string_view();
      found = tenant_of.emplace(object, told.empty() ? 0 : table.pool.intern(told)).first;
    }
    if (found->second != kSeveral && found->second != 0) ++votes[file][found->second];
  };
  for (const Event &event : table.events) {
    if (event.tenant != 0 || !has_tenant(event.source)) continue;
    vote(event.file, event.actor_id);
    vote(event.file, event.target_id);
    vote(event.file, event.actor_name);
  }
  std::map<std::uint32_t, StringId> settled;
  for (const auto &[file, counts] : votes) {
    std::uint64_t all = 0;
    std::pair<StringId, std::uint64_t> most{0, 0};
    for (const auto &[tenant, count] : counts) {
      all += count;
      if (count > most.second) most = {tenant, count};
    }
    if (most.second * 10 >= all * 9) settled[file] = most.first;
  }
  for (Event &event : table.events) {
    const auto found = settled.find(event.file);
    if (event.tenant == 0 && has_tenant(event.source) && found != settled.end()) event.tenant = found->second;
  }
}

void fill_tenants(EventTable &table) {
  fill_tenants(table, {});
}

}  // namespace dislodge::log
