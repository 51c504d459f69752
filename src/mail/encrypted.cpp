#include "mail/encrypted.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "base/secure.hpp"
#include "evidence/cipher.hpp"
#include "evidence/mail_signature.hpp"

namespace dislodge::mail {
namespace {

constexpr std::size_t kRecipientsMax = 8;  // named in a reason; a list message may have hundreds

template <auto Release>
struct Releaser {
  template <typename T>
  void operator()(T *object) const {
    Release(object);
  }
};

std::string name_of(X509_NAME *name) {
  const std::unique_ptr<BIO, Releaser<BIO_free_all>> out(BIO_new(BIO_s_mem()));
  if (!out || name == nullptr) return {};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char *data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string serial_of(ASN1_INTEGER *serial) {
  const std::unique_ptr<BIGNUM, Releaser<BN_free>> number(ASN1_INTEGER_to_BN(serial, nullptr));
  if (!number) return {};
  char *hex = BN_bn2hex(number.get());
  std::string text = hex == nullptr ? "" : hex;
  OPENSSL_free(hex);
  return text;
}

std::string recipients_of(CMS_ContentInfo *cms) {
  std::string out;
  STACK_OF(CMS_RecipientInfo) *infos = CMS_get0_RecipientInfos(cms);
  const int count = infos == nullptr ? 0 : sk_CMS_RecipientInfo_num(infos);
  for (int i = 0; i < count && i < static_cast<int>(kRecipientsMax); ++i) {
    CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(infos, i);
    ASN1_OCTET_STRING *key_id = nullptr;
    X509_NAME *issuer = nullptr;
    ASN1_INTEGER *serial = nullptr;
    if (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS) {
      if (CMS_RecipientInfo_ktri_get0_signer_id(info, &key_id, &issuer, &serial) != 1) continue;
    } else if (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_AGREE) {
      // Elliptic curves: several recipients may share one entry; the first is named.
      STACK_OF(CMS_RecipientEncryptedKey) *shares = CMS_RecipientInfo_kari_get0_reks(info);
      if (shares == nullptr || sk_CMS_RecipientEncryptedKey_num(shares) == 0 ||
          CMS_RecipientEncryptedKey_get0_id(sk_CMS_RecipientEncryptedKey_value(shares, 0), &key_id, nullptr,
                                            nullptr, &issuer, &serial) != 1)
        continue;
    } else {
      continue;
    }
    if (!out.empty()) out += "; ";
    if (issuer != nullptr && serial != nullptr)
      out += fmt::format("certificate {} of {}", serial_of(serial), name_of(issuer));
    else if (key_id != nullptr)
      for (int b = 0; b < ASN1_STRING_length(key_id); ++b)
        out += fmt::format("{:02X}", ASN1_STRING_get0_data(key_id)[b]);
  }
  return out;
}

using PrivateKey = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;

int give_password(char *buffer, int size, int, void *password) {
  const auto &text = *static_cast<const std::string *>(password);
  if (text.size() > static_cast<std::size_t>(size)) return 0;
  std::copy(text.begin(), text.end(), buffer);
  return static_cast<int>(text.size());
}

void add_keys(const std::string &file, const std::vector<std::string> &passwords,
              std::vector<PrivateKey> &keys) {
  const auto size = static_cast<int>(std::min<std::size_t>(file.size(), 1u << 20));
  const auto *data = reinterpret_cast<const unsigned char *>(file.data());
  if (file.find("-----BEGIN") != std::string::npos) {
    for (const std::string &password : passwords) {
      const std::unique_ptr<BIO, Releaser<BIO_free_all>> in(BIO_new_mem_buf(file.data(), size));
      void *given = const_cast<std::string *>(&password);  // the callback's type; it does not write
      bool any = false;
      while (EVP_PKEY *key = PEM_read_bio_PrivateKey(in.get(), nullptr, give_password, given)) {
        keys.emplace_back(key);
        any = true;
      }
      if (any) return;
    }
    return;
  }
  const unsigned char *at = data;
  if (EVP_PKEY *key = d2i_AutoPrivateKey(nullptr, &at, size)) {
    keys.emplace_back(key);
    return;
  }
  at = data;
  const std::unique_ptr<PKCS12, Releaser<PKCS12_free>> store(d2i_PKCS12(nullptr, &at, size));
  if (!store) return;
  for (const std::string &password : passwords) {
    if (PKCS12_verify_mac(store.get(), password.c_str(), -1) != 1) continue;
    EVP_PKEY *key = nullptr;
    X509 *certificate = nullptr;
    if (PKCS12_parse(store.get(), password.c_str(), &key, &certificate, nullptr) == 1 && key != nullptr)
      keys.emplace_back(key);
    X509_free(certificate);
    return;
  }
}

// Deriving a key from a password takes long, and a mailbox has thousands of encrypted messages.
const std::vector<PrivateKey> &keys_of(const evidence::Unlock &unlock) {
  thread_local std::string known;
  thread_local std::vector<PrivateKey> keys;
  std::string all;
  for (const auto *list : {&unlock.keys, &unlock.passwords})
    for (const std::string &one : *list) all += std::to_string(one.size()) + ':' + one;
  const std::string digest = evidence::digest_of(evidence::Digest::sha256, all);
  base::wipe(all);
  if (digest == known) return keys;
  known = digest;
  keys.clear();
  std::vector<std::string> passwords{""};
  passwords.insert(passwords.end(), unlock.passwords.begin(), unlock.passwords.end());
  for (const std::string &file : unlock.keys) add_keys(file, passwords, keys);
  for (std::string &password : passwords) base::wipe(password);
  ERR_clear_error();
  return keys;
}

}  // namespace

CmsMessage read_cms(std::string_view der) {
  CmsMessage message;
  if (der.size() < 16 || der.size() > (1u << 30) || static_cast<unsigned char>(der[0]) != 0x30)
    return message;
  const auto *data = reinterpret_cast<const unsigned char *>(der.data());
  const std::unique_ptr<CMS_ContentInfo, Releaser<CMS_ContentInfo_free>> cms(
      d2i_CMS_ContentInfo(nullptr, &data, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!cms) return message;
  switch (OBJ_obj2nid(CMS_get0_type(cms.get()))) {
    case NID_pkcs7_signed: {
      message.kind = CmsMessage::Kind::signed_data;
      ASN1_OCTET_STRING **content = CMS_get0_content(cms.get());
      if (content != nullptr && *content != nullptr)
        message.content.assign(reinterpret_cast<const char *>(ASN1_STRING_get0_data(*content)),
                               static_cast<std::size_t>(ASN1_STRING_length(*content)));
      break;
    }
    case NID_pkcs7_enveloped:
    case NID_id_smime_ct_authEnvelopedData:
      message.kind = CmsMessage::Kind::enveloped;
      message.recipients = recipients_of(cms.get());
      break;
    case NID_id_smime_ct_compressedData:
      message.kind = CmsMessage::Kind::compressed;
      break;
    default:
      message.kind = CmsMessage::Kind::other;
      break;
  }
  ERR_clear_error();
  return message;
}

std::string open_cms(std::string_view der, const evidence::Unlock &unlock) {
  if (unlock.keys.empty() || der.size() > (1u << 30)) return {};
  for (const PrivateKey &key : keys_of(unlock)) {
    const auto *data = reinterpret_cast<const unsigned char *>(der.data());
    const std::unique_ptr<CMS_ContentInfo, Releaser<CMS_ContentInfo_free>> cms(
        d2i_CMS_ContentInfo(nullptr, &data, static_cast<long>(der.size())));
    const std::unique_ptr<BIO, Releaser<BIO_free_all>> out(BIO_new(BIO_s_mem()));
    if (!cms || !out) break;
    // The flag makes a key that fits no recipient an error; without it random bytes come out.
    if (CMS_decrypt(cms.get(), key.get(), nullptr, nullptr, out.get(), CMS_DEBUG_DECRYPT) != 1) continue;
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    if (size <= 0) continue;
    std::string content(bytes, static_cast<std::size_t>(size));
    const std::string_view line = std::string_view(content).substr(0, content.find('\n'));
    if (evidence::header_name_length(line) == 0) continue;
    ERR_clear_error();
    return content;
  }
  ERR_clear_error();
  return {};
}

}  // namespace dislodge::mail
