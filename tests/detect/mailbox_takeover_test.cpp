// Business e-mail compromise where nothing but the unified audit log is held and no try failed: what tells it
// from a journey; and applications that people were talked into letting in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/detect.hpp"
#include "detect/sigma_matcher.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
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

constexpr const char *kTenant = "e3981111-2222-4333-8444-555566667777";
constexpr const char *kChrome =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 "
    "Safari/537.36";
constexpr const char *kFirefox = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0";
constexpr const char *kThere = "185.220.101.77";
constexpr int kNight = 16 * 1440 + 1320;

// Four people, four weeks: each signs in at eight from one address and reads two mails.
class UnifiedLog {
 public:
  UnifiedLog() {
    for (int day = 0; day < 28; ++day)
      for (int who = 0; who < 4; ++who) {
        signin(day * 1440 + 480 + who, name(who), home(who), kChrome, "home" + std::to_string(who));
        read(day * 1440 + 490 + who, name(who), home(who), 2, "home" + std::to_string(who));
      }
  }
  static std::string name(int who) { return std::string(1, static_cast<char>('a' + who)) + "@t.example"; }
  static std::string home(int who) { return "203.0.113." + std::to_string(10 + who); }
  static std::string object(const std::string &name) {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(name[0] - 'a' + 1);
  }

  void signin(int minute, const std::string &who, const std::string &address, const std::string &agent,
              const std::string &session) {
    record(
        minute, "UserLoggedIn", 15, who, address,
        R"("Workload":"AzureActiveDirectory","AzureActiveDirectoryEventType":1,"ErrorNumber":"0",)"
        R"("ApplicationId":"00000002-0000-0ff1-ce00-000000000000","ActorIpAddress":")" +
            address + R"(","Actor":[{"ID":")" + object(who) + R"(","Type":0},{"ID":")" + who +
            R"(","Type":5}],"ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Success"},{"Name":"UserAgent","Value":")" +
            agent +
            R"("},{"Name":"RequestType","Value":"OAuth2:Authorize"}],"DeviceProperties":[{"Name":"OS","Value":"Windows10"},{"Name":"SessionId","Value":")" +
            session + R"("}])");
  }
  void read(int minute, const std::string &who, const std::string &address, int messages,
            const std::string &session,
            const std::string &application = "00000002-0000-0ff1-ce00-000000000000",
            const std::string &program = "Client=OWA;Action=ViaProxy") {
    std::string items;
    for (int i = 0; i < messages; ++i)
      items += std::string(i == 0 ? "" : ",") + R"({"InternetMessageId":"<m)" + std::to_string(++message_) +
               R"(@t.example>","SizeInBytes":1000})";
    record(
        minute, "MailItemsAccessed", 50, who, address,
        R"("Workload":"Exchange","ClientIPAddress":")" + address + R"(","ClientInfoString":")" + program +
            R"(","ClientAppId":")" + application + R"(","AppId":")" + application +
            R"(","LogonType":0,"MailboxOwnerUPN":")" + who + R"(","SessionId":")" + session +
            R"(","OperationCount":)" + std::to_string(messages) +
            R"(,"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"Folders":[{"Path":"\\Inbox","FolderItems":[)" +
            items + "]}]");
  }
  // An Exchange cmdlet: its parameters as "Name", "Value", ...
  void cmdlet(int minute, const std::string &operation, const std::string &who, const std::string &address,
              const std::vector<std::pair<std::string, std::string>> &parameters) {
    std::string list;
    for (const auto &[name, value] : parameters)
      list += (list.empty() ? "" : ",") + (R"({"Name":")" + name + R"(","Value":")" + value + R"("})");
    record(
        minute, operation, 1, who, address + ":54321",
        R"("Workload":"Exchange","ExternalAccess":false,"OrganizationName":"t.onmicrosoft.com","ObjectId":")" +
            who + R"(","Parameters":[)" + list + "]");
  }
  void mail(int minute, const std::string &operation, const std::string &who, const std::string &address,
            const std::string &message, const std::string &session) {
    const std::string item = R"({"InternetMessageId":")" + message + R"(","Subject":"Re: invoice 4711"})";
    record(minute, operation, operation == "Send" ? 2 : 3, who, address,
           R"("Workload":"Exchange","ClientIPAddress":")" + address +
               R"(","ClientInfoString":"Client=OWA;Action=ViaProxy","MailboxOwnerUPN":")" + who +
               R"(","SessionId":")" + session + R"(",)" +
               (operation == "Send" ? R"("Item":)" + item : R"("AffectedItems":[)" + item + "]"));
  }
  // A search of eDiscovery, or an export of what it found.
  void search(int minute, const std::string &operation, const std::string &who, const std::string &address,
              const std::string &name, const std::string &more = "") {
    record(minute, operation, 24, who, address,
           R"("Workload":"SecurityComplianceCenter","ClientApplication":"EMC","ObjectId":")" + name + "\"" +
               more);
  }
  // Somebody lets an application in, as the directory's part of the log has it.
  void consent(int minute, const std::string &who, const std::string &address, const std::string &service,
               const std::string &application, const std::string &scopes, bool administrator = false) {
    record(
        minute, "Consent to application.", 8, who, "",
        R"("Workload":"AzureActiveDirectory","Actor":[{"ID":")" + who + R"(","Type":5},{"ID":")" +
            object(who) + R"(","Type":2}],"ActorIpAddress":")" + address +
            R"(","Target":[{"ID":"ServicePrincipal_)" + service + R"(","Type":2},{"ID":")" + service +
            R"(","Type":2},{"ID":"ServicePrincipal","Type":2},{"ID":"Docs Viewer","Type":1},{"ID":")" +
            application +
            R"(","Type":2}],"ModifiedProperties":[{"Name":"ConsentContext.IsAdminConsent","NewValue":")" +
            (administrator ? "True" : "False") +
            R"(","OldValue":""},{"Name":"ConsentAction.Permissions","NewValue":"[] => [[Id: x, ClientId: )" +
            service + R"(, ConsentType: Principal, Scope: )" + scopes +
            R"(, CreatedDateTime: , LastModifiedDateTime ]]; ","OldValue":""},{"Name":"TargetId.ServicePrincipalNames","NewValue":")" +
            application + R"(","OldValue":""}])");
  }

  std::vector<Detection> detections() {
    const DetectOptions &options = builtin_options();
    SigmaWatcher watcher(*options.sigma);
    NoSink sink;
    evidence::ItemView item;
    item.path = "ual.json";
    item.bytes = text_;
    log::ReadOptions read;
    read.watcher = &watcher;
    log::EventTable table;
    EXPECT_TRUE(log::read_log(item, table, sink, read).has_value());
    table.settle();
    return detect(table, {}, options);
  }
  std::vector<Detection> theirs() {
    std::vector<Detection> all = detections();
    std::erase_if(all, [](const Detection &one) { return !one.intruder; });
    return all;
  }

 private:
  void record(int minute, const std::string &operation, int type, const std::string &who,
              const std::string &address, const std::string &more) {
    const base::Time at = base::time_of({2025, 3, 3}) + minute * base::kMinute;
    std::string time = base::format_time(at);
    if (!time.empty() && time.back() == 'Z') time.pop_back();
    const std::string number = std::to_string(++number_);
    text_ += R"({"CreationTime":")" + time + R"(","Id":"00000000-0000-4000-9000-)" +
             std::string(12 - number.size(), '0') + number + R"(","Operation":")" + operation +
             R"(","OrganizationId":")" + kTenant + R"(","RecordType":)" + std::to_string(type) +
             R"(,"ResultStatus":"Success","UserKey":"1003200)" + who +
             R"(","UserType":0,"Version":1,"ClientIP":")" + address + R"(","UserId":")" + who + R"(",)" +
             more + "}\n";
  }
  std::string text_;
  int number_ = 0, message_ = 0;
};

auto of_kind(const char *kind) {
  return Field(&Detection::kind, kind);
}

TEST(MailboxTakeover, WhatHidesAndSendsAwayIsNoJourney) {
  UnifiedLog log;
  log.signin(kNight, "c@t.example", kThere, kFirefox, "bec");
  log.read(kNight + 5, "c@t.example", kThere, 30, "bec");
  log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", kThere,
             {{"Name", "."}, {"DeleteMessage", "True"}, {"SubjectContainsWords", "invoice;payment"}});
  log.cmdlet(kNight + 11, "Set-Mailbox", "c@t.example", kThere,
             {{"Identity", "c"},
              {"ForwardingSmtpAddress", "smtp:x9@proton.example"},
              {"DeliverToMailboxAndForward", "True"}});
  log.mail(kNight + 20, "Send", "c@t.example", kThere, "<evil1@t.example>", "bec");
  log.mail(kNight + 21, "HardDelete", "c@t.example", kThere, "<evil1@t.example>", "bec");
  const auto theirs = log.theirs();
  EXPECT_THAT(theirs, Each(Field(&Detection::grade, Grade::possible)));
  for (const char *kind : {"unusual-use", "inbox-rule", "forwarding-set", "mail-sent"})
    EXPECT_THAT(theirs, Contains(of_kind(kind))) << kind;
  for (const Detection &one : theirs) {
    if (one.kind != "unusual-use") continue;
    EXPECT_EQ(one.mail_read.size(), 30u);
    EXPECT_THAT(one.footholds, SizeIs(1));
    EXPECT_THAT(one.because, HasSubstr("1 message sent and deleted"));
  }
}

// The page in between passes the victim's browser on, nothing was forwarded, nothing deleted.
TEST(MailboxTakeover, ARuleThatHidesMoneySpeaksWithTheOwnersOwnBrowser) {
  UnifiedLog log;
  log.signin(kNight, "c@t.example", kThere, kChrome, "bec");
  log.read(kNight + 5, "c@t.example", kThere, 30, "bec", "00000002-0000-0ff1-ce00-000000000000",
           "Client=REST;;");
  log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", kThere,
             {{"Name", ".."},
              {"SubjectOrBodyContainsWords", "Rechnung;IBAN"},
              {"MoveToFolder", "RSS Feeds"},
              {"MarkAsRead", "True"}});
  EXPECT_THAT(log.theirs(),
              Contains(AllOf(of_kind("inbox-rule"), Field(&Detection::grade, Grade::possible))));
}

// On a journey with a new computer: newsletters are sorted, mail goes to the private address, something is
// deleted.
TEST(MailboxTakeover, AJourneyWithANewComputerIsNone) {
  UnifiedLog log;
  log.signin(kNight, "c@t.example", "82.113.5.5", kFirefox, "trip");
  log.read(kNight + 5, "c@t.example", "82.113.5.5", 30, "trip");
  log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", "82.113.5.5",
             {{"Name", "Newsletter"}, {"From", "news@shop.example"}, {"MoveToFolder", "Newsletter"}});
  log.cmdlet(kNight + 11, "Set-Mailbox", "c@t.example", "82.113.5.5",
             {{"Identity", "c"}, {"ForwardingSmtpAddress", "smtp:c.private@mail.example"}});
  log.mail(kNight + 20, "Send", "c@t.example", "82.113.5.5", "<trip@t.example>", "trip");
  log.mail(kNight + 21, "HardDelete", "c@t.example", "82.113.5.5", "<spam@t.example>", "trip");
  EXPECT_THAT(log.theirs(), IsEmpty());
}

TEST(MailboxTakeover, AtTheOwnersDeskTheSameRuleIsToldAndBlamesNobody) {
  UnifiedLog log;
  log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", UnifiedLog::home(2),
             {{"Name", "."}, {"DeleteMessage", "True"}, {"SubjectContainsWords", "invoice"}});
  EXPECT_THAT(log.theirs(), IsEmpty());
  EXPECT_THAT(log.detections(), Contains(of_kind("inbox-rule")));
}

// Who looks in three times and does nothing is not at home there, and comes back for what they want.
TEST(MailboxTakeover, AFewVisitsWithoutAnActMakeNoHabit) {
  UnifiedLog log;
  for (const int day : {8, 10, 12})
    log.signin(day * 1440 + 1200, "c@t.example", kThere, kFirefox, "look" + std::to_string(day));
  log.signin(kNight, "c@t.example", kThere, kFirefox, "bec");
  log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", kThere,
             {{"Name", "."}, {"DeleteMessage", "True"}, {"SubjectContainsWords", "invoice;payment"}});
  log.read(kNight + 12, "c@t.example", kThere, 30, "bec");
  EXPECT_THAT(log.theirs(), Contains(of_kind("inbox-rule")));
}

TEST(MailboxTakeover, WhoIsThereDayAfterDayLivesThere) {
  UnifiedLog log;
  for (int day = 8; day < 15; ++day)
    log.signin(day * 1440 + 1200, "c@t.example", kThere, kFirefox, "new-flat");
  log.signin(kNight, "c@t.example", kThere, kFirefox, "evening");
  log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", kThere,
             {{"Name", "."}, {"DeleteMessage", "True"}, {"SubjectContainsWords", "invoice;payment"}});
  EXPECT_THAT(log.theirs(), IsEmpty());
}

// The export's record names no more than its search; what that was over stands where it was made.
TEST(MailboxTakeover, AnExportByTheIntruderIsOfWhatItsSearchWasOver) {
  const auto takeover = [](UnifiedLog &log) {
    log.signin(kNight, "c@t.example", kThere, kFirefox, "bec");
    log.read(kNight + 5, "c@t.example", kThere, 30, "bec");
    log.cmdlet(kNight + 10, "New-InboxRule", "c@t.example", kThere,
               {{"Name", "."}, {"DeleteMessage", "True"}, {"SubjectContainsWords", "invoice;payment"}});
  };
  const auto exported = [](UnifiedLog &log) {
    std::map<std::string, std::string> mailboxes;  // what of it
    std::string says;
    for (const Detection &one : log.theirs()) {
      if (one.kind != "mail-exported") continue;
      says += one.says;
      for (const MailRead &read : one.mail_read) {
        EXPECT_THAT(read.message_id, IsEmpty()) << "no log names one";
        mailboxes[read.mailbox] = read.folder;
      }
    }
    return std::pair(mailboxes, says);
  };

  UnifiedLog all;
  takeover(all);
  all.search(
      kNight + 20, "SearchCreated", "c@t.example", kThere, "q1",
      R"(,"Query":"password OR vpn","ExchangeLocations":"All","Parameters":"-Name \"q1\" -ExchangeLocation \"All\"")");
  all.search(kNight + 30, "SearchExported", "c@t.example", kThere, "q1");
  all.search(kNight + 40, "SearchExportDownloaded", "c@t.example", kThere, "q1");
  auto [mailboxes, says] = exported(all);
  EXPECT_THAT(mailboxes, SizeIs(4));
  EXPECT_THAT(mailboxes["d@t.example"], HasSubstr("password OR vpn"));
  EXPECT_THAT(says, HasSubstr("4 mailboxes, what matches \"password OR vpn\""));

  UnifiedLog one;
  takeover(one);
  one.search(kNight + 20, "SearchCreated", "c@t.example", kThere, "q2",
             R"(,"Parameters":"-Name \"q2\" -ExchangeLocation \"a@t.example\",\"b@t.example\"")");
  one.search(kNight + 40, "SearchExportDownloaded", "c@t.example", kThere, "q2");
  std::tie(mailboxes, says) = exported(one);
  EXPECT_THAT(mailboxes,
              testing::ElementsAre(testing::Pair("a@t.example", ""), testing::Pair("b@t.example", "")))
      << "without a query it is all of them";

  UnifiedLog request;
  takeover(request);
  request.cmdlet(kNight + 20, "New-MailboxExportRequest", "c@t.example", kThere,
                 {{"Mailbox", "d"}, {"FilePath", "x"}});
  EXPECT_THAT(exported(request).first, testing::ElementsAre(testing::Pair("d@t.example", "")));

  UnifiedLog unsaid;
  takeover(unsaid);
  unsaid.search(kNight + 30, "SearchExported", "c@t.example", kThere, "q3");
  std::tie(mailboxes, says) = exported(unsaid);
  EXPECT_THAT(mailboxes, IsEmpty());
  EXPECT_THAT(says, HasSubstr("no log held says over which mailboxes"));
}

// The tenant's own people export for a lawyer: it is told, and nothing of it was stolen.
TEST(MailboxTakeover, AnExportAtTheOwnersDeskTakesNothing) {
  UnifiedLog log;
  log.search(kNight + 30, "SearchExported", "c@t.example", UnifiedLog::home(2), "matter",
             R"(,"Query":"contract","ExchangeLocations":"All")");
  EXPECT_THAT(log.theirs(), IsEmpty());
  EXPECT_THAT(log.detections(),
              Contains(AllOf(of_kind("mail-exported"), Field(&Detection::mail_read, IsEmpty()))));
}

// An administrator's busy day, from a line that the log had not seen.
class BusyDay : public UnifiedLog {
 public:
  explicit BusyDay(const std::string &agent, const std::string &forward = "b@t.example", int days = 4) {
    for (int day = 0; day < days; ++day) {
      const int morning = (16 + day) * 1440 + 540;
      signin(morning, "c@t.example", kThere, agent, "line" + std::to_string(day));
      read(morning + 9, "c@t.example", kThere, 2, "line" + std::to_string(day));
    }
    const int noon = 16 * 1440 + 720;
    for (int i = 0; i < 3; ++i)
      cmdlet(noon + i, "Add-MailboxPermission", "c@t.example", kThere,
             {{"Identity", name(i)}, {"User", "d"}, {"AccessRights", "FullAccess"}});
    cmdlet(noon + 10, "Set-MailboxAuditBypassAssociation", "c@t.example", kThere,
           {{"Identity", "svc-journal"}, {"AuditBypassEnabled", "True"}});
    cmdlet(noon + 15, "New-TransportRule", "c@t.example", kThere,
           {{"Name", "Disclaimer"}, {"ApplyHtmlDisclaimerText", "x"}});
    cmdlet(noon + 20, "Set-Mailbox", "c@t.example", kThere,
           {{"Identity", "a"}, {"ForwardingAddress", forward}, {"DeliverToMailboxAndForward", "True"}});
  }
};

TEST(NewHome, WhoLivesThereAndShowsNothingForeignIsAtWork) {
  BusyDay log(kChrome);
  EXPECT_THAT(log.theirs(), IsEmpty());
  EXPECT_THAT(log.detections(), Contains(of_kind("audit-disabled"))) << "it is told all the same";
}

TEST(NewHome, AForeignProgramAWayOutOrASingleNightIsNoHome) {
  BusyDay program(kFirefox);
  EXPECT_THAT(program.theirs(), Contains(of_kind("audit-disabled")));
  BusyDay outside(kChrome, "x9@proton.example");
  EXPECT_THAT(outside.theirs(), Contains(of_kind("forwarding-set")));
  BusyDay once(kChrome, "b@t.example", 1);
  EXPECT_THAT(once.theirs(), Contains(of_kind("audit-disabled")));
}

constexpr const char *kService = "c0117e20-7df2-4d75-a11b-4a3e47e3d2a1";
constexpr const char *kApplication = "e7110000-1111-4222-8333-444455556666";

TEST(ConsentPhishing, PeopleLetInWhatNobodyKnewAndItReadsFromElsewhere) {
  UnifiedLog log;
  for (int who = 0; who < 3; ++who) {
    log.consent(kNight + who, UnifiedLog::name(who), UnifiedLog::home(who), kService, kApplication,
                "Mail.Read Files.Read.All offline_access User.Read");
    for (int i = 0; i < 4; ++i)
      log.read(kNight + 900 + 60 * i + who, UnifiedLog::name(who),
               i % 2 == 0 ? "91.92.93.94" : "20.190.160.10", 5, "", kApplication,
               "Client=REST;Client=RESTSystem;;");
  }
  const auto theirs = log.theirs();
  const auto of_application = AllOf(Field(&Detection::grade, Grade::possible),
                                    Field(&Detection::principals, Contains(HasSubstr(kService))));
  EXPECT_THAT(theirs, Contains(AllOf(of_kind("consent-granted"), of_application)).Times(3));
  EXPECT_THAT(theirs, Contains(AllOf(of_kind("mailbox-read-by-app"), of_application)));
  for (const Detection &one : theirs) {
    if (one.kind == "mailbox-read-by-app") {
      EXPECT_EQ(one.mail_read.size(), 60u) << "through Microsoft's front ends too";
      EXPECT_THAT(one.principals, SizeIs(1)) << "whose mail it is did nothing";
    }
    // Who was deceived holds their account still.
    for (const Foothold &held : one.footholds) EXPECT_THAT(held.principal, HasSubstr(kService)) << one.kind;
    if (one.kind == "consent-granted") {
      EXPECT_THAT(one.planted, Contains(Field(&Planted::slot, "consent")));
    }
  }
}

// A supplier's application that an administrator lets in for everybody, and one that one person tries.
TEST(ConsentPhishing, WhatAnAdministratorLetsInIsNotBlamed) {
  UnifiedLog log;
  log.consent(kNight, "a@t.example", UnifiedLog::home(0), kService, kApplication, "Mail.Read offline_access",
              true);
  for (int i = 0; i < 8; ++i)
    log.read(kNight + 900 + 60 * i, UnifiedLog::name(i % 4), "52.1.2.3", 5, "", kApplication,
             "Client=REST;;");
  EXPECT_THAT(log.theirs(), IsEmpty());

  UnifiedLog one;
  one.consent(kNight, "b@t.example", UnifiedLog::home(1), kService, kApplication, "Mail.Read offline_access");
  one.read(kNight + 60, "b@t.example", "52.1.2.3", 5, "", kApplication, "Client=REST;;");
  EXPECT_THAT(one.theirs(), IsEmpty());
}

}  // namespace
}  // namespace dislodge::detect
