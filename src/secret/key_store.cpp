#include "secret/key_store.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <climits>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "secret/der.hpp"
#include "secret/hints.hpp"
#include "secret/key_material.hpp"
#include "secret/openpgp_key.hpp"
#include "secret/openssl_object.hpp"
#include "secret/pem.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr double kCertain = 0.99;
constexpr std::uint32_t kEntriesMax = 10'000;  // of one Java key store

void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) {
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}
void free_safes(STACK_OF(PKCS7) * safes) {
  sk_PKCS7_pop_free(safes, PKCS7_free);
}

std::string_view view(const ASN1_OCTET_STRING *text) {
  return {reinterpret_cast<const char *>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string der_of(X509 *certificate) {
  unsigned char *out = nullptr;
  const int size = i2d_X509(certificate, &out);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char *>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

std::string der_of(EVP_PKEY *key) {
  unsigned char *out = nullptr;
  const int size = i2d_PrivateKey(key, &out);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char *>(out), static_cast<std::size_t>(size));
  OPENSSL_clear_free(out, static_cast<std::size_t>(size));
  return der;
}

// One key of a store, with the names and certificates that stand beside it.
struct StoredKey {
  KeyInfo key;
  std::vector<CertificateInfo> certificates;
  std::vector<std::string> names;
  std::string rule;
};

class Store {
 public:
  Store(const evidence::ItemView &item, FoundSink &sink) : item_(item), sink_(sink) {}

  void emit(StoredKey stored) {
    Found found;
    Sighting &s = found.sighting;
    // An encrypted key shows its public half through the certificate that was stored with it.
    if (stored.key.spki.empty() && !stored.certificates.empty())
      stored.key.spki = stored.certificates.front().spki;
    found.value = stored.key.value();
    if (found.value.empty()) found.value = "sha256:" + base::to_hex(base::sha256(item_.bytes));
    s.kind = stored.rule == "keepass-database" ? "password-database" : "private-key";
    s.rule = stored.rule;
    s.item = item_.path;
    s.length = item_.bytes.size();
    if (stored.key.algorithm.empty()) stored.key.algorithm = describe_spki(stored.key.spki);
    s.mask = stored.rule == "keepass-database" ? "KeePass database, encrypted" : key_description(stored.key);
    s.confidence = kCertain;
    s.record = item_.within;
    s.latent = stored.key.encrypted;
    for (const CertificateInfo &certificate : stored.certificates)
      for (const Hint &one : certificate_hints(certificate)) add_hint(s.hints, one.kind, one.value);
    for (const Hint &one : key_hints(stored.key)) add_hint(s.hints, one.kind, one.value);
    for (const std::string &name : stored.names) add_hint(s.hints, HintKind::subject, name);
    report_.locked = report_.locked || s.latent;
    if (s.latent && stored.rule != "keepass-database") found.locked = item_.bytes;
    ++report_.found;
    sink_.found(std::move(found));
  }
  void emit(const OpenPgpKey &key) {
    Found found;
    Sighting &s = found.sighting;
    found.value = key.public_half;
    s.kind = "private-key";
    s.rule = "pgp-private-key";
    s.item = item_.path;
    s.length = item_.bytes.size();
    s.mask = openpgp_description(key);
    s.confidence = kCertain;
    s.record = item_.within;
    s.latent = key.encrypted;
    s.hints = openpgp_hints(key);
    report_.locked = report_.locked || s.latent;
    ++report_.found;
    sink_.found(std::move(found));
  }
  const KeyFileReport &report() const { return report_; }

 private:
  const evidence::ItemView &item_;
  FoundSink &sink_;
  KeyFileReport report_;
};

// ------------------------------------------------------------------------------------------------ PKCS#12

// The parts of a store that are not encrypted: often the certificate is, now and then it is not.
void read_open_bags(PKCS12 *store, StoredKey &stored) {
  const Owned<STACK_OF(PKCS7), free_safes> safes(PKCS12_unpack_authsafes(store));
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    PKCS7 *safe = sk_PKCS7_value(safes.get(), i);
    if (OBJ_obj2nid(safe->type) != NID_pkcs7_data) continue;
    const Owned<STACK_OF(PKCS12_SAFEBAG), free_bags> bags(PKCS12_unpack_p7data(safe));
    for (int j = 0; j < sk_PKCS12_SAFEBAG_num(bags.get()); ++j) {
      PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags.get(), j);
      if (char *name = PKCS12_get_friendlyname(bag)) {
        stored.names.emplace_back(name);
        OPENSSL_free(name);
      }
      switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_certBag:
          if (const Owned<X509, X509_free> certificate(PKCS12_SAFEBAG_get1_cert(bag)); certificate)
            if (auto info = read_certificate(der_of(certificate.get())))
              stored.certificates.push_back(std::move(*info));
          break;
        case NID_pkcs8ShroudedKeyBag:
          if (const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag)) {
            const X509_ALGOR *algorithm = nullptr;
            const ASN1_OCTET_STRING *ciphertext = nullptr;
            X509_SIG_get0(sealed, &algorithm, &ciphertext);
            if (ciphertext != nullptr && stored.key.ciphertext.empty())
              stored.key.ciphertext = view(ciphertext);
          }
          break;
        case NID_keyBag:
          if (const PKCS8_PRIV_KEY_INFO *open = PKCS12_SAFEBAG_get0_p8inf(bag)) {
            const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_PKCS82PKEY(open));
            if (key)
              if (auto info = read_private_key_der(der_of(key.get()))) stored.key = std::move(*info);
          }
          break;
        default:
          break;
      }
    }
  }
}

base::Result<void> read_pkcs12(const evidence::ItemView &item, Store &out) {
  const auto *at = reinterpret_cast<const unsigned char *>(item.bytes.data());
  const Owned<PKCS12, PKCS12_free> store(d2i_PKCS12(nullptr, &at, static_cast<long>(item.bytes.size())));
  if (!store)
    return base::fail(base::ErrorKind::unsupported,
                      std::string(item.path) + ": neither a private key nor a PKCS#12 store");
  StoredKey stored;
  stored.rule = "pkcs12-key";
  EVP_PKEY *raw_key = nullptr;
  X509 *raw_certificate = nullptr;
  // The empty password comes in two encodings; a store without a MAC needs none.
  bool open = false;
  for (const char *password : {"", static_cast<const char *>(nullptr)}) {
    if (!open) open = PKCS12_parse(store.get(), password, &raw_key, &raw_certificate, nullptr) == 1;
  }
  const Owned<EVP_PKEY, EVP_PKEY_free> key(raw_key);
  const Owned<X509, X509_free> certificate(raw_certificate);
  if (open && certificate)
    if (auto info = read_certificate(der_of(certificate.get())))
      stored.certificates.push_back(std::move(*info));
  if (open && key) {
    if (auto info = read_private_key_der(der_of(key.get()))) stored.key = std::move(*info);
  }
  if (!open || !key) read_open_bags(store.get(), stored);
  if (open && !key && stored.key.value().empty()) return {};  // certificates only
  if (stored.key.spki.empty()) stored.key.encrypted = true;
  out.emit(std::move(stored));
  return {};
}

// ------------------------------------------------------------------------------------------------ Java key
// stores

class JavaReader {
 public:
  explicit JavaReader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number(std::size_t size) {
    const std::string_view bytes = take(size);
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  // Up to what reads like the head of an entry (its kind, a name, a date between 1995 and 2100), or to the
  // digest that ends the store.
  std::string_view take_to_next_entry() {
    constexpr std::size_t kDigest = 20;  // SHA-1
    constexpr std::uint64_t kFrom = 788'918'400'000, kUntil = 4'102'444'800'000;
    const std::size_t end = rest_.size() - std::min(rest_.size(), kDigest);
    for (std::size_t at = 1; at + 16 < end; ++at) {
      if (rest_[at] != 0 || rest_[at + 1] != 0 || rest_[at + 2] != 0 || rest_[at + 3] < 1 ||
          rest_[at + 3] > 3)
        continue;
      JavaReader head(rest_.substr(at + 4));
      const std::string_view name = head.take(static_cast<std::size_t>(head.number(2)));
      const std::uint64_t date = head.number(8);
      if (!head.ok() || name.empty() || name.size() > 256 || date < kFrom || date > kUntil) continue;
      if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 0 && c < ' '; })) continue;
      return take(at);
    }
    return take(end);
  }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

constexpr auto kJks = "\xFE\xED\xFE\xED"sv;
constexpr auto kJceks = "\xCE\xCE\xCE\xCE"sv;
constexpr auto kKeePass = "\x03\xD9\xA2\x9A"sv;

base::Result<void> read_java(const evidence::ItemView &item, Store &out) {
  JavaReader in(item.bytes.substr(4));
  const std::uint64_t version = in.number(4);
  const std::uint64_t count = in.number(4);
  const auto damaged = [&] {
    return base::fail(base::ErrorKind::damaged,
                      std::string(item.path) + ": a Java key store that breaks its format");
  };
  if (version < 1 || version > 2 || count > kEntriesMax) return damaged();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t tag = in.number(4);
    StoredKey stored;
    stored.rule = "java-key-store-key";
    stored.names.emplace_back(in.take(in.number(2)));
    in.number(8);  // when it was added
    std::uint64_t certificates = 1;
    if (tag == 1) {
      const std::string_view sealed = in.take(in.number(4));
      if (auto key = read_private_key_der(sealed))
        stored.key = std::move(*key);
      else
        stored.key.ciphertext = sealed;
      stored.key.encrypted = true;
      certificates = in.number(4);
    } else if (tag == 3) {
      // A secret key (AES ...) as a serialised Java object, which does not say how long it is.
      stored.key.ciphertext = in.take_to_next_entry();
      stored.key.algorithm = "secret key";
      stored.key.encrypted = true;
      out.emit(std::move(stored));
      continue;
    } else if (tag != 2) {
      return damaged();
    }
    for (std::uint64_t c = 0; c < certificates && in.ok(); ++c) {
      if (version == 2) in.take(in.number(2));  // "X.509"
      const std::string_view der = in.take(in.number(4));
      if (auto info = read_certificate(der); info && tag == 1 && stored.certificates.empty())
        stored.certificates.push_back(std::move(*info));
    }
    if (!in.ok()) return damaged();
    if (tag == 1) out.emit(std::move(stored));
  }
  return {};
}

}  // namespace

base::Result<KeyFileReport> scan_key_file(const evidence::ItemView &item, Scanner &scanner, FoundSink &sink) {
  if (item.bytes.find("-----BEGIN ") != std::string_view::npos ||
      item.bytes.find("PuTTY-User-Key-File-") != std::string_view::npos) {
    evidence::TextView text;
    text.item = item.path;
    text.text = item.bytes;
    text.within = item.within;
    text.name = item.name;
    return KeyFileReport{scanner.scan(text, sink), false};
  }
  if (item.type == evidence::ItemType::certificate) return KeyFileReport{};
  Store store(item, sink);
  if (item.bytes.starts_with(kJks) || item.bytes.starts_with(kJceks)) {
    DISLODGE_TRY(read_java(item, store));
  } else if (item.bytes.starts_with(kKeePass)) {
    StoredKey stored;
    stored.rule = "keepass-database";
    stored.key.encrypted = true;
    store.emit(std::move(stored));
  } else if (const auto pgp = read_openpgp_key(item.bytes)) {
    store.emit(*pgp);
  } else if (is_der_sequence(item.bytes) && item.bytes.size() < LONG_MAX) {
    auto key = read_private_key_der(item.bytes);
    // A PKCS#12 store has the outer shape of an encrypted key's parent, but begins with its version, 3.
    if (key && (!key->encrypted || !key->ciphertext.empty())) {
      StoredKey stored;
      stored.rule = "der-private-key";
      stored.key = std::move(*key);
      store.emit(std::move(stored));
    } else {
      DISLODGE_TRY(read_pkcs12(item, store));
    }
  } else {
    return base::fail(base::ErrorKind::unsupported,
                      std::string(item.path) + ": a key store of a kind that is not read");
  }
  ERR_clear_error();
  return store.report();
}

}  // namespace dislodge::secret
