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

}  // namespace
}  // namespace dislodge::detect
