// scan as people and other programs use it: SARIF, allow comments, ignore files, baselines, rules of other
// tools.

#include <simdjson.h>

#include <gmock/gmock.h>

#include "process.hpp"

namespace dislodge::cli_test {
namespace {

using testing::HasSubstr;
using testing::Not;

const char *const kLine = "db = \"postgres://app:S3cr3tPw9x@db.internal.corp:5432/x\"";

TEST_F(CaseTest, AllowCommentsAndIgnoreFilesPassOverWithAReason) {
  write(folder_ / "tree/a.env", std::string(kLine) + " # gitleaks:allow\n");
  write(folder_ / "tree/doc/b.md", std::string(kLine) + "\n");
  write(folder_ / "tree/.dislodgeignore", "# samples\n*.md\n");
  const Outcome clean = run({"scan", path("tree"), "--fail-on-findings"});
  EXPECT_EQ(clean.code, 0) << clean.out << clean.err;
  EXPECT_EQ(clean.out, "");
  const Outcome listed = run({"scan", path("tree"), "--rejected"});
  EXPECT_THAT(listed.out, HasSubstr("rejected: allowed by a comment on its line: gitleaks:allow"));
  EXPECT_THAT(listed.out, HasSubstr("rejected: ignored by .dislodgeignore:2"));
  EXPECT_THAT(listed.out, Not(HasSubstr("S3cr3tPw9x")));
  const Outcome all = run({"scan", path("tree"), "--no-allow-comments", "--fail-on-findings"});
  EXPECT_EQ(all.code, 1);
  EXPECT_THAT(all.out, HasSubstr("tree/a.env:1:"));
}

TEST_F(CaseTest, ABaselineLeavesWhatIsNew) {
  write(folder_ / "tree/a.env", std::string(kLine) + "\n");
  const Outcome first = run({"scan", path("tree"), "--json"});
  write(folder_ / "base.jsonl", first.out);
  EXPECT_EQ(run({"scan", path("tree"), "--baseline", path("base.jsonl"), "--fail-on-findings"}).code, 0);
  write(folder_ / "tree/b.env", "db = \"postgres://app:0therPw77q@db.internal.corp:5432/x\"\n");
  const Outcome second = run({"scan", path("tree"), "--baseline", path("base.jsonl"), "--fail-on-findings"});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.out, HasSubstr("b.env:1:"));
  EXPECT_THAT(second.out, Not(HasSubstr("a.env")));
  write(folder_ / "wrong.jsonl", "not json\n");
  EXPECT_EQ(run({"scan", path("tree"), "--baseline", path("wrong.jsonl")}).code, 2);
}

TEST_F(CaseTest, SarifGoesOutAndComesIn) {
  write(folder_ / "tree/a b.env", std::string(kLine) + "\n");
  const Outcome scanned = run({"scan", path("tree"), "--format", "sarif"});
  ASSERT_EQ(scanned.code, 0) << scanned.err;
  EXPECT_THAT(scanned.out, Not(HasSubstr("S3cr3tPw9x")));
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(scanned.out).get(root), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(root["version"]), "2.1.0");
  EXPECT_EQ(std::string_view(root.at_pointer("/runs/0/tool/driver/name")), "Dislodge");
  EXPECT_EQ(std::int64_t(root.at_pointer("/runs/0/results/0/locations/0/physicalLocation/region/startLine")),
            1);
  EXPECT_THAT(std::string(std::string_view(root.at_pointer("/runs/0/artifacts/0/location/uri"))),
              HasSubstr("a%20b.env"));
  EXPECT_EQ(std::string_view(root.at_pointer("/runs/0/results/0/ruleId")),
            std::string_view(root.at_pointer("/runs/0/tool/driver/rules/0/id")));
  write(folder_ / "other.sarif",
        R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"gitleaks"}},"results":[
        {"ruleId":"x","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"tree/a%20b.env"},"region":{"startLine":1}}}]},
        {"ruleId":"y","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"tree/c.txt"},"region":{"startLine":7,"startColumn":3}}}]}]}]})");
  const Outcome compared = run({"scan", path("tree"), "--import-sarif", path("other.sarif")});
  EXPECT_THAT(compared.out, HasSubstr("tree/c.txt:7:3: reported by gitleaks only (y)"));
  EXPECT_THAT(compared.err, HasSubstr("2 results, 1 of them at places found here"));
  write(folder_ / "no.sarif", "{}");
  EXPECT_EQ(run({"scan", path("tree"), "--import-sarif", path("no.sarif")}).code, 2);
}

TEST_F(CaseTest, ImportedRulesAreUsed) {
  write(folder_ / "acme.toml",
        "[[rules]]\nid = \"acme\"\nregex = '''acme_([a-z]{12})'''\nentropy = 2\nkeywords = [\"acme\"]\n"
        "[[rules]]\nid = \"look\"\nregex = '''a(?=b)'''\n");
  const Outcome imported = run({"rules", "import", path("acme.toml"), "--out", path("ours.toml")});
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("not loaded: acme.toml: look: look-around"));
  EXPECT_THAT(imported.out, HasSubstr("1 of 2 rules loaded"));
  write(folder_ / "tree/a.txt", "acme_qwertyuiopas\n");
  const Outcome scanned = run({"scan", path("tree"), "--rules", path("ours.toml")});
  EXPECT_THAT(scanned.out, HasSubstr("(acme, "));
}

TEST_F(CaseTest, StandardInputIsScanned) {
  const Outcome scanned = run({"scan", "-", "--fail-on-findings"}, std::string(kLine) + "\n");
  EXPECT_EQ(scanned.code, 1);
  EXPECT_THAT(scanned.out, HasSubstr("-:1:"));
}

}  // namespace
}  // namespace dislodge::cli_test
