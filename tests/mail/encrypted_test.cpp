#include "mail/encrypted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "collecting_sink.hpp"
#include "mail/message.hpp"

namespace dislodge::mail {
namespace {

// Made with openssl cms -sign -nodetach and openssl cms -encrypt, of the same small entity.
constexpr std::string_view kSigned =
    "MIH0BgkqhkiG9w0BBwKggeYwgeMCAQExDTALBglghkgBZQMEAgEwPAYJKoZIhvcNAQcBoC8ELUNvbnRlbnQtVHlwZTogdGV4dC9w\n"
    "bGFpbg0KDQpzaWduZWQgc2VjcmV0NDINCjGBkDCBjQIBATAnMA8xDTALBgNVBAMMBFRlc3QCFHZQCavZFM61BrZ2ycmVbbTsbGtE\n"
    "MAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgRGMEQCIGioqljkgLjkmy8CXzn8mj8sXXBwxzFVOEeB702SZpeSAiBg7r5OQRERkMPF\n"
    "WmYLOkawXjZHPVJsoC9NIzYIdksDMQ==\n";
constexpr std::string_view kEncrypted =
    "MIIBQAYJKoZIhvcNAQcDoIIBMTCCAS0CAQAxgckwgcYCAQAwLzAXMRUwEwYDVQQDDAxSZWNpcGllbnQgQ0ECFAItGzqIRAuEDT76\n"
    "KFylr0QZlL6dMA0GCSqGSIb3DQEBAQUABIGArLmKUoQdWyx00YqZz53PqFHRUrDmy0BYR/BW526rtR8GIkQfI2EvxVAMoZxu6OGK\n"
    "Jf9HeMVv5e+zWpIfrZYqqMAJbxi0bLOmLErxfdHvkcgTY7TgYrOPbRXqPnf/hvG8KPUjl3Ckd1jiBgXnDhiQPJCgNRw7dsnKNHx3\n"
    "7tQKJ1kwXAYJKoZIhvcNAQcBMB0GCWCGSAFlAwQBAgQQPYl3ET0jEA+O7VWkAmms34AwQNZMt15EON7rX58q2ZdyXBNCgzc5F8Zs\n"
    "WHH80nz7kFfQmPyhvuoudUZkm23yPNu8\n";

// Made with openssl cms -encrypt to a key on the curve P-256, which is kept under the password Horse7.
constexpr std::string_view kToCurve =
    "MIIBNgYJKoZIhvcNAQcDoIIBJzCCASMCAQIxgb+hgbwCAQOgUaFPMAkGByqGSM49AgEDQgAEU+LNJ4UzfkN+BlZpMPX5UU9xVxyU\n"
    "QZvF7aI5RTonmnv7vs8PHja+zaQN7MlcBcZeMihqEUbO02lN3J6qC6Pw2DAYBgkrgQUQhkg/AAIwCwYJYIZIAWUDBAEFMEowSDAs\n"
    "MBQxEjAQBgNVBAMMCVJlY2lwaWVudAIUeUVQnPXZ//kiuQS3h1Oxn/9mFbQEGEAdVZkgvefnEgYiXbLA1o7QCezf2RBDsDBcBgkq\n"
    "hkiG9w0BBwEwHQYJYIZIAWUDBAECBBBz+rKfXzMuL+2+oxpT4YG7gDAEcv1DskyNEQ40Q+MYxvoAVeKZcbTsUACCPXpaPYIVhFOC\n"
    "BF5myaN5TMh5Gs7c36A=\n";
std::string curve_key() {
  const std::string dashes = "-----";
  return dashes + "BEGIN ENCRYPTED PRIVATE KEY" + dashes +
         "\n"
         "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhHch9CTMw+cgICCAAw\n"
         "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEECPeb9U6oVFRPXvQRcYm1Q8EgZD3\n"
         "C8IvUARGFh/2lo2yUVwmfKS63nNoPXoI5B+ncYYUel80+xXyJClnoUxGhSx5OfeC\n"
         "3EILHSOHPmOqWab68Tj5wMevlVA9NM+Y+bfzY+H8JEKDKdbMvGJuAHaXE8dSpdod\n"
         "t4XmSIBYTDgqz3QqPEgOdNhyNtWZaP3PCnNjyuaVz1FLArA+XnjY3e2kuWmQPkw=\n" +
         dashes + "END ENCRYPTED PRIVATE KEY" + dashes + "\n";
}

test::CollectingSink read(std::string_view body, const evidence::Unlock &unlock = {}) {
  const std::string mail =
      "Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" +
      std::string(body);
  test::CollectingSink sink([](const evidence::ItemView &item) -> test::Reader {
    if (item.type == evidence::ItemType::message) return read_message;
    return {};
  });
  sink.unlock_ = unlock;
  EXPECT_TRUE(read_message(test::item_of("m", mail), sink).has_value());
  return sink;
}

TEST(Encrypted, signed_mail_is_unwrapped_and_read) {
  const auto sink = read(kSigned);
  ASSERT_NE(sink.text_of("m!/1!/1"), nullptr);
  EXPECT_EQ(sink.text_of("m!/1!/1")->text, "signed secret42\r\n");
  EXPECT_TRUE(sink.unreads.empty());
}

TEST(Encrypted, enveloped_mail_names_who_can_open_it) {
  const auto sink = read(kEncrypted);
  ASSERT_EQ(sink.unreads.size(), 1u);
  EXPECT_EQ(sink.unreads[0].state, evidence::LedgerState::encrypted);
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("022D1B3A88440B840D3EFA285CA5AF441994BE9D"));
  EXPECT_THAT(sink.unreads[0].reason, testing::HasSubstr("Recipient CA"));
  EXPECT_EQ(sink.unreads[0].bytes, kEncrypted.size());
  EXPECT_TRUE(sink.children.empty());
}

TEST(Encrypted, enveloped_mail_is_opened_with_the_key_that_fits) {
  ASSERT_EQ(read(kToCurve).unreads.size(), 1u);
  EXPECT_THAT(read(kToCurve).unreads[0].reason, testing::HasSubstr("CN = Recipient"));
  // The key alone does not do: it is under a password.
  EXPECT_EQ(read(kToCurve, {{}, {curve_key()}}).unreads.size(), 1u);
  EXPECT_EQ(read(kToCurve, {{"wrong"}, {curve_key()}}).unreads.size(), 1u);
  const auto sink = read(kToCurve, {{"wrong", "Horse7"}, {"no key", curve_key()}});
  EXPECT_TRUE(sink.unreads.empty());
  ASSERT_NE(sink.text_of("m!/1!/1"), nullptr);
  EXPECT_EQ(sink.text_of("m!/1!/1")->text, "opened secret42\r\n");
  // A key of somebody else opens nothing, and breaks nothing.
  EXPECT_EQ(read(kEncrypted, {{"Horse7"}, {curve_key()}}).unreads.size(), 1u);
}

TEST(Encrypted, what_is_no_cms_is_an_attachment) {
  EXPECT_EQ(read("aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90IGl0\n").children.size(), 1u);
  EXPECT_EQ(read_cms("").kind, CmsMessage::Kind::none);
  const std::string der = *base::from_base64(kSigned);
  for (std::size_t cut = 0; cut < der.size(); ++cut) read_cms(std::string_view(der).substr(0, cut));
}

}  // namespace
}  // namespace dislodge::mail
