#pragma once
// Whose log a file is, where others than logs know it: fill_tenants(table) of event.hpp asks the logs
// themselves; here a directory answers for the objects that no log names with a tenant.

#include <functional>
#include <string_view>

#include "log/event.hpp"

namespace dislodge::log {

// The tenant of an object id or user principal name (lower case); "" where unknown.
using TenantOf = std::function<std::string_view(std::string_view object)>;

void fill_tenants(EventTable &table, const TenantOf &told_elsewhere);

}  // namespace dislodge::log
