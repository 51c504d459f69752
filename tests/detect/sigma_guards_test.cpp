// Guards of Sigma rules: what one watcher remembers from record to record changes nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "detect/detect.hpp"
#include "detect/sigma_guards.hpp"
#include "detect/sigma_matcher.hpp"
#include "evidence/deaf_sink.hpp"
#include "log/builder.hpp"

namespace dislodge::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SigmaMatcher compiled(const std::string &yaml) {
  const base::EmbeddedRule file{"rules/detections/test.yml", yaml};
  SigmaSet set = read_sigma({&file, 1});
  EXPECT_THAT(set.problems, IsEmpty()) << set.problems.front().reason;
  return std::move(*SigmaMatcher::make(std::move(set), {}));
}

std::vector<std::string> found(SigmaWatcher &watcher, const std::string &text) {
  log::EventTable table;
  log::EventBuilder builder(table, "example.json", "");
  log::RecordSpan span;
  span.length = text.size();
  const auto record = builder.arena().parse(std::string_view(text));
  EXPECT_TRUE(record);
  builder.begin(span, log::Source::m365_audit);
  builder.set(&log::Event::operation, record->text("Operation"));
  watcher.saw(*record, text, builder);
  builder.commit();
  std::vector<std::string> out;
  for (const std::string_view rule : table.extras_of(table.events.front(), "rule")) out.emplace_back(rule);
  return out;
}

constexpr const char *kRules = R"(
title: a
id: whole
logsource: {product: m365}
detection: {s: {Operation: New-InboxRule}, condition: s}
---
title: a
id: part
logsource: {product: m365}
detection: {s: {agent|contains: hound}, condition: s}
---
title: a
id: absent
logsource: {product: m365}
detection: {s: {ClientIP: null, Operation: Send}, condition: s}
---
title: a
id: only-absent
logsource: {product: m365}
detection: {s: {UserId: null}, condition: s}
---
title: a
id: inner
logsource: {product: m365}
detection: {s: {Workload: Exchange, Kind.Deep: x}, condition: s}
---
title: a
id: anything
logsource: {product: m365}
detection: {s: {Odd|exists: true}, condition: s}
---
title: a
id: none-of
logsource: {product: m365}
detection: {s: {Operation: [Send, Update]}, t: {ClientIP: '192.0.2.*'}, condition: not s and not t}
---
title: a
id: either
logsource: {product: m365}
detection: {s: {A: one}, t: {B|endswith: two}, condition: 1 of them}
---
title: a
id: pairs
logsource: {product: m365}
detection: {s: {Forwarding: 'yes'}, condition: s}
---
title: a
id: keyword
logsource: {product: m365}
detection: {keywords: [needle], condition: keywords}
)";

TEST(SigmaGuards, WhatIsRememberedOfTextsAndShapesChangesNothing) {
  const SigmaMatcher matcher = compiled(kRules);
  const std::vector<std::string> records = {
      R"({"Operation":"New-InboxRule","UserId":"a","ClientIP":"192.0.2.1"})",
      R"({"Operation":"new-inboxrule","UserId":"a","ClientIP":"192.0.2.1"})",
      R"({"Operation":"Send","UserId":"a","ClientIP":"192.0.2.1"})",
      R"({"Operation":"Send","UserId":null,"ClientIP":null})",
      R"({"Operation":"Send","UserId":"a"})",
      R"({"Operation":"Update","UserId":"a","agent":"AzureHound/2"})",
      R"({"Operation":"Update","UserId":"a","agent":"Mozilla"})",
      R"({"AuditData":"{\"Workload\":\"Exchange\",\"Kind\":{\"Deep\":\"X\"}}","UserId":"a"})",
      R"({"AuditData":"{\"Workload\":\"Exchange\",\"Kind\":{\"Other\":\"X\"}}","UserId":"a"})",
      R"({"AuditData":{"Workload":"Exchange","Kind.Deep":"x"},"UserId":"a"})",
      R"({"AuditData":"{\"Workload\":\"Teams\",\"Kind\":[{\"Deep\":\"x\"}]}","UserId":"a","Odd":1})",
      R"({"UserId":"a","A":"one","B":"x"})",
      R"({"UserId":"a","A":"x","B":"and two"})",
      R"({"UserId":"a","Parameters":[{"Name":"Other","Value":"yes"},{"Name":"Forwarding","Value":"yes"}]})",
      R"({"UserId":"a","Name":"Forwarding","Value":"yes"})",
      R"({"UserId":"a","Name":"Nothing","Value":"yes"})",
      R"({"UserId":"a","text":"a needle"})",
      R"({"UserId":"a","text":"a \u006eeedle"})",
      R"({ "UserId" : "a", "Odd" : "" , "text" : "hay" })",
      R"({"UserId":["a","b"],"agent":["x","bloodhound"]})",
  };
  std::vector<std::vector<std::string>> alone;
  for (const std::string &record : records) {
    SigmaWatcher watcher(matcher);
    alone.push_back(found(watcher, record));
  }
  EXPECT_THAT(alone[1], ElementsAre("whole"));
  EXPECT_THAT(alone[3], ElementsAre("absent", "only-absent"));
  EXPECT_THAT(alone[5], ElementsAre("part"));
  EXPECT_THAT(alone[7], ElementsAre("inner", "none-of"));
  EXPECT_THAT(alone[8], ElementsAre("none-of"));
  EXPECT_THAT(alone[12], ElementsAre("none-of", "either"));
  EXPECT_THAT(alone[13], ElementsAre("none-of", "pairs"));
  EXPECT_THAT(alone[14], ElementsAre("none-of", "pairs"));
  EXPECT_THAT(alone[17], ElementsAre("none-of", "keyword"));
  SigmaWatcher watcher(matcher);
  std::uint64_t state = 7;
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    const std::size_t at = (state >> 33) % records.size();
    EXPECT_EQ(found(watcher, records[at]), alone[at]) << records[at];
  }
}

// Nothing is remembered of a text for another's hash, however many there are.
TEST(SigmaGuards, HoldForMoreTextsThanAreRemembered) {
  const SigmaMatcher matcher = compiled(kRules);
  SigmaWatcher watcher(matcher);
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 3000; ++i) {
      const bool it = i % 100 == 0;
      const std::string name = it ? "New-InboxRule" : "Operation" + std::to_string(i);
      const auto rules =
          found(watcher, R"({"UserId":"a","ClientIP":"192.0.2.1","Operation":")" + name + "\"}");
      ASSERT_EQ(rules.size(), it ? 1u : 0u) << name;
    }
}

// The built-in rules, over records of real tenants and over their own examples: what guards leave out would
// not have been found.
TEST(SigmaGuards, LeaveOutNothingThatIsFound) {
  const SigmaMatcher &matcher = *builtin_options().sigma;
  SigmaWatcher guarded(matcher), plain(matcher, SigmaWatcher::Candidates::all);
  std::string examples;
  for (const SigmaRule &rule : matcher.set().rules)
    if (rule.own)
      for (const auto *list : {&rule.own->must, &rule.own->must_not})
        for (const std::string &example : *list) examples += example + "\n";
  std::vector<std::pair<std::string, std::string>> files = {{"examples.jsonl", examples}};
  const std::filesystem::path folder = std::filesystem::path(DISLODGE_SOURCE_DIR) / "tests/log/data";
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace_back(entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(in), {}));
  }
  std::size_t rules = 0;
  for (const auto &[name, text] : files) {
    std::vector<std::string> seen[2];
    for (SigmaWatcher *watcher : {&guarded, &plain}) {
      log::EventTable table;
      evidence::DeafSink sink;
      evidence::ItemView item;
      item.path = name;
      item.bytes = text;
      log::ReadOptions options;
      options.watcher = watcher;
      (void)log::read_log(item, table, sink, options);
      for (const log::Event &event : table.events)
        for (const std::string_view rule : table.extras_of(event, "rule"))
          seen[watcher == &plain ? 1 : 0].push_back(table.source_of(event) + " " + std::string(rule));
    }
    EXPECT_EQ(seen[0], seen[1]) << name;
    rules += seen[0].size();
  }
  EXPECT_GT(rules, 20u);
  EXPECT_LT(guarded.evaluations() * 10, plain.evaluations());
}

}  // namespace
}  // namespace dislodge::detect
