#include "secret/key_opener.hpp"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <limits>
#include <string>

#include "evidence/opened.hpp"
#include "secret/openssl_object.hpp"
#include "secret/pem.hpp"

namespace dislodge::secret {
namespace {

constexpr std::size_t kPassphraseMax = 1024;  // OpenSSL's own limit (PEM_BUFSIZE)

const unsigned char *bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char *>(text.data());
}

template <typename T>
std::string der_of(const T *object, int (*encode)(const T *, unsigned char **)) {
  unsigned char *out = nullptr;
  const int size = encode(object, &out);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char *>(out), static_cast<std::size_t>(size));
  OPENSSL_clear_free(out, static_cast<std::size_t>(size));
  return der;
}

std::optional<KeyInfo> info_of(const EVP_PKEY *key) {
  std::string clear = der_of(key, i2d_PrivateKey);
  auto info = read_private_key_der(clear);
  OPENSSL_cleanse(clear.data(), clear.size());
  if (!info || info->encrypted || info->spki.empty()) return std::nullopt;
  return info;
}

// The rounds of PBKDF2 or PBE; the cost of scrypt (N r p); 1 where the algorithm has none.
std::uint64_t rounds_of(const X509_ALGOR *algorithm) {
  const ASN1_OBJECT *object = nullptr;
  int type = 0;
  const void *value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  if (type != V_ASN1_SEQUENCE) return 1;
  const auto *sequence = static_cast<const ASN1_STRING *>(value);
  const auto positive = [](const ASN1_INTEGER *number) {
    const long rounds = number == nullptr ? 1 : ASN1_INTEGER_get(number);
    return rounds > 0 ? static_cast<std::uint64_t>(rounds) : std::numeric_limits<std::uint64_t>::max();
  };
  if (OBJ_obj2nid(object) != NID_pbes2) {
    auto *parameters = static_cast<PBEPARAM *>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBEPARAM)));
    if (parameters == nullptr) return 1;
    const std::uint64_t rounds = positive(parameters->iter);
    PBEPARAM_free(parameters);
    return rounds;
  }
  auto *parameters = static_cast<PBE2PARAM *>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBE2PARAM)));
  if (parameters == nullptr) return 1;
  std::uint64_t rounds = 1;
  X509_ALGOR_get0(&object, &type, &value, parameters->keyfunc);
  if (type == V_ASN1_SEQUENCE) {
    sequence = static_cast<const ASN1_STRING *>(value);
    if (OBJ_obj2nid(object) == NID_id_pbkdf2) {
      auto *derivation = static_cast<PBKDF2PARAM *>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBKDF2PARAM)));
      if (derivation != nullptr) rounds = positive(derivation->iter);
      PBKDF2PARAM_free(derivation);
    } else if (OBJ_obj2nid(object) == NID_id_scrypt) {
      auto *derivation =
          static_cast<SCRYPT_PARAMS *>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(SCRYPT_PARAMS)));
      if (derivation != nullptr) {
        const double cost = static_cast<double>(positive(derivation->costParameter)) *
                            static_cast<double>(positive(derivation->blockSize)) *
                            static_cast<double>(positive(derivation->parallelizationParameter));
        rounds = cost < 1e18 ? static_cast<std::uint64_t>(cost) : std::numeric_limits<std::uint64_t>::max();
      }
      SCRYPT_PARAMS_free(derivation);
    }
  }
  PBE2PARAM_free(parameters);
  return rounds;
}

int give_passphrase(char *buffer, int size, int, void *passphrase) {
  const auto &text = *static_cast<const std::string *>(passphrase);
  if (text.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

}  // namespace

std::size_t KeyOpener::tries(std::uint64_t rounds) const {
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(unlock_.passwords.size(), rounds_max_ / std::max<std::uint64_t>(rounds, 1)));
}

std::optional<OpenedKey> KeyOpener::open(std::string_view locked) const {
  if (unlock_.passwords.empty() || locked.empty() || locked.size() > INT_MAX) return std::nullopt;
  auto opened = is_der_sequence(locked) ? open_der(locked) : open_pem(locked);
  ERR_clear_error();
  return opened;
}

std::optional<OpenedKey> KeyOpener::open_pem(std::string_view text) const {
  if (text.find("PuTTY-User-Key-File-") != std::string_view::npos) {
    const auto key = LockedSshKey::putty(text);
    return key ? open_ssh(*key) : std::nullopt;
  }
  const auto block = next_pem(text);
  if (!block) return std::nullopt;
  if (block->label == "OPENSSH PRIVATE KEY") {
    const auto key = LockedSshKey::openssh(block->body);
    return key ? open_ssh(*key) : std::nullopt;
  }
  if (!block->encrypted) return std::nullopt;
  if (is_der_sequence(block->body)) return open_der(block->body);
  // RFC 1421: one digest makes the key, so every password may be tried.
  for (const std::string &password : unlock_.passwords) {
    if (password.size() > kPassphraseMax) continue;
    const Owned<BIO, BIO_free_all> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    std::string passphrase = password;
    const Owned<EVP_PKEY, EVP_PKEY_free> key(
        PEM_read_bio_PrivateKey(in.get(), nullptr, give_passphrase, &passphrase));
    OPENSSL_cleanse(passphrase.data(), passphrase.size());
    if (!key) continue;
    if (auto info = info_of(key.get())) {
      evidence::tell_opened(password, evidence::Opens::item);
      return OpenedKey{std::move(*info), {}};
    }
  }
  return std::nullopt;
}

std::optional<OpenedKey> KeyOpener::open_ssh(const LockedSshKey &locked) const {
  const std::size_t count = tries(locked.cost());
  for (std::size_t i = 0; i < count; ++i)
    if (auto info = locked.open(unlock_.passwords[i])) {
      evidence::tell_opened(unlock_.passwords[i], evidence::Opens::item);
      return OpenedKey{std::move(*info), {}};
    }
  return std::nullopt;
}

std::optional<OpenedKey> KeyOpener::open_der(std::string_view der) const {
  const unsigned char *at = bytes_of(der);
  const Owned<X509_SIG, X509_SIG_free> sealed(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!sealed) return open_store(der);
  const X509_ALGOR *algorithm = nullptr;
  const ASN1_OCTET_STRING *ciphertext = nullptr;
  X509_SIG_get0(sealed.get(), &algorithm, &ciphertext);
  const std::size_t count = tries(rounds_of(algorithm));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string &password = unlock_.passwords[i];
    const Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> clear(
        PKCS8_decrypt(sealed.get(), password.data(), static_cast<int>(password.size())));
    if (!clear) continue;
    const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_PKCS82PKEY(clear.get()));
    if (!key) continue;
    if (auto info = info_of(key.get())) {
      evidence::tell_opened(password, evidence::Opens::item);
      return OpenedKey{std::move(*info), {}};
    }
  }
  return std::nullopt;
}

std::optional<OpenedKey> KeyOpener::open_store(std::string_view der) const {
  const unsigned char *at = bytes_of(der);
  const Owned<PKCS12, PKCS12_free> store(d2i_PKCS12(nullptr, &at, static_cast<long>(der.size())));
  if (!store || PKCS12_mac_present(store.get()) != 1) return std::nullopt;
  const ASN1_INTEGER *iterations = nullptr;
  PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, store.get());
  const long rounds = iterations == nullptr ? 1 : ASN1_INTEGER_get(iterations);
  if (rounds <= 0) return std::nullopt;
  const std::size_t count = tries(static_cast<std::uint64_t>(rounds));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string &password = unlock_.passwords[i];
    if (PKCS12_verify_mac(store.get(), password.data(), static_cast<int>(password.size())) != 1) continue;
    EVP_PKEY *raw_key = nullptr;
    X509 *raw_certificate = nullptr;
    if (PKCS12_parse(store.get(), password.c_str(), &raw_key, &raw_certificate, nullptr) != 1)
      return std::nullopt;
    const Owned<EVP_PKEY, EVP_PKEY_free> key(raw_key);
    const Owned<X509, X509_free> certificate(raw_certificate);
    auto info = key ? info_of(key.get()) : std::nullopt;
    if (!info) return std::nullopt;
    OpenedKey opened{std::move(*info), {}};
    if (certificate)
      if (auto read = read_certificate(der_of<X509>(certificate.get(), i2d_X509)))
        opened.certificates.push_back(std::move(*read));
    evidence::tell_opened(password, evidence::Opens::item);
    return opened;
  }
  return std::nullopt;
}

}  // namespace dislodge::secret
