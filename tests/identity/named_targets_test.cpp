#include "identity/named_targets.hpp"

#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/ids.hpp"
#include "support.hpp"

namespace dislodge::identity {
namespace {

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
const std::string kErp = "a9900000-0000-4000-8000-000000000000";
const std::string kDora = "d0a00000-0000-4000-8000-000000000000";

class NamedTargets : public testing::Test {
 protected:
  log::Event &change(std::string_view operation,
                     std::initializer_list<std::pair<std::string_view, std::string_view>> extras = {}) {
    log::Event &event =
        events.add(log::EventClass::directory_audit, "2025-03-17T03:40:00Z", operation, extras);
    event.tenant = events.id(kTenant);
    event.target_id = events.id(kErp);
    event.target_name = events.id("ERP");
    event.target_type = events.id("Application");
    return event;
  }
  EventMaker events;
};

TEST_F(NamedTargets, AnApplicationThatOnlyAnAuditRecordKnowsIsOneAndHasItsName) {
  change("Update application - Certificates and secrets management",
         {{"target", "User " + kDora + " dora.e@brisk.example"}});
  Facts facts;
  add_named_targets(events.table, facts);
  const Principal *erp = find_principal(facts, entra_principal(kTenant, kErp));
  ASSERT_NE(erp, nullptr);
  EXPECT_EQ(erp->kind, PrincipalKind::application);
  EXPECT_EQ(erp->name, "ERP");
  const Principal *dora = find_principal(facts, entra_principal(kTenant, kDora));
  ASSERT_NE(dora, nullptr);
  EXPECT_EQ(dora->kind, PrincipalKind::user);
  EXPECT_EQ(dora->names.back(), "dora.e@brisk.example");
}

TEST_F(NamedTargets, AUserWhoWasDeletedHasTheNameThatTheyHad) {
  log::Event &event = change("Delete user");
  event.target_id = events.id(kDora);
  event.target_type = events.id("User");
  event.target_name = events.id("d0a00000000040008000000000000000dora.e@brisk.example");
  Facts facts;
  add_named_targets(events.table, facts);
  const Principal *dora = find_principal(facts, entra_principal(kTenant, kDora));
  ASSERT_NE(dora, nullptr);
  EXPECT_EQ(dora->names.back(), "dora.e@brisk.example");
}

TEST_F(NamedTargets, WhatADirectoryKnowsIsLeftAsItIs) {
  change("Update application");
  Facts facts;
  Principal known;
  known.id = entra_principal(kTenant, kErp);
  known.kind = PrincipalKind::service_principal;
  known.name = "Ledger";
  facts.principals.push_back(known);
  add_named_targets(events.table, facts);
  ASSERT_EQ(facts.principals.size(), 1u);
  EXPECT_EQ(facts.principals[0].name, "Ledger");
}

TEST_F(NamedTargets, ARoleOrAPolicyIsNobody) {
  change("Update policy").target_type = events.id("Policy");
  Facts facts;
  add_named_targets(events.table, facts);
  EXPECT_TRUE(facts.principals.empty());
}

}  // namespace
}  // namespace dislodge::identity
