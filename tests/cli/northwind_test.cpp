// The whole run on the sample breach, from outside, held against answers.json: every planted secret,
// principal, reading and use found, and nothing more.

#include <simdjson.h>

#include <algorithm>
#include <set>

#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using simdjson::dom::element;
using testing::HasSubstr;

std::string text_of(element value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
std::string text_of(simdjson::simdjson_result<element> value) {
  element found;
  return value.get(found) == simdjson::SUCCESS ? text_of(found) : std::string();
}
std::int64_t number_of(simdjson::simdjson_result<element> value) {
  std::int64_t number = -1;
  return value.get(number) == simdjson::SUCCESS ? number : -1;
}
std::string bare(std::string id) {
  return id.size() > 1 && id.front() == '<' && id.back() == '>' ? id.substr(1, id.size() - 2) : id;
}

// One investigation for all tests of this file.
class Northwind : public CaseTest {
 public:
  static void SetUpTestSuite() {
    Northwind self;
    self.SetUp();
    keep_ = new std::filesystem::path(self.folder_);
    answers_parser_ = new simdjson::dom::parser;
    answers_ = new element(answers_parser_->load((kNorthwind / "answers.json").string()));
    self.make_case();
    ASSERT_EQ(self.dislodge({"add", self.path("case"), (kNorthwind / "evidence").string()}).code, 0);
    const Outcome first = self.dislodge({"investigate", self.path("case")});
    ASSERT_EQ(first.code, 0) << first.err;
    // As `dislodge demo` does: the first access that the logs show is stated as the beginning of exposure.
    ASSERT_EQ(self.dislodge({"add", self.path("case"), (kNorthwind / "evidence").string(), "--exposed",
                             text_of((*answers_)["window"]["first_access"]) + ".."})
                  .code,
              0);
    const Outcome again = self.dislodge({"investigate", self.path("case")});
    ASSERT_EQ(again.code, 0) << again.err;
    for (const char *command :
         {"secrets", "reach", "detections", "ledger", "coverage", "plan", "parties", "duties"}) {
      const Outcome shown = self.dislodge({command, self.path("case"), "--json"});
      ASSERT_EQ(shown.code, 0) << command << shown.err;
      (*lines_)[command] = lines_of(shown.out);
    }
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(*keep_); }
  void TestBody() override {}

 protected:
  void SetUp() override {
    if (keep_ == nullptr)
      CaseTest::SetUp();
    else
      folder_ = *keep_;
  }
  void TearDown() override {}

  // Every line of a command, parsed.
  static std::vector<element> parsed(const std::string &command) {
    static std::vector<std::unique_ptr<simdjson::dom::parser>> parsers;
    std::vector<element> rows;
    for (const std::string &line : (*lines_)[command]) {
      parsers.push_back(std::make_unique<simdjson::dom::parser>());
      rows.push_back(parsers.back()->parse(line));
    }
    return rows;
  }
  static element answers() { return *answers_; }

  static std::filesystem::path *keep_;
  static simdjson::dom::parser *answers_parser_;
  static element *answers_;
  static std::map<std::string, std::vector<std::string>> *lines_;
};
std::filesystem::path *Northwind::keep_ = nullptr;
simdjson::dom::parser *Northwind::answers_parser_ = nullptr;
element *Northwind::answers_ = nullptr;
std::map<std::string, std::vector<std::string>> *Northwind::lines_ =
    new std::map<std::string, std::vector<std::string>>;

bool overlaps(element sighting, element place) {
  if (text_of(sighting["item"]) != text_of(place["item"])) return false;
  if (text_of(place["space"]) == "text") return text_of(sighting["space"]) == "text";
  const std::int64_t begin = number_of(sighting["offset"]);
  const std::int64_t planted = number_of(place["offset"]);
  return begin < planted + number_of(place["length"]) && planted < begin + number_of(sighting["length"]);
}

TEST_F(Northwind, EverySecretIsFoundAtEveryPlaceAndNothingElse) {
  const auto sightings = parsed("secrets");
  std::vector<bool> explained(sightings.size());
  std::map<std::string, std::string> fingerprint_owner;
  for (element secret : answers()["secrets"].get_array()) {
    std::set<std::string> fingerprints;
    for (element place : secret["places"].get_array()) {
      bool found = false;
      for (std::size_t i = 0; i < sightings.size(); ++i) {
        if (!overlaps(sightings[i], place)) continue;
        found = explained[i] = true;
        fingerprints.insert(text_of(sightings[i]["fingerprint"]));
        EXPECT_EQ(text_of(sightings[i]["owner"]["organisation"]), text_of(secret["owner"]))
            << text_of(secret["name"]) << " " << text_of(sightings[i]["owner"]["evidence"]);
      }
      EXPECT_TRUE(found) << text_of(secret["name"]) << " at " << text_of(place["item"]) << " line "
                         << number_of(place["line"]);
    }
    EXPECT_EQ(fingerprints.size(), 1u) << text_of(secret["name"]) << ": one value, one fingerprint";
  }
  for (std::size_t i = 0; i < sightings.size(); ++i)
    EXPECT_TRUE(explained[i]) << "not planted: " << text_of(sightings[i]["item"]) << ":"
                              << number_of(sightings[i]["line"]) << " " << text_of(sightings[i]["rule"]);
}

TEST_F(Northwind, ReachIsWhatIsTrueAtBothGrades) {
  std::map<std::string, element> rows;
  for (element row : parsed("reach"))
    if (text_of(row["type"]) == "principal") rows.emplace(text_of(row["id"]), row);
  std::set<std::string> expected;
  for (element principal : answers()["principals"].get_array()) {
    const std::string id = text_of(principal["id"]);
    expected.insert(id);
    const auto found = rows.find(id);
    ASSERT_NE(found, rows.end()) << text_of(principal["name"]) << " " << id;
    EXPECT_EQ(text_of(found->second["grade"]), text_of(principal["grade"])) << text_of(principal["name"]);
    // RFC 3339 in UTC sorts as text. What an act confirms may be told from the act or from what made it
    // possible.
    EXPECT_GE(text_of(found->second["since"]), text_of(principal["possible_since"]))
        << text_of(principal["name"]);
    EXPECT_LE(text_of(found->second["since"]), text_of(principal["since"])) << text_of(principal["name"]);
  }
  std::set<std::string> allowed = expected;
  for (element optional : answers()["principals_optional"].get_array()) allowed.insert(text_of(optional));
  for (element never : answers()["principals_not_reached"].get_array())
    EXPECT_EQ(rows.count(text_of(never)), 0u) << text_of(never);
  for (const auto &[id, row] : rows)
    EXPECT_EQ(allowed.count(id), 1u) << "not reached in truth: " << id << " " << text_of(row["name"]);
}

TEST_F(Northwind, EveryReachedThingIsProvenBackToEvidence) {
  for (element row : parsed("reach")) {
    bool evidence = false;
    for (element step : row["because"].get_array())
      for (element place : step["evidence"].get_array()) evidence = evidence || !text_of(place).empty();
    EXPECT_TRUE(evidence) << text_of(row["id"]);
  }
  for (element principal : answers()["principals"].get_array()) {
    if (text_of(principal["grade"]) != "confirmed") continue;
    const Outcome why = dislodge({"why", path("case"), text_of(principal["id"])});
    EXPECT_EQ(why.code, 0) << why.err;
    EXPECT_THAT(why.out, HasSubstr("evidence/logs/")) << why.out;  // back to a line of a log
    if (text_of(principal["name"]).find('@') == std::string::npos) continue;
    // By the name that people use, though accounts elsewhere give the same address.
    const Outcome named = dislodge({"why", path("case"), text_of(principal["name"])});
    EXPECT_EQ(named.code, 0) << named.err;
    EXPECT_THAT(named.out, HasSubstr(text_of(principal["id"]))) << named.out;
  }
  // What nobody is called is not said to be out of reach.
  const Outcome nobody = dislodge({"why", path("case"), "nobody@northwind.example"});
  EXPECT_EQ(nobody.code, 2);
  EXPECT_THAT(nobody.err, HasSubstr("nothing in this case is called"));
}

// A declared log without an event says that nothing happened; one that was not handed in says nothing.
TEST_F(Northwind, ALogThatIsMissingExcludesNothing) {
  make_case("unstated");
  ASSERT_EQ(dislodge({"add", path("unstated"), (kNorthwind / "evidence").string()}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("unstated")}).code, 0);
  const Outcome asked = dislodge({"reach", path("unstated"), "--if", "missing-log:m365-audit", "--json"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  std::size_t longer = 0;
  simdjson::dom::parser parser;
  for (const std::string &line : lines_of(asked.out)) {
    const element row = parser.parse(line);
    EXPECT_NE(text_of(row["change"]), "shorter") << line;
    EXPECT_NE(text_of(row["change"]), "later") << line;
    longer += text_of(row["change"]) == "longer" ? 1 : 0;
  }
  EXPECT_GE(longer, 2u);  // mailboxes that the log excluded on most days
}

TEST_F(Northwind, ReadingsAndWhatIsNotHeld) {
  std::map<std::string, element> rows;
  for (element row : parsed("reach"))
    if (text_of(row["type"]) == "resource") rows.emplace(text_of(row["id"]), row);
  for (element reading : answers()["readings"].get_array()) {
    const auto found = rows.find(text_of(reading["resource"]));
    ASSERT_NE(found, rows.end()) << text_of(reading["resource"]);
    EXPECT_EQ(text_of(found->second["grade"]), text_of(reading["grade"])) << text_of(reading["resource"]);
    EXPECT_EQ(text_of(found->second["since"]), text_of(reading["since"])) << text_of(reading["resource"]);
  }
  std::set<std::string> not_held, expected;
  std::size_t not_exported = 0;
  for (element row : parsed("ledger")) {
    if (text_of(row["state"]) == "not-held")
      not_held.insert(text_of(row["item"]).substr(std::string("message:").size()));
    if (text_of(row["state"]) == "not-exported") ++not_exported;
  }
  for (element message : answers()["not_held"].get_array())
    expected.insert(bare(text_of(message["message_id"])));
  EXPECT_EQ(not_held, expected);
  EXPECT_EQ(not_exported, answers()["not_exported"].get_array().size());
}

TEST_F(Northwind, DetectionsAndUsesAreTheIntrudersAndNoOthers) {
  std::multiset<std::string> found, expected;
  std::map<std::string, std::string> footholds;  // id -> since
  for (element foothold : answers()["footholds"].get_array())
    footholds[text_of(foothold["id"])] = text_of(foothold["possible_since"]);
  for (element detection : answers()["detections"].get_array())
    expected.insert(text_of(detection["kind"]) + " " + text_of(detection["first"]));
  for (element detection : parsed("detections")) {
    if (!bool(detection["intruder"])) continue;
    const std::string what = text_of(detection["kind"]) + " " + text_of(detection["first"]);
    found.insert(what);
    if (expected.count(what) != 0) continue;
    // Another rule may see the same act from another side: a risky sign-in, the service principal of an
    // application. Then it names what the intruder held, while they held it.
    bool theirs = false;
    for (element principal : detection["principals"].get_array()) {
      const auto foothold = footholds.find(text_of(principal));
      theirs |= foothold != footholds.end() && foothold->second <= text_of(detection["first"]);
    }
    EXPECT_TRUE(theirs) << what;
  }
  EXPECT_TRUE(std::includes(found.begin(), found.end(), expected.begin(), expected.end()));
  for (element use : answers()["uses"].get_array()) {
    const std::string kind =
        text_of(use["result"]) == "success" ? "stolen-secret-used" : "stolen-secret-tried";
    EXPECT_EQ(found.count(kind + " " + text_of(use["time"])), 1u) << kind;
  }
}

TEST_F(Northwind, WhatTheLogsCannotSayIsSaid) {
  for (element unknown : answers()["cannot_say"].get_array()) {
    bool said = false;
    for (element row : parsed("coverage"))
      said = said || (text_of(row["principal"]) == text_of(unknown["principal"]) &&
                      text_of(row["from"]) <= text_of(unknown["until"]) &&
                      text_of(row["until"]) >= text_of(unknown["from"]));
    EXPECT_TRUE(said) << text_of(unknown["why"]);
  }
}

TEST_F(Northwind, ThePlanCutsWhatMustBeCutAndRotatesEverySecret) {
  const auto sightings = parsed("secrets");
  const auto actions = parsed("plan");
  // Names of the answers to fingerprints, by place.
  std::map<std::string, std::string> id_of;
  for (element secret : answers()["secrets"].get_array())
    for (element place : secret["places"].get_array())
      for (element sighting : sightings)
        if (overlaps(sighting, place))
          id_of[text_of(secret["name"])] = "secret:" + text_of(sighting["fingerprint"]);
  for (element secret : answers()["secrets"].get_array()) {
    bool planned = false;
    const std::string said = text_of(secret["obligation"]);
    const std::string obligation = said == "rotate" ? "rotate-secret" : said;
    for (element action : actions)
      planned = planned || (text_of(action["secret"]) == id_of[text_of(secret["name"])] &&
                            text_of(action["action"]) == obligation);
    EXPECT_TRUE(planned) << text_of(secret["name"]) << ": " << text_of(secret["obligation"]);
  }
  for (element must : answers()["plan"]["must_cut"].get_array()) {
    const std::string target = text_of(must["target"]);
    if (target.rfind("secret:", 0) == 0) continue;
    bool planned = false;
    for (element action : actions) {
      if (text_of(action["target"]) != target && text_of(action["principal"]) != target) continue;
      for (element any : must["any_of"].get_array())
        planned = planned || text_of(any) == text_of(action["action"]);
    }
    EXPECT_TRUE(planned) << target << ": " << text_of(must["why"]);
  }
}

TEST_F(Northwind, PartiesWithSecretsAreTold) {
  std::set<std::string> found, expected;
  for (element party : parsed("parties"))
    if (party["secrets"].get_array().size() > 0) found.insert(text_of(party["organisation"]));
  for (element party : answers()["parties"].get_array()) expected.insert(text_of(party["organisation"]));
  EXPECT_EQ(found, expected);
}

TEST_F(Northwind, EveryByteHandedInIsReadOrListed) {
  std::int64_t size = 0, read = 0, unread = 0;
  for (element row : parsed("ledger")) {
    EXPECT_LE(number_of(row["read"]), number_of(row["size"]));
    std::string_view parent;
    if (row["parent"].get(parent) == simdjson::SUCCESS) continue;
    size += number_of(row["size"]);
    read += number_of(row["read"]);
    unread += number_of(row["size"]) - number_of(row["read"]);
  }
  std::int64_t handed_in = 0;
  for (const auto &file : std::filesystem::recursive_directory_iterator(kNorthwind / "evidence"))
    if (file.is_regular_file() && file.path().string().find(".collection.toml") == std::string::npos)
      handed_in += static_cast<std::int64_t>(file.file_size());
  EXPECT_EQ(size, handed_in);
  EXPECT_EQ(read + unread, handed_in);
}

TEST_F(Northwind, TheDemoPrintsTheAnswersInUnderFortyLines) {
  const Outcome demo = run({"demo", "--evidence", kNorthwind.string(), "--out", path("demo")});
  ASSERT_EQ(demo.code, 0) << demo.err;
  EXPECT_LT(lines_of(demo.out).size(), 40u) << demo.out;
  for (const char *part : {"What was stolen", "Secrets in it", "How they got in", "What they can reach",
                           "confirmed", "possible", "could not be read", "The plan", "wave", "Whom to tell",
                           "Clocks", "Verdict", "does not cover", "Report:", "Page:"})
    EXPECT_THAT(demo.out, HasSubstr(part));
  EXPECT_THAT(demo.out, testing::Not(HasSubstr("evicted")));
  EXPECT_TRUE(std::filesystem::exists(path("demo") + "/report/report.md"));
}

}  // namespace
}  // namespace dislodge::cli_test
