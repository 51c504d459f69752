#include "identity/object_tenants.hpp"

#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/ids.hpp"
#include "log/tenant.hpp"

namespace dislodge::identity {
namespace {

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
const std::string kOther = "d0000000-0000-4000-8000-000000000000";
const std::string kAnn = "e0000000-0000-4000-8000-000000000001";

Facts directory() {
  Facts facts;
  const auto user = [&](const std::string &tenant, const std::string &object, const std::string &upn) {
    Principal p;
    p.id = entra_principal(tenant, object);
    p.kind = PrincipalKind::user;
    p.attributes["upn"] = upn;
    facts.principals.push_back(std::move(p));
  };
  user(kTenant, kAnn, "ann@brisk.example");
  user(kTenant, "e0000000-0000-4000-8000-000000000002", "bob@brisk.example");
  user(kOther, "e0000000-0000-4000-8000-000000000003", "bob@brisk.example");
  return facts;
}

TEST(ObjectTenants, ByIdOrNameWhereOneDirectoryHasIt) {
  const Facts facts = directory();
  ObjectTenants tenants(facts);
  EXPECT_EQ(tenants(kAnn), kTenant);
  EXPECT_EQ(tenants("ann@brisk.example"), kTenant);
  EXPECT_EQ(tenants("bob@brisk.example"), "");  // of two tenants
  EXPECT_EQ(tenants("nobody@brisk.example"), "");
}

TEST(ObjectTenants, ALogWithoutTenantIsThatOfTheDirectoryThatHasItsObjects) {
  const Facts facts = directory();
  EventMaker maker("audit.json");
  log::Event &reset =
      maker.add(log::EventClass::directory_audit, "2025-03-01T00:00:00Z", "Reset user password");
  reset.source = log::Source::entra_audit;
  reset.target_id = maker.id(kAnn);
  log::Event &okta =
      maker.add(log::EventClass::interactive_signin, "2025-03-01T00:00:00Z", "user.session.start");
  okta.source = log::Source::okta;
  okta.actor_name = maker.id("ann@brisk.example");
  log::fill_tenants(maker.table, ObjectTenants(facts));
  EXPECT_EQ(maker.table.text(maker.table.events[0].tenant), kTenant);
  EXPECT_EQ(maker.table.events[1].tenant, 0u);  // the same address, and another world
}

}  // namespace
}  // namespace dislodge::identity
