#include "detect/tips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/wire.hpp"

namespace dislodge::detect {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TipFile read(std::string_view text) {
  EXPECT_TRUE(recognises_tips(text));
  auto file = read_tips(text);
  EXPECT_TRUE(file) << (file ? "" : file.error().message);
  return file ? *file : TipFile{};
}

std::vector<std::string> values(const TipFile &file) {
  std::vector<std::string> out;
  for (const Tip &tip : file.tips) out.push_back(std::string(name_of(tip.kind)) + " " + tip.value);
  return out;
}

constexpr std::string_view kStix = R"({"type":"bundle","id":"bundle--1","objects":[
 {"type":"identity","id":"identity--1","name":"CERT Example","identity_class":"organization"},
 {"type":"indicator","spec_version":"2.1","id":"indicator--1","created_by_ref":"identity--1","name":"proxy",
  "pattern_type":"stix","pattern":"[ipv4-addr:value = '198.51.100.7' OR ipv4-addr:value ISSUBSET '203.0.113.0/24']"},
 {"type":"indicator","id":"indicator--2","pattern_type":"stix",
  "pattern":"[domain-name:value IN ('evil.example', 'Worse.example') OR user-account:user_id = 'aaaa-bbbb']"},
 {"type":"indicator","id":"indicator--3","pattern_type":"stix","revoked":true,"pattern":"[ipv4-addr:value = '192.0.2.1']"},
 {"type":"indicator","id":"indicator--4","pattern_type":"yara","pattern":"rule x { condition: true }"},
 {"type":"indicator","id":"indicator--5","pattern_type":"stix","pattern":"[ipv4-addr:value != '192.0.2.9']"},
 {"type":"indicator","id":"indicator--6","pattern_type":"stix","pattern":"[process:name = 'it\\'s']"},
 {"type":"ipv6-addr","id":"ipv6-addr--1","value":"2001:DB8::5"},
 {"type":"url","id":"url--1","value":"https://user@login.evil.example:8443/x"},
 {"type":"file","id":"file--1","hashes":{"SHA-256":"AB"}}]})";

TEST(Tips, StixIndicatorsAndObservables) {
  const TipFile file = read(kStix);
  EXPECT_EQ(file.format, "STIX 2.1");
  EXPECT_EQ(file.from, "CERT Example");
  EXPECT_THAT(values(file), ElementsAre("address 198.51.100.7", "address 203.0.113.0/24",
                                        "domain evil.example", "domain worse.example", "account aaaa-bbbb",
                                        "address 2001:db8::5", "domain login.evil.example", "file hash ab"));
  EXPECT_THAT(file.left_out, Contains(HasSubstr("1 revoked")));
  EXPECT_THAT(file.left_out, Contains(HasSubstr("1 indicators in yara")));
  // Not equal says nothing to look for; a process is nothing that evidence here has.
  EXPECT_THAT(file.left_out, Contains(HasSubstr("2 patterns")));
}

TEST(Tips, WhatHoldsOnlyTogetherIsNotTakenApart) {
  const auto pattern = [](std::string_view text) {
    return read(
        R"({"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","pattern_type":"stix","pattern":")" +
        std::string(text) + R"("}]})");
  };
  const TipFile both = pattern(
      "[user-account:account_login = 'dora@brisk.example' AND network-traffic:src_ref.value = "
      "'198.51.100.77']");
  ASSERT_THAT(both.tips, SizeIs(2));
  EXPECT_NE(both.tips[0].group, 0u);
  EXPECT_EQ(both.tips[0].group, both.tips[1].group);
  // So they leave the sandbox and lie in the case.
  const auto kept = decode_tips(encode_tips(both));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->tips[1].group, both.tips[1].group);
  EXPECT_EQ(kept->tips[1].line, 0u);
  for (const char *text : {"[x-foo:bar = 'x'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.12']",
                           "[ipv4-addr:value = '203.0.113.12'] REPEATS 5 TIMES",
                           "[ipv4-addr:value = '203.0.113.12' AND process:name = 'x']",
                           "[ipv4-addr:value = '203.0.113.12'] AND [ipv4-addr:value = '203.0.113.13']",
                           "[ipv4-addr:value = '203.0.113.12' AND (user-account:user_id = 'a' OR "
                           "user-account:user_id = 'b')]"}) {
    const TipFile file = pattern(text);
    EXPECT_THAT(file.tips, IsEmpty()) << text;
    EXPECT_THAT(file.left_out, SizeIs(1)) << text;
  }
  EXPECT_THAT(pattern("[user-account:user_id = 'AND OR FOLLOWEDBY']").tips, SizeIs(1));
}

// As cases kept tips before there were groups: no version before, and the group in the place of the line.
TEST(Tips, WhatOlderCasesKeptIsRead) {
  base::WireWriter out;
  out.text("STIX 2.1");
  out.text("CERT");
  out.texts({"1 revoked"});
  out.list(std::vector<std::pair<TipKind, std::uint64_t>>{{TipKind::account, 4}, {TipKind::place, 9}},
           [&](const auto &one) {
             out.number(static_cast<std::uint64_t>(one.first));
             out.text("dora");
             out.text("");
             out.time(base::kTimeMin);
             out.flag(false);
             out.flag(true);
             out.number(one.second);
           });
  const auto file = decode_tips(out.take());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->format, "STIX 2.1");
  ASSERT_THAT(file->tips, SizeIs(2));
  EXPECT_EQ(file->tips[0].group, 4u);
  EXPECT_EQ(file->tips[0].line, 0u);
  EXPECT_EQ(file->tips[1].line, 9u);
}

TEST(Tips, IndicatorsAreWrittenSoThatNobodyFollowsThem) {
  const TipFile file = read(R"({"Event":{"threat_level_id":"1","info":"x","Attribute":[
    {"type":"ip-src","value":"198.51.100[.]7"},{"type":"domain","value":"Evil[dot]example."},
    {"type":"email-src","value":"drop[@]evil[.]example"},{"type":"ip-dst","value":"2001:DB8:0:0::5"}]}})");
  EXPECT_THAT(values(file), ElementsAre("address 198.51.100.7", "domain evil.example",
                                        "email address drop@evil.example", "address 2001:db8::5"));
}

TEST(Tips, MispEventsAndObjects) {
  const TipFile file = read(R"({"Event":{"threat_level_id":"1","info":"x","Orgc":{"name":"ISAC"},
    "Attribute":[{"type":"ip-dst|port","value":"198.51.100.7|443"},{"type":"domain|ip","value":"evil.example|192.0.2.4"},
     {"type":"email-src","value":"A@Evil.example"},{"type":"yara","value":"rule"},{"type":"ip-src","value":"192.0.2.5","deleted":true}],
    "Object":[{"name":"x","Attribute":[{"type":"text","object_relation":"username","value":"svc-mail"},
     {"type":"filename|sha256","value":"a.exe|CD"}]}]}})");
  EXPECT_EQ(file.from, "ISAC");
  EXPECT_THAT(values(file), ElementsAre("address 198.51.100.7", "domain evil.example", "address 192.0.2.4",
                                        "email address a@evil.example", "account svc-mail", "file hash cd"));
  EXPECT_THAT(file.left_out, ElementsAre("1 attributes of type yara"));
}

TEST(Tips, ManifestsAsLinesAndAsTables) {
  const TipFile lines =
      read(R"({"schema":1,"kind":"dislodge-manifest","from":"supplier.example","to":"us.example"}
{"schema":1,"message_id":"<a@supplier.example>","sent":"2025-10-01T08:00:00Z","subject":"keys","grade":"confirmed","secrets":["password"]}
{"schema":1,"message_id":"b@supplier.example","sent":"2025-10-02T08:00:00Z","grade":"possible","secrets":[]}
)");
  EXPECT_EQ(lines.from, "supplier.example");
  ASSERT_THAT(lines.tips, SizeIs(2));
  EXPECT_EQ(lines.tips[0].value, "a@supplier.example");
  EXPECT_TRUE(lines.tips[0].confirmed);
  EXPECT_TRUE(lines.tips[0].with_secret);
  EXPECT_FALSE(lines.tips[1].with_secret);
  // As an export of a portal writes it.
  const TipFile table = read(
      "\xEF\xBB\xBFInternetMessageId;Subject;SentDateTime;Contains secrets\r\n\"<a@supplier.example>\";\"a; "
      "b\";2025-10-01T08:00:00Z;Yes\r\n<c@supplier.example>;x;2025-10-03;no\r\n;none;;\r\n");
  ASSERT_THAT(table.tips, SizeIs(2));
  EXPECT_EQ(table.tips[0].label, "a; b");
  EXPECT_TRUE(table.tips[0].with_secret);
  EXPECT_FALSE(table.tips[1].with_secret);
  EXPECT_THAT(table.left_out, ElementsAre("1 messages without an id"));
}

// What a supplier's program writes is seldom ours: an array, an object around it, an object a line.
TEST(Tips, ManifestsAsASuppliersProgramWritesThem) {
  const std::string rows[] = {
      R"({"internetMessageId":"<a@supplier.example>","subject":"keys","receivedDateTime":"2025-10-01T08:00:00Z","containsSecret":true})",
      R"({"internetMessageId":"<b@supplier.example>","subject":"lunch","receivedDateTime":"2025-10-02T08:00:00Z","containsSecret":false})"};
  for (const std::string &text :
       {"[" + rows[0] + ",\n" + rows[1] + "]", rows[0] + "\n" + rows[1] + "\n",
        R"({"supplier":"Supplier Ltd","incident":"INC-7","messages":[)" + rows[0] + "," + rows[1] + "]}"}) {
    EXPECT_TRUE(recognises_table_of_messages(text))
        << text;  // perhaps: it is taken where it is named by itself
    const TipFile file = read(text);
    EXPECT_EQ(file.format, "manifest");
    ASSERT_THAT(file.tips, SizeIs(2)) << text;
    EXPECT_EQ(file.tips[0].value, "a@supplier.example");
    EXPECT_EQ(file.tips[0].label, "keys");
    EXPECT_TRUE(file.tips[0].with_secret);
    EXPECT_FALSE(file.tips[1].with_secret);
    EXPECT_EQ(file.from, text.starts_with("{\"supplier") ? "Supplier Ltd" : "");
  }
  // The messages themselves and logs of them are no manifests.
  for (
      const std::string_view other :
      {R"({"value":[{"internetMessageId":"<a@b>","subject":"x","receivedDateTime":"2025-10-01T08:00:00Z","body":{"content":"y"}}]})",
       R"([{"MessageId":"<a@b>","Subject":"x","Received":"2025-10-01T08:00:00Z","Status":"Delivered","MessageTraceId":"1"}])"})
    EXPECT_FALSE(recognises_tips(other)) << other;
}

// One byte order mark is a portal's; behind a second, no reader would find the header that was recognised.
TEST(Tips, WhatIsNotRecognisedIsNotRead) {
  constexpr std::string_view twice = "\xEF\xBB\xBF\xEF\xBB\xBFmessage-id;Subject\n<a@b.example>;x\n";
  EXPECT_FALSE(recognises_tips(twice));
  EXPECT_FALSE(read_tips(twice));
}

TEST(Tips, WhatIsNoTipIsLeftToOthers) {
  for (const std::string_view other :
       {"", "{}", "[]", "a,b\n1,2\n", R"({"value":[{"id":"1","createdDateTime":"2025-01-01T00:00:00Z"}]})",
        "Received,SenderAddress,RecipientAddress,Subject,Status,MessageId,Size\n2025-01-01,a@x,b@y,s,"
        "Delivered,<1@x>,5\n",
        "CreationDate,UserIds,Operations,AuditData\n"}) {
    EXPECT_FALSE(recognises_tips(other)) << other;
    EXPECT_FALSE(read_tips(other));
  }
  EXPECT_THAT(read_tips("{\"type\":\"bundle\",\"id\":\"bundle--1\"").error().message,
              HasSubstr("no whole JSON"));
}

struct World {
  log::EventTable events;
  identity::Facts facts;
  std::vector<identity::SecretFact> secrets;
  std::vector<HeldMessage> messages;
  std::vector<HeldFile> files;
  TipAgainst against() const { return {events, facts, secrets, messages, files, nullptr}; }

  void event(std::string_view address, std::string_view actor, std::string_view time) {
    log::Event one;
    one.time = *base::parse_time(time);
    one.file = events.file_index("signins.json");
    one.line = events.events.size() + 1;
    one.address = events.pool.intern(address);
    one.actor_id = events.pool.intern(actor);
    one.tenant = events.pool.intern("t1");
    events.events.push_back(one);
  }
  void extra(std::string_view key, std::string_view value) {
    log::Event &last = events.events.back();
    last.extra_begin = static_cast<std::uint32_t>(events.extras.size());
    last.extra_count = 1;
    events.extras.push_back({events.pool.intern(key), events.pool.intern(value)});
  }
};

// What a rule sets, who is invited, to whom mail is forwarded: a log names the intruder's mailbox in many
// places.
TEST(MatchTips, AddressesAndDomainsAreFoundWhereverAnEventNamesThem) {
  World world;
  world.event("192.0.2.1", "u1", "2025-10-01T08:00:00Z");
  world.extra("new:ForwardTo", R"(["Drop Box" [SMTP:Drop@mail.evil.example]])");
  world.event("192.0.2.1", "u1", "2025-10-02T08:00:00Z");
  world.events.events.back().target_name =
      world.events.pool.intern("other_evil.example#EXT#@us.onmicrosoft.com");
  world.event("192.0.2.1", "u1", "2025-10-03T08:00:00Z");
  world.extra("note", "not-evil.example and evil.example.org are others");
  world.event("192.0.2.1", "u1", "2025-10-04T08:00:00Z");
  world.extra("grantee", "AAAA-bbbb");
  const TipFile file = read(R"({"Event":{"threat_level_id":"1","info":"x","Attribute":[
    {"type":"domain","value":"evil.example"},{"type":"email-dst","value":"drop@mail.evil.example"},
    {"type":"target-user","value":"aaaa-BBBB"}]}})");
  const TipMatch match = match_tips(file, {"tips.json", "", "", ""}, world.against());
  std::vector<std::string> says;
  for (const Detection &one : match.detections) says.push_back(one.says);
  EXPECT_THAT(says, UnorderedElementsAre(HasSubstr("domain evil.example: 2 events"),
                                         HasSubstr("email address drop@mail.evil.example: 1 event"),
                                         HasSubstr("account aaaa-bbbb: 1 event")));
  EXPECT_THAT(match.unmatched_kinds, Contains(HasSubstr("not with links in the text of mail")));
}

TEST(MatchTips, NetworksOfBothKindsHoldWhatIsInThem) {
  World world;
  for (const char *address : {"203.0.113.128", "203.0.113.127", "2001:db8:1::1", "2001:db8:2::1", "10.0.0.1"})
    world.event(address, "u1", "2025-10-01T08:00:00Z");
  const TipFile file = read(R"({"type":"bundle","id":"bundle--1","objects":[
    {"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value ISSUBSET '203.0.113.130/25']"},
    {"type":"indicator","pattern_type":"stix","pattern":"[ipv6-addr:value ISSUBSET '2001:db8:1::/48']"}]})");
  const TipMatch match = match_tips(file, {"tips.json", "", "", ""}, world.against());
  std::vector<std::string> addresses;
  for (const Detection &one : match.detections)
    addresses.insert(addresses.end(), one.addresses.begin(), one.addresses.end());
  EXPECT_THAT(addresses, UnorderedElementsAre("203.0.113.128", "2001:db8:1::1"));
  const TipFinder finder({&file});
  EXPECT_TRUE(finder.names("2001:db8:1:ffff::"));
  EXPECT_FALSE(finder.names("203.0.113.1"));
  EXPECT_FALSE(finder.names(""));
}

TEST(MatchTips, ASignatureThatDoesNotFitIsSaidWithEveryWordThatRestsOnIt) {
  World world;
  world.event("198.51.100.7", "u1", "2025-10-01T08:00:00Z");
  TipSource source{"m.jsonl", "supplier.example", "A. Person", "by telephone"};
  source.signature = TipSignature::broken;
  const TipFile file = read(
      "{\"kind\":\"dislodge-manifest\",\"from\":\"supplier.example\"}\n"
      "{\"message_id\":\"z@supplier.example\"}\n");
  const TipMatch match = match_tips(file, source, world.against());
  ASSERT_THAT(match.detections, SizeIs(1));
  EXPECT_THAT(match.detections[0].says, HasSubstr("(its signature does not fit)"));
  EXPECT_THAT(match.detections[0].because, HasSubstr("confirmed by A. Person"));
  EXPECT_THAT(match.detections[0].because, HasSubstr("SIGNATURE DOES NOT FIT"));
  EXPECT_LT(match.detections[0].confidence, 0.5);
}

TEST(MatchTips, EventsBecomeDetectionsThatNameTheirSource) {
  World world;
  world.event("198.51.100.7", "u1", "2025-10-01T08:00:00Z");
  world.event("203.0.113.250", "u2", "2025-10-02T08:00:00Z");
  world.event("203.0.114.1", "aaaa-bbbb", "2025-10-03T08:00:00Z");
  world.event("2001:db8::5", "u4", "2025-10-04T08:00:00Z");
  world.messages.push_back(
      {"m1", "mail.mbox!/1", "r", *base::parse_time("2025-09-01"), {"x@sub.evil.example"}});
  world.files.push_back({"mail.mbox", "ab"});
  const TipFile file = read(kStix);
  const TipMatch match = match_tips(file, {"tips.json", "CERT Example", "", ""}, world.against());
  std::vector<std::string> says;
  for (const Detection &one : match.detections) {
    says.push_back(one.says);
    EXPECT_EQ(one.kind, "tip-matched");
    EXPECT_EQ(one.grade, Grade::possible);
    EXPECT_FALSE(one.intruder);  // a tip never attributes by itself
    EXPECT_THAT(one.says, HasSubstr("CERT Example (not confirmed out of band)"));
    EXPECT_THAT(one.because, HasSubstr("tips.json"));
  }
  EXPECT_THAT(says, Contains(HasSubstr("address 198.51.100.7: proxy: 1 event here")));
  EXPECT_THAT(says, Contains(HasSubstr("address 203.0.113.0/24: proxy: 1 event here")));
  EXPECT_THAT(says, Contains(HasSubstr("account aaaa-bbbb: 1 event here")));
  EXPECT_THAT(says, Contains(HasSubstr("domain evil.example: 1 message here")));
  EXPECT_THAT(says, Contains(HasSubstr("the file mail.mbox")));
  EXPECT_THAT(says, Contains(HasSubstr("address 2001:db8::5: 1 event here")));
  EXPECT_EQ(match.matched, 6u);
  const TipMatch again =
      match_tips(file, {"tips.json", "CERT Example", "A. Person", "by telephone"}, world.against());
  EXPECT_THAT(again.detections.front().because, HasSubstr("confirmed by A. Person, by telephone"));
}

TEST(MatchTips, AnEventMustShowAllThatAPatternJoins) {
  World world;
  world.event("198.51.100.77", "u1", "2025-10-01T08:00:00Z");
  world.event("192.0.2.1", "u2", "2025-10-02T08:00:00Z");
  const auto matched = [&](std::string_view account) {
    const TipFile file = read(R"({"type":"bundle","id":"bundle--1","objects":[
      {"type":"indicator","pattern_type":"stix","pattern":"[user-account:user_id = ')" +
                              std::string(account) + R"(' AND ipv4-addr:value = '198.51.100.77']"}]})");
    return match_tips(file, {"tips.json", "", "", ""}, world.against()).detections.size();
  };
  EXPECT_EQ(matched("u1"), 1u);
  EXPECT_EQ(matched("u2"), 0u);  // never was at that address
}

TEST(MatchTips, SeveralPatternsOfOneThingCountItsEventsOnce) {
  World world;
  world.event("198.51.100.77", "u1", "2025-10-01T08:00:00Z");
  const TipFile file = read(R"({"type":"bundle","id":"bundle--1","objects":[
    {"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value = '198.51.100.77']"},
    {"type":"indicator","pattern_type":"stix","pattern":"[network-traffic:src_ref.value = '198.51.100.77']"}]})");
  const TipMatch match = match_tips(file, {"tips.json", "", "", ""}, world.against());
  ASSERT_THAT(match.detections, SizeIs(1));
  EXPECT_THAT(match.detections[0].says, HasSubstr("1 event here"));
}

TEST(MatchTips, AManifestIsReconciledAndExposesWhatWeHold) {
  World world;
  const auto message = [&](std::string id, std::string_view sent, std::vector<std::string> people) {
    world.messages.push_back(
        {id, "archive.mbox!/" + id, "resource:exchange/t/me", *base::parse_time(sent), std::move(people)});
  };
  message("a@supplier.example", "2025-10-01T08:00:00Z", {"x@supplier.example", "me@us.example"});
  message("b@us.example", "2025-10-02T08:00:00Z", {"me@us.example", "x@supplier.example"});
  message("c@us.example", "2025-10-02T09:00:00Z", {"me@us.example", "x@supplier.example"});  // not listed
  message("d@us.example", "2026-10-02T09:00:00Z", {"me@us.example", "x@supplier.example"});  // after the span
  identity::SecretFact secret;
  secret.id = "secret:1";
  secret.places.push_back(
      {"archive.mbox!/b@us.example", 1, "resource:exchange/t/me", "b@us.example", {}, {}, {}, 0});
  world.secrets.push_back(secret);
  const TipFile file = read(R"({"schema":1,"kind":"dislodge-manifest","from":"supplier.example"}
{"message_id":"a@supplier.example","sent":"2025-10-01T08:00:00Z","grade":"confirmed"}
{"message_id":"b@us.example","sent":"2025-10-02T08:00:00Z"}
{"message_id":"z@supplier.example","sent":"2025-10-05T08:00:00Z","secrets":["password"]}
)");
  const TipMatch match = match_tips(file, {"m.jsonl", "supplier.example", "A. Person", ""}, world.against());
  EXPECT_EQ(match.listed, 3u);
  EXPECT_EQ(match.held, 2u);
  EXPECT_EQ(match.extra, 1u);
  EXPECT_THAT(match.missing, ElementsAre("z@supplier.example"));
  EXPECT_THAT(match.with_secrets, ElementsAre("b@us.example"));
  ASSERT_THAT(match.exposures, SizeIs(2));
  EXPECT_EQ(match.exposures[0].message_id, "a@supplier.example");
  EXPECT_EQ(match.exposures[0].resource, "resource:exchange/t/me");
  EXPECT_EQ(match.exposures[0].interval.from, *base::parse_time("2025-10-01T08:00:00Z"));
  EXPECT_FALSE(match.exposures[0].confirmed);  // their word
  ASSERT_THAT(match.detections, SizeIs(1));
  EXPECT_EQ(match.detections[0].kind, "notice-of-stolen-mail");
  EXPECT_THAT(match.detections[0].says, HasSubstr("3 messages"));
}

TEST(MatchTips, PlacesOfAnotherScanner) {
  World world;
  identity::SecretFact secret;
  secret.id = "secret:1";
  secret.places.push_back({"repo.bundle!/abc", 3, "", "", {}, {}, {}, 0});
  secret.places.push_back({"tree/conf/app.env", 3, "", "", {}, {}, {}, 0});
  world.secrets.push_back(secret);
  const TipFile file = read(
      R"({"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"tool":{"driver":{"name":"gitleaks"}},"results":[
      {"ruleId":"a","message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"conf/app.env"},"region":{"startLine":3}}}]},
      {"ruleId":"b","message":{"text":"y"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"other/app.env"},"region":{"startLine":9}}}]}]}]})");
  EXPECT_EQ(file.from, "gitleaks");
  const TipMatch match = match_tips(file, {"r.sarif", "gitleaks", "", ""}, world.against());
  EXPECT_EQ(match.places_known, 1u);
  EXPECT_THAT(match.places_new, ElementsAre("other/app.env:line 9 (b)"));
  EXPECT_THAT(match.detections, SizeIs(1));
}

TEST(MatchTips, APlaceIsKnownByItsLineAndInARepositoryByItsPath) {
  World world;
  identity::SecretFact secret;
  secret.id = "secret:1";
  secret.places.push_back({"tree/conf/app.env", 3, "", "", {}, {}, {}, 0});
  secret.places.push_back({"shop.git!/0123abcd", 40, "", "", {}, {}, {}, 0});
  world.secrets.push_back(secret);
  const std::unordered_map<std::string, std::string> paths = {{"shop.git!/0123abcd", "src/pay/keys.go"}};
  const auto result = [](std::string_view path, int line) {
    return R"({"ruleId":"a","message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":")" +
           std::string(path) + R"("},"region":{"startLine":)" + std::to_string(line) + "}}}]}";
  };
  const TipFile file = read(
      R"({"version":"2.1.0","$schema":"sarif","runs":[{"tool":{"driver":{"name":"gitleaks"}},"results":[)" +
      result("conf/app.env", 4) + "," + result("conf/app.env", 90) + "," + result("src/pay/keys.go", 7) +
      "]}]}");
  TipAgainst against = world.against();
  against.paths = &paths;
  const TipMatch match = match_tips(file, {"r.sarif", "gitleaks", "", ""}, against);
  EXPECT_EQ(match.places_known, 2u);
  EXPECT_THAT(match.places_new, ElementsAre("conf/app.env:line 90 (a)"));
}

}  // namespace
}  // namespace dislodge::detect
