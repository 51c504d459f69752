#include "identity/put_right.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "event_maker.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using log::EventClass;
using log::Source;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Extras = std::initializer_list<std::pair<std::string_view, std::string_view>>;

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
const std::string kPlace = entra_principal(kTenant, kTenant);

class PutRight : public testing::Test {
 protected:
  log::Event &add(Source source, EventClass event_class, std::string_view operation, std::string_view name,
                  Extras extras = {}) {
    log::Event &event = events.add(event_class, "2025-03-0" + std::to_string(events.table.events.size() + 1),
                                   operation, extras);
    event.source = source;
    event.tenant =
        events.id(source == Source::entra_audit || source == Source::m365_audit ? kTenant : "acme");
    event.target_name = events.id(name);
    return event;
  }
  std::multiset<std::string> ended() {
    std::vector<Sweep> sweeps;
    add_put_right(events.table, facts, sweeps);
    std::multiset<std::string> all;
    for (const Sweep &one : sweeps) all.insert(one.principal + ": " + one.what);
    return all;
  }
  EventMaker events{"audit.json"};
  Facts facts;
};

TEST_F(PutRight, AuditingThatIsOnAgainIsOver) {
  add(Source::m365_audit, EventClass::mail_admin, "Set-AdminAuditLogConfig", "Admin Audit Log Settings",
      {{"new:UnifiedAuditLogIngestionEnabled", "False"}});
  add(Source::m365_audit, EventClass::mail_admin, "Set-AdminAuditLogConfig", "Admin Audit Log Settings",
      {{"new:UnifiedAuditLogIngestionEnabled", "True"}});
  add(Source::aws_cloudtrail, EventClass::admin_change, "StartLogging", "main-trail");
  EXPECT_THAT(ended(),
              UnorderedElementsAre(kPlace + ": auditing set-adminauditlogconfig Admin Audit Log Settings",
                                   "principal:aws/acme: auditing stoplogging main-trail"));
}

TEST_F(PutRight, ARuleThatIsRemovedIsOverOnWhoseMailboxItLay) {
  Principal boss;
  boss.id = entra_principal(kTenant, "b0550000-0000-4000-8000-000000000000");
  boss.kind = PrincipalKind::user;
  boss.names = {"boss@acme.example"};
  facts.principals.push_back(boss);
  add(Source::m365_audit, EventClass::mail_admin, "Remove-InboxRule", "boss@acme.example\\Sync");
  EXPECT_THAT(ended(), UnorderedElementsAre(kPlace + ": inbox-rule Sync", boss.id + ": inbox-rule Sync",
                                            kPlace + ": inbox-rule Sync", boss.id + ": inbox-rule Sync"));
}

TEST_F(PutRight, ForwardingThatIsSetToNothingIsOver) {
  add(Source::m365_audit, EventClass::mail_admin, "Set-Mailbox", "Boss",
      {{"new:DeliverToMailboxAndForward", "False"}});
  EXPECT_THAT(ended(), IsEmpty());  // all mail is forwarded then, and none kept
  add(Source::m365_audit, EventClass::mail_admin, "Set-Mailbox", "Boss",
      {{"cleared", "ForwardingSmtpAddress"}});
  EXPECT_THAT(ended(), ElementsAre(kPlace + ": forwarding set-mailbox Boss"));
}

TEST_F(PutRight, APolicyIsAsItWasOnceEveryValueIsBack) {
  const auto change = [&](std::string_view state_was, std::string_view state, std::string_view who_was,
                          std::string_view who) {
    add(Source::entra_audit, EventClass::directory_audit, "Update conditional access policy", "Require MFA",
        {{"old:State", state_was}, {"new:State", state}, {"old:Users", who_was}, {"new:Users", who}});
  };
  change("enabled", "disabled", "all", "none");
  change("disabled", "enabled", "none", "none");
  EXPECT_THAT(ended(), IsEmpty());  // it is on, and holds for nobody
  change("enabled", "enabled", "none", "all");
  const auto all = ended();
  EXPECT_EQ(all.count(kPlace + ": policy update conditional access policy Require MFA"), 1u);
}

TEST_F(PutRight, AProtectionThatIsOnAgainIsOver) {
  add(Source::github, EventClass::admin_change, "org.enable_two_factor_requirement", "");
  add(Source::github, EventClass::admin_change, "protected_branch.create", "main").outcome =
      log::Outcome::error;
  EXPECT_EQ(ended().count("principal:github/acme: policy org.disable_two_factor_requirement"), 1u);
  EXPECT_EQ(ended().count("principal:github/acme: policy protected_branch.destroy main"), 0u);
}

}  // namespace
}  // namespace dislodge::identity
