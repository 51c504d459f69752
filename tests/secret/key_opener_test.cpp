#include "secret/key_opener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

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

TEST_F(KeyOpenerOf, RoundsAreCounted) {
  // 2,048 rounds a password: the third is out of reach.
  EXPECT_FALSE(KeyOpener(unlock, 2 * 2048).open(pkcs8_pem()));
  EXPECT_TRUE(KeyOpener(unlock, 3 * 2048).open(pkcs8_pem()));
}

}  // namespace
}  // namespace dislodge::secret
