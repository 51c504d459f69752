#include "mail/affiliation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collecting_sink.hpp"
#include "mail/message.hpp"
#include "mail/quotes.hpp"

namespace dislodge::mail {
namespace {

// Made with openssl cms -sign by a key whose certificate names the organisation and the address.
constexpr std::string_view kSignature =
    "MIID+wYJKoZIhvcNAQcCoIID7DCCA+gCAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBoIICETCCAg0wggG0oAMCAQICFGzv\n"
    "XuuPHGxCqPN8JcPCQppEx3smMAoGCCqGSM49BAMCMEYxCzAJBgNVBAYTAkRFMSEwHwYDVQQKDBhIYXJib3JsaW5lIExvZ2lzdGlj\n"
    "cyBMdGQxFDASBgNVBAMMC0lsc2UgQ3JhbWVyMCAXDTI2MTEzMDAxMDEzMFoYDzIxMjYxMTA2MDEwMTMxWjBGMQswCQYDVQQGEwJE\n"
    "RTEhMB8GA1UECgwYSGFyYm9ybGluZSBMb2dpc3RpY3MgTHRkMRQwEgYDVQQDDAtJbHNlIENyYW1lcjBZMBMGByqGSM49AgEGCCqG\n"
    "SM49AwEHA0IABBboDC2XldXV8MbjkqKsRsgZ3fuyjmj7nIpUhdbsQNG7gw2g27hS+S70F6ULrBFAVAWMcZV49fyGuQPkKldIh/mj\n"
    "fjB8MB0GA1UdDgQWBBRZ0rHau/4Uvrxl3m8EaPkHSRoiADAfBgNVHSMEGDAWgBRZ0rHau/4Uvrxl3m8EaPkHSRoiADAPBgNVHRMB\n"
    "Af8EBTADAQH/MCkGA1UdEQQiMCCBHmlsc2UuY3JhbWVyQGhhcmJvcmxpbmUuZXhhbXBsZTAKBggqhkjOPQQDAgNHADBEAiAA0eXW\n"
    "SqEqJ990ojRu76Ou6Aby+rJ6mqfs6tlOor8KfQIgM8WOBW7NWQlVKx//h6rDD8IYka8cyqtL7Pa6PXRjfyIxggGwMIIBrAIBATBe\n"
    "MEYxCzAJBgNVBAYTAkRFMSEwHwYDVQQKDBhIYXJib3JsaW5lIExvZ2lzdGljcyBMdGQxFDASBgNVBAMMC0lsc2UgQ3JhbWVyAhRs\n"
    "717rjxxsQqjzfCXDwkKaRMd7JjALBglghkgBZQMEAgGggeQwGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUx\n"
    "DxcNMjYxMTMwMDEwMTMxWjAvBgkqhkiG9w0BCQQxIgQgWBhEq+//8XdXTTcUayVykfFriFR5oMtZtx6rHWJTiUkweQYJKoZIhvcN\n"
    "AQkPMWwwajALBglghkgBZQMEASowCwYJYIZIAWUDBAEWMAsGCWCGSAFlAwQBAjAKBggqhkiG9w0DBzAOBggqhkiG9w0DAgICAIAw\n"
    "DQYIKoZIhvcNAwICAUAwBwYFKw4DAgcwDQYIKoZIhvcNAwICASgwCgYIKoZIzj0EAwIERzBFAiAKMQynrq6BwWz/wczsjQ0uKIHj\n"
    "NheX7aH0OWzrA+/++gIhALIJWcVtjQKNAgbceYnOPio2Lhq3PoC6DZ/jBuGt568H\n";

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> signed_as(std::string_view text) {
  std::vector<std::string> out;
  add_signature_affiliations(text, quoted_spans(text), out);
  return out;
}

TEST(Affiliation, TheCompanyAndTheSiteUnderAName) {
  EXPECT_THAT(
      signed_as("Hi Helen,\nthe key is attached.\n\n-- \nIlse Cramer | Harborline Logistics Ltd | Kiel\n"
                "https://www.harborline.example/contact\n"),
      ElementsAre("signature:Harborline Logistics Ltd", "site:harborline.example"));
  EXPECT_THAT(signed_as("Gruss\r\nJoerg Mueller\r\nKiel Cargo GmbH & Co. KG, Hafenstr. 1\r\n"),
              ElementsAre("signature:Kiel Cargo GmbH & Co. KG"));
  EXPECT_THAT(signed_as("Regards,\nAna\nAcme, Inc.\n"), ElementsAre("signature:Acme, Inc."));
}

TEST(Affiliation, NotWhatIsQuotedBelow) {
  EXPECT_THAT(signed_as("Thanks.\nAna\nNorthwind Ltd\n\nOn Mon, 3 Nov 2025 at 10:00, Ilse wrote:\n"
                        "> Hello\n> Ilse\n> Harborline Ltd\n"),
              ElementsAre("signature:Northwind Ltd"));
}

TEST(Affiliation, ASentenceIsNoCompany) {
  EXPECT_THAT(signed_as("please send the invoice to the co\nand as soon as you can\n"), IsEmpty());
  EXPECT_THAT(signed_as(""), IsEmpty());
}

TEST(Affiliation, TheOrganisationOfTheAuthorsCertificate) {
  const std::string mail =
      "From: Ilse Cramer <Ilse.Cramer@harborline.example>\nOrganization: Harborline\nMIME-Version: 1.0\n"
      "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\n"
      "--b\nContent-Type: text/plain\n\nhello\n--b\n"
      "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n" +
      std::string(kSignature) + "--b--\n";
  test::CollectingSink sink;
  ASSERT_TRUE(read_message(test::item_of("m", mail), sink));
  ASSERT_EQ(sink.records.size(), 1u);
  EXPECT_THAT(sink.records[0].affiliations,
              ElementsAre("header:Harborline", "certificate:Harborline Logistics Ltd"));
  // Of a certificate that names somebody else nothing is taken.
  test::CollectingSink other;
  const std::size_t at = mail.find("Ilse.Cramer@");
  ASSERT_TRUE(read_message(test::item_of("m", std::string(mail).replace(at, 4, "Olaf")), other));
  EXPECT_THAT(other.records[0].affiliations, ElementsAre("header:Harborline"));
}

TEST(Affiliation, BytesThatAreNoCertificateSayNothing) {
  std::vector<std::string> out;
  add_certificate_affiliations("0\x82\x01\x00 this is no CMS at all", "a@b.example", out);
  EXPECT_THAT(out, IsEmpty());
}

}  // namespace
}  // namespace dislodge::mail
