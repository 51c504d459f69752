// Whose was it: small intrusions written as log lines, from reading to attribution.

#include "detect/attribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "detect/basis.hpp"
#include "detect/stolen_secret.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {
namespace {

using testing::HasSubstr;

class NoSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { ADD_FAILURE() << part.reason; }
  const base::Limits &limits() const override { return limits_; }

 private:
  base::Limits limits_;
};

std::string guid(int number) {
  std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

const std::string kCorporate = guid(1), kLab = guid(2);
constexpr const char *kTheirs = "Mozilla/5.0 (Windows NT 10.0) Chrome/71";
constexpr const char *kOurs = "Mozilla/5.0 (Windows NT 10.0) Edg/140";

struct Signin {
  int minute = 0;
  std::string tenant, user, address, agent;
  int code = 0;
  std::string application = guid(900), client = "Browser", session = {};
};

// A story told line by line, in minutes from the beginning.
class Story {
 public:
  // Sixty people sign in every day; a spray of thirty tries runs on the second and third day.
  Story() {
    for (int day = 0; day < 10; ++day)
      for (int i = 0; i < 20; ++i)
        user(Signin{day * 1440 + 500 + i, kLab, "p" + std::to_string(i),
                    i % 3 ? "192.0.2.1" : "203.0.113." + std::to_string(i), kOurs});
    for (int i = 0; i < 30; ++i)
      user(Signin{1440 + i * 90, kLab, "p" + std::to_string(i % 9), std::to_string(70 + i) + ".2.3.4",
                  kTheirs, 50126, guid(901), "Other clients"});
  }
  void fall(int minute, const std::string &name = "test") {
    user(Signin{minute, kLab, name, std::to_string(110 + fallen_++) + ".2.3.4", kTheirs, 0, guid(901),
                "Other clients", ""});
  }

  void user(const Signin &one) {
    base::JsonWriter json;
    json.object([&] {
      head(json, one.minute);
      json.field("userId", id_of(one.user));
      json.field("userPrincipalName", one.user + "@x.example");
      json.field("resourceTenantId", one.tenant);
      json.field("homeTenantId", one.tenant);
      json.field("appId", one.application);
      json.field("clientAppUsed", one.client);
      json.field("isInteractive", true);
      json.field("userAgent", one.agent);
      json.field("ipAddress", one.address);
      if (!one.session.empty()) json.field("sessionId", one.session);
      json.object_field("status", [&] { json.field("errorCode", one.code); });
    });
    signins_ += json.take() + "\n";
  }
  void service(int minute, const std::string &tenant, int principal, int application, int key,
               const std::string &token = "", const std::string &home = "",
               const std::string &address = "198.51.100.7") {
    base::JsonWriter json;
    json.object([&] {
      head(json, minute);
      json.field("servicePrincipalId", guid(principal));
      json.field("servicePrincipalName", "app" + std::to_string(application));
      json.field("servicePrincipalCredentialKeyId", guid(key));
      json.field("resourceTenantId", tenant);
      json.field("appId", guid(application));
      json.field("resourceDisplayName", "Exchange");
      json.field("ipAddress", address);
      if (!home.empty()) json.field("homeTenantId", home);
      if (!token.empty()) json.field("uniqueTokenIdentifier", token);
      json.object_field("status", [&] { json.field("errorCode", 0); });
    });
    signins_ += json.take() + "\n";
  }
  struct Target {
    std::string type;
    int id = 0;
    int application = 0;
    std::string name;
  };
  using Properties = std::vector<std::pair<std::string, std::string>>;  // name, new value
  void change(int minute, const std::string &tenant, const std::string &operation, const std::string &user,
              int service, int application, const Target &target, const Properties &properties,
              const std::string &agent = "", const std::string &address = "") {
    base::JsonWriter json;
    json.object([&] {
      json.field("AADTenantId", tenant);
      json.field("id", "audit-" + std::to_string(++number_));
      json.field("activityDateTime", time_of(minute));
      json.field("activityDisplayName", operation);
      json.field("result", "success");
      json.object_field("initiatedBy", [&] {
        if (service == 0) {
          json.object_field("user", [&] {
            json.field("id", id_of(user));
            json.field("userPrincipalName", user + "@x.example");
            json.field("ipAddress", address);
          });
        } else {
          json.object_field("app", [&] {
            json.field("servicePrincipalId", guid(service));
            json.field("appId", guid(application));
            json.field("displayName", "app" + std::to_string(application));
          });
        }
      });
      json.array_field("targetResources", [&] {
        json.object([&] {
          json.field("id", guid(target.id));
          json.field("displayName", target.name);
          json.field("type", target.type);
          json.array_field("modifiedProperties", [&] {
            for (const auto &[name, value] : properties)
              json.object([&] {
                json.field("displayName", name);
                json.field("newValue", value);
                json.field("oldValue", nullptr);
              });
            if (target.application != 0)
              json.object([&] {
                json.field("displayName", "AppId");
                json.field("newValue", "\"" + guid(target.application) + "\"");
              });
          });
        });
      });
      json.array_field("additionalDetails", [&] {
        json.object([&] {
          json.field("key", "User-Agent");
          json.field("value", agent);
        });
      });
    });
    audits_ += json.take() + "\n";
  }
  void mail(int minute, const std::string &tenant, int application, const std::string &mailbox,
            const std::string &message, const std::string &token = "", int service = 0,
            const std::string &address = "") {
    base::JsonWriter json;
    json.object([&] {
      json.field("CreationTime", time_of(minute).substr(0, 19));
      json.field("Id", "mail-" + std::to_string(++number_));
      json.field("Operation", "MailItemsAccessed");
      json.field("RecordType", 50);
      json.field("Workload", "Exchange");
      json.field("OrganizationId", tenant);
      // Some records name the owner of the mailbox as who did what an application did.
      json.field("UserType", address.empty() ? 5 : 0);
      if (!address.empty()) json.field("UserId", mailbox);
      if (service != 0) json.field("UserId", "ServicePrincipal_" + guid(service));
      json.field("AppId", guid(application));
      json.field("MailboxOwnerUPN", mailbox);
      json.field("ClientIPAddress", address.empty() ? "20.190.160.1" : address);
      if (!token.empty()) json.object_field("AppAccessContext", [&] { json.field("UniqueTokenId", token); });
      json.array_field("Folders", [&] {
        json.object([&] {
          json.field("Path", "\\Inbox");
          json.array_field("FolderItems", [&] {
            json.object([&] { json.field("InternetMessageId", "<" + message + ">"); });
          });
        });
      });
    });
    audits_ += json.take() + "\n";
  }

  // A call of Graph in a session of a user's.
  void graph(int minute, const std::string &tenant, const std::string &name, int application,
             const std::string &uri, const std::string &session, const std::string &address) {
    base::JsonWriter json;
    json.object([&] {
      json.field("category", "MicrosoftGraphActivityLogs");
      json.field("time", time_of(minute));
      json.object_field("properties", [&] {
        json.field("timeGenerated", time_of(minute));
        json.field("requestId", "call-" + std::to_string(++number_));
        json.field("tenantId", tenant);
        json.field("requestMethod", "GET");
        json.field("responseStatusCode", 200);
        json.field("requestUri", "https://graph.microsoft.com/v1.0" + uri);
        json.field("appId", guid(application));
        json.field("userId", id_of(name));
        json.field("userAgent", kTheirs);
        json.field("ipAddress", address);
        json.field("SessionId", session);
      });
    });
    calls_ += json.take() + "\n";
  }

  static std::string key_added(int key, const char *type = "Password") {
    return "[\"[KeyIdentifier=" + guid(key) + ",KeyType=" + type + ",KeyUsage=Verify,DisplayName=x]\"]";
  }
  static constexpr const char *kCredentials =
      "Update application \xE2\x80\x93 Certificates and secrets management ";

  const log::EventTable &table() {
    if (!table_.events.empty()) return table_;
    NoSink sink;
    for (const auto &[name, text] : {std::pair<std::string, std::string_view>{"signins.jsonl", signins_},
                                     {"audits.jsonl", audits_},
                                     {"graph.jsonl", calls_}}) {
      if (text.empty()) continue;
      evidence::ItemView item;
      item.path = name;
      item.bytes = text;
      const auto counts = log::read_log(item, table_, sink);
      EXPECT_TRUE(counts) << counts.error().message;
    }
    table_.settle();
    return table_;
  }
  std::vector<Detection> found() { return detect(table(), facts, builtin_options()); }

  std::string id_of(const std::string &user) {
    const auto known = users_.emplace(user, 5000 + static_cast<int>(users_.size()));
    return guid(known.first->second);
  }
  identity::Facts facts;

 private:
  static std::string time_of(int minute) {
    return base::format_time(base::time_of({2025, 9, 1}) + minute * base::kMinute);
  }
  void head(base::JsonWriter &json, int minute) {
    json.field("id", "signin-" + std::to_string(++number_));
    json.field("createdDateTime", time_of(minute));
  }
  std::string signins_, audits_, calls_;
  std::map<std::string, int> users_;
  int number_ = 0, fallen_ = 0;
  log::EventTable table_;
};

const Detection *of_kind(const std::vector<Detection> &found, std::string_view kind, std::size_t which = 0) {
  for (const Detection &one : found)
    if (one.kind == kind && which-- == 0) return &one;
  return nullptr;
}

// The log of the lab's changes is not held: nothing shows the secret that was added to the application there.
// What shows is that the application of a tenant whose account fell comes from elsewhere.
TEST(Attribution, AnApplicationOfATenantThatFellIsFollowedFromWhereItNeverCame) {
  Story story;
  for (int day = 0; day < 2; ++day) story.service(day * 1440 + 60, kCorporate, 52, 50, 60, "", kLab);
  story.fall(4000);
  story.service(4020, kCorporate, 52, 50, 60, "", kLab, "68.50.1.2");
  story.change(4025, kCorporate, "Add user", "", 52, 50, {"User", 70, 0, "sync@x.example"}, {});
  // Another supplier's application comes from a new place too.
  story.service(4030, kCorporate, 80, 90, 99, "", guid(3), "68.50.1.3");
  story.change(4035, kCorporate, "Add user", "", 80, 90, {"User", 71, 0, "other@x.example"}, {});
  const auto found = story.found();
  std::vector<std::string> intruders, others;
  for (const Detection &one : found)
    if (one.kind == "user-created-by-app") {
      (one.intruder ? intruders : others).push_back(one.principals[1]);
      EXPECT_EQ(one.grade, Grade::possible) << "concluded from where it came, so never confirmed";
    }
  EXPECT_THAT(intruders, testing::ElementsAre(entra_id(kCorporate, guid(70))));
  EXPECT_THAT(others, testing::Not(testing::Contains(entra_id(kCorporate, guid(70)))));
}

// The company's log of changes is not held either: what the application read, in the names of those whose
// mailboxes they are, is theirs, since the application's sign-ins of the minute before are.
TEST(Attribution, WhatAnApplicationOfTheirsReadIsTheirsInWhoseNameEver) {
  Story story;
  for (int day = 0; day < 2; ++day) {
    story.service(day * 1440 + 60, kCorporate, 52, 50, 60, "", kLab);
    story.service(day * 1440 + 70, kCorporate, 80, 90, 99, "", guid(3));
  }
  story.fall(4000);
  for (int i = 0; i < 3; ++i) {
    story.service(5000 + i * 300, kCorporate, 52, 50, 60, "", kLab, "68.50.1.2");
    story.mail(5001 + i * 300, kCorporate, 50, "chief@x.example", "a" + std::to_string(i), "", 0,
               "68.50.1.2");
    // Another supplier's reads too, from where it always came.
    story.service(5010 + i * 300, kCorporate, 80, 90, 99, "", guid(3));
    story.mail(5011 + i * 300, kCorporate, 90, "chief@x.example", "b" + std::to_string(i), "", 0,
               "198.51.100.7");
  }
  const auto found = story.found();
  std::size_t theirs = 0;
  for (const Detection &one : found) {
    if (one.kind != "mailbox-read-by-app" || !one.intruder) continue;
    ++theirs;
    EXPECT_EQ(one.grade, Grade::possible) << "concluded, not seen";
    EXPECT_THAT(one.principals, testing::ElementsAre(entra_id(kCorporate, guid(52))));
    EXPECT_EQ(one.mail_read.size(), 3u);
    ASSERT_FALSE(one.footholds.empty());
    EXPECT_EQ(one.footholds[0].principal, entra_id(kCorporate, guid(52)));
  }
  EXPECT_EQ(theirs, 1u);
  for (const Session &one : sessions(story.table(), story.facts, found)) {
    if (one.intruder) {
      EXPECT_THAT(one.principal, testing::Not(HasSubstr("chief"))) << "whose mailbox it is was read";
    }
  }
}

// Its own habit stays its own.
TEST(Attribution, AnApplicationOfATenantThatFellIsLeftAloneWhereItAlwaysCameFrom) {
  Story story;
  for (int day = 0; day < 6; ++day) story.service(day * 1440 + 60, kCorporate, 52, 50, 60, "", kLab);
  story.fall(4000);
  story.change(4400, kCorporate, "Add user", "", 52, 50, {"User", 70, 0, "sync@x.example"}, {});
  for (const Detection &one : story.found()) {
    if (one.kind == "user-created-by-app") {
      EXPECT_FALSE(one.intruder) << one.because;
    }
  }
}

TEST(Attribution, FollowsPlantedCredentialsAcrossTenants) {
  Story story;
  story.fall(4000);
  // The fallen account adds a secret to application 50 (object 51 in the lab, service principal 52 in the
  // company).
  story.change(4010, kLab, Story::kCredentials, "test", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(60)}}, kTheirs);
  story.service(4020, kCorporate, 52, 50, 60);
  story.change(4025, kCorporate, "Add user", "", 52, 50, {"User", 70, 0, "sync@x.example"}, {});
  story.service(4030, kCorporate, 80, 90, 99);  // another application with its own key
  const auto found = story.found();
  const Detection *key = of_kind(found, "app-credential-added");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->intruder);
  EXPECT_EQ(key->grade, Grade::confirmed);
  ASSERT_EQ(key->planted.size(), 1u);
  EXPECT_EQ(key->planted[0].key_id, guid(60));
  EXPECT_EQ(key->planted[0].principal, entra_id(kLab, guid(51)));
  ASSERT_EQ(key->footholds.size(), 1u);
  EXPECT_EQ(key->footholds[0].principal, entra_id(kCorporate, guid(52)));
  EXPECT_THAT(key->applications, testing::ElementsAre(guid(50)));
  const Detection *user = of_kind(found, "user-created-by-app");
  ASSERT_NE(user, nullptr);
  EXPECT_TRUE(user->intruder) << user->because;
}

TEST(Attribution, WhatTheySetForOthersIsPlantedToo) {
  Story story;
  story.fall(4000);
  story.change(4010, kLab, "Invite external user", "test", 0, 0,
               {"User", 70, 0, "x9_proton.example#EXT#@x.example"}, {}, kTheirs);
  story.change(4020, kLab, "Consent to application", "test", 0, 0, {"ServicePrincipal", 71, 910, "eM Client"},
               {{"ConsentContext.OnBehalfOfAll", "\"True\""},
                {"ConsentAction.Permissions", "\"[] => [[Scope: Mail.ReadWrite]]\""}},
               kTheirs);
  std::set<std::pair<std::string, std::string>> planted;
  for (const Detection &one : story.found())
    for (const Planted &each : one.planted) planted.emplace(each.principal, each.slot);
  EXPECT_TRUE(planted.contains({entra_id(kLab, guid(70)), "user"}));
  EXPECT_TRUE(planted.contains({entra_id(kLab, guid(71)), "consent"}));
}

TEST(Attribution, WhoSharesAnAddressIsNotTheIntruder) {
  Story story;
  story.fall(4000);
  // The lab's administrator cleans up from the very address from which the intruder signed in.
  story.user(Signin{4005, kLab, "p3", "110.2.3.4", kOurs});
  story.change(4006, kLab, Story::kCredentials, "p3", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(61)}}, kOurs, "110.2.3.4");
  const auto found = story.found();
  const Detection *key = of_kind(found, "app-credential-added");
  ASSERT_NE(key, nullptr);
  EXPECT_FALSE(key->intruder) << key->because;
  EXPECT_TRUE(key->planted.empty());
}

TEST(Attribution, TheOwnersOwnWorkStaysTheirs) {
  Story story;
  story.fall(4000, "p4");  // an account that somebody works with
  story.user(Signin{4100, kLab, "p4", "192.0.2.1", kOurs});
  story.change(4110, kLab, Story::kCredentials, "p4", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(62)}}, kOurs);
  story.change(4200, kLab, Story::kCredentials, "p4", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(63)}}, kTheirs);
  const auto found = story.found();
  const Detection *first = of_kind(found, "app-credential-added", 0),
                  *second = of_kind(found, "app-credential-added", 1);
  ASSERT_NE(second, nullptr);
  EXPECT_FALSE(first->intruder) << first->because;
  EXPECT_TRUE(second->intruder) << second->because;
}

// Days after the fall the account is used from elsewhere, and then a key is added from where it fell: nobody
// but the intruder had ever been there as this account.
TEST(Attribution, WhereOnlyTheyHadSignedInIsTheirsForAWeek) {
  Story story;
  story.fall(4000);
  story.user(Signin{4000 + 5 * 1440, kLab, "test", "73.5.6.7", "Mozilla/5.0 Firefox/120"});
  story.change(4000 + 6 * 1440, kLab, Story::kCredentials, "test", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(61)}}, "Mozilla/5.0 Firefox/120", "110.2.3.4");
  const auto found = story.found();
  const Detection *key = of_kind(found, "app-credential-added");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->intruder) << key->because;
  EXPECT_EQ(key->grade, Grade::possible);
  EXPECT_THAT(key->planted, testing::SizeIs(1));
}

TEST(Attribution, TokensJoinSignInAndMail) {
  Story story;
  story.fall(4000);
  story.change(4010, kLab, Story::kCredentials, "test", 0, 0, {"Application", 51, 50, "Archive"},
               {{"KeyDescription", Story::key_added(60)}}, kTheirs);
  for (int day = 0; day < 20; ++day)
    story.mail(day * 1440, kCorporate, 50, "a@x.example", "old" + std::to_string(day) + "@x",
               "own" + std::to_string(day), 52);
  for (int day = 3; day < 20; ++day)
    story.service(day * 1440 - 3, kCorporate, 52, 50, 59, "own" + std::to_string(day));  // with its old key
  story.service(4400, kCorporate, 52, 50, 60, "stolen-token");
  story.mail(4402, kCorporate, 50, "b@x.example", "taken@x", "stolen-token", 52);
  const auto found = story.found();
  const Detection *read = of_kind(found, "mailbox-read-by-app");
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(read->intruder);
  ASSERT_EQ(read->mail_read.size(), 1u) << "what the archive read by itself is not theirs";
  EXPECT_EQ(read->mail_read[0].message_id, "taken@x");
  EXPECT_EQ(read->mail_read[0].folder, "\\Inbox");
}

TEST(Attribution, ApplicationsThatTheyMadeAreTheirsEverywhere) {
  Story story;
  story.fall(4000);
  story.change(4010, kLab, "Add application", "test", 0, 0, {"Application", 71, 70, "Helper"}, {}, kTheirs);
  story.mail(4500, kCorporate, 70, "b@x.example", "m@x");
  const auto found = story.found();
  ASSERT_NE(of_kind(found, "new-application"), nullptr);
  const Detection *read = of_kind(found, "mailbox-read-by-app");
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(read->intruder);
  EXPECT_THAT(read->because, HasSubstr("registered this application"));
}

TEST(Attribution, RolesByAnApplicationNeedNoConsent) {
  Story story;
  // No spray succeeded: nobody knows whose it was, but it is told.
  story.change(5000, kCorporate, "Add app role assignment to service principal", "", 52, 50,
               {"ServicePrincipal", 40, 0, "Office 365 Exchange Online"},
               {{"AppRole.Id", "\"dc890d15-9560-4a4c-9b7f-a736ec74ec40\""},
                {"ServicePrincipal.ObjectID", "\"" + guid(82) + "\""}});
  story.change(
      5001, kCorporate, "Add app role assignment to service principal", "p1", 0, 0,
      {"ServicePrincipal", 41, 0, "Microsoft Graph"},
      {{"AppRole.Value", "\"User.Read.All\""}, {"ServicePrincipal.ObjectID", "\"" + guid(83) + "\""}});
  const auto found = story.found();
  const Detection *role = of_kind(found, "app-role-granted");
  ASSERT_NE(role, nullptr);
  EXPECT_THAT(role->says, HasSubstr("full_access_as_app"));
  EXPECT_FALSE(role->intruder);
  EXPECT_GT(role->confidence, 0.5);
  EXPECT_EQ(of_kind(found, "app-role-granted", 1), nullptr) << "a harmless role is everyday work";
}

TEST(Attribution, OneChangeInTwoLogsIsOne) {
  Story story;
  story.fall(4000);
  story.change(4010, kLab, Story::kCredentials, "test", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(60)}}, kTheirs);
  story.change(4010, kLab, "Update application - Certificates and secrets management", "test", 0, 0,
               {"Application", 51, 50, "Legacy"}, {{"KeyDescription", Story::key_added(60)}}, kTheirs);
  const auto found = story.found();
  ASSERT_NE(of_kind(found, "app-credential-added"), nullptr);
  EXPECT_EQ(of_kind(found, "app-credential-added", 1), nullptr);
  EXPECT_EQ(of_kind(found, "app-credential-added")->planted.size(), 1u);
}

identity::Binding password_of(const std::string &secret, const std::string &principal) {
  identity::Binding binding;
  binding.secret = secret;
  binding.principal = principal;
  binding.slot = "password";
  return binding;
}

TEST(StolenSecret, OneSecondIsEnough) {
  Story story;
  story.fall(4000);
  for (int day = 0; day < 9; ++day)
    story.user(Signin{day * 1440 + 300, kCorporate, "svc", "192.0.2.9", "robot/2", 0, guid(950),
                      "Mobile Apps and Desktop clients"});
  story.user(Signin{9000, kCorporate, "svc", "133.2.3.4", kTheirs, 0, guid(901), "Other clients"});
  const std::string svc = entra_id(kCorporate, story.id_of("svc"));
  story.facts.bindings = {password_of("secret:1", svc)};
  const auto detections = story.found();
  const auto uses =
      detect_secret_use(story.table(), story.facts, detections, {{"secret:1", base::time_of({2025, 9, 3})}});
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].kind, "stolen-secret-used");
  EXPECT_TRUE(uses[0].intruder);
  ASSERT_EQ(uses[0].uses.size(), 1u);
  EXPECT_TRUE(uses[0].uses[0].succeeded);
  EXPECT_EQ(uses[0].event_count, 1u);
  // Before the secret could be known it was not this secret; the account fell all the same.
  const auto before =
      detect_secret_use(story.table(), story.facts, detections, {{"secret:1", base::time_of({2025, 10, 3})}});
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before[0].kind, "success-after-spray");
}

// A use that is known only once reach has said since when they had the secret leads on like any sign-in of
// theirs: sessions and detections give one answer.
TEST(StolenSecret, WhatFollowsAUseIsTheirsInEveryPass) {
  Story story;
  story.fall(4000);
  for (int day = 0; day < 9; ++day)
    story.user(Signin{day * 1440 + 300, kCorporate, "svc", "192.0.2.9", "robot/2", 0, guid(950),
                      "Mobile Apps and Desktop clients"});
  story.user(Signin{12000, kCorporate, "svc", "133.2.3.4", kTheirs, 0, guid(901), "Other clients"});
  story.change(12030, kCorporate, Story::kCredentials, "svc", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(60)}}, kTheirs, "133.2.3.4");
  const std::string svc = entra_id(kCorporate, story.id_of("svc"));
  story.facts.bindings = {password_of("secret:1", svc)};
  const auto before = story.found();
  const Detection *key = of_kind(before, "app-credential-added");
  ASSERT_NE(key, nullptr);
  EXPECT_FALSE(key->intruder) << "nothing but the stolen password says so";
  const auto uses =
      detect_secret_use(story.table(), story.facts, before, {{"secret:1", base::time_of({2025, 9, 3})}});
  ASSERT_EQ(uses.size(), 1u);
  const auto after = detect(Basis(story.table(), story.facts, builtin_options()), uses);
  key = of_kind(after, "app-credential-added");
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->intruder) << key->because;
  EXPECT_EQ(key->planted.size(), 1u);
  for (const Detection &one : after) EXPECT_NE(one.kind, "stolen-secret-used") << "that is told already";
}

// The sign-ins that would show it are missing: a person knows whose the new credential is.
TEST(Spoken, FromWhatSomebodySaysIsTheIntrudersTheirHandIsFollowed) {
  Story story;
  story.change(6000, kCorporate, Story::kCredentials, "admin", 0, 0, {"Application", 51, 50, "Legacy"},
               {{"KeyDescription", Story::key_added(60)}});
  story.service(6100, kCorporate, 52, 50, 60, "token-1");
  story.change(6110, kCorporate, "Add user", "", 52, 50, {"User", 70, 0, "sync@x.example"}, {});
  story.mail(6120, kCorporate, 50, "omar@x.example", "m1", "token-1", 0, "20.190.160.1");
  const auto unknown = story.found();
  const Detection *key = of_kind(unknown, "app-credential-added");
  ASSERT_NE(key, nullptr);
  for (const Detection &one : unknown) EXPECT_TRUE(one.kind == "spray" || !one.intruder) << one.kind;
  const std::string place = key->events.front().place();

  const Basis theirs(story.table(), story.facts, builtin_options(), {{place, {true, "Ana says so"}}});
  const auto found = detect(theirs);
  for (const char *kind : {"app-credential-added", "user-created-by-app", "mailbox-read-by-app"}) {
    const Detection *one = of_kind(found, kind);
    ASSERT_NE(one, nullptr) << kind;
    EXPECT_TRUE(one->intruder) << kind << ": " << one->because;
    EXPECT_EQ(one->grade, Grade::possible) << "nobody saw them: " << kind;
  }
  key = of_kind(found, "app-credential-added");
  EXPECT_EQ(key->because, "Ana says so");
  EXPECT_EQ(key->planted.size(), 1u);
  std::set<std::string> held;
  for (const Detection &one : found)
    for (const Foothold &foothold : one.footholds) held.insert(foothold.principal);
  EXPECT_TRUE(held.contains(entra_id(kCorporate, story.id_of("admin")))) << "who added it was in their hands";
  EXPECT_FALSE(held.contains("principal:account/omar@x.example")) << "whose mailbox was read did nothing";

  // The owner of the key says that it is theirs: then nothing leads on from it, whoever signs in with it.
  const Basis ours(story.table(), story.facts, builtin_options(), {{place, {false, "Ben says so"}}});
  for (const Detection &one : detect(ours)) EXPECT_TRUE(one.kind == "spray" || !one.intruder) << one.kind;
}

// Mail that an application read stands in the name of the mailbox's owner at times.
TEST(Spoken, WhoseMailboxAnApplicationReadDidNothing) {
  Story story;
  story.service(6100, kCorporate, 52, 50, 60, "token-1");
  story.mail(6120, kCorporate, 50, "omar@x.example", "m1", "", 0, "20.190.160.1");
  const auto unknown = story.found();
  const Detection *read = of_kind(unknown, "mailbox-read-by-app");
  ASSERT_NE(read, nullptr);
  Words words;
  for (const EventReference &event : read->events) words[event.place()] = {true, "Ana says so"};
  const auto found = detect(Basis(story.table(), story.facts, builtin_options(), words));
  read = of_kind(found, "mailbox-read-by-app");
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(read->intruder);
  ASSERT_FALSE(read->footholds.empty());
  for (const Foothold &foothold : read->footholds)
    EXPECT_EQ(foothold.principal, entra_id(kCorporate, guid(52)));
}

// Only the log of Graph shows that mail was read: by ids that no mailbox has.
TEST(Attribution, MailThatTheIntruderReadThroughGraphIsTold) {
  Story story;
  story.user(Signin{4000, kLab, "test", "110.2.3.4", kTheirs, 0, guid(901), "Other clients", guid(77)});
  story.graph(4010, kLab, "test", 50, "/me/messages?$top=10", guid(77), "110.2.3.4");
  story.graph(4011, kLab, "test", 50, "/me/messages/AAMk1", guid(77), "110.2.3.4");
  story.graph(4012, kLab, "test", 50, "/me/messages/AAMk1/attachments", guid(77), "110.2.3.4");
  story.graph(4013, kLab, "test", 50, "/me/messages/AAMk2", guid(77), "110.2.3.4");
  story.graph(4014, kLab, "test", 50, "/users/boss@x.example/messages/AAMk3", guid(77), "110.2.3.4");
  story.graph(4015, kLab, "p1", 50, "/me/messages/AAMk4", guid(78), "192.0.2.1");
  const auto found = story.found();
  const Detection *read = of_kind(found, "mailbox-read-by-app");
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(read->intruder);
  EXPECT_THAT(read->says, HasSubstr("2 mailboxes"));
  EXPECT_THAT(read->says, HasSubstr("3 messages and 1 list through Microsoft Graph"));
  ASSERT_EQ(read->mail_read.size(), 5u);
  EXPECT_EQ(read->mail_read[0].mailbox, "test@x.example");
  EXPECT_EQ(read->mail_read[4].mailbox, "boss@x.example");
  EXPECT_TRUE(read->mail_read[0].message_id.empty());
}

TEST(StolenSecret, TheOwnersHabitIsNoUse) {
  Story story;
  story.fall(4000);
  for (int day = 0; day < 10; ++day)
    story.user(Signin{day * 1440 + 300, kCorporate, "svc", "192.0.2.9", "robot/2"});
  story.user(Signin{9000, kCorporate, "svc", "192.0.2.10", "robot/2"});  // another address of the office
  story.user(Signin{9100, kCorporate, "svc", "192.0.2.9", "robot/3"});   // an update
  story.facts.bindings = {password_of("secret:1", entra_id(kCorporate, story.id_of("svc")))};
  EXPECT_TRUE(detect_secret_use(story.table(), story.facts, story.found(),
                                {{"secret:1", base::time_of({2025, 9, 3})}})
                  .empty());
}

TEST(StolenSecret, StrangeInEveryRespectIsToldAsPossible) {
  Story story;
  for (int day = 0; day < 10; ++day)
    story.user(Signin{day * 1440 + 300, kCorporate, "svc", "192.0.2.9", "robot/2"});
  story.user(Signin{9000, kCorporate, "svc", "145.9.9.9", "curl/8", 50074, guid(955), "Other clients"});
  story.facts.bindings = {password_of("secret:1", entra_id(kCorporate, story.id_of("svc")))};
  const auto uses = detect_secret_use(story.table(), story.facts, story.found(),
                                      {{"secret:1", base::time_of({2025, 9, 3})}});
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].kind, "stolen-secret-tried");
  EXPECT_FALSE(uses[0].intruder);
  EXPECT_EQ(uses[0].grade, Grade::possible);
  EXPECT_FALSE(uses[0].uses.at(0).succeeded);
  EXPECT_EQ(uses[0].uses.at(0).outcome, "right-secret-stopped");
}

TEST(CannotSay, WhatNoLogShows) {
  Story story;
  story.fall(4000);
  story.facts.bindings = {password_of("secret:1", "principal:github/u_1")};
  const auto detections = story.found();
  const auto coverage = log::coverage_of(story.table(), {});
  const auto doubts = cannot_say(story.table(), story.facts, detections, coverage,
                                 {{"secret:1", base::time_of({2025, 9, 5})}});
  ASSERT_EQ(doubts.size(), 1u);
  EXPECT_EQ(doubts[0].principal, "principal:github/u_1");
  EXPECT_EQ(doubts[0].secret, "secret:1");
  EXPECT_THAT(doubts[0].source, HasSubstr("GitHub"));
  EXPECT_EQ(doubts[0].interval.until, base::kTimeMax);
}

TEST(RealSamples, GoldenSamlIsToldWithoutABaseline) {
  log::EventTable table;
  NoSink sink;
  for (const char *name : {"otrf-AADAuditEvents.json", "otrf-OfficeActivityEvents.json"}) {
    const auto bytes = base::read_file(std::string(DISLODGE_SOURCE_DIR) + "/tests/log/data/" + name);
    ASSERT_TRUE(bytes);
    evidence::ItemView item;
    item.path = name;
    item.bytes = *bytes;
    ASSERT_TRUE(log::read_log(item, table, sink));
  }
  table.settle();
  const auto found = detect(table, {}, builtin_options());
  const Detection *key = of_kind(found, "app-credential-added");
  ASSERT_NE(key, nullptr);
  EXPECT_THAT(key->says, HasSubstr("59eaeebc-8a6b-44a6-9f24-7d55e64420c9"));
  EXPECT_THAT(key->says, HasSubstr("SimuLandApp"));
  const Detection *consent = of_kind(found, "consent-granted");
  ASSERT_NE(consent, nullptr);
  EXPECT_THAT(consent->says, HasSubstr("Mail.ReadWrite"));
  const Detection *read = of_kind(found, "mailbox-read-by-app");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->mail_read.size(), 7u);
  EXPECT_THAT(read->applications, testing::ElementsAre("5a95e683-08ad-424e-a441-1d1aec52c02c"));
  for (const Detection &one : found) EXPECT_FALSE(one.intruder) << one.says;
}

}  // namespace
}  // namespace dislodge::detect
