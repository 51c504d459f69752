#include "casefile/keys.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "base/hash.hpp"
#include "casefile/encrypted_storage.hpp"
#include "casefile/fingerprint_key.hpp"

namespace dislodge::casefile {

using base::ErrorKind;
using base::Result;
using base::SecretBytes;

namespace {

constexpr std::size_t kCaseKeyBytes = 32;
constexpr std::size_t kFingerprintKeyBytes = 32;
constexpr std::uint64_t kFingerprintKey = 10;  // its number among the keys derived
constexpr char kContext[] = "dislodge";        // crypto_kdf wants eight characters
// 256 MiB and 3 passes: about half a second, and costly for whoever guesses.
constexpr std::uint64_t kArgonPasses = 3;
constexpr std::uint64_t kArgonMemory = 256ull << 20;

const unsigned char *raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char *>(bytes.data());
}
unsigned char *raw(std::string &bytes) {
  return reinterpret_cast<unsigned char *>(bytes.data());
}

auto no_key() {
  return base::fail(ErrorKind::usage, "a key file holds exactly 32 bytes; this one does not");
}

SecretBytes subkey_of(const SecretBytes &master, std::uint64_t id, std::size_t size) {
  SecretBytes key = SecretBytes::sized(size);
  // crypto_kdf gives at most 64 bytes at a time.
  for (std::size_t done = 0; done < size; done += 64)
    crypto_kdf_derive_from_key(key.data() + done, std::min<std::size_t>(64, size - done), id + done / 64,
                               kContext, master.data());
  return key;
}

// The key that wraps the case key.
Result<SecretBytes> wrapping_key(const WrappedKey &wrapped, const Unlock &unlock) {
  if (wrapped.kind == "key-file") {
    if (unlock.key_file.size() != kCaseKeyBytes)
      return base::fail(ErrorKind::usage, "this case opens with a key file: give it with --key-file");
    return SecretBytes(unlock.key_file.view());
  }
  if (unlock.passphrase.empty())
    return base::fail(ErrorKind::usage,
                      "this case opens with a passphrase: type it, or give it with --passphrase-file");
  SecretBytes key = SecretBytes::sized(crypto_secretbox_KEYBYTES);
  if (wrapped.salt.size() != crypto_pwhash_SALTBYTES ||
      crypto_pwhash(key.data(), key.size(), unlock.passphrase.view().data(), unlock.passphrase.size(),
                    raw(wrapped.salt), wrapped.operations, wrapped.memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return base::fail(ErrorKind::io,
                      "the passphrase cannot be stretched: Argon2id needs 256 MiB of free memory");
  return key;
}

}  // namespace

CaseKeys CaseKeys::create() {
  CaseKeys keys;
  keys.master_ = SecretBytes::random(kCaseKeyBytes);
  keys.derive();
  return keys;
}

Result<CaseKeys> CaseKeys::from_user_key(std::string_view key) {
  if (key.size() != kCaseKeyBytes) return no_key();
  CaseKeys keys;
  keys.master_ = SecretBytes(key);
  keys.derive();
  return keys;
}

Result<SecretBytes> fingerprint_key_of(std::string_view user_key) {
  if (user_key.size() != kCaseKeyBytes) return no_key();
  return subkey_of(SecretBytes(user_key), kFingerprintKey, kFingerprintKeyBytes);
}

void CaseKeys::derive() {
  const auto subkey = [&](std::uint64_t id, std::size_t size) { return subkey_of(master_, id, size); };
  storage_ = subkey(1, kStorageKeyBytes);
  fingerprint_key_ = subkey(kFingerprintKey, kFingerprintKeyBytes);
  const SecretBytes box_seed = subkey(20, crypto_box_SEEDBYTES);
  box_secret_ = SecretBytes::sized(crypto_box_SECRETKEYBYTES);
  public_key_.resize(crypto_box_PUBLICKEYBYTES);
  crypto_box_seed_keypair(raw(public_key_), box_secret_.data(), box_seed.data());
  const SecretBytes sign_seed = subkey(30, crypto_sign_SEEDBYTES);
  sign_secret_ = SecretBytes::sized(crypto_sign_SECRETKEYBYTES);
  verify_key_.resize(crypto_sign_PUBLICKEYBYTES);
  crypto_sign_seed_keypair(raw(verify_key_), sign_secret_.data(), sign_seed.data());
}

CaseKeys CaseKeys::copy() const {
  CaseKeys keys;
  keys.master_ = SecretBytes(master_.view());
  keys.derive();
  return keys;
}

Result<WrappedKey> CaseKeys::wrap(const Unlock &unlock) const {
  WrappedKey wrapped;
  wrapped.kind = unlock.key_file.empty() ? "passphrase" : "key-file";
  wrapped.operations = kArgonPasses;
  wrapped.memory_bytes = kArgonMemory;
  wrapped.salt.resize(crypto_pwhash_SALTBYTES);
  randombytes_buf(wrapped.salt.data(), wrapped.salt.size());
  wrapped.nonce.resize(crypto_secretbox_NONCEBYTES);
  randombytes_buf(wrapped.nonce.data(), wrapped.nonce.size());
  DISLODGE_TRY_ASSIGN(const SecretBytes key, wrapping_key(wrapped, unlock));
  wrapped.box.resize(kCaseKeyBytes + crypto_secretbox_MACBYTES);
  crypto_secretbox_easy(raw(wrapped.box), master_.data(), master_.size(), raw(wrapped.nonce), key.data());
  return wrapped;
}

Result<CaseKeys> CaseKeys::unwrap(const WrappedKey &wrapped, const Unlock &unlock) {
  DISLODGE_TRY_ASSIGN(const SecretBytes key, wrapping_key(wrapped, unlock));
  CaseKeys keys;
  keys.master_ = SecretBytes::sized(kCaseKeyBytes);
  if (wrapped.box.size() != kCaseKeyBytes + crypto_secretbox_MACBYTES ||
      wrapped.nonce.size() != crypto_secretbox_NONCEBYTES ||
      crypto_secretbox_open_easy(keys.master_.data(), raw(wrapped.box), wrapped.box.size(),
                                 raw(wrapped.nonce), key.data()) != 0)
    return base::fail(ErrorKind::usage, wrapped.kind == "passphrase"
                                            ? "wrong passphrase: the case stays closed; nothing was changed"
                                            : "wrong key file: the case stays closed; nothing was changed");
  keys.derive();
  return keys;
}

std::string CaseKeys::fingerprint(std::string_view value) const {
  return base::to_hex(base::keyed_hash(fingerprint_key_.view(), value)).substr(0, 32);
}

std::string CaseKeys::exchange_fingerprint(std::string_view party, std::string_view value) const {
  const base::Sha256 party_key =
      base::keyed_hash(fingerprint_key_.view(), std::string("exchange:") + std::string(party));
  return base::to_hex(base::keyed_hash(base::as_bytes(party_key), value)).substr(0, 32);
}

Result<SecretBytes> CaseKeys::open(std::string_view sealed) const {
  if (sealed.size() < crypto_box_SEALBYTES)
    return base::fail(ErrorKind::damaged, "a sealed value is too short");
  SecretBytes value = SecretBytes::sized(sealed.size() - crypto_box_SEALBYTES);
  unsigned char nothing = 0;
  if (crypto_box_seal_open(value.empty() ? &nothing : value.data(), raw(sealed), sealed.size(),
                           raw(public_key_), box_secret_.data()) != 0)
    return base::fail(ErrorKind::damaged,
                      "a sealed value does not open with this case's key: it was sealed to another case");
  return value;
}

std::string CaseKeys::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(raw(signature), nullptr, raw(message), message.size(), sign_secret_.data());
  return signature;
}

std::string seal(std::string_view public_key, std::string_view value) {
  std::string sealed(value.size() + crypto_box_SEALBYTES, '\0');
  if (public_key.size() != crypto_box_PUBLICKEYBYTES ||
      crypto_box_seal(raw(sealed), raw(value), value.size(), raw(public_key)) != 0)
    throw std::runtime_error("a public key to seal to must have 32 bytes");
  return sealed;
}

bool verify_signature(std::string_view verify_key, std::string_view message, std::string_view signature) {
  return verify_key.size() == crypto_sign_PUBLICKEYBYTES && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(raw(signature), raw(message), message.size(), raw(verify_key)) == 0;
}

}  // namespace dislodge::casefile
