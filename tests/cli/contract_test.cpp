// docs/json.md as a user meets it: exit codes, JSON lines, keys and access.

#include <simdjson.h>
#include <sys/stat.h>

#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;

const char *const kToken = "ghp_";  // completed below with a checksum that holds

// A GitHub token whose checksum holds (CRC-32 of the 30 characters, base 62).
std::string github_token() {
  const std::string body = "Tq3mX7wK1pRzV9bN5cJ2dF8gH4sLyA";
  std::uint32_t crc = ~0u;
  for (const char c : body) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
  }
  crc = ~crc;
  std::string check;
  for (int i = 0; i < 6; ++i, crc /= 62)
    check.insert(check.begin(), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[crc % 62]);
  return kToken + body + check;
}

TEST_F(CaseTest, ScanWritesTheFieldsOfTheContractAndNoValue) {
  write(folder_ / "tree/deploy.env", "# settings\nGITHUB_TOKEN=" + github_token() + "\n");
  const Outcome scanned = run({"scan", path("tree"), "--json"});
  ASSERT_EQ(scanned.code, 0) << scanned.err;
  EXPECT_THAT(scanned.out, testing::Not(HasSubstr(github_token())));
  EXPECT_THAT(scanned.err, testing::Not(HasSubstr(github_token())));
  ASSERT_EQ(lines_of(scanned.out).size(), 1u) << scanned.out;
  simdjson::dom::parser parser;
  const simdjson::dom::element line = parser.parse(scanned.out);
  for (const char *field : {"schema", "kind", "rule", "item", "line", "column", "offset", "length", "space",
                            "mask", "fingerprint", "confidence", "owner"})
    EXPECT_EQ(line[field].error(), simdjson::SUCCESS) << field;
  EXPECT_EQ(std::string_view(line["item"]), "tree/deploy.env");
  EXPECT_EQ(std::int64_t(line["line"]), 2);
  EXPECT_EQ(std::int64_t(line["column"]), 14);
  EXPECT_EQ(std::int64_t(line["offset"]), 24);
  EXPECT_EQ(std::int64_t(line["length"]), 40);
  EXPECT_EQ(std::string_view(line["space"]), "item");
  EXPECT_EQ(std::string_view(line["fingerprint"]).size(), 32u);
}

TEST_F(CaseTest, FingerprintsBelongToTheUsersKey) {
  write(folder_ / "a.txt", "token " + github_token() + "\n");
  const auto fingerprint = [&](const std::string &key) {
    const Outcome scanned = run({"scan", path("a.txt"), "--json", "--fingerprint-key", path(key)});
    const std::size_t at = scanned.out.find("\"fingerprint\":\"");
    return at == std::string::npos ? std::string() : scanned.out.substr(at + 15, 32);
  };
  const std::string first = fingerprint("one.key");
  EXPECT_EQ(first.size(), 32u);
  EXPECT_EQ(fingerprint("one.key"), first);
  EXPECT_NE(fingerprint("two.key"), first);
  struct stat info {};
  ASSERT_EQ(::stat(path("one.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(CaseTest, FindingsAreAnErrorOnlyWhenAsked) {
  write(folder_ / "a.txt", "token " + github_token() + "\n");
  write(folder_ / "clean.txt", "nothing here\n");
  EXPECT_EQ(run({"scan", path("a.txt")}).code, 0);
  EXPECT_EQ(run({"scan", path("a.txt"), "--fail-on-findings"}).code, 1);
  EXPECT_EQ(run({"scan", path("clean.txt"), "--fail-on-findings"}).code, 0);
}

TEST_F(CaseTest, ReadsStandardInput) {
  const Outcome scanned = run({"scan", "-", "--json"}, "export GH=" + github_token() + "\n");
  EXPECT_EQ(scanned.code, 0) << scanned.err;
  EXPECT_THAT(scanned.out, HasSubstr("\"item\":\"-\""));
}

TEST_F(CaseTest, MistakesOfUsageExitWithTwo) {
  EXPECT_EQ(run({"scan"}).code, 2);
  EXPECT_EQ(run({"no-such-command"}).code, 2);
  EXPECT_EQ(run({"scan", path("missing")}).code, 2);
  EXPECT_EQ(dislodge({"status", path("no-case")}).code, 2);
  EXPECT_EQ(run({"duties", "due", "no-such-regime", "determined-material", "2024-01-17"}).code, 2);
  EXPECT_EQ(run({"--help"}).code, 0);
}

TEST_F(CaseTest, DutyDatesOfTheSecAgreeWithTheVectors) {
  const std::map<std::string, std::string> vectors = {
      {"2024-01-12", "2024-01-19"}, {"2024-01-13", "2024-01-19"}, {"2024-01-15", "2024-01-19"},
      {"2024-01-16", "2024-01-22"}, {"2024-01-17", "2024-01-23"}, {"2024-01-19", "2024-01-25"},
      {"2024-06-18", "2024-06-25"}, {"2024-11-27", "2024-12-04"}};
  for (const auto &[determined, due] : vectors) {
    const Outcome computed = run(
        {"duties", "due", "sec-8k-1.05", "determined-material", determined + "T15:00:00-05:00", "--json"});
    ASSERT_EQ(computed.code, 0) << computed.err;
    EXPECT_THAT(computed.out, HasSubstr("\"date\":\"" + due + "\"")) << determined;
    EXPECT_THAT(computed.out, HasSubstr("America/New_York"));
    // A date alone is that day in New York.
    const Outcome day = run({"duties", "due", "sec-8k-1.05", "determined-material", determined, "--json"});
    EXPECT_THAT(day.out, HasSubstr("\"date\":\"" + due + "\"")) << determined;
  }
}

TEST_F(CaseTest, AWrongPassphraseExitsWithTwoAndTheCaseStaysWhole) {
  write(folder_ / "right", "correct horse battery\n");
  write(folder_ / "wrong", "correct horse batter\n");
  ASSERT_EQ(run({"new", path("case"), "--passphrase-file", path("right")}).code, 0);
  const Outcome refused = run({"status", path("case"), "--passphrase-file", path("wrong")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("wrong passphrase"));
  EXPECT_THAT(refused.err, testing::Not(HasSubstr("batter")));
  EXPECT_EQ(run({"journal", "verify", path("case"), "--passphrase-file", path("right")}).code, 0);
}

TEST_F(CaseTest, RevealTakesTwoStepsAndIsJournalled) {
  write(folder_ / "mail/a.eml",
        "From: a@northwind.example\nTo: b@northwind.example\nSubject: x\nMessage-ID: "
        "<1@northwind.example>\nDate: Mon, 6 Oct 2025 10:00:00 +0000\n\ntoken: " +
            github_token() + "\n");
  make_case();
  ASSERT_EQ(dislodge({"add", path("case"), path("mail")}).code, 0);
  const Outcome read = dislodge({"investigate", path("case")});
  ASSERT_EQ(read.code, 0) << read.err;
  const Outcome listed = dislodge({"secrets", path("case"), "--json"});
  EXPECT_THAT(listed.out, testing::Not(HasSubstr(github_token())));
  const std::size_t at = listed.out.find("\"fingerprint\":\"");
  ASSERT_NE(at, std::string::npos) << listed.out;
  const std::string id = listed.out.substr(at + 15, 32);
  EXPECT_EQ(dislodge({"secrets", path("case"), "--reveal", id}).code, 2);
  EXPECT_EQ(dislodge({"secrets", path("case"), "--reveal", id, "--reason", "to rotate it"}).code, 2);
  const Outcome shown =
      dislodge({"secrets", path("case"), "--reveal", id, "--reason", "to rotate it", "--yes"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.out, github_token() + "\n");
  const Outcome journal = dislodge({"journal", "list", path("case")});
  EXPECT_THAT(journal.out, HasSubstr("\"what\":\"reveal\""));
  EXPECT_THAT(journal.out, HasSubstr("to rotate it"));
  EXPECT_THAT(journal.out, testing::Not(HasSubstr(github_token())));
  // Not in clear anywhere in the case folder.
  for (const auto &file : std::filesystem::directory_iterator(path("case")))
    EXPECT_THAT(slurp(file.path()), testing::Not(HasSubstr(github_token())));
}

}  // namespace
}  // namespace dislodge::cli_test
