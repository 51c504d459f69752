// What leaves the case, as a lawyer and a receiver meet it: clocks, decisions, two tracks, packages and
// notices, tips, and the words that we do not use.

#include <simdjson.h>
#include <sys/stat.h>

#include <regex>

#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using simdjson::dom::element;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Disclosure : public CaseTest {
 public:
  static void SetUpTestSuite() {
    Disclosure self;
    self.SetUp();
    keep_ = new std::filesystem::path(self.folder_);
    self.make_case();
    ASSERT_EQ(self.dislodge({"add", self.path("case"), (kNorthwind / "evidence").string()}).code, 0);
    ASSERT_EQ(self.dislodge({"investigate", self.path("case")}).code, 0);
  }
  void TestBody() override {}
  static void TearDownTestSuite() { std::filesystem::remove_all(*keep_); }

 protected:
  void SetUp() override {
    if (keep_ == nullptr)
      CaseTest::SetUp();
    else
      folder_ = *keep_;
  }
  void TearDown() override {}
  static std::filesystem::path *keep_;
};
std::filesystem::path *Disclosure::keep_ = nullptr;

TEST_F(Disclosure, EveryRegimeAnswersItsOwnTrigger) {
  simdjson::dom::parser parser;
  const Outcome list = run({"duties", "regimes", "--json"});
  ASSERT_EQ(list.code, 0) << list.err;
  std::size_t dated = 0, unverified = 0;
  for (const std::string &line : lines_of(list.out)) {
    const element row = parser.parse(line);
    const std::string regime{std::string_view(row["regime"])};
    std::string_view trigger;
    if (row["trigger"].get(trigger) != simdjson::SUCCESS) trigger = "discovered";
    const Outcome due =
        run({"duties", "due", regime, std::string(trigger), "2027-03-10T12:00:00Z", "--json"});
    ASSERT_EQ(due.code, 0) << regime << due.err;
    simdjson::dom::parser inner;
    const element answer = inner.parse(lines_of(due.out).at(0));
    EXPECT_EQ(std::string_view(answer["regime"]), regime);
    EXPECT_TRUE(answer["alternatives"].is_array()) << regime << ": never absent";
    if (!answer["due"].is_null()) {
      ++dated;
      EXPECT_EQ(std::string_view(answer["due_local"]["date"]).size(), 10u);
    } else {
      EXPECT_THAT(std::string(std::string_view(answer["status"])),
                  testing::AnyOf(HasSubstr("ask counsel"), HasSubstr("without undue delay")));
      unverified += bool(row["verified"]) ? 0 : 1;
    }
  }
  EXPECT_GE(dated, 20u);
  EXPECT_GE(unverified, 10u);
  // A family answers with each of its clocks that the trigger starts.
  EXPECT_EQ(lines_of(run({"duties", "due", "nis2-23", "aware", "2027-03-10", "--json"}).out).size(), 4u);
  EXPECT_THAT(run({"duties", "due", "nis9", "aware", "2027-03-10"}).err, HasSubstr("nis2-23-early-warning"));
  EXPECT_THAT(run({"duties", "due", "gdpr-33", "material", "2027-03-10"}).err, HasSubstr("\"aware\""));
}

TEST_F(Disclosure, AnAdHocClosureAndADelayMoveTheDate) {
  const auto date = [](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"duties",     "due",   "sec-8k-1.05", "determined-material",
                                          "2024-12-20", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    simdjson::dom::parser parser;
    const element row = parser.parse(run(arguments).out);
    return std::string(std::string_view(row["due_local"]["date"]));
  };
  EXPECT_EQ(date({}), "2024-12-27");
  EXPECT_EQ(date({"--closed", "2024-12-24=executive order"}), "2024-12-30");
  EXPECT_EQ(date({"--days", "30"}), "2025-01-27");  // 26 January is a Sunday
}

TEST_F(Disclosure, DecisionsAreByNamedPeopleAndKeepWhatTheCaseShowed) {
  const std::string folder = path("case");
  EXPECT_EQ(
      dislodge({"duties", folder, "--decide", "determined-material", "--at", "2026-01-05T15:00:00Z"}).code,
      2);
  EXPECT_EQ(dislodge({"duties", folder, "--decide", "determined-material", "--at", "2999-01-05T15:00:00Z",
                      "--who", "R. Stone", "--reason", "x"})
                .code,
            2);
  EXPECT_THAT(dislodge({"duties", folder, "--decide", "no-such-fact", "--at", "2026-01-05", "--who",
                        "R. Stone", "--reason", "x"})
                  .err,
              HasSubstr("determined-material"));
  ASSERT_EQ(dislodge({"duties", folder, "--decide", "determined-material", "--at", "2026-01-05T15:00:00Z",
                      "--who", "R. Stone", "--reason", "three executives' mail"})
                .code,
            0);
  ASSERT_EQ(dislodge({"duties", folder, "--field", "sec-8k-1.05/impact", "--not-determined",
                      "revenue is looked at", "--next", "2026-02-01", "--who", "C. Finch"})
                .code,
            0);
  EXPECT_THAT(
      dislodge({"duties", folder, "--field", "sec-8k-1.05/colour", "--value", "x", "--who", "C. Finch"}).err,
      HasSubstr("nature, scope, timing, impact"));
  const Outcome checklist = dislodge({"duties", folder, "--checklist", "sec-8k-1.05"});
  EXPECT_THAT(checklist.out, AllOf(HasSubstr("[not determined] impact"),
                                   HasSubstr("[shown by the case] scope"), HasSubstr("2026-02-01")));
  // Filed with something left open; stating it later starts the amendment's four business days.
  ASSERT_EQ(dislodge({"duties", folder, "--filed", "sec-8k-1.05", "--at", "2026-01-08T20:00:00Z", "--who",
                      "R. Stone"})
                .code,
            0);
  ASSERT_EQ(dislodge({"duties", folder, "--field", "sec-8k-1.05/impact", "--value", "none on operations",
                      "--at", "2026-02-03T15:00:00Z", "--who", "C. Finch"})
                .code,
            0);
  const Outcome duties = dislodge({"duties", folder, "--json"});
  simdjson::dom::parser parser;
  std::size_t seen = 0;
  for (const std::string &line : lines_of(duties.out)) {
    const element row = parser.parse(line);
    const std::string_view regime = row["regime"];
    if (regime == "sec-8k-1.05") {
      ++seen;
      EXPECT_EQ(std::string_view(row["due_local"]["date"]), "2026-01-09");
      EXPECT_EQ(std::string_view(row["status"]), "filed 2026-01-08T20:00:00Z");
    }
    if (regime == "sec-8k-1.05-amendment") {
      ++seen;
      EXPECT_EQ(std::string_view(row["due_local"]["date"]), "2026-02-09");
    }
  }
  EXPECT_EQ(seen, 2u);
  // Who decided that it is material knew of it: the case was made later.
  EXPECT_THAT(duties.out, Not(HasSubstr("discovered today")));
  const Outcome record = dislodge({"duties", folder, "--decisions"});
  EXPECT_THAT(record.out, AllOf(HasSubstr("R. Stone"), HasSubstr("three executives' mail"),
                                HasSubstr("the case showed, scope")));
}

// The words in which defenders deceived themselves. Of ours, no output says them.
TEST_F(Disclosure, NoOutputSaysTheWordsThatWeDoNotUse) {
  const std::regex words("\\b(evicted|contained)\\b", std::regex::icase);
  const std::string folder = path("case");
  ASSERT_EQ(dislodge({"report", folder, "-o", path("report")}).code, 0);
  ASSERT_EQ(
      dislodge({"report", folder, "--track", "counsel", "--for", "R. Stone", "-o", path("counsel")}).code, 0);
  for (const std::string name : {"report", "counsel"}) {
    for (const auto &file : std::filesystem::directory_iterator(folder_ / name)) {
      const std::string text = slurp(file.path());
      std::smatch found;
      EXPECT_FALSE(std::regex_search(text, found, words)) << file.path() << ": " << found.str();
    }
  }
  for (const char *command : {"status", "secrets", "detections", "sessions", "timeline", "coverage", "ledger",
                              "reach", "plan", "verify", "parties", "duties", "statements", "tips"}) {
    const Outcome shown = dislodge({command, folder});
    EXPECT_FALSE(std::regex_search(shown.out, words)) << command;
  }
}

TEST_F(Disclosure, TheTracksAreNeverMixed) {
  const std::string folder = path("case");
  EXPECT_EQ(dislodge({"report", folder, "--track", "counsel", "-o", path("c1")}).code, 2);  // names no reader
  ASSERT_EQ(dislodge({"report", folder, "--track", "counsel", "--for", "R. Stone", "-o", path("c1")}).code,
            0);
  EXPECT_THAT(dislodge({"report", folder, "-o", path("c1")}).err, HasSubstr("never mixed"));
  ASSERT_EQ(dislodge({"report", folder, "-o", path("f1")}).code, 0);
  EXPECT_EQ(dislodge({"report", folder, "--track", "counsel", "--for", "R. Stone", "-o", path("f1")}).code,
            2);
  ASSERT_EQ(dislodge({"duties", folder, "--decide", "aware", "--at", "2026-01-05T15:00:00Z", "--who",
                      "P. Quill", "--reason", "minutes of the meeting"})
                .code,
            0);
  ASSERT_EQ(dislodge({"report", folder, "-o", path("f1")}).code, 0);
  ASSERT_EQ(dislodge({"report", folder, "--track", "counsel", "--for", "R. Stone", "-o", path("c1")}).code,
            0);
  for (const auto &file : std::filesystem::directory_iterator(folder_ / "f1")) {
    const std::string text = slurp(file.path());
    EXPECT_THAT(text, Not(HasSubstr("P. Quill"))) << file.path();
    EXPECT_THAT(text, Not(HasSubstr("minutes of the meeting"))) << file.path();
    EXPECT_THAT(text, Not(HasSubstr("earliest_arguable\""))) << file.path();
  }
  const std::string counsel = slurp(folder_ / "c1/counsel.md");
  EXPECT_THAT(counsel, AllOf(HasSubstr("PRIVILEGED"), HasSubstr("P. Quill"),
                             HasSubstr("minutes of the meeting"), HasSubstr("R. Stone"), HasSubstr("thief")));
  EXPECT_THAT(counsel, AllOf(HasSubstr("## C1. Decisions"), HasSubstr("- C1.1 "), HasSubstr("| C2.1 |")));
  EXPECT_THAT(slurp(folder_ / "f1/report.html"),
              AllOf(HasSubstr("would give a thief"), Not(HasSubstr("<script"))));
}

TEST_F(Disclosure, ASuppliersNoticeIsReconciledAndReachGoesOn) {
  // Our own archive beside a notice: nothing of it was exposed by itself.
  make_case("receiver");
  const std::string folder = path("receiver");
  write(folder_ / "archive/mail.mbox",
        "From a@us.example Wed Oct  1 08:00:00 2025\nFrom: a@us.example\nTo: support@supplier.example\n"
        "Message-ID: <one@us.example>\nDate: Wed, 1 Oct 2025 08:00:00 +0000\nSubject: login\n\n"
        "The password for the build server is Quiet-Harbor-7319.\n\n"
        "From a@us.example Thu Oct  2 08:00:00 2025\nFrom: a@us.example\nTo: support@supplier.example\n"
        "Message-ID: <two@us.example>\nDate: Thu, 2 Oct 2025 08:00:00 +0000\nSubject: hello\n\nNothing "
        "here.\n");
  write(folder_ / "notice.jsonl",
        "{\"schema\":1,\"kind\":\"dislodge-manifest\",\"from\":\"supplier.example\",\"to\":\"us.example\"}\n"
        "{\"schema\":1,\"message_id\":\"one@us.example\",\"sent\":\"2025-10-01T08:00:00Z\",\"grade\":"
        "\"confirmed\"}\n"
        "{\"schema\":1,\"message_id\":\"gone@supplier.example\",\"sent\":\"2025-10-03T08:00:00Z\",\"grade\":"
        "\"possible\"}\n");
  ASSERT_EQ(
      dislodge({"add", folder, path("archive"), "--exposed", "none", "--custodian", "a@us.example"}).code, 0);
  ASSERT_EQ(dislodge({"investigate", folder}).code, 0);
  const auto possible = [&] {
    std::size_t count = 0;
    for (const std::string &line : lines_of(dislodge({"reach", folder, "--json"}).out))
      count += line.find("\"type\":\"secret\"") != std::string::npos &&
                       line.find("\"grade\":\"excluded\"") == std::string::npos
                   ? 1
                   : 0;
    return count;
  };
  EXPECT_EQ(possible(), 0u);
  const Outcome added = dislodge({"add", folder, path("notice.jsonl"), "--verified-by", "D. Reed",
                                  "--verified-how", "called their published number"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("supplier.example"));
  ASSERT_EQ(dislodge({"investigate", folder}).code, 0);
  EXPECT_EQ(possible(), 1u);  // the content was read in our own archive
  simdjson::dom::parser parser;
  const element tip = parser.parse(lines_of(dislodge({"tips", folder, "--json"}).out).at(0));
  EXPECT_EQ(std::string_view(tip["verified_by"]), "D. Reed");
  EXPECT_EQ(std::int64_t(tip["listed"]), 2);
  EXPECT_EQ(std::int64_t(tip["held"]), 1);
  EXPECT_EQ(std::int64_t(tip["missing"]), 1);
  EXPECT_EQ(std::int64_t(tip["extra"]), 1);
  EXPECT_THAT(dislodge({"detections", folder, "--json"}).out, HasSubstr("notice-of-stolen-mail"));
  EXPECT_THAT(dislodge({"status", folder}).out, HasSubstr("incomplete"));
}

TEST_F(Disclosure, CasesLinkByWhatBothHaveAndDiscloseNothingElse) {
  const auto mailbox = [&](const std::string &name, const std::string &password) {
    make_case(name);
    write(folder_ / (name + "-mail/mail.mbox"),
          "From a@x.example Wed Oct  1 08:00:00 2025\nFrom: a@x.example\nTo: b@y.example\nMessage-ID: <1@" +
              name +
              ">\nDate: Wed, 1 Oct 2025 08:00:00 +0000\nSubject: login\n\nThe password for the build server "
              "is " +
              password + ".\n");
    ASSERT_EQ(dislodge({"add", path(name), path(name + "-mail")}).code, 0);
    ASSERT_EQ(dislodge({"investigate", path(name)}).code, 0);
  };
  mailbox("one", "Quiet-Harbor-7319");
  mailbox("two", "Quiet-Harbor-7319");
  mailbox("three", "Loud-Meadow-4402");
  ASSERT_EQ(
      dislodge({"link", path("one"), "--export", path("one.link"), "--pair-key", path("pair.key")}).code, 0);
  struct stat info {};
  ASSERT_EQ(::stat(path("pair.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_THAT(slurp(folder_ / "one.link"), Not(HasSubstr("Quiet")));
  const Outcome same =
      dislodge({"link", path("two"), path("one.link"), "--pair-key", path("pair.key"), "--json"});
  ASSERT_EQ(same.code, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("\"what\":\"secret\""));
  EXPECT_THAT(dislodge({"detections", path("two"), "--json"}).out, HasSubstr("linked-case"));
  const Outcome other =
      dislodge({"link", path("three"), path("one.link"), "--pair-key", path("pair.key"), "--json"});
  ASSERT_EQ(other.code, 0) << other.err;
  EXPECT_THAT(other.out, HasSubstr("\"matches\":[]"));
  EXPECT_THAT(dislodge({"detections", path("three"), "--json"}).out, Not(HasSubstr("linked-case")));
}

TEST_F(Disclosure, APackageIsSealedReceivedAndReceipted) {
  make_case("theirs");
  const std::string folder = path("case");
  std::string party;
  simdjson::dom::parser parser;
  for (const std::string &line : lines_of(dislodge({"parties", folder, "--json"}).out)) {
    const element row = parser.parse(line);
    if (party.empty() && simdjson::dom::array(row["secrets"]).size() > 0)
      party = std::string(std::string_view(row["organisation"]));
  }
  ASSERT_FALSE(party.empty());
  const std::vector<std::string> base = {"package",     folder,          party,
                                         "-o",          path("package"), "--contact-channel",
                                         "+1 555 0100", "--verify-at",   "our front page"};
  EXPECT_EQ(dislodge(base).code, 2);  // nobody released it
  auto one = base;
  one.insert(one.end(), {"--released-by", "A. Reed", "A. Reed"});
  EXPECT_EQ(dislodge(one).code, 2);  // one person is not two
  // Their answer would be read.
  auto read = base;
  read[6] = "Helen <helen.marsh@northwind.example>";
  read.insert(read.end(), {"--released-by", "A. Reed", "B. Moss"});
  EXPECT_THAT(dislodge(read).err, HasSubstr("is one that the intruder can read"));
  auto two = base;
  two.insert(two.end(), {"--released-by", "A. Reed", "B. Moss", "--seal-to", path("theirs/case.pub")});
  const Outcome made = dislodge(two);
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, AllOf(HasSubstr("sealed"), HasSubstr("verification code"),
                              HasSubstr("still open: the recipient, confirmed out of band")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "package/manifest.jsonl"));
  const std::string key = slurp(folder_ / "package/verify.key").substr(0, 64);
  const Outcome received =
      dislodge({"reconcile", path("theirs"), path("package/manifest.jsonl.sealed"), "--signature",
                path("package/manifest.sig"), "--verify-key", key, "--verified-by", "T. Lake", "--receipt",
                path("receipt.txt"), "--received-by", "T. Lake", "--json"});
  ASSERT_EQ(received.code, 0) << received.err;
  EXPECT_THAT(received.out, HasSubstr("the signature fits"));
  const Outcome taken = dislodge({"package", folder, party, "--receipt", path("receipt.txt")});
  ASSERT_EQ(taken.code, 0) << taken.err;
  EXPECT_THAT(taken.out, HasSubstr("T. Lake"));
  // A receipt that was changed, and one for another manifest.
  std::string text = slurp(folder_ / "receipt.txt");
  text.replace(text.find("T. Lake"), 7, "X. Lake");
  write(folder_ / "forged.txt", text);
  EXPECT_THAT(dislodge({"package", folder, party, "--receipt", path("forged.txt")}).err,
              HasSubstr("does not fit"));
}

TEST_F(Disclosure, APackageCarriesTheMessagesSealedAndTheReceiverHoldsThemAgainstTheManifest) {
  make_case("party");
  const std::string folder = path("case"), party = "harborline.example";
  std::vector<std::string> arguments = {"package",
                                        folder,
                                        party,
                                        "-o",
                                        path("full"),
                                        "--released-by",
                                        "A. Reed",
                                        "B. Moss",
                                        "--contact-name",
                                        "C. Finch",
                                        "--content",
                                        "--review-list",
                                        path("review.jsonl"),
                                        "--contact-channel",
                                        "+1 555 0100"};
  EXPECT_THAT(dislodge(arguments).err, HasSubstr("--content needs --seal-to"));
  arguments.insert(arguments.end(), {"--seal-to", path("party/case.pub")});
  const Outcome made = dislodge(arguments);
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("in messages.jsonl.sealed"));
  const std::string sealed = slurp(folder_ / "full/messages.jsonl.sealed");
  EXPECT_GT(lines_of(sealed).size(), 0u);
  EXPECT_THAT(sealed, Not(HasSubstr("harborline")));
  EXPECT_THAT(sealed, Not(HasSubstr("Subject")));
  // What is held back is told to who reviews it, with whom it names, and not to the party.
  for (const std::string &line : lines_of(slurp(folder_ / "review.jsonl"))) {
    simdjson::dom::parser parser;
    const element row = parser.parse(line);
    EXPECT_FALSE(std::string_view(row["why"]).empty());
    EXPECT_FALSE(std::string_view(row["message_id"]).empty());
  }
  const std::string key = slurp(folder_ / "full/verify.key").substr(0, 64);
  const std::vector<std::string> reconcile = {"reconcile",
                                              path("party"),
                                              path("full/manifest.jsonl.sealed"),
                                              "--signature",
                                              path("full/manifest.sig"),
                                              "--verify-key",
                                              key,
                                              "--json",
                                              "--content"};
  auto whole = reconcile;
  whole.insert(whole.end(), {path("full/messages.jsonl.sealed"), "--content-out", path("theirs-mail")});
  const Outcome received = dislodge(whole);
  ASSERT_EQ(received.code, 0) << received.err;
  simdjson::dom::parser parser;
  const element row = parser.parse(lines_of(received.out).at(0));
  EXPECT_EQ(std::uint64_t(row["contents"]), lines_of(sealed).size());
  EXPECT_EQ(simdjson::dom::array(row["contents_damaged"]).size(), 0u);
  EXPECT_EQ(simdjson::dom::array(row["contents_missing"]).size(), 0u);
  // As their correspondents saw them: what our servers and our copy added is not there, nor is anybody else.
  std::size_t mails = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder_ / "theirs-mail")) {
    const std::string text = slurp(entry.path());
    const std::string header = text.substr(0, text.find("\n\n"));
    EXPECT_THAT(header, AllOf(HasSubstr("From:"), HasSubstr("harborline.example"), HasSubstr("Subject:")));
    EXPECT_THAT(header, AllOf(Not(HasSubstr("Received:")), Not(HasSubstr("Bcc:")), Not(HasSubstr("\nX-"))));
    EXPECT_THAT(text, Not(HasSubstr("kielcargo.example")));
    ++mails;
  }
  EXPECT_EQ(mails, lines_of(sealed).size());
  // They are evidence for the receiver: the secrets in them are found there.
  ASSERT_EQ(dislodge({"add", path("party"), path("theirs-mail")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("party")}).code, 0);
  EXPECT_GT(lines_of(dislodge({"secrets", path("party"), "--json"}).out).size(), 0u);
  // A message that was changed on the way, and one that went missing.
  std::vector<std::string> lines = lines_of(sealed);
  lines.front()[lines.front().size() / 2] ^= 1;
  std::string changed;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) changed += lines[i] + "\n";
  write(folder_ / "changed.sealed", changed);
  auto damaged = reconcile;
  damaged.push_back(path("changed.sealed"));
  const Outcome told = dislodge(damaged);
  ASSERT_EQ(told.code, 0) << told.err;
  const element bad = parser.parse(lines_of(told.out).at(0));
  EXPECT_EQ(simdjson::dom::array(bad["contents_damaged"]).size(), 1u);
  EXPECT_EQ(simdjson::dom::array(bad["contents_missing"]).size(), 1u);
  // The manifest itself: one byte of it changed, or its end cut off.
  const std::string manifest = slurp(folder_ / "full/manifest.jsonl.sealed");
  std::string other = manifest;
  other[other.size() / 2] ^= 1;
  for (const std::string &damage : {other, manifest.substr(0, 40)}) {
    write(folder_ / "changed-manifest.sealed", damage);
    for (const char *command : {"reconcile", "add"}) {
      const Outcome refused = dislodge({command, path("party"), path("changed-manifest.sealed")});
      EXPECT_EQ(refused.code, 2) << command;
      EXPECT_THAT(refused.err,
                  AllOf(HasSubstr("changed-manifest.sealed: it does not open: it was changed or cut"),
                        HasSubstr("by telephone")))
          << command;
    }
  }
}

// What a party is given of mail that others are in: nothing of theirs, with the reason, unless a person has
// looked at that very message. The rest of it is given.
TEST_F(Disclosure, OfMailThatOthersAreInTheirPartIsHeldBackUntilAPersonHasLookedAtIt) {
  make_case("held");
  make_case("held-party");
  std::string mbox;
  const auto message = [&](const std::string &id, const std::string &headers, const std::string &body) {
    mbox += "From ann@us.example Wed Oct  1 08:00:00 2025\nMessage-ID: <" + id.substr(0, id.find(' ')) +
            "@us.example>\nDate: Wed, 1 Oct 2025 08:00:00 +0000\nSubject: " + id + "\n" + headers + "\n" +
            body + "\n\n";
  };
  const std::string from_us = "From: Ann <ann@us.example>\n", to_them = "To: Kim <kim@them.example>\n";
  message("plain", from_us + to_them, "See you on Monday.");
  message("quoted", from_us + to_them,
          "See below.\n\n> On Monday Lou Reyes <lou@third.example> wrote:\n> our offer is 40");
  message("attached", from_us + to_them + "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n",
          "--b\nContent-Type: text/plain\n\nthe list\n--b\nContent-Type: text/csv; "
          "name=list.csv\nContent-Disposition: attachment; "
          "filename=list.csv\n\nname,mail\nLou,lou@third.example\n"
          "--b--");
  message("access", from_us + to_them,
          "Your token: ghp_0123456789abcdefABCDEF0123456789abcd\n\nThe account at third.example\nlogin: "
          "lou@third.example password: Walnut-5512-Ladder\n\nBest regards");
  message("ask lou@third.example password: Walnut-5512-Ladder", from_us + to_them, "he knows");
  message("blind", from_us + to_them + "Bcc: lou@third.example\n", "as agreed");
  message("three", from_us + "To: kim@them.example, lou@third.example\n", "to both of you");
  message("advice", "From: legal@us.example\n" + to_them, "our view of the contract");
  write(folder_ / "held-mail/ann.mbox", mbox);
  ASSERT_EQ(dislodge({"add", path("held"), path("held-mail"), "--custodian", "ann@us.example"}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("held")}).code, 0);
  int round = 0;
  const auto released = [&](std::vector<std::string> more) {
    const std::string out = path("held-package-" + std::to_string(++round));
    std::vector<std::string> arguments = {"package",
                                          path("held"),
                                          "them.example",
                                          "-o",
                                          out,
                                          "--released-by",
                                          "A. Reed",
                                          "B. Moss",
                                          "--contact-channel",
                                          "+1 555 0100",
                                          "--content",
                                          "--seal-to",
                                          path("held-party/case.pub")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome made = dislodge(arguments);
    EXPECT_EQ(made.code, 0) << made.err;
    const Outcome taken =
        dislodge({"reconcile", path("held-party"), out + "/manifest.jsonl.sealed", "--content",
                  out + "/messages.jsonl.sealed", "--content-out", out + "/mail"});
    EXPECT_EQ(taken.code, 0) << taken.err;
    std::string all = made.out;
    for (const auto &entry : std::filesystem::directory_iterator(out + "/mail")) all += slurp(entry.path());
    return all;
  };
  const std::string first = released({"--review-list", path("held-review.jsonl")});
  EXPECT_THAT(first, AllOf(HasSubstr("Subject: plain"), HasSubstr("Subject: quoted"),
                           HasSubstr("Subject: attached"), HasSubstr("Subject: access"),
                           HasSubstr("Subject: [withheld: a secret of somebody else stands here]"),
                           HasSubstr("he knows")));
  EXPECT_THAT(first, AllOf(HasSubstr("See below."), HasSubstr("the list"), HasSubstr("ghp_"),
                           HasSubstr("Best regards"), HasSubstr("4 without parts that concern others")));
  EXPECT_THAT(first,
              AllOf(Not(HasSubstr("Subject: three")), Not(HasSubstr("Subject: advice")),
                    Not(HasSubstr("third.example")), Not(HasSubstr("Walnut")), Not(HasSubstr("our offer"))));
  // The manifest says which parts, why, and commits to them; it names nobody and no value.
  const std::string out = path("held-package-1");
  const Outcome told = dislodge({"reconcile", path("held-party"), out + "/manifest.jsonl.sealed", "--content",
                                 out + "/messages.jsonl.sealed", "--json"});
  EXPECT_THAT(told.out, HasSubstr("\"contents_in_part\":4"));
  const std::string review = slurp(folder_ / "held-review.jsonl");
  EXPECT_THAT(review,
              AllOf(HasSubstr("quoted@us.example"), HasSubstr("attached@us.example"), HasSubstr("in part"),
                    HasSubstr("third.example"), Not(HasSubstr("plain@us.example"))));
  // Nobody looked: refused. Somebody did: that message, and no other.
  EXPECT_EQ(
      dislodge({"package", path("held"), "them.example", "-o", path("held-no"), "--released-by", "A. Reed",
                "B. Moss", "--contact-channel", "+1", "--reviewed-message", "quoted@us.example"})
          .code,
      2);
  const std::string second =
      released({"--reviewed-message", "quoted@us.example", "--reviewed-by", "C. Finch"});
  EXPECT_THAT(second, AllOf(HasSubstr("our offer"), Not(HasSubstr("Lou,lou@third.example"))));
  const std::string third = released({"--reviewed", "legal@us.example", "--reviewed-by", "C. Finch"});
  EXPECT_THAT(third, AllOf(HasSubstr("Subject: advice"), Not(HasSubstr("mail of legal staff"))));
  EXPECT_THAT(dislodge({"journal", "list", path("held"), "--json"}).out,
              AllOf(HasSubstr("\"reviewed_messages\":[\"quoted@us.example\"]"), HasSubstr("C. Finch")));
}

TEST_F(Disclosure, AManifestThatWasChangedIsSaidWhereverItIsUsed) {
  make_case("warned");
  ASSERT_EQ(dislodge({"package", path("case"), "harborline.example", "-o", path("signed"), "--released-by",
                      "A. Reed", "B. Moss", "--contact-channel", "+1 555 0100"})
                .code,
            0);
  const std::string key = slurp(folder_ / "signed/verify.key").substr(0, 64);
  const auto add = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"add", path("warned"), path("signed/manifest.jsonl")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return dislodge(arguments);
  };
  const Outcome beside = add({});
  EXPECT_EQ(beside.code, 0) << beside.err;
  EXPECT_THAT(beside.out, HasSubstr("fits the key that lies beside it"));
  EXPECT_EQ(add({"--verify-key", key}).code, 2);  // one without the other
  const Outcome known = add({"--verify-key", key, "--signature", path("signed/manifest.sig")});
  EXPECT_EQ(known.code, 0) << known.err;
  EXPECT_THAT(known.out, HasSubstr("fits the key that was given"));
  EXPECT_THAT(dislodge({"tips", path("warned"), "--json"}).out, HasSubstr("\"signature\":\"fits\""));
  // One byte is another.
  std::string text = slurp(folder_ / "signed/manifest.jsonl");
  text.replace(text.find("\"from\":\"northwind"), 17, "\"from\":\"southwind");
  write(folder_ / "signed/manifest.jsonl", text);
  const Outcome forged = add({"--verified-by", "D. Reed"});
  EXPECT_EQ(forged.code, 3);
  EXPECT_THAT(forged.err, HasSubstr("SIGNATURE DOES NOT FIT"));
  // The file that was added first is another now, which is damage too.
  EXPECT_EQ(dislodge({"investigate", path("warned")}).code, 3);
  EXPECT_THAT(dislodge({"tips", path("warned")}).out, HasSubstr("ITS SIGNATURE DOES NOT FIT"));
  EXPECT_THAT(dislodge({"plan", path("warned")}).out,
              HasSubstr("manifest.jsonl of southwind.example: its signature"));
  // Its head has "from", "to" and a kind, as listings of rights do.
  EXPECT_THAT(dislodge({"plan", path("warned")}).out, Not(HasSubstr("rights of kind dislodge-manifest")));
  EXPECT_THAT(dislodge({"statements", path("warned")}).out,
              HasSubstr("southwind.example (its signature does not fit)"));
  EXPECT_THAT(dislodge({"journal", "list", path("warned"), "--json"}).out,
              HasSubstr("\"signature\":\"broken\""));
}

// What somebody has looked at is closed until it touches something else.
TEST_F(Disclosure, ATipThatWasLookedAtReopensWhenItTouchesMore) {
  make_case("judged");
  const std::string folder = path("judged");
  write(
      folder_ / "judged-tip.json",
      R"({"Event":{"threat_level_id":"1","info":"x","Attribute":[{"type":"domain","value":"evil.example"}]}})");
  const auto mail = [&](const std::string &name, const std::string &from) {
    write(folder_ / "judged-mail" / (name + ".eml"),
          "From: " + from + "\nTo: ann@us.example\nMessage-ID: <" + name +
              "@x>\nDate: Wed, 1 Oct 2025 08:00:00 +0000\nSubject: s\n\nhello\n");
  };
  mail("one", "x@evil.example");
  ASSERT_EQ(dislodge({"add", folder, path("judged-tip.json"), path("judged-mail")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", folder}).code, 0);
  const auto open = [&] {
    return dislodge({"plan", folder}).out.find("nobody has judged") != std::string::npos;
  };
  EXPECT_TRUE(open());
  EXPECT_EQ(dislodge({"tips", folder, "--judge", "judged-tip.json"}).code, 2);
  EXPECT_THAT(dislodge({"tips", folder, "--judge", "other.json", "--who", "A", "--reason", "b"}).err,
              HasSubstr("judged-tip.json"));
  ASSERT_EQ(
      dislodge({"tips", folder, "--judge", "judged-tip.json", "--who", "A. Reed", "--reason", "a newsletter"})
          .code,
      0);
  EXPECT_FALSE(open());
  EXPECT_THAT(dislodge({"tips", folder}).out, HasSubstr("looked at by A. Reed"));
  mail("two", "y@sub.evil.example");
  ASSERT_EQ(dislodge({"add", folder, path("judged-mail")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", folder}).code, 0);
  EXPECT_TRUE(open());
  EXPECT_THAT(dislodge({"tips", folder}).out, HasSubstr("CHANGED SINCE"));
}

// The logs do not know everything: a named person says whose it is, and may take it back.
TEST_F(Disclosure, APersonSaysWhoseAFindingIs) {
  const std::string folder = path("case");
  std::string id;
  simdjson::dom::parser parser;
  const auto line_of = [&] {
    for (const std::string &line : lines_of(dislodge({"detections", folder, "--json"}).out))
      if (id.empty() ? line.find("\"kind\":\"user-created-by-app\"") != std::string::npos
                     : line.find(id) != std::string::npos)
        return line;
    return std::string();
  };
  const element found = parser.parse(line_of());
  id = std::string(std::string_view(found["id"]));
  EXPECT_TRUE(bool(found["intruder"]));
  EXPECT_EQ(dislodge({"claim", folder, id, "--ours"}).code, 2);  // nobody's word
  EXPECT_EQ(dislodge({"claim", folder, id, "--who", "R. Stone", "--reason", "x"}).code, 2);
  EXPECT_THAT(
      dislodge({"claim", folder, "detection:none", "--ours", "--who", "R. Stone", "--reason", "x"}).err,
      HasSubstr("no finding and no event"));
  ASSERT_EQ(
      dislodge({"claim", folder, id, "--ours", "--who", "R. Stone", "--reason", "CHG-118, the migration"})
          .code,
      0);
  EXPECT_THAT(line_of(), AllOf(HasSubstr("\"intruder\":false"),
                               HasSubstr("R. Stone says that it is ours: CHG-118, the migration")));
  EXPECT_THAT(dislodge({"claim", folder, "--json"}).out,
              AllOf(HasSubstr(id), HasSubstr("\"whose\":\"ours\""), HasSubstr("CHG-118")));
  EXPECT_THAT(dislodge({"journal", "list", folder, "--json"}).out, HasSubstr("\"what\":\"claim\""));
  ASSERT_EQ(dislodge({"claim", folder, id, "--open", "--who", "R. Stone", "--reason", "a slip"}).code, 0);
  EXPECT_THAT(line_of(), HasSubstr("\"intruder\":true"));
  EXPECT_EQ(dislodge({"claim", folder, "--json"}).out, "");
}

// Who knows better than the logs says it of a finding, or of the event itself: whoever did it is in the
// intruder's hands, and the key that was set is taken away.
TEST_F(Disclosure, APersonSaysThatAChangeIsTheIntruders) {
  const std::string folder = path("case");
  constexpr std::string_view kKey = "9975e2b6-a6a8-4bdc-b47b-b81106380fac";  // set by an administrator
  simdjson::dom::parser parser;
  std::string finding, place;
  for (const std::string &line : lines_of(dislodge({"detections", folder, "--json"}).out)) {
    if (line.find(kKey) == std::string::npos) continue;
    const element row = parser.parse(line);
    EXPECT_FALSE(bool(row["intruder"]));
    finding = std::string(std::string_view(row["id"]));
    const element event = row["events"].at(0);
    place =
        std::string(std::string_view(event["source"])) + ":line " + std::to_string(uint64_t(event["line"]));
  }
  ASSERT_FALSE(finding.empty());
  const auto removes_key = [&] {
    for (const std::string &line : lines_of(dislodge({"plan", folder, "--json"}).out))
      if (line.find("\"action\":\"remove-app-credential\"") != std::string::npos &&
          line.find(kKey) != std::string::npos)
        return true;
    return false;
  };
  EXPECT_FALSE(removes_key());
  for (const std::string &thing : {finding, place}) {
    const Outcome said = dislodge({"claim", folder, thing, "--intruder", "--who", "R. Stone", "--reason",
                                   "she was on leave that week"});
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_TRUE(removes_key()) << thing;
    EXPECT_THAT(dislodge({"detections", folder, "--json"}).out,
                HasSubstr("R. Stone says that it is the intruder's: she was on leave that week"));
    ASSERT_EQ(dislodge({"claim", folder, thing, "--open", "--who", "R. Stone", "--reason", "a slip"}).code,
              0);
    EXPECT_FALSE(removes_key()) << thing;
  }
}

// Nobody said whose mailboxes these are; all of their mail is to or from us.
TEST_F(Disclosure, WhoseMailboxesWereHandedInIsNoPartyToBeTold) {
  make_case("own");
  for (const std::string name : {"ceo", "cto"}) {
    std::string mbox;
    for (int i = 0; i < 12; ++i) {
      const std::string ours = name + "@brisk.example",
                        theirs = "kim" + std::to_string(i % 3) + "@acme.example";
      mbox += "From x Wed Oct  1 08:00:00 2025\nFrom: " + (i % 2 == 0 ? ours : theirs) +
              "\nTo: " + (i % 2 == 0 ? theirs : ours) + "\nMessage-ID: <" + std::to_string(i) + "@" + name +
              ">\nDate: Wed, 1 Oct 2025 08:00:00 +0000\nSubject: s\n\n" +
              (i == 0 ? "The password of build.brisk.example for svc-build is Quiet-Harbor-7319." : "hello") +
              "\n\n";
    }
    write(folder_ / "own-mail" / (name + ".mbox"), mbox);
  }
  ASSERT_EQ(dislodge({"add", path("own"), path("own-mail")}).code, 0);
  ASSERT_EQ(dislodge({"investigate", path("own")}).code, 0);
  const Outcome parties = dislodge({"parties", path("own"), "--json"});
  EXPECT_THAT(parties.out, AllOf(HasSubstr("\"organisation\":\"acme.example\""),
                                 Not(HasSubstr("\"organisation\":\"brisk.example\""))));
}

TEST_F(Disclosure, AGroupingReleasesNothingByItself) {
  const Outcome refused =
      dislodge({"package", path("case"), "harborline.example", "-o", path("grouped"), "--released-by",
                "A. Reed", "B. Moss", "--contact-channel", "+1", "--also", "kielcargo.example"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--also-confirmed-by"));
}

TEST_F(Disclosure, TipsAreRecognisedInFoldersToo) {
  make_case("tipped");
  std::filesystem::create_directories(folder_ / "mixed/notes");
  write(
      folder_ / "mixed/notes/bundle.json",
      R"({"type":"bundle","id":"bundle--1b8a6d4e-5f00-4c1c-9a63-7f1d2b3c4d5e","objects":[{"type":"indicator",)"
      R"("spec_version":"2.1","id":"indicator--2b8a6d4e-5f00-4c1c-9a63-7f1d2b3c4d5e",)"
      R"("created":"2025-01-01T00:00:00Z","modified":"2025-01-01T00:00:00Z","name":"c2",)"
      R"("pattern":"[ipv4-addr:value = '203.0.113.9']","pattern_type":"stix","valid_from":"2025-01-01T00:00:00Z"}]})");
  // A table of messages in a folder may be a log: it is a tip where it is named by itself or declared.
  write(folder_ / "mixed/messages.csv", "message_id,subject\n<a@b.example>,Hello\n");
  write(folder_ / "mixed/broken.json", R"({"type":"bundle","id":"bundle--1b8a6d4e","objects":[)");
  const Outcome added = dislodge({"add", path("tipped"), path("mixed"), "--notice-from", "CERT"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_THAT(added.out, AllOf(HasSubstr("bundle.json: a tip (STIX 2.1), 1 entry from CERT"),
                               Not(HasSubstr("messages.csv: a tip"))));
  EXPECT_THAT(added.err, HasSubstr("broken.json looks like a tip and could not be read as one"));
  EXPECT_THAT(dislodge({"add", path("tipped"), path("mixed/messages.csv")}).out,
              HasSubstr("messages.csv: a tip (manifest), 1 entry"));
  EXPECT_NE(dislodge({"add", path("tipped"), path("mixed/broken.json")}).code, 0);
  write(folder_ / "mixed/messages.csv.collection.toml", "[collection]\nsource = \"notice\"\n");
  EXPECT_THAT(dislodge({"add", path("tipped"), path("mixed")}).out, HasSubstr("messages.csv: a tip"));
}

TEST_F(Disclosure, NoticesNeverGoWhereTheIntruderReads) {
  const std::string folder = path("case");
  simdjson::dom::parser parser;
  const std::string read = "helen.marsh@northwind.example";
  const auto notice = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"notice", folder, "-o", path("notice.txt")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return dislodge(arguments);
  };
  EXPECT_THAT(
      notice({"--kind", "person", "--to", "Helen Marsh", "--address", read, "--contact-channel", "+1 555"})
          .err,
      HasSubstr("the intruder can read"));
  EXPECT_THAT(notice({"--kind", "insurer", "--contact-channel", "mail " + read}).err,
              HasSubstr("contact channel"));
  const Outcome regulator =
      notice({"--kind", "regulator", "--regime", "gdpr-33", "--contact-channel", "+1 555"});
  ASSERT_EQ(regulator.code, 0) << regulator.err;
  EXPECT_THAT(slurp(folder_ / "notice.txt"),
              AllOf(HasSubstr("[to be written: likely consequences]"), HasSubstr("unauthorised access")));
  EXPECT_THAT(regulator.out, HasSubstr("still open: likely consequences"));
  ASSERT_EQ(notice({"--kind", "insurer", "--contact-channel", "+1 555"}).code, 0);
  EXPECT_THAT(slurp(folder_ / "notice.txt"), HasSubstr("admits no liability"));
}

}  // namespace
}  // namespace dislodge::cli_test
