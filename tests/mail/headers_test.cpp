#include "mail/headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/addresses.hpp"

namespace dislodge::mail {
namespace {

const base::Limits kLimits;

TEST(Headers, block_ends_at_the_blank_line) {
  const std::string mail = "A: 1\r\nB: 2\r\n  folded\r\n\r\nbody";
  const auto block = read_headers(mail, 0, kLimits);
  ASSERT_EQ(block.fields.size(), 2u);
  EXPECT_EQ(unfold(block.find("b")), "2  folded");
  EXPECT_EQ(mail.substr(block.body), "body");
}

TEST(Headers, broken_blocks) {
  EXPECT_EQ(read_headers(" folded first\nSubject: x\n\nb", 0, kLimits).find("subject"), " x\n");
  EXPECT_EQ(read_headers("From x Mon\n>From y\nSubject: x\n\nb", 0, kLimits).find("subject"), " x\n");
  EXPECT_EQ(read_headers("A: 1\njunk line\nSubject: x\n\nb", 0, kLimits).find("subject"), " x\n");
  const std::string missing = "Subject: x\nno header here\nmore\n";
  EXPECT_EQ(missing.substr(read_headers(missing, 0, kLimits).body), "no header here\nmore\n");
  EXPECT_EQ(read_headers("Subject : x\n\n", 0, kLimits).find("subject"), " x\n");
  EXPECT_EQ(read_headers("A: 1\n--boundary\n", 0, kLimits).body, 5u);
  EXPECT_EQ(read_headers("", 0, kLimits).fields.size(), 0u);
}

TEST(Headers, encoded_words) {
  EXPECT_EQ(header_text("=?UTF-8?B?w6Q=?= =?UTF-8?B?w7Y=?="), "äö");
  EXPECT_EQ(header_text("=?utf-8?q?a_b?= c =?utf-8?q?d?="), "a b c d");
  EXPECT_EQ(header_text("=?utf-8?B?w6?= =?utf-8?B?pA?="), header_text("=?utf-8?B?w6?= =?utf-8?B?pA?="));
  EXPECT_EQ(header_text("=?utf-8?Q?=C3?=\n =?utf-8?Q?=A4?="), "ä") << "a character cut between words";
  EXPECT_EQ(header_text("=?iso-8859-1*en?Q?gr=FC=DFe?="), "grüße");
  EXPECT_EQ(header_text("=?utf-8?Q?with blanks in it?="), "with blanks in it");
  EXPECT_EQ(header_text("=?koi8-r?B?8NLJ18XU?="), "Привет");
  EXPECT_EQ(header_text("=?iso-8859-1?Q?Fr\xC3\xB6sche?="), "Frösche") << "raw UTF-8 in a word";
  EXPECT_EQ(header_text("=?broken"), "=?broken");
  EXPECT_EQ(header_text("raw \xFC"), "raw ü");
}

TEST(Headers, parameters) {
  const auto type = parse_parameters(
      " Text/Plain ; Charset=\"UTF-8\"; name*0*=utf-8'en'%C3%A4; name*1=\"b c\"; name*2*=%20d", kLimits);
  EXPECT_EQ(type.value, "text/plain");
  EXPECT_EQ(type.get("charset"), "UTF-8");
  EXPECT_EQ(type.get("name"), "äb c d");
  EXPECT_EQ(parse_parameters("attachment; filename=my file.pdf; size=3", kLimits).get("filename"),
            "my file.pdf");
  EXPECT_EQ(parse_parameters("attachment; filename=\"=?utf-8?B?w6Q=?=.pdf\"", kLimits).get("filename"),
            "ä.pdf");
  EXPECT_EQ(parse_parameters("attachment; filename=\"a\\\"b\"; filename*=utf-8''%e2%82%ac", kLimits)
                .get("filename"),
            "€");
  EXPECT_EQ(parse_parameters("text/html charset=utf-8", kLimits).get("charset"), "utf-8");
  EXPECT_EQ(parse_parameters("text/plain; charset=us-ascii (Plain text)", kLimits).get("charset"),
            "us-ascii");
  EXPECT_EQ(parse_parameters("x", kLimits).value, "x");
  EXPECT_EQ(parse_parameters(";;=;a;=b;c=", kLimits).get("c"), "");
}

TEST(Headers, many_pieces_are_bounded) {
  std::string value = "a/b";
  for (int i = 0; i < 200'000; ++i) value += ";n*" + std::to_string(i) + "=x";
  EXPECT_LE(parse_parameters(value, kLimits).get("n").size(), kLimits.parameter_pieces_max);
}

std::vector<evidence::Person> people(std::string_view text) {
  std::vector<evidence::Person> out;
  parse_addresses(text, evidence::PersonRole::to, 1000, out);
  return out;
}

TEST(Addresses, forms_in_the_wild) {
  EXPECT_EQ(people("a@x.org (Ann (A.) Example)")[0].name, "Ann (A.) Example");
  EXPECT_EQ(people("a@x.org (Ann\tExample)")[0].name, "Ann Example");
  EXPECT_EQ(people("\"Example, Ann\" <A@X.org>")[0].name, "Example, Ann");
  EXPECT_EQ(people("\"Example, Ann\" <A@X.org>")[0].address, "a@x.org");
  EXPECT_EQ(people("'Ann' <'a@x.org'>")[0].address, "a@x.org");
  EXPECT_EQ(people("Ann a@x.org")[0].address, "a@x.org");
  EXPECT_EQ(people("<mailto:a@x.org>")[0].address, "a@x.org");
  EXPECT_EQ(people("<@relay.org:a@x.org>")[0].address, "a@x.org");
  EXPECT_EQ(people("Ann <a@x.org, Bob <b@x.org>").back().address, "b@x.org");
  EXPECT_EQ(people("\"/O=EXCH/OU=X/CN=ANN\" </o=exch/ou=x/cn=ann>")[0].address, "/o=exch/ou=x/cn=ann");
  EXPECT_TRUE(people("undisclosed-recipients:;").empty());
  EXPECT_EQ(people("team: a@x.org, b@x.org; c@x.org").size(), 3u);
  EXPECT_EQ(people("=?utf-8?Q?J=C3=BCrgen?= <j@x.org>")[0].name, "Jürgen");
}

TEST(Addresses, are_bounded) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a@x.org,";
  EXPECT_EQ(people(many).size(), 1000u);
  EXPECT_LE(people(std::string(2'000'000, '<')).size(), 1u);
  EXPECT_LE(people(std::string(2'000'000, '(')).size(), 1u);
}

// Words are remembered: what follows them decides still where they end.
TEST(Headers, the_same_words_with_other_followers) {
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(header_text("=?utf-8?Q?a?= <x>"), "a <x>");
    EXPECT_EQ(header_text("=?utf-8?Q?a?=41b?="), "a?Ab");
    EXPECT_EQ(header_text("=?utf-8?Q?a?= =?utf-8?Q?b?="), "ab");
    EXPECT_EQ(header_text("=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?= c"), "a\xC3\xBC c");
    EXPECT_EQ(header_text("=?utf-8?Q?a?= b"), "a b");
  }
}

TEST(Headers, names_of_fields_in_any_case) {
  EXPECT_EQ(field_name("Message-ID"), FieldName::message_id);
  EXPECT_EQ(field_name("RECEIVED"), FieldName::received);
  EXPECT_EQ(field_name("reply-to"), FieldName::reply_to);
  EXPECT_EQ(field_name("X-Gmail-Labels"), FieldName::x_gmail_labels);
  EXPECT_EQ(field_name("X-Spam-Labels"), FieldName::other);
  EXPECT_EQ(field_name(""), FieldName::other);
  EXPECT_EQ(field_name("T"), FieldName::other);
}

}  // namespace
}  // namespace dislodge::mail
