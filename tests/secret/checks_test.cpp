// The named checks on published vectors and on values that miss by one character.
#include "secret/checks.hpp"

#include <gtest/gtest.h>

#include <set>

#include "secret/checksum.hpp"
#include "secret/json_members.hpp"
#include "secret/match_checks.hpp"
#include "secret/pem.hpp"
#include "secret/rule.hpp"

namespace dislodge::secret {
namespace {

bool holds(std::string_view check, std::string_view secret, std::string_view match = {}) {
  const Check *found = find_check(check);
  if (found == nullptr) {
    ADD_FAILURE() << "no check " << check;
    return false;
  }
  return found->holds(secret, match.empty() ? secret : match);
}

struct Vector {
  const char *check;
  std::string secret;
  bool good;
};
class Checks : public testing::TestWithParam<Vector> {};
TEST(Checks, AVendorsFormIsAskedForUnderItsName) {
  const std::string token = "A" + std::string(34, 'x');
  EXPECT_FALSE(breaks_issued_form("telegram_token", "110201543:" + token));
  EXPECT_TRUE(breaks_issued_form("telegram_token", "1337:" + token)) << "the number is too short";
  EXPECT_TRUE(breaks_issued_form("telegram_token", "110201543:" + token.substr(1)));
  EXPECT_FALSE(breaks_issued_form("other_token", "1337:" + token));
  EXPECT_FALSE(breaks_issued_form("telegram_password", "Hunter!2x")) << "a password";
}

TEST(Checks, SeeWhatStandsBeforeTheSecret) {
  EXPECT_FALSE(holds("not-page-token", "7SWa-Fo1hsC6", "name=\"authenticity_token\" value=\"7SWa-Fo1hsC6"));
  EXPECT_FALSE(holds("not-page-token", "Mj2qykJO5rEL", "X-CSRF-Token=Mj2qykJO5rEL"));
  EXPECT_TRUE(holds("not-page-token", "Mj2qykJO5rEL", "X-Api-Token=Mj2qykJO5rEL"));
  EXPECT_FALSE(holds("not-revision", "a1b2c3d4e5f6", "Gitea commit: a1b2c3d4e5f6"));
  EXPECT_TRUE(holds("not-revision", "a1b2c3d4e5f6", "gitea digestKey: a1b2c3d4e5f6"));
  EXPECT_FALSE(holds("not-mail-tag", "WyI2YzE5OCIsICJh", "X-Mailgun-Sid: WyI2YzE5OCIsICJh"));
  EXPECT_TRUE(holds("not-mail-tag", "WyI2YzE5OCIsICJh", "mailgun_api_key: WyI2YzE5OCIsICJh"));
  EXPECT_FALSE(holds("not-url-path", "BD80F56CDC14", ".notion.site/API-BD80F56CDC14"));
  EXPECT_TRUE(holds("not-url-path", "BD80F56CDC14", ".notion.site/?api_key=BD80F56CDC14"));
  EXPECT_TRUE(holds("url-credentials", "hunter2", "mongodb://ops:hunter2@shard0.acme.net/x"));
  EXPECT_FALSE(holds("url-credentials", "hunter2", "mongodb://ops:hunter2@localhost/x"));
}
TEST_P(Checks, Judge) {
  EXPECT_EQ(holds(GetParam().check, GetParam().secret), GetParam().good) << GetParam().secret;
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, Checks,
    testing::Values(
        Vector{"github-crc32", "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", true},
        Vector{"github-crc32", "ghp_UHSZp8fZ1FOzo6EM13oezyhEREW69806aTpr", false},
        Vector{"github-crc32", "ghp_", false},
        // microsoft/security-utilities' own vectors
        Vector{"azure-identifiable", std::string(76, 'a') + "+ASt5mnCaw==", true},
        Vector{"azure-identifiable", std::string(76, 'a') + "+ASt5mnCbw==", false},
        Vector{"azure-identifiable", std::string(33, 'a') + "+ASbHpHeAI=", true},
        Vector{"azure-identifiable", std::string(33, 'a') + "AIoTOumzco=", true},
        Vector{"azure-identifiable", std::string(76, 'a') + "APIMHbKhsQ==", true},
        Vector{"azure-identifiable", "", false},
        Vector{"entra-client-secret", "zzz8Q~" + std::string(31, 'z') + "blP", true},
        Vector{"entra-client-secret", "zzz8Q~" + std::string(31, 'z') + "blQ", false},
        Vector{"aws-key-id", "AKIAIOSFODNN7EXAMPLE", true},
        Vector{"aws-key-id", "AKIA0123456789ABCDEF", false},
        Vector{"jwt", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", true},
        Vector{"jwt", "eyJ0eXAiOiJKV1QifQ.e30.c2ln", false}, Vector{"jwt", "notajwt.e30.c2ln", false},
        Vector{"base64", "QUJD", true}, Vector{"base64", "QUJDRA", true}, Vector{"base64", "QUJDR", false},
        Vector{"base64", "QUJ_", false}, Vector{"base64url", "QUJ_", true}, Vector{"hex", "0aF9", true},
        Vector{"hex", "0aF", false}, Vector{"uuid", "6fa459ea-ee8a-3ca4-894e-db77e160355e", true},
        Vector{"uuid", "00000000-0000-0000-0000-000000000000", false},
        Vector{"uuid", "6fa459ea-ee8a-3ca4-894e-db77e160355", false},
        Vector{"luhn", "4539 1488 0343 6467", true}, Vector{"luhn", "4539 1488 0343 6468", false},
        Vector{"kubernetes-value", "YmFyCg==", false}, Vector{"kubernetes-value", "aHVudGVyMg==", true},
        Vector{"kubernetes-value", "c+PuFsKe!", true},  // stringData
        // power BI's address beside a Grafana key
        Vector{"grafana-key", "eyJrIjoiYTZjMSIsInQiOiI3MmY5IiwiYyI6NX0=", false},
        Vector{"grafana-key", "eyJrIjoiYTZjMSIsIm4iOiJjaSIsImlkIjoxfQ==", true},
        Vector{"not-template", "your_api_key_12345", false}, Vector{"not-template", "abcdef1234567890", true},
        Vector{"mixed-classes", "aB3", true}, Vector{"mixed-classes", "ab3", false},
        Vector{"two-classes", "Required", false}, Vector{"two-classes", "Requ1red", true},
        Vector{"basic-auth", "YWRtaW46V2ludGVyMjAyNCE=", true},
        Vector{"basic-auth", "dXNlcjpwYXNzd29yZA==", false},
        Vector{"not-placeholder", "changeme-please", false},
        Vector{"not-placeholder", "${DB_PASSWORD}", false}, Vector{"not-placeholder", "aaaaaaaa", false},
        Vector{"not-placeholder", "hT9!mmQz", true}, Vector{"not-code", "config.password", false},
        Vector{"not-code", "getenv('X')", false}, Vector{"not-code", "hT9!mmQz", true},
        Vector{"has-digit", "abc1", true}, Vector{"cisco-type7", "0822455D0A16", true},
        Vector{"cisco-type7", "08FF", false}, Vector{"age", "AGE-SECRET-KEY-1QQQQQQQQ", false}));

TEST(Checks, NoneFailsOnOddBytes) {
  const std::string odd[] = {
      "", "\0", "_", "-", ".", "=", "====", std::string(3, '\xFF'), std::string(200, '-'), "a.b.c", "a-b.c"};
  for (const Check &check : all_checks())
    for (const std::string &value : odd) check.holds(value, value);
}

TEST(Checks, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const Check &check : all_checks()) EXPECT_TRUE(names.insert(check.name).second) << check.name;
}

TEST(Checks, TheAccountIsInsideTheKeyId) {
  EXPECT_EQ(aws_account_of("AKIAZROHAOUCCWV6JPTQ").value_or("").size(), 12u);
  EXPECT_FALSE(aws_account_of("AKIAIOSFODNN7EXAMPLE")) << "issued before accounts were inside";
  // Tal Be'ery's published example
  EXPECT_EQ(aws_account_of("ASIAQNZGKIQY56JQ7WML").value_or(""), "029608264753");
  EXPECT_FALSE(aws_account_of("AKIA"));
}

TEST(Entropy, IsShannonsInBitsAByte) {
  EXPECT_DOUBLE_EQ(entropy_of(""), 0);
  EXPECT_DOUBLE_EQ(entropy_of("aaaa"), 0);
  EXPECT_DOUBLE_EQ(entropy_of("abcd"), 2);
}

TEST(JsonMembers, ReadTheTopLevelOnly) {
  const auto members =
      json_members(R"( {"a":"x\u00e9\n", "b":{"a":"inner"}, "c":[1,{"d":2}], "n":-1.5e3, "t":true} )");
  ASSERT_TRUE(members);
  EXPECT_EQ(members->size(), 5u);
  EXPECT_EQ(member_of(*members, "a"), "xé\n");
  EXPECT_EQ(member_of(*members, "b"), R"({"a":"inner"})");
  EXPECT_EQ(member_of(*members, "n"), "-1.5e3");
  for (const char *bad :
       {"", "{", "[]", "{\"a\"}", "{\"a\":1,}", "{\"a\":1} x", "{\"a\":\"\\u12\"}", "{\"a\":[}"})
    EXPECT_FALSE(json_members(bad)) << bad;
  EXPECT_TRUE(json_members("{}"));
  EXPECT_FALSE(json_members("{\"a\":" + std::string(100000, '[')));
}

TEST(Pem, BodiesAreFreedOfWhatMailAndSourcePutAroundThem) {
  const std::string plain = "-----BEGIN X-----\nQUJD\nREVG\n-----END X-----";
  EXPECT_EQ(pem_base64(plain), "QUJDREVG");
  EXPECT_EQ(pem_base64("-----BEGIN X-----\n> QUJD\n> REVG\n-----END X-----"), "QUJDREVG");
  EXPECT_EQ(pem_base64(R"(-----BEGIN X-----\nQUJD\nREVG\n-----END X-----)"), "QUJDREVG");
  EXPECT_EQ(pem_base64("-----BEGIN X-----\" +\n  \"QUJD\" +\n  \"REVG\" +\n\"-----END X-----"), "QUJDREVG");
  EXPECT_EQ(pem_base64("-----BEGIN X-----\n+QUJD\n+REVG\n+-----END X-----"), "QUJDREVG");
  EXPECT_EQ(pem_base64("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nQUJD\n-----END X-----"), "QUJD");
  EXPECT_FALSE(next_pem("-----BEGIN X-----\nQUJD"));
  EXPECT_FALSE(next_pem("-----BEGIN "));
}

}  // namespace
}  // namespace dislodge::secret
