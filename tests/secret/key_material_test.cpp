// Keys and certificates against what ssh-keygen and openssl say of them (tests/secret/keys holds throw-away
// keys made with both; the passphrase of the encrypted ones is "test").
#include "secret/key_material.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "evidence/recognise.hpp"
#include "secret/der.hpp"
#include "secret/key_store.hpp"
#include "secret/openpgp_key.hpp"
#include "secret/pem.hpp"
#include "tests_support.hpp"

namespace dislodge::secret {
namespace {

std::string key_file(const std::string &name) {
  return *base::read_file(std::string(DISLODGE_SOURCE_DIR) + "/tests/secret/keys/" + name);
}

struct KeyCase {
  const char *file;
  const char *algorithm;
  const char *fingerprint;
  const char *comment;
  bool encrypted;
};

constexpr const char *kRsa = "SHA256:nkFAXZoEjoG/lm4Vu6jQYfyb0N3UqT1OTrJCmjZuGMc";

class PrivateKey : public testing::TestWithParam<KeyCase> {};
TEST_P(PrivateKey, HasTheFingerprintThatSshKeygenPrints) {
  const KeyCase &expected = GetParam();
  const auto key = read_private_key(key_file(expected.file));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->algorithm, expected.algorithm);
  EXPECT_EQ(key->comment, expected.comment);
  EXPECT_EQ(key->encrypted, expected.encrypted);
  const auto blob = ssh_from_spki(key->spki);
  ASSERT_TRUE(blob);
  EXPECT_EQ(ssh_fingerprint(*blob), expected.fingerprint);
  EXPECT_EQ(spki_from_ssh(*blob), key->spki) << "there and back";
}
INSTANTIATE_TEST_SUITE_P(
    Files, PrivateKey,
    testing::Values(KeyCase{"rsa_pkcs1.pem", "RSA 2048", kRsa, "", false},
                    KeyCase{"rsa_pkcs8.pem", "RSA 2048", kRsa, "", false},
                    KeyCase{"ec_sec1.pem", "EC P-256", "SHA256:dbI62PSvIp22ZO/bfohh9tQahCwRj6l5RZps6ra6FZY",
                            "", false},
                    KeyCase{"ed25519_openssh", "Ed25519",
                            "SHA256:e0oSUbsB1X2mZnze5WjMJ47G7z+30SjnhslyQFqOQmw", "deploy@build01", false},
                    KeyCase{"ed25519_openssh_encrypted", "Ed25519",
                            "SHA256:EH2dz2BONU4Cy1esP1PlpKQSYRMojDgoDh5v34TOZlk", "", true},
                    KeyCase{"ecdsa_openssh", "EC P-384", "SHA256:WCTiAxss1/rKRXpQB3bgG1USCdP+9gWPHkNhyaTgAbM",
                            "two words", false},
                    KeyCase{"rsa_openssh", "RSA 2048", "SHA256:tWoK+y/4dNuhN+yYZSR86sXOFn1aYFIO6gqUVe4OVF0",
                            "ops@northwind.example", false}));

TEST(PrivateKey, TheSameKeyInThreeFormatsHasOneValue) {
  const auto pkcs1 = read_private_key(key_file("rsa_pkcs1.pem"));
  const auto pkcs8 = read_private_key(key_file("rsa_pkcs8.pem"));
  const auto raw = read_private_key_der(key_file("rsa_pkcs8.der"));
  ASSERT_TRUE(pkcs1 && pkcs8 && raw);
  EXPECT_EQ(pkcs1->value(), pkcs8->value());
  EXPECT_EQ(pkcs1->value(), raw->value());
}

TEST(PrivateKey, EncryptedPemIsLatentWithItsCiphertext) {
  for (const char *file : {"rsa_pkcs8_encrypted.pem", "rsa_dek.pem"}) {
    const auto key = read_private_key(key_file(file));
    ASSERT_TRUE(key) << file;
    EXPECT_TRUE(key->encrypted) << file;
    EXPECT_TRUE(key->spki.empty()) << file;
    EXPECT_GT(key->value().size(), 1000u) << file;
  }
}

TEST(PrivateKey, PuttyFilesShowTheirPublicHalf) {
  const std::string text =
      "PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: aes256-cbc\r\nComment: backup@nas\r\nPublic-Lines: "
      "2\r\n"
      "AAAAC3NzaC1lZDI1NTE5AAAAIKBK+hTh4Amq13qcj0d2NYrVqsY1bl33r0PiAjOl\r\nVART\r\nKey-Derivation: "
      "Argon2id\r\n"
      "Private-Lines: 1\r\nAAAAIDx0Y2F0aGUgcHJpdmF0ZSBoYWxmIGdvZXMgaGVyZQ==\r\nPrivate-MAC: 00\r\n";
  const auto key = read_private_key(text);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->encrypted);
  EXPECT_EQ(key->comment, "backup@nas");
  EXPECT_EQ(ssh_fingerprint(*ssh_from_spki(key->spki)), "SHA256:e0oSUbsB1X2mZnze5WjMJ47G7z+30SjnhslyQFqOQmw");
}

TEST(Certificate, IsReadAsOpensslReadsIt) {
  const auto block = next_pem(key_file("rsa_cert.pem"));
  ASSERT_TRUE(block);
  const auto certificate = read_certificate(block->body);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->thumbprint, "78545AFDF6A619D084C5595B773714947639FCD9");
  EXPECT_EQ(certificate->thumbprint_sha256,
            "C900417ACC2F36519E4D2C79B71A5AB8467CF15EFA8471017A011FB22C293F17");
  EXPECT_EQ(certificate->subject, "CN=mail-archive,O=Northwind Traders");
  EXPECT_EQ(certificate->not_after, "2036-11-19T05:38:19Z");
  EXPECT_THAT(certificate->names, testing::ElementsAre("archive.northwind.example", "ops@northwind.example"));
  EXPECT_EQ(certificate->spki, read_private_key(key_file("rsa_pkcs8.pem"))->spki);
}

TEST(Scanner, AKeyBesideItsCertificateCarriesTheThumbprint) {
  const auto found =
      test::scan("key and certificate:\n" + key_file("rsa_pkcs8.pem") + "\n" + key_file("rsa_cert.pem"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sighting.kind, "private-key");
  EXPECT_EQ(found[0].value, read_private_key(key_file("rsa_pkcs1.pem"))->spki);
  EXPECT_EQ(test::hint_of(found[0], HintKind::thumbprint), "78545AFDF6A619D084C5595B773714947639FCD9");
  EXPECT_EQ(test::hint_of(found[0], HintKind::ssh_fingerprint), kRsa);
  EXPECT_EQ(test::hint_of(found[0], HintKind::expires), "2036-11-19T05:38:19Z");
  EXPECT_EQ(found[0].sighting.mask.rfind("RSA 2048", 0), 0u);
  EXPECT_FALSE(found[0].sighting.latent);
}

TEST(Scanner, AKeyIsOneValueHoweverItIsWrapped) {
  const std::string pem = key_file("ed25519_openssh");
  std::string quoted = "> ";
  std::string json = "{\"key\": \"";
  for (const char c : pem) {
    quoted += c;
    if (c == '\n') {
      quoted += "> ";
      json += "\\n";
    } else {
      json += c;
    }
  }
  json += "\"}";
  const auto plain = test::scan(pem);
  ASSERT_EQ(plain.size(), 1u);
  for (const std::string &text : {quoted, json}) {
    const auto found = test::scan(text);
    ASSERT_EQ(found.size(), 1u) << text.substr(0, 80);
    EXPECT_EQ(found[0].value, plain[0].value);
    EXPECT_EQ(test::hint_of(found[0], HintKind::user), "deploy");
  }
}

TEST(Scanner, AnEncryptedKeyIsLatent) {
  const auto found = test::scan(key_file("ed25519_openssh_encrypted"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].sighting.latent);
  EXPECT_EQ(test::hint_of(found[0], HintKind::ssh_fingerprint),
            "SHA256:EH2dz2BONU4Cy1esP1PlpKQSYRMojDgoDh5v34TOZlk");
}

struct StoreCase {
  const char *file;
  bool locked;
  bool public_half;
};
class KeyStore : public testing::TestWithParam<StoreCase> {};
TEST_P(KeyStore, GivesItsKey) {
  auto scanner = Scanner::make(test::rules(), test::matcher(), {});
  ASSERT_TRUE(scanner);
  test::Collector collector;
  const std::string bytes = key_file(GetParam().file);
  evidence::ItemView item;
  item.path = GetParam().file;
  item.bytes = bytes;
  item.type = evidence::ItemType::key_store;
  const auto report = scan_key_file(item, *scanner, collector);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->found, 1u);
  EXPECT_EQ(report->locked, GetParam().locked);
  ASSERT_EQ(collector.all.size(), 1u);
  const Found &found = collector.all[0];
  EXPECT_EQ(found.sighting.latent, GetParam().locked);
  const std::string spki = read_private_key(key_file("rsa_pkcs8.pem"))->spki;
  if (GetParam().public_half) {
    EXPECT_EQ(found.value, spki);
    EXPECT_EQ(test::hint_of(found, HintKind::ssh_fingerprint), kRsa);
  } else {
    EXPECT_NE(found.value, spki);
    EXPECT_EQ(test::hint_of(found, HintKind::subject), "mail archive") << "the friendly name is in clear";
  }
}
INSTANTIATE_TEST_SUITE_P(Files, KeyStore,
                         testing::Values(StoreCase{"empty_password.p12", false, true},
                                         StoreCase{"with_password.p12", true, false},
                                         StoreCase{"open_certificate.p12", true, true},
                                         StoreCase{"store.jks", true, true},
                                         StoreCase{"rsa_pkcs8.der", false, true}));

TEST(KeyStoreFiles, ASecretKeyHidesNothingThatFollowsIt) {
  auto scanner = Scanner::make(test::rules(), test::matcher(), {});
  ASSERT_TRUE(scanner);
  test::Collector collector;
  const std::string bytes = key_file("store.jceks");
  evidence::ItemView item;
  item.path = "store.jceks";
  item.bytes = bytes;
  item.type = evidence::recognise(bytes, "store.jceks");
  EXPECT_EQ(item.type, evidence::ItemType::key_store);
  const auto report = scan_key_file(item, *scanner, collector);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(collector.all.size(), 2u) << "an AES key and an EC key";
  for (const Found &found : collector.all) EXPECT_TRUE(found.sighting.latent);
  EXPECT_TRUE(std::any_of(collector.all.begin(), collector.all.end(), [](const Found &found) {
    return test::hint_of(found, HintKind::subject) == "CN=app.northwind.example" &&
           found.sighting.mask.rfind("EC P-256 key, encrypted", 0) == 0;
  }));
}

TEST(OpenPgp, TellsWhoseKeyItIsAndUntilWhen) {
  const auto armored = test::scan("my key:\n" + key_file("openpgp_secret.asc") + "\nbye");
  ASSERT_EQ(armored.size(), 1u);
  const Found &found = armored[0];
  EXPECT_EQ(found.sighting.kind, "private-key");
  EXPECT_EQ(found.sighting.mask, "Ed25519 OpenPGP key, 51C2E7B8E3EFED4D");
  EXPECT_FALSE(found.sighting.latent);
  EXPECT_EQ(test::hint_of(found, HintKind::subject), "Marta Brisk <marta@brisk.example>");
  EXPECT_EQ(test::hint_of(found, HintKind::user), "marta@brisk.example");
  EXPECT_EQ(test::hint_of(found, HintKind::expires), "2030-01-01T12:00:00Z");
  EXPECT_EQ(test::hint_of(found, HintKind::key_id), "D7DB28C8E3C659FFA321EDBF51C2E7B8E3EFED4D");
  const auto locked = test::scan(key_file("openpgp_encrypted.asc"));
  ASSERT_EQ(locked.size(), 1u);
  EXPECT_TRUE(locked[0].sighting.latent);
  EXPECT_EQ(locked[0].sighting.mask, "RSA 2048 OpenPGP key, encrypted, 04B0A973A9A66A8D");
  EXPECT_EQ(test::hint_of(locked[0], HintKind::expires), "");
  // The same key in binary is the same secret.
  auto scanner = Scanner::make(test::rules(), test::matcher(), {});
  ASSERT_TRUE(scanner);
  test::Collector collector;
  const std::string bytes = key_file("openpgp_secret.gpg");
  evidence::ItemView item;
  item.path = "secret.gpg";
  item.bytes = bytes;
  item.type = evidence::recognise(bytes, "secret.gpg");
  EXPECT_EQ(item.type, evidence::ItemType::key_store);
  ASSERT_TRUE(scan_key_file(item, *scanner, collector));
  ASSERT_EQ(collector.all.size(), 1u);
  EXPECT_EQ(collector.all[0].value, found.value);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    read_openpgp_key(std::string_view(bytes).substr(0, size));  // a cut one is none, or says less
}

TEST(Scanner, APuttyFileIsItsPublicHalf) {
  for (const auto &[file, encrypted] : {std::pair{"putty_v3.ppk", false},
                                        {"putty_v3_encrypted.ppk", true},
                                        {"putty_v2_encrypted.ppk", true}}) {
    const auto found = test::scan(key_file(file));
    ASSERT_EQ(found.size(), 1u) << file;
    EXPECT_EQ(found[0].sighting.latent, encrypted) << file;
    EXPECT_EQ(found[0].value, read_private_key(key_file(file))->spki) << file;
    EXPECT_EQ(found[0].sighting.mask.rfind("Ed25519 key", 0), 0u) << file;
    EXPECT_NE(test::hint_of(found[0], HintKind::ssh_fingerprint), "") << file;
    EXPECT_NE(test::hint_of(found[0], HintKind::user), "") << file;
  }
}

TEST(KeyStoreFiles, DamagedBytesAreAnErrorNotACrash) {
  auto scanner = Scanner::make(test::rules(), test::matcher(), {});
  ASSERT_TRUE(scanner);
  for (const char *file : {"empty_password.p12", "with_password.p12", "store.jks", "store.jceks",
                           "openpgp_secret.gpg", "rsa_pkcs8.der"}) {
    const std::string whole = key_file(file);
    for (std::size_t size = 0; size < whole.size(); size += 37) {
      test::Collector collector;
      evidence::ItemView item;
      const std::string cut = whole.substr(0, size);
      item.path = "cut";
      item.bytes = cut;
      item.type = evidence::ItemType::key_store;
      const auto report = scan_key_file(item, *scanner, collector);
      EXPECT_FALSE(report && report->found > 0 && size < 100) << file << " " << size;
    }
  }
}

}  // namespace
}  // namespace dislodge::secret
