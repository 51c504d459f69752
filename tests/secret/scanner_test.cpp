// Where a secret is said to stand, what it is worth, and which of several names it gets.
#include "secret/scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/offset_map.hpp"
#include "drawn.hpp"
#include "evidence/charset.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

const std::string kToken =
    "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";

const Found *with_value(const std::vector<Found> &found, std::string_view value) {
  const auto one = std::find_if(found.begin(), found.end(), [&](const Found &f) { return f.value == value; });
  return one == found.end() ? nullptr : &*one;
}

TEST(Scanner, SaysLineColumnOffsetAndLength) {
  const auto found = test::scan("first line\nsecond é: " + kToken + "\n");
  ASSERT_EQ(found.size(), 1u);
  const Sighting &s = found[0].sighting;
  EXPECT_EQ(s.line, 2u);
  EXPECT_EQ(s.column, 12u) << "in bytes: é is two";
  EXPECT_EQ(s.offset, 22u);
  EXPECT_EQ(s.length, kToken.size());
  EXPECT_EQ(s.kind, "github-token");
  EXPECT_EQ(s.rule, "github-pat-fine-grained");
  EXPECT_EQ(found[0].value, kToken);
  EXPECT_EQ(s.mask, "gith… (64-127)");
  EXPECT_EQ(s.mask.find(kToken.substr(0, 5)), std::string::npos);
}

TEST(Scanner, LengthOfWideTextIsThatOfItsUnits) {
  for (const bool big : {false, true}) {
    std::string wide = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : "key " + kToken + "\r\n") {
      if (big) wide += '\0';
      wide += c;
      if (!big) wide += '\0';
    }
    const auto utf8 = evidence::to_utf8(wide);
    evidence::TextView view;
    view.item = "a.txt";
    view.text = utf8.view();
    view.map = utf8.map();
    view.source = wide;
    auto scanner = Scanner::make(test::rules(), test::matcher(), {});
    ASSERT_TRUE(scanner);
    test::Collector collector;
    scanner->scan(view, collector);
    ASSERT_EQ(collector.all.size(), 1u);
    EXPECT_EQ(collector.all[0].sighting.offset, 10u);
    EXPECT_EQ(collector.all[0].sighting.length, 2 * kToken.size());
  }
}

TEST(Scanner, JoinsTokensThatMailCut) {
  const std::string lead = "> the token of the deploy bot is still the old one: ";
  const std::string text =
      "Hi,\n\n" + lead + kToken.substr(0, 30) + "\n> " + kToken.substr(30) + "\n\nRegards\n";
  const auto found = test::scan(text, {}, "mail.mbox!/1!/1");
  const Found *token = with_value(found, kToken);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->sighting.line, 3u);
  EXPECT_EQ(token->sighting.offset, 5 + lead.size());
  EXPECT_EQ(token->sighting.length, kToken.size() + 3) << "with the line break and the quote mark within";
  // Source is not wrapped by mail programs.
  EXPECT_EQ(with_value(test::scan(text, {}, "a.py"), kToken), nullptr);
}

TEST(Scanner, MapsOffsetsToTheItem) {
  // The text stands 100 bytes into the source, two lines down.
  std::string source(98, 'x');
  source += "\n\n<b>" + kToken + "</b>";
  const std::string text = "token " + kToken;
  base::OffsetMap map;
  map.add(0, 94);
  map.add(6, 103);
  evidence::TextView view;
  view.item = "mail!/1";
  view.text = text;
  view.map = &map;
  view.source = source;
  const std::vector<evidence::QuotedSpan> quoted = {{0, 200, 1}, {4, 60, 2}};
  view.quoted = &quoted;
  view.within = 7;
  auto scanner = Scanner::make(test::rules(), test::matcher(), {});
  ASSERT_TRUE(scanner);
  test::Collector collector;
  EXPECT_EQ(scanner->scan(view, collector), 1u);
  ASSERT_EQ(collector.all.size(), 1u);
  const Sighting &s = collector.all[0].sighting;
  EXPECT_EQ(s.offset, 103u);
  EXPECT_EQ(s.line, 3u);
  EXPECT_EQ(s.column, 4u);
  EXPECT_EQ(s.quote_depth, 2u);
  EXPECT_EQ(s.record, 7u);

  // The source itself, as a second view of the same item: the same place is not reported twice.
  evidence::TextView raw;
  raw.item = "mail!/1";
  raw.text = source;
  EXPECT_EQ(scanner->scan(raw, collector), 0u);
  EXPECT_EQ(collector.all.size(), 1u);
  raw.item = "mail!/2";
  EXPECT_EQ(scanner->scan(raw, collector), 1u);
}

TEST(Scanner, TextReadFromAnImageCountsLess) {
  auto scanner = Scanner::make(test::rules(), test::matcher(), {});
  ASSERT_TRUE(scanner);
  test::Collector collector;
  evidence::TextView view;
  view.item = "image";
  view.text = kToken;
  view.ocr = true;
  view.space = evidence::Space::text;
  scanner->scan(view, collector);
  ASSERT_EQ(collector.all.size(), 1u);
  EXPECT_LT(collector.all[0].sighting.confidence, 0.9);
  EXPECT_EQ(collector.all[0].sighting.space, evidence::Space::text);
}

TEST(Scanner, RejectedCandidatesAreKeptOnRequestWithTheirReason) {
  const std::string text = "token ghp_RZPmY0xka9dOTkw8psjyxY089HOUwGG7F81c\n";
  // Its checksum does not hold: it is named by a rule that says so, with less confidence.
  for (const Found &one : test::scan(text)) EXPECT_EQ(one.sighting.rule, "github-token-unchecked");
  ScanOptions options;
  options.keep_rejected = true;
  bool seen = false;
  for (const Found &one : test::scan(text, options))
    if (one.sighting.rule == "github-pat-classic") {
      seen = true;
      EXPECT_EQ(one.sighting.rejected, "check github-crc32 fails");
      EXPECT_EQ(one.sighting.mask, "ghp_… (32-63)") << "rejected candidates are masked too";
    }
  EXPECT_TRUE(seen);
}

TEST(Scanner, FindsTheSameWithoutSurroundings) {
  const std::string text = "server: db1.corp.example\nuser: svc-backup\npassword: Fjord7!lantern\ntoken " +
                           kToken + "\nkind: Secret\ndata:\n  password: RmpvcmQ3IWxhbnRlcm4=\n";
  const auto whole = test::scan(text);
  ScanOptions options;
  options.surroundings = false;
  const auto bare = test::scan(text, options);
  ASSERT_EQ(bare.size(), whole.size());
  bool hinted = false;
  for (std::size_t i = 0; i < bare.size(); ++i) {
    EXPECT_EQ(bare[i].value, whole[i].value);
    EXPECT_EQ(bare[i].sighting.rule, whole[i].sighting.rule);
    EXPECT_EQ(bare[i].sighting.offset, whole[i].sighting.offset);
    EXPECT_TRUE(bare[i].sighting.hints.empty());
    EXPECT_TRUE(bare[i].context.empty());
    hinted = hinted || (!whole[i].sighting.hints.empty() && !whole[i].context.empty());
  }
  EXPECT_TRUE(hinted);
}

TEST(Scanner, WhatIsNoSecretByItsNameOrItsQuotesIsNone) {
  for (const char *text :
       {"nonMatchingToken := \"0rilbwaub67ci5u4\"\n",
        "see https://id.corp.example/reset?token=3f9c2a7be1d84c0f9a7b to go on\n",
        "elastic_token = essu_abc123\n",  // begins as a token does and ends before one could
        "{passwordLabel:\"Password:\",rememberMeLabel:\"Remember me:\"}\n",
        "echo 'password = '.$p['config']['daemon_password'];\n",
        "t = \"api_token = \"4a5wK9zrXq82mVb7tLpN\"\"\n",
        "\"/en/3.0/creating-a-strong-password\":\"/en/enterprise-server@3.0/auth\"\n",
        "X-CSRF-Token=Mj2qykJO5rELyHgezQ69nzUX0i3OH67V7+V4eUrLfpuyOuxmiW9rhROG/Whikle1\n"})
    EXPECT_TRUE(test::scan(text).empty()) << text;
  EXPECT_EQ(test::scan("matching_token := \"0rilbwaub67ci5u4\"\n").size(), 1u);
  EXPECT_EQ(test::scan("api_token = \"4a5wK9zrXq82mVb7tLpN\"\n").size(), 1u);
}

TEST(Scanner, WhatASenderCountsItsMailByIsNoSecret) {
  const std::string books =
      "X-SMTPAPI: {\"to\": [\"a@b.example\"],\n \"unique_args\": {\"session_token\": "
      "\"aHR0cHM6Ly9leGFtcGxl\","
      " \"secret_key\": \"Zx81kQ9wLm22abQQ71\"}}\n"
      "X-MC-Metadata: {\"secret_id\": \"Zx81kQ9wLm22abQQ71\"}\n\n";
  EXPECT_TRUE(test::scan(books + "Hello\n").empty());
  // The same below the head, and passwords wherever they stand, count.
  EXPECT_EQ(test::scan(books + "{\"secret_key\": \"Zx81kQ9wLm22abQQ71\"}\n").size(), 1u);
  EXPECT_EQ(test::scan("X-SMTPAPI: {\"sub\": {\"password\": \"Gr4nite!Otter\"}}\n").size(), 1u);
}

TEST(Scanner, LinksThatTheFirstClickSpendsAreNoneInAnyOfTheLanguages) {
  for (const std::string way :
       {"reset", "passwort/zuruecksetzen", "mdp/reinit", "restablecer", "redefinir-senha", "odzyskaj",
        "vosstanovlenie", "vidnovyty", "abmelden", "invite/accept"})
    EXPECT_TRUE(test::scan("https://id.acme.example/" + way + "?token=Zx81kQ9wLm22abQ7\n").empty()) << way;
  EXPECT_EQ(test::scan("https://id.acme.example/report?token=Zx81kQ9wLm22abQ7\n").size(), 1u);
}

TEST(Scanner, OneNameForTheSameBytes) {
  const auto found = test::scan("api_token = \"" + kToken + "\"\npassword: \"" + kToken + "\"\n");
  EXPECT_EQ(found.size(), 2u);
  for (const Found &one : found) EXPECT_EQ(one.sighting.rule, "github-pat-fine-grained");
}

TEST(Scanner, OpensEncodedTextToThreeLevels) {
  std::string text = "line one\nthe token is " + kToken + " today\n";
  const std::string inner = base::to_base64(text);
  const auto found = test::scan("data: " + inner + "\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sighting.item, "item!/~base64@6");
  EXPECT_EQ(found[0].sighting.line, 2u);
  EXPECT_EQ(found[0].sighting.column, 14u);
  EXPECT_EQ(found[0].value, kToken);
  for (int level = 1; level < 3; ++level) text = base::to_base64(text);
  EXPECT_EQ(test::scan(base::to_base64(text)).size(), 1u);
  text = base::to_base64(base::to_base64(text));
  EXPECT_EQ(test::scan(text).size(), 0u) << "four levels";
  ScanOptions closed;
  closed.decode_depth = 0;
  EXPECT_EQ(test::scan("data: " + inner, closed).size(), 0u);
}

// One token, written in every way that stands in mail, logs and configuration.
TEST(Scanner, SeesThroughEscapesAndEncodings) {
  const std::string token = "ghp_" + std::string("3GjdpxFgoLAZMfKu1M0NWsNKMZGDRX0SRnKq");
  const auto each = [&](auto write) {
    std::string out;
    for (const char c : token) out += write(c);
    return out;
  };
  const auto hex = [](char c) { return base::to_hex(std::string_view(&c, 1)); };
  const std::string note = "a note that stands before it\n";
  const std::string lines = base::to_base64(note + note + note + "token=" + token + "\n");
  std::string wrapped;
  for (std::size_t at = 0; at < lines.size(); at += 48) wrapped += lines.substr(at, 48) + "\n";
  const std::vector<std::string> texts = {
      "url?x=token%3D" + token,
      "<a href=\"https://github.com/login?return=x%26access_token%3D" + token + "%26a%3Db\">x</a>",
      "https://user%3A" + token + "%40github.com/x",
      "x=" + each([&](char c) { return "%" + hex(c); }),
      "x=" + each([&](char c) { return "%25" + hex(c); }),
      "x='" + each([&](char c) { return "\\x" + hex(c); }) + "'",
      "{\"a\": \"{\\\"tok\\\": \\\"ghp\\u005f" + token.substr(4) + "\\\"}\"}",
      "blob: " + base::to_hex("token=" + token),
      "H=C3=A4llo token=3D" + token.substr(0, 20) + "=\n" + token.substr(20) + "\n",
      "> H=C3=A4llo token=3D" + token.substr(0, 20) + "=\n> " + token.substr(20) + "\n",
      "data:\n  token: " + base::to_base64(token) + "\n",
      wrapped,
      "> Please use the following token for the deployment: " + token.substr(0, 18) + "\n> " +
          token.substr(18) + "\n> thanks\n",
      "token for the build server of ours: " + token.substr(0, 30) + "\n" + token.substr(30) + "\n",
  };
  for (const std::string &text : texts) {
    const auto found = test::scan(text);
    ASSERT_EQ(found.size(), 1u) << text;
    EXPECT_EQ(found[0].value, token) << text;
    EXPECT_EQ(found[0].sighting.kind, "github-token") << text;
  }
  // Where its escapes stand: from the first byte to the last.
  const auto found = test::scan(texts[3]);
  EXPECT_EQ(found[0].sighting.offset, 2u);
  EXPECT_EQ(found[0].sighting.length, 3 * token.size());
}

TEST(Scanner, WhatStandsBesideAnEscapeIsReportedOnce) {
  const std::string token = "ghp_" + std::string("3GjdpxFgoLAZMfKu1M0NWsNKMZGDRX0SRnKq");
  // Seen in the text itself and in its decoded stretch; the password has no format and stands in both too.
  const auto found = test::scan("curl https://h.example/x?n=J%C3%B6rg3GjdpxFgoLAZMfKu1M0&t=" + token +
                                "\npassword: Kestrel-2024!\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].value, token);
  EXPECT_EQ(found[1].value, "Kestrel-2024!");
}

TEST(Scanner, ANameInAQuoteThatHasItsOwnPasswordIsNotTakenForAnother) {
  const auto found = test::scan(
      "Hi, thanks, the archive password is Mv3!kestrel7\n\n> user svc-a@brisk.example password: "
      "Harbour#19\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(hint(found[0].sighting, HintKind::user), "");
  EXPECT_EQ(hint(found[1].sighting, HintKind::user), "svc-a@brisk.example");
}

TEST(Scanner, ValuesOfKubernetesSecretsAreDecoded) {
  const auto found = test::scan("apiVersion: v1\nkind: Secret\ndata:\n  password: S2VzdHJlbC0yMDI0IQ==\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].value, "Kestrel-2024!");
}

TEST(Scanner, OpensWrappedAndUtf16Base64) {
  const std::string text =
      "some words before it\nthe token is " + kToken + " and some more words after it, to make it longer\n";
  std::string wrapped;
  const std::string encoded = base::to_base64(text);
  for (std::size_t i = 0; i < encoded.size(); i += 76) wrapped += "> " + encoded.substr(i, 76) + "\r\n";
  EXPECT_EQ(test::scan(wrapped).size(), 1u);
  std::string wide;
  for (const char c : text) {
    wide += c;
    wide += '\0';
  }
  const auto found = test::scan("powershell -EncodedCommand " + base::to_base64(wide));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].value, kToken);
}

TEST(Scanner, NamesThatLookLikePlaceholdersAreUsersAllTheSame) {
  for (const char *user : {"anna@brisk.example", "bob@brisk.example", "otto@brisk.example",
                           "test@brisk.example", "sample@brisk.example", "ada@brisk.example"}) {
    const auto found =
        test::scan("Hi,\n\nthe login is " + std::string(user) + " and the password is Quartz_51#x\n");
    ASSERT_EQ(found.size(), 1u) << user;
    EXPECT_EQ(test::hint_of(found[0], HintKind::user), user);
    EXPECT_EQ(test::hint_of(found[0], HintKind::login), user);
  }
  for (const char *user : {"<user>", "your_name@brisk.example", "xxx@brisk.example", "username"}) {
    const auto found = test::scan("the login is " + std::string(user) + " and the password is Quartz_51#x\n");
    ASSERT_EQ(found.size(), 1u) << user;
    EXPECT_EQ(test::hint_of(found[0], HintKind::user), "") << user;
  }
  // Who signs is no account: the sentence would have said so.
  const auto signed_by = test::scan("the password is Quartz_51#x\n\nBob Lang\nbob.lang@brisk.example\n");
  ASSERT_EQ(signed_by.size(), 1u);
  EXPECT_EQ(test::hint_of(signed_by[0], HintKind::user), "");
  EXPECT_EQ(test::hint_of(signed_by[0], HintKind::login), "");
}

TEST(Scanner, ValuesAreDecoded) {
  const auto url = test::scan("postgres://svc_app:Orange%2APeel42@db01.northwind.example:5432/app");
  ASSERT_EQ(url.size(), 1u);
  EXPECT_EQ(url[0].value, "Orange*Peel42");
  EXPECT_EQ(test::hint_of(url[0], HintKind::user), "svc_app");
  EXPECT_EQ(test::hint_of(url[0], HintKind::host), "db01.northwind.example");
  EXPECT_THAT(test::hint_of(url[0], HintKind::url), testing::Not(testing::HasSubstr("Orange")));
  const auto basic = test::scan("Authorization: Basic " + base::to_base64("svc-api:Quartz_51#x"));
  ASSERT_EQ(basic.size(), 1u);
  EXPECT_EQ(basic[0].value, "Quartz_51#x");
  EXPECT_EQ(test::hint_of(basic[0], HintKind::user), "svc-api");
  const auto json = test::scan(R"({"password": "a\u0026b\/Cd9!x"})");
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0].value, "a&b/Cd9!x");
}

TEST(Scanner, AwsKeysCarryTheirAccountAndEachOther) {
  const auto found = test::scan(
      "[default]\naws_access_key_id = AKIAZROHAOUCCWV6JPTQ\naws_secret_access_key = "
      "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\n");
  const Found *id = with_value(found, "AKIAZROHAOUCCWV6JPTQ");
  const Found *key = with_value(found, "Fq3Zt9vRk2Lm8Xw1Yb6Nc4Hd7Js5Pg0TuEaVoBiQ");
  ASSERT_NE(id, nullptr);
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(id->sighting.identifier);
  EXPECT_FALSE(key->sighting.identifier);
  EXPECT_EQ(test::hint_of(*key, HintKind::key_id), "AKIAZROHAOUCCWV6JPTQ");
  EXPECT_EQ(test::hint_of(*key, HintKind::account).size(), 12u);
  EXPECT_EQ(test::hint_of(*key, HintKind::account), test::hint_of(*id, HintKind::account));
}

TEST(Scanner, EntraSecretsCarryTenantApplicationAndPrefix) {
  const Rule *rule = test::rules().find("entra-client-secret");
  ASSERT_NE(rule, nullptr);
  const std::string text =
      "tenant id: 11111111-2222-3333-4444-555566667777\nclient id: aaaaaaaa-bbbb-cccc-dddd-eeeeffff0000\n" +
      rule->positive.front();
  const auto found = test::scan(text);
  const auto one = std::find_if(found.begin(), found.end(),
                                [](const Found &f) { return f.sighting.kind == "entra-client-secret"; });
  ASSERT_NE(one, found.end());
  EXPECT_EQ(test::hint_of(*one, HintKind::tenant), "11111111-2222-3333-4444-555566667777");
  EXPECT_EQ(test::hint_of(*one, HintKind::application), "aaaaaaaa-bbbb-cccc-dddd-eeeeffff0000");
  EXPECT_EQ(test::hint_of(*one, HintKind::prefix), one->value.substr(0, 3));
}

TEST(Scanner, TokensCarryTheirClaims) {
  const std::string claims =
      R"({"iss":"https://sts.northwind.example/","sub":"svc-9","tid":"11111111-2222-3333-4444-555566667777","exp":1767225600})";
  const std::string token =
      base::to_base64(R"({"alg":"RS256","typ":"JWT"})", base::Base64Alphabet::url, false) + "." +
      base::to_base64(claims, base::Base64Alphabet::url, false) + "." +
      base::to_base64(std::string(96, 'k') + "Zq9", base::Base64Alphabet::url, false);
  const auto found = test::scan("Bearer token: " + token + "\n");
  const Found *one = with_value(found, token);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(test::hint_of(*one, HintKind::issuer), "https://sts.northwind.example/");
  EXPECT_EQ(test::hint_of(*one, HintKind::subject), "svc-9");
  EXPECT_EQ(test::hint_of(*one, HintKind::tenant), "11111111-2222-3333-4444-555566667777");
  EXPECT_EQ(test::hint_of(*one, HintKind::expires), "2026-01-01T00:00:00Z");
}

// A link to read on is no place to sign in.
TEST(Scanner, ALinkIsAHintOnlyWhereItIsAPlaceToSignIn) {
  const auto host_in = [](std::string_view text) {
    const auto found = test::scan(text);
    EXPECT_EQ(found.size(), 1u) << text;
    return found.empty() ? std::string("none found") : test::hint_of(found[0], HintKind::host);
  };
  EXPECT_EQ(host_in("How to: https://stackoverflow.com/q/123\n\nDB password: Osprey#62tidal\n"), "");
  EXPECT_EQ(host_in("DB password: Osprey#62tidal\n\nvideo https://www.youtube.com/watch?v=abc\n"), "");
  EXPECT_EQ(
      host_in("see https://stackoverflow.com/q/1 for the syntax. The database password is Harbor!92quilt."),
      "");
  EXPECT_EQ(host_in("meeting https://zoom.us/j/8812234\nThe admin password of the switch is Mosaic$73pearl."),
            "");
  // What readers of documents put last: the targets of all links.
  EXPECT_EQ(host_in("DB password: Osprey#62tidal\nsee\nhttps://www.youtube.com/watch?v=abc\n"), "");
  EXPECT_EQ(host_in("User: ann\nPassword: Osprey#62tidal\nhttps://portal.acme.example/login\n"),
            "portal.acme.example");
  // A command goes on behind its shell's mark.
  EXPECT_EQ(host_in("curl -u svc-metrics:Osprey#62tidal \\\n  https://metrics.acme.example/api\n"),
            "metrics.acme.example");
  EXPECT_EQ(host_in("Password: Osprey#62tidal\nURL: https://portal.acme.example/login\n"),
            "portal.acme.example");
  EXPECT_EQ(host_in("URL: android://hash@com.slack/\nUsername: ida\nPassword: Jn5!copperVale88\n"), "");
  EXPECT_EQ(host_in("URL: https://portal.acme.example/login\nUser: ida\nPassword: Jn5!copperVale88\n"),
            "portal.acme.example");
  EXPECT_EQ(host_in("Log in at https://portal.acme.example with the password Jn5!copperVale88\n"),
            "portal.acme.example");
  EXPECT_EQ(host_in("https://portal.acme.example\nida\nPassword: Jn5!copperVale88\n"), "portal.acme.example");
}

TEST(Scanner, ConnectionStringsNameServerAndUser) {
  const auto found = test::scan(
      "Server=tcp:sql01.northwind.example,1433;Database=crm;User "
      "ID=svc_crm;Password=Gr4nite_wall9;Encrypt=True;");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].value, "Gr4nite_wall9");
  EXPECT_EQ(test::hint_of(found[0], HintKind::user), "svc_crm");
  EXPECT_EQ(test::hint_of(found[0], HintKind::host), "sql01.northwind.example");
}

TEST(Scanner, AHostThatSaysWhatItIsForNeedsNoLabel) {
  const auto found =
      test::scan("your VPN: gateway vpn.customer.example user brisk-ext password Wd4#marsVeno\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(test::hint_of(found[0], HintKind::host), "vpn.customer.example");
  EXPECT_EQ(test::hint_of(found[0], HintKind::user), "brisk-ext");
  const auto file = test::scan("remote.config.json has the password Wd4#marsVeno\n");
  ASSERT_EQ(file.size(), 1u);
  EXPECT_EQ(test::hint_of(file[0], HintKind::host), "");
}

TEST(Scanner, ACommandNamesUserAndHostBeforeTheLinesAround) {
  const auto found = test::scan(
      "admin user: BRISK\\svc-backup\npassword: Osprey#62tidal\n\nRouter: ssh admin@10.0.0.1, pw "
      "Kestrel!70dune\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(test::hint_of(found[0], HintKind::user), "BRISK\\svc-backup");
  EXPECT_EQ(test::hint_of(found[1], HintKind::user), "admin");
  EXPECT_EQ(test::hint_of(found[1], HintKind::host), "10.0.0.1");
}

// More than a host in the neighbourhood: the page that the sentence or a line of its block names.
TEST(Scanner, ThePageWhereOneSignsIn) {
  const auto page_in = [](std::string_view text) {
    const auto found = test::scan(text);
    EXPECT_EQ(found.size(), 1u) << text;
    return found.empty() ? std::string("none found") : test::hint_of(found[0], HintKind::url);
  };
  EXPECT_EQ(
      page_in("User: ann@brisk.example\nPassword: Osprey#62tidal\nURL: https://app.zen.example/login?a=1\n"),
      "https://app.zen.example/login");
  EXPECT_EQ(
      page_in("log in at https://portal.acme.example with ann@brisk.example and password Osprey#62tidal"),
      "https://portal.acme.example");
  EXPECT_EQ(page_in("Docs: https://docs.acme.example/\nUser: ann@brisk.example\nPassword: Osprey#62tidal\n"),
            "");
}

// Lists of passwords that browsers kept: each account ends at its ruler; a heading's underline ends nothing.
TEST(Scanner, RulersPartAccounts) {
  const auto found = test::scan(
      "URL: https://login.microsoftonline.com/\nUsername: kira.ops@castle.example\nPassword: Osprey#62tidal\n"
      "Application: Edge\n===============\nURL: https://www.netflix.com/login\nUsername: kira@mail.example\n"
      "Password: Slate!55otter\nApplication: Chrome\n===============\nURL: android://hash@com.slack/\n"
      "Username: kira.ops@castle.example\nPassword: Wren#4471lane\n");
  ASSERT_EQ(found.size(), 3u);
  const auto of = [&](std::size_t index, HintKind kind) {
    std::vector<std::string> values;
    for (const Hint &hint : found[index].sighting.hints)
      if (hint.kind == kind) values.push_back(hint.value);
    return values;
  };
  EXPECT_EQ(of(0, HintKind::user), std::vector<std::string>{"kira.ops@castle.example"});
  EXPECT_EQ(of(0, HintKind::host), std::vector<std::string>{"login.microsoftonline.com"});
  EXPECT_EQ(of(1, HintKind::user), std::vector<std::string>{"kira@mail.example"});
  EXPECT_EQ(of(1, HintKind::host), std::vector<std::string>{"www.netflix.com"});
  EXPECT_EQ(of(2, HintKind::user), std::vector<std::string>{"kira.ops@castle.example"});
  EXPECT_TRUE(of(2, HintKind::host).empty());
  const auto below =
      test::scan("\nsftp.acme.example\n-----------------\nuser: brisk\npassword: Osprey#62tidal\n");
  ASSERT_EQ(below.size(), 1u);
  EXPECT_EQ(test::hint_of(below[0], HintKind::host), "sftp.acme.example");
}

TEST(Scanner, ANeighboursValueIsNoHint) {
  const auto found = test::scan("user: svc-a password: Orange*Peel42 user: svc-b password: Mango#Tree77\n");
  for (const Found &one : found)
    for (const Hint &hint : one.sighting.hints) {
      EXPECT_EQ(hint.value.find("Orange*Peel42"), std::string::npos);
      EXPECT_EQ(hint.value.find("Mango#Tree77"), std::string::npos);
    }
}

TEST(Scanner, HostileTextIsScannedToTheEnd) {
  std::string nuls(5000, '\0');
  test::scan(nuls + kToken);
  std::string letters(dislodge::test::drawn(std::size_t{3} << 20), 'A');
  test::scan(letters);
  std::string dashes;
  for (int i = 0; i < dislodge::test::drawn(20000); ++i) dashes += "-----BEGIN PRIVATE KEY-----";
  test::scan(dashes);
  std::string bytes;
  for (int i = 0; i < dislodge::test::drawn(200000); ++i) bytes += static_cast<char>(i * 7 + i / 256);
  test::scan(bytes);
  test::scan("");
}

TEST(Mask, ShowsAtMostFourCharactersAndAQuarter) {
  EXPECT_EQ(mask_of("short"), "… (<8)");
  EXPECT_EQ(mask_of(""), "… (<8)");
  EXPECT_EQ(mask_of("Winter24"), "W… (8-15)");
  EXPECT_EQ(mask_of("ghp_abc", "ghp_"), "… (<8)");
  for (std::size_t size = 0; size < 200; ++size) {
    std::string value;
    for (std::size_t i = 0; i < size; ++i) value += static_cast<char>('a' + i % 26);
    const std::string mask = mask_of(value);
    const std::string shown = mask.substr(0, mask.find(" ("));
    const std::size_t letters = static_cast<std::size_t>(
        std::count_if(shown.begin(), shown.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
    EXPECT_LE(letters, 4u);
    EXPECT_LE(letters * 4, size);
  }
  EXPECT_TRUE(base::valid_utf8(mask_of("Käsebrot und noch mehr davonä")));
}

TEST(Sighting, SurvivesTheWire) {
  Sighting s;
  s.kind = "password";
  s.rule = "r";
  s.item = "a.mbox!/1";
  s.line = 3;
  s.offset = 1 << 20;
  s.confidence = 0.75;
  s.latent = true;
  s.closing = Closing::disclaimer;
  s.hints = {{HintKind::user, "svc-x"}, {HintKind::expires, "2026-01-01T00:00:00Z"}};
  base::WireWriter out;
  s.encode(out);
  base::WireReader in(out.bytes());
  const Sighting back = Sighting::decode(in);
  EXPECT_TRUE(in.ok() && in.at_end());
  EXPECT_EQ(back.item, s.item);
  EXPECT_EQ(back.offset, s.offset);
  EXPECT_NEAR(back.confidence, 0.75, 1e-6);
  EXPECT_TRUE(back.latent);
  EXPECT_EQ(back.closing, Closing::disclaimer);
  ASSERT_EQ(back.hints.size(), 2u);
  EXPECT_EQ(hint(back, HintKind::expires), "2026-01-01T00:00:00Z");
  EXPECT_EQ(hint(back, HintKind::host), "");
  for (std::size_t cut = 0; cut < out.bytes().size(); ++cut) {
    base::WireReader broken(std::string_view(out.bytes()).substr(0, cut));
    Sighting::decode(broken);
    EXPECT_FALSE(broken.ok());
  }
}

// One half of a secret that was split over messages (engine/split_secrets.hpp): seen in short messages only,
// and never a secret by itself.
TEST(Scanner, WordsAloneAndAnnouncedAccountsAreTracesNotSecrets) {
  const auto traces = [](std::string_view text, evidence::RecordId within) {
    std::vector<std::string> out;
    for (const Found &one : test::scan_within(text, within))
      out.push_back(one.sighting.kind + (one.sighting.identifier ? "?" : "!"));
    return out;
  };
  EXPECT_EQ(traces("Hi Kim,\n\nTr0ub4dor-x9\n\nRegards\nTom\n", 1), std::vector<std::string>{"word-alone?"});
  EXPECT_EQ(traces("Hi Kim,\n\nTr0ub4dor-x9\n\nRegards\nTom\n", evidence::kNoRecord),
            std::vector<std::string>{});
  EXPECT_EQ(traces("Hi Kim,\n\nsee you on\nMonday\nat 10:30\n2026-03-04\nhttps://acme.example/x1\n", 1),
            std::vector<std::string>{});
  const auto found =
      test::scan_within("Your user name is svc-harbour.\nThe password follows in a separate mail.\n", 1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sighting.kind, "account-announced");
  EXPECT_TRUE(found[0].sighting.identifier);
  const auto user = std::find_if(found[0].sighting.hints.begin(), found[0].sighting.hints.end(),
                                 [](const Hint &hint) { return hint.kind == HintKind::user; });
  ASSERT_NE(user, found[0].sighting.hints.end());
  EXPECT_EQ(user->value, "svc-harbour");
}

}  // namespace
}  // namespace dislodge::secret
