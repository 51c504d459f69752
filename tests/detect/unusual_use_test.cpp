// An account that is known from elsewhere and does from a strange place what it never did; code that is
// carried off.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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

// An organisation's audit log as GitHub streams it.
class GitHub {
 public:
  // Three people fetch the one repository on which they work, for four weeks.
  GitHub() {
    for (int day = 0; day < 28; ++day)
      for (int who = 0; who < 3; ++who)
        add(day * 1440 + 540 + who, "git.fetch", name(who), "203.0.113." + std::to_string(who + 5),
            R"("repo":"x/app","repository":"x/app")");
  }
  static std::string name(int who) { return "dev" + std::to_string(who); }
  void add(int minute, const std::string &action, const std::string &actor, const std::string &address,
           const std::string &more, const std::string &agent = "git/2.39.1") {
    const std::int64_t at = 1740787200000 + static_cast<std::int64_t>(minute) * 60000;
    text_ += R"({"@timestamp":)" + std::to_string(at) + R"(,"_document_id":"d)" + std::to_string(++number_) +
             R"(","action":")" + action + R"(","actor":")" + actor + R"(","actor_id":)" +
             std::to_string(1000 + actor.back()) + R"(,"created_at":)" + std::to_string(at) +
             R"(,"org":"x","org_id":77,"actor_ip":")" + address + R"(","user_agent":")" + agent + '"' +
             (more.empty() ? "" : "," + more) + "}\n";
  }
  // What a thief does with an account of the organisation.
  void raid(int minute, const std::string &actor, const std::string &address, const std::string &agent) {
    const std::pair<const char *, const char *> acts[] = {
        {"org.add_member", R"("user":"x9","permission":"read")"},
        {"public_key.create", R"("repo":"x/app","title":"ci","read_only":false)"},
        {"repo.access", R"("repo":"x/app","visibility":"public","previous_visibility":"private")"},
        {"protected_branch.destroy", R"("repo":"x/app")"},
        {"org.update_member", R"("user":"x9","permission":"admin","old_permission":"read")"},
        {"repo.download_zip", R"("repo":"x/vault")"},
    };
    for (const auto &[action, more] : acts) add(minute++, action, actor, address, more, agent);
  }
  std::vector<Detection> detections() {
    const DetectOptions &options = builtin_options();
    SigmaWatcher watcher(*options.sigma);
    NoSink sink;
    evidence::ItemView item;
    item.path = "github.ndjson";
    item.bytes = text_;
    log::ReadOptions read;
    read.watcher = &watcher;
    log::EventTable table;
    EXPECT_TRUE(log::read_log(item, table, sink, read).has_value());
    table.settle();
    return detect(table, {}, options);
  }
  std::vector<Detection> found(std::string_view kind) {
    std::vector<Detection> all = detections();
    std::erase_if(all, [&](const Detection &one) { return one.kind != kind; });
    return all;
  }

 private:
  std::string text_;
  int number_ = 0;
};

TEST(UnusualUse, WhatAnAccountNeverDidFromWhereNobodyHadBeen) {
  GitHub log;
  log.raid(20 * 1440 + 180, "dev1", "198.51.100.99", "Mozilla/5.0 (X11)");
  const auto all = log.detections();
  for (const char *kind : {"role-assigned", "data-exposed", "policy-changed", "token-created"}) {
    EXPECT_THAT(all, Contains(testing::AllOf(Field(&Detection::kind, kind), Field(&Detection::intruder, true),
                                             Field(&Detection::grade, Grade::possible))))
        << kind;
  }
  EXPECT_THAT(log.found("repository-cloned"), Contains(Field(&Detection::intruder, true)))
      << "the download goes with it";
  for (const Detection &one : all) {
    if (!one.intruder) continue;
    EXPECT_THAT(one.because, HasSubstr("nobody had been"));
    ASSERT_FALSE(one.principals.empty());
    EXPECT_THAT(one.principals, Contains(HasSubstr("dev1"))) << one.kind;
  }
}

TEST(UnusualUse, AnAdministratorDoesOnAJourneyWhatTheyDoAtHome) {
  GitHub log;
  log.raid(3 * 1440, "dev1", "203.0.113.6", "git/2.39.1");
  log.raid(20 * 1440 + 180, "dev1", "198.51.100.99", "git/2.39.1");
  for (const Detection &one : log.detections()) EXPECT_FALSE(one.intruder) << one.says;
}

TEST(UnusualUse, AtHomeItIsWorkAndAnAccountWithoutAPastSaysNothing) {
  GitHub log;
  log.raid(20 * 1440 + 180, "dev1", "203.0.113.6", "git/2.39.1");
  log.raid(20 * 1440 + 180, "founder", "198.51.100.99", "git/2.39.1");
  for (const Detection &one : log.detections()) EXPECT_FALSE(one.intruder) << one.says;
}

TEST(CodeReading, ManyRepositoriesThatTheAccountNeverRead) {
  GitHub log;
  for (int i = 0; i < 12; ++i)
    log.add(20 * 1440 + 200 + i, "git.clone", "dev2", "198.51.100.99",
            R"("repo":"x/r)" + std::to_string(i) + '"');
  const auto read = log.found("repository-cloned");
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].event_count, 12u);
  EXPECT_FALSE(read[0].intruder);
  EXPECT_THAT(read[0].principals, Contains(HasSubstr("dev2")));
}

TEST(CodeReading, MirrorsAndNewColleaguesAreNone) {
  GitHub log;
  for (int day = 0; day < 28; ++day)
    for (int i = 0; i < 40 + day; ++i)
      log.add(day * 1440 + i * 3, "git.fetch", "mirror", "203.0.113.9",
              R"("repo":"x/r)" + std::to_string(i) + '"');
  for (int i = 0; i < 14; ++i)
    log.add(20 * 1440 + 200 + i * 9, "git.clone", "newcomer", "203.0.113.80",
            R"("repo":"x/r)" + std::to_string(i) + '"');
  EXPECT_THAT(log.found("repository-cloned"), IsEmpty());
}

// Sign-ins and mail of two people and of an application, for four weeks at home.
class Tenant {
 public:
  Tenant() {
    for (int day = 0; day < 28; ++day) {
      for (const char *name : {"ann", "bert"}) {
        signin(day * 1440 + 480, name, home(name), kBrowser, "DE");
        mail(day * 1440 + 490, name, home(name), "Client=OWA;Action=ViaProxy");
      }
      for (int hour = 1; hour < 24; hour += 6) service(day * 1440 + hour * 60, "198.18.5.20", "DE");
    }
  }
  static std::string home(const std::string &name) { return name == "ann" ? "203.0.113.5" : "192.0.2.7"; }
  log::Event &signin(int minute, const std::string &name, const std::string &address,
                     const std::string &agent, const std::string &country, int code = 0) {
    log::Event &event = add(minute, name, address, agent);
    event.source = log::Source::entra_signin;
    event.event_class = log::EventClass::interactive_signin;
    event.country = table.pool.intern(country);
    event.code = code;
    event.outcome = code == 0 ? log::Outcome::ok : log::Outcome::right_secret_stopped;
    return event;
  }
  log::Event &mail(int minute, const std::string &name, const std::string &address,
                   const std::string &program, int messages = 1) {
    log::Event &event = add(minute, name, address, program);
    event.source = log::Source::m365_audit;
    event.event_class = log::EventClass::mail_access;
    event.mailbox = table.pool.intern(name + "@t.example");
    event.outcome = log::Outcome::ok;
    for (int i = 0; i < messages; ++i)
      extra(event, "message-id", std::to_string(event.line) + '.' + std::to_string(i) + "@t.example");
    return event;
  }
  void service(int minute, const std::string &address, const std::string &country) {
    log::Event &event = add(minute, "backup", address, "okhttp/4.9");
    event.source = log::Source::entra_signin;
    event.event_class = log::EventClass::service_principal_signin;
    event.actor_type = table.pool.intern("service-principal");
    event.application_id = table.pool.intern("backup-app");
    event.country = table.pool.intern(country);
    event.outcome = log::Outcome::ok;
  }
  void call(int minute, const std::string &address, const std::string &mailbox) {
    log::Event &event = add(minute, "backup", address, "python-requests/2.31");
    event.source = log::Source::graph_activity;
    event.event_class = log::EventClass::api_call;
    event.actor_type = table.pool.intern("service-principal");
    event.target_id = table.pool.intern(mailbox);
    event.outcome = log::Outcome::ok;
    extra(event, "mail", "true");
  }
  void rows(int minute, const std::string &name, const std::string &address, const std::string &program,
            int count) {
    log::Event &event = add(minute, name, address, program);
    event.source = log::Source::salesforce;
    event.event_class = log::EventClass::api_call;
    event.operation = table.pool.intern("BulkApi2");
    extra(event, "rows", std::to_string(count));
  }
  void file(int minute, const std::string &name, const std::string &address, const std::string &program,
            const char *operation) {
    log::Event &event = add(minute, name, address, program);
    event.source = log::Source::m365_audit;
    event.event_class = log::EventClass::file_access;
    event.operation = table.pool.intern(operation);
    event.outcome = log::Outcome::ok;
  }
  void act(int minute, const std::string &name, const std::string &address, const std::string &rule) {
    log::Event &event = add(minute, name, address, "");
    event.source = log::Source::entra_audit;
    event.event_class = log::EventClass::directory_audit;
    event.operation = table.pool.intern(rule);
    event.outcome = log::Outcome::ok;
    extra(event, "rule", rule);
  }
  std::vector<Detection> found(std::string_view kind) {
    table.settle();
    std::vector<Detection> all = detect(table, {}, builtin_options());
    std::erase_if(all, [&](const Detection &one) { return one.kind != kind; });
    return all;
  }
  static std::string id_of(const std::string &name) {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(name.size());
  }
  static constexpr const char *kBrowser = "Mozilla/5.0 (Windows NT 10.0) Edg/140";
  log::EventTable table;

 private:
  log::Event &add(int minute, const std::string &name, const std::string &address, const std::string &agent) {
    log::Event event;
    event.time = base::time_of({2025, 9, 1}) + minute * base::kMinute;
    event.file = table.file_index("a.json");
    event.line = event.offset = table.events.size() + 1;
    event.tenant = table.pool.intern("t");
    event.actor_id = table.pool.intern(id_of(name));
    event.actor_name = table.pool.intern(name + "@t.example");
    event.actor_type = table.pool.intern("user");
    event.address = table.pool.intern(address);
    event.agent = table.pool.intern(agent);
    table.events.push_back(event);
    return table.events.back();
  }
  void extra(log::Event &event, const char *key, const std::string &value) {
    if (event.extra_count++ == 0) event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    table.extras.push_back({table.pool.intern(key), table.pool.intern(value)});
  }
};

constexpr int kNight = 20 * 1440 + 1320;
constexpr const char *kThere = "185.220.101.77";

TEST(UnusualUse, RefusedFactorsThenAFactorOfTheirOwn) {
  Tenant tenant;
  for (int i = 0; i < 8; ++i) tenant.signin(kNight + 2 * i, "ann", kThere, Tenant::kBrowser, "NL", 500121);
  tenant.signin(kNight + 16, "ann", kThere, "Mozilla/5.0 (X11) Firefox/130", "NL");
  tenant.act(kNight + 30, "ann", kThere, "entra-factor-registered");
  tenant.mail(kNight + 40, "ann", kThere, "Client=OWA;Action=ViaProxy");
  const auto uses = tenant.found("unusual-use");
  ASSERT_THAT(uses, SizeIs(1));
  EXPECT_TRUE(uses[0].intruder);
  EXPECT_EQ(uses[0].grade, Grade::possible);
  EXPECT_THAT(uses[0].because, HasSubstr("8 refusals of the second factor"));
  EXPECT_EQ(uses[0].mail_read.size(), 1u);
  EXPECT_THAT(uses[0].principals, Contains(HasSubstr(Tenant::id_of("ann"))));
}

// Asked until they gave in: from a strange country, by a program that they never had. Nothing else was seen
// done there yet.
TEST(UnusualUse, AFactorThatWasGrantedInTheEndIsAnAct) {
  Tenant tenant;
  const char *const theirs = "Mozilla/5.0 (X11) Firefox/130";
  for (int i = 0; i < 9; ++i) tenant.signin(kNight + 2 * i, "ann", kThere, theirs, "NL", 500121);
  tenant.signin(kNight + 18, "ann", kThere, theirs, "NL");
  const auto uses = tenant.found("unusual-use");
  ASSERT_THAT(uses, SizeIs(1));
  EXPECT_TRUE(uses[0].intruder);
  EXPECT_EQ(uses[0].grade, Grade::possible);
  EXPECT_THAT(uses[0].because, HasSubstr("the second factor was granted in the end"));
  const auto refused = tenant.found("brute-force");
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_TRUE(refused[0].intruder);
  EXPECT_THAT(refused[0].because, HasSubstr("it went on until a second factor was granted"));
}

// A stolen session that reads mail and does nothing else, four nights, while its owner is at home by day.
TEST(UnusualUse, MailReadByNightAbroadAndByDayAtHome) {
  Tenant tenant;
  for (int night = 0; night < 4; ++night) {
    tenant.signin(kNight + night * 1440, "ann", kThere, "Mozilla/5.0 (Macintosh) Safari/18", "NL");
    for (int i = 0; i < 60; ++i)
      tenant.mail(kNight + night * 1440 + 1 + i, "ann", kThere, "Client=OWA;Action=ViaProxy", 10);
  }
  const auto uses = tenant.found("unusual-use");
  ASSERT_THAT(uses, SizeIs(1));
  EXPECT_TRUE(uses[0].intruder);
  EXPECT_THAT(uses[0].because, HasSubstr("while it was used at home"));
  EXPECT_THAT(uses[0].because, HasSubstr("600 messages read in a day"));
}

// Who travels for a week with their own machine reads as much mail as at home.
TEST(UnusualUse, MailReadOnAJourneyIsNone) {
  Tenant tenant;
  for (int day = 0; day < 4; ++day) {
    tenant.signin(28 * 1440 + day * 1440, "ann", "91.2.3.4", Tenant::kBrowser, "ES");
    for (int i = 0; i < 4; ++i)
      tenant.mail(28 * 1440 + day * 1440 + 1 + i, "ann", "91.2.3.4", "Client=OWA;Action=ViaProxy", 10);
  }
  EXPECT_THAT(tenant.found("unusual-use"), IsEmpty());
}

// On a journey people press the wrong button, too, with what they always carry.
TEST(UnusualUse, AFactorThatWasRefusedOnAJourneyIsNone) {
  Tenant tenant;
  for (int i = 0; i < 3; ++i)
    tenant.signin(kNight + 2 * i, "ann", "91.2.3.4", Tenant::kBrowser, "ES", 500121);
  tenant.signin(kNight + 8, "ann", "91.2.3.4", Tenant::kBrowser, "ES");
  EXPECT_THAT(tenant.found("unusual-use"), IsEmpty());
}

// Tables carried off whole through an application that its owner was talked into (UNC6040, 2025), beside a
// colleague on a journey who exports a report, and a nightly copy that moves house.
TEST(UnusualUse, TablesThatAreCarriedOffWhole) {
  Tenant tenant;
  for (int day = 0; day < 20; ++day) {
    tenant.rows(day * 1440 + 60, "warehouse", "52.58.1.2", "informatica", 300'000);
    for (const char *name : {"ann", "bert"})
      tenant.rows(day * 1440 + 500, name, Tenant::home(name), Tenant::kBrowser, 20);
  }
  for (int i = 0; i < 4; ++i) tenant.rows(kNight + 5 + i, "ann", kThere, "python-requests/2.31", 900'000);
  tenant.rows(kNight + 5, "bert", "91.2.3.4", "Mozilla/5.0 (iPhone)", 20'000);
  tenant.rows(kNight + 240, "warehouse", "3.64.9.9", "informatica", 310'000);
  const auto uses = tenant.found("unusual-use");
  ASSERT_THAT(uses, SizeIs(1));
  EXPECT_THAT(uses[0].principals, Contains(HasSubstr("ann@t.example")));
  EXPECT_THAT(uses[0].because, HasSubstr("3600000 rows read"));
}

// Files that are fetched one by one from where the account never was, beside a new machine that synchronises.
TEST(UnusualUse, FilesThatAreCarriedOffWhole) {
  Tenant tenant;
  for (int i = 0; i < 700; ++i) {
    tenant.file(kNight + i / 20, "ann", kThere, "rclone/1.68", "FileDownloaded");
    tenant.file(kNight + i / 20, "bert", "91.2.3.4", "OneDriveSyncApp", "FileSyncDownloadedFull");
  }
  const auto uses = tenant.found("unusual-use");
  ASSERT_THAT(uses, SizeIs(1));
  EXPECT_THAT(uses[0].principals, Contains(HasSubstr(Tenant::id_of("ann"))));
  EXPECT_THAT(uses[0].because, HasSubstr("700 files read"));
}

// With the owner's own program, and nothing but a token or a role beside it.
TEST(UnusualUse, CodeThatIsCarriedOffWhole) {
  const auto theirs = [](int repositories, bool role) {
    GitHub log;
    const int night = 20 * 1440 + 1260;
    for (int i = 0; i < repositories; ++i)
      log.add(night + i, "git.clone", "dev1", "194.180.49.7",
              R"("repo":"x/secret)" + std::to_string(i) + R"(","repository":"x/secret)" + std::to_string(i) +
                  '"');
    if (role)
      log.add(night + 30, "org.update_member", "dev1", "194.180.49.7",
              R"("user":"x9","permission":"admin","old_permission":"read")");
    std::vector<Detection> all = log.detections();
    std::erase_if(all, [](const Detection &one) { return !one.intruder; });
    return all;
  };
  EXPECT_THAT(theirs(25, true), Contains(Field(&Detection::kind, "repository-cloned")));
  EXPECT_THAT(theirs(25, false), IsEmpty()) << "a new laptop in a new flat";
  EXPECT_THAT(theirs(9, true), IsEmpty());
}

TEST(UnusualUse, AnApplicationThatReadsEveryMailboxFromElsewhere) {
  Tenant tenant;
  tenant.service(kNight, kThere, "NL");
  for (int i = 0; i < 8; ++i) tenant.call(kNight + 1 + i, kThere, "mailbox" + std::to_string(i));
  const auto uses = tenant.found("unusual-use");
  ASSERT_THAT(uses, SizeIs(1));
  EXPECT_TRUE(uses[0].intruder);
  EXPECT_THAT(uses[0].principals, Contains(HasSubstr(Tenant::id_of("backup"))));
  EXPECT_EQ(uses[0].event_count, 9u);
}

TEST(UnusualUse, AnApplicationThatMovesToAnotherCentreIsNone) {
  Tenant tenant;
  for (int hour = 0; hour < 48; hour += 6) tenant.service(kNight + hour * 60, "20.1.2.3", "US");
  EXPECT_THAT(tenant.found("unusual-use"), IsEmpty());
}

// A journey, with a telephone that is new, registered, and reads mail; and mail through Graph, which shows
// Microsoft's own addresses.
TEST(UnusualUse, JourneysAndFrontEndsAreNone) {
  Tenant tenant;
  tenant.signin(kNight, "ann", "91.2.3.4", "Mozilla/5.0 (iPhone)", "ES");
  tenant.act(kNight + 5, "ann", "91.2.3.4", "entra-device-registered");
  tenant.mail(kNight + 10, "ann", "91.2.3.4", "Client=REST;Client=RESTSystem;;");
  for (int i = 0; i < 9; ++i)
    tenant.mail(kNight + 100 + i, "bert", "20.190.160.11", "Client=REST;Client=RESTSystem;;");
  EXPECT_THAT(tenant.found("unusual-use"), IsEmpty());
}

}  // namespace
}  // namespace dislodge::detect
