#pragma once
// The keys of a case. One random case key of 32 bytes, stored only wrapped (by a passphrase through Argon2id,
// or by a key file), from which every other key is derived:
//
//   storage      encrypts the case file (encrypted_storage.hpp)
//   fingerprint  BLAKE2b-256 key: equal values have equal fingerprints inside this case only
//   box          X25519 pair: workers and other machines seal values to its public half
//   signing      Ed25519 pair: signs the journal's checkpoints
//
// Sources: libsodium's crypto_kdf, crypto_pwhash (Argon2id v1.3), crypto_box_seal, crypto_sign.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secure.hpp"

namespace dislodge::casefile {

// How the case key is opened: exactly one of the two is set.
struct Unlock {
  base::SecretBytes passphrase;
  base::SecretBytes key_file;  // its 32 bytes
};

// What `new` writes beside the case file, in clear: nothing in it helps without passphrase or key file.
struct WrappedKey {
  std::string kind;              // "passphrase" or "key-file"
  std::uint64_t operations = 0;  // Argon2id passes
  std::uint64_t memory_bytes = 0;
  std::string salt;  // raw bytes
  std::string nonce;
  std::string box;
};

class CaseKeys {
 public:
  static CaseKeys create();  // a new random case key
  // `scan` without a case: the user's key file (32 bytes) takes the case key's place.
  static base::Result<CaseKeys> from_user_key(std::string_view key);
  static base::Result<CaseKeys> unwrap(const WrappedKey &wrapped, const Unlock &unlock);
  base::Result<WrappedKey> wrap(const Unlock &unlock) const;
  CaseKeys copy() const;

  std::string_view storage() const { return storage_.view(); }
  std::string public_key() const { return public_key_; }  // 32 raw bytes
  std::string verify_key() const { return verify_key_; }  // 32 raw bytes

  // The fingerprint of a value as 32 hex digits (128 bits of the keyed hash): "secret:" + it is the secret's
  // id.
  std::string fingerprint(std::string_view value) const;
  // A fingerprint for one other party: under a key derived for it, useless to anyone else.
  std::string exchange_fingerprint(std::string_view party, std::string_view value) const;
  base::Result<base::SecretBytes> open(std::string_view sealed) const;
  std::string sign(std::string_view message) const;  // 64 raw bytes

 private:
  void derive();
  base::SecretBytes master_, storage_, fingerprint_key_, box_secret_, sign_secret_;
  std::string public_key_, verify_key_;
};

// Seals to a case's public key; needs no secret. Adds 48 bytes.
std::string seal(std::string_view public_key, std::string_view value);
bool verify_signature(std::string_view verify_key, std::string_view message, std::string_view signature);

}  // namespace dislodge::casefile
