#include "identity/gone_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_maker.hpp"
#include "identity/bindings.hpp"
#include "identity/ids.hpp"

namespace dislodge::identity {
namespace {

using testing::HasSubstr;

const std::string kTenant = "c0000000-0000-4000-8000-000000000000";
const std::string kApp = "a9900000-0000-4000-8000-000000000000";
const std::string kAppId = "a9900000-0000-4000-8000-0000000000aa";
const std::string kService = "a9900000-0000-4000-8000-0000000000bb";

base::Time at(std::string_view text) {
  return *base::parse_time(text);
}

// A client secret was mailed on 1 August; the directory of 1 November lists another one alone.
class GoneSecrets : public testing::Test {
 protected:
  GoneSecrets() {
    object(kApp, PrincipalKind::application);
    object(kService, PrincipalKind::service_principal);
    Credential other;
    other.principal = entra_principal(kTenant, kApp);
    other.slot = "app-secret";
    other.key_id = "other";
    other.hint = "xx1";
    other.id = credential_id(other.principal, other.slot, other.key_id);
    other.evidence = "apps.json:line 3";
    facts.credentials.push_back(other);
    SecretPlace place;
    place.item = "reader.mbox!/1";
    place.present_from = at("2026-08-01T10:00:00Z");
    place.hints = {{secret::HintKind::prefix, "Jk8"}, {secret::HintKind::application, kAppId}};
    secret.id = "secret:1";
    secret.kind = "entra-client-secret";
    secret.places = {place};
  }
  void object(const std::string &id, PrincipalKind kind) {
    Principal p;
    p.id = entra_principal(kTenant, id);
    p.kind = kind;
    p.name = "Payroll";
    p.tenant = kTenant;
    p.attributes["app-id"] = kAppId;
    p.evidence = "apps.json:line 1";
    facts.principals.push_back(std::move(p));
  }
  void change(std::string_view time,
              std::initializer_list<std::pair<std::string_view, std::string_view>> extras) {
    log::Event &event = maker.add(log::EventClass::directory_audit, time, "Update application", extras);
    event.tenant = maker.id(kTenant);
    event.target_id = maker.id(kApp);
  }
  const Binding &ended(const ListingTime &listed = {}, const std::vector<Disabled> &disabled = {}) {
    bind_secrets({secret}, facts, &maker.table);
    end_gone_secrets({secret}, maker.table, disabled, listed, facts);
    return facts.bindings.at(0);
  }
  static base::Time on_first_of_november(std::string_view) { return at("2026-11-01T08:00:00Z"); }

  EventMaker maker{"audit.json"};
  SecretFact secret;
  Facts facts;
};

TEST_F(GoneSecrets, OneThatNoListingHasAnyMoreEndsWithTheListing) {
  const Binding &one = ended(on_first_of_november);
  EXPECT_EQ(base::format_time(one.valid.until), "2026-11-01T08:00:00Z");
  EXPECT_THAT(one.why, HasSubstr("it was gone when the credentials were listed"));
}

TEST_F(GoneSecrets, WithTheRecordAfterWhichOnlyOthersWereLeft) {
  change("2026-08-20T08:00:00Z", {{"key-added", "new"}, {"key-kept", "other"}, {"key-kept", "mailed"}});
  change("2026-09-15T08:00:00Z", {{"key-kept", "other"}, {"key-kept", "new"}, {"key-removed", "mailed"}});
  const Binding &one = ended(on_first_of_november);
  EXPECT_EQ(base::format_time(one.valid.until), "2026-09-15T08:00:00Z");
  EXPECT_THAT(one.why, HasSubstr("removed 2026-09-15T08:00:00Z"));
}

TEST_F(GoneSecrets, NotWithARecordAfterWhichItCanStillBeThere) {
  change("2026-09-15T08:00:00Z", {{"key-kept", "other"}, {"key-kept", "unlisted"}, {"key-removed", "a"}});
  change("2026-09-16T08:00:00Z", {{"key-kept", "unlisted"}, {"key-removed", "other"}});
  EXPECT_EQ(ended().valid.until, base::kTimeMax);
}

TEST_F(GoneSecrets, NotByAListingThatIsOlderThanItOrSaysNothingOfCredentials) {
  EXPECT_EQ(ended([](std::string_view) { return at("2026-07-01T08:00:00Z"); }).valid.until, base::kTimeMax);
  facts.bindings.clear();
  for (Principal &p : facts.principals)
    if (p.kind == PrincipalKind::service_principal) p.evidence = "services.json:line 1";
  EXPECT_EQ(ended(on_first_of_november).valid.until, base::kTimeMax);
}

TEST_F(GoneSecrets, NotWhereItsBeginningOrItsDateIsNotKnown) {
  secret.places[0].hints.erase(secret.places[0].hints.begin());
  EXPECT_EQ(ended(on_first_of_november).valid.until, base::kTimeMax);
  facts.bindings.clear();
  secret.places[0].hints = {{secret::HintKind::prefix, "Jk8"}, {secret::HintKind::application, kAppId}};
  secret.places[0].present_from = base::kTimeMin;
  EXPECT_EQ(ended(on_first_of_november).valid.until, base::kTimeMax);
}

TEST_F(GoneSecrets, WhatOpenedADeletedAccountEndsWithIt) {
  Disabled gone{entra_principal(kTenant, kApp), {}, at("2026-08-22T08:00:00Z"), "audit.json:line 9"};
  const Binding &one = ended({}, {gone});
  EXPECT_EQ(base::format_time(one.valid.until), "2026-08-22T08:00:00Z");
  EXPECT_THAT(one.why, HasSubstr("the account was deleted"));
}

}  // namespace
}  // namespace dislodge::identity
