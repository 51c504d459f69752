// Sigma 2.1: values, modifiers, conditions, filters, placeholders and correlations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/sigma_check.hpp"
#include "detect/sigma_correlation.hpp"
#include "identity/fact.hpp"

namespace dislodge::detect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

SigmaSet read(const std::string &yaml, const SigmaPlaceholders &placeholders = {}) {
  const base::EmbeddedRule file{"rules/detections/test.yml", yaml};
  return read_sigma({&file, 1}, placeholders);
}

// Whether a rule with this detection finds the record.
bool finds(const std::string &detection, const std::string &record,
           const SigmaPlaceholders &placeholders = {}) {
  SigmaSet set = read("title: t\nid: t\nlogsource: {product: other}\ndetection:\n" + detection, placeholders);
  EXPECT_THAT(set.problems, IsEmpty()) << set.problems.front().reason;
  auto matcher = SigmaMatcher::make(std::move(set), {});
  EXPECT_TRUE(matcher);
  EXPECT_THAT(matcher->set().problems, IsEmpty()) << matcher->set().problems.front().reason;
  return !rules_found(*matcher, {"", "other", ""}, record).empty();
}

bool item(const std::string &item, const std::string &record) {
  return finds("  a:\n    " + item + "\n  condition: a\n", record);
}

TEST(SigmaValues, CompareWithoutCaseAndWithWildcards) {
  EXPECT_TRUE(item("x: Foo", R"({"x":"fOO"})"));
  EXPECT_TRUE(item("X: foo", R"({"x":"foo"})"));
  EXPECT_FALSE(item("x: foo", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x: 'f*b?r'", R"({"x":"fooooBAR"})"));
  EXPECT_FALSE(item("x: 'f*b?r'", R"({"x":"fooooBAAR"})"));
  EXPECT_TRUE(item("x: '*'", R"({"x":"anything"})"));
  EXPECT_TRUE(item("x: [a, b]", R"({"x":"b"})"));
  EXPECT_TRUE(item("x|cased: Foo", R"({"x":"Foo"})"));
  EXPECT_FALSE(item("x|cased: Foo", R"({"x":"foo"})"));
}

TEST(SigmaValues, ABackslashEscapesWildcardsAndItself) {
  EXPECT_TRUE(item(R"(x: 'a\*b')", R"({"x":"a*b"})"));
  EXPECT_FALSE(item(R"(x: 'a\*b')", R"({"x":"axb"})"));
  EXPECT_TRUE(item(R"(x: 'C:\Windows')", R"({"x":"C:\\Windows"})"));
  EXPECT_TRUE(item(R"(x: 'a\\*')", R"({"x":"a\\anything"})"));
  EXPECT_TRUE(item(R"(x: 'a\\\*')", R"({"x":"a\\*"})"));
  EXPECT_TRUE(item(R"(x: 'a\\\\b')", R"({"x":"a\\\\b"})"));
  EXPECT_TRUE(item(R"(x: 'a\\\b')", R"({"x":"a\\\\b"})"));
}

TEST(SigmaValues, NumbersNullsAndEmptyTexts) {
  EXPECT_TRUE(item("x: 4625", R"({"x":4625})"));
  EXPECT_TRUE(item("x: 4625", R"({"x":"4625"})"));
  EXPECT_TRUE(item("x: true", R"({"x":true})"));
  EXPECT_TRUE(item("x: null", R"({"y":1})"));
  EXPECT_TRUE(item("x: null", R"({"x":null,"y":1})"));
  EXPECT_FALSE(item("x: null", R"({"x":"a"})"));
  EXPECT_TRUE(item("x: ''", R"({"x":""})"));
  EXPECT_FALSE(item("x: ''", R"({"x":"a"})"));
}

TEST(SigmaValues, StandInListsPairsAndObjectsInTexts) {
  EXPECT_TRUE(item("a.b: c", R"({"a":[{"b":"x"},{"b":"c"}]})"));
  EXPECT_TRUE(item("a.b.c: d", R"({"a":{"b.c":"d"}})"));
  EXPECT_TRUE(item("a.Scope: d", R"({"a":[{"Name":"Scope","Value":"d"}]})"));
  EXPECT_TRUE(item("a.b: c", R"({"a":"{\"b\":\"c\"}"})"));
  EXPECT_TRUE(item("a: c", R"({"a":["b","c"]})"));
  EXPECT_TRUE(item("a|contains: 'full'", R"({"a":[{"Name":"Rights","Value":"FullAccess"}]})"));
}

TEST(SigmaModifiers, OfTexts) {
  EXPECT_TRUE(item("x|contains: OO", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x|startswith: FOO", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x|endswith: BAR", R"({"x":"foobar"})"));
  EXPECT_FALSE(item("x|endswith: foo", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x|contains|all: [foo, bar]", R"({"x":"foobar"})"));
  EXPECT_FALSE(item("x|contains|all: [foo, baz]", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x|re: '^fo+b'", R"({"x":"foobar"})"));
  EXPECT_FALSE(item("x|re: '^FO+b'", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x|re|i: '^FO+b'", R"({"x":"foobar"})"));
  EXPECT_TRUE(item("x|neq: foo", R"({"x":"bar"})"));
  EXPECT_FALSE(item("x|neq: foo", R"({"x":"foo"})"));
  EXPECT_TRUE(item("x|exists: true", R"({"x":"foo"})"));
  EXPECT_TRUE(item("x|exists: false", R"({"y":"foo"})"));
  EXPECT_TRUE(item("x|windash|contains: ' -enc'", R"({"x":"p.exe /enc y"})"));
  EXPECT_TRUE(item("x|windash|contains: ' -enc'",
                   "{\"x\":\"p.exe \xE2\x80\x93"
                   "enc y\"}"));
}

TEST(SigmaModifiers, OfEncodings) {
  EXPECT_TRUE(item("x|base64: foobar", R"({"x":"Zm9vYmFy"})"));
  for (const char *coded : {"Zm9vYmFyLi4u", "LmZvb2Jhci4u", "Li5mb29iYXIu"})
    EXPECT_TRUE(item("x|base64offset|contains: foobar", std::string(R"({"x":")") + coded + "\"}")) << coded;
  EXPECT_TRUE(item("x|wide|base64offset|contains: ping", R"({"x":"cABpAG4AZwA="})"));
}

TEST(SigmaModifiers, OfNumbersNetworksDatesAndFields) {
  EXPECT_TRUE(item("x|gte: 3", R"({"x":3})"));
  EXPECT_FALSE(item("x|gt: 3", R"({"x":"3"})"));
  EXPECT_TRUE(item("x|lt: 2.5", R"({"x":2})"));
  EXPECT_TRUE(item("x|cidr: 10.1.0.0/16", R"({"x":"10.1.200.3"})"));
  EXPECT_FALSE(item("x|cidr: 10.1.0.0/16", R"({"x":"10.2.0.1"})"));
  EXPECT_TRUE(item("x|cidr: '2001:db8::/33'", R"({"x":"2001:db8:7fff::1"})"));
  EXPECT_FALSE(item("x|cidr: '2001:db8::/33'", R"({"x":"2001:db8:8000::1"})"));
  EXPECT_TRUE(item("x|cidr: 10.0.0.0/8", R"({"x":"::ffff:10.9.9.9"})"));
  EXPECT_TRUE(item("x|hour: 7", R"({"x":"2024-01-12T07:30:00Z"})"));
  EXPECT_TRUE(item("x|week: 2", R"({"x":"2024-01-12T07:30:00Z"})"));
  EXPECT_TRUE(item("x|week: 53", R"({"x":"2021-01-02T07:30:00Z"})"));
  EXPECT_TRUE(item("x|year: 2024", R"({"x":"2024-01-12T07:30:00Z"})"));
  EXPECT_TRUE(item("x|fieldref: y", R"({"x":"a","y":"A"})"));
  EXPECT_FALSE(item("x|fieldref: y", R"({"x":"a","y":"b"})"));
  EXPECT_TRUE(item("x|fieldref|startswith: y", R"({"x":"abc","y":"ab"})"));
}

TEST(SigmaModifiers, PlaceholdersNeedValues) {
  const std::string detection = "  a:\n    x|expand: '%admins%'\n  condition: a\n";
  EXPECT_TRUE(finds(detection, R"({"x":"root"})", {{"admins", {"root", "adm*"}}}));
  EXPECT_TRUE(finds(detection, R"({"x":"admin7"})", {{"admins", {"root", "adm*"}}}));
  const SigmaSet set = read("title: t\nlogsource: {product: p}\ndetection:\n" + detection);
  ASSERT_THAT(set.problems, SizeIs(1));
  EXPECT_THAT(set.problems.front().reason, HasSubstr("%admins%"));
}

TEST(SigmaConditions, Grammar) {
  const auto is = [](const std::string &condition, const std::string &record) {
    return finds("  a1: {x: 1}\n  a2: {y: 1}\n  _b: {z: 1}\n  k: [needle, 'thread*le']\n  condition: " +
                     condition + "\n",
                 record);
  };
  EXPECT_TRUE(is("a1 and a2", R"({"x":1,"y":1})"));
  EXPECT_FALSE(is("a1 and a2", R"({"x":1})"));
  EXPECT_TRUE(is("not a1 or a2 and _b", R"({"y":1})"));
  EXPECT_TRUE(is("a1 or a2 and _b", R"({"x":1})"));
  EXPECT_FALSE(is("(a1 or a2) and _b", R"({"x":1})"));
  EXPECT_TRUE(is("1 of a*", R"({"y":1})"));
  EXPECT_FALSE(is("all of a*", R"({"y":1})"));
  EXPECT_TRUE(is("NOT any OF a* AND k", R"({"text":"a Needle in hay"})"));
  EXPECT_TRUE(is("k", R"({"deep":[{"er":"threadXXle"}]})"));
  EXPECT_FALSE(is("1 of them", R"({"z":1})"));
}

TEST(SigmaConditions, MistakesAreNamed) {
  const auto problem = [](const std::string &condition) {
    const SigmaSet set =
        read("title: t\nlogsource: {product: p}\ndetection:\n  a: {x: 1}\n  condition: " + condition + "\n");
    return set.problems.empty() ? std::string() : set.problems.front().reason;
  };
  EXPECT_THAT(problem("a | count() > 5"), HasSubstr("correlation"));
  EXPECT_THAT(problem("b"), HasSubstr("no selection"));
  EXPECT_THAT(problem("(a"), HasSubstr("not closed"));
  EXPECT_THAT(problem("a and"), HasSubstr("ends too early"));
  EXPECT_THAT(problem("1 of x*"), HasSubstr("no selection"));
  EXPECT_THAT(problem(std::string(5000, '(')), HasSubstr("too deep"));
}

TEST(SigmaFilters, AreJoinedToTheirRules) {
  const std::string yaml =
      "title: t\nname: base\nlogsource: {product: other}\ndetection:\n  a: {x: 1}\n  condition: a\n---\n"
      "title: f\nfilter:\n  rules: [base]\n  mine: {user: svc}\n  condition: not mine\n";
  auto matcher = SigmaMatcher::make(read(yaml), {});
  ASSERT_TRUE(matcher);
  EXPECT_THAT(rules_found(*matcher, {"", "other", ""}, R"({"x":1,"user":"a"})"), ElementsAre("base"));
  EXPECT_THAT(rules_found(*matcher, {"", "other", ""}, R"({"x":1,"user":"svc"})"), IsEmpty());
}

TEST(SigmaMatching, LettersThatAnExporterEscapedAreFound) {
  EXPECT_TRUE(item("x: StopLogging", R"({"x":"\u0053top\u004cogging"})"));
  EXPECT_TRUE(item("x|contains: 'a & b <longer>'", R"({"x":"a \u0026 b \u003clonger\u003e"})"));
}

// ---- correlations ----

// Events of rules at seconds: "rule" and fields by name.
class Events {
 public:
  Events &add(int second, const std::string &rule,
              std::initializer_list<std::pair<std::string, std::string>> fields = {}) {
    log::Event event;
    event.time = base::Time{second * base::kSecond};
    event.offset = table.events.size();
    event.extra_begin = static_cast<std::uint32_t>(table.extras.size());
    table.extras.push_back({table.pool.intern("rule"), table.pool.intern(rule)});
    for (const auto &[name, value] : fields)
      table.extras.push_back({table.pool.intern("at:" + name), table.pool.intern(value)});
    event.extra_count = static_cast<std::uint32_t>(table.extras.size()) - event.extra_begin;
    table.events.push_back(event);
    return *this;
  }
  log::EventTable table;
};

SigmaSet correlation(const std::string &body) {
  std::string yaml;
  for (const char *name : {"r1", "r2", "r3"})
    yaml += std::string("title: ") + name + "\nname: " + name + "\nid: " + name +
            "\nlogsource: {product: p}\ndetection:\n  a: {x: 1}\n  condition: a\n---\n";
  SigmaSet set = read(yaml + "title: c\nid: c\ncorrelation:\n" + body);
  EXPECT_THAT(set.problems, IsEmpty()) << set.problems.front().reason;
  return set;
}

TEST(SigmaCorrelations, EventsAreCountedInWindowsThatSlide) {
  const SigmaSet set = correlation(
      "  type: event_count\n  rules: [r1]\n  group-by: [u]\n  timespan: 10s\n  condition: {gte: 3}\n");
  Events events;
  // 8, 12, 16: fixed windows of ten seconds would part them.
  events.add(8, "r1", {{"u", "a"}}).add(9, "r1", {{"u", "b"}}).add(12, "r1", {{"u", "a"}});
  events.add(16, "r1", {{"u", "a"}})
      .add(30, "r1", {{"u", "a"}})
      .add(40, "r1", {{"u", "a"}})
      .add(51, "r1", {{"u", "a"}});
  const auto hits = correlate(events.table, set);
  ASSERT_THAT(hits, SizeIs(1));
  EXPECT_EQ(hits[0].time.us, 16 * base::kSecond);
  EXPECT_THAT(hits[0].events, ElementsAre(0u, 2u, 3u));
  EXPECT_EQ(hits[0].group.at("u"), "a");
}

TEST(SigmaCorrelations, AWindowIsClosedAtBothEndsAndFiresOnce) {
  const SigmaSet set =
      correlation("  type: event_count\n  rules: [r1]\n  timespan: 10s\n  condition: {gte: 2}\n");
  Events events;
  events.add(0, "r1").add(10, "r1").add(12, "r1").add(14, "r1").add(100, "r1").add(101, "r1");
  const auto hits = correlate(events.table, set);
  ASSERT_THAT(hits, SizeIs(2));
  EXPECT_THAT(hits[0].events, ElementsAre(0u, 1u, 2u, 3u));
  EXPECT_THAT(hits[1].events, ElementsAre(4u, 5u));
}

TEST(SigmaCorrelations, ValuesThatLeftTheWindowDoNotCount) {
  const SigmaSet set =
      correlation("  type: value_count\n  rules: [r1]\n  timespan: 10s\n  condition: {gte: 3, field: v}\n");
  Events events;
  events.add(0, "r1", {{"v", "a"}}).add(6, "r1", {{"v", "b"}}).add(7, "r1", {{"v", "b"}});
  events.add(11, "r1", {{"v", "c"}});  // a is gone
  EXPECT_THAT(correlate(events.table, set), IsEmpty());
  events.add(12, "r1", {{"v", "d"}});
  EXPECT_THAT(correlate(events.table, set), SizeIs(1));
}

TEST(SigmaCorrelations, SumAverageAndPercentile) {
  Events events;
  for (int i = 1; i <= 10; ++i) events.add(i, "r1", {{"v", std::to_string(i * 10)}});
  const auto fired = [&](const std::string &condition) {
    return correlate(events.table, correlation("  type: value_" + condition)).size();
  };
  EXPECT_EQ(fired("sum\n  rules: [r1]\n  timespan: 1m\n  condition: {gte: 550, field: v}\n"), 1u);
  EXPECT_EQ(fired("sum\n  rules: [r1]\n  timespan: 1m\n  condition: {gt: 550, field: v}\n"), 0u);
  EXPECT_EQ(fired("avg\n  rules: [r1]\n  timespan: 1m\n  condition: {gte: 55, field: v}\n"), 1u);
  EXPECT_EQ(fired("avg\n  rules: [r1]\n  timespan: 2s\n  condition: {gt: 90, field: v}\n"), 0u);
  EXPECT_EQ(
      fired("percentile\n  rules: [r1]\n  timespan: 1m\n  condition: {gte: 90, field: v, percentile: 90}\n"),
      1u);
  EXPECT_EQ(
      fired("percentile\n  rules: [r1]\n  timespan: 1m\n  condition: {gt: 50, field: v, percentile: 50}\n"),
      0u);
}

TEST(SigmaCorrelations, TemporalGroupsAndOrder) {
  const SigmaSet any = correlation("  type: temporal\n  rules: [r1, r2]\n  group-by: [u]\n  timespan: 10s\n");
  const SigmaSet order =
      correlation("  type: temporal_ordered\n  rules: [r1, r2]\n  group-by: [u]\n  timespan: 10s\n");
  Events apart;
  apart.add(1, "r1", {{"u", "a"}}).add(2, "r2", {{"u", "b"}});
  EXPECT_THAT(correlate(apart.table, any), IsEmpty());
  Events reversed;
  reversed.add(1, "r2", {{"u", "a"}}).add(2, "r1", {{"u", "a"}});
  EXPECT_THAT(correlate(reversed.table, any), SizeIs(1));
  EXPECT_THAT(correlate(reversed.table, order), IsEmpty());
  reversed.add(5, "r2", {{"u", "a"}});
  ASSERT_THAT(correlate(reversed.table, order), SizeIs(1));
  EXPECT_THAT(correlate(reversed.table, order)[0].events, ElementsAre(1u, 2u));
  Events late;
  late.add(1, "r1", {{"u", "a"}}).add(12, "r2", {{"u", "a"}});
  EXPECT_THAT(correlate(late.table, order), IsEmpty());
}

TEST(SigmaCorrelations, OneEventIsOneStep) {
  const SigmaSet order = correlation("  type: temporal_ordered\n  rules: [r1, r2]\n  timespan: 10s\n");
  Events events;
  events.add(1, "r1");
  events.table.extras.push_back({events.table.pool.intern("rule"), events.table.pool.intern("r2")});
  events.table.events[0].extra_count = 2;
  EXPECT_THAT(correlate(events.table, order), IsEmpty());
}

TEST(SigmaCorrelations, OfCorrelationsAndMissingFields) {
  const SigmaSet set = correlation(
      "  type: event_count\n  rules: [r1]\n  group-by: [u]\n  timespan: 10s\n  condition: {gte: 2}\n---\n"
      "title: d\nid: d\ncorrelation:\n  type: temporal_ordered\n  rules: [c, r2]\n  group-by: [u]\n  "
      "timespan: 1m\n");
  Events events;
  events.add(1, "r1", {{"u", "a"}}).add(2, "r1", {{"u", "a"}}).add(3, "r1").add(20, "r2", {{"u", "a"}});
  std::map<std::string, std::uint64_t> dropped;
  const auto hits = correlate(events.table, set, &dropped);
  ASSERT_THAT(hits, SizeIs(2));
  EXPECT_EQ(hits[1].rule, "d");
  EXPECT_THAT(hits[1].events, ElementsAre(0u, 1u, 3u));
  EXPECT_EQ(dropped.at("c"), 1u);
}

TEST(SigmaCorrelations, ThatNameNothingDoNotLoad) {
  const SigmaSet set = read(
      "title: c\nid: c\ncorrelation:\n  type: event_count\n  rules: [nobody]\n  timespan: 1m\n  condition: "
      "{gte: 1}\n");
  ASSERT_THAT(set.problems, SizeIs(1));
  EXPECT_THAT(set.problems[0].reason, HasSubstr("did not load"));
}

// A short file must not come to gigabytes: each base64offset makes three values of one.
TEST(SigmaFiles, WhatModifiersMultiplyIsBounded) {
  std::string field = "x";
  for (int i = 0; i < 20; ++i) field += "|base64offset";
  const auto rule = [](const std::string &item) {
    return "title: x\nlogsource: {product: p}\ndetection:\n  a:\n    " + item + "\n  condition: a\n";
  };
  EXPECT_THAT(read(rule(field + ": abc")).problems, SizeIs(1));
  const auto problems_of = [](SigmaSet set) {
    auto matcher = SigmaMatcher::make(std::move(set), {});
    return matcher ? matcher->set().problems.size() : SIZE_MAX;
  };
  EXPECT_EQ(problems_of(read(rule("x|base64offset|base64offset|base64offset|contains: abc"))), 0u);
  EXPECT_EQ(problems_of(read(rule("x|base64offset|base64offset|base64offset|base64offset|base64offset|"
                                  "base64offset|base64offset|base64offset: " +
                                  std::string(3000, 'a')))),
            1u);
}

TEST(SigmaFiles, AliasesAreResolved) {
  const SigmaSet set = read(
      "title: x\nid: x\nlogsource: {product: other}\ndetection:\n  a:\n    x: &v [b, c]\n  d:\n    y: *v\n"
      "  condition: a and d\n");
  ASSERT_THAT(set.rules, SizeIs(1));
  EXPECT_THAT(set.rules[0].selections.at(1).any.at(0).at(0).values, SizeIs(2));
}

TEST(SigmaFiles, HostileOnesAreRefused) {
  EXPECT_THAT(read("a: [" + std::string(100000, '[')).problems, SizeIs(1));
  EXPECT_THAT(read("\x01\x02: {{{").problems, SizeIs(1));
  EXPECT_THAT(read("title: x\nlogsource: 1\ndetection: 2\n").problems, SizeIs(1));
  EXPECT_THAT(
      read("title: x\nlogsource: {product: p}\ndetection:\n  a: {x|nonsense: 1}\n  condition: a\n").problems,
      SizeIs(1));
}

}  // namespace
}  // namespace dislodge::detect
