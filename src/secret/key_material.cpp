#include "secret/key_material.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <ctime>

#include "base/encode.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "secret/checksum.hpp"
#include "secret/der.hpp"
#include "secret/hints.hpp"
#include "secret/openssl_object.hpp"
#include "secret/pem.hpp"

namespace dislodge::secret {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kCertificatesMax = 64;  // of one text that are compared with a key
constexpr std::size_t kNamesMax = 8;          // subject alternative names that are kept

const unsigned char *bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char *>(text.data());
}

std::string spki_of(EVP_PKEY *key) {
  unsigned char *out = nullptr;
  const int size = i2d_PUBKEY(key, &out);
  if (size <= 0) return {};
  std::string spki(reinterpret_cast<const char *>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return spki;
}

// openssh-key-v1: PROTOCOL.key of OpenSSH. `clear`: its private section where that was decrypted.
std::optional<KeyInfo> read_openssh(std::string_view body, std::string_view clear = {}) {
  constexpr auto kMagic = "openssh-key-v1\0"sv;
  if (!body.starts_with(kMagic)) return std::nullopt;
  SshReader in(body.substr(kMagic.size()));
  const std::string_view cipher = in.text();
  in.text();  // key derivation
  in.text();  // and its options
  if (in.number() != 1) return std::nullopt;
  const std::string_view public_blob = in.text();
  const std::string_view secret = in.text();
  if (!in.ok()) return std::nullopt;
  KeyInfo key;
  key.encrypted = cipher != "none" && clear.empty();
  if (auto spki = spki_from_ssh(public_blob)) key.spki = std::move(*spki);
  key.algorithm = describe_spki(key.spki);
  if (key.encrypted) {
    key.ciphertext = secret;
    return key;
  }
  SshReader fields(clear.empty() ? secret : clear);
  if (fields.number() != fields.number()) return std::nullopt;  // the two check numbers are equal
  const std::string_view type = fields.text();
  // Fields of the private half, by type; the comment follows them.
  const int count = type == "ssh-rsa"                 ? 6
                    : type == "ssh-dss"               ? 5
                    : type == "ssh-ed25519"           ? 2
                    : type.starts_with("ecdsa-sha2-") ? 3
                                                      : -1;
  for (int i = 0; i < count; ++i) fields.text();
  if (count > 0) key.comment = fields.text();
  if (key.spki.empty()) key.ciphertext = secret;  // a type that has no other name: its bytes identify it
  return key;
}

// PuTTY's .ppk: the public half is in clear, whatever the private half is.
std::optional<KeyInfo> read_putty(std::string_view text) {
  const auto field = [&](std::string_view name) -> std::string_view {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + name.size());
    return base::trim(rest.substr(0, rest.find('\n')));
  };
  const auto lines = [&](std::string_view name) -> std::string {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return {};
    std::string_view rest = text.substr(at + name.size());
    std::size_t count = 0;
    std::size_t i = 0;
    while (i < rest.size() && rest[i] == ' ') ++i;
    for (; i < rest.size() && rest[i] >= '0' && rest[i] <= '9' && count < 1000; ++i)
      count = count * 10 + static_cast<std::size_t>(rest[i] - '0');
    std::string joined;
    std::size_t end = rest.find('\n', i);
    for (std::size_t line = 0; line < count && end != std::string_view::npos; ++line) {
      rest = rest.substr(end + 1);
      end = rest.find('\n');
      joined += base::trim(rest.substr(0, end));
    }
    return base::from_base64(joined).value_or("");
  };
  KeyInfo key;
  const std::string public_blob = lines("Public-Lines:");
  key.ciphertext = lines("Private-Lines:");
  if (public_blob.empty() || key.ciphertext.empty()) return std::nullopt;
  const std::string_view cipher = field("Encryption:");
  key.encrypted = !cipher.empty() && cipher != "none";
  key.comment = field("Comment:");
  if (auto spki = spki_from_ssh(public_blob)) key.spki = std::move(*spki);
  key.algorithm = describe_spki(key.spki);
  return key;
}

std::string name_text(const X509_NAME *name) {
  const Owned<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return {};
  char *data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? base::to_valid_utf8({data, static_cast<std::size_t>(size)}) : std::string();
}

std::string upper_hex(const unsigned char *bytes, unsigned size) {
  std::string hex = base::to_hex(std::string_view(reinterpret_cast<const char *>(bytes), size));
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return hex;
}

std::string digest_of(const X509 *certificate, const EVP_MD *algorithm) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  return X509_digest(certificate, algorithm, digest, &size) == 1 ? upper_hex(digest, size) : std::string();
}

std::vector<std::string> alternative_names(const X509 *certificate) {
  std::vector<std::string> out;
  auto *names =
      static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && out.size() < kNamesMax; ++i) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS && name->type != GEN_EMAIL && name->type != GEN_URI) continue;
    const ASN1_IA5STRING *text = name->d.ia5;
    out.emplace_back(reinterpret_cast<const char *>(ASN1_STRING_get0_data(text)),
                     static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  GENERAL_NAMES_free(names);
  return out;
}

}  // namespace

std::optional<KeyInfo> read_private_key_der(std::string_view der) {
  if (!is_der_sequence(der) || der.size() > LONG_MAX) return std::nullopt;
  const unsigned char *at = bytes_of(der);
  const Owned<EVP_PKEY, EVP_PKEY_free> key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  KeyInfo info;
  if (key) {
    info.spki = spki_of(key.get());
    info.algorithm = describe_spki(info.spki);
    if (!info.spki.empty()) return info;
  }
  // EncryptedPrivateKeyInfo (RFC 5958): SEQUENCE { AlgorithmIdentifier, OCTET STRING }.
  DerReader outer(der);
  DerReader inner(outer.next(kDerSequence));
  inner.next(kDerSequence);
  const std::string_view ciphertext = inner.next(kDerOctets);
  if (!inner.ok() || !inner.at_end() || ciphertext.empty()) return std::nullopt;
  info.encrypted = true;
  info.ciphertext = ciphertext;
  return info;
}

std::optional<KeyInfo> read_openssh_clear(std::string_view body, std::string_view clear) {
  return clear.empty() ? std::nullopt : read_openssh(body, clear);
}

std::string key_description(const KeyInfo &key) {
  // By which ssh-keygen, a server's log or a certificate's owner know the key: the start of the fingerprint.
  constexpr std::size_t kShown = 15;  // "SHA256:" and eight
  std::string out = key.algorithm.empty() ? "private key" : key.algorithm + " key";
  if (key.encrypted) out += ", encrypted";
  for (const Hint &hint : key_hints(key))
    if (hint.kind == HintKind::ssh_fingerprint) return out + ", " + hint.value.substr(0, kShown) + "…";
  return out;
}

std::optional<KeyInfo> read_private_key(std::string_view text) {
  if (const std::size_t putty = text.find("PuTTY-User-Key-File-"); putty != std::string_view::npos)
    return read_putty(text.substr(putty));
  const auto block = next_pem(text);
  if (!block || block->body.empty()) return std::nullopt;
  if (block->label == "OPENSSH PRIVATE KEY") return read_openssh(block->body);
  if (block->encrypted && block->label.find("ENCRYPTED") == std::string::npos) {
    KeyInfo key;  // RFC 1421 encryption: nothing of the key can be read
    key.encrypted = true;
    key.ciphertext = block->body;
    return key;
  }
  return read_private_key_der(block->body);
}

std::optional<CertificateInfo> read_certificate(std::string_view der) {
  if (der.empty() || der.size() > LONG_MAX) return std::nullopt;
  const unsigned char *at = bytes_of(der);
  const Owned<X509, X509_free> certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) return std::nullopt;
  CertificateInfo info;
  if (EVP_PKEY *key = X509_get0_pubkey(certificate.get())) info.spki = spki_of(key);
  info.subject = name_text(X509_get_subject_name(certificate.get()));
  info.issuer = name_text(X509_get_issuer_name(certificate.get()));
  info.names = alternative_names(certificate.get());
  info.thumbprint = digest_of(certificate.get(), EVP_sha1());
  info.thumbprint_sha256 = digest_of(certificate.get(), EVP_sha256());
  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &until) == 1) {
    const base::Date date{until.tm_year + 1900, until.tm_mon + 1, until.tm_mday};
    info.not_after = base::format_time(base::time_of(date, until.tm_hour, until.tm_min, until.tm_sec));
  }
  return info;
}

std::vector<Hint> key_hints(const KeyInfo &key) {
  std::vector<Hint> hints;
  if (const auto blob = ssh_from_spki(key.spki))
    add_hint(hints, HintKind::ssh_fingerprint, ssh_fingerprint(*blob));
  add_hint(hints, HintKind::subject, key.comment);
  if (const std::size_t at = key.comment.find('@');
      at != std::string::npos && key.comment.find(' ') == std::string::npos) {
    add_hint(hints, HintKind::user, key.comment.substr(0, at));
    add_hint(hints, HintKind::host, key.comment.substr(at + 1));
  }
  return hints;
}

std::vector<Hint> certificate_hints(const CertificateInfo &certificate) {
  std::vector<Hint> hints;
  add_hint(hints, HintKind::thumbprint, certificate.thumbprint);
  add_hint(hints, HintKind::thumbprint_sha256, certificate.thumbprint_sha256);
  add_hint(hints, HintKind::subject, certificate.subject);
  add_hint(hints, HintKind::issuer, certificate.issuer);
  add_hint(hints, HintKind::expires, certificate.not_after);
  for (const std::string &name : certificate.names)
    add_hint(hints,
             name.find('@') != std::string::npos     ? HintKind::user
             : name.find("://") != std::string::npos ? HintKind::url
                                                     : HintKind::host,
             name);
  return hints;
}

std::vector<CertificateInfo> certificates_of(std::string_view spki, std::string_view text) {
  std::vector<CertificateInfo> out;
  if (spki.empty()) return out;
  std::size_t at = 0;
  for (std::size_t count = 0; count < kCertificatesMax; ++count) {
    const std::size_t begin = text.find("-----BEGIN CERTIFICATE", at);
    if (begin == std::string_view::npos) break;
    const auto block = next_pem(text, begin);
    if (!block) break;
    at = block->end;
    if (auto certificate = read_certificate(block->body); certificate && certificate->spki == spki)
      out.push_back(std::move(*certificate));
  }
  return out;
}

}  // namespace dislodge::secret
