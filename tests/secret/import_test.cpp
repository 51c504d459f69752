#include "secret/import.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "secret/rule_check.hpp"
#include "secret/scanner.hpp"

namespace dislodge::secret {
namespace {

struct Ready {
  RuleSet rules;
  std::unique_ptr<Matcher> matcher;
};

Ready ready(const RuleImport &import) {
  const std::string text = import.toml();
  const RuleFile file{"imported", text};
  auto rules = load_rules({&file, 1});
  EXPECT_TRUE(rules) << (rules ? "" : rules.error().message);
  Ready out;
  if (!rules) return out;
  out.rules = std::move(*rules);
  auto matcher = Matcher::open(out.rules, {});
  EXPECT_TRUE(matcher);
  out.matcher = std::make_unique<Matcher>(std::move(*matcher));
  return out;
}

class Collector : public FoundSink {
 public:
  void found(Found one) override { all.push_back(std::move(one)); }
  std::vector<Found> all;
};

// "rule=value" of what stands, and "rule!reason" of what was rejected.
std::vector<std::string> scan(const Ready &with, std::string_view text, std::string_view item = "file.txt") {
  ScanOptions options;
  options.keep_rejected = true;
  options.prose = false;
  options.decode_depth = 0;
  auto scanner = Scanner::make(with.rules, *with.matcher, options);
  Collector collector;
  evidence::TextView view;
  view.item = item;
  view.text = text;
  scanner->scan(view, collector);
  std::vector<std::string> out;
  for (const Found &one : collector.all)
    out.push_back(one.sighting.rule +
                  (one.sighting.rejected.empty() ? "=" + one.value : "!" + one.sighting.rejected));
  return out;
}

using Lines = std::vector<std::string>;

TEST(ImportGitleaks, KeepsGatesGroupsEntropyAndAllowlists) {
  const auto import = import_rule_text(R"toml(
title = "x"
[[rules]]
id = "acme"
description = "Acme token"
regex = '''acme[:=]\s*(?:"([a-z0-9]{8})"|([A-Z]{8}))'''
entropy = 2
keywords = ["Acme"]
[[rules.allowlists]]
condition = "AND"
regexTarget = "line"
regexes = ['''sample''']
paths = ['''\.md$''']
[[rules.allowlists]]
stopwords = ["Fake"]
)toml",
                                       "acme.toml");
  ASSERT_TRUE(import);
  EXPECT_EQ(import->seen, 1u);
  ASSERT_EQ(import->rules.size(), 1u);
  const Ready with = ready(*import);
  // The secret is the first group that took something.
  EXPECT_EQ(scan(with, "acme=\"a1b2c3d4\""), Lines{"acme=a1b2c3d4"});
  EXPECT_EQ(scan(with, "acme: QWERTYUI"), Lines{"acme=QWERTYUI"});
  // Entropy that is equal is too low: gitleaks drops "<=".
  EXPECT_EQ(scan(with, "acme=\"a1a2a1b2\"").size(), 1u);
  EXPECT_EQ(scan(with, "acme=\"aabbccdd\""), Lines{"acme!discarded by the rule's filter"});
  // AND: the line and the path; the path alone is not enough.
  EXPECT_EQ(scan(with, "sample acme=\"a1b2c3d4\"", "doc/x.md"), Lines{"acme!discarded by the rule's filter"});
  EXPECT_EQ(scan(with, "acme=\"a1b2c3d4\"", "doc/x.md"), Lines{"acme=a1b2c3d4"});
  // Stop words ignore the case of both sides.
  EXPECT_EQ(scan(with, "acme: XXFAKEXY"), Lines{"acme!discarded by the rule's filter"});
}

TEST(ImportGitleaks, AKeywordMayStandAnywhereInTheText) {
  const auto import = import_rule_text(
      "[[rules]]\nid = \"g\"\nregex = '''key-([0-9]{6})'''\nkeywords = [\"Zebra\"]\n", "g.toml");
  ASSERT_TRUE(import);
  const Ready with = ready(*import);
  EXPECT_EQ(scan(with, "key-123456"), Lines{"g!no keyword of the rule in the text"});
  EXPECT_EQ(scan(with, "the zEBRA\n\n\nkey-123456"), Lines{"g=123456"});
}

TEST(ImportGitleaks, NamesWhatItLeavesOut) {
  const auto import = import_rule_text(R"toml(
[extend]
useDefault = true
disabledRules = ["off"]
[[rules]]
id = "path-only"
path = '''\.p12$'''
[[rules]]
id = "off"
regex = '''off'''
[[rules]]
id = "broken"
regex = '''a(?!b)'''
[[rules]]
id = "commits"
regex = '''tok_[a-z]{9}'''
[rules.allowlist]
commits = ["abc"]
[[rules]]
id = "needs"
regex = '''need_[a-z]{9}'''
[[rules.required]]
id = "broken"
)toml",
                                       "x.toml");
  ASSERT_TRUE(import);
  std::vector<std::string> refused;
  for (const NotLoaded &one : import->refused) refused.push_back(one.rule);
  std::sort(refused.begin(), refused.end());
  EXPECT_EQ(refused, (Lines{"broken", "needs", "off", "path-only"}));
  ASSERT_EQ(import->rules.size(), 1u);
  EXPECT_EQ(import->notes.size(), 2u);
}

TEST(ImportBetterleaks, ReadsFiltersAndCompanions) {
  const auto import = import_rule_text(R"toml(
filter = '''containsAny(finding["secret"], ["abcdefgh"])'''
[[rules]]
id = "id"
regex = '''id-([a-z]{4})'''
skipReport = true
[[rules]]
id = "pair"
regex = '''pw-([a-z0-9]{8})'''
filter = '''
// digits are needed
filter.entropy(finding["secret"]) < 1.5
|| !matchesAny(finding["secret"], [`[0-9]`]) || matchesAny((attributes["path"] ?? ""), ["^vendor/"])'''
[[rules.required]]
id = "id"
withinLines = 2
)toml",
                                       "b.toml");
  ASSERT_TRUE(import);
  ASSERT_EQ(import->rules.size(), 2u) << (import->refused.empty() ? "" : import->refused[0].reason);
  const Ready with = ready(*import);
  EXPECT_EQ(scan(with, "id-user\npw-abcd1234"), (Lines{"id=user", "pair=abcd1234"}));
  EXPECT_EQ(scan(with, "id-user\n\n\npw-abcd1234"), (Lines{"id=user", "pair!nothing of rule id near it"}));
  EXPECT_EQ(scan(with, "id-user pw-abcdwxyz"), (Lines{"id=user", "pair!discarded by the rule's filter"}));
  EXPECT_EQ(scan(with, "id-user pw-abcd1234", "vendor/a"),
            (Lines{"id=user", "pair!discarded by the rule's filter"}));
  EXPECT_EQ(scan(with, "id-user pw-abcdefgh"), (Lines{"id=user", "pair!discarded by the rule's filter"}));
}

TEST(ImportYaml, ReadsNoseyParkerKingfisherAndTitus) {
  const auto import = import_rule_text(R"yaml(
rules:
- name: Acme key
  id: acme.1
  pattern: |
    (?xi)          # verbose, either case
    \b acme [_-]   # its name
    (?# the key )
    ( [a-z0-9]{10} )
    (?: [^a-z0-9] | $ )
  min_entropy: 2.0
  pattern_requirements:
    min_digits: 2
    ignore_if_contains: [EXAMPLE]
  examples: ['ACME_a1b2c3d4e5', 'x acme-0123456789"']
  negative_examples: [acme_aaaaaaaaaa, acme_abcdefghij]
- name: Named
  id: acme.2
  pattern: 'user=(?P<user>[a-z]+) token=(?<TOKEN>[0-9]{6})'
  visible: false
  examples: ['user=bob token=123456']
- name: Look
  id: acme.3
  pattern: 'a(?<=b)c'
- name: Sum
  id: acme.4
  pattern: 'a(b)c'
  pattern_requirements: {checksum: {actual: {template: x}}}
)yaml",
                                       "acme.yml");
  ASSERT_TRUE(import);
  EXPECT_EQ(import->seen, 4u);
  ASSERT_EQ(import->rules.size(), 2u) << import->refused[0].reason;
  EXPECT_EQ(import->refused.size(), 2u);
  const Ready with = ready(*import);
  const auto problems = check_rules(with.rules, *with.matcher, ExamplesWanted::no);
  ASSERT_TRUE(problems);
  for (const RuleCheck &problem : *problems) ADD_FAILURE() << problem.rule << ": " << problem.problem;
  EXPECT_EQ(scan(with, "user=bob token=123456"), Lines{"acme.2=123456"});
  EXPECT_EQ(scan(with, "acme_1xexample2"), Lines{"acme.1!discarded by the rule's filter"});
}

TEST(Import, RefusesWhatIsNoRuleFile) {
  EXPECT_FALSE(import_rule_text("title = 'x'", "x.toml"));
  EXPECT_FALSE(import_rule_text("not = = toml", "x.toml"));
  EXPECT_FALSE(import_rule_text("a: b\n", "x.yml"));
  EXPECT_FALSE(import_rules("/nonexistent/rules.toml"));
}

}  // namespace
}  // namespace dislodge::secret
