// Whose log is it? Graph's records do not name the tenant that they were exported from. The objects in them
// do, once another log of the case names the same object with its tenant.

#include <map>
#include <unordered_map>

#include "log/event.hpp"

namespace dislodge::log {

void fill_tenants(EventTable &table) {
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
    const auto found = tenant_of.find(object);
    if (object != 0 && found != tenant_of.end() && found->second != kSeveral) ++votes[file][found->second];
  };
  for (const Event &event : table.events) {
    if (event.tenant != 0) continue;
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
    if (event.tenant == 0 && found != settled.end()) event.tenant = found->second;
  }
}

}  // namespace dislodge::log
