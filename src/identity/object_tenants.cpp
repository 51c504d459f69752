#include "identity/object_tenants.hpp"

#include "identity/ids.hpp"
#include "identity/name_index.hpp"

namespace dislodge::identity {

std::string_view ObjectTenants::operator()(std::string_view object) {
  if (!indexed_) {
    indexed_ = true;
    const auto learn = [&](std::string_view name, std::string_view tenant) {
      const auto [at, fresh] = tenant_of_.emplace(name, tenant);
      if (!fresh && at->second != tenant) at->second = {};
    };
    for (const Principal &p : facts_.principals) {
      const EntraId id = entra_parts(p.id);
      if (id.tenant.empty() || id.tenant == kUnknownTenant) continue;
      learn(id.object, id.tenant);
      // A guest keeps the name of their home.
      if (const std::string_view upn = attribute(p, "upn"); !upn.empty() && !is_guest(p))
        learn(upn, id.tenant);
    }
  }
  const auto found = tenant_of_.find(object);
  return found == tenant_of_.end() ? std::string_view() : found->second;
}

}  // namespace dislodge::identity
