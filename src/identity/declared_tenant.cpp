#include "identity/declared_tenant.hpp"

#include <string>

#include "base/encode.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {

void place_in_tenant(Facts &facts, std::string_view tenant) {
  if (!is_guid(tenant)) return;
  const std::string name = base::lower(tenant);
  // "principal:entra/?/OBJECT", "resource:exchange/?/box"; "principal:entra/?name=..." is somebody to be
  // looked up.
  const auto place = [&](std::string &id) {
    for (const std::string_view realm :
         {"principal:entra/", "resource:exchange/", "resource:sharepoint/", "policy:entra/"}) {
      if (!id.starts_with(realm) || id.compare(realm.size(), 2, "?/") != 0) continue;
      id.replace(realm.size(), 1, name);
      return true;
    }
    return false;
  };
  for (Principal &one : facts.principals) {
    if (place(one.id)) one.tenant = name;
  }
  for (Resource &one : facts.resources) place(one.id);
  for (Grant &one : facts.grants) {
    const bool from = place(one.from), to = place(one.to);
    if (from || to) one.id = grant_id(one.kind, one.from, one.to);
  }
  for (Credential &one : facts.credentials) {
    if (place(one.principal))
      one.id = credential_id(one.principal, one.slot, !one.key_id.empty() ? one.key_id : one.thumbprint);
  }
}

}  // namespace dislodge::identity
