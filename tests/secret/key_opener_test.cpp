#include "secret/key_opener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/encode.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "secret/bcrypt_pbkdf.hpp"
#include "secret/der.hpp"

namespace dislodge::secret {
namespace {

constexpr std::uint64_t kRounds = 1'000'000;
constexpr const char *kPassphrase = "Tall*Maple41x";

// A fresh key, so that none has to lie in the project.
class KeyOpenerOf : public testing::Test {
 protected:
  KeyOpenerOf() : key(EVP_EC_gen("P-256")) {
    unsigned char *out = nullptr;
    const int size = i2d_PUBKEY(key, &out);
    spki.assign(reinterpret_cast<const char *>(out), static_cast<std::size_t>(size));
    OPENSSL_free(out);
    unlock.passwords = {"wrong", "Frosty?Lake57", kPassphrase};
  }
  ~KeyOpenerOf() override { EVP_PKEY_free(key); }
  static std::string taken(BIO *bio) {
    char *data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }
  std::string pkcs8_pem() {
    BIO *out = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), kPassphrase, 13, nullptr, nullptr);
    return taken(out);
  }
  std::string traditional_pem() {
    BIO *out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey_traditional(out, key, EVP_aes_128_cbc(),
                                         reinterpret_cast<const unsigned char *>(kPassphrase), 13, nullptr,
                                         nullptr);
    return taken(out);
  }
  std::string pkcs12() {
    X509 *certificate = X509_new();
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char *>("appx"), -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
    X509_sign(certificate, key, EVP_sha256());
    PKCS12 *store = PKCS12_create(kPassphrase, "x", key, certificate, nullptr, 0, 0, 2048, 2048, 0);
    BIO *out = BIO_new(BIO_s_mem());
    i2d_PKCS12_bio(out, store);
    PKCS12_free(store);
    X509_free(certificate);
    return taken(out);
  }
  EVP_PKEY *key;
  std::string spki;
  evidence::Unlock unlock;
};

TEST_F(KeyOpenerOf, Pkcs8AndTheOldEncryptionOfPem) {
  for (const std::string &text : {pkcs8_pem(), traditional_pem()}) {
    const auto opened = KeyOpener(unlock, kRounds).open(text);
    ASSERT_TRUE(opened) << text.substr(0, 40);
    EXPECT_EQ(opened->key.spki, spki);
    EXPECT_FALSE(opened->key.encrypted);
  }
}

TEST_F(KeyOpenerOf, StoresWithTheirCertificate) {
  const auto opened = KeyOpener(unlock, kRounds).open(pkcs12());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->key.spki, spki);
  ASSERT_EQ(opened->certificates.size(), 1u);
  EXPECT_THAT(opened->certificates[0].subject, testing::HasSubstr("appx"));
  EXPECT_EQ(opened->certificates[0].thumbprint.size(), 40u);
}

TEST_F(KeyOpenerOf, WhatNoPasswordOpensStaysLocked) {
  unlock.passwords = {"wrong", "also wrong"};
  for (const std::string &text : {pkcs8_pem(), traditional_pem(), pkcs12(), std::string("-----BEGIN nothing"),
                                  std::string("\x30\x82\xFF\xFF", 4), std::string()})
    EXPECT_FALSE(KeyOpener(unlock, kRounds).open(text));
  unlock.passwords.clear();
  EXPECT_FALSE(KeyOpener(unlock, kRounds).open(pkcs8_pem()));
}

struct SshCase {
  const char *file;
  const char *fingerprint;  // as ssh-keygen and puttygen print it
  const char *comment;
};
class SshKeyOf : public testing::TestWithParam<SshCase> {};
TEST_P(SshKeyOf, OpensWithItsPassphraseOnly) {
  const std::string text =
      *base::read_file(std::string(DISLODGE_SOURCE_DIR) + "/tests/secret/keys/" + GetParam().file);
  evidence::Unlock unlock;
  unlock.passwords = {"wrong"};
  EXPECT_FALSE(KeyOpener(unlock, kRounds).open(text));
  unlock.passwords.push_back("test");
  const auto opened = KeyOpener(unlock, kRounds).open(text);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->key.encrypted);
  EXPECT_EQ(opened->key.comment, GetParam().comment);
  EXPECT_EQ(ssh_fingerprint(*ssh_from_spki(opened->key.spki)), GetParam().fingerprint);
  EXPECT_FALSE(KeyOpener(unlock, 100).open(text) && text.starts_with("-----")) << "costs more than that";
}
INSTANTIATE_TEST_SUITE_P(
    Files, SshKeyOf,
    testing::Values(
        SshCase{"ed25519_openssh_encrypted", "SHA256:EH2dz2BONU4Cy1esP1PlpKQSYRMojDgoDh5v34TOZlk", "x@y"},
        SshCase{"ecdsa_openssh_gcm", "SHA256:rOn5XAwR3kasHEwXMFHlQT0tcYdkDxaIFNbJ7HVZIwM", "build@gcm"},
        SshCase{"rsa_openssh_chacha", "SHA256:/5jT4RSDHMpZE7dq+aOeTEDAuAUr/Mfg8DFuhvw2HvM", "ops@chacha"},
        SshCase{"putty_v2_encrypted.ppk", "SHA256:oNl/WGu7oPVEkVBGWQW/JiSdMCIOhghoGQvnUx9thk0",
                "backup@nas02"},
        SshCase{"putty_v3_encrypted.ppk", "SHA256:Lp24OqDyaLq2TGDF33OYlJdvL1ZDWmhxQpT5qZKMoFs",
                "backup@nas03"}));

TEST(BcryptPbkdf, GivesWhatOpenBsdsDoes) {
  EXPECT_EQ(base::to_hex(bcrypt_pbkdf("password", "salt", 4, 32)),
            "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9");
  EXPECT_EQ(bcrypt_pbkdf("password", "salt", 2, 48).size(), 48u);
  EXPECT_NE(bcrypt_pbkdf("password", "salt", 2, 48), bcrypt_pbkdf("passwore", "salt", 2, 48));
}

TEST_F(KeyOpenerOf, RoundsAreCounted) {
  // 2,048 rounds a password: the third is out of reach.
  EXPECT_FALSE(KeyOpener(unlock, 2 * 2048).open(pkcs8_pem()));
  EXPECT_TRUE(KeyOpener(unlock, 3 * 2048).open(pkcs8_pem()));
}

}  // namespace
}  // namespace dislodge::secret
