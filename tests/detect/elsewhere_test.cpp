// The hand followed outside of Entra: by keys, by who handed them out, by accounts that they made.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "detect/attribution.hpp"
#include "detect/detect.hpp"
#include "detect/sigma_check.hpp"
#include "evidence/sink.hpp"
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

constexpr const char *kHome = "203.0.113.50", *kStrange = "185.220.101.77";

// Calls of one account of AWS, a day's minute each.
class Trail {
 public:
  void call(int day, int minute, const std::string &user, const std::string &key, const std::string &address,
            const std::string &service, const std::string &name, const std::string &request = "null",
            const std::string &response = "null") {
    char time[32];
    std::snprintf(time, sizeof time, "2025-03-%02dT%02d:%02d:00Z", day, minute / 60, minute % 60);
    text_ += R"({"eventVersion":"1.09","eventTime":")" + std::string(time) + R"(","eventSource":")" +
             service + R"(.amazonaws.com","eventName":")" + name +
             R"(","awsRegion":"eu-west-1","sourceIPAddress":")" + address +
             R"(","userAgent":"aws-cli/2","recipientAccountId":"111122223333","eventID":"e)" +
             std::to_string(++number_) +
             R"(","userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":")" + user +
             R"(","arn":"arn:aws:iam::111122223333:user/)" + user + R"(","accessKeyId":")" + key +
             R"("},"requestParameters":)" + request + R"(,"responseElements":)" + response + "}\n";
  }
  const log::EventTable &read() {
    NoSink sink;
    evidence::ItemView item;
    item.path = "trail.json";
    item.bytes = text_;
    const SigmaMatcher &matcher = *builtin_options().sigma;
    SigmaWatcher watcher(matcher);
    log::ReadOptions options;
    options.watcher = &watcher;
    EXPECT_TRUE(log::read_log(item, table_, sink, options));
    table_.settle();
    return table_;
  }
  EventIndex of(std::string_view operation, std::string_view user) const {
    for (EventIndex i = 0; i < table_.events.size(); ++i)
      if (table_.text(table_.events[i].operation) == operation &&
          table_.text(table_.events[i].actor_name) == user)
        return i;
    ADD_FAILURE() << operation << " of " << user;
    return 0;
  }

 private:
  std::string text_;
  int number_ = 0;
  log::EventTable table_;
};

Trail month() {
  Trail trail;
  for (int day = 1; day <= 20; ++day) {
    trail.call(day, 60, "ci", "AKIACI", kHome, "s3", "ListBuckets");
    trail.call(day, 90, "amy", "AKIAAMY", kHome, "s3", "ListBuckets");
  }
  // By the key of ci, from where nobody was: a key for the console's helper, the trail stopped.
  trail.call(21, 10, "ci", "AKIACI", kStrange, "sts", "GetSessionToken", "null",
             R"({"credentials":{"accessKeyId":"ASIATEMP"}})");
  trail.call(21, 20, "ops", "ASIATEMP", kStrange, "iam", "CreateUser", R"({"userName":"sync"})");
  trail.call(21, 21, "ops", "ASIATEMP", kStrange, "iam", "CreateAccessKey", R"({"userName":"sync"})",
             R"({"accessKey":{"accessKeyId":"AKIASYNC","userName":"sync"}})");
  trail.call(21, 22, "ops", "ASIATEMP", kStrange, "cloudtrail", "StopLogging", R"({"name":"t"})");
  trail.call(21, 50, "sync", "AKIASYNC", "45.133.1.9", "s3", "ListBuckets");
  trail.call(22, 60, "ci", "AKIACI", kHome, "s3", "ListBuckets");
  return trail;
}

TEST(Elsewhere, TheKeyLeadsBackToWhoWasGivenItAndOnToWhatItMade) {
  Trail trail = month();
  const log::EventTable &table = trail.read();
  const View view(table, {}, builtin_options());
  const Attribution attribution(view, {}, {{trail.of("StopLogging", "ops"), "the trail was stopped", true}});
  EXPECT_TRUE(attribution.intruder(trail.of("GetSessionToken", "ci")));
  EXPECT_THAT(attribution.because(trail.of("GetSessionToken", "ci")), HasSubstr("asiatemp"));
  EXPECT_TRUE(attribution.intruder(trail.of("CreateAccessKey", "ops")));
  EXPECT_TRUE(attribution.intruder(trail.of("ListBuckets", "sync"))) << "the account is their own";
  EXPECT_FALSE(attribution.intruder(trail.of("ListBuckets", "amy")));
  for (EventIndex i = 0; i < table.events.size(); ++i)
    EXPECT_FALSE(table.text(table.events[i].address) == kHome && attribution.intruder(i)) << i;
  ASSERT_NE(attribution.hold("principal:aws/111122223333/ci"), nullptr);
  EXPECT_EQ(attribution.hold("principal:aws/111122223333/amy"), nullptr);
}

// Where the place is the tenant's own, it says nothing.
TEST(Elsewhere, AnAddressWhereOthersAreIsNobodysMark) {
  Trail trail;
  for (int day = 1; day <= 20; ++day) trail.call(day, 60, "amy", "AKIAAMY", kHome, "s3", "ListBuckets");
  trail.call(21, 10, "ops", "AKIAOPS", kHome, "cloudtrail", "StopLogging", R"({"name":"t"})");
  trail.call(21, 20, "ops", "AKIAOPS", kHome, "s3", "ListBuckets");
  const log::EventTable &table = trail.read();
  const View view(table, {}, builtin_options());
  const Attribution attribution(view, {}, {{trail.of("StopLogging", "ops"), "the trail was stopped", true}});
  EXPECT_FALSE(attribution.intruder(trail.of("ListBuckets", "ops")));
}

// A key of SSH used from where nobody was, root's rights, a second root that then comes in: one hand.
TEST(Elsewhere, ASecondRootIsTheirsAndTheDoorThatTheyCameInByIsHeld) {
  std::string text;
  const auto line = [&](int day, int minute, const std::string &what) {
    char head[40];
    std::snprintf(head, sizeof head, "2025-03-%02dT%02d:%02d:00Z bastion ", day, minute / 60, minute % 60);
    text += head + what + "\n";
  };
  const std::string key = " ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  for (int day = 1; day <= 20; ++day)
    for (const std::string user : {"deploy", "amy"}) {
      const std::string process = "sshd[" + std::to_string(100 + day * 2 + (user == "amy" ? 1 : 0)) + "]: ";
      line(day, 480 + day, process + "Accepted publickey for " + user + " from 203.0.113.10 port 50" + key);
      line(day, 500 + day, process + "pam_unix(sshd:session): session closed for user " + user);
    }
  line(21, 180, "sshd[777]: Accepted publickey for deploy from 185.220.101.77 port 50" + key);
  line(21, 185, "sudo:   deploy : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/cat /etc/shadow");
  line(21, 186,
       "useradd[888]: new user: name=sysupd, UID=0, GID=0, home=/root, shell=/bin/sh, from=/dev/pts/1");
  line(21, 189, "sshd[779]: Accepted password for sysupd from 185.220.101.77 port 51 ssh2");
  line(21, 500, "sshd[790]: Accepted publickey for deploy from 203.0.113.10 port 50" + key);
  log::EventTable table;
  NoSink sink;
  evidence::ItemView item;
  item.path = "auth.log";
  item.bytes = text;
  SigmaWatcher watcher(*builtin_options().sigma);
  log::ReadOptions options;
  options.watcher = &watcher;
  ASSERT_TRUE(log::read_log(item, table, sink, options));
  table.settle();
  std::map<std::string, const Detection *> by_kind;
  std::set<std::string> held;
  const std::vector<Detection> found = detect(table, {}, builtin_options());
  for (const Detection &one : found) {
    by_kind[one.kind] = &one;
    EXPECT_NE(one.kind, "success-after-spray") << one.says;
    for (const Foothold &foothold : one.footholds) {
      held.insert(foothold.principal);
      EXPECT_GE(foothold.interval.from, *base::parse_time("2025-03-21T03:00:00Z")) << one.says;
    }
  }
  ASSERT_TRUE(by_kind.contains("role-assigned"));
  EXPECT_TRUE(by_kind["role-assigned"]->intruder) << by_kind["role-assigned"]->says;
  EXPECT_THAT(held, testing::IsSupersetOf({"principal:host/bastion/deploy", "principal:host/bastion/root",
                                           "principal:host/bastion/sysupd"}));
  EXPECT_FALSE(held.contains("principal:host/bastion/amy"));
}

}  // namespace
}  // namespace dislodge::detect
