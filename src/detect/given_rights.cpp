#include "detect/given_rights.hpp"

#include <algorithm>
#include <array>

#include "base/encode.hpp"
#include "identity/ids.hpp"
#include "identity/places.hpp"
#include "log/operation.hpp"

namespace dislodge::detect {

namespace {

using log::Event;

constexpr std::string_view kBlank = " \t\r\n";

// The text of a property within JSON that is itself a text: "principalId":"...", in any case, perhaps with
// its quotes escaped.
std::string property_in(std::string_view json, std::string_view name) {
  const std::string lower = base::lower(json);
  const std::size_t at = lower.find('"' + std::string(name));
  const std::size_t escaped = at == std::string::npos ? lower.find("\\\"" + std::string(name)) : at;
  if (escaped == std::string::npos) return {};
  std::size_t begin = lower.find(':', escaped + name.size());
  if (begin == std::string::npos) return {};
  begin = json.find_first_not_of(" \t\\\"", begin + 1);
  if (begin == std::string_view::npos) return {};
  return std::string(json.substr(begin, json.find_first_of("\\\",}", begin) - begin));
}

struct AzureRole {
  std::string_view id, name;
};
// learn.microsoft.com/azure/role-based-access-control/built-in-roles
constexpr std::array kAzureRoles = {
    AzureRole{"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"},
    AzureRole{"b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"},
    AzureRole{"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"},
    AzureRole{"f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"},
    AzureRole{"00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"},
    AzureRole{"b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner"},
};

// Where an assignment holds: its own id begins with the scope.
std::string_view scope_of(std::string_view resource) {
  const std::string lower = base::lower(resource);
  const std::size_t end = lower.find("/providers/microsoft.authorization/");
  return resource.substr(0, end == std::string::npos ? resource.size() : end);
}

}  // namespace

std::string member_or_right(const View &view, const std::string &bearer, const Event &event) {
  if (const identity::Principal *known = view.facts().principal(bearer);
      known != nullptr && !known->evidence.empty())
    return "right";
  for (EventIndex i = 0; i < view.size() && view.event(i).time < event.time; ++i)
    if (view.event(i).source == event.source && view.actor(view.event(i)) == bearer) return "right";
  return "member";
}

std::vector<Planted> bindings_given(const View &view, const Event &event) {
  std::vector<Planted> given;
  const std::string project = base::lower(view.text(event.tenant));
  if (project.empty()) return given;
  const std::string place = "principal:google/" + project;
  const std::string_view where = view.text(event.target_name);
  for (std::string_view binding : view.table().extras_of(event, "binding")) {
    // "ADD roles/owner user:x9@gmail.com"
    const std::size_t first = binding.find_first_of(kBlank),
                      second = binding.find_first_of(kBlank, first + 1);
    if (second == std::string_view::npos || !base::equal_ignoring_case(binding.substr(0, first), "ADD"))
      continue;
    const std::string_view role = binding.substr(first + 1, second - first - 1);
    const std::string_view member = binding.substr(second + 1);
    const std::string key = std::string(role) + " on " + std::string(where);
    if (member == "allUsers" || member == "allAuthenticatedUsers") {
      given.push_back({place, "sharing", key + " for " + std::string(member), event.time, ""});
      continue;
    }
    const std::string account = base::lower(member.substr(member.find(':') + 1));
    if (account.empty()) continue;
    const std::string bearer = place + '/' + account;
    given.push_back({bearer, member_or_right(view, bearer, event), key, event.time, ""});
  }
  return given;
}

std::vector<Planted> azure_role_given(const View &view, const Event &event) {
  const std::string_view tenant = view.text(event.tenant);
  if (!identity::is_guid(tenant)) return {};
  if (const std::string what = log::canonical_operation(view.text(event.operation));
      what.find("elevateaccess") != std::string::npos || what.starts_with("user has elevated"))
    return {{view.actor(event), "right", "User Access Administrator on /", event.time, ""}};
  const std::string_view request = view.table().extra(event, "request");
  const std::string who = base::lower(property_in(request, "principalid"));
  if (!identity::is_guid(who)) return {};
  const std::string definition = base::lower(property_in(request, "roledefinitionid"));
  std::string role =
      definition.substr(definition.rfind('/') == std::string::npos ? 0 : definition.rfind('/') + 1);
  for (const AzureRole &one : kAzureRoles)
    if (role == one.id) role = one.name;
  std::string_view scope = view.table().extra(event, "scope");
  return {{entra_id(tenant, who), "right", role + " on " + std::string(scope_of(scope)), event.time, ""}};
}

}  // namespace dislodge::detect
