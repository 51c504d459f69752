// The sample breach, from its log files to detections, against its answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "detect/detect.hpp"
#include "detect/stolen_secret.hpp"
#include "evidence/collection.hpp"
#include "identity/directory.hpp"
#include "identity/history.hpp"
#include "identity/link.hpp"
#include "log/reader.hpp"

namespace dislodge::detect {
namespace {

namespace fs = std::filesystem;

class QuietSink : public evidence::Sink {
 public:
  evidence::RecordId record(evidence::Record) override { return 0; }
  std::size_t text(const evidence::TextView &) override { return 0; }
  std::size_t child(const evidence::ItemView &) override { return 0; }
  void unread(evidence::Unread part) override { parts.push_back(std::move(part)); }
  const base::Limits &limits() const override { return limits_; }
  std::vector<evidence::Unread> parts;

 private:
  base::Limits limits_;
};

struct Expected {
  std::string kind;
  base::Time first, last;
  std::set<std::string> principals, addresses, applications;
};

struct Answers {
  std::vector<Expected> detections;
  std::vector<std::pair<std::string, base::Time>> look_alikes;
  std::map<std::string, std::set<std::string>> read;  // mailbox resource -> message ids
  struct Use {
    std::string secret, principal, result;
    base::Time time;
  };
  std::vector<Use> uses;
  struct Doubt {
    std::string source, principal;
    base::Time from, until;
  };
  std::vector<Doubt> doubts;
  std::set<std::string> footholds;
};

base::Time time_at(simdjson::dom::element element) {
  return base::parse_time(std::string_view(element)).value_or(base::kTimeMin);
}

std::set<std::string> set_at(simdjson::dom::element element) {
  std::set<std::string> out;
  for (const auto one : element.get_array()) out.emplace(base::lower(std::string_view(one)));
  return out;
}

// The whole chain once for all tests of this file.
class Northwind : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path root = fs::path(DISLODGE_SOURCE_DIR) / "examples/northwind";
    if (!fs::exists(root / "answers.json")) return;
    there_ = true;
    read_answers(root / "answers.json");
    std::vector<log::DeclaredFile> declared;
    for (const auto &entry : fs::directory_iterator(root / "evidence/logs")) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(evidence::kCollectionSuffix)) continue;
      const std::string item = "evidence/logs/" + name;
      const auto file = base::MappedFile::open(entry.path());
      ASSERT_TRUE(file);
      log::ReadOptions options;
      const auto toml = base::read_file(entry.path().string() + std::string(evidence::kCollectionSuffix));
      ASSERT_TRUE(toml);
      const auto collection = evidence::parse_collection(*toml, name);
      ASSERT_TRUE(collection);
      options.tenant = collection->tenant;
      QuietSink sink;
      evidence::ItemView view;
      view.path = item;
      view.bytes = file->bytes();
      log::EventTable part;
      const auto counts = log::read_log(view, part, sink, options);
      ASSERT_TRUE(counts) << counts.error().message;
      EXPECT_EQ(counts->bytes_unread, 0u) << item;
      EXPECT_EQ(counts->events, counts->records) << item;
      declared.push_back({item, *collection, counts->records, {}});
      table_.append(part);
    }
    EXPECT_GT(table_.settle(), 0u) << "rows of the audit search come twice";
    coverage_ = log::coverage_of(table_, declared);
    for (const auto &entry : fs::directory_iterator(root / "evidence/directory")) {
      if (entry.path().extension() != ".json") continue;
      const auto file = base::MappedFile::open(entry.path());
      ASSERT_TRUE(file);
      evidence::ItemView view;
      const std::string item = "evidence/directory/" + entry.path().filename().string();
      view.path = item;
      view.bytes = file->bytes();
      QuietSink sink;
      ASSERT_TRUE(identity::read_directory(view, facts_, sink));
    }
    const auto rights = identity::load_rights(base::embedded_rules());
    ASSERT_TRUE(rights);
    identity::add_history(table_, *rights, facts_);
    identity::link_facts(facts_, *rights);
    detections_ = detect(table_, facts_, builtin_options());
  }

  void SetUp() override {
    if (!there_) GTEST_SKIP() << "examples/northwind is not there";
  }

  static void read_answers(const fs::path &path) {
    simdjson::dom::parser parser;
    const auto document = parser.load(path.string());
    for (const auto one : document["detections"].get_array())
      answers_.detections.push_back({std::string(std::string_view(one["kind"])), time_at(one["first"]),
                                     time_at(one["last"]), set_at(one["principals"]),
                                     set_at(one["addresses"]), set_at(one["applications"])});
    for (const auto one : document["look_alikes"].get_array())
      answers_.look_alikes.emplace_back(std::string(std::string_view(one["operation"])),
                                        time_at(one["time"]));
    for (const auto one : document["readings"].get_array())
      for (const simdjson::dom::element id : one["message_ids"].get_array()) {
        std::string text{std::string_view(id)};
        if (text.starts_with("<")) text = text.substr(1, text.size() - 2);
        answers_.read[std::string(std::string_view(one["resource"]))].insert(text);
      }
    for (const auto one : document["uses"].get_array())
      answers_.uses.push_back({std::string(std::string_view(one["secret"])),
                               std::string(std::string_view(one["principal"])),
                               std::string(std::string_view(one["result"])), time_at(one["time"])});
    for (const auto one : document["cannot_say"].get_array())
      answers_.doubts.push_back({std::string(std::string_view(one["source"])),
                                 std::string(std::string_view(one["principal"])), time_at(one["from"]),
                                 time_at(one["until"])});
    for (const auto one : document["footholds"].get_array())
      answers_.footholds.insert(std::string(std::string_view(one["id"])));
  }

  static inline bool there_ = false;
  static inline Answers answers_;
  static inline log::EventTable table_;
  static inline identity::Facts facts_;
  static inline std::vector<log::Coverage> coverage_;
  static inline std::vector<Detection> detections_;
};

bool about(const Detection &found, const Expected &expected) {
  if (found.kind != expected.kind || found.first != expected.first) return false;
  const std::set<std::string> principals(found.principals.begin(), found.principals.end());
  const std::set<std::string> applications(found.applications.begin(), found.applications.end());
  const std::set<std::string> addresses(found.addresses.begin(), found.addresses.end());
  return principals == expected.principals && applications == expected.applications &&
         std::includes(addresses.begin(), addresses.end(), expected.addresses.begin(),
                       expected.addresses.end());
}

TEST_F(Northwind, EveryStepIsFoundAndNothingElseIsTheIntruders) {
  std::vector<Detection> all = detections_;
  for (const Expected &expected : answers_.detections) {
    if (expected.kind.starts_with("stolen-secret")) continue;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Detection &one) { return about(one, expected); });
    if (found == all.end()) {
      ADD_FAILURE() << "not found: " << expected.kind << " at " << base::format_time(expected.first);
      continue;
    }
    EXPECT_TRUE(found->intruder) << found->says;
    EXPECT_EQ(found->grade, Grade::confirmed) << found->says;
    EXPECT_EQ(found->last, expected.last) << found->says;
    EXPECT_FALSE(found->techniques.empty());
    all.erase(found);
  }
  for (const Detection &one : all) EXPECT_FALSE(one.intruder) << one.says << " because " << one.because;
  // What only looks alike is told, but it is not theirs.
  for (const auto &[operation, time] : answers_.look_alikes)
    for (const Detection &one : detections_)
      if (one.first == time) {
        EXPECT_FALSE(one.intruder) << one.says;
      }
  for (const Detection &one : all)
    EXPECT_NE(one.kind, "mailbox-read-by-app") << "the archive was there before: " << one.says;
  EXPECT_LE(all.size(), 3u);
}

TEST_F(Northwind, HoldsWhatTheIntruderHeld) {
  std::set<std::string> held;
  for (const Detection &one : detections_) {
    if (!one.intruder) continue;
    for (const Foothold &foothold : one.footholds) held.insert(foothold.principal);
    for (const Planted &planted : one.planted) held.insert(planted.principal);
  }
  for (const std::string &one : answers_.footholds)
    if (one.find("harborline") == std::string::npos &&
        std::none_of(answers_.uses.begin(), answers_.uses.end(),
                     [&](const auto &use) { return use.principal == one; })) {
      EXPECT_TRUE(held.count(one)) << one;
    }
  for (const std::string &one : held) EXPECT_TRUE(answers_.footholds.count(one)) << one;
}

TEST_F(Northwind, EveryMessageThatWasReadIsNamed) {
  std::map<std::string, std::set<std::string>> read;
  bool synchronised = false, throttled = false;
  for (const Detection &one : detections_) {
    if (!one.intruder) continue;
    for (const MailRead &mail : one.mail_read) {
      if (!mail.message_id.empty()) read[mail.mailbox].insert(mail.message_id);
      synchronised = synchronised || (mail.message_id.empty() && mail.folder == "\\Security");
      throttled = throttled || mail.throttled;
    }
  }
  for (const auto &[resource, ids] : answers_.read)
    EXPECT_EQ(read[resource.substr(resource.rfind('/') + 1)], ids) << resource;
  EXPECT_TRUE(synchronised);
  EXPECT_TRUE(throttled);
}

TEST_F(Northwind, TwoStolenSecretsAreSeenInUse) {
  identity::Facts facts = facts_;
  KnownSince known;
  for (const auto &use : answers_.uses) {
    identity::Binding binding;
    binding.secret = "secret:" + use.secret;
    binding.principal = use.principal;
    binding.slot = "password";
    facts.bindings.push_back(binding);
    known["secret:" + use.secret] = base::time_of({2025, 10, 2});
  }
  const auto found = detect_secret_use(table_, facts, detections_, known);
  ASSERT_EQ(found.size(), answers_.uses.size());
  for (const Expected &expected : answers_.detections) {
    if (!expected.kind.starts_with("stolen-secret")) continue;
    const auto one = std::find_if(found.begin(), found.end(),
                                  [&](const Detection &detection) { return about(detection, expected); });
    ASSERT_NE(one, found.end()) << expected.kind;
    EXPECT_TRUE(one->intruder) << one->says;
    EXPECT_EQ(one->last, expected.last);
    ASSERT_EQ(one->uses.size(), 1u);
    EXPECT_EQ(one->uses[0].succeeded, expected.kind == "stolen-secret-used");
    EXPECT_EQ(one->footholds.size(), expected.kind == "stolen-secret-used" ? 1u : 0u);
  }
  // Without a binding the account fell to a right password all the same.
  const auto unbound = detect_secret_use(table_, facts_, detections_, {});
  ASSERT_EQ(unbound.size(), 2u);
  for (const Detection &one : unbound) EXPECT_EQ(one.kind, "success-after-spray");
}

TEST_F(Northwind, SaysWhereTheLogsAreSilent) {
  const auto doubts = cannot_say(table_, facts_, detections_, coverage_, {});
  for (const auto &expected : answers_.doubts) {
    const auto found = std::find_if(doubts.begin(), doubts.end(), [&](const CannotSay &one) {
      return one.principal == expected.principal && one.source == expected.source &&
             one.interval.from == expected.from && one.interval.until == expected.until;
    });
    EXPECT_NE(found, doubts.end()) << expected.source << " " << base::format_time(expected.from);
  }
}

TEST_F(Northwind, SessionsOfTheIntruderStandBesideTheOwners) {
  const auto list = sessions(table_, facts_, detections_);
  std::size_t theirs = 0;
  for (const Session &one : list) {
    theirs += one.intruder;
    EXPECT_EQ(one.intruder, !one.because.empty());
  }
  EXPECT_GE(theirs, 10u);
}

TEST_F(Northwind, IsTheSameEveryTime) {
  const auto again = detect(table_, facts_, builtin_options());
  base::WireWriter a, b;
  for (const Detection &one : detections_) one.encode(a);
  for (const Detection &one : again) one.encode(b);
  EXPECT_EQ(a.bytes(), b.bytes());
  base::WireReader in(a.bytes());
  for (std::size_t i = 0; i < detections_.size(); ++i) {
    base::WireWriter back;
    Detection::decode(in).encode(back);
    base::WireWriter one;
    detections_[i].encode(one);
    EXPECT_EQ(back.bytes(), one.bytes());
  }
  EXPECT_TRUE(in.ok() && in.at_end());
}

}  // namespace
}  // namespace dislodge::detect
